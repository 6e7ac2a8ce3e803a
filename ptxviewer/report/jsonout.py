"""The JSON of ``ptxviewer predict``: one record per film, with the same fields whether it went well or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ptxviewer.core.answer import LINE_NAMES, Findings, HemithoraxFinding, Lesion, ProbabilityMaps
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.sizes import Size, sizes_of
from ptxviewer.core.reasons import Reason, encode
from ptxviewer.report.model import mask_origin
from ptxviewer.words import measures, say, tr

Timing = Mapping[str, float | None]
"""Milliseconds under "read", "infer" and "total"; None where it did not come to that."""


def film_record(
    file: str,
    film: Radiograph,
    maps: ProbabilityMaps,
    findings: Findings,
    timing: Timing,
    *,
    gate_overridden: bool = False,
) -> dict[str, Any]:
    """Return the record of an analysed film. It holds no patient data; ``file`` is the path as it was asked for.

    A film that the gate refuses keeps its numbers here: a script decides by ``gate``, no reader is shown anything.
    """
    return {
        "file": file,
        "status": "ok",
        "error": None,
        "score": round(findings.score, 6),
        "present": findings.present,
        "threshold": round(findings.threshold, 6),
        "gate": {
            "passed": findings.gate.passed,
            "reason": " ".join(text for text in (film.not_analysed, findings.gate.reason) if text) or None,
            "cautions": list(findings.gate.cautions),
            "overridden": gate_overridden and not (findings.gate.passed and not film.not_analysed),
        },
        "mask": mask_origin(findings),
        "lesions": [_lesion(lesion) for lesion in findings.lesions],
        "hemithoraces": [_half(film, half) for half in findings.halves],
        "spacing": {
            "row_mm": film.spacing.row_mm,
            "col_mm": film.spacing.col_mm,
            "origin": film.spacing.origin.value,
        },
        "model": {"id": maps.model_id, "sha256": maps.model_sha256},
        "device": maps.device,
        "timing_ms": _rounded(timing),
    }


def error_record(file: str, sentence: str, timing: Timing) -> dict[str, Any]:
    """Return the record of a film that could not be read or analysed: every field is there, unknown ones are null."""
    return {
        "file": file,
        "status": "error",
        "error": sentence,
        "score": None,
        "present": None,
        "threshold": None,
        "gate": None,
        "mask": None,
        "lesions": [],
        "hemithoraces": [],
        "spacing": {"row_mm": None, "col_mm": None, "origin": None},
        "model": {"id": None, "sha256": None},
        "device": None,
        "timing_ms": _rounded(timing),
    }


def as_bytes(record: Mapping[str, Any]) -> bytes:
    """Return a record as indented JSON; ASCII only, so that any file name survives."""
    return (json.dumps(record, indent=2, allow_nan=False) + "\n").encode("ascii")


def _lesion(lesion: Lesion) -> dict[str, Any]:
    return {
        "side": lesion.side,
        "area_px": lesion.area_px,
        "area_mm2": None if lesion.area_mm2 is None else round(lesion.area_mm2, 2),
        "max_probability": round(lesion.max_score, 6),
        "bbox": list(lesion.bbox),
        "zones": list(lesion.zones),
        "width_px": round(lesion.width_px, 1),
        "width_mm": None if lesion.width_mm is None else round(lesion.width_mm, 1),
        "mean_score": round(lesion.mean_score, 6),
    }


def _half(film: Radiograph, half: HemithoraxFinding) -> dict[str, Any]:
    """One side's percent, distances and sizes; what does not hold is null, with the reason beside it."""
    lengths: dict[str, float | None] = {}
    if half.distances is not None:
        lengths = {str(name): half.distances.line(name).mm(film.spacing) for name in LINE_NAMES}
    sizes = sizes_of(half.distances, film.spacing, film.acquisition.view, loculated=half.loculated)
    return {
        "side": half.side,
        "area_px": half.area_px,
        "percent": None if half.percent is None else round(half.percent, 2),
        "percent_refused": _reason(half.refused),
        "distances_mm": _rounded(lengths),
        "distances_moved": list(half.moved),
        "sizes": [_size(size) for size in sizes],
    }


def _size(size: Size) -> dict[str, Any]:
    value = size.value
    return {
        "id": size.measure.id,
        "value": None if value is None else round(value.number, 2),
        "unit": None if value is None else value.unit,
        "large": None if value is None else value.large,
        "text": measures.size(size) or None,
        "refused": _reason(size.refused),
        "name": tr(size.measure.name),
        "formula": tr(size.measure.formula),
        "source": size.measure.source,
    }


def _reason(reason: Reason | None) -> dict[str, Any] | None:
    """A reason for programs (its code and its arguments) and for people (its text)."""
    return None if reason is None else {**encode(reason), "text": say(reason)}


def _rounded(timing: Timing) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 1) for name, value in timing.items()}
