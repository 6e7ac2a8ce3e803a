"""The film with its overlay: the pictures of all layers, laid on each other device pixel for device pixel."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.answer import DecisionRule, Detection, ProbabilityMaps
from ptxviewer.core.findings.decide import Decision, decide
from ptxviewer.core.view import voi_of
from ptxviewer.core.viewport import Placement, placement
from ptxviewer.ui.canvas.disagreement import BandLayer
from ptxviewer.ui.canvas.edit import EditLayer
from ptxviewer.ui.canvas.hands import Reach
from ptxviewer.ui.canvas.layers import FilmLayer, HeatLayer, OverlayLayer, Picture


class Pictures:
    """Holds the layers of one canvas, and the decision that they show."""

    def __init__(self) -> None:
        self.film = FilmLayer()
        self.forget()

    def forget(self) -> None:
        """Let go of a film that is no longer shown."""
        self.film.clear()
        self._overlay, self._heat, self._edit, self._band = OverlayLayer(), HeatLayer(), EditLayer(), BandLayer()
        self._decision: tuple[ProbabilityMaps, DecisionRule, float, Detection, Decision] | None = None

    def paint(self, painter: QPainter, seen: Reach, size: QSize, ratio: float, moving: bool) -> None:
        """Paint on a canvas of ``size`` in screen pixels of ``ratio`` device pixels; quickly while it is ``moving``."""
        place = placement(seen.port, ratio)
        if place.empty:
            painter.fillRect(QRect(QPoint(0, 0), size), Qt.GlobalColor.black)
            return
        film, radiograph, how = seen.film, seen.radiograph, seen.state.sharpening
        voi, inverted = voi_of(radiograph, film.view), film.view.inverted
        pictures = [self.film.picture(radiograph, voi, inverted, place, ratio, moving, how)]
        if seen.state.overlay.shown:
            pictures += self._over(seen, place, ratio)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)  # device pixel for device pixel
        _paint_surround(painter, size, place, ratio)
        for image, x, y in pictures:
            painter.drawImage(x, y, image)
        painter.restore()

    def _over(self, seen: Reach, place: Placement, ratio: float) -> list[Picture]:
        overlay, film, radiograph = seen.state.overlay, seen.film, seen.radiograph
        mode, opacity = seen.state.settings.overlay_mode, seen.state.settings.overlay_opacity
        decision = self._decided(seen.state, film)
        pictures = []
        if mode == "heat" and film.maps is not None:
            pictures.append(self._heat.picture(radiograph, film.maps, place, opacity))
        if decision is not None and film.band is not None and overlay.band and film.review.mask is None:
            pictures += self._band.pictures(radiograph, film.band, decision, place, ratio)
        if decision is not None:
            fill = opacity if mode == "fill" else None
            if film.review.mask is None and film.stroke is None:
                pictures += self._overlay.pictures(radiograph, decision, place, ratio, fill)
            else:
                pictures += self._edit.pictures(
                    radiograph, film.review.mask, decision, film.stroke, seen.port, place, ratio, fill
                )
        return pictures

    def _decided(self, state: State, film: Film) -> Decision | None:
        info = state.engine.info
        if film.maps is None or info is None:
            return None
        key = info.rule, film.threshold(info.rule), film.detection
        last = self._decision
        if last is None or last[0] is not film.maps or last[1:4] != key:
            last = (film.maps, *key, decide(film.maps, *key))
            self._decision = last
        return last[4]


def _paint_surround(painter: QPainter, size: QSize, place: Placement, ratio: float) -> None:
    """Black around the film only: under it, it would cost as much as the film."""
    width, height = math.ceil(size.width() * ratio), math.ceil(size.height() * ratio)
    (x, y), (x0, y0, x1, y1) = place.corner, place.seen
    right, bottom = x + x1 - x0, y + y1 - y0
    for strip in (
        QRect(0, 0, width, y),
        QRect(0, bottom, width, height - bottom),
        QRect(0, y, x, bottom - y),
        QRect(right, y, width - right, bottom - y),
    ):
        painter.fillRect(strip, Qt.GlobalColor.black)
