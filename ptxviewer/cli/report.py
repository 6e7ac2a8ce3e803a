"""``ptxviewer report``: one film into a file, or many into a folder, a page each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from ptxviewer.app.exports import EXPORTS, Export, may_name
from ptxviewer.app.state.settings import PaperChoice
from ptxviewer.cli.batch import items_of, outcomes, progress, told_saved
from ptxviewer.cli.export import content_of, made_folder
from ptxviewer.cli.outcome import FilmOutcome, Item, ReviewOf
from ptxviewer.cli.pipeline import Pipeline
from ptxviewer.core.engine import Engine
from ptxviewer.core.files import remove_parts
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.review import Review
from ptxviewer.words import sentences

Say = Callable[[str], object]


def write(
    outcome: FilmOutcome,
    target: Path,
    export: Export,
    *,
    complain: Say,
    identified: bool = False,
    paper: PaperChoice = "",
) -> None:
    """Write a film that was analysed, and tell what may be burnt into it. Raises ``PtxError``, also without answer."""
    from ptxviewer.ui.exports import WRITERS

    content = content_of(outcome, identified=identified, paper=paper)
    if may_name(content.film, identified):
        complain(f"{outcome.item.file}: {sentences(Reading.MAY_CARRY_TEXT)}")
    WRITERS[export.id](content, target)


def report_one(
    path: Path,
    engine: Engine,
    target: Path,
    export: Export,
    review: Review | ReviewOf,
    complain: Say,
    *,
    identified: bool,
    paper: PaperChoice,
) -> None:
    """Analyse a film and write it. Raises ``PtxError``."""
    from ptxviewer.dicom.isolated.pool import shared_pool

    outcome = Pipeline(engine, shared_pool(), share=False).analysed(Item(1, str(path), path.stem, path), review)
    write(outcome, target, export, complain=complain, identified=identified, paper=paper)


def report_many(
    paths: list[Path],
    engine: Engine,
    folder: Path,
    formats: Collection[Export],
    review: Review | ReviewOf,
    say: Say,
    complain: Say,
    *,
    identified: bool = False,
    paper: PaperChoice = "",
) -> int:
    """Write every film among ``paths`` into ``folder``; returns 0 when all went well, 1 when some failed.

    Files are called after their films only where the pages name the patient, too: a name of a file may. Else they are
    numbered in the order of the films, and it is said which is which. Raises ``ExportFailed`` where the folder cannot
    be written to.
    """
    from ptxviewer.ui.report.page import offscreen_application

    made_folder(folder)
    remove_parts(folder)
    failures: list[tuple[str, Reason | None]] = []

    def stem(item: Item) -> str:
        return item.stem if identified else f"ptx-report-{item.number:04d}"

    def save(outcome: FilmOutcome) -> None:
        if outcome.answer is not None:
            remarks: list[str] = []
            for export in formats:
                target = folder / f"{stem(outcome.item)}{export.suffix}"
                write(outcome, target, export, complain=remarks.append, identified=identified, paper=paper)
            for text in dict.fromkeys(remarks):
                complain(f"{outcome.item.file}: {text}")

    with offscreen_application(), items_of(paths) as items, progress(len(items)) as draw:
        for outcome in outcomes(items, engine, review, save):
            if outcome.answer is None:
                failures.append((outcome.item.file, outcome.reason))
            else:
                say(f"{stem(outcome.item)}  {outcome.item.file}")
            draw(outcome.item.number)
    return told_saved(len(items), failures, folder, say, complain)


def formats_of(ids: Collection[str]) -> list[Export]:
    """Return the rows of the formats, in the order of the table."""
    return [export for export in EXPORTS if export.id in ids]
