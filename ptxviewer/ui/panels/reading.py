"""The panel beside the film: what the model says, the two sliders, the findings, the reader's verdict.

Room for results is kept, so that nothing jumps when one arrives.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.report.decision import Nearness, film_check, headline, nearness, score_name
from ptxviewer.ui.commands import key_text, name_of, tooltip_of
from ptxviewer.ui.controls import MarkedSlider, ScoreBar, Segments, hairline, label
from ptxviewer.ui.panels.findings_table import FindingsTable
from ptxviewer.ui.panels.sizes import SizePanel
from ptxviewer.ui.panels.thresholds import ThresholdControls
from ptxviewer.words import quantities, say, sentences, tr
from ptxviewer.words.notices import NOT_EXCLUDED
from ptxviewer.words.quantities import spacing_label

SIDE = 16  # margin
WIDTH, WIDEST = 300, 480
HEADLINES: dict[FilmStatus, Msgid] = {
    FilmStatus.OPENING: N_("Opening ..."),
    FilmStatus.WAITING: N_("Waiting for the model ..."),
    FilmStatus.ANALYSING: N_("Analysing ..."),
    FilmStatus.FAILED: N_("Could not be opened."),
    FilmStatus.NOT_ANALYSED: N_("Not analysed."),
    FilmStatus.NOT_SHOWN: N_("Result not shown."),
}
NEARNESS: dict[Nearness, Msgid] = {
    "above": N_("above the operating point ({limit})"),
    "near": N_("near the operating point ({limit})"),
    "below": N_("below the operating point ({limit})"),
}


class ReadingPanel(QWidget):
    """Renders a state's film; every control is an intent of the presenter."""

    def __init__(self, presenter: Presenter, look: Callable[[], None], do: Callable[[str], None]) -> None:
        """``look`` zooms to the finding that was chosen, ``do`` does a command."""
        super().__init__()
        self.setObjectName("reading")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(WIDTH)
        self.setMaximumWidth(WIDEST)
        self._presenter = presenter
        self._do = do
        self._film_id: int | None = None
        self.thresholds = ThresholdControls(presenter, do)
        self.findings = FindingsTable(presenter, look)
        self.sizes = SizePanel(do)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SIDE, 14, SIDE, 14)
        column.setSpacing(6)
        self._build_reading(column)
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
        column.addStretch(1)
        column.addWidget(hairline())
        column.addSpacing(2)
        self._build_verdict(column)
        scroll = self._scroll = QScrollArea()  # low windows scroll; nothing is cut off
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        def beside(_low: int, high: int) -> None:  # the bar lies in the margin, so that nothing becomes narrower
            bar = scroll.verticalScrollBar().sizeHint().width() if high > 0 else 0
            column.setContentsMargins(SIDE, 14, SIDE - bar, 14)

        scroll.verticalScrollBar().rangeChanged.connect(beside)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    # Building

    def _build_reading(self, column: QVBoxLayout) -> None:
        title = QHBoxLayout()
        self._name = label("quiet")
        title.addWidget(label("section", tr("Reading").upper()))
        title.addStretch(1)
        title.addWidget(self._name)
        column.addLayout(title)
        self._frame_text = label("value")
        keys = key_text(BY_ID["previous_frame"].keys[:1] + BY_ID["next_frame"].keys[:1])
        tip = tr("Which picture of a film with several ({keys})", keys=keys)
        self._frame = MarkedSlider(tr("Frame"), tip, step=1)
        self._frame.moved.connect(self._frame_moved)
        for widget in (self._frame_text, self._frame):
            widget.hide()
            column.addWidget(widget)
        number = QHBoxLayout()
        number.setSpacing(8)
        self._number = label("number")
        self._number.setFixedHeight(28)
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
        self._headline = self._kept(label("headline", wrap=True), 38)
        self._remark = self._kept(label("quiet", wrap=True), 16)
        column.addSpacing(2)
        column.addWidget(self._headline)
        column.addWidget(self._remark)
        self._gate = label("amber", wrap=True)
        self._gate.setAccessibleName(tr("Film check"))
        column.addWidget(self._gate)

    @staticmethod
    def _kept(made: QLabel, height: int) -> QLabel:
        made.setMinimumHeight(height)
        made.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        return made

    def _build_findings(self, column: QVBoxLayout) -> None:
        column.addWidget(label("section", tr("Findings").upper()))
        column.addWidget(self.findings)
        self._spacing = self._kept(label("quiet", wrap=True), 32)
        column.addWidget(self._spacing)

    def _build_verdict(self, column: QVBoxLayout) -> None:
        column.addWidget(label("section", tr("Verdict").upper()))
        self._verdicts = Segments(
            tuple((name, name_of(BY_ID[f"verdict_{name}"]), tooltip_of(BY_ID[f"verdict_{name}"])) for name in
                  ("accept", "reject", "unsure")),
            lambda value: self._do(f"verdict_{value}"),
        )  # fmt: skip
        column.addWidget(self._verdicts)
        self._note = QLineEdit()
        self._note.setPlaceholderText(tr("Note"))
        self._note.setAccessibleName(tr("Note"))
        self._note.setToolTip(
            tr(
                "Kept with this film on this computer and printed on its report. Write no names where reports are"
                " shared."
            )
        )
        self._note.setMaxLength(500)
        self._note.setAcceptDrops(False)  # films dropped here open like anywhere else
        self._note.editingFinished.connect(self.settle)
        column.addWidget(self._note)

    # Intents

    def write_note(self) -> None:
        """Give the keyboard to the note."""
        self._note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._scroll.ensureWidgetVisible(self._note)

    def settle(self) -> None:
        """Keep a note that is being typed; called before another film comes on screen."""
        if self._note.isModified():
            self._note.setModified(False)
            self._presenter.review.set_note(self._note.text().strip())

    def _do_again(self) -> None:
        film = self._presenter.state.current
        if film is not None and film.status in (FilmStatus.WAITING, FilmStatus.ANALYSING):
            self._presenter.films.cancel()
        else:
            self._presenter.films.retry()

    def _frame_moved(self, value: float, settled: bool) -> None:
        if settled:
            self._presenter.films.set_frame(round(value))

    # Rendering

    def show_state(self, state: State) -> None:
        """Show the film on screen; without one everything is quiet."""
        film, info = state.current, state.engine.info
        rule = info.rule if info is not None else None
        ready = film is not None and film.maps is not None and rule is not None
        edited = film is not None and film.review.mask is not None
        self.thresholds.show_state(state)
        self.findings.show_film(film)
        self.sizes.show_state(state)
        self._verdicts.buttons["accept"].setText(tr("Edited") if edited else name_of(BY_ID["verdict_accept"]))
        self._verdicts.setEnabled(ready)
        self._note.setEnabled(film is not None and film.radiograph is not None)
        self._show_film(film)
        self._show_note(film)
        self._kind.setText("" if info is None else tr("film score, {kind}", kind=score_name(info.calibrated)))
        if film is None or film.maps is None or rule is None:
            self._number.setText("–")
            self._where.setText(tr("no score") if film is not None else "")
            self._bar.show_score(None, None)
            self._verdicts.show_choice("")
            return
        score, mark = film.maps.score, rule.score_threshold
        self._number.setText(quantities.score(score, mark))
        self._where.setText(tr(NEARNESS[nearness(score, mark)], limit=quantities.limit(mark)))
        self._bar.show_score(score, mark)
        self._bar.setToolTip(
            tr(
                "The film's score is {score}; the model's operating point is {limit}.",
                score=quantities.score(score, mark),
                limit=quantities.limit(mark),
            )
        )
        self._verdicts.show_choice(film.review.verdict.replace("edited", "accept"))

    def _show_film(self, film: Film | None) -> None:
        """What is said of the film: its sentence, its findings, where its millimetres come from."""
        line, remark, again, check, spacing = "", "", "", "", ""
        if film is not None:
            line, remark = tr(HEADLINES.get(film.status, "")), sentences(film.why)
            again = {
                FilmStatus.FAILED: tr("Try again"),
                FilmStatus.NOT_ANALYSED: tr("Analyse anyway") if film.radiograph is not None else "",
                FilmStatus.NOT_SHOWN: tr("Show anyway"),
                FilmStatus.WAITING: tr("Stop"),
                FilmStatus.ANALYSING: tr("Stop"),
            }.get(film.status, "")
            if film.status is FilmStatus.NOT_SHOWN:
                remark, check = "", remark
            if film.radiograph is not None:
                place = film.radiograph.spacing
                spacing = sentences(place.note) or (
                    tr("Sizes {origin}.", origin=spacing_label(place))
                    if place.known
                    else tr("No sizes in mm: pixels only.")
                )
            if film.maps is not None and film.findings is not None and film.radiograph is not None:
                line = headline(film.radiograph, film.findings)
                note = film.findings.side_note
                remark = tr(NOT_EXCLUDED) if not film.findings.present else say(note) if note is not None else ""
                check = film_check(film.radiograph, film.findings.gate, film.review.gate_overridden)
        self._name.setText(tr("Film {number}", number=film.number) if film is not None else "")
        self._headline.setText(line.replace(" cm²", "\u00a0cm²"))  # a number keeps its unit
        self._remark.setText(remark)
        self._again.setText(again)
        self._again.setVisible(bool(again))
        self._spacing.setText(spacing)
        self._gate.setText(check)
        self._gate.setVisible(bool(check))
        self._show_frames(film)

    def _show_frames(self, film: Film | None) -> None:
        several = film is not None and film.frames > 1
        for widget in (self._frame_text, self._frame):
            widget.setVisible(several)
        if film is not None and several:
            self._frame.set_highest(film.frames - 1)
            self._frame.show_value(film.view.frame)
            self._frame_text.setText(tr("Frame {number} of {count}", number=film.view.frame + 1, count=film.frames))

    def _show_note(self, film: Film | None) -> None:
        new = (film.id if film is not None else None) != self._film_id
        self._film_id = film.id if film is not None else None
        note = film.review.note if film is not None else ""
        if (new or not self._note.isModified()) and self._note.text() != note:
            self._note.setText(note)
