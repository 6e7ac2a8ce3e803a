"""Paints what is written on the film: corners, orientation letters, scale bar, the colour bar of the heat map."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from ptxviewer.core.drawing.colours import heat_table
from ptxviewer.core.drawing.labels import free_place
from ptxviewer.core.geometry import Box
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
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
BAR_HIGH = 32.0  # of the scale bar with its label
LEAST_LINE = 240.0  # screen pixels that a line of the corner below on the left gets at least


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
        write(painter, QPointF(left, y + row * px(STEP)), text, colour)


def _block(painter: QPainter, lines: Sequence[str], longest: float) -> tuple[float, float]:
    """Return width and height of lines that are cut at ``longest``, in the painter's font."""
    metrics = QFontMetricsF(painter.font())
    wide = max((min(metrics.horizontalAdvance(line), longest) for line in lines), default=0.0)
    return wide, px(STEP) * len(lines)


def paint_corners(painter: QPainter, area: QRectF, corners: Corners, taken: list[Box]) -> None:
    """Write the four corners, warnings first; what is too long is cut with an ellipsis, so that no two can meet."""
    inner = (area.left() + MARGIN, area.top() + MARGIN - 4, area.right() - MARGIN, area.bottom() - MARGIN + 4)
    paint_chips(painter, corners.bottom_right, inner[2], area.bottom() - MARGIN, inner[2] - inner[0], taken)
    painter.setFont(font_of(painter.font(), px(BODY)))
    half, third = (
        area.width() / 2 - MARGIN - px(GAP),
        max(area.width() * 0.36 - MARGIN - px(GAP), min(px(LEAST_LINE), area.width() - 2 * MARGIN)),
    )
    for lines, longest, right, low in (
        (corners.top_left, half, False, False),
        (corners.top_right, half, True, False),
        (corners.bottom_left, third, False, True),
    ):
        wide, high = _block(painter, lines, longest)
        wish = (inner[2] - wide if right else inner[0], inner[3] - high if low else inner[1])
        place = free_place((wide, high), (wish,), taken, inner) if lines else None
        if place is not None:
            taken.append(place)
            _column(painter, lines, place[2] if right else place[0], place[1] + px(14), longest, right)


def between_top_corners(base: QFont, width: float, corners: Corners) -> tuple[float, float, float]:
    """Return from where to where the top edge is free of corner texts, and how far down they reach."""
    metrics, half = QFontMetricsF(font_of(base, px(BODY))), width / 2 - MARGIN - px(GAP)
    left, right = (
        min(max(map(metrics.horizontalAdvance, lines), default=0.0), half)
        for lines in (corners.top_left, corners.top_right)
    )
    rows = max(len(corners.top_left), len(corners.top_right))
    return MARGIN + left + GAP, width - MARGIN - right - GAP, MARGIN + rows * px(STEP)


def paint_chips(
    painter: QPainter,
    lines: Sequence[str],
    right: float,
    bottom: float,
    longest: float,
    taken: list[Box] | None = None,
) -> None:
    """Write warnings in amber, each in a frame of its own, upwards from the corner."""
    painter.setFont(font_of(painter.font(), px(LABEL)))
    metrics = QFontMetricsF(painter.font())
    for row, line in enumerate(reversed(lines)):
        text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, longest - 14)
        width = metrics.horizontalAdvance(text) + 14
        frame = QRectF(right - width, bottom - px(21) + 5 - row * px(26), width, px(21))
        if taken is not None:
            taken.append((frame.left(), frame.top(), frame.right(), frame.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(AMBER, 1))
        painter.setBrush(CHIP)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, text)


