"""The film on screen: resampled once to the view in 16 bit, windowed by a table, the overlay thresholded at view size.

Nothing here works at film resolution while the hand moves: a window drag is one table, a threshold drag one comparison.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ptxviewer.app.annotations import corner_texts, orientation_letters, scale_bar
from ptxviewer.app.state import Film, FilmStatus, FilmView, State
from ptxviewer.core.compose import CASING, CYAN, heat_table
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.findings import Decision, decide
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.types import Radiograph, Voi
from ptxviewer.core.viewport import Viewport, panned, viewport, zoomed_at
from ptxviewer.core.voi import display_lut, drag_window, value_range, window_of

TEXT, AMBER = QColor("#e6ebf0"), QColor("#f2b33d")


def voi_of(film: Radiograph, view: FilmView) -> Voi:
    """The window or table that a film is shown through."""
    if view.voi is not None:
        return view.voi
    index = film.default_voi if view.voi_index is None else view.voi_index
    return film.vois[min(index, len(film.vois) - 1)]


class Canvas(QWidget):
    """Renders the film of a state and turns the mouse into views."""

    view_changed = Signal(int, object)  # film id, FilmView
    threshold_stepped = Signal(int)
    opacity_stepped = Signal(int)
    probed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Film")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._state = State()
        self._drag: tuple[QPointF, Qt.MouseButton] | None = None
        self._view_key: tuple[object, ...] = ()
        self._pixels: NDArray[np.uint16] | None = None  # (height, width) device pixels
        self._inside: NDArray[np.bool_] | None = None
        self._score_key: tuple[object, ...] = ()
        self._score: NDArray[np.float32] | None = None
        self._decision: tuple[tuple[object, ...], Decision] | None = None
        self._colours = heat_table()

    # What is shown

    def set_state(self, state: State) -> None:
        """Show ``state``; a result of another film than the one it hangs on is refused."""
        film = state.current
        if film and film.maps and film.radiograph and film.maps.image_key != film.radiograph.key:
            raise StaleResult("The result belongs to another film and was not shown.")
        self._state = state
        self.update()

    def _canvas(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def _viewport(self, film: Film) -> Viewport:
        assert film.radiograph is not None
        view = film.view
        return viewport(
            film.radiograph.shape, self._canvas(), zoom=view.zoom, center=view.center,
            quarter_turns=view.quarter_turns, flipped=view.flipped,
        )  # fmt: skip

    def _device_matrix(self, port: Viewport) -> NDArray[np.float64]:
        """Film pixel centres to device pixel centres, for ``cv2.warpAffine``."""
        matrix = port.matrix * self.devicePixelRatioF()
        matrix[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5
        return matrix

    def _resample(self, film: Radiograph, port: Viewport) -> NDArray[np.uint16]:
        """Film to the view in 16 bit; kept until the view changes."""
        ratio = self.devicePixelRatioF()
        size = round(self.width() * ratio), round(self.height() * ratio)
        key = (film.key, size, port.matrix.tobytes())
        if key != self._view_key or self._pixels is None:
            scale = port.zoom * ratio
            matrix = self._device_matrix(port)
            source: NDArray[Any] = np.asarray(film.pixels)
            factor = 1 if scale >= 0.75 else max(1, round(1 / scale))
            if factor > 1:  # average first, then interpolate: no aliasing of ribs and grids
                rows, cols = film.rows // factor * factor, film.cols // factor * factor
                source = cv2.resize(
                    source[:rows, :cols], (cols // factor, rows // factor), interpolation=cv2.INTER_AREA
                )
                matrix = matrix.copy()
                matrix[:, 2] += matrix[:, :2].sum(1) * (factor - 1) / 2
                matrix[:, :2] *= factor
            kind = cv2.INTER_NEAREST if scale >= 6 else cv2.INTER_CUBIC if 1.05 < scale < 6 else cv2.INTER_LINEAR
            self._pixels = np.asarray(
                cv2.warpAffine(source, matrix, size, flags=kind, borderMode=cv2.BORDER_REPLICATE), np.uint16
            )
            corners = np.array([[0, 0], [film.cols, 0], [film.cols, film.rows], [0, film.rows]], np.float64)
            outline = (corners @ port.matrix[:, :2].T + port.matrix[:, 2]) * ratio
            inside = np.zeros(size[::-1], np.uint8)
            cv2.fillConvexPoly(inside, np.round(outline * 16).astype(np.int32), 1, shift=4)
            self._inside = inside.astype(bool)
            self._view_key = key
        return self._pixels

    def _decided(self, film: Film) -> Decision | None:
        info = self._state.engine.info
        if film.maps is None or info is None:
            return None
        threshold = film.threshold(info.rule)
        key = (film.maps.image_key, id(film.maps), threshold)
        if self._decision is None or self._decision[0] != key:
            self._decision = (key, decide(film.maps, info.rule, threshold))
        return self._decision[1]

    def _view_score(self, film: Film, grid: NDArray[np.float32], port: Viewport) -> NDArray[np.float32]:
        """A map of the model's grid resampled to the view: the inverse of the preprocessing, then the viewport."""
        assert film.radiograph is not None
        place = GridMap.for_film(film.radiograph.rows, film.radiograph.cols, grid.shape[0])
        step_x, step_y = film.radiograph.cols / place.width, film.radiograph.rows / place.height
        matrix = port.matrix * self.devicePixelRatioF()
        linear = matrix[:, :2] * (step_x, step_y)
        offset = matrix[:, 2] + linear @ (0.5, 0.5) - 0.5
        inner = np.ascontiguousarray(grid[place.content])
        size = (self._pixels.shape[1], self._pixels.shape[0]) if self._pixels is not None else (1, 1)
        whole = np.column_stack((linear, offset))
        warped = cv2.warpAffine(inner, whole, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        assert self._inside is not None
        return np.where(self._inside, warped, np.float32(0)).astype(np.float32, copy=False)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Film, overlay, annotations."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        film = self._state.current
        if film is None or film.radiograph is None:
            self._paint_placeholder(painter, film)
            return
        port = self._viewport(film)
        self._paint_film(painter, film, port)
        if self._state.overlay.shown:
            self._paint_overlay(painter, film, port)
        if self._state.annotations:
            self._paint_annotations(painter, film, port)

    def _paint_placeholder(self, painter: QPainter, film: Film | None) -> None:
        text = ""
        if film is not None:
            text = "This film could not be opened" if film.status is FilmStatus.FAILED else "Opening ..."
        elif self._state.opening:
            text = "Opening ..."
        painter.setPen(QColor("#98a2ad"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_film(self, painter: QPainter, film: Film, port: Viewport) -> None:
        radiograph = film.radiograph
        assert radiograph is not None
        table = display_lut(radiograph, voi_of(radiograph, film.view), film.view.inverted)
        grey = np.take(table, self._resample(radiograph, port))
        assert self._inside is not None
        grey[~self._inside] = 0
        image = QImage(grey.data, grey.shape[1], grey.shape[0], grey.strides[0], QImage.Format.Format_Grayscale8)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter.drawImage(0, 0, image)

    def _paint_overlay(self, painter: QPainter, film: Film, port: Viewport) -> None:
        decision = self._decided(film)
        if decision is None or film.maps is None:
            return
        overlay = self._state.overlay
        if overlay.mode == "heat":
            self._paint_heat(painter, self._view_score(film, film.maps.pneumothorax, port), overlay.opacity)
        if not decision.present:
            return
        mask = (self._view_score(film, decision.grid, port) >= np.float32(decision.threshold)).astype(np.uint8)
        if overlay.mode == "fill":
            layer = np.zeros((*mask.shape, 4), np.uint8)
            layer[mask > 0] = (*CYAN[::-1], round(255 * overlay.opacity))
            self._paint_layer(painter, layer)
        ratio = self.devicePixelRatioF()
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        lines = [QPolygonF([QPointF((x + 0.5) / ratio, (y + 0.5) / ratio) for [[x, y]] in c]) for c in contours]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((CASING, 4.0), (CYAN, 2.0)):
            painter.setPen(QPen(QColor(*colour), width))
            for line in lines:
                painter.drawPolygon(line)

    def _paint_heat(self, painter: QPainter, score: NDArray[np.float32], opacity: float) -> None:
        index = np.clip(score * 255, 0, 255).astype(np.uint8)
        table = np.column_stack((self._colours[:, ::-1], np.clip(np.arange(256) * 5, 0, 255) * max(opacity, 0.2)))
        self._paint_layer(painter, np.take(table.astype(np.uint8), index, axis=0))
        bar = QRectF(self.width() - 34, self.height() / 2 - 80, 12, 160)
        for step in range(160):
            colour = QColor(*(int(v) for v in self._colours[round((159 - step) * 255 / 159)]))
            painter.fillRect(QRectF(bar.x(), bar.y() + step, 12, 1), colour)
        self._text(painter, bar.x() - 4, bar.y() - 6, "1.0", TEXT)
        self._text(painter, bar.x() - 4, bar.bottom() + 16, "score 0", TEXT, right=True)

    def _paint_layer(self, painter: QPainter, bgra: NDArray[np.uint8]) -> None:
        layer = np.ascontiguousarray(bgra)
        image = QImage(layer.data, layer.shape[1], layer.shape[0], layer.strides[0], QImage.Format.Format_ARGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter.drawImage(0, 0, image)

    def _text(self, painter: QPainter, x: float, y: float, text: str, colour: QColor, right: bool = False) -> None:
        """Text with a dark rim, legible on white bone and on black air."""
        if right:
            x -= painter.fontMetrics().horizontalAdvance(text) - 12
        painter.setPen(QColor(0, 0, 0, 200))
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            painter.drawText(QPointF(x + dx, y + dy), text)
        painter.setPen(colour)
        painter.drawText(QPointF(x, y), text)

    def _paint_annotations(self, painter: QPainter, film: Film, port: Viewport) -> None:
        radiograph = film.radiograph
        assert radiograph is not None
        font = QFont(self.font())
        font.setPixelSize(13)
        painter.setFont(font)
        zoom = port.zoom * self.devicePixelRatioF()
        corners = corner_texts(radiograph, film.view, voi_of(radiograph, film.view), zoom, self._state.identified)
        step = 18
        for row, text in enumerate(corners.top_left):
            self._text(painter, 14, 24 + step * row, text, TEXT)
        for row, text in enumerate(corners.top_right):
            self._text(painter, self.width() - 26, 24 + step * row, text, TEXT, right=True)
        for row, text in enumerate(reversed(corners.bottom_left)):
            self._text(painter, 14, self.height() - 14 - step * row, text, TEXT)
        for row, text in enumerate(reversed(corners.bottom_right)):
            self._text(painter, self.width() - 26, self.height() - 14 - step * row, text, AMBER, right=True)
        letters = orientation_letters(radiograph, film.view)
        if letters is not None:
            font.setPixelSize(18)
            font.setBold(True)
            painter.setFont(font)
            left, right, top, bottom = letters
            middle_x, middle_y = self.width() / 2, self.height() / 2
            for x, y, letter in ((14, middle_y, left), (self.width() - 30, middle_y, right), (middle_x, 26, top)):
                self._text(painter, x, y, letter, TEXT)
            self._text(painter, middle_x, self.height() - 52, bottom, TEXT)
            font.setPixelSize(13)
            font.setBold(False)
            painter.setFont(font)
        bar = scale_bar(radiograph.spacing, port.zoom, film.view.quarter_turns)
        if bar is not None:
            length, label = bar
            x, y = (self.width() - length) / 2, self.height() - 30
            painter.fillRect(QRectF(x - 1, y - 1, length + 2, 4), QColor(0, 0, 0, 200))
            painter.fillRect(QRectF(x, y, length, 2), TEXT)
            self._text(painter, x, y + 18, label, TEXT)

    # The hand

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted film stays fitted."""
        self.update()

    def _emit(self, film: Film, view: FilmView) -> None:
        self.view_changed.emit(film.id, view)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a drag."""
        self._drag = (event.position(), event.button())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit."""
        film = self._state.current
        if film is not None:
            self._emit(film, replace(film.view, zoom=None, center=None))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Window, zoom or pan while a button is down; probe otherwise."""
        film = self._state.current
        if film is None or film.radiograph is None:
            return
        port = self._viewport(film)
        if self._drag is None:
            self._probe(film, port, event.position())
            return
        start, button = self._drag
        moved = event.position() - start
        self._drag = (event.position(), button)
        tool = {Qt.MouseButton.RightButton: "zoom", Qt.MouseButton.MiddleButton: "pan"}.get(button, self._state.tool)
        if tool == "pan":
            center = panned(port, self._canvas(), moved.x(), moved.y())
            self._emit(film, replace(film.view, zoom=port.zoom, center=center))
        elif tool == "zoom":
            self._zoom(film, port, 1.01 ** -moved.y(), (self.width() / 2, self.height() / 2))
        else:
            low, high = value_range(film.radiograph)
            now = window_of(film.radiograph, voi_of(film.radiograph, film.view))
            span = max(high - low, 1.0)
            window = drag_window(now, moved.x() / self.width(), moved.y() / self.height(), span)
            self._emit(film, replace(film.view, voi=window))

    def _zoom(self, film: Film, port: Viewport, factor: float, at: tuple[float, float]) -> None:
        assert film.radiograph is not None
        turns = film.view.quarter_turns
        zoom, center = zoomed_at(port, film.radiograph.shape, self._canvas(), factor, at, turns)
        self._emit(film, replace(film.view, zoom=zoom, center=center))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        film = self._state.current
        if film is not None and film.radiograph is not None:
            self._zoom(film, self._viewport(film), factor, (self.width() / 2, self.height() / 2))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the film by (dx, dy) screen pixels."""
        film = self._state.current
        if film is not None and film.radiograph is not None:
            port = self._viewport(film)
            self._emit(film, replace(film.view, zoom=port.zoom, center=panned(port, self._canvas(), dx, dy)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Ctrl the threshold, with Alt the opacity."""
        film = self._state.current
        delta = event.angleDelta().y() or event.angleDelta().x()
        if film is None or film.radiograph is None or delta == 0:
            return
        steps = 1 if delta > 0 else -1
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.threshold_stepped.emit(steps)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.opacity_stepped.emit(steps)
        else:
            at = event.position()
            self._zoom(film, self._viewport(film), 1.0015**delta, (at.x(), at.y()))

    def _probe(self, film: Film, port: Viewport, at: QPointF) -> None:
        radiograph = film.radiograph
        assert radiograph is not None
        x, y = (int(np.floor(v)) for v in port.to_film((at.x(), at.y())))
        if not (0 <= x < radiograph.cols and 0 <= y < radiograph.rows):
            self.probed.emit("")
            return
        value = float(radiograph.pixels[y, x]) * radiograph.slope + radiograph.intercept
        text = f"x {x}  y {y}  value {value:.6g}"
        if film.maps is not None:
            size = film.maps.size
            grid = GridMap.for_film(radiograph.rows, radiograph.cols, size)
            gx, gy = (min(size - 1, max(0, int(v))) for v in grid.point_to_grid(x + 0.5, y + 0.5))
            text += f"  score {film.maps.pneumothorax[gy, gx]:.2f}"
        self.probed.emit(text)
