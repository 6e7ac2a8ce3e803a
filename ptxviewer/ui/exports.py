"""The writers of all formats (``app.exports``), for the window and the command line.

What paints and what measures is imported when it is first needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.app.exports import Content, Writer

if TYPE_CHECKING:
    from ptxviewer.report.page import Page


def page_of(content: Content) -> Page:
    """Return the page of a film as data."""
    from ptxviewer.report.page import Overlay, PageOptions, page

    overlay = Overlay(content.overlay_mode, content.overlay_opacity, content.distances)
    options = PageOptions(
        content.identified,
        content.reader,
        compared=content.compared,
        first_read=content.first_read,
        overlay=overlay,
        share_here=content.share_here,
    )
    return page(content.film, content.answer, content.review, content.view, options)


def write_report(content: Content, target: Path) -> None:
    """Paint and write the page of a film as PNG."""
    from ptxviewer.ui.report.files import write_png
    from ptxviewer.ui.report.page import offscreen_application, paint_report
    from ptxviewer.ui.report.paper import paper_of

    with offscreen_application():
        write_png(paint_report(page_of(content), paper_of(content.paper)), target)


def write_pdf_report(content: Content, target: Path) -> None:
    """Paint and write the page of a film as PDF."""
    from ptxviewer.ui.report.files import write_pdf
    from ptxviewer.ui.report.page import offscreen_application
    from ptxviewer.ui.report.paper import paper_of

    with offscreen_application():
        write_pdf(page_of(content), paper_of(content.paper), target)


def write_picture(content: Content, target: Path) -> None:
    """Paint and write the film itself with everything that is drawn on it."""
    from ptxviewer.ui.report.files import write_png
    from ptxviewer.ui.report.films import whole_picture
    from ptxviewer.ui.report.page import offscreen_application

    with offscreen_application():
        write_png(whole_picture(page_of(content)), target)


def write_objects(content: Content, target: Path, kinds: Collection[str]) -> Sequence[Path]:
    """Write a film's result as DICOM objects. Raises ``ExportFailed`` for a film that was not analysed, too."""
    from ptxviewer.core.errors import ExportFailed
    from ptxviewer.core.reasons.reading import NotAnalysed
    from ptxviewer.core.reasons.writing import Unsaved
    from ptxviewer.dicom.write import Extra, save_objects

    if content.answer is None or content.source is None:
        why = content.film.not_analysed
        raise ExportFailed(NotAnalysed(why) if why else Unsaved.NO_RESULT)
    pdf = _named_pdf(content) if "pdf" in kinds and not content.answer.withheld else None
    extra = Extra(content.reader, pdf, content.compared)
    return save_objects(target, content.source, content.film, content.answer, content.review, kinds, extra)


def _named_pdf(content: Content) -> bytes:
    """The report with the patient's name, as the object that holds it."""
    from ptxviewer.ui.report.files import pdf_of
    from ptxviewer.ui.report.page import offscreen_application
    from ptxviewer.ui.report.paper import paper_of

    with offscreen_application():
        return pdf_of(page_of(replace(content, identified=True)), paper_of(content.paper))


def write_deidentified(content: Content, target: Path) -> None:
    """Write a film without its patient. Raises ``ExportFailed``, also where the secret of this user cannot be kept."""
    from ptxviewer.core.errors import ExportFailed
    from ptxviewer.core.reasons.writing import Unsaved
    from ptxviewer.dicom.deidentify import save_deidentified

    if content.source is None:
        raise ExportFailed(Unsaved.NOT_DICOM)
    save_deidentified(content.source, target, deidentification_key(), content.black_out, content.film.key)


def deidentification_key() -> bytes:
    """Return the secret by which patients of this user get their pseudonyms. Raises ``ExportFailed``."""
    from ptxviewer.core.errors import ExportFailed
    from ptxviewer.core.private import secret
    from ptxviewer.core.reasons.writing import Unsaved
    from ptxviewer.paths import secrets_folder

    try:
        return secret(secrets_folder() / "deidentify.key")
    except OSError:
        raise ExportFailed(Unsaved.SECRET_MISSING) from None


WRITERS: Mapping[str, Writer] = {
    "report": write_report,
    "report_pdf": write_pdf_report,
    "picture": write_picture,
    "deidentified": write_deidentified,
}
"""By the id of the format."""
