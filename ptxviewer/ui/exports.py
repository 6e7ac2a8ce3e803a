"""The writers of all formats (``app.exports``), for the window and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ptxviewer.app.exports import Content, Writer


def write_report(content: Content, target: Path) -> None:
    """Paint and write the page of a film. What paints and what measures is imported when it is first needed."""
    from ptxviewer.report.page import Options, page
    from ptxviewer.ui.report.page import offscreen_application, paint_report, write_png

    options = Options(content.identified, content.reader)
    with offscreen_application():
        write_png(paint_report(page(content.film, content.answer, content.review, content.view, options)), target)


WRITERS: Mapping[str, Writer] = {"report": write_report}
"""By the id of the format."""
