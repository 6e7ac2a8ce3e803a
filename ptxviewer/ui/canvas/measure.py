"""Measurements on the canvas: their lines, handles and labels, and the mouse that draws and moves them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QCursor, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from ptxviewer.app.review.measuring import KIND_OF, shown_measurements
from ptxviewer.app.state.film import Film
from ptxviewer.core.drawing.handles import Drawn, Grip, bounds, grip_at, grown, label_place, overlap
from ptxviewer.core.drawing.measure import described, handles_of, line_of, measured_text
from ptxviewer.core.film import PixelSpacing
from ptxviewer.core.geometry import Box
from ptxviewer.core.review import Measurement
from ptxviewer.ui.canvas.hands import Colour, Reach, label_size, paint_handles, paint_label, paint_line, written_on

REST: Colour = (236, 232, 214)  # a warm white: neither the network's cyan nor the amber of what needs attention
CHOSEN: Colour = (255, 214, 120)
KEEP_OFF = 10.0  # screen pixels from the edge of the canvas
GRABS = ("window", "zoom", "pan", *KIND_OF)  # tools with which a measurement can be taken hold of


@dataclass
class _Said:
    """What measurements say, kept while film and spacing are the same: statistics of a region cost milliseconds."""

    film_key: str = ""
    spacing: PixelSpacing | None = None
    texts: dict[Measurement, tuple[str, ...]] | None = None

    def of(self, reach: Reach, measurement: Measurement) -> tuple[str, ...]:
        film = reach.radiograph
        if self.texts is None or len(self.texts) > 100 or (self.film_key, self.spacing) != (film.key, film.spacing):
            self.film_key, self.spacing, self.texts = film.key, film.spacing, {}
        if measurement not in self.texts:
            self.texts[measurement] = measured_text(film, measurement)
        return self.texts[measurement]


class MeasureHand(QObject):
    """Turns the mouse into the intents of ``app.measuring``; a ``Hand`` of the canvas."""

    begun = Signal(object)  # film point
    grabbed = Signal(object, object)  # Grip, film point
    moved = Signal(object, bool)  # film point, straight
    placed = Signal()
    chosen = Signal(object)  # number or None

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.movable = True  # False where the film on this canvas is not the one that tools work on
        self._said = _Said()
        self._pressed = QPointF()
        self._hovered: int | None = None
        self._told: tuple[object, ...] = ((), None)
        self._fresh = False  # the press began a measurement: a release on the same spot only sets its first point

    def tell(self, film: Film | None) -> None:
        """Tell a screen reader what is measured on the film."""
        kept = film.review.measurements if film is not None and film.radiograph is not None else ()
        told = (kept, film.radiograph.spacing if kept and film is not None and film.radiograph is not None else None)
        if told == self._told or film is None:
            return
        self._told = told
        words = described(film.radiograph, kept) if film.radiograph is not None else ()
        self._canvas.setAccessibleDescription("; ".join(f"{name}: {text}" for name, text in words))

    def _drawn(self, reach: Reach, measurement: Measurement) -> Drawn:
        return Drawn(
            tuple(reach.screen(point) for point in handles_of(measurement)),
            tuple(reach.screen(point) for point in line_of(measurement)),
            measurement.region,
        )

    def _under(self, reach: Reach, at: QPointF) -> Grip | None:
        if not self.movable or reach.state.tool not in GRABS or reach.film.measurement is not None:
            return None
        things = [self._drawn(reach, one) for one in reach.film.review.measurements]
        return grip_at(things, (at.x(), at.y()))

    # The mouse

    def press(self, reach: Reach, event: QMouseEvent) -> bool:
        """Take a measurement that is there, set the next point of one, or begin one with a measuring tool."""
        self._pressed, self._fresh = event.position(), False
        if reach.film.measurement is not None:
            self._follow(reach, event)
            return True
        grip = self._under(reach, event.position())
        if grip is not None:
            self.grabbed.emit(grip, reach.film_point(event))
            return True
        if reach.film.chosen is not None:
            self.chosen.emit(None)
        if reach.state.tool in KIND_OF:
            self._fresh = True
            self.begun.emit(reach.film_point(event))
            return True
        return False

    def takes(self, reach: Reach, event: QMouseEvent) -> bool:
        """Two quick clicks are two clicks to a tool that measures."""
        return event.button() == Qt.MouseButton.LeftButton and (
            reach.state.tool in KIND_OF or self._under(reach, event.position()) is not None
        )

    def _follow(self, reach: Reach, event: QMouseEvent) -> None:
        straight = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.moved.emit(reach.film_point(event), straight)

    def move(self, reach: Reach, event: QMouseEvent) -> None:
        """The point in the hand follows; a hand that only trembles moves nothing."""
        if self._fresh or reach.film.measurement is None or reach.film.measurement.item is None:
            self._follow(reach, event)
        elif (event.position() - self._pressed).manhattanLength() >= 2:
            self._pressed = QPointF(-1e6, -1e6)
            self._follow(reach, event)

    def release(self, reach: Reach, event: QMouseEvent) -> None:
        """The point is set, unless this was the click that began it: then the next click sets it."""
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance() / 2
        if not self._fresh or far:
            self.placed.emit()
        self._fresh = False

    def hover(self, reach: Reach, event: QMouseEvent) -> QCursor | Qt.CursorShape | None:
        """Between two clicks the point follows; over something that can be taken, the cursor says so."""
        if reach.film.measurement is not None:
            self._follow(reach, event)
            return None
        grip = self._under(reach, event.position())
        hovered = None if grip is None else grip.item
        if hovered != self._hovered:
            self._hovered = hovered
            self._canvas.update()
        if grip is None:
            return None
        return Qt.CursorShape.PointingHandCursor if grip.handle is not None else Qt.CursorShape.SizeAllCursor

    # The picture

    def paint(self, painter: QPainter, reach: Reach) -> None:
        """All measurements of the film: lines first, then labels, each beside what it measures."""
        film, live = reach.film, reach.film.measurement
        shown = shown_measurements(film)
        if not shown:
            return
        inhand = None if live is None else len(shown) - 1 if live.item is None else live.item
        width, height = reach.port.canvas
        area = (KEEP_OFF, KEEP_OFF, width - KEEP_OFF, height - KEEP_OFF)
        things = [self._drawn(reach, one) for one in shown]
        for number, (one, thing) in enumerate(zip(shown, things, strict=True)):
            active = number in (inhand, film.chosen)
            colour = CHOSEN if active else REST
            paint_line(painter, thing, colour, 1.8 if active else 1.4, dashed=one.kind == "calibration")
            if one.region and not active and number != self._hovered:
                continue  # a region at rest is its outline alone
            hot = live.handle if live is not None and number == inhand else None
            paint_handles(painter, thing.handles, colour, hot)
        taken: list[Box] = [(x - 7, y - 7, x + 7, y + 7) for thing in things for x, y in thing.handles]
        taken += written_on(width, height, reach.state.settings.annotations)
        for number, (one, thing) in enumerate(zip(shown, things, strict=True)):
            seen = overlap(grown(bounds(thing.line), 1), (0, 0, width, height)) > 0
            lines = self._said.of(reach, one) if reach.labels and seen else ()
            if not lines:
                continue
            if len(shown) > 1:
                lines = (f"{number + 1}  {lines[0]}", *lines[1:])
            others = [other for other in things if other is not thing]
            place = label_place(label_size(painter, lines), thing, taken, area, others)
            paint_label(painter, place, lines, CHOSEN if number in (inhand, film.chosen) else REST)
            taken.append(place)
