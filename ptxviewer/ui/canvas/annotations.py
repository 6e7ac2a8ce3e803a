"""Paints what is written on the film: corners, orientation letters, scale bar, the colour bar of the heat map."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from ptxviewer.core.drawing.colours import heat_table
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.words import tr
from ptxviewer.words.annotations import Corners
from ptxviewer.words.quantities import decimal

TEXT, QUIET, AMBER = QColor("#e6ebf0"), QColor(PALETTE["quiet"]), QColor(PALETTE["warning"])
SHADE, CHIP = QColor(0, 0, 0, 150), QColor(0, 0, 0, 205)
BODY, LETTER, LABEL = 13, 18, 12  # text heights in screen pixels
MARGIN, STEP, GAP = 14.0, 18.0, 16.0
EDGE_ROOM = 44.0  # the height of a banner at the top edge, of the scale bar at the bottom
TEXTS = 64  # that are kept as pictures; names of patients among them go with the next ones
RIM = [(dx, dy) for dx in (-1.0, 0.0, 1.0) for dy in (-1.0, 0.0, 1.0) if dx or dy]
HEAT_BAR = 160.0  # height of the colour bar


def font_of(base: QFont, pixels: int, bold: bool = False) -> QFont:
    """Return ``base`` at a height, with figures of one width where the font has them (Qt 6.7)."""
    font = QFont(base)
    font.setPixelSize(pixels)
    font.setBold(bold)
    if hasattr(QFont, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


_written: OrderedDict[tuple[object, ...], tuple[QImage, QPointF]] = OrderedDict()
"""Texts as they were written last: a corner text is nine drawings of its letters, and is the same frame after frame."""


def _picture_of(text: str, font: QFont, colour: QColor, scale: float, ratio: float) -> tuple[QImage, QPointF]:
    """Return a text with its rim as a picture, and where its corner lies from the start of the base line."""
    key = (text, font.key(), colour.rgba(), scale, ratio)
    if key in _written:
        _written.move_to_end(key)
        return _written[key]
    metrics, around = QFontMetricsF(font), scale + 2
    box = metrics.boundingRect(text).adjusted(-around, -around, around, around).toAlignedRect()
    image = QImage(box.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    painter.setPen(SHADE)
    for dx, dy in RIM:
        painter.drawText(QPointF(scale * dx - box.x(), scale * dy - box.y()), text)
    painter.setPen(colour)
    painter.drawText(QPointF(-box.x(), -box.y()), text)
    painter.end()
    _written[key] = image, QPointF(box.topLeft())
    if len(_written) > TEXTS:
        _written.popitem(last=False)
    return _written[key]


def write(painter: QPainter, at: QPointF, text: str, colour: QColor = TEXT, scale: float = 1.0) -> None:
    """Write ``text`` from its base line at ``at``, on a soft dark rim: legible on white bone and on black air."""
    ratio = painter.device().devicePixelRatioF()
    image, corner = _picture_of(text, painter.font(), colour, scale, ratio)
    place = at + corner  # on whole device pixels: between two of them letters would be blurred
    painter.drawImage(QPointF(round(place.x() * ratio) / ratio, round(place.y() * ratio) / ratio), image)


def _column(
    painter: QPainter, lines: Sequence[str], x: float, y: float, longest: float, right: bool, colour: QColor = TEXT
) -> None:
    """Write lines downwards from base line ``y``; ``x`` is their left edge, or their right edge."""
    metrics = QFontMetricsF(painter.font())
    for row, line in enumerate(lines):
        text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, longest)
        left = x - metrics.horizontalAdvance(text) if right else x
        write(painter, QPointF(left, y + row * STEP), text, colour)


def paint_corners(painter: QPainter, area: QRectF, corners: Corners) -> None:
    """Write the four corners; what is too long is cut with an ellipsis, so that no two can meet."""
    painter.setFont(font_of(painter.font(), BODY))
    half, third = area.width() / 2 - MARGIN - GAP, area.width() * 0.36 - MARGIN - GAP
    left, right, top = area.left() + MARGIN, area.right() - MARGIN, area.top() + MARGIN + 10
    _column(painter, corners.top_left, left, top, half, False)
    _column(painter, corners.top_right, right, top, half, True)
    bottom = area.bottom() - MARGIN
    _column(painter, corners.bottom_left, left, bottom - STEP * (len(corners.bottom_left) - 1), third, False)
    paint_chips(painter, corners.bottom_right, right, bottom, third)


def between_top_corners(base: QFont, width: float, corners: Corners) -> tuple[float, float, float]:
    """Return from where to where the top edge is free of corner texts, and how far down they reach."""
    metrics, half = QFontMetricsF(font_of(base, BODY)), width / 2 - MARGIN - GAP
    left, right = (
        min(max(map(metrics.horizontalAdvance, lines), default=0.0), half)
        for lines in (corners.top_left, corners.top_right)
    )
    rows = max(len(corners.top_left), len(corners.top_right))
    return MARGIN + left + GAP, width - MARGIN - right - GAP, MARGIN + rows * STEP


def paint_chips(painter: QPainter, lines: Sequence[str], right: float, bottom: float, longest: float) -> None:
    """Write warnings in amber, each in a frame of its own, upwards from the corner."""
    painter.setFont(font_of(painter.font(), LABEL))
    metrics = QFontMetricsF(painter.font())
    for row, line in enumerate(reversed(lines)):
        text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, longest)
        width = metrics.horizontalAdvance(text) + 14
        frame = QRectF(right - width, bottom - 16 - row * 26, width, 21)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(AMBER, 1))
        painter.setBrush(CHIP)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, text)


def paint_letters(painter: QPainter, area: QRectF, letters: tuple[str, str, str, str]) -> None:
    """Write the side letters at the middle of each edge; above and below they leave room for banner and scale bar."""
    painter.setFont(font_of(painter.font(), LETTER, bold=True))
    metrics = QFontMetricsF(painter.font())
    wide = [metrics.horizontalAdvance(letter) for letter in letters]
    centre, base = area.center(), area.center().y() + metrics.capHeight() / 2
    places = (
        QPointF(area.left() + MARGIN, base),
        QPointF(area.right() - MARGIN - wide[1], base),
        QPointF(centre.x() - wide[2] / 2, area.top() + MARGIN + EDGE_ROOM + metrics.capHeight()),
        QPointF(centre.x() - wide[3] / 2, area.bottom() - MARGIN - EDGE_ROOM),
    )
    for place, letter in zip(places, letters, strict=True):
        if letter:
            write(painter, place, letter)


def paint_scale_bar(
    painter: QPainter, area: QRectF, length: float, label: str, scale: float = 1.0, right: bool = False
) -> None:
    """Draw the bar at the bottom edge with its label under it: in the middle, or at the ``right`` end.

    ``scale`` is of everything but the bar's ``length``: a report has more pixels than a screen.
    """
    painter.setFont(font_of(painter.font(), round(LABEL * scale)))
    wide = QFontMetricsF(painter.font()).horizontalAdvance(label)
    edge = area.right() - MARGIN * scale
    left = round(edge - length) if right else round(area.center().x() - length / 2)
    start = edge - wide if right else area.center().x() - wide / 2
    y = area.bottom() - (MARGIN + 20) * scale
    thick, up = 2 * scale, 6 * scale
    ends = (
        QRectF(left, y - up, thick, up + thick),
        QRectF(left + length - thick, y - up, thick, up + thick),
        QRectF(left, y, length, thick),
    )
    for part in ends:
        painter.fillRect(part.adjusted(-scale, -scale, scale, scale), SHADE)
    for part in ends:
        painter.fillRect(part, TEXT)
    write(painter, QPointF(start, area.bottom() - MARGIN * scale), label, scale=scale)


def paint_heat_bar(painter: QPainter, area: QRectF, threshold: float | None) -> None:
    """Draw the colours of the scores 0 to 1 at the right edge, with the threshold on them."""
    bar = QRectF(area.right() - MARGIN - 44, area.center().y() + 34, 12, HEAT_BAR)
    colours = heat_table()[::-1].reshape(256, 1, 3).copy()
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), SHADE)
    painter.drawImage(bar, QImage(colours.data, 1, 256, 3, QImage.Format.Format_RGB888))
    painter.setFont(font_of(painter.font(), LABEL))
    metrics = QFontMetricsF(painter.font())
    write(painter, QPointF(bar.left() - 10, bar.top() - 10), tr("score"))
    for score in (0.0, 0.5, 1.0):
        y = bar.bottom() - score * HEAT_BAR
        painter.fillRect(QRectF(bar.right(), y - 0.5, 4, 1), TEXT)
        write(painter, QPointF(bar.right() + 8, y + metrics.capHeight() / 2), decimal(score))
    if threshold is not None:
        y = bar.bottom() - threshold * HEAT_BAR
        painter.fillRect(QRectF(bar.left() - 5, y - 1.5, bar.width() + 8, 3), QColor(0, 0, 0))
        painter.fillRect(QRectF(bar.left() - 4, y - 0.5, bar.width() + 6, 1), TEXT)


def paint_placeholder(painter: QPainter, area: QRectF, title: str, sentence: str = "") -> None:
    """Write calmly in the middle of the empty canvas why there is no film."""
    painter.setFont(font_of(painter.font(), BODY + 2))
    painter.setPen(QUIET)
    painter.drawText(area.adjusted(0, -20, 0, -20), Qt.AlignmentFlag.AlignCenter, title)
    if sentence:
        painter.setFont(font_of(painter.font(), BODY))
        wide = area.adjusted(area.width() / 6, 20, -area.width() / 6, 20)
        painter.drawText(wide, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), sentence)
