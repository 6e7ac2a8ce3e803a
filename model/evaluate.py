"""Every figure of the model card, on films that the network never saw, through the app's own path.

``python -m model.evaluate --data DIR --bundle model/bundle --out runs/eval``. Each picture is opened as the app opens
it, goes through the engine that the app uses, and is decided by ``core.findings.find``; masks are compared at the
film's own resolution. Intervals are 95 % BCa bootstrap intervals, whole patients drawn with replacement.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.data import chest_drain, read_grey, read_index
from model.metrics import Figure, Row, Rows, auc, bootstrap, dice, expected_calibration_error, markdown, row
from model.pack import Example
from model.plots import contact_sheet, evaluation
from model.rules import MOST_FALSE, Table, choose, row_of, rule_of_patients, rules
from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.engine import Engine
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.hemithorax import lung_fields_of, orientation_of
from ptxviewer.dicom.read import read_film

Booleans = NDArray[np.bool_]
LESION = 0.05  # of a mask: smaller parts of it are no lesion of their own
SIDED = 0.25  # of a mask: as much on the other side makes it one of both sides
DRAWS = 1000  # of the bootstrap


@dataclass(frozen=True, eq=False)
class Case:
    """One film with its truth and what the network said; ``truth`` (rows, cols) is empty for a negative film."""

    example: Example
    film: Radiograph
    truth: Booleans
    maps: ProbabilityMaps


@dataclass(frozen=True)
class Outcome:
    """What the decision rule made of one case."""

    patient: str
    view: str
    present: bool  # the truth
    called: bool
    score: float
    peak: float
    dice: float
    truth_area: float  # fraction of the film
    area: float
    refused: bool = False  # the gate takes it for something else than a frontal film
    sex: str = ""
    age: float | None = None
    sides: str = ""  # of the expert's mask, by the nearer lung: "left", "right" (the patient's), "both", "" = none
    lesions: int = 0  # parts of the expert's mask that count
    hit: int = 0  # of these, how many have their innermost place marked
    drain: bool | None = None  # is there a chest drain; None = not known


def listed(data: Path, splits: Iterable[str]) -> list[Example]:
    """Films of ``splits`` whose label is known, from the index of the training data."""
    return [e for e in read_index(data) if e.split in set(splits) and e.present is not None]


def beside(films: Path, masks: Path) -> list[Example]:
    """Every film of a folder, with the mask of the same stem in ``masks``; none, or an empty one, is a negative film.

    Each film counts as a patient of its own.
    """
    by_stem = {mask.stem: mask for mask in masks.iterdir() if mask.suffix.lower() == ".png"}
    examples = []
    for film in sorted(path for path in films.iterdir() if path.is_file()):
        mask = by_stem.get(film.stem)
        present = mask is not None and bool((read_grey(mask) > 127).any())
        examples.append(
            Example(str(film.resolve()), present, str(mask.resolve()) if mask and present else "", None, film.stem, "")
        )
    return examples


def cases(data: Path, chosen: list[Example], engine: Engine, cache: Path) -> list[Case]:
    """Run the network on films (paths below ``data``); maps are kept in ``cache`` for the next call."""
    return list(each_case(data, chosen, engine, cache))


def each_case(data: Path, chosen: list[Example], engine: Engine, cache: Path) -> Iterator[Case]:
    """As ``cases``, one at a time: films and maps of a whole split take gigabytes."""
    info = engine.load()
    folder = cache / f"{info.model_sha256[:16]}-{info.device.replace(' ', '-')}"
    folder.mkdir(parents=True, exist_ok=True)
    for example in tqdm(chosen, desc="films", unit="film", mininterval=5):
        film = read_film(data / example.film)
        kept = folder / f"{film.key}.npz"
        if not kept.exists():
            maps = engine.predict(film)
            grids = {
                "pneumothorax": maps.pneumothorax,
                "left": maps.lung_image_left if maps.lung_image_left is not None else maps.pneumothorax * 0,
                "right": maps.lung_image_right if maps.lung_image_right is not None else maps.pneumothorax * 0,
            }
            half: dict[str, Any] = {k: v.astype(np.float16) for k, v in grids.items()}
            frontal = np.nan if maps.frontal is None else maps.frontal
            np.savez_compressed(kept, score=maps.score, frontal=frontal, **half)
        with np.load(kept) as stored:
            maps = ProbabilityMaps(
                image_key=film.key,
                rows=film.rows,
                cols=film.cols,
                pneumothorax=stored["pneumothorax"].astype(np.float32),
                score=float(stored["score"]),
                frontal=float(stored["frontal"]) if np.isfinite(stored["frontal"]) else None,
                lung_image_left=stored["left"].astype(np.float32),
                lung_image_right=stored["right"].astype(np.float32),
            )
        truth = read_grey(data / example.mask) > 127 if example.mask else np.zeros(film.shape, bool)
        yield Case(example, film, truth, maps)


def outcome(case: Case, rule: DecisionRule) -> Outcome:
    """Decide one case by the shipped rule at film resolution."""
    findings, mask = find(case.film, case.maps, rule)
    places = innermost(case.truth)
    return Outcome(
        case.example.patient,
        case.example.view,
        bool(case.example.present),
        findings.present,
        case.maps.score,
        float(case.maps.pneumothorax.max()),
        dice(mask, case.truth),
        float(case.truth.mean()),
        float(mask.mean()),
        not findings.gate.passed,
        case.example.sex,
        case.example.age,
        sides_named(case),
        len(places),
        sum(bool(mask[place]) for place in places),
        chest_drain(case.example),
    )


def innermost(truth: Booleans) -> list[tuple[int, int]]:
    """Return of each part of a (rows, cols) mask that holds a twentieth of it the place farthest from its border."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(truth.astype(np.uint8), connectivity=8)
    places = []
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] >= LESION * np.count_nonzero(truth):
            depth = cv2.distanceTransform((labels == index).astype(np.uint8), cv2.DIST_L2, 3)
            down, across = np.unravel_index(int(depth.argmax()), depth.shape)
            places.append((int(down), int(across)))
    return places


