"""Two networks on the same films: every figure of both, and their difference with its interval.

``python -m model.compare --data DIR --old model/bundle --run runs/second --out runs/compare``. Films are drawn by
patient, the same ones for both networks, so that an interval of the difference is not blurred by easy and hard films.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.background import add_options, give_way
from model.cases import Case, each_case, listed
from model.data import chest_drain
from model.figures import EXTENT, RIGHT, map_dice
from model.metrics import Compared, auc, bootstrap, differences, row
from ptxviewer.core.engine import Engine

FALSE_PER_100 = 8.0  # at which sensitivities are compared


@dataclass(frozen=True)
class Judged:
    """What one network made of one film."""

    film: str
    patient: str
    split: str
    present: bool
    outlined: bool  # is there an expert's mask to compare with
    score: float
    peak: float  # of the map
    dice: float  # of the map at ``EXTENT``, ungated; nan without a mask
    drain: bool | None = None  # is there a chest drain; None = not known


def judge_film(case: Case) -> Judged:
    """Take the figures of one film; its mask is compared at the film's own resolution."""
    return Judged(
        case.example.film,
        case.example.patient,
        case.example.split,
        bool(case.example.present),
        bool(case.example.mask),
        case.maps.score,
        float(case.maps.pneumothorax.max()),
        map_dice(case),
        chest_drain(case.example),
    )


def sensitivity_at(score: NDArray[np.float64], present: NDArray[np.bool_], false_per_100: float) -> float:
    """Share of positive films above the lowest threshold that keeps to ``false_per_100`` negatives above it."""
    negatives = np.sort(score[~present])[::-1]
    if not negatives.size or not present.any():
        return float("nan")
    allowed = int(false_per_100 / 100 * negatives.size)
    limit = negatives[allowed] if allowed < negatives.size else -np.inf
    return float((score[present] > limit).mean())


def compared(old: list[Judged], new: list[Judged], draws: int = 2000) -> dict[str, Compared]:
    """Return every figure of both; ``low`` and ``high`` are the difference's interval, None where there is none."""
    if [one.film for one in old] != [one.film for one in new]:
        raise ValueError("the two networks must have seen the same films in the same order")
    present = np.array([one.present for one in old])
    outlined = np.array([one.outlined for one in old])
    patients = [one.patient for one in old]
    score, peak, dices = (
        [np.array([getattr(one, name) for one in judged]) for judged in (old, new)]
        for name in ("score", "peak", "dice")
    )
    rows: dict[str, Compared] = {}

    def add(name: str, figure: Callable[[int, NDArray[np.int64]], float], films: NDArray[np.bool_]) -> None:
        apart = row(*bootstrap(lambda i: figure(1, i) - figure(0, i), patients, draws), int(films.sum()))
        everything = np.arange(len(patients))
        before, after = figure(0, everything), figure(1, everything)
        rows[name] = {
            "old": before,
            "new": after,
            "difference": after - before,
            "low": apart["low"],
            "high": apart["high"],
            "films": apart["films"],
        }

    def mean_dice(which: int, index: NDArray[np.int64]) -> float:
        chosen = index[outlined[index]]
        return float(dices[which][chosen].mean()) if chosen.size else float("nan")

    def found_if_right(which: int, index: NDArray[np.int64]) -> float:
        """Of the films whose map is right, how many have a score above that of all but 8 in 100 negatives."""
        return share_above(which, index, outlined & (dices[which] > RIGHT))

    def share_above(which: int, index: NDArray[np.int64], group: NDArray[np.bool_]) -> float:
        """Of a group of films, how many have a score above that of all but 8 in 100 negatives of any kind."""
        chosen, negatives = index[group[index]], np.sort(score[which][index[~present[index]]])[::-1]
        if not chosen.size or not negatives.size:
            return float("nan")
        return float((score[which][chosen] > negatives[int(FALSE_PER_100 / 100 * negatives.size)]).mean())

    every = np.ones_like(present)
    add("AUC of the film score", lambda w, i: auc(score[w][i], present[i]), every)
    add("AUC of the map's peak", lambda w, i: auc(peak[w][i], present[i]), every)
    add(
        f"Sensitivity at {FALSE_PER_100:g} false films per 100",
        lambda w, i: sensitivity_at(score[w][i], present[i], FALSE_PER_100),
        present,
    )
    add(f"Dice on positive films, ungated, map at {EXTENT:g}", mean_dice, outlined)
    add(f"Found, of films whose map is right (Dice above {RIGHT:g})", found_if_right, outlined)
    drained, free = (np.array([one.drain is drain for one in old]) for drain in (True, False))
    if all((group & there).any() for group in (drained, free) for there in (present, ~present)):
        add("AUC, films without a drain", lambda w, i: auc(score[w][i[free[i]]], present[i[free[i]]]), free)
        add("Sensitivity, films without a drain", lambda w, i: share_above(w, i, present & free), present & free)
        add(
            "False films per 100 with a drain",
            lambda w, i: 100 * share_above(w, i, ~present & drained),
            ~present & drained,
        )
    return rows


def changed(old: list[Judged], new: list[Judged]) -> list[str]:
    """Say film by film what the new network finds or loses at ``FALSE_PER_100``, for the card."""
    present = np.array([one.present for one in old])
    limits = []
    for judged in (old, new):
        negatives = np.sort([one.score for one in judged if not one.present])[::-1]
        limits.append(float(negatives[int(FALSE_PER_100 / 100 * negatives.size)]))
    lines = []
    for one, other, here in zip(old, new, present, strict=True):
        before, after = one.score > limits[0], other.score > limits[1]
        if before != after:
            kind = ("found now" if after else "missed now") if here else ("false now" if after else "no longer false")
            lines.append(f"{kind}: {one.film} ({one.split}), score {one.score:.3f} before, {other.score:.3f} now")
    return sorted(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--old", type=Path, default=Path("model/bundle"), help="the bundle to compare with")
    parser.add_argument("--run", type=Path, required=True, help="folder of a run; its averaged weights are judged")
    parser.add_argument("--out", type=Path, default=Path("runs/compare"))
    add_options(parser)
    asked = parser.parse_args()
    give_way(asked.nice)
    import torch

    from model.run_engine import RunEngine
    from ptxviewer.inference.card import read_card
    from ptxviewer.inference.torch.loading import torch_engine

    old: Engine = torch_engine("cpu", asked.old)
    new: Engine = RunEngine(asked.run, asked.old)
    chosen = listed(asked.data, ["val", "val_patients"])
    judged = []
    for engine in (old, new):
        engine.load()
        torch.set_num_threads(asked.threads)
        judged.append([judge_film(case) for case in each_case(asked.data, chosen, engine, asked.out / "maps")])
    asked.out.mkdir(parents=True, exist_ok=True)
    record = {}
    for name, splits in (("val", {"val"}), ("val and val_patients", {"val", "val_patients"})):
        both = [[film for film in films if film.split in splits] for films in judged]
        record[name] = compared(both[0], both[1])
        print(f"{name}: {len(both[0])} films, {sum(one.present for one in both[0])} positive")
        print(differences(record[name], "old", "new"))
    lines = changed(judged[0], judged[1])
    print("\n".join(lines))
    card = read_card(asked.old)
    result = {"old": f"{card.id} {card.version}", "figures": record, "changed": lines}
    films = [[asdict(film) for film in films] for films in judged]
    (asked.out / "comparison.json").write_text(json.dumps({**result, "films": films}, indent=1))


if __name__ == "__main__":
    main()
