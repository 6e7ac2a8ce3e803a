"""The film area: empty, one film, its apices side by side, or two films, with the tools on each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.review.finding_selection import box_around, chosen
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.view import voi_of
from ptxviewer.ui.canvas.annotations import between_top_corners
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.caption import with_line
from ptxviewer.ui.canvas.tools import all_tools
from ptxviewer.ui.panels.empty import EmptyPage
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, sentences, tr
from ptxviewer.words.annotations import corner_texts
from ptxviewer.words.notices import RESEARCH_USE

if TYPE_CHECKING:
    from ptxviewer.ui.canvas.apices import ApicesView
    from ptxviewer.ui.panels.compare import ComparePage


EDGE = 12  # screen pixels between a sentence over the film and the edge
NARROWEST = 280  # screen pixels that a sentence needs


def _may_carry_text(film: Film | None) -> bool:
    return film is not None and film.radiograph is not None and film.radiograph.acquisition.may_carry_text


class FilmArea(QStackedWidget):
    """Shows the page that a state asks for. ``probed`` is told what is under the pointer, ``do`` does commands."""

    def __init__(
        self,
        presenter: Presenter,
        empty: EmptyPage,
        place: Callable[[], None],
        probed: Callable[[str], None],
        do: Callable[[str], None],
    ) -> None:
        """``place`` sets a point of a measurement."""
        super().__init__()
        self._presenter = presenter
        self._probed = probed
        self._do = do
        self._state = presenter.state
        self.empty = empty
        self.canvas = Canvas(all_tools(presenter, place))
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.canvas.view_changed.connect(presenter.display.view.set_view)
        self.canvas.probed.connect(probed)
        self._place = place
        self.compare: ComparePage | None = None
        self._above: list[QWidget] = []
        for page in (self.empty, self.canvas):
            self.addWidget(page)
        self.setMinimumWidth(240)  # else the empty page, unseen, would push the panels over the film

    @cached_property
    def apices(self) -> ApicesView:
        """Both apices side by side; the page is made when it is first asked for."""
        from ptxviewer.ui.canvas.apices import ApicesView

        presenter = self._presenter
        page = ApicesView(presenter.display.view.set_view, lambda: all_tools(presenter, self._place))
        for canvas in page.canvases:
            canvas.probed.connect(self._probed)
            self._keep_clear(canvas)
        self.addWidget(page)
        return page

    def keep_clear_of(self, widget: QWidget) -> None:
        """Write nothing of a film where ``widget``, which lies over this area, is seen."""
        self._above.append(widget)
        self.canvas.keep_clear_of(widget)

    def _keep_clear(self, canvas: Canvas) -> None:
        for widget in self._above:
            canvas.keep_clear_of(widget)

    @property
    def _shows_apices(self) -> bool:
        return "apices" in self.__dict__ and self.currentWidget() is self.apices

    def show_state(self, state: State) -> None:
        """Show ``state`` on its page; the others let go of what they showed."""
        self._state = state
        filled = bool(state.films) or state.opening > 0
        apices = state.pair is not None and state.current is not None and state.current.radiograph is not None
        self._show_compare(state)
        page = self.compare if state.prior_id is not None else self.apices if apices else self.canvas
        first = filled and self.currentWidget() is self.empty
        self.setCurrentWidget(page if filled and page is not None else self.empty)
        if first:
            self.canvas.setFocus()  # the keys are those of the film
        self.canvas.set_state(state)
        if "apices" in self.__dict__:
            self.apices.show_state(state)

    def _show_compare(self, state: State) -> None:
        """Two films side by side; the page is made when it is first asked for."""
        if self.compare is None and state.prior_id is not None:
            from ptxviewer.ui.panels.compare import ComparePage

            self.compare = ComparePage(self._presenter, self._probed, self._do)
            self.addWidget(self.compare)
            for canvas in self.compare.canvases:
                self._keep_clear(canvas)
        if self.compare is not None:
            self.compare.show_state(state)

    @property
    def _compares(self) -> bool:
        return self.compare is not None and self.currentWidget() is self.compare

    @property
    def shown_canvas(self) -> Canvas:
        """The canvas on which the film is seen now."""
        page = self.currentWidget()
        if self.compare is not None and page is self.compare:
            return self.compare.canvas
        return self.apices.canvases[0] if self._shows_apices else self.canvas

    def top_room(self) -> QRect:
        """Where a sentence may lie at the top edge: between the corner texts, or below them where that is too narrow.

        The height says nothing.
        """
        state, film, whole = self._state, self._state.current, self.rect().adjusted(EDGE, EDGE, -EDGE, 0)
        if self._shows_apices:
            return whole.translated(0, self.apices.headed)
        written_on = self.currentWidget() is self.canvas and state.settings.annotations
        if not written_on or film is None or film.radiograph is None:
            return whole
        texts = corner_texts(film.radiograph, film.view, voi_of(film.radiograph, film.view), 1.0, state.identified)
        left, right, down = between_top_corners(self.canvas.font(), self.width(), texts)
        if right - left < px(NARROWEST):
            return whole.translated(0, round(down) - EDGE)
        return QRect(math.ceil(left), EDGE, math.floor(right - left), whole.height())

    def look_at_finding(self) -> None:
        """Zoom to the finding that is looked at, or back to the whole film."""
        film = self._state.current
        lesion = chosen(film)
        if lesion is None or film is None or film.radiograph is None:
            self._presenter.display.view.fit()
        else:
            canvas = self.shown_canvas if self._compares else self.canvas  # an apex has a view of its own
            canvas.zoom_to(box_around(lesion, *film.radiograph.shape))

    def copy_picture(self) -> None:
        """Copy what is displayed: the film, its apices, or the pair that is compared.

        Patient data go along only where reports may have them. A line below says what the picture is for, and that what
        is marked is marked by AI.
        """
        shown = self._state
        named = shown.identified and shown.settings.report_identified
        self.show_state(replace(shown, identified=named))
        films = self.compare.films if self.compare is not None and self._compares else self.currentWidget() or self
        picture = films.grab()
        by_ai = shown.overlay.shown and shown.current is not None and shown.current.findings is not None
        picture = with_line(picture, sentences(tr(RESEARCH_USE), tr("Marked by AI.") if by_ai else ""))
        seen = (shown.current, shown.prior if self._compares else None)
        if not named and any(map(_may_carry_text, seen)):
            picture = with_line(picture, say(Reading.MAY_CARRY_TEXT))
        QGuiApplication.clipboard().setPixmap(picture)
        self.show_state(shown)
