"""Findings of a large film: what the main thread does after a stroke, at a threshold, after a distance was moved."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.findings.decide import find
from ptxviewer.core.geometry import GridMap
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom

ROWS, COLS, GRID = 3000, 2500, 384
REPEATS = 7
GOAL_MS = 200


def main() -> None:
    """Print medians of elapsed time and of processor time, with the goal."""
    small = make_phantom(PhantomSpec(side="right", size=0.8, seed=7, rows=ROWS // 2, cols=COLS // 2, noise=0))
    film = replace(film_of(small), pixels=np.repeat(np.repeat(small.pixels, 2, 0), 2, 1).astype(np.uint16))
    grid_map = GridMap.for_film(ROWS // 2, COLS // 2, GRID)
    grids = [grid_map.to_grid(mask.astype(np.float32)) for mask in (small.mask, small.lung_right, small.lung_left)]
    maps = ProbabilityMaps(film.key, ROWS, COLS, grids[0], 0.9, grids[1], grids[2])
    rule = DecisionRule(0.35, 0.374, 0.002)
    edited = find(film, maps, rule)[1]
    for name, mask in (("at a threshold", None), ("of an edited mask", edited)):
        elapsed, used = [], []
        for _ in range(REPEATS):
            start, spent = time.perf_counter(), time.process_time()
            find(film, maps, rule, edited=mask)
            elapsed.append(1000 * (time.perf_counter() - start))
            used.append(1000 * (time.process_time() - spent))
        print(
            f"  findings {name}, {ROWS} x {COLS}: {statistics.median(elapsed):.0f} ms "
            f"({statistics.median(used):.0f} ms of a core; goal {GOAL_MS} ms)"
        )


if __name__ == "__main__":
    main()
