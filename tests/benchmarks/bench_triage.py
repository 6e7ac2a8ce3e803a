"""Many films: what reading, preparing and writing cost beside the bare forward passes and the decoders alone.

CPU time of this process and its children, so that it says the same on a machine that does other work. A run over more
films minus one over fewer leaves out the start; bare passes and runs take turns, and the median of the rounds counts.
Goals: all of it at most 1.1 times the bare forward passes; without the network 60 films of
2500 x 2048 a second and core, or nearly what the decoders alone give.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pydicom

from ptxviewer.cli.triage import TriageOptions, triage
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.cpu import cores, one_core_each
from ptxviewer.core.engine import Engine
from ptxviewer.core.film import Radiograph
from ptxviewer.core.heap import keep_freed_memory
from ptxviewer.core.review import Review
from ptxviewer.dicom.read import read_here
from ptxviewer.inference.card import read_card, verify
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.torch.loading import start, torch_engine
from ptxviewer.inference.torch.runner import TorchRunner
from ptxviewer.paths import bundle_dir
from tests.benchmarks.archive import COLS, ROWS, SYNTAXES, coded, numbered, phantoms, quiet
from tests.triage_process import CheapEngine

FEW, MANY, PHANTOMS = 6, 30, 6
ROUNDS = 5
RATIO, FILMS_A_SECOND, OF_DECODERS = 1.1, 60, 0.9
BATCHES = (1, 2, 4, 8)


def used() -> float:
    """CPU seconds of this process and of the children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def cost(run: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall seconds of a call."""
    cpu, wall = used(), time.perf_counter()
    run()
    return used() - cpu, time.perf_counter() - wall


def films(folder: Path) -> dict[str, Path]:
    """Write the films in every coding and return their folders by its name."""
    made, folders = phantoms(PHANTOMS), {}
    for name, syntax in SYNTAXES.items():
        folders[name] = folder / name
        folders[name].mkdir()
        contents = [coded(one, syntax, folder) for one in made]
        for number in range(MANY):
            (folders[name] / f"{number:03}.dcm").write_bytes(numbered(contents[number % PHANTOMS], number))
    return folders


def per_film(engine: Engine, folder: Path, target: Path) -> tuple[float, float]:
    """CPU and wall milliseconds of triage for each film more."""
    costs = []
    target.mkdir()
    for name, count in (("few", FEW), ("many", MANY)):
        paths = sorted(folder.iterdir())[:count]
        run = partial(triage, paths, engine, target / f"{name}.sqlite", Review(), quiet, TriageOptions(progress="none"))
        costs.append(cost(run))
    few, many = costs
    return 1000 * (many[0] - few[0]) / (MANY - FEW), 1000 * (many[1] - few[1]) / (MANY - FEW)


def decoded_alone(folder: Path) -> float:
    """CPU milliseconds a film of pydicom and its decoders, from file to array."""
    paths = sorted(folder.iterdir())[: MANY - FEW]

    def decode() -> None:
        for path in paths:  # one after the other, as triage does: arrays that are kept would be pages to be made anew
            assert pydicom.dcmread(path).pixel_array.size

    decode()
    return 1000 * cost(decode)[0] / len(paths)


def passes_on_all_cores(engine: Engine, film: Radiograph) -> tuple[float, float]:
    """CPU and wall milliseconds a film of bare passes, one on each core at once, as triage runs them.

    Cores share caches, memory and sometimes units: one pass alone costs less than one beside another.
    """
    with ThreadPoolExecutor(cores()) as pool, one_core_each():
        spent = cost(lambda: list(pool.map(engine.predict, [film] * MANY)))
    return 1000 * spent[0] / MANY, 1000 * spent[1] / MANY


def _passes(runner: TorchRunner, grids: list[FloatMap], count: int) -> None:
    for _ in range(count):
        runner.run_many(grids)


def of_batches(film: Radiograph, rounds: int = 2) -> dict[int, float]:
    """CPU milliseconds a film of passes over several films on one core, the shortest of some rounds that take turns."""
    card = read_card(bundle_dir())
    runner = start(card, verify(bundle_dir(), card), "cpu")
    runner.share_cores()
    grid, found = prepare(film, card.size), dict.fromkeys(BATCHES, float("inf"))
    for size in BATCHES:
        runner.run_many([grid] * size)
    for _ in range(rounds):
        for size in BATCHES:
            spent = cost(partial(_passes, runner, [grid] * size, max(BATCHES) // size))[0]
            found[size] = min(found[size], 1000 * spent / max(BATCHES))
    return found


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PTXVIEWER_SETTINGS_DIR"] = f"{folder}/settings"
        there, target = Path(folder, "films"), Path(folder, "out")
        there.mkdir()
        target.mkdir()
        folders = films(there)
        keep_freed_memory()
        engine = torch_engine("cpu")
        engine.share_cores()
        film = read_here(min(folders["uncompressed"].iterdir()))
        engine.predict(film)
        batches = of_batches(film)
        alone = cost(lambda: [engine.predict(film) for _ in range(FEW)])[0] / FEW * 1000
        rounds = []
        for number in range(ROUNDS):
            bare = passes_on_all_cores(engine, film)
            rounds.append((*bare, *per_film(engine, folders["uncompressed"], target / f"network{number}")))
        ratios = sorted(whole / bare for bare, _, whole, _ in rounds)
        bare, bare_wall, whole, wall = (statistics.median(column) for column in zip(*rounds, strict=True))
        assert engine.info is not None
        print(
            f"  films of {ROWS} x {COLS}, one in three with a pneumothorax; network on {engine.info.device}, ", end=""
        )
        print(f"a core a film, {cores()} cores")
        print(f"  bare forward passes     CPU {bare:6.1f} ms a film, on all cores at once; {alone:.1f} on one alone")
        print("  passes over several films, network alone on one core, CPU ms a film: ", end="")
        print(", ".join(f"{size} at once {spent:.0f}" for size, spent in batches.items()))
        ratio = statistics.median(ratios)
        kept = ratio <= RATIO
        print(f"  triage, uncompressed    CPU {whole:6.1f} ms a film: {ratio:.3f} times, in {ROUNDS} rounds", end="")
        print(f" {ratios[0]:.2f} to {ratios[-1]:.2f} (at most {RATIO}){'' if kept else '   NOT KEPT'}")
        print(f"                         wall {wall:6.1f} ms a film, bare passes {bare_wall:.1f}")
        print(f"  without the network (at least {FILMS_A_SECOND} a second and core, or {OF_DECODERS} of the decoders):")
        for name, one in folders.items():
            rest, alone = per_film(CheapEngine(), one, target / name)[0], decoded_alone(one)
            good = 1000 / rest >= FILMS_A_SECOND or alone / rest >= OF_DECODERS
            kept = kept and good
            print(f"    {name:14} CPU {rest:6.1f} ms a film: {1000 / rest:5.1f} a second and core;", end="")
            print(f" decoders alone {alone:6.1f} ms: {alone / rest:.2f} of them{'' if good else '   NOT KEPT'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
