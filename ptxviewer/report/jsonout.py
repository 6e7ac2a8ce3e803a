"""The JSON of ``ptxviewer predict``: one record per film, with the same fields whether it went well or not.

Keys and codes are a promise and follow no language; what is under ``text``, ``error``, ``name`` and ``formula`` is for
people and does. A reason is its ``code``, its arguments and its ``text``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ptxviewer.core.answer import LINE_NAMES, HemithoraxFinding, Lesion
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.findings.sizes import Size, disagreement, sizes_of_half
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons import encode
from ptxviewer.words import measures, say, tr

Timing = Mapping[str, float | None]
"""Milliseconds under "read", "infer" and "total"; None where it did not come to that."""


def film_record(file: str, film: Radiograph, answer: Answer, timing: Timing) -> dict[str, Any]:
    """Return the record of an analysed film. It holds no patient data; ``file`` is the path as it was asked for.

    A film that the gate refuses keeps its numbers here: a script decides by ``gate``, no reader is shown anything.
    """
    findings, gate = answer.findings, answer.findings.gate
    refusals = [reason for reason in (film.not_analysed, gate.reason) if reason]
    return {
        "file": file,
        "status": "ok",
        "error": None,
        "reason": None,
        "score": round(findings.score, 6),
        "present": findings.present,
        "threshold": round(findings.threshold, 6),
        "rule": answer.info.purpose,
        "gate": {
            "passed": gate.passed,
            "reasons": [_reason(reason) for reason in refusals],
            "cautions": [_reason(caution) for caution in gate.cautions],
            "overridden": answer.overridden and bool(refusals),
        },
        "mask": "edited by reader" if findings.edited else "model",
        "lesions": [_lesion(lesion) for lesion in findings.lesions],
        "hemithoraces": [_half(film, half) for half in findings.halves],
        "spacing": {
            "row_mm": film.spacing.row_mm,
            "col_mm": film.spacing.col_mm,
            "origin": film.spacing.origin.value,
        },
        "model": {
            "id": answer.maps.model_id,
            "sha256": answer.maps.model_sha256,
            "older": answer.info.older,
        },
        "device": answer.maps.device,
        "timing_ms": _rounded(timing),
    }


def error_record(file: str, reason: Reason, timing: Timing) -> dict[str, Any]:
    """Return the record of a film that could not be read or analysed: every field is there, unknown ones are null."""
    return {
        "file": file,
        "status": "error",
        "error": say(reason),
        "reason": encode(reason),
        "score": None,
        "present": None,
        "threshold": None,
        "rule": None,
        "gate": None,
        "mask": None,
        "lesions": [],
        "hemithoraces": [],
        "spacing": {"row_mm": None, "col_mm": None, "origin": None},
        "model": {"id": None, "sha256": None, "older": None},
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
    refusals: dict[str, dict[str, Any]] = {}
    if half.distances is not None:
        lines = dict(half.distances.lines)
        lengths = {name: lines[name].mm(film.spacing) if name in lines else None for name in LINE_NAMES}
        refusals = {name: _reason(reason) for name, reason in half.distances.refusals}
    contradiction = disagreement(film, half)
    return {
        "side": half.side,
        "area_px": half.area_px,
        "percent": None if half.percent is None else round(half.percent, 2),
        "percent_refused": None if half.refused is None else _reason(half.refused),
        "distances_mm": _rounded(lengths),
        "distances_refused": refusals,
        "distances_moved": list(half.moved),
        "sizes": [_size(size) for size in sizes_of_half(film, half)],
        "sizes_disagree": None if contradiction is None else _reason(contradiction),
    }


def _size(size: Size) -> dict[str, Any]:
    value = size.value
    return {
        "id": size.measure.id,
        "value": None if value is None else round(value.number, 2),
        "unit": None if value is None else value.unit,
        "large": None if value is None else value.large,
        "text": measures.size(size) or None,
        "refused": None if size.refused is None else _reason(size.refused),
        "name": tr(size.measure.name),
        "formula": tr(size.measure.formula),
        "source": size.measure.source,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    """A reason for programs (its code and its arguments) and for people (its text)."""
    return {**encode(reason), "text": say(reason)}


def _rounded(timing: Timing) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 1) for name, value in timing.items()}
