"""The columns of every table of results: one row a film, one row a finding, whatever the format.

Names are a promise and carry their unit; ``docs/results.md`` and ``results.schema.json`` are made from this table
(``tools/results_schema.py``). A column is never renamed: a new meaning is a new name, and ``VERSION`` counts up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

VERSION = 1
Kind = Literal["text", "integer", "number", "boolean"]
Value = str | int | float | bool | None
Record = dict[str, Value]
"""A row by the names of its columns; None is "not known" or "does not apply"."""


LONGEST_TEXT = 10_000  # letters of a cell: longer than any path and any sentence


def as_kind(kind: Kind, value: object) -> Value:
    """Return a value of a store as its column has it, None for one of another kind: SQLite keeps anything anywhere."""
    if value is None:
        return None
    if kind == "text":
        return value[:LONGEST_TEXT] if isinstance(value, str) else None
    if kind == "boolean":
        return bool(value) if isinstance(value, int) else None
    if kind == "integer":
        return value if isinstance(value, int) else None
    return value if isinstance(value, (int, float)) and -math.inf < value < math.inf else None


class Status(str, Enum):
    """What came of a film; the value is its code in every table."""

    ANALYSED = "analysed"
    NOT_SHOWN = "not shown"  # the gate refuses it
    NOT_ANALYSED = "not analysed"  # no film for the network, unless it is forced
    FAILED = "failed"


@dataclass(frozen=True)
class Column:
    """``personal``: only where patient data were asked for. ``computed``: given by the order, not kept."""

    name: str
    kind: Kind
    about: str
    personal: bool = False
    computed: bool = False


FILMS: tuple[Column, ...] = (
    Column("rank", "integer", "Place in the order of urgency, from 1", computed=True),
    Column("film", "integer", "Number of the film in this list, from 1, in the order in which they were found"),
    Column("group", "text", "`above` threshold, `no answer`, or `below`; urgency goes in this order"),
    Column("present", "boolean", "Whether the decision rule marks a pneumothorax"),
    Column("score", "number", "Film score, 0 to 1; not a probability unless the card says it is calibrated"),
    Column("side", "text", "Patient's side: `right`, `left`, `both`, `unknown`"),
    Column("percent", "number", "Projected share of the hemithorax in percent, of the side with the larger share"),
    Column("area_cm2", "number", "Area of all findings in cm², where the film supports it (`spacing_origin`)"),
    Column("status", "text", "`analysed`, `not shown` (the gate refuses it), `not analysed`, `failed`"),
    Column("note", "text", "The reason in words, for people; follows the language of the program"),
    Column("reason", "text", "Code of the reason why there is no answer"),
    Column("film_id", "text", "Pseudonym of the film: keyed hash of SOP instance and pixels, or of the file's place"),
    Column("sop_id", "text", "Pseudonym of the SOP instance"),
    Column("patient_id", "text", "Pseudonym of the patient: keyed hash of the patient's number"),
    Column("study_id", "text", "Pseudonym of the study"),
    Column("site_id", "text", "Pseudonym of the institution that the film names"),
    Column("study_year", "integer", "Year of the study"),
    Column("sex", "text", "`F`, `M`, `O`, as in the film's tags"),
    Column("age_years", "integer", "Age of the patient at the study in years; 90 for everybody older"),
    Column("modality", "text", "`CR`, `DX`, ..., empty for a picture"),
    Column("view", "text", "View position: `PA`, `AP`, `LL`, ..."),
    Column("posture", "text", "`erect`, `supine`, `prone`, `recumbent`, as given by film or reader"),
    Column("threshold", "number", "Threshold of the pneumothorax map that was applied, 0 to 1"),
    Column("score_limit", "number", "Film score from which the rule marks anything, 0 to 1"),
    Column("cautions", "text", "Codes of cautions about the answer, separated by `;`"),
    Column("findings", "integer", "Number of findings, the rows of the second table"),
    Column("area_px", "integer", "Area of all findings in pixels of the film"),
    Column("rows_px", "integer", "Height of the film in pixels"),
    Column("cols_px", "integer", "Width of the film in pixels"),
    Column("row_spacing_mm", "number", "Distance between rows in mm"),
    Column("col_spacing_mm", "number", "Distance between columns in mm"),
    Column("spacing_origin", "text", "Where the millimetres come from, in the codes of the JSON of `predict`"),
    Column("verdict", "text", "The reader's verdict: `accept`, `edited`, `reject`, `unsure`"),
    Column("mask", "text", "Origin of the mask: `network` or `reader`"),
    Column("drain", "text", "Whether the reader sees a chest drain: `yes`, `no`"),
    Column("network_id", "text", "Name and version of the network"),
    Column("network_sha256", "text", "Hash of its weights"),
    Column("rule", "text", "Which of the network's rules decided: `balanced`, `sensitive`, `quiet`"),
    Column("forced", "boolean", "Whether films refused by the gate or by their tags are analysed anyway"),
    Column("device", "text", "Where the network ran"),
    Column("read_ms", "number", "Time for reading the film in ms"),
    Column("infer_ms", "number", "Time of the network in ms"),
    Column("analysed_utc", "text", "Time of the analysis, ISO 8601 in UTC"),
    Column("file_id", "text", "Pseudonym of the file's place"),
    Column("file_bytes", "integer", "Size of the file in bytes"),
    Column("file_mtime_ns", "integer", "Time of the file's last change in ns since 1970"),
    Column("schema_version", "integer", "Version of this table"),
    Column("file", "text", "Path of the film", personal=True),
    Column("sop_instance_uid", "text", "SOP Instance UID", personal=True),
    Column("patient", "text", "The patient's number", personal=True),
    Column("study_date", "text", "Date of the study, ISO 8601", personal=True),
    Column("institution", "text", "Institution", personal=True),
)  # fmt: skip

FINDINGS: tuple[Column, ...] = (
    Column("film", "integer", "Number of the film, as in the first table"),
    Column("film_id", "text", "Pseudonym of the film, as in the first table"),
    Column("finding", "integer", "Number of the finding, from 1, the largest first"),
    Column("side", "text", "Patient's side: `right`, `left`, `unknown`"),
    Column("zones", "text", "`apical`, `lateral`, `basal`, `medial`, the fullest first, separated by `;`"),
    Column("area_px", "integer", "Area in pixels of the film"),
    Column("area_cm2", "number", "Area in cm², where the film supports it"),
    Column("width_mm", "number", "Width at its widest place in mm"),
    Column("width_px", "number", "Width at its widest place in pixels"),
    Column("max_score", "number", "Highest score of the map within it, 0 to 1"),
    Column("mean_score", "number", "Mean score of the map within it, 0 to 1"),
    Column("x_px", "integer", "Left edge of its box in pixels of the film"),
    Column("y_px", "integer", "Upper edge of its box"),
    Column("box_width_px", "integer", "Width of its box"),
    Column("box_height_px", "integer", "Height of its box"),
)

BY_NAME: dict[str, Column] = {column.name: column for column in FILMS}


def columns(identified: bool) -> tuple[Column, ...]:
    """Return the columns of a film's row in the order of tables, the personal ones only where they were asked for."""
    return tuple(column for column in FILMS if identified or not column.personal)


def kept() -> tuple[Column, ...]:
    """Return the columns that a store keeps."""
    return tuple(column for column in FILMS if not column.computed)


_JSON = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def _properties(table: tuple[Column, ...], record: str) -> dict[str, Any]:
    named = {c.name: {"type": [_JSON[c.kind], "null"], "description": c.about} for c in table}
    return {
        "type": "object",
        "properties": {"record": {"const": record}, **named},
        "required": ["record", *(c.name for c in table if not (c.personal or c.computed))],
        "additionalProperties": False,
    }


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line of a JSON Lines table."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"ptxviewer-results-{VERSION}",
        "title": "One line of a table of results of PTXViewer",
        "oneOf": [_properties(FILMS, "film"), _properties(FINDINGS, "finding")],
    }