def paint_letters(
    painter: QPainter,
    area: QRectF,
    letters: tuple[str, str, str, str],
    taken: list[Box] | None = None,
    scale: float = 1.0,
) -> None:
    """Write the side letters at the middle of each edge; above and below they leave room for banner and scale bar.

    ``scale`` is how many times larger than usual.
    """
    room = EDGE_ROOM * scale
    painter.setFont(font_of(painter.font(), round(LETTER * scale), bold=True))
    metrics = QFontMetricsF(painter.font())
    wide = [metrics.horizontalAdvance(letter) for letter in letters]
    centre, base = area.center(), area.center().y() + metrics.capHeight() / 2
    places = (
        QPointF(area.left() + MARGIN, base),
        QPointF(area.right() - MARGIN - wide[1], base),
        QPointF(centre.x() - wide[2] / 2, area.top() + MARGIN + room + metrics.capHeight()),
        QPointF(centre.x() - wide[3] / 2, area.bottom() - MARGIN - room),
    )
    for place, letter, width in zip(places, letters, wide, strict=True):
        if letter:
            write(painter, place, letter)
            if taken is not None:
                taken.append((place.x(), place.y() - metrics.ascent(), place.x() + width, place.y() + 4))


def paint_scale_bar(
    painter: QPainter, area: QRectF, length: float, label: str, scale: float = 1.0, right: bool = False
) -> None:
    """Draw the bar at the bottom edge with its label under it: in the middle, or at the ``right`` end.

    ``scale`` is of everything but the bar's ``length``: a report has more pixels than a screen, and text its size.
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


def scale_bar_place(painter: QPainter, area: QRectF, length: float, label: str, taken: list[Box]) -> QRectF | None:
    """Return the area in which ``paint_scale_bar`` draws the bar where nothing else is written; None: nowhere."""
    wide = max(QFontMetricsF(font_of(painter.font(), px(LABEL))).horizontalAdvance(label), length)
    size = (wide + 2, px(BAR_HIGH))
    wish = (area.center().x() - size[0] / 2, area.bottom() - px(MARGIN) + 4 - px(BAR_HIGH))
    inner = (area.left() + MARGIN, area.top() + MARGIN, area.right() - MARGIN, area.bottom() - px(MARGIN) + 4)
    place = free_place(size, (wish,), taken, inner)
    if place is None:
        return None
    taken.append(place)
    return area.translated(place[0] - wish[0], place[1] - wish[1])


def heat_bar_place(area: QRectF, taken: list[Box]) -> QRectF | None:
    """Return where the bar of the heat map stands, with its words: at the right edge where there is room."""
    wide, high = px(44) + 22.0, HEAT_BAR + px(34)
    right, left, middle = area.right() - MARGIN - wide + 8, area.left() + MARGIN, area.center().y()
    wishes = ((right, middle + 16), (right, middle - 16 - high), (left, middle + 16), (left, middle - 16 - high))
    place = free_place((wide, high), wishes, taken, (0.0, 0.0, area.right(), area.bottom()))
    if place is None:
        return None
    taken.append(place)
    return QRectF(place[0] + 12, place[1] + px(22), 12, HEAT_BAR)


def paint_heat_bar(
    painter: QPainter, area: QRectF, threshold: float | None, at: QRectF | None = None, scale: float = 1.0
) -> None:
    """Draw the colours of the scores 0 to 1 with the threshold on them: ``at`` a place, or at the right edge.

    ``scale`` is of its words.
    """
    bar = at or QRectF(area.right() - MARGIN - 44, area.center().y() + 34, 12, HEAT_BAR)
    colours = heat_table()[::-1].reshape(256, 1, 3).copy()
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), SHADE)
    painter.drawImage(bar, QImage(colours.data, 1, 256, 3, QImage.Format.Format_RGB888))
    painter.setFont(font_of(painter.font(), round(LABEL * scale)))
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
    painter.setFont(font_of(painter.font(), px(BODY + 2)))
    painter.setPen(QUIET)
    painter.drawText(area.adjusted(0, -px(20), 0, -px(20)), Qt.AlignmentFlag.AlignCenter, title)
    if sentence:
        painter.setFont(font_of(painter.font(), px(BODY)))
        wide = area.adjusted(area.width() / 6, px(20), -area.width() / 6, px(20))
        painter.drawText(wide, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), sentence)
