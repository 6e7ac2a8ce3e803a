"""``ptxviewer triage``: films in, one CSV out in the order of the worklist, the most urgent first, none left out.

Rows name films by their number in the order in which they were found: a file's name is often the patient's. With
``--identified`` a column says which file it is. Columns and codes are a promise and follow no language; ``note`` is
for people and does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ptxviewer.app.films.urgency import Group, group_of, rank
from ptxviewer.app.state.facts import Summary, summary_of
from ptxviewer.cli.batch import Item, Outcome, Status, items_of, outcomes, progress
from ptxviewer.core.engine import Engine
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import remove_parts, write_atomic
from ptxviewer.core.plaintext import cell
from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.review import Review
from ptxviewer.words import sentences, trn

COLUMNS = ("rank", "film", "group", "present", "score", "side", "percent", "area_cm2", "status", "note", "reason")


@dataclass(frozen=True)
class Row:
    """One film of the list. ``summary`` None: it has no answer."""

    item: Item
    status: Status
    reason: Reason | None
    summary: Summary | None
    group: Group


def row_of(outcome: Outcome, score_threshold: float) -> Row:
    """Return what the list says of a film."""
    answered = outcome.status is Status.ANALYSED and outcome.answer is not None
    film, answer = outcome.film, outcome.answer
    summary = summary_of(answer.findings, film) if answered and answer is not None and film is not None else None
    urgency = None if summary is None else summary.score
    return Row(outcome.item, outcome.status, outcome.reason, summary, group_of(summary, urgency, score_threshold))


def by_urgency(rows: list[Row]) -> list[Row]:
    """Return the rows, the most urgent first."""
    return sorted(
        rows, key=lambda row: rank(row.group, None if row.summary is None else row.summary.score, row.item.number)
    )


def cells(row: Row, place: int) -> tuple[str, ...]:
    """Return one line of the list, in the order of ``COLUMNS``."""
    summary = row.summary
    measured = ("", "", "", "", "")
    if summary is not None:
        area = "" if summary.area_mm2 is None or not summary.present else f"{summary.area_mm2 / 100:.1f}"
        percent = "" if summary.percent is None else f"{summary.percent:.0f}"
        measured = ("yes" if summary.present else "no", f"{summary.score:.4f}", summary.side, percent, area)
    code = "" if row.reason is None else row.reason.code
    return (str(place), str(row.item.number), row.group, *measured, row.status.value, sentences(row.reason), code)


def as_csv(rows: list[Row], identified: bool) -> bytes:
    """Return the list as CSV in UTF-8; the files' names only where they are asked for, none a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*COLUMNS, *(("file",) if identified else ())))
    for place, row in enumerate(rows, 1):
        writer.writerow(map(cell, (*cells(row, place), *((row.item.file,) if identified else ()))))
    return text.getvalue().encode()


def triage(
    paths: list[Path], engine: Engine, target: Path, review: Review, say: Callable[[str], None], *, identified: bool
) -> int:
    """Analyse every film among ``paths`` and write the list; returns 0 when all have an answer, 1 when some have none.

    Raises ``ExportFailed`` when the list cannot be written, ``ModelUnavailable`` without a network.
    """
    if not target.parent.is_dir():
        raise ExportFailed(NotWritten(Unwritten.LIST, Writing.NO_SUCH_FOLDER))
    remove_parts(target.parent)
    limit = engine.load().rule.score_threshold
    rows: list[Row] = []
    items: list[Item] = []
    try:
        with items_of(paths) as items, progress(len(items)) as draw:
            for outcome in outcomes(items, engine, review):
                rows.append(row_of(outcome, limit))
                draw(outcome.item.number)
    except KeyboardInterrupt:
        stopped = (Outcome(item, Status.NOT_ANALYSED, Command.STOPPED) for item in items[len(rows) :])
        rows += [row_of(outcome, limit) for outcome in stopped]
        write_atomic(target, as_csv(by_urgency(rows), identified), Unwritten.LIST)
        raise
    write_atomic(target, as_csv(by_urgency(rows), identified), Unwritten.LIST)
    without = sum(row.group == "no answer" for row in rows)
    say(
        trn(
            "{count} film: {above} above threshold, {without} without an answer. List: {file}",
            "{count} films: {above} above threshold, {without} without an answer. List: {file}",
            len(rows),
            above=sum(row.group == "above" for row in rows),
            without=without,
            file=target,
        )
    )
    return 1 if without else 0