def sides_named(case: Case) -> str:
    """Return the patient's side of the expert's mask, "both" where a quarter of it or more lies on either."""
    if not case.truth.any():
        return ""
    orientation, lungs = orientation_of(case.film), lung_fields_of(case.maps)
    rows, cols = np.nonzero(case.truth)
    height, width = lungs.divide.shape
    left = lungs.divide[rows * height // case.film.rows, cols * width // case.film.cols] > 0
    share = float(left.mean())
    if SIDED <= share <= 1 - SIDED:
        return "both"
    return orientation.side(share > 0.5)


def figures(outcomes: list[Outcome], draws: int = DRAWS) -> Rows:
    """Return every figure as {"value", "low", "high", "films"}; low and high are None where there is no interval."""
    present = np.array([o.present for o in outcomes])
    called = np.array([o.called for o in outcomes])
    score = np.array([o.score for o in outcomes])
    peak = np.array([o.peak for o in outcomes])
    dices = np.array([o.dice for o in outcomes])
    area = np.array([o.area for o in outcomes])
    truth_area = np.array([o.truth_area for o in outcomes])
    views = np.array([o.view for o in outcomes])
    patients = [o.patient for o in outcomes]
    rows: Rows = {}

    def add(name: str, figure: Figure, films: int) -> None:
        rows[name] = row(*bootstrap(figure, patients, draws), films)

    def share(values: NDArray[np.bool_] | NDArray[np.float64], among: Booleans) -> Figure:
        def figure(index: NDArray[np.int64]) -> float:
            chosen = index[among[index]]
            return float(values[chosen].mean()) if chosen.size else float("nan")

        return figure

    def among_films(values: NDArray[np.float64], group: Booleans) -> Figure:
        def figure(index: NDArray[np.int64]) -> float:
            chosen = index[group[index]]
            return auc(values[chosen], present[chosen])

        return figure

    add("AUC of the film score", lambda i: auc(score[i], present[i]), len(outcomes))
    add("AUC of the map's peak", lambda i: auc(peak[i], present[i]), len(outcomes))
    add("Sensitivity", share(called, present), int(present.sum()))
    add("Specificity", share(~called, ~present), int((~present).sum()))
    add("Dice on positive films (a missed film counts 0)", share(dices, present), int(present.sum()))
    add("Mean Dice over all films (empty on empty counts 1)", lambda i: float(dices[i].mean()), len(outcomes))
    add("False-positive films per 100 negatives", lambda i: 100 * share(called, ~present)(i), int((~present).sum()))
    false_positive = called & ~present
    if false_positive.any():
        add(
            "Mean area of a false-positive mask, % of film",
            lambda i: 100 * share(area, false_positive)(i),
            int(false_positive.sum()),
        )
    calibration_error = expected_calibration_error(score, present)
    rows["Expected calibration error of the film score"] = row(calibration_error, math.nan, math.nan, len(outcomes))
    if present.sum() >= 3:
        low, high = np.quantile(truth_area[present], (1 / 3, 2 / 3))
        bands = {
            "small": truth_area <= low,
            "medium": (truth_area > low) & (truth_area <= high),
            "large": truth_area > high,
        }
        for name, band in bands.items():
            among = present & band
            add(f"Sensitivity, {name} third", share(called, among), int(among.sum()))
            add(f"Dice, {name} third", share(dices, among), int(among.sum()))
    for view in ("PA", "AP"):
        positive, negative = present & (views == view), ~present & (views == view)
        if positive.any() and negative.any():
            add(f"Sensitivity, {view}", share(called, positive), int(positive.sum()))
            add(f"Specificity, {view}", share(~called, negative), int(negative.sum()))
    groups: dict[str, Booleans] = {
        "women": np.array([o.sex == "F" for o in outcomes]),
        "men": np.array([o.sex == "M" for o in outcomes]),
    }
    ages = np.array([np.nan if o.age is None else o.age for o in outcomes], float)
    for title, youngest, oldest in (("under 40", 0, 40), ("40 to 64", 40, 65), ("65 and older", 65, 200)):
        groups[title] = (ages >= youngest) & (ages < oldest)
    for title, drained in (("with a chest drain", True), ("without a chest drain", False)):
        groups[title] = group = np.array([o.drain is drained for o in outcomes])
        if (present & group).any() and (~present & group).any():
            add(f"AUC of the film score, {title}", among_films(score, group), int(group.sum()))
    for title, group in groups.items():
        positive, negative = present & group, ~present & group
        if positive.any() and negative.any():
            add(f"Sensitivity, {title}", share(called, positive), int(positive.sum()))
            add(f"Specificity, {title}", share(~called, negative), int(negative.sum()))
    sides = np.array([o.sides for o in outcomes])
    for side in ("right", "left", "both"):
        if (among := present & (sides == side)).any():
            title = "both sides" if side == "both" else f"{side} side"
            add(f"Sensitivity, {title}", share(called, among), int(among.sum()))
            add(f"Dice, {title}", share(dices, among), int(among.sum()))
    lesions, hit = (np.array([getattr(o, name) for o in outcomes]) for name in ("lesions", "hit"))
    if lesions.any():
        add(
            "Lesions whose innermost place is marked",
            lambda i: float(hit[i].sum() / max(1, lesions[i].sum())),
            int((lesions > 0).sum()),
        )
    refused = np.array([o.refused for o in outcomes])
    add("Films refused as not frontal, %", lambda i: float(100 * refused[i].mean()), len(outcomes))
    add("Mean Dice of an always empty mask", lambda i: float((~present)[i].mean()), len(outcomes))
    return rows


def precision(data: Path, found: list[Case], rule: DecisionRule, bundle: Path, cache: Path) -> Row:
    """Return the Dice between the masks of the app's engine and of float32, as a row of the figures.

    Over the films that show a pneumothorax or are called: on all others both masks are empty and prove nothing.
    """
    from ptxviewer.inference.torch.loading import torch_engine

    masks = [find(case.film, case.maps, rule)[1] for case in found]
    telling = [i for i, case in enumerate(found) if case.example.present or masks[i].any()]
    exact = cases(data, [found[i].example for i in telling], torch_engine("cpu", bundle, exact=True), cache)
    dices = np.array(
        [dice(masks[i], find(case.film, case.maps, rule)[1]) for i, case in zip(telling, exact, strict=True)]
    )
    patients = [case.example.patient for case in exact]
    return row(*bootstrap(lambda i: float(dices[i].mean()), patients), len(exact))


def table_of(found: Iterable[Case]) -> Table:
    """Return what rules are chosen from."""
    return Table.of(row_of(case.example, case.truth, case.maps) for case in found)


def choose_rule(chosen: list[Case], most_false: float = MOST_FALSE) -> DecisionRule:
    """Return the balanced rule; see ``model.rules``."""
    return choose(table_of(chosen), "balanced", most_false)


def worth_a_look(outcomes: list[Outcome]) -> list[int]:
    """Return the worst and best positive films and the largest false positives."""
    order = sorted(range(len(outcomes)), key=lambda i: outcomes[i].dice)
    positives = [i for i in order if outcomes[i].present]
    false = sorted(
        (i for i in order if outcomes[i].called and not outcomes[i].present), key=lambda i: -outcomes[i].area
    )
    return [*positives[:12], *positives[-6:], *false[:6]]


def main() -> None:
    """Command line of the evaluation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with index.csv")
    parser.add_argument("--split", action="append", help="val (default), val_patients")
    parser.add_argument("--films", type=Path, help="instead of --data: a folder of films, DICOM or pictures")
    parser.add_argument("--masks", type=Path, help="with --films: PNG masks with the films' stems")
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--out", type=Path, default=Path("runs/eval"))
    parser.add_argument(
        "--choose-rule", action="append", metavar="SPLIT", help="search the rule on these splits of --data first"
    )
    parser.add_argument("--most-false", type=float, default=MOST_FALSE, help="false-positive films per 100 negatives")
    parser.add_argument("--precision", action="store_true", help="compare the masks with those of float32, too")
    parser.add_argument("--draws", type=int, default=DRAWS, help="of the bootstrap")
    arguments = parser.parse_args()
    from ptxviewer.inference.torch.loading import torch_engine

    splits = arguments.split or ["val"]
    if arguments.films and arguments.masks:
        chosen, data, splits = beside(arguments.films, arguments.masks), Path(), [arguments.films.name]
    elif arguments.data:
        chosen, data = listed(arguments.data, splits), arguments.data
    else:
        parser.error("give --data, or --films and --masks")
    if arguments.choose_rule and not arguments.data:
        parser.error("--choose-rule needs --data, also for films that lie elsewhere")
    engine = torch_engine("cpu", arguments.bundle)
    found = cases(data, chosen, engine, arguments.out / "maps")
    shipped = engine.load().rule
    rule, purposes = shipped, {}
    of_patients: dict[str, DecisionRule] = {}
    if arguments.choose_rule:
        wanted = listed(arguments.data, arguments.choose_rule)
        known = {case.example: case for case in found}
        rest = cases(arguments.data, [e for e in wanted if e not in known], engine, arguments.out / "maps")
        telling = [known[e] for e in wanted if e in known] + rest
        table = table_of(telling)
        rule = replace(choose(table, "balanced", arguments.most_false), frontal_threshold=shipped.frontal_threshold)
        purposes = rules(table)
        of_patients = {
            patient: replace(one, frontal_threshold=shipped.frontal_threshold)
            for patient, one in rule_of_patients(table, "balanced").items()
        }
    more = {}
    if arguments.precision:
        name = f"Dice of masks on {engine.load().device} with those of float32"
        more[name] = precision(data, found, rule, arguments.bundle, arguments.out / "maps")
    sha256 = engine.load().model_sha256
    report(found, rule, splits, sha256, arguments.out, more, arguments.draws, purposes, of_patients)


def report(
    found: list[Case],
    rule: DecisionRule,
    splits: list[str],
    model_sha256: str,
    out: Path,
    more: Rows,
    draws: int = DRAWS,
    purposes: dict[str, dict[str, Any]] | None = None,
    of_patients: Mapping[str, DecisionRule] | None = None,
) -> None:
    """Decide every case by ``rule``; write the figures as JSON and Markdown, the plots and the contact sheet.

    ``more`` are rows that are added to the figures, ``purposes`` the rules of ``model.rules``. Where ``of_patients``
    holds a rule for a patient, chosen on the films of others, it decides that patient's films: the figures are then not
    flattered by a rule that was chosen on them.
    """
    of_patients = of_patients or {}
    outcomes = [outcome(case, of_patients.get(case.example.patient, rule)) for case in found]
    rows = figures(outcomes, draws) | more
    record = {
        "splits": splits,
        "films": len(found),
        "rule": asdict(rule),
        "model_sha256": model_sha256,
        "figures": rows,
        "rules": purposes or {},
        "cross_fitted": all(case.example.patient in of_patients for case in found),
    }
    (out / "evaluation.json").write_text(json.dumps(record, indent=1))
    (out / "evaluation.md").write_text(markdown(rows))
    evaluation(
        np.array([o.score for o in outcomes]),
        np.array([o.present for o in outcomes]),
        np.array([o.called for o in outcomes]),
        np.array([o.truth_area for o in outcomes]),
        np.array([o.dice for o in outcomes]),
        out / "evaluation.png",
    )
    pictures = [(case.film.pixels.astype(np.uint8), case.truth, case.maps.pneumothorax) for case in found]
    contact_sheet(pictures, worth_a_look(outcomes), out / "contact-sheet.png")
    print(f"rule: {rule}")
    print(markdown(rows))


if __name__ == "__main__":
    main()
