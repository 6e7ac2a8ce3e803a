"""Two films side by side: captions that say which is the prior, and below them what has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ptxviewer.app.display.comparison import Role, change_of, days_apart, roles_of
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import State, Tool
from ptxviewer.ui.canvas.canvas import Canvas
from ptxviewer.ui.canvas.tools import view_tools
from ptxviewer.ui.commands import small_button, small_toggle
from ptxviewer.ui.controls import ElidedLabel, Toggle, label
from ptxviewer.ui.platform.text_size import factor, px
from ptxviewer.words import comparison, say, tr

ONE_LINE = 1.25  # text size up to which heading and buttons have room beside each other
MOVES: tuple[Tool, ...] = ("window", "zoom", "pan")
"""Tools that work here; the others need the film alone."""


class _Side(QWidget):
    """One film with its caption."""

    def __init__(self, presenter: Presenter, probed: Callable[[str], None]) -> None:
        super().__init__()
        self._role, self._said = label("role"), ElidedLabel()
        self._said.setObjectName("value")
        self.canvas = Canvas(view_tools(presenter))
        self.canvas.view_changed.connect(presenter.display.view.set_view)
        self.canvas.probed.connect(probed)
        self._caption = QWidget()
        self._caption.setObjectName("caption")
        self._caption.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._caption.setFixedHeight(px(32))
        line = QHBoxLayout(self._caption)
        line.setContentsMargins(12, 0, 12, 0)
        line.setSpacing(12)
        line.addWidget(self._role)
        line.addWidget(self._said, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._caption)
        column.addWidget(self.canvas, 1)

    def show_role(self, state: State, role: Role) -> None:
        """Show the film of ``role``; the one that tools and findings belong to is marked."""
        active = role.film.id == state.current_id
        film, part = role.film, comparison.part(role.part)
        view = film.facts.view if film.facts is not None else None
        score = film.findings.score if film.findings is not None else None
        caption = comparison.caption(film.number, role.taken, view, score)
        self._role.setText(part.upper())
        self._said.setText("   ".join((caption, tr("(in the panel)"))) if active else caption)
        if self._caption.property("active") is not active:
            self._caption.setProperty("active", active)
            for widget in (self._caption, self._role):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        self.canvas.setAccessibleName(f"{part}: {caption}")
        tool = state.tool if state.tool in MOVES else "window"
        self.canvas.set_state(replace(state, current_id=role.film.id, tool=tool, magnifier=False))


class ComparePage(QWidget):
    """Renders the film on screen and the one beside it."""

    def __init__(self, presenter: Presenter, probed: Callable[[str], None], do: Callable[[str], None]) -> None:
        super().__init__()
        self._presenter = presenter
        self._do = do
        self._sides = _Side(presenter, probed), _Side(presenter, probed)
        self._active = 0
        self.films = QWidget()  # both, with their captions
        films = QHBoxLayout(self.films)
        films.setContentsMargins(0, 0, 0, 0)
        films.setSpacing(0)
        line = QWidget()
        line.setObjectName("between")
        line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line.setFixedWidth(1)
        films.addWidget(self._sides[0], 1)
        films.addWidget(line)
        films.addWidget(self._sides[1], 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.films, 1)
        column.addWidget(self._foot())

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setObjectName("change")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._apart = label("quiet")
        self._lines, self._warnings = label("headline", wrap=True), label("amber", wrap=True)
        heading, buttons = QHBoxLayout(), QHBoxLayout()
        heading.addWidget(label("section", tr("Change").upper()))
        heading.addWidget(self._apart, 1)
        for action, text in (
            ("link_films", tr("Linked")),
            ("exchange", tr("Work on the other")),
            ("compare", tr("Close")),
        ):
            button = (
                small_toggle(action, self._do, text) if action == "link_films" else small_button(action, self._do, text)
            )
            buttons.addWidget(button)
            if isinstance(button, Toggle):
                self._link = button
        column = QVBoxLayout(foot)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(4)
        column.addLayout(heading)
        if factor() > ONE_LINE:
            column.addLayout(buttons)
        else:
            heading.addLayout(buttons)
        column.addWidget(self._lines)
        column.addWidget(self._warnings)
        return foot

    @property
    def canvases(self) -> tuple[Canvas, ...]:
        """Both films' canvases, from left to right."""
        return tuple(side.canvas for side in self._sides)

    @property
    def canvas(self) -> Canvas:
        """The film that keys act on."""
        return self._sides[self._active].canvas

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how much room each film has."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        canvas = self._sides[0].canvas
        self._presenter.display.comparison.set_canvas(float(canvas.width()), float(canvas.height()))

    def show_state(self, state: State) -> None:
        """Show both films of a state, nothing where nothing is compared."""
        roles = roles_of(state)
        if roles is None:
            for side in self._sides:
                side.canvas.set_state(State())  # lets go of the pixels
            return
        for number, (side, role) in enumerate(zip(self._sides, roles, strict=True)):
            side.show_role(state, role)
            if role.film.id == state.current_id:
                self._active = number
        newer, older = roles[0].film, roles[1].film
        change = change_of(newer, older)
        lines = [comparison.side_change(side) for side in change.sides]
        self._lines.setText("\n".join(lines) if change.reason is None else say(change.reason))
        self._warnings.setText("\n".join(say(caution) for caution in change.cautions))
        self._warnings.setVisible(bool(change.cautions))
        self._apart.setText(comparison.days_apart(days_apart(newer, older)))
        self._link.show_down(state.compare is not None and state.compare.linked)
        self._tell()
