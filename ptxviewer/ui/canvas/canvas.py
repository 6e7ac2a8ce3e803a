"""The film on screen and the hand on it: a state is painted from cached layers, the mouse becomes new views.

Nothing here works at film resolution while the hand moves: a window drag is one table, a threshold drag a comparison
of the few places where the mask can be. The layers are in ``canvas_pictures``, the words in ``annotations``.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ptxviewer.app.display.aids import sharpening_text
from ptxviewer.app.display.annotations import corner_texts, orientation_letters, probe_text, scale_bar
from ptxviewer.app.review.editing import SHAPES
from ptxviewer.app.review.finding_selection import chosen
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State, Tool
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Point
from ptxviewer.core.view import FilmView, film_viewport, voi_of
from ptxviewer.core.viewport import LARGEST_ZOOM, Viewport, panned, pixel_aspect, zoomed_at
from ptxviewer.core.voi import drag_window, value_range, window_of
from ptxviewer.ui.canvas import annotations as written
from ptxviewer.ui.canvas.cursors import cursor_for
from ptxviewer.ui.canvas.distances import LineHand, paint_frame
from ptxviewer.ui.canvas.edit import paint_brush, paint_rubber
from ptxviewer.ui.canvas.hands import Hand, Reach
from ptxviewer.ui.canvas.lens import draw_lens
from ptxviewer.ui.canvas.measure import MeasureHand
from ptxviewer.ui.canvas.pictures import Pictures

SETTLE_MS = 80  # after the last zoom or pan the film is resampled at its best
NOTCH = 120  # one click of a wheel, in Qt's eighths of a degree
BUTTON_TOOLS: dict[Qt.MouseButton, Tool] = {Qt.MouseButton.RightButton: "zoom", Qt.MouseButton.MiddleButton: "pan"}


class Canvas(QWidget):
    """Renders the film of a state and turns the mouse into views."""

    view_changed = Signal(int, object)  # film id, FilmView
    threshold_stepped = Signal(int)
    opacity_stepped = Signal(int)
    stroke_begun = Signal(object, bool)  # film point, the other way round
    stroke_moved = Signal(object)  # film points
    stroke_ended = Signal()
    brush_stepped = Signal(int)
    probed = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, lens: bool = False) -> None:
        """``lens``: drawn over another canvas and never shown by itself, so it writes nothing and never waits."""
        super().__init__(parent)
        self._is_lens = lens
        self._lens: Canvas | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Film")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._state = State()
        self._pictures = Pictures()
        self.measure, self.lines = MeasureHand(self), LineHand(self)
        self.hands: list[Hand] = [self.measure, self.lines]
        """What lies on the film with handles, asked in this order before the tool."""
        self._held: Hand | None = None
        self._hover: QPointF | None = None
        self._span: tuple[str, float] = ("", 1.0)  # of modality values, per film
        self._button: Qt.MouseButton | None = None
        self._pressed, self._last = QPointF(), QPointF()
        self._turned = 0.0  # wheel movement that is not a whole step yet
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.update)
        self._show_cursor()

    # What is shown

    def set_state(self, state: State) -> None:
        """Show ``state``. Raises ``StaleResult`` when its film carries the result of another, and shows neither."""
        film = state.current
        if film and film.maps and film.radiograph and film.maps.image_key != film.radiograph.key:
            raise StaleResult("The result belongs to another film and was not shown.")
        before, self._state = self._state, state
        if film is None or film.radiograph is None:
            self._forget()
        if self._lens is not None and not state.magnifier:
            self._lens.set_state(State())  # it keeps no film for nothing
        if not self._is_lens:
            self.measure.tell(film)
        if state.tool != before.tool:
            self._show_cursor()
        if self._shown(before) != self._shown(state):
            self.update()

    @property
    def shows_film(self) -> bool:
        """True while there is a film on this canvas."""
        return self._state.current is not None

    @staticmethod
    def _shown(state: State) -> tuple[object, ...]:
        """All of a state that is painted here."""
        info = state.engine.info
        return (
            state.current, state.overlay, state.settings, state.tool, state.brush, state.identified,
            state.opening > 0, state.sharpening, state.magnifier,
            info.rule if info is not None else None,
        )  # fmt: skip

    def _forget(self) -> None:
        """Let go of a film that is no longer shown."""
        self._pictures.forget()
        self._settle.stop()
        if self._lens is not None:
            self._lens.set_state(State())

    def _port(self, film: Radiograph, view: FilmView) -> Viewport:
        return film_viewport(film, view, (float(self.width()), float(self.height())))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Film, overlay, annotations."""
        painter = QPainter(self)
        painter.setFont(self.font())
        self.draw(painter)
        film = self._state.current
        if self._state.magnifier and self._hover is not None and film is not None and film.radiograph is not None:
            if self._lens is None:
                self._lens = Canvas(self, lens=True)
                self._lens.hide()
            draw_lens(painter, self._lens, self._state, self._port(film.radiograph, film.view), self._hover)

    def draw(self, painter: QPainter) -> None:
        """Draw all that is shown, from the painter's origin."""
        film = self._state.current
        if film is None or film.radiograph is None:
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
            self._paint_placeholder(painter, film)
        else:
            self._paint_film(painter, film, film.radiograph)

    def _paint_placeholder(self, painter: QPainter, film: Film | None) -> None:
        area = QRectF(self.rect())
        if film is not None and film.status is FilmStatus.FAILED:
            written.paint_placeholder(painter, area, "This film could not be opened", film.why)
        elif film is not None or self._state.opening:
            written.paint_placeholder(painter, area, "Opening ...")

    def _paint_film(self, painter: QPainter, film: Film, radiograph: Radiograph) -> None:
        overlay, port = self._state.overlay, self._port(radiograph, film.view)
        seen = Reach(self._state, film, radiograph, port, labels=not self._is_lens)
        moving = self._settle.isActive() or self._is_lens
        self._pictures.paint(painter, seen, self.size(), self.devicePixelRatioF(), moving)
        if self._state.settings.annotations:
            self._paint_annotations(painter, seen)
        elif self._state.sharpening != "off" and not self._is_lens:  # said also where nothing else is
            area, said = QRectF(self.rect()), (sharpening_text(self._state.sharpening),)
            edge = written.MARGIN
            written.paint_chips(painter, said, area.right() - edge, area.bottom() - edge, area.width() - 2 * edge)
        lesion = chosen(film) if overlay.shown else None
        if lesion is not None:
            paint_frame(painter, lesion, port)
        for hand in self.hands:
            hand.paint(painter, seen)
        if self._is_lens:
            return
        if overlay.shown and self._state.settings.overlay_mode == "heat" and film.maps is not None:
            info = self._state.engine.info
            threshold = None if info is None else film.threshold(info.rule)
            written.paint_heat_bar(painter, QRectF(self.rect()), threshold)
        live = film.stroke
        if self._hover is not None and live is not None and live.shape == "polygon":
            paint_rubber(painter, port.to_screen(live.points[-1]), self._hover)
        if self._hover is not None and SHAPES.get(self._state.tool) in ("brush", "shrink") and film.maps is not None:
            paint_brush(painter, self._hover, self._state.brush * port.zoom, self._state.tool == "erase")

    def _paint_annotations(self, painter: QPainter, seen: Reach) -> None:
        area, view, radiograph = QRectF(self.rect()), seen.film.view, seen.radiograph
        zoom, voi = seen.port.zoom * self.devicePixelRatioF(), voi_of(radiograph, view)
        aid = sharpening_text(self._state.sharpening)
        written.paint_corners(painter, area, corner_texts(radiograph, view, voi, zoom, self._state.identified, aid))
        letters = orientation_letters(radiograph, view)
        if letters is not None:
            written.paint_letters(painter, area, letters)
        bar = scale_bar(radiograph.spacing, view, seen.port.zoom, min(area.width() / 4, 260))
        if bar is not None:
            written.paint_scale_bar(painter, area, *bar)

    # The hand

    def _reach(self) -> Reach | None:
        film = self._state.current
        if film is None or film.radiograph is None:
            return None
        return Reach(self._state, film, film.radiograph, self._port(film.radiograph, film.view))

    def _show_cursor(self) -> None:
        tool = self._state.tool if self._button is None else BUTTON_TOOLS.get(self._button, self._state.tool)
        self.setCursor(cursor_for(tool, self._button is not None, self.devicePixelRatioF()))

    def _emit(self, film: Film, view: FilmView, moving: bool = True) -> None:
        if moving:
            self._settle.start()
        self.view_changed.emit(film.id, view)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a drag; a second button does not change what the first one began."""
        if self._button is None:
            self._button = event.button()
            self._pressed = self._last = event.position()
            reach = self._reach()
            if reach is not None and event.button() == Qt.MouseButton.LeftButton:
                self._held = next((hand for hand in self.hands if hand.press(reach, event)), None)
                if self._held is not None:
                    return
            self._show_cursor()
            if self._draws(event.button()):
                other = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self._stroke(self.stroke_begun, event.position(), other)

    def _draws(self, button: Qt.MouseButton | None) -> bool:
        return button == Qt.MouseButton.LeftButton and self._state.tool in SHAPES

    def _stroke(self, signal: SignalInstance, at: QPointF, *other: bool) -> None:
        film = self._state.current
        if film is not None and film.radiograph is not None:
            point = self._port(film.radiograph, film.view).to_film((at.x(), at.y()))
            signal.emit(point if other else (point,), *other)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if event.button() == self._button:
            reach = self._reach()
            if self._held is not None and reach is not None:
                self._held.release(reach, event)
            elif self._draws(self._button) and self._state.tool != "polygon":
                self.stroke_ended.emit()
            self._button = self._held = None
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit; with a tool that draws, end the polygon, or draw on."""
        film = self._state.current
        if self._draws(event.button()):
            if self._state.tool == "polygon":
                self.stroke_ended.emit()
            else:
                self.mousePressEvent(event)
            return
        reach = self._reach()
        if reach is not None and any(hand.takes(reach, event) for hand in self.hands):
            self.mousePressEvent(event)
            return
        if film is not None and event.button() == Qt.MouseButton.LeftButton:
            self._emit(film, replace(film.view, zoom=None, center=None), moving=False)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the cursor any more."""
        self._hover = None
        self.update()
        self.probed.emit("")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Window, zoom or pan while a button is down; say what is under the cursor otherwise."""
        film = self._state.current
        if film is None or film.radiograph is None:
            return
        at = event.position()
        reach = self._reach()
        if self._state.magnifier:
            self._hover = at
            self.update()
        if self._held is not None and reach is not None:
            self._held.move(reach, event)
            return
        if self._button is None and reach is not None:
            over = next((shape for hand in self.hands if (shape := hand.hover(reach, event)) is not None), None)
            if over is not None:
                self.setCursor(over)
            else:
                self._show_cursor()
        if self._state.tool in SHAPES:
            self._hover = at
            self.update()
        if self._draws(self._button):
            self._stroke(self.stroke_moved, at)
            return
        if self._button is None:
            point = self._port(film.radiograph, film.view).to_film((at.x(), at.y()))
            self.probed.emit(probe_text(film.radiograph, film.maps, point))
            return
        dx, dy = at.x() - self._last.x(), at.y() - self._last.y()
        self._last = at
        tool = BUTTON_TOOLS.get(self._button, self._state.tool)
        if tool == "pan":
            self.pan_by(dx, dy)
        elif tool == "zoom":
            self._zoom(1.01**-dy, (self._pressed.x(), self._pressed.y()))
        else:
            self._drag_window(film, film.radiograph, dx, dy)

    def _drag_window(self, film: Film, radiograph: Radiograph, dx: float, dy: float) -> None:
        if self._span[0] != radiograph.key:
            low, high = value_range(radiograph)
            self._span = radiograph.key, max(high - low, 1.0)
        now = window_of(radiograph, voi_of(radiograph, film.view))
        window = drag_window(now, dx / self.width(), dy / self.height(), self._span[1])
        self._emit(film, replace(film.view, voi=window), moving=False)

    def _zoom(self, factor: float, at: Point) -> None:
        film = self._state.current
        if film is not None and film.radiograph is not None:
            zoom, center = zoomed_at(self._port(film.radiograph, film.view), factor, at)
            self._emit(film, replace(film.view, zoom=zoom, center=center))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self._zoom(factor, (self.width() / 2, self.height() / 2))

    def zoom_to(self, box: tuple[float, float, float, float]) -> None:
        """Show a part (x, y, width, height) of the film as large as it fits."""
        film = self._state.current
        if film is None or film.radiograph is None:
            return
        aspect = pixel_aspect(film.radiograph.spacing)
        across, down = box[2], box[3] * aspect
        if film.view.quarter_turns % 2:
            across, down = down, across
        zoom = min(self.width() / max(across, 1.0), self.height() / max(down, 1.0), LARGEST_ZOOM)
        x = min(max(box[0] + box[2] / 2, 0.0), float(film.radiograph.cols))
        y = min(max(box[1] + box[3] / 2, 0.0), float(film.radiograph.rows))
        self._emit(film, replace(film.view, zoom=zoom, center=(x, y)))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the film by (dx, dy) screen pixels."""
        film = self._state.current
        if film is not None and film.radiograph is not None:
            port = self._port(film.radiograph, film.view)
            self._emit(film, replace(film.view, zoom=port.zoom, center=panned(port, dx, dy)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Ctrl the threshold, with Alt the opacity, in whole clicks of the wheel."""
        delta = event.angleDelta().y() or event.angleDelta().x()  # Alt turns the wheel sideways
        stepped = {Qt.KeyboardModifier.ControlModifier: self.threshold_stepped,
                   Qt.KeyboardModifier.AltModifier: self.opacity_stepped}  # fmt: skip
        if self._state.tool in SHAPES:
            stepped[Qt.KeyboardModifier.ShiftModifier] = self.brush_stepped
        for key, signal in stepped.items():
            if event.modifiers() & key:
                self._turned = self._turned + delta if self._turned * delta >= 0 else delta
                steps = int(self._turned / NOTCH)
                self._turned -= steps * NOTCH
                if steps:
                    signal.emit(steps)
                return
        self._turned = 0.0
        if delta:
            self._zoom(1.0015**delta, (event.position().x(), event.position().y()))

    def event(self, event: QEvent) -> bool:
        """Pinching on a touchpad zooms."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(1 + event.value(), (event.position().x(), event.position().y()))
            return True
        return super().event(event)
