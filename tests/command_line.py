"""The commands with a small network: films for them, and what they have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydicom.uid import generate_uid

from ptxviewer.cli import main as cli
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine

NAME, PATIENT_ID = "Planted^Nomen", "PAT-4711"


class Asked(FakeEngine):
    """Knows which device was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []


def asked_engine(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The network of these tests, in place of the shipped one; the device that was asked for is kept."""
    fake = Asked()

    def made(device: Any, _rule: Any = "balanced") -> Any:
        fake.asked.append(device)
        return fake

    monkeypatch.setattr(cli, "make_engine", made)
    return fake


def frontal(path: Path, rows: int = 90, cols: int = 70, **tags: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    tags = {"ViewPosition": "PA", "PatientName": NAME, "PatientID": PATIENT_ID, "SOPInstanceUID": generate_uid()} | tags
    return save(dataset(ramp(rows, cols), **tags), path)


def predict(out: Path, *arguments: object) -> int:
    return cli.main(["predict", *map(str, arguments), "--out", str(out)])


def records(out: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(out.glob("*.json"))}


def grey(path: Path) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image
