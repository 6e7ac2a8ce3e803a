"""What accompanies the film: earlier results, overlays of other programs, documents."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.display.presentation import is_applied, offered
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.objects import earlier_of, objects_of
from ptxviewer.app.state.screen import State
from ptxviewer.ui.commands import small_button, small_toggle
from ptxviewer.ui.controls import hairline, label
from ptxviewer.words import tr
from ptxviewer.words.objects import caption, outcome, presentation_line

MOST_LINES = 6


class OthersPanel(QWidget):
    """Hidden where nothing came along."""

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        self._key: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(hairline())
        title = QHBoxLayout()
        title.addWidget(label("section", tr("From elsewhere").upper()))
        title.addStretch(1)
        self._shown = small_toggle("toggle_others", do, tr("Show"))
        title.addWidget(self._shown)
        column.addLayout(title)
        self._lines = label("value", wrap=True)
        column.addWidget(self._lines)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._take = small_button("take_over", do, tr("Take over"))
        self._read = small_button("documents", do, tr("Documents..."))
        self._apply = small_toggle("toggle_presentation", do, tr("Apply"))
        for button in (self._apply, self._take, self._read):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.hide()

    def show_state(self, state: State, film: Film | None) -> None:
        """Tell what there is for the film on screen."""
        objects = () if film is None else objects_of(state, film)
        earlier = None if film is None else earlier_of(state, film)
        self.setVisible(bool(objects or state.documents))
        self._shown.setVisible(any(item.drawn for item in objects))
        self._shown.show_down(state.overlay.others)
        presentation = offered(state, film)
        self._apply.setVisible(presentation is not None)
        self._apply.show_down(is_applied(state, film))
        self._take.setVisible(earlier is not None)
        self._take.setEnabled(BY_ID["take_over"].enabled(state))
        self._read.setVisible(bool(state.documents))
        lines: list[str] = []
        if earlier is not None:
            verdict = outcome(earlier.verdict, earlier.presence) or tr("without a verdict")
            reader = f" ({earlier.reader})" if earlier.reader and state.identified else ""
            lines.append(tr("Earlier result {date}: {outcome}", date=earlier.made[:10], outcome=verdict) + reader)
        if presentation is not None and presentation.presentation is not None:
            lines.append(presentation_line(presentation, presentation.presentation))
        shape = film.radiograph.shape if film is not None and film.radiograph is not None else None
        for one in objects:
            if not one.own and one.drawn:
                fits = bool(one.marks) or any(region.mask.shape == shape for region in one.regions)
                lines.append(
                    tr("Drawn by {maker}, not checked", maker=caption(one))
                    if fits
                    else tr("{maker}: not shown, its pixels are not those of the film", maker=caption(one))
                )
        lines = list(dict.fromkeys(lines))
        if len(lines) > MOST_LINES:
            lines = [*lines[:MOST_LINES], "..."]
        self._lines.setText("\n".join(lines))
        self._lines.setVisible(bool(lines))
