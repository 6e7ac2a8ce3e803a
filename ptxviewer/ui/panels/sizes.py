"""How large, by which measure, and how far each may be trusted: percent, distances, the sizes of the literature."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ptxviewer.app.review.distances import can_move
from ptxviewer.app.review.finding_selection import chosen
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.answer import HemithoraxFinding
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.sizes import MEASURES, sizes_of_half
from ptxviewer.core.msgid import N_
from ptxviewer.ui.commands import key_of, small_button, small_toggle
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import finding, measures, quantities, sentences, tr

NOT_VOLUME = N_("Projected area: pneumothorax / (lung and pneumothorax of that side). Not a volume.")


class SizePanel(QWidget):
    """Renders the sizes of a film: in full those of the side that is looked at, else of the larger area's."""

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.addWidget(label("section", tr("Size").upper()))
        head.addStretch(1)
        self._reset = small_button("reset_lines", do, tr("Reset"))
        self._show = small_toggle("toggle_lines", do, tr("On film"))
        head.addWidget(self._reset)
        head.addWidget(self._show)
        column.addLayout(head)
        self._percent = label("text", wrap=True)
        self._percent.setToolTip(tr(NOT_VOLUME))
        self._lines, self._moved = label("value"), label("amber", wrap=True)
        self._lines.setToolTip(
            sentences(
                tr(
                    "Interpleural distances: over the top, and at the middle of the upper and of the lower half of the"
                    " lung."
                ),
                tr("{key} shows them on the film, where they can be moved.", key=key_of("toggle_lines")),
            )
        )
        self._missing, self._disagreement = label("quiet", wrap=True), label("amber", wrap=True)
        for widget in (self._percent, self._disagreement, self._lines, self._missing, self._moved):
            column.addWidget(widget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        grid.setColumnMinimumWidth(0, px(82))
        grid.setColumnStretch(1, 1)
        self._rows = []
        for number, measure in enumerate(MEASURES):
            pair = label("quiet", tr(measure.name)), label("value", wrap=True)
            for place, one in enumerate(pair):
                one.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                grid.addWidget(one, number, place)
            self._rows.append(pair)
        column.addLayout(grid)
        self._refused = label("quiet", wrap=True)
        column.addWidget(self._refused)

    def show_state(self, state: State) -> None:
        """Show the sizes of the film on screen."""
        film = state.current
        self._show.setEnabled(can_move(film))
        self._show.show_down(state.overlay.lines)
        self._reset.setVisible(film is not None and can_move(film) and bool(film.review.lines))
        halves = film.findings.halves if film is not None and film.findings is not None else ()
        if film is None or film.radiograph is None or not halves or film.review.verdict == "reject":
            self._shown = ()
            self._clear()
            return
        shown = film.radiograph.key, film.radiograph.spacing, film.radiograph.posture, halves, chosen(film)
        if shown != self._shown:  # a hand that draws asks for every picture
            self._shown = shown
            self._show_halves(film, film.radiograph, halves)

    def _clear(self) -> None:
        for one in (self._percent, self._lines, self._refused):
            one.setText("")
        for extra in (self._moved, self._missing, self._disagreement):
            _tell(extra, "")
        for name, value in self._rows:
            name.hide()
            value.hide()

    def _show_halves(self, film: Film, radiograph: Radiograph, halves: tuple[HemithoraxFinding, ...]) -> None:
        lesion, spacing = chosen(film), radiograph.spacing
        half = next((each for each in halves if lesion is not None and each.side == lesion.side), halves[0])
        area = () if spacing.known else (quantities.px(film.findings.area_px),) if film.findings is not None else ()
        self._percent.setText("\n".join((*(measures.percent(each) for each in halves), *area)))
        lengths = measures.distances(half, spacing)
        self._lines.setText(f"{lengths} ({finding.side(half.side)})" if lengths and len(halves) > 1 else lengths)
        _tell(self._moved, measures.moved_lines(halves))
        _tell(self._missing, "\n".join(measures.missing_lines(half)))
        _tell(self._disagreement, measures.disagreements(radiograph, halves))
        sizes = sizes_of_half(radiograph, half)
        for size, (name, value) in zip(sizes, self._rows, strict=True):
            for widget in (name, value):
                widget.setVisible(size.value is not None)
                widget.setToolTip(plain_tip(f"{tr(size.measure.formula)}\n{size.measure.source}"))
            value.setText(measures.size(size))
        self._refused.setText(
            "\n".join(
                tr("Not given: {names}. {reason}", names=names, reason=reason)
                for names, reason in measures.refusals(sizes)
            )
        )
        refused = (size.measure for size in sizes if size.refused is not None)
        self._refused.setToolTip(
            plain_tip("\n".join(f"{tr(one.name)}: {tr(one.formula)}; {one.source}" for one in refused))
        )


def _tell(line: QLabel, text: str) -> None:
    """Show a line that is there only when it has something to say."""
    line.setText(text)
    line.setVisible(bool(text))
