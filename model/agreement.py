"""Checks that the command line and the evaluation agree, film by film.

``ptxviewer predict --save-mask`` over the films first, then ``python -m model.agreement --data DIR --predicted DIR``.
Two programs that decide the same film differently would make the figures of the card worthless to a user.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.cases import Case, cases, listed
from model.data import read_grey
from model.figures import figures, outcome
from model.metrics import dice, markdown
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.findings.decide import find


@dataclass(frozen=True)
class Agreement:
    """How one film of the command line compares with the evaluation; ``mask_dice`` is between their two masks."""

    file: str
    same_call: bool
    score_difference: float
    mask_dice: float
    dice_difference: float  # of the Dice with the expert's mask


def compare(case: Case, rule: DecisionRule, record: dict[str, object], predicted: Path) -> Agreement:
    """Compare the evaluation of ``case`` with the ``record`` that ``predict`` wrote beside ``<stem>.mask.png``."""
    findings, mask = find(case.film, case.maps, rule)
    theirs = read_grey(predicted / f"{Path(case.example.film).stem}.mask.png") > 127
    return Agreement(
        case.example.film,
        findings.present == record["present"],
        abs(case.maps.score - float(str(record["score"]))),
        dice(mask, theirs),
        abs(dice(mask, case.truth) - dice(theirs, case.truth)),
    )


def summary(found: Iterable[Agreement]) -> str:
    """Return the worst of everything in one sentence."""
    films = list(found)
    return (
        f"{len(films)} films: {sum(film.same_call for film in films)} called alike, score differs by at most "
        f"{max(film.score_difference for film in films):.5f}, masks agree with a Dice of at least "
        f"{min(film.mask_dice for film in films):.4f}, Dice with the expert differs by at most "
        f"{max(film.dice_difference for film in films):.4f} (mean {np.mean([f.dice_difference for f in films]):.5f})."
    )


def main() -> None:
    """Command line of the comparison."""
    from ptxviewer.inference.torch.loading import torch_engine

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with index.csv")
    parser.add_argument("--predicted", type=Path, required=True, help="what predict --save-mask wrote")
    parser.add_argument("--split", action="append", help="val (default), val_patients")
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--out", type=Path, default=Path("runs/eval"), help="folder of the evaluation, for its maps")
    arguments = parser.parse_args()
    engine = torch_engine("cpu", arguments.bundle)
    found = cases(arguments.data, listed(arguments.data, arguments.split or ["val"]), engine, arguments.out / "maps")
    rule = engine.load().rule
    films: list[Agreement] = []
    without: list[str] = []
    for case in found:
        record = json.loads((arguments.predicted / f"{Path(case.example.film).stem}.json").read_text())
        if record["status"] == "ok":
            films.append(compare(case, rule, record, arguments.predicted))
        else:
            without.append(f"{case.example.film}: {record['error']}")
    print(summary(films))
    for line in (*without, *(film.file for film in films if not film.same_call or film.mask_dice < 0.99)):
        print(line)
    print(markdown(figures([outcome(case, rule) for case in found])))


if __name__ == "__main__":
    main()
