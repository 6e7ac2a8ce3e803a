"""Both apices, or both bases, side by side: two canvases on one film, of which the hand moves both at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ptxviewer.app.display.apices import Pane, Shift, pane_view, panes, shifted
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import Part, State
from ptxviewer.core.film import Radiograph
from ptxviewer.core.view import FilmView
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.tools.base import Tool
from ptxviewer.ui.controls import label
from ptxviewer.words import tr
from ptxviewer.words.annotations import part_name

GAP = 2  # screen pixels between the panes


class ApicesView(QWidget):
    """Renders a state as two panes."""

    def __init__(
        self, set_view: Callable[[int, FilmView], None], tools: Callable[[], Sequence[Tool]] = lambda: ()
    ) -> None:
        """``set_view`` takes over a window that was dragged on a pane; ``tools`` makes those of a pane."""
        super().__init__()
        self._set_view = set_view
        self._state = State()
        self._shift = Shift()
        self._shows: tuple[int | None, Part | None] = None, None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("apices")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        self.canvases = Canvas(tools()), Canvas(tools())
        self._names: list[QLabel] = []
        for number, canvas in enumerate(self.canvases):
            row.addWidget(canvas, 1)
            name = label("apexName")
            name.setParent(canvas)
            name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            canvas.keep_clear_of(name)
            self._names.append(name)
            canvas.view_changed.connect(lambda _id, view, number=number: self._moved(number, view))

    def _shown(self) -> tuple[Film, Radiograph, tuple[Pane, Pane]] | None:
        film, part = self._state.current, self._state.pair
        if part is None or film is None or film.radiograph is None:
            return None
        return film, film.radiograph, panes(film, film.radiograph, part)

    def _size(self, canvas: Canvas) -> tuple[float, float]:
        return float(max(canvas.width(), 1)), float(max(canvas.height(), 1))

    def show_state(self, state: State) -> None:
        """Show the state's film in both panes; nothing is kept of it while no pair is asked for."""
        self._state = state
        if (state.current_id, state.pair) != self._shows:
            self._shows, self._shift = (state.current_id, state.pair), Shift()
            self.setAccessibleName(tr("Bases side by side") if state.pair == "bases" else tr("Apices side by side"))
        shown = self._shown()
        if shown is None:
            for canvas in self.canvases:
                if canvas.shows_film:
                    canvas.set_state(State())
            return
        film, radiograph, both = shown
        bare = replace(state.settings, annotations=False)
        for canvas, name, pane in zip(self.canvases, self._names, both, strict=True):
            view = pane_view(film, radiograph, pane, self._size(canvas), self._shift)
            canvas.set_state(replace(state.with_film(replace(film, view=view)), settings=bare))
            text = part_name(state.pair or "apices", pane.left, radiograph.orientation_known, pane.mirrored)
            canvas.setAccessibleName(text)
            if name.text() != text:
                name.setText(text)
            name.adjustSize()
            name.move((canvas.width() - name.width()) // 2, 12)

    @property
    def headed(self) -> int:
        """How far down the names of the panes reach, in screen pixels: which apex is mirrored is never covered."""
        return max(name.geometry().bottom() + 1 for name in self._names)

    def _moved(self, number: int, view: FilmView) -> None:
        """The hand moved one pane: the other follows as its mirror image; a window goes to the film."""
        shown = self._shown()
        if shown is None:
            return
        film, radiograph, both = shown
        pane, canvas = both[number], self.canvases[number]
        if (view.voi, view.voi_index) != (film.view.voi, film.view.voi_index):
            self._set_view(film.id, replace(film.view, voi=view.voi, voi_index=view.voi_index))
            return
        fitted = pane_view(film, radiograph, pane, self._size(canvas), Shift())
        self._shift = shifted(pane, radiograph, fitted, view)
        self.show_state(self._state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the panes anew."""
        super().resizeEvent(event)
        self.show_state(self._state)
