"""The interpleural distances on the film, as lines with handles and their lengths."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ptxviewer.app.state.film import Part
from ptxviewer.core.answer import HemithoraxFinding, Line, LineName
from ptxviewer.core.drawing.colours import AMBER, CASING
from ptxviewer.core.drawing.handles import Drawn, bounds, distance_to_segment, grown, label_place, overlap
from ptxviewer.core.geometry import Box, Point
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.core.viewport import Viewport
from ptxviewer.ui.canvas import annotations as written
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.platform.text_size import factor
from ptxviewer.words import tr
from ptxviewer.words.finding import line_name
from ptxviewer.words.quantities import cm, px

HANDLE, REACH = 4.0, 9.0  # radius of a handle, and how near to it the pointer must come, in screen pixels
WHITE = QColor(230, 235, 240)
AROUND = 2.0  # screen pixels beside a length


@dataclass(frozen=True, slots=True)
class LineGrip:
    """What of a distance the pointer is on."""

    on_image_left: bool
    name: LineName
    part: Part


def _lines(halves: Iterable[HemithoraxFinding]) -> Iterator[tuple[HemithoraxFinding, LineName, Line]]:
    """The lines that are measurable; of the others there is nothing on the film."""
    for half in halves:
        if half.distances is not None:
            yield from ((half, name, line) for name, line in half.distances.lines)


def shown_halves(scene: Scene) -> tuple[HemithoraxFinding, ...]:
    """Return the halves of the chest whose distances are on the film now."""
    findings, overlay = scene.film.findings, scene.state.overlay
    wanted = overlay.lines and overlay.shown and scene.film.review.verdict != "reject"
    return findings.halves if findings is not None and wanted else ()


def line_grip_at(halves: Iterable[HemithoraxFinding], port: Viewport, at: Point) -> LineGrip | None:
    """Return what of a line lies under a screen point: the nearest end within reach, else the line itself."""
    best: tuple[float, LineGrip] | None = None
    for half, name, line in _lines(halves):
        wall, lung = port.to_screen(line.wall), port.to_screen(line.lung)
        parts: tuple[tuple[float, Part], ...] = (
            (math.dist(at, wall), "wall"),
            (math.dist(at, lung), "lung"),
            (distance_to_segment(at, wall, lung) + REACH / 2, "both"),  # an end wins over the line it belongs to
        )
        for far, part in parts:
            if far <= REACH and (best is None or far < best[0]):
                best = far, LineGrip(half.on_image_left, name, part)
    return None if best is None else best[1]


class DistancesLayer(Layer):
    """Every line of the film; those that the reader moved are amber."""

    def depends(self, scene: Scene) -> object:
        """The findings, the line under the pointer, and where the film lies."""
        halves = shown_halves(scene)
        if not any(_lines(halves)):
            return None
        grip = scene.hot if isinstance(scene.hot, LineGrip) else None
        return halves, scene.radiograph.spacing, grip, scene.labels, scene.lie

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw lines, handles and lengths."""
        grip = scene.hot if isinstance(scene.hot, LineGrip) else None
        halves, spacing = shown_halves(scene), scene.radiograph.spacing
        paint_distances(painter, halves, scene.port, spacing, grip, scene.labels, scene.taken, factor())


def length_text(name: LineName, line: Line, spacing: PixelSpacing) -> str:
    """Return what stands beside a line: "A 3.6 cm", in pixels where the film supports no millimetres."""
    mm = line.mm(spacing)
    label = tr("width") if name == "across" else line_name(name)
    return f"{label} {px(line.px())}" if mm is None else f"{label} {cm(mm)}"


def paint_distances(
    painter: QPainter,
    halves: Iterable[HemithoraxFinding],
    port: Viewport,
    spacing: PixelSpacing,
    grip: LineGrip | None = None,
    labels: bool = True,
    taken: list[Box] | None = None,
    scale: float = 1.0,
) -> None:
    """Draw every line; those that the reader moved are amber. The width at the hilum is drawn thin: it is long.

    Their lengths stand where nothing is ``taken`` yet, and take their places; ``scale`` is how many times larger than
    usual they are written.
    """
    shown: list[tuple[LineName, Line, Drawn, QColor]] = []
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(written.font_of(painter.font(), round(written.LABEL * scale)))
    for half, name, line in _lines(halves):
        wall, lung = QPointF(*port.to_screen(line.wall)), QPointF(*port.to_screen(line.lung))
        in_hand = grip is not None and (grip.on_image_left, grip.name) == (half.on_image_left, name)
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
        shown.append((name, line, Drawn(_ends(wall, lung), _ends(wall, lung)), colour))
    if labels:
        _write_lengths(painter, shown, spacing, port.canvas, [] if taken is None else taken)


def _ends(wall: QPointF, lung: QPointF) -> tuple[Point, Point]:
    return (wall.x(), wall.y()), (lung.x(), lung.y())


def _write_lengths(
    painter: QPainter,
    shown: list[tuple[LineName, Line, Drawn, QColor]],
    spacing: PixelSpacing,
    canvas: tuple[float, float],
    taken: list[Box],
) -> None:
    """Write every length beside its line, on no other text and on no handle."""
    metrics = QFontMetricsF(painter.font())
    area = (4.0, 4.0, canvas[0] - 4, canvas[1] - 4)
    knobs = [grown((x, y, x, y), HANDLE + 2) for _, _, drawn, _ in shown for x, y in drawn.handles]
    for name, line, drawn, colour in shown:
        if not overlap(grown(bounds(drawn.line), 1), (0, 0, *canvas)):
            continue  # the words of a line that is not seen would be said of what is
        text = length_text(name, line, spacing)
        size = (metrics.horizontalAdvance(text) + 2 * AROUND, metrics.height())
        others = [other for _, _, other, _ in shown if other is not drawn]
        place = label_place(size, drawn, [*taken, *knobs], area, others)
        if any(overlap(place, box) for box in taken):
            continue  # no room is left on this canvas
        taken.append(place)
        written.write(painter, QPointF(place[0] + AROUND, place[1] + metrics.ascent()), text, colour)
