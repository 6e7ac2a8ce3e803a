"""From a film and what was said of it to a report on disk: one way for the window and for the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.arrays import Mask
from ptxviewer.core.calibration import calibrated
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import find_reviewed
from ptxviewer.core.review import Review
from ptxviewer.core.view import FilmView, voi_of
from ptxviewer.report.model import Analysis, ReportModel, report_of
from ptxviewer.ui.report.page import paint_report, write_png

AS_OPENED, UNTOUCHED = FilmView(), Review()


def write_report(
    film: Radiograph,
    maps: ProbabilityMaps | None,
    info: EngineInfo,
    target: Path,
    *,
    identified: bool = False,
    view: FilmView = AS_OPENED,
    review: Review = UNTOUCHED,
    reader: str = "",
) -> ReportModel:
    """Paint and write the page of a film as it lies in ``view``; ``maps`` None: it was not analysed.

    Needs Qt's application (``report_page.offscreen_application`` where there is no window). Raises ``PtxError``.
    """
    film = calibrated(film, review.measurements)
    analysis: Analysis | None = None
    mask: Mask = np.zeros(film.shape, bool)
    if maps is not None:
        findings, mask = find_reviewed(film, maps, info.rule, review)
        if not findings.gate.passed and not review.gate_overridden:
            mask = np.zeros(film.shape, bool)
        analysis = Analysis(findings, maps, info)
    model = report_of(
        film,
        analysis,
        identified=identified,
        voi=voi_of(film, view),
        inverted=view.inverted,
        quarter_turns=view.quarter_turns,
        flipped=view.flipped,
        reader=reader,
        verdict=review.verdict,
        note=review.note,
        measurements=review.measurements,
        gate_overridden=review.gate_overridden,
    )
    write_png(paint_report(model, film, mask), target)
    return model
