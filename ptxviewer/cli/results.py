"""``ptxviewer results``: choose from a store, write what was chosen, evaluate it, compare two stores."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.cli.parser import Parser, add_language
from ptxviewer.cli.speaking import say
from ptxviewer.core.errors import PtxError
from ptxviewer.core.files import write_atomic
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.writing import Unwritten
from ptxviewer.paths import settings_folder
from ptxviewer.results import browsing, tables
from ptxviewer.results.pseudonyms import pseudonyms_in
from ptxviewer.results.query import Condition, parse
from ptxviewer.results.schema import Record
from ptxviewer.results.store import ResultStore
from ptxviewer.words import sentences, tr, trn
from ptxviewer.words.notices import RESEARCH_USE

if TYPE_CHECKING:
    from ptxviewer.results.evaluation import Agreement, Cases, Measure

SHOWN = ("rank", "film", "group", "score", "side", "percent", "area_cm2", "view", "study_year", "verdict", "film_id")
LIMIT = 20  # films that are printed


def results_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer results``."""
    parser = Parser(
        prog="ptxviewer results",
        description=sentences(
            tr("Selects films from a store of 'triage', writes them, and evaluates the network on them."),
            tr(RESEARCH_USE),
        ),
        epilog=tr("Exit status: 0 done, 1 failed, 2 bad usage."),
    )
    endings = "|".join(f"LIST{one}" for one in (tables.STORE, *(made.suffix for made in tables.FORMATS)))
    parser.add_argument("store", type=Path, metavar="STORE.sqlite", help=tr("a store of results"))
    parser.add_argument(
        "--query",
        default="",
        metavar=tr("QUERY"),
        help=tr("films that match all parts: score>=0.5 side=left view=AP,PA"),
    )
    parser.add_argument("--out", type=Path, metavar=endings, help=tr("write the films that match, most urgent first"))
    parser.add_argument("--identified", action="store_true", help=tr("write file names and patient data, too"))
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="N", help=tr("how many films are printed"))
    parser.add_argument("--truth", type=Path, metavar="LABELS.csv", help=tr("evaluate against known truths"))
    parser.add_argument(
        "--masks", type=Path, metavar=tr("DIR"), help=tr("masks of 'predict --save-mask', for the Dice with --truth")
    )
    parser.add_argument("--compare", type=Path, metavar="STORE.sqlite", help=tr("compare with another store"))
    parser.add_argument(
        "--report", type=Path, metavar=tr("DIR"), help=tr("write the evaluation as JSON, Markdown and PNG")
    )
    parser.add_argument("--json", action="store_true", help=tr("print as JSON"))
    add_language(parser)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer results``. Raises ``PtxError``."""
    known = (tables.STORE, *(fmt.suffix for fmt in tables.FORMATS))
    if arguments.out is not None and arguments.out.suffix.lower() not in known:
        results_parser().error(
            tr("must end in {endings}, not {name}", endings=", ".join(known), name=arguments.out.name)
        )
    condition = parse(arguments.query)
    with ResultStore(arguments.store, writable=False) as store:
        count = store.count(condition.sql, condition.values)
        if not count:
            raise PtxError(Results.NOTHING_SELECTED)
        if arguments.out is not None:
            _write(store, condition, arguments.out, identified=arguments.identified)
            say(trn("{count} film written: {file}", "{count} films written: {file}", count, file=arguments.out))
        if arguments.compare is not None or arguments.truth is not None:
            _evaluated(store, condition, arguments)
        elif arguments.out is None:
            _listed(store, condition, count, arguments)
    return 0


def _write(store: ResultStore, condition: Condition, target: Path, *, identified: bool) -> None:
    if target.suffix.lower() != tables.STORE:
        tables.check(target)
        films = store.films(condition.sql, condition.values)
        tables.write(target, films, store.findings(condition.sql, condition.values), identified=identified)
        return
    with ResultStore(target) as chosen, chosen.transaction():
        numbers = list(store.numbers(condition.sql, condition.values, order="film"))
        browsing.copy(store, numbers, chosen, identified=identified)


def _listed(store: ResultStore, condition: Condition, count: int, arguments: argparse.Namespace) -> None:
    films = list(store.films(condition.sql, condition.values, limit=arguments.limit))
    if arguments.json:
        say("\n".join(json.dumps({name: film[name] for name in SHOWN}) for film in films))
        return
    rows = [[_shown(film[name]) for name in SHOWN] for film in films]
    widths = [max(len(cell) for cell in column) for column in zip(SHOWN, *rows, strict=True)]
    for row in (SHOWN, *rows):
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    say(trn("{count} film matches.", "{count} films match.", count))


def _shown(value: object) -> str:
    return "" if value is None else tables.as_cell(value) if isinstance(value, (str, bool, int, float)) else ""


# ---- evaluation


def _evaluated(store: ResultStore, condition: Condition, arguments: argparse.Namespace) -> None:
    from ptxviewer.results import evaluation
    from ptxviewer.results.labels import read_labels

    record: dict[str, object] = {"query": arguments.query, "store": _about(store)}
    parts: list[str] = []
    found: Cases | None = None
    pseudonyms = pseudonyms_in(settings_folder())
    if arguments.truth is not None:
        labels = read_labels(arguments.truth, store, pseudonyms, arguments.masks)
        found = evaluation.cases(store, labels, condition.sql, condition.values)
        if not found.truth.size:
            raise PtxError(Results.NO_TRUTH)
        overlaps = evaluation.overlaps(labels, [int(film) for film in found.films]) if arguments.masks else {}
        measures = evaluation.evaluate(found, overlaps)
        record |= {
            "films": int(found.truth.size),
            "positive": int(found.truth.sum()),
            "without_answer": int(found.without.size),
            "positive_without_answer": int(found.without.sum()),
            "figures": [_plain(measure) for measure in measures],
        }
        parts += [_summary(found), _table(measures)]
    if arguments.compare is not None:
        with ResultStore(arguments.compare, writable=False) as other:
            agreed = evaluation.agreement(store, other, condition.sql, condition.values)
            record |= {"compared_with": _about(other), "agreement": asdict(agreed)}
            parts.append(_agreement(agreed))
            if arguments.truth is not None and found is not None:
                theirs = evaluation.cases(
                    other, read_labels(arguments.truth, other, pseudonyms), condition.sql, condition.values
                )
                gains = evaluation.differences(found, theirs, agreed.by)
                record["differences"] = [_plain(gain) for gain in gains]
                parts += [tr("The second store minus the first, on the same films:"), _table(gains)]
    text = "\n\n".join(parts)
    content = json.dumps(record, indent=1, allow_nan=False)
    if arguments.report is not None:
        _report(arguments.report, content, text, found)
    say(content if arguments.json else text)


def _report(folder: Path, content: str, text: str, found: Cases | None) -> None:
    from ptxviewer.cli.export import made_folder

    made_folder(folder)
    write_atomic(folder / "evaluation.json", (content + "\n").encode(), Unwritten.RESULTS)
    write_atomic(folder / "evaluation.md", (text + "\n").encode(), Unwritten.RESULTS)
    if found is not None:
        from ptxviewer.ui.plots import write_evaluation

        write_evaluation(found.score, found.truth, found.called, found.limit, folder / "evaluation.png")


def _about(store: ResultStore) -> list[Record]:
    return store.runs()[-1:]


def _plain(measure: Measure) -> dict[str, object]:
    """A measure for JSON, which knows no NaN."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(measure).items()
    }


