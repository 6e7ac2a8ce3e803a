"""Many films: what reading, preparing, measuring and writing cost beside the bare forward passes.

CPU time of this process and its children, so that it says the same on a machine that does other work. A run over more
films minus one over fewer leaves out the start. Goals: all of it at most 1.1 times the bare forward passes; without
the network 60 films of 2500 x 2048 a second and core.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from ptxviewer.cli.triage import Options, triage
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import Engine
from ptxviewer.core.film import Radiograph
from ptxviewer.core.review import Review
from ptxviewer.dicom.read import read_here
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.torch.loading import torch_engine
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom
from tests.dicom.made import dataset, save
from tests.fakes import FakeEngine

ROWS, COLS = 2500, 2048
FEW, MANY = 6, 30
RATIO, FILMS_A_SECOND = 1.1, 60


class Instant(FakeEngine):
    """The forward pass taken out."""

    grid_size = 512

    def share_cores(self) -> int:
        """See ``ManyFilms.share_cores``."""
        self.load()
        return len(os.sched_getaffinity(0))

    def predict_grid(self, film: Radiograph, grid: FloatMap | None) -> ProbabilityMaps:
        """See ``ManyFilms.predict_grid``: nothing is found."""
        return replace(self.predict(film), score=0.0, pneumothorax=np.zeros((64, 64), np.float32))


def used() -> float:
    """CPU seconds of this process and of the children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def cost(run: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall seconds of a call."""
    cpu, wall = used(), time.perf_counter()
    run()
    return used() - cpu, time.perf_counter() - wall


def films(folder: Path) -> None:
    """Write the films, each with pixels of its own: phantoms with and without a pneumothorax."""
    for number in range(MANY):
        if number % 6 == 0:
            side, size = ("right", "left", "none")[number // 6 % 3], 0.5
            phantom = film_of(make_phantom(PhantomSpec(side=side, size=size, seed=number)))
            pixels = cv2.resize(phantom.pixels, (COLS, ROWS), interpolation=cv2.INTER_LINEAR)
        pixels[0, 0] = number
        save(dataset(pixels, 16, ViewPosition="PA"), folder / f"{number:03}.dcm")


def per_film(engine: Engine, folder: Path, target: Path) -> tuple[float, float]:
    """CPU and wall milliseconds of triage for each film more."""
    costs = []
    for name, count in (("few", FEW), ("many", MANY)):
        paths = sorted(folder.iterdir())[:count]
        run = partial(triage, paths, engine, target / f"{name}.sqlite", Review(), len, Options(progress="none"))
        costs.append(cost(run))
    few, many = costs
    return 1000 * (many[0] - few[0]) / (MANY - FEW), 1000 * (many[1] - few[1]) / (MANY - FEW)


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PTXVIEWER_SETTINGS_DIR"] = f"{folder}/settings"
        there, target = Path(folder, "films"), Path(folder, "out")
        there.mkdir()
        target.mkdir()
        films(there)
        engine = torch_engine("cpu")
        engine.share_cores()
        film = read_here(min(there.iterdir()))
        size = engine.grid_size
        grid = None if size is None else prepare(film, size)
        engine.predict_grid(film, grid)
        bare = cost(lambda: [engine.predict_grid(film, grid) for _ in range(MANY)])[0] / MANY * 1000
        whole, wall = per_film(engine, there, target)
        (target / "instant").mkdir()
        rest, _ = per_film(Instant(), there, target / "instant")
        assert engine.info is not None
        cores = len(os.sched_getaffinity(0))
        print(
            f"  films of {ROWS} x {COLS}, uncompressed; network on {engine.info.device}, a core a film, {cores} cores"
        )
        print(f"  bare forward pass       CPU {bare:6.1f} ms a film")
        missed = "" if whole <= RATIO * bare else "   NOT KEPT"
        print(
            f"  triage                  CPU {whole:6.1f} ms a film: {whole / bare:.2f} times (at most {RATIO}){missed}"
        )
        print(f"                         wall {wall:6.1f} ms a film: {wall * cores / bare:.2f} of a core's share")
        rate = 1000 / rest
        slow = "" if rate >= FILMS_A_SECOND else "   NOT KEPT"
        print(f"  without the network     CPU {rest:6.1f} ms a film: {rate:.0f} a second and core", end="")
        print(f" (at least {FILMS_A_SECOND}){slow}")
    return 0 if whole <= RATIO * bare and rate >= FILMS_A_SECOND else 1


if __name__ == "__main__":
    sys.exit(main())
