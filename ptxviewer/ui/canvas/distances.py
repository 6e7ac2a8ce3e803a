"""The interpleural distances on the film as lines with handles, and the frame around the finding that is looked at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ptxviewer.app.state.film import Part
from ptxviewer.core.answer import LINE_NAMES, HemithoraxFinding, Lesion, LineName
from ptxviewer.core.drawing.colours import AMBER, CASING
from ptxviewer.core.drawing.handles import bounds, grown, overlap
from ptxviewer.core.film import PixelSpacing
from ptxviewer.core.geometry import Point
from ptxviewer.core.viewport import Viewport
from ptxviewer.ui.canvas import annotations as written
from ptxviewer.ui.canvas.hands import Reach
from ptxviewer.ui.canvas.measure import GRABS

HANDLE, REACH = 4.0, 9.0  # radius of a handle, and how near to it the pointer must come, in screen pixels
LABELS: dict[LineName, str] = {"a": "A", "b": "B", "c": "C", "rim": "rim", "across": "width"}
WHITE = QColor(230, 235, 240)
Held = tuple[bool, LineName, Part]
"""On the left of the picture, which line, which part of it."""


def _lines(halves: Iterable[HemithoraxFinding]) -> Iterator[tuple[HemithoraxFinding, LineName]]:
    for half in halves:
        if half.distances is not None:
            yield from ((half, name) for name in LINE_NAMES)


def hit(halves: Iterable[HemithoraxFinding], port: Viewport, at: Point) -> Held | None:
    """Return what of a line lies under a screen point: the nearest end within reach, else the line itself."""
    best: tuple[float, Held] | None = None
    for half, name in _lines(halves):
        assert half.distances is not None
        line = half.distances.line(name)
        wall, lung = port.to_screen(line.wall), port.to_screen(line.lung)
        parts: tuple[tuple[float, Part], ...] = (
            (math.dist(at, wall), "wall"),
            (math.dist(at, lung), "lung"),
            (_from_segment(at, wall, lung) + REACH / 2, "both"),  # an end wins over the line it belongs to
        )
        for far, part in parts:
            if far <= REACH and (best is None or far < best[0]):
                best = far, (half.on_image_left, name, part)
    return None if best is None else best[1]


def _from_segment(at: Point, one: Point, other: Point) -> float:
    dx, dy = other[0] - one[0], other[1] - one[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else ((at[0] - one[0]) * dx + (at[1] - one[1]) * dy) / length
    along = min(max(along, 0.0), 1.0)
    return math.dist(at, (one[0] + along * dx, one[1] + along * dy))


def length_text(half: HemithoraxFinding, name: LineName, spacing: PixelSpacing) -> str:
    """Return what stands beside a line: "A 3.6 cm", in pixels where the film supports no millimetres."""
    assert half.distances is not None
    line = half.distances.line(name)
    mm = line.mm(spacing)
    return f"{LABELS[name]} {line.px():.0f} px" if mm is None else f"{LABELS[name]} {mm / 10:.1f} cm"


def paint_lines(
    painter: QPainter,
    halves: Iterable[HemithoraxFinding],
    port: Viewport,
    spacing: PixelSpacing,
    held: Held | None,
    labels: bool = True,
) -> None:
    """Draw every line; those that the reader moved are amber. The width at the hilum is drawn thin: it is long."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(written.font_of(painter.font(), written.LABEL))
    for half, name in _lines(halves):
        assert half.distances is not None
        line = half.distances.line(name)
        wall, lung = QPointF(*port.to_screen(line.wall)), QPointF(*port.to_screen(line.lung))
        in_hand = held is not None and held[:2] == (half.on_image_left, name)
        colour = QColor(*AMBER) if name in half.moved or in_hand else WHITE
        style = Qt.PenStyle.DotLine if name == "across" else Qt.PenStyle.SolidLine
        for ink, width in ((QColor(*CASING), 4.0), (colour, 1.4)):
            painter.setPen(QPen(ink, width, style if width < 2 else Qt.PenStyle.SolidLine))
            painter.drawLine(wall, lung)
        for end in (wall, lung):
            painter.setPen(QPen(QColor(*CASING), 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(end, HANDLE, HANDLE)
            painter.setPen(QPen(colour, 1.4))
            painter.drawEllipse(end, HANDLE, HANDLE)
        at = bounds(((wall.x(), wall.y()), (lung.x(), lung.y())))
        if not labels or not overlap(grown(at, 1), (0, 0, *port.canvas)):
            continue  # the words of a line that is not seen would be said of what is
        inner = port.to_screen((half.distances.across.lung[0], line.wall[1]))
        outward = 1.0 if wall.x() >= inner[0] else -1.0
        _label(painter, length_text(half, name, spacing), wall, lung, name, colour, outward, port.canvas[0])


def _label(
    painter: QPainter,
    text: str,
    wall: QPointF,
    lung: QPointF,
    name: LineName,
    colour: QColor,
    outward: float,
    width: float,
) -> None:
    """Beside the line, at the chest wall's end for A, under the line for the width at the hilum, else above it."""
    wide = painter.fontMetrics().horizontalAdvance(text)
    if name == "a":
        upper = wall if wall.y() < lung.y() else lung
        at = QPointF(upper.x() - wide / 2, upper.y() - 9)
    else:
        x = wall.x() + 10 if outward > 0 else wall.x() - 10 - wide
        at = QPointF(x, wall.y() + (16 if name == "across" else 4))
        if name in ("b", "rim"):
            at.setY(wall.y() - 6)
    right = width - wide - 4  # what is said of a line stays on the canvas
    written.write(painter, QPointF(min(max(at.x(), 4.0), max(right, 4.0)), max(at.y(), 14.0)), text, colour)


def paint_frame(painter: QPainter, lesion: Lesion, port: Viewport) -> None:
    """Draw the corners of a frame around a finding; the film in it stays free."""
    x, y, width, height = lesion.bbox
    one, other = QPointF(*port.to_screen((x, y))), QPointF(*port.to_screen((x + width, y + height)))
    frame = QRectF(one, other).normalized().adjusted(-8, -8, 8, 8)
    arm = min(12.0, frame.width() / 3, frame.height() / 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for ink, wide in ((QColor(*CASING), 3.0), (WHITE, 1.0)):
        painter.setPen(QPen(ink, wide))
        for corner, right, down in (
            (frame.topLeft(), 1, 1), (frame.topRight(), -1, 1),
            (frame.bottomLeft(), 1, -1), (frame.bottomRight(), -1, -1),
        ):  # fmt: skip
            painter.drawLine(corner, QPointF(corner.x() + right * arm, corner.y()))
            painter.drawLine(corner, QPointF(corner.x(), corner.y() + down * arm))


class LineHand(QObject):
    """Turns the mouse into the intents of ``app.lining``; a ``Hand`` of the canvas."""

    begun = Signal(bool, str, str, object)  # on the left of the picture, name, part, film point
    moved = Signal(object)  # film point
    ended = Signal()

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._over: Held | None = None

    @staticmethod
    def _halves(reach: Reach) -> tuple[HemithoraxFinding, ...]:
        """The halves whose distances can be seen and moved now; a tool that draws on the mask comes first."""
        findings, overlay = reach.film.findings, reach.state.overlay
        return findings.halves if findings is not None and overlay.lines and overlay.shown else ()

    def _under(self, reach: Reach, event: QMouseEvent) -> Held | None:
        if reach.state.tool not in GRABS:
            return None
        return hit(self._halves(reach), reach.port, (event.position().x(), event.position().y()))

    def press(self, reach: Reach, event: QMouseEvent) -> bool:
        """Take the line under the pointer."""
        self._over = self._under(reach, event)
        if self._over is None:
            return False
        self.begun.emit(*self._over, reach.film_point(event))
        return True

    def takes(self, reach: Reach, event: QMouseEvent) -> bool:
        """A double click on a line is not one on the film."""
        return self._under(reach, event) is not None

    def move(self, reach: Reach, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self.moved.emit(reach.film_point(event))

    def release(self, reach: Reach, event: QMouseEvent) -> None:
        """Let go."""
        self.ended.emit()

    def hover(self, reach: Reach, event: QMouseEvent) -> QCursor | Qt.CursorShape | None:
        """Say what can be taken."""
        before, self._over = self._over, self._under(reach, event)
        if before != self._over:
            self._canvas.update()
        if self._over is None:
            return None
        return Qt.CursorShape.SizeAllCursor if self._over[2] == "both" else Qt.CursorShape.PointingHandCursor

    def paint(self, painter: QPainter, reach: Reach) -> None:
        """All lines of the film."""
        paint_lines(painter, self._halves(reach), reach.port, reach.radiograph.spacing, self._over, reach.labels)
