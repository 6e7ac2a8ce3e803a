"""``ptxviewer export``: films in, DICOM objects of their results out. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from ptxviewer.app.exports import USUAL, Content, content_by
from ptxviewer.app.state.settings import PaperChoice, Settings
from ptxviewer.cli.batch import items_of, outcomes, progress, told_saved
from ptxviewer.cli.outcome import FilmOutcome, ReviewOf
from ptxviewer.core.engine import Engine
from ptxviewer.core.errors import ExportFailed, PtxError, UnreadableFilm
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.core.reasons.writing import NotWritten, Unsaved, Unwritten, Writing
from ptxviewer.core.review import Review

Say = Callable[[str], None]


def made_folder(folder: Path) -> Path:
    """Make the folder of the results. Raises ``ExportFailed``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise ExportFailed(NotWritten(Unwritten.RESULTS, Writing.FOLDER_NOT_MADE)) from None
    return folder


def content_of(outcome: FilmOutcome, *, identified: bool = False, paper: PaperChoice = "") -> Content:
    """Return what is written of a film. Raises ``PtxError`` of one without an answer."""
    if outcome.film is None or outcome.answer is None or outcome.item.path is None:
        raise PtxError(NotAnalysed(outcome.reason) if outcome.reason else Unsaved.NO_RESULT)
    settings = Settings(report_identified=identified, paper=paper)
    return content_by(settings, outcome.film, outcome.answer, outcome.review, outcome.item.path, outcome.item.number)


def write_objects(outcome: FilmOutcome, folder: Path, kinds: Collection[str] | None = None) -> Sequence[Path]:
    """Write the objects of a film into ``folder`` and return their files; ``kinds`` None: the usual.

    Raises ``ExportFailed`` for what the disk refuses. A film that was not analysed, or has no study, raises another
    ``PtxError``: it is one that failed, and the others go on.
    """
    from ptxviewer.ui.exports import write_objects as write

    content = content_of(outcome)
    try:
        return write(content, folder / outcome.item.stem, USUAL if kinds is None else kinds)
    except ExportFailed as error:
        if isinstance(error.reason, Unsaved):
            raise UnreadableFilm(error.reason) from None
        raise


def export_objects(
    paths: list[Path],
    engine: Engine,
    folder: Path,
    review: Review | ReviewOf,
    kinds: Collection[str],
    say: Say,
    complain: Say,
) -> int:
    """Write the objects of every film among ``paths``; returns 0 when all went well, 1 when some failed.

    Raises ``ExportFailed`` when nothing can be written to ``folder``.
    """
    made_folder(folder)
    failures: list[tuple[str, Reason | None]] = []

    def export(outcome: FilmOutcome) -> None:
        if outcome.answer is None:
            failures.append((outcome.item.file, outcome.reason))
        else:
            write_objects(outcome, folder, kinds)

    with items_of(paths) as items, progress(len(items)) as draw:
        for outcome in outcomes(items, engine, review, export):
            if outcome.film is None:
                failures.append((outcome.item.file, outcome.reason))
            draw(outcome.item.number)
    return told_saved(len(items), failures, folder, say, complain)
