"""Pictures of an evaluation: ROC curve, reliability, histogram of scores; painted with Qt, offscreen too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from ptxviewer.core.statistics import Booleans, Floats, reliability, roc
from ptxviewer.ui.report.files import write_png
from ptxviewer.words import tr

SIDE, LEFT, TOP, BOTTOM, GAP = 420, 70, 50, 60, 30  # pixels of one plot
BINS = 20
INK, GRID, MAIN, OTHER = QColor("#202020"), QColor("#d8d8d8"), QColor("#005f9e"), QColor("#c25700")


class _Axes:
    """One square plot from (0, 0) to (1, ``top``)."""

    def __init__(self, painter: QPainter, number: int, title: str, x: str, y: str, top: float = 1.0) -> None:
        self._painter, self._top = painter, top
        self._box = QRectF(LEFT + number * (SIDE + LEFT + GAP), TOP, SIDE, SIDE)
        box = self._box
        painter.setPen(QPen(INK))
        painter.drawText(QRectF(box.left(), 0, SIDE, TOP), Qt.AlignmentFlag.AlignCenter, title)
        painter.drawText(QRectF(box.left(), box.bottom() + 24, SIDE, 30), Qt.AlignmentFlag.AlignCenter, x)
        painter.save()
        painter.translate(box.left() - LEFT + 14, box.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, -10, SIDE, 24), Qt.AlignmentFlag.AlignCenter, y)
        painter.restore()
        for tick in range(6):
            share = tick / 5
            painter.setPen(QPen(GRID))
            painter.drawLine(self.at(share, 0), self.at(share, top))
            painter.drawLine(self.at(0, share * top), self.at(1, share * top))
            painter.setPen(QPen(INK))
            below = QRectF(self.at(share, 0).x() - 30, box.bottom() + 4, 60, 20)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{share:.1f}")
            beside = QRectF(box.left() - 48, self.at(0, share * top).y() - 10, 42, 20)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(beside, right, f"{share * top:.1f}" if top <= 1 else f"{share * top:.0f}")
        painter.drawRect(box)

    def at(self, x: float, y: float) -> QPointF:
        box = self._box
        return QPointF(box.left() + x * SIDE, box.bottom() - y / self._top * SIDE)

    def line(
        self, xs: Sequence[float] | Floats, ys: Sequence[float] | Floats, colour: QColor, width: float = 2
    ) -> None:
        self._painter.setPen(QPen(colour, width))
        self._painter.drawPolyline(QPolygonF([self.at(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]))

    def dot(self, x: float, y: float, size: float, colour: QColor) -> None:
        self._painter.setPen(QPen(colour, 2))
        self._painter.drawEllipse(self.at(x, y), size, size)

    def bars(self, heights: NDArray[np.int64], colour: QColor) -> None:
        steps = np.repeat(np.arange(heights.size + 1) / heights.size, 2)
        self.line(steps, np.concatenate(([0], np.repeat(heights, 2), [0])), colour)

    def legend(self, entries: Sequence[tuple[str, QColor]], *, low: bool = False) -> None:
        for number, (text, colour) in enumerate(entries):
            height = self._box.bottom() - 26 * (number + 1) if low else self._box.top() + 4 + 26 * number
            self._painter.setPen(QPen(colour))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            self._painter.drawText(QRectF(self._box.left(), height, SIDE - 8, 24), right, text)


def write_evaluation(score: Floats, truth: Booleans, called: Booleans, limit: float, path: Path) -> None:
    """Paint ROC with the operating point, reliability and histogram of (films,) scores. Raises ``ExportFailed``."""
    from ptxviewer.ui.report.page import offscreen_application

    with offscreen_application():
        write_png(_painted(score, truth, called, limit), path)


def _painted(score: Floats, truth: Booleans, called: Booleans, limit: float) -> QImage:
    image = QImage(3 * (SIDE + LEFT + GAP), SIDE + TOP + BOTTOM, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont()
        font.setPixelSize(15)
        painter.setFont(font)
        _roc(painter, score, truth, called)
        _reliability(painter, score, truth)
        _histogram(painter, score, truth, limit)
    finally:
        painter.end()
    return image


def _roc(painter: QPainter, score: Floats, truth: Booleans, called: Booleans) -> None:
    axes = _Axes(painter, 0, tr("ROC of the film score"), tr("1 - specificity"), tr("sensitivity"))
    axes.line((0, 1), (0, 1), GRID)
    if truth.any() and not truth.all():
        axes.line(*roc(score, truth), MAIN)
        axes.dot(float(called[~truth].mean()), float(called[truth].mean()), 5, OTHER)
    axes.legend([(tr("decision rule"), OTHER)], low=True)


def _reliability(painter: QPainter, score: Floats, truth: Booleans) -> None:
    title, share = tr("Reliability of the film score"), tr("share with a pneumothorax")
    axes = _Axes(painter, 1, title, tr("mean score"), share)
    axes.line((0, 1), (0, 1), GRID)
    for mean, frequency, films in zip(*reliability(score, truth), strict=True):
        axes.dot(float(mean), float(frequency), 3 + 12 * float(films / score.size) ** 0.5, MAIN)


def _histogram(painter: QPainter, score: Floats, truth: Booleans, limit: float) -> None:
    counts = [np.histogram(score[chosen], BINS, (0, 1))[0] for chosen in (truth, ~truth)]
    top = 5.0 * max(1, *(-(-int(count.max()) // 5) for count in counts))  # five steps of whole films
    axes = _Axes(painter, 2, tr("Film scores"), tr("score"), tr("films"), top)
    axes.bars(counts[1], MAIN)
    axes.bars(counts[0], OTHER)
    if np.isfinite(limit):
        axes.line((limit, limit), (0, top), INK, 1)
    axes.legend([(tr("with a pneumothorax"), OTHER), (tr("without"), MAIN)])
