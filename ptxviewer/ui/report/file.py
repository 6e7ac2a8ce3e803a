"""From a film and what was said of it to a report on disk: one way for the window and for the command line."""

from __future__ import annotations

from pathlib import Path

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.calibration import calibrated
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import answer_of
from ptxviewer.core.review import Review
from ptxviewer.core.view import FilmView
from ptxviewer.report.page import AS_OPENED, BY_DEFAULT, UNTOUCHED, Options, Page, page
from ptxviewer.ui.report.page import paint_report, write_png


def write_report(
    film: Radiograph,
    maps: ProbabilityMaps | None,
    info: EngineInfo,
    target: Path,
    *,
    review: Review = UNTOUCHED,
    view: FilmView = AS_OPENED,
    options: Options = BY_DEFAULT,
) -> Page:
    """Paint and write the page of a film as it lies in ``view``; ``maps`` None: it was not analysed.

    Needs Qt's application (``ui.report.page.offscreen_application`` where there is no window). Raises ``PtxError``.
    """
    film = calibrated(film, review.measurements)
    answer = None if maps is None else answer_of(film, maps, info, review)
    report = page(film, answer, review, view, options)
    write_png(paint_report(report), target)
    return report
