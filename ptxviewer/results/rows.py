"""From a film and its answer to a row of the schema and the rows of its findings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from ptxviewer.app.films.urgency import group_of
from ptxviewer.app.state.facts import Summary, summary_of
from ptxviewer.core.answer import Findings
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import AgeUnit, Patient, Radiograph, Study
from ptxviewer.core.keys import is_older
from ptxviewer.core.reason import Reason
from ptxviewer.core.review import Review
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.schema import VERSION, Record, Status
from ptxviewer.results.store import NEW, ResultStore, Stamp
from ptxviewer.words import sentences

OLDEST = 90  # years: above, an age alone points at somebody (45 CFR 164.514)
A_YEAR: dict[AgeUnit, int] = {"Y": 1, "M": 12, "W": 52, "D": 365}
UNREVIEWED = Review()


@dataclass(frozen=True)
class Told:
    """What is told of one film: ``findings`` None where it has no answer. ``file``: what it is called, "" = no file."""

    status: Status
    reason: Reason | None = None
    film: Radiograph | None = field(default=None, repr=False)
    findings: Findings | None = None
    info: EngineInfo | None = None
    review: Review = UNREVIEWED
    forced: bool = False
    file: str = field(default="", repr=False)
    timing: Mapping[str, float | None] = field(default_factory=dict)
    when: datetime | None = None


def path_text(path: str) -> str:
    """Return a path as every table holds it; bytes of its name that are no UTF-8 are written as ``\\udcff``."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def stamp_of(path: Path, name: str, pseudonyms: Pseudonyms, *, member: bool = False) -> Stamp:
    """Return the state of a file that is called ``name``; size and time are 0 where they say nothing.

    ``member`` of an archive: it was unpacked just now.
    """
    file_id = pseudonyms.of("file", name if member else os.path.abspath(name))
    with suppress(OSError, ValueError):
        status = os.stat(path)
        return Stamp(file_id, status.st_size, 0 if member else status.st_mtime_ns)
    return Stamp(file_id, 0, 0)


def id_in(store: ResultStore, film: Radiograph, pseudonyms: Pseudonyms) -> str:
    """Return the pseudonym by which a store knows a film: the one of earlier versions where its row has that."""
    name = film_name(film.study.sop_uid, film.key, pseudonyms)
    if not film.older_key or store.holds(name):
        return name
    older = film_name(film.study.sop_uid, film.older_key, pseudonyms)
    return older if store.holds(older) else name


def film_name(sop_uid: str, key: str, pseudonyms: Pseudonyms) -> str:
    """Return the pseudonym of a film: of its SOP instance and its pixels."""
    name = pseudonyms.of("film", sop_uid, key)
    return name if not name or is_older(key) else NEW + name[len(NEW) :]


