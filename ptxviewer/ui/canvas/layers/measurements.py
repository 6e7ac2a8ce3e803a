"""Measurements on the film: their lines, handles and labels."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QPainter

from ptxviewer.app.review.measurements import shown_measurements
from ptxviewer.core.drawing.handles import Drawn, Grip, bounds, grown, label_place, overlap
from ptxviewer.core.drawing.measure import gaps_of, handles_of, line_of
from ptxviewer.core.drawing.sums import BlockSums
from ptxviewer.core.geometry import Box
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.ui.canvas.drawing import Colour, label_size, paint_handles, paint_label, paint_line
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.words.measuring import described, lines

REST: Colour = (236, 232, 214)  # a warm white: neither the network's cyan nor the amber of what needs attention
CHOSEN: Colour = (255, 214, 120)
KEEP_OFF = 10.0  # screen pixels from the edge of the canvas


def on_screen(scene: Scene, measurement: Measurement) -> Drawn:
    """Return a measurement's handles and line in screen points."""
    return Drawn(
        tuple(scene.screen(point) for point in handles_of(measurement)),
        tuple(scene.screen(point) for point in line_of(measurement)),
        measurement.region,
        gaps_of(measurement),
    )


@dataclass
class _Texts:
    """What measurements say, kept while film and spacing are the same: statistics of a region cost milliseconds."""

    film_key: str = ""
    spacing: PixelSpacing | None = None
    texts: dict[Measurement, tuple[str, ...]] | None = None
    sums: BlockSums | None = None

    def of(self, scene: Scene, measurement: Measurement) -> tuple[str, ...]:
        film = scene.radiograph
        if self.texts is None or len(self.texts) > 100 or (self.film_key, self.spacing) != (film.key, film.spacing):
            self.film_key, self.spacing, self.texts = film.key, film.spacing, {}
        if self.sums is None or self.sums.pixels is not film.pixels:
            self.sums = BlockSums(film.pixels)
        if measurement not in self.texts:
            self.texts[measurement] = lines(film, measurement, self.sums)
        return self.texts[measurement]


class MeasurementsLayer(Layer):
    """All measurements of the film: lines first, then labels, each beside what it measures."""

    def __init__(self) -> None:
        self._texts = _Texts()
        self._described: tuple[object, str] = (None, "")

    def forget(self) -> None:
        """Let go of what was measured."""
        self._texts = _Texts()

    def depends(self, scene: Scene) -> object:
        """The measurements, the one in the hand, the one chosen, the film that they measure, and where it lies."""
        film = scene.film
        shown = shown_measurements(film)
        if not shown:
            return None
        hot = scene.hot if isinstance(scene.hot, Grip) else None
        spacing, corners = scene.radiograph.spacing, scene.state.settings.annotations
        return (
            shown,
            film.measurement,
            film.chosen,
            hot,
            spacing,
            corners,
            scene.labels,
            scene.radiograph.key,
            scene.lie,
        )

    def described(self, scene: Scene) -> str:
        """Return what is measured, for a screen reader; what is still in the hand is not told."""
        kept = scene.film.review.measurements
        key = (kept, scene.radiograph.key, scene.radiograph.spacing) if kept else None
        if key != self._described[0]:
            self._described = key, "; ".join(f"{name}: {text}" for name, text in described(scene.radiograph, kept))
        return self._described[1]

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """All measurements of the film: lines first, then labels, each beside what it measures."""
        film, live = scene.film, scene.film.measurement
        shown = shown_measurements(film)
        if not shown:
            return
        inhand = None if live is None else len(shown) - 1 if live.item is None else live.item
        width, height = scene.port.canvas
        area = (KEEP_OFF, KEEP_OFF, width - KEEP_OFF, height - KEEP_OFF)
        things = [on_screen(scene, one) for one in shown]
        hovered = scene.hot.item if isinstance(scene.hot, Grip) else None
        for number, (one, thing) in enumerate(zip(shown, things, strict=True)):
            active = number in (inhand, film.chosen)
            colour = CHOSEN if active else REST
            paint_line(painter, thing, colour, 1.8 if active else 1.4, dashed=one.kind == "calibration")
            if one.region and not active and number != hovered:
                continue  # a region at rest is its outline alone
            hot = live.handle if live is not None and number == inhand else None
            paint_handles(painter, thing.handles, colour, hot)
        taken: list[Box] = [(x - 7, y - 7, x + 7, y + 7) for thing in things for x, y in thing.handles]
        taken += scene.taken
        for number, (one, thing) in enumerate(zip(shown, things, strict=True)):
            seen = overlap(grown(bounds(thing.line), 1), (0, 0, width, height)) > 0
            lines = self._texts.of(scene, one) if scene.labels and seen else ()
            if not lines:
                continue
            if len(shown) > 1:
                lines = (f"{number + 1}  {lines[0]}", *lines[1:])
            others = [other for other in things if other is not thing]
            place = label_place(label_size(painter, lines), thing, taken, area, others)
            if any(overlap(place, box) for box in scene.taken):
                continue  # no room is left on this canvas
            paint_label(painter, place, lines, CHOSEN if number in (inhand, film.chosen) else REST)
            taken.append(place)
            scene.taken.append(place)
