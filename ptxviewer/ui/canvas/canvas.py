"""The canvas with the film on screen: a list of layers paints it, a list of tools handles the mouse.

Nothing here works at film resolution while the hand moves: a window drag is one table, a threshold drag a comparison
of the few places where the mask can be. What is painted is in ``layers``, what the mouse does in ``tools``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QMouseEvent, QNativeGestureEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.errors import StaleResult
from ptxviewer.core.geometry import Box, Point
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.view import FilmView, film_viewport, view_of_box
from ptxviewer.ui.canvas import annotations as written
from ptxviewer.ui.canvas.layers import canvas_layers
from ptxviewer.ui.canvas.layers.base import dependencies, paint_layers
from ptxviewer.ui.canvas.scene import Decisions, Scene
from ptxviewer.ui.canvas.spoken import marked
from ptxviewer.ui.canvas.tools.base import Pointer, Tool
from ptxviewer.ui.canvas.tools.view import moved, zoomed
from ptxviewer.words import sentences, tr
from ptxviewer.words.annotations import probe_text

SETTLE_MS = 80  # after the last zoom or pan the film is resampled at its best
NOTCH = 120  # one click of a wheel, in Qt's eighths of a degree
COVERING = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize)
ZOOM_PER_TURN = 1.0015  # of the wheel, per eighth of a degree


class Canvas(QWidget):
    """Renders the film of a state and turns the mouse into views and into what its tools do."""

    view_changed = Signal(int, object)  # film id, FilmView
    probed = Signal(str)  # what is under the pointer
    rested = Signal()  # the film is drawn at its best again after a zoom or a pan
    accessible_role = QAccessible.Role.Graphic

    def __init__(self, tools: Sequence[Tool] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Film"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._tools = tuple(tools)
        self._layers = canvas_layers(tuple(layer for tool in self._tools for layer in tool.layers))
        self._state = State()
        self._decisions = Decisions()
        self._painted: tuple[object, ...] = ()  # what the picture on screen depends on
        self._described = ""
        self._probed_key = ""  # of the film whose value was told last
        self._held: Tool | None = None
        self._button: Qt.MouseButton | None = None
        self._hover: Point | None = None
        self._hot: object = None
        self._above: list[QWidget] = []
        self._turned = 0.0  # wheel movement that is not a whole step yet
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._rest)

    # What is shown

    def set_state(self, state: State) -> None:
        """Show ``state``. Raises ``StaleResult`` when its film carries the result of another, and shows neither."""
        film = state.current
        if film and film.maps and film.radiograph and film.maps.image_key != film.radiograph.key:
            raise StaleResult(Finding.RESULT_OF_OTHER_FILM)
        before, self._state = self._state, state
        scene = self.scene()
        if scene is None:
            self._forget()
        if self._probed_key not in ("", "" if scene is None else scene.radiograph.key):
            self._probe(None)  # the value was one of another film
        if film is None or scene is not None:
            self._describe(scene)
        if state.tool != before.tool:
            self._show_cursor(scene)
        self._repaint_if_changed(scene)

    def keep_clear_of(self, widget: QWidget) -> None:
        """Write nothing where ``widget``, which lies over this canvas, is seen."""
        self._above.append(widget)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Write elsewhere when something that lies over the film comes, goes or moves."""
        if event.type() in COVERING:
            self.update()
        return False

    def _covered(self) -> list[Box]:
        """Where something lies over this canvas, in its screen pixels."""
        boxes = []
        for widget in self._above:
            if widget.isVisible():
                at = self.mapFromGlobal(widget.mapToGlobal(QPoint(0, 0)))
                boxes.append(
                    (float(at.x()), float(at.y()), float(at.x() + widget.width()), float(at.y() + widget.height()))
                )
        return boxes

    @property
    def shows_film(self) -> bool:
        """True while there is a film on this canvas."""
        return self._state.current is not None

    @property
    def view(self) -> FilmView | None:
        """How the film lies here, None where there is none."""
        film = self._state.current
        return None if film is None else film.view

    def scene(self) -> Scene | None:
        """Return what is painted now, None while there is no film to paint."""
        film = self._state.current
        if film is None or film.radiograph is None:
            return None
        port = film_viewport(film.radiograph, film.view, (float(self.width()), float(self.height())))
        return Scene(
            self._state,
            film,
            film.radiograph,
            port,
            self.devicePixelRatioF(),
            self._settle.isActive(),
            self._hover,
            self._hot,
            decisions=self._decisions,
            taken=self._covered(),
        )

    def _depends(self, scene: Scene | None) -> tuple[object, ...]:
        return (self._state.current, self._state.opening > 0) if scene is None else dependencies(self._layers, scene)

    def _repaint_if_changed(self, scene: Scene | None) -> None:
        depends = self._depends(scene)
        if depends != self._painted:
            self._painted = depends
            self.update()

    def _describe(self, scene: Scene | None) -> None:
        drawn = () if scene is None else [text for layer in self._layers if (text := layer.described(scene))]
        described = sentences("" if scene is None else marked(scene), "; ".join(drawn))
        if described != self._described:
            self._described = described
            self.setAccessibleDescription(described)

    def _forget(self) -> None:
        """Let go of a film that is no longer shown."""
        for layer in self._layers:
            layer.forget()
        self._decisions = Decisions()
        self._settle.stop()

    def _rest(self) -> None:
        self.update()
        self.rested.emit()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint every layer, from the film upwards."""
        painter = QPainter(self)
        painter.setFont(self.font())
        scene = self.scene()
        if scene is None:
            self._paint_placeholder(painter, self._state.current)
        else:
            paint_layers(self._layers, painter, scene)
        painter.end()

    def _paint_placeholder(self, painter: QPainter, film: Film | None) -> None:
        area = QRectF(self.rect())
        painter.fillRect(area, Qt.GlobalColor.black)
        if film is not None and film.status is FilmStatus.FAILED:
            written.paint_placeholder(painter, area, tr("This film could not be opened"), sentences(film.why))
        elif film is not None or self._state.opening:
            written.paint_placeholder(painter, area, tr("Opening ..."))

    # The hand

    @staticmethod
    def _pointer(event: QMouseEvent, button: Qt.MouseButton | None = None) -> Pointer:
        at = event.position()
        return Pointer((at.x(), at.y()), event.button() if button is None else button, event.modifiers())

    def _show_cursor(self, scene: Scene | None) -> None:
        if scene is None:
            self.unsetCursor()
            return
        tools = self._tools if self._held is None else (self._held,)
        cursors = (tool.cursor(scene, self._held is not None) for tool in tools)
        shape = next((cursor for cursor in cursors if cursor is not None), None)
        if shape is not None:
            self.setCursor(shape)

    def change_view(self, view: FilmView | None) -> None:
        """Show the film otherwise: the state that comes back does it."""
        film = self._state.current
        if film is None or view is None:
            return
        if (view.zoom, view.center) != (film.view.zoom, film.view.center) and view.zoom is not None:
            self._settle.start()
        self.view_changed.emit(film.id, view)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask the tools who takes it; a second button does not change what the first one began."""
        scene = self.scene()
        if self._button is not None:
            return
        self._button = event.button()
        if scene is not None:
            pointer = self._pointer(event)
            self._hover, self._hot = pointer.at, self._hot_at(scene, pointer)
            self._held = next((tool for tool in self._tools if tool.press(scene, pointer)), None)
            self._show_cursor(self.scene())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if event.button() != self._button:
            return
        scene, held = self.scene(), self._held
        self._button = self._held = None
        if held is not None and scene is not None:
            held.release(scene, self._pointer(event))
        self._show_cursor(self.scene())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """End what clicks began, be a second press to a tool that wants two, or fit the film."""
        scene = self.scene()
        if scene is None:
            return
        pointer = self._pointer(event)
        if any(tool.double_click(scene, pointer) for tool in self._tools):
            return
        if any(tool.takes(scene, pointer) for tool in self._tools):
            self.mousePressEvent(event)
        elif pointer.left:
            self.change_view(replace(scene.film.view, zoom=None, center=None))

    def _hot_at(self, scene: Scene, pointer: Pointer) -> object:
        things = (tool.hover(scene, pointer) for tool in self._tools)
        return next((thing for thing in things if thing is not None), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag with the tool that has the mouse; say what is under the pointer otherwise."""
        scene = self.scene()
        if scene is None:
            return
        pointer = self._pointer(event, self._button)
        self._hover = pointer.at
        if self._held is not None:
            self.change_view(self._held.move(scene, pointer))
        elif self._button is None:
            self._hot = self._hot_at(scene, pointer)
            self._show_cursor(self.scene())
            self._probe(scene)
        self._repaint_if_changed(self.scene())

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._hover = self._hot = None
        self._repaint_if_changed(self.scene())
        self._probe(None)

    def _probe(self, scene: Scene | None) -> None:
        """Say what is under the pointer on the film of ``scene``, nothing without one."""
        self._probed_key = "" if scene is None else scene.radiograph.key
        at = None if scene is None or self._hover is None else scene.port.to_film(self._hover)
        text = "" if scene is None or at is None else probe_text(scene.radiograph, scene.film.maps, at)
        self.probed.emit(text)

    # Views by key, wheel and touchpad

    def _zoom(self, factor: float, at: QPointF) -> None:
        scene = self.scene()
        if scene is not None:
            self.change_view(zoomed(scene, factor, (at.x(), at.y())))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self._zoom(factor, QPointF(self.width() / 2, self.height() / 2))

    def zoom_to(self, box: tuple[float, float, float, float]) -> None:
        """Show a part (x, y, width, height) of the film as large as it fits: never smaller than the whole film."""
        film = self._state.current
        if film is not None and film.radiograph is not None:
            canvas = (float(self.width()), float(self.height()))
            self.change_view(view_of_box(film.radiograph, film.view, canvas, box))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the film by (dx, dy) screen pixels."""
        scene = self.scene()
        if scene is not None:
            self.change_view(moved(scene, dx, dy))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with keys held what a tool does with them, in whole clicks of the wheel."""
        scene = self.scene()
        if scene is None:
            return
        delta = event.angleDelta().y() or event.angleDelta().x()  # Alt turns the wheel sideways
        acts = (tool.wheel(scene, event.modifiers()) for tool in self._tools)
        act = next((act for act in acts if act is not None), None)
        if act is None:
            self._turned = 0.0
            if delta:
                self._zoom(ZOOM_PER_TURN**delta, event.position())
            return
        self._turned = self._turned + delta if self._turned * delta >= 0 else delta
        clicks = int(self._turned / NOTCH)
        self._turned -= clicks * NOTCH
        if clicks:
            act(clicks)

    def event(self, event: QEvent) -> bool:
        """Pinching on a touchpad zooms."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(1 + event.value(), event.position())
            return True
        return super().event(event)