def _summary(found: Cases) -> str:
    lines = [
        trn("{count} film with an answer and a truth, {positive} with a pneumothorax.",
            "{count} films with an answer and a truth, {positive} with a pneumothorax.",
            int(found.truth.size), positive=int(found.truth.sum())),
    ]  # fmt: skip
    if found.without.size:
        lines.append(
            trn("{count} film has no answer and is not in the figures, {positive} with a pneumothorax.",
                "{count} films have no answer and are not in the figures, {positive} with a pneumothorax.",
                int(found.without.size), positive=int(found.without.sum()))
        )  # fmt: skip
    return "\n".join(lines)


def _table(measures: Sequence[Measure]) -> str:
    names = {
        "AUC": "AUC", "Dice": "Dice", "sensitivity": tr("sensitivity"), "specificity": tr("specificity"),
        "positive predictive value": tr("positive predictive value"),
        "negative predictive value": tr("negative predictive value"),
        "Dice, positive films": tr("Dice, positive films"),
    }  # fmt: skip
    heading = (tr("figure"), tr("group"), tr("value"), tr("95 % interval"), tr("films"))
    lines = [f"| {' | '.join(heading)} |", "|---|---|---|---|---|"]
    for measure in measures:
        interval = "-" if math.isnan(measure.low) else f"{measure.low:.3f} – {measure.high:.3f}"
        cells = (
            names[measure.figure],
            measure.group or tr("all"),
            f"{measure.value:.3f}",
            interval,
            str(measure.films),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _agreement(agreed: Agreement) -> str:
    values = {name: f"{value:.3f}" if isinstance(value, float) else value for name, value in asdict(agreed).items()}
    del values["by"]
    by_sop = tr(
        "One of the stores names films as an earlier version did, so films are matched by their SOP instance. Those "
        "without one, or with one that another film of their store has, count as films of one store only."
    )
    summary = tr(
        "Both stores have {films} films ({only_first} are only in the first, {only_second} only in the second). Marked "
        "by both {both}, by the first alone {first}, by the second alone {second}, by neither {neither}. Film scores "
        "differ by {mean_difference} on average and {largest_difference} at most.",
        **values,
    )
    return f"{summary} {by_sop}" if agreed.by == "sop_id" else summary
