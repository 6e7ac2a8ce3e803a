"""The headline of the reading panel: the reader's verdict, the network's result, and cautions, at a fixed height."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.withheld import question
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.report.decision import (
    SIGNS,
    cautions,
    film_check,
    headline,
    held_back_text,
    listed_headline,
    perhaps_lying,
    second_word,
    told,
)
from ptxviewer.ui.commands import key_of, small_button
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, sentences, tr
from ptxviewer.words.network import older_network
from ptxviewer.words.notices import NOT_EXCLUDED

ROOM = 138  # screen pixels that are kept for all of it, so that what lies below stays where it is
HEADLINES: dict[FilmStatus, Msgid] = {
    FilmStatus.OPENING: N_("Opening ..."),
    FilmStatus.WAITING: N_("Waiting for the network ..."),
    FilmStatus.ANALYSING: N_("Analysing ..."),
    FilmStatus.FAILED: N_("Could not be opened."),
    FilmStatus.NOT_ANALYSED: N_("Not analysed."),
    FilmStatus.NOT_SHOWN: N_("Result not shown."),
}
UNITS = (" cm²", " cm", " %")


class DecisionWords(QWidget):
    """Renders the words for a film; ``do`` does a command."""

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._headline, self._second, self._remark = (
            label("headline", wrap=True), label("quiet", wrap=True), label("quiet", wrap=True)
        )  # fmt: skip
        self._caution = label("amber", wrap=True)
        self._show = small_button("show_held_back", do, tr("Show them"))
        for widget in (self._headline, self._second, self._caution, self._remark):
            widget.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            column.addWidget(widget)
        self._stop, self._again = (
            small_button("cancel", do, tr("Stop")), small_button("analyse", do, tr("Analyse again"))
        )  # fmt: skip
        self._signs = SupineSigns(do)
        self._more = QWidget()  # what can be asked for, in one line
        more = QHBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(12)
        for button in (self._show, self._stop, self._again, self._signs.title):
            button.hide()  # the panel is as wide as what is seen of it
            more.addWidget(button)
        more.addStretch(1)
        column.addWidget(self._more)
        column.addWidget(self._signs)
        column.addStretch(1)
        self.setMinimumHeight(px(ROOM))

    def show_state(self, state: State, film: Film | None) -> None:
        """Show what is said of ``film``, the one on screen."""
        line = second = remark = check = ""
        held_back = signs = False
        if film is not None:
            why = film.why.why if isinstance(film.why, NotAnalysed) else film.why  # the headline says so already
            line, remark = tr(HEADLINES.get(film.status, "")), sentences(why)
            if film.status is FilmStatus.NOT_SHOWN:
                remark, check = "", remark
            found, radiograph, info = film.findings, film.radiograph, state.network_of(film)
            if film.older is not None and radiograph is not None and film.summary is not None:
                line = sentences(listed_headline(film.summary.present, film.summary.sides), older_network(film.older))
                remark = "" if film.summary.present else tr(NOT_EXCLUDED)
                check = older_text(film)
            if film.maps is not None and found is not None and radiograph is not None and info is not None:
                limit, verdict = info.rule.score_threshold, film.review.verdict
                line = sentences(headline(radiograph, found, limit, verdict), older_network(info))
                second = second_word(radiograph, found, limit, verdict)
                if (asked := question(film)) is not None:
                    line, second = say(asked), told(radiograph, found, limit)
                said = held_back_text(found, limit)
                held_back = bool(said)
                note = say(found.side_note) if found.side_note is not None else ""
                remark = sentences("" if found.present else tr(NOT_EXCLUDED), said, note)
                own = film_check(radiograph, found.gate, film.review.gate_overridden)
                check = sentences(older_text(film), own, *cautions(radiograph, film.review))
                signs = not found.present and perhaps_lying(radiograph)
        _tell(self._headline, line)
        _tell(self._second, second)
        _tell(self._remark, remark)
        _tell(self._caution, check)
        offers = (
            (self._show, held_back),
            (self._stop, film is not None and film.due),
            (self._again, film is not None and film.outdated),
            (self._signs.title, signs),
        )
        for button, there in offers:
            button.setVisible(there)
        self._signs.setVisible(signs)
        self._more.setVisible(any(there for _button, there in offers))


def older_text(film: Film) -> str:
    """Return what is to be known of an older network's result, "" of any other."""
    if film.older is None:
        return ""
    if film.due:
        return tr("This is the result of an older network. The film is being analysed again.")
    return sentences(tr("This is the result of an older network. The film was not analysed again:"), film.why)


class SupineSigns(QWidget):
    """What to look for where air does not rise to the apex: a list that ``title`` opens, and the way to both bases."""

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.title = QPushButton()
        self.title.setObjectName("disclosure")
        self.title.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.title.clicked.connect(self._toggle)
        self._list = label("quiet", "\n".join(f"• {tr(sign)}" for sign in SIGNS), wrap=True)
        self._bases = small_button("bases", do, tr("Bases side by side ({key})", key=key_of("bases")))
        column.addWidget(self._list)
        column.addWidget(self._bases, 0, Qt.AlignmentFlag.AlignLeft)
        self._open(False)

    def _toggle(self) -> None:
        self._open(self._list.isHidden())

    def _open(self, opened: bool) -> None:
        self._list.setVisible(opened)
        self._bases.setVisible(opened)
        self.title.setText(tr("Signs on a supine film") + (" ▾" if opened else " ▸"))


def _tell(line: QLabel, text: str) -> None:
    """Show a line that is there only when it has something to say; a number keeps its unit."""
    for unit in UNITS:
        text = text.replace(unit, "\u00a0" + unit[1:])
    line.setText(text)
    line.setVisible(bool(text))
