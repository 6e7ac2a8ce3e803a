"""Every figure of the model card, on films that the network never saw, through the app's own path.

``python -m model.evaluate --data DIR --bundle model/bundle --out runs/eval``. Each picture is opened as the app opens
it, goes through the engine that the app uses, and is decided by ``core.findings.find``; masks are compared at the
film's own resolution. Intervals are 95 % BCa bootstrap intervals, whole patients drawn with replacement.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from model.cases import Case, beside, cases, listed
from model.figures import DRAWS, CaseOutcome, figures, outcome
from model.metrics import Row, Rows, bootstrap, dice, markdown, row
from model.plots import contact_sheet, evaluation
from model.rules import MOST_FALSE, Table, choose, row_of, rule_of_patients, rules
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.findings.decide import find
from ptxviewer.core.site import histogram


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


def worth_a_look(outcomes: list[CaseOutcome]) -> list[int]:
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
        "scores": {
            name: histogram(o.score for o in outcomes if o.present is present)
            for name, present in (("with", True), ("without", False))
        },
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
