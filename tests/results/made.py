"""Rows of results made by code."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from ptxviewer.results.schema import FINDINGS, VERSION, Record, kept
from ptxviewer.results.store import ResultStore, Stamp

VIEWS, SIDES = ("PA", "AP", ""), ("right", "left")


def film(number: int, **values: Any) -> dict[str, Any]:
    """A film with a score of its own, above threshold where that reaches 0.5."""
    dice = random.Random(number)
    score = round(dice.random(), 6)
    present = score >= 0.5
    record: dict[str, Any] = {column.name: None for column in kept() if not column.personal}
    record |= {
        "film": number, "group": "above" if present else "below", "present": present, "score": score,
        "side": SIDES[number % 2] if present else "", "status": "analysed", "note": "", "reason": "",
        "percent": round(40 * score, 1) if present else None, "area_cm2": round(50 * score, 2) if present else None,
        "film_id": f"film{number:07}", "patient_id": f"patient{number // 2}", "view": VIEWS[number % 3],
        "study_year": 2020 + number % 5, "site_id": f"site{number % 4}", "verdict": "", "network_id": "net 1",
        "network_sha256": "a" * 64, "rule": "balanced", "forced": False, "findings": int(present),
        "file_id": f"file{number}",
        "file_bytes": 10, "file_mtime_ns": 1, "schema_version": VERSION, "gate": None,
    }  # fmt: skip
    del record["gate"]
    return record | values


def findings(record: Record) -> list[Record]:
    """One finding for each film above threshold."""
    values: Record = {column.name: None for column in FINDINGS}
    values |= {"finding": 1, "side": record["side"], "zones": "apical;lateral", "area_px": 1000, "max_score": 0.9}
    return [values] if record["present"] else []


def stamp(record: Record) -> Stamp:
    return Stamp(str(record["file_id"]), 10, 1)


def store_of(path: Path, count: int, **values: Any) -> Path:
    with ResultStore(path) as store, store.transaction():
        for number in range(1, count + 1):
            one = film(number, **values)
            store.put(one, findings(one), stamp(one))
    return path
