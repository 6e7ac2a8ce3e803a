"""How often the side that the app names is the expert's: ``python -m model.sides --data DIR --split val``.

The expert's side of a film is where the expert's mask lies: each connected part of it that holds a quarter or more of
the mask counts for the half of the chest that most of its pixels belong to. A film may so have two sides. The halves
are told apart as in the app (the nearer lung field), which the expert had no part in; the figure is given for the
picture's middle as well, which the network has no part in.

Three figures, because a wrong side has two causes. *Named first*: the half with the larger marked area is one of the
expert's; a larger false alarm on the other side counts against it. *Named*: one of the sides that the app names is.
*Where found*: only marks that touch the expert's mask are asked; this is the rule for sides alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.cases import Case, cases, listed
from ptxviewer.core.answer import DecisionRule, Side
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.hemithorax import LungFields, lung_fields, lung_fields_of, orientation_of
from ptxviewer.inference.torch.loading import torch_engine

COUNTS = 0.25  # of the expert's mask: a smaller part of it does not make a side of its own


@dataclass(frozen=True)
class Sides:
    """One detected film: the expert's sides, the app's in its own order, and those of marks on the expert's mask."""

    name: str
    split: str
    view: str
    expert: frozenset[Side]
    by_middle: frozenset[Side]  # the expert's, by the picture's middle
    named: tuple[Side, ...]
    touching: frozenset[Side]


def sides_of_mask(mask: NDArray[np.bool_], lungs: LungFields, image_left: Side, image_right: Side) -> frozenset[Side]:
    """Return the sides on which the large parts of a (rows, cols) mask lie."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    found: set[Side] = set()
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] >= COUNTS * np.count_nonzero(mask):
            rows, cols = np.nonzero(labels == index)
            found.add(image_left if lungs.mostly_left(rows, cols, mask.shape) else image_right)
    return frozenset(found)


def sides_of(case: Case, rule: DecisionRule) -> Sides | None:
    """Return the sides of a film with an expert's mask; None where nothing is above threshold."""
    findings, mask = find(case.film, case.maps, rule)
    if not findings.present:
        return None
    orientation = orientation_of(case.film)
    halves = orientation.side(True), orientation.side(False)
    lungs = lung_fields_of(case.maps)
    nothing = np.zeros_like(lungs.image_left)
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    met = np.setdiff1d(np.unique(labels[case.truth]), [0])
    touching: set[Side] = set()
    for index in met:
        rows, cols = np.nonzero(labels == index)
        touching.add(halves[0] if lungs.mostly_left(rows, cols, mask.shape) else halves[1])
    return Sides(
        Path(case.example.film).stem,
        case.example.split,
        case.example.view,
        sides_of_mask(case.truth, lungs, *halves),
        sides_of_mask(case.truth, lung_fields(nothing, nothing), *halves),
        tuple(half.side for half in findings.halves),
        frozenset(touching),
    )


def agreement(films: Iterable[Sides]) -> dict[str, tuple[int, int]]:
    """Return every figure as (films that agree, films asked)."""
    films = list(films)
    met = [film for film in films if film.touching]
    return {
        "named first": (sum(film.named[0] in film.expert for film in films), len(films)),
        "named first, expert's side by the picture's middle": (
            sum(film.named[0] in film.by_middle for film in films),
            len(films),
        ),
        "named": (sum(bool(film.expert & set(film.named)) for film in films), len(films)),
        "where found": (sum(bool(film.touching & film.expert) for film in met), len(met)),
    }


def main() -> None:
    """Print the figures per split, and every film whose first side is not the expert's."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--split", action="append", default=None)
    parser.add_argument("--cache", type=Path, default=Path("runs/maps"))
    asked = parser.parse_args()
    engine = torch_engine("cpu", asked.bundle)
    rule = engine.load().rule
    for split in asked.split or ["val", "val_patients"]:
        chosen = [example for example in listed(asked.data, [split]) if example.mask and example.expert]
        found = [sides_of(case, rule) for case in cases(asked.data, chosen, engine, asked.cache)]
        films = [film for film in found if film is not None]
        print(f"{split}: {len(chosen)} films with an expert's mask, {len(films)} above threshold")
        for name, (agree, of) in agreement(films).items():
            print(f"  {name}: {agree} of {of} ({100 * agree / max(1, of):.1f} %)")
        for film in films:
            if film.named[0] not in film.expert:
                print(f"  {film.name} {film.view}: expert {sorted(film.expert)}, named {list(film.named)}")


if __name__ == "__main__":
    main()
