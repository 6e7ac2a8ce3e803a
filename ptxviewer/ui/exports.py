"""The writers of all formats (``app.exports``), for the window and the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from ptxviewer.app.exports import Content, Writer


def write_report(content: Content, target: Path) -> None:
    """Paint and write the page of a film. What paints and what measures is imported when it is first needed."""
    from ptxviewer.report.page import Options, page
    from ptxviewer.ui.report.page import offscreen_application, paint_report, write_png

    options = Options(content.identified, content.reader, compared=content.compared, impression=content.impression)
    with offscreen_application():
        write_png(paint_report(page(content.film, content.answer, content.review, content.view, options)), target)


def write_objects(content: Content, target: Path, kinds: Collection[str]) -> Sequence[Path]:
    """Write a film's result as DICOM objects. Raises ``ExportFailed`` for a film that was not analysed, too."""
    from ptxviewer.core.errors import ExportFailed
    from ptxviewer.core.reasons.reading import NotAnalysed
    from ptxviewer.core.reasons.writing import Unsaved
    from ptxviewer.dicom.write import save_objects

    if content.answer is None or content.source is None:
        why = content.film.not_analysed
        raise ExportFailed(NotAnalysed(why) if why else Unsaved.NO_RESULT)
    return save_objects(target, content.source, content.film, content.answer, content.review, kinds, content.reader)


WRITERS: Mapping[str, Writer] = {"report": write_report}
"""By the id of the format."""