def _age(patient: Patient) -> int | None:
    """Whole years."""
    return None if patient.age is None else min(patient.age.number // A_YEAR[patient.age.unit], OLDEST)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def who_and_when(patient: Patient, study: Study, pseudonyms: Pseudonyms, *, identified: bool) -> Record:
    """Return the columns that say whom a film shows and when it was taken."""
    year = study.date[:4]
    record: Record = {
        "sop_id": pseudonyms.of("sop", study.sop_uid),
        "patient_id": pseudonyms.of("patient", patient.id or patient.name),
        "study_id": pseudonyms.of("study", study.study_uid),
        "site_id": pseudonyms.of("site", study.institution),
        "study_year": int(year) if year.isdigit() else None,
        "sex": patient.sex if patient.sex in ("F", "M", "O") else "",
        "age_years": _age(patient),
    }
    if identified:
        record |= {
            "sop_instance_uid": study.sop_uid,
            "patient": patient.id,
            "study_date": study.date,
            "institution": study.institution,
        }
    return record


def taken_how(film: Radiograph) -> Record:
    """Return the columns that say how a film was taken."""
    spacing = film.spacing
    return {
        "modality": film.acquisition.modality,
        "view": film.acquisition.view,
        "posture": film.posture,
        "rows_px": film.rows,
        "cols_px": film.cols,
        "row_spacing_mm": _rounded(spacing.row_mm, 6),
        "col_spacing_mm": _rounded(spacing.col_mm, 6),
        "spacing_origin": spacing.origin.value,
    }


def by_network(info: EngineInfo | None) -> Record:
    """Return the columns that say which network answered."""
    if info is None:
        return {"network_id": "", "network_sha256": "", "rule": "", "device": ""}
    return {
        "network_id": info.model_id, "network_sha256": info.model_sha256, "rule": info.purpose, "device": info.device,
    }  # fmt: skip


def summed_up(summary: Summary) -> Record:
    """Return the columns that a line of a list has, too."""
    present = summary.present
    return {
        "present": present,
        "score": round(summary.score, 6),
        "side": summary.side,
        "percent": _rounded(summary.percent, 1),
        "area_cm2": None if summary.area_mm2 is None or not present else round(summary.area_mm2 / 100, 2),
        "area_px": summary.area_px,
        "score_limit": _rounded(summary.limit, 6),
    }


def measured(findings: Findings) -> Record:
    """Return the columns that need the findings themselves."""
    return {
        "threshold": round(findings.threshold, 6),
        "findings": len(findings.lesions),
        "mask": "reader" if findings.edited else "network",
        "cautions": ";".join(dict.fromkeys(caution.code for caution in findings.gate.cautions)),
    }


def rows_of(
    told: Told, stamp: Stamp, store: ResultStore, pseudonyms: Pseudonyms, *, identified: bool
) -> tuple[Record, list[Record]]:
    """Return the row of a film and those of its findings for ``store``, without their numbers.

    ``stamp``: of its file, by whose place it is named where it could not be read.
    """
    film, findings, info = told.film, told.findings, told.info
    summary = summary_of(findings, film) if findings is not None and film is not None else None
    limit = None if info is None else info.rule.score_threshold
    record: Record = {
        "group": group_of(summary, None if summary is None else summary.score, limit),
        "status": told.status.value,
        "note": sentences(told.reason),
        "reason": "" if told.reason is None else told.reason.code,
        "film_id": pseudonyms.of("place", stamp.file_id) if film is None else id_in(store, film, pseudonyms),
        "verdict": told.review.verdict,
        "drain": told.review.drain,
        **by_network(info),
        "forced": told.forced,
        "read_ms": _rounded(told.timing.get("read"), 1),
        "infer_ms": _rounded(told.timing.get("infer"), 1),
        "analysed_utc": (told.when or datetime.now(timezone.utc)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "schema_version": VERSION,
        "file_id": stamp.file_id,
        "file_bytes": stamp.size,
        "file_mtime_ns": stamp.mtime_ns,
        **({} if film is None else who_and_when(film.patient, film.study, pseudonyms, identified=identified)),
        **({} if film is None else taken_how(film)),
        **({} if summary is None else summed_up(summary)),
        **({} if findings is None else measured(findings)),
    }
    if identified and told.file:
        record["file"] = path_text(told.file)
    return record, [] if findings is None else findings_of(findings)


def findings_of(findings: Findings) -> list[Record]:
    """Return the rows of findings, the largest first, without the film that they belong to."""
    ordered = sorted(findings.lesions, key=lambda lesion: -lesion.area_px)
    return [
        {
            "finding": number,
            "side": lesion.side,
            "zones": ";".join(lesion.zones),
            "area_px": lesion.area_px,
            "area_cm2": None if lesion.area_mm2 is None else round(lesion.area_mm2 / 100, 2),
            "width_mm": _rounded(lesion.width_mm, 1),
            "width_px": round(lesion.width_px, 1),
            "max_score": round(lesion.max_score, 6),
            "mean_score": round(lesion.mean_score, 6),
            "x_px": lesion.bbox[0],
            "y_px": lesion.bbox[1],
            "box_width_px": lesion.bbox[2],
            "box_height_px": lesion.bbox[3],
        }
        for number, lesion in enumerate(ordered, 1)
    ]
