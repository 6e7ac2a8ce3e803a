"""The panel beside the film: what is said of it, the sliders, the findings, and at its foot the reader's verdict.

Room for results is kept, so that nothing jumps when one arrives or another film comes; the foot never scrolls.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.reasons.window import Notice
from ptxviewer.report.decision import Nearness, nearness, score_here, score_name
from ptxviewer.ui.commands import key_of
from ptxviewer.ui.controls import MarkedSlider, ScoreBar, hairline, label
from ptxviewer.ui.panels.decision import DecisionWords
from ptxviewer.ui.panels.findings_table import FindingsTable
from ptxviewer.ui.panels.others import OthersPanel
from ptxviewer.ui.panels.sentence import SentencePanel
from ptxviewer.ui.panels.sizes import SizePanel
from ptxviewer.ui.panels.thresholds import ThresholdControls
from ptxviewer.ui.panels.verdict import VerdictFoot
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import quantities, sentences, tr
from ptxviewer.words.quantities import spacing_label

SIDE = 16  # margin
WIDTH, WIDEST = 300, 480
BELOW = 44  # screen pixels under the report text: room for the line that it is outdated
NEARNESS: dict[Nearness, Msgid] = {
    "above": N_("above the operating point ({limit})"),
    "near": N_("near the operating point ({limit})"),
    "below": N_("below the operating point ({limit})"),
}


def _score_of(film: Film | None) -> float | None:
    """The film score: of an older network also where nothing but its decision is left."""
    if film is None:
        return None
    if film.maps is not None:
        return film.maps.score
    return film.summary.score if film.older is not None and film.summary is not None else None


class ReadingPanel(QWidget):
    """Renders a state's film; every control is an intent of the presenter."""

    def __init__(self, presenter: Presenter, look: Callable[[], None], do: Callable[[str], None]) -> None:
        """``look`` zooms to the finding that was chosen, ``do`` does a command."""
        super().__init__()
        self.setObjectName("reading")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(px(WIDTH))
        self.setMaximumWidth(px(WIDEST))
        self._presenter = presenter
        self._do = do
        self._film_id: int | None = None
        self._status: FilmStatus | None = None  # of the film, as it is shown
        self.thresholds = ThresholdControls(presenter, do)
        self.decision = DecisionWords(do)
        self.findings = FindingsTable(presenter, look)
        self.text = SentencePanel(presenter, do)
        self.verdict = VerdictFoot(presenter, do, SIDE)
        self.sizes = SizePanel(do)
        self._spacing = label("quiet", wrap=True)
        self.others = OthersPanel(do)
        content = self._content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SIDE, 14, SIDE, 14)
        column.setSpacing(6)
        self._build_reading(column)
        column.addWidget(self.others)
        column.addSpacing(2)
        column.addWidget(hairline())
        column.addSpacing(2)
        column.addWidget(self.thresholds)
        column.addSpacing(2)
        column.addWidget(hairline())
        column.addSpacing(2)
        self._build_findings(column)
        column.addWidget(hairline())
        column.addSpacing(2)
        column.addWidget(self.sizes)
        column.addWidget(self._spacing)
        column.addSpacing(2)
        column.addWidget(hairline())
        column.addSpacing(2)
        column.addWidget(self.text)
        column.addStretch(1)
        scroll = self._scroll = QScrollArea()  # low windows scroll; nothing is cut off
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        def beside(_low: int, high: int) -> None:  # the bar lies in the margin, so that nothing becomes narrower
            bar = scroll.verticalScrollBar().sizeHint().width() if high > 0 else 0
            column.setContentsMargins(SIDE, 14, SIDE - bar, 14)
            if self.text.editor.hasFocus():  # what is above it has grown or shrunk
                self._show_text()

        scroll.verticalScrollBar().rangeChanged.connect(beside)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(self.verdict)

    # Building

    def _build_reading(self, column: QVBoxLayout) -> None:
        title = QHBoxLayout()
        self._name = label("quiet")
        title.addWidget(label("section", tr("Reading").upper()))
        title.addStretch(1)
        title.addWidget(self._name)
        column.addLayout(title)
        self._frame_text = label("value")
        keys = ", ".join(key_of(command) for command in ("previous_frame", "next_frame"))
        tip = tr("Frame of a multi-frame film ({keys})", keys=keys)
        self._frame = MarkedSlider(tr("Frame"), tip, step=1)
        self._frame.moved.connect(self._frame_moved)
        for widget in (self._frame_text, self._frame):
            widget.hide()
            column.addWidget(widget)
        number = QHBoxLayout()
        number.setSpacing(8)
        self._number = label("number")
        self._number.setFixedHeight(px(28))
        self._where = label("quiet")
        number.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addWidget(self._where, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addStretch(1)
        self._again = QPushButton()
        self._again.setObjectName("small")
        self._again.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._again.clicked.connect(self._do_again)
        number.addWidget(self._again)
        column.addLayout(number)
        self._bar = ScoreBar()
        column.addWidget(self._bar)
        self._kind = label("quiet")
        column.addWidget(self._kind)
        column.addSpacing(2)
        column.addWidget(self.decision)

    def _build_findings(self, column: QVBoxLayout) -> None:
        self._found = label("section")
        column.addWidget(self._found)
        column.addWidget(self.findings)

    # Intents

    def write_note(self) -> None:
        """Give the keyboard to the note."""
        self.verdict.write_note()

    def write_text(self) -> None:
        """Give the keyboard to the report text."""
        self.text.write()
        self._show_text()

    def _show_text(self) -> None:
        editor = self.text.editor  # all of it: ``ensureWidgetVisible`` cares for the line of the cursor alone
        at = editor.mapTo(self._content, editor.rect().bottomLeft())
        self._scroll.ensureVisible(at.x(), at.y(), 0, BELOW)

    def settle(self) -> None:
        """Keep what is being typed; called before another film comes on screen."""
        self.verdict.settle()
        self.text.settle()

    def _do_again(self) -> None:
        if self._status in (FilmStatus.WAITING, FilmStatus.ANALYSING):
            self._presenter.films.cancel()
        else:
            self._presenter.films.retry()

    def _frame_moved(self, value: float, settled: bool) -> None:
        if settled:
            self._presenter.films.set_frame(round(value))

    # Rendering

    def show_state(self, state: State) -> None:
        """Show the film on screen; without one everything is quiet."""
        film, info = state.current, state.network_of(state.current)
        rule = info.rule if info is not None else None
        if state.current_id != self._film_id:
            self._film_id = state.current_id
            self._scroll.verticalScrollBar().setValue(0)  # what is said of a film comes first
        self.thresholds.show_state(state)
        self.decision.show_state(state, film)
        rejected = film is not None and film.review.verdict == "reject"
        self._found.setText((tr("Rejected by reader") if rejected else tr("Findings")).upper())
        self.findings.show_film(film)
        self.sizes.show_state(state)
        self.others.show_state(state, film)
        self.text.show_state(state, film)
        self.verdict.show_state(state, film)
        self._show_film(film)
        self._kind.setText("" if info is None else tr("film score, {kind}", kind=score_name(info.calibrated)))
        score = _score_of(film)
        if score is None or rule is None:
            self._number.setText("–")
            self._where.setText(tr("no score") if film is not None else "")
            self._bar.show_score(None, None)
            return
        mark = rule.score_threshold
        here = score_here(score, None if info is None else info.prevalence, state.settings.pneumothorax_share / 100)
        if here:
            self._kind.setText(here)
        self._number.setText(quantities.score(score, mark))
        self._where.setText(tr(NEARNESS[nearness(score, mark)], limit=quantities.limit(mark)))
        self._bar.show_score(score, mark)
        self._bar.setToolTip(
            tr(
                "The film's score is {score}; the network's operating point is {limit}.",
                score=quantities.score(score, mark),
                limit=quantities.limit(mark),
            )
        )

    def _show_film(self, film: Film | None) -> None:
        """Which film it is, what can be done about its status, and where its millimetres come from."""
        again, spacing = "", ""
        self._status = None if film is None else film.status
        if film is not None:
            again = {
                FilmStatus.FAILED: tr("Try again"),
                FilmStatus.NOT_ANALYSED: tr("Analyse anyway") if film.radiograph is not None else "",
                FilmStatus.NOT_SHOWN: tr("Show anyway"),
                FilmStatus.WAITING: tr("Stop"),
                FilmStatus.ANALYSING: tr("Stop"),
            }.get(film.status, "")
            if film.why is Notice.NO_DISAGREEMENT:
                again = tr("Show result")
            if film.radiograph is not None:
                place = film.radiograph.spacing
                spacing = sentences(place.note) or (
                    tr("Origin of sizes: {origin}.", origin=spacing_label(place))
                    if place.known
                    else tr("No sizes in mm: pixels only.")
                )
        self._name.setText(tr("Film {number}", number=film.number) if film is not None else "")
        self._again.setText(again)
        self._again.setVisible(bool(again))
        self._spacing.setText(spacing)
        self._show_frames(film)

    def _show_frames(self, film: Film | None) -> None:
        several = film is not None and film.frames > 1
        for widget in (self._frame_text, self._frame):
            widget.setVisible(several)
        if film is not None and several:
            self._frame.set_highest(film.frames - 1)
            self._frame.show_value(film.view.frame)
            where = tr("Frame {number} of {count}", number=film.view.frame + 1, count=film.frames)
            self._frame_text.setText(where)
            self._frame.say_value(where)
