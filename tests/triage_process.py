"""``ptxviewer triage`` with a cheap network, as a process that tests may kill: it writes a dot for each film."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from ptxviewer.cli import main as cli
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.cpu import cores
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.inference.preprocess import prepare
from ptxviewer.results.store import ResultStore
from tests.fakes import FakeEngine

VARIES = {"analysed_utc": "", "read_ms": 0, "infer_ms": 0}


class CheapEngine(FakeEngine):
    """The forward pass taken out: a score by the film's name, and nothing marked. ``core.engine.ManyFilms``."""

    def share_cores(self) -> int:
        """See ``ManyFilms.share_cores``."""
        self.load()
        return cores()

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """See ``Engine.predict``."""
        prepare(film, 512)
        score = zlib.crc32(film.study.sop_uid.encode()) % 1000 / 1000
        return replace(super().predict(film), score=score, pneumothorax=np.zeros((64, 64), np.float32))


class _Dotting(CheapEngine):
    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        maps = super().predict(film)
        os.write(1, b".")
        return maps


def started(films: Path, store: Path, settings: Path, *, real: bool = False) -> subprocess.Popen[bytes]:
    """Start a run in a process of its own; the dots come from its ``stdout``."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.triage_process", *(["real"] * real), str(films), "--out", str(store)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PTXVIEWER_SETTINGS_DIR": str(settings)},
    )


def rows_by_key(store: Path) -> list[dict[str, Any]]:
    """Return the films of a store by their pseudonyms, without what differs from run to run."""
    with ResultStore(store, writable=False) as kept:
        return [{**row, **VARIES} for row in kept.films(order="film_id")]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[0] == "real":
        sys.exit(cli.main(["triage", *arguments[1:]]))
    with mock.patch.object(cli, "make_engine", return_value=_Dotting()):
        sys.exit(cli.main(["triage", *arguments]))
