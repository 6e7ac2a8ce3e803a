"""The foot of the reading panel, in the same place for every film: the reader's verdict, first read and note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.review import Verdict, given
from ptxviewer.ui.commands import name_of, small_button, tooltip_of
from ptxviewer.ui.controls import Segments, TextField, hairline, label
from ptxviewer.words import finding, sentences, tr

NOTE_HEIGHT = 46  # two lines, in screen pixels; more are found by scrolling
VERDICTS = ("accept", "reject", "unsure")


class VerdictFoot(QWidget):
    """Renders what the reader decided of a film; ``do`` does a command."""

    def __init__(self, presenter: Presenter, do: Callable[[str], None], side: int) -> None:
        """``side`` is the margin on both sides, in screen pixels."""
        super().__init__()
        self._presenter = presenter
        self._film_id: int | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(hairline())
        column = QVBoxLayout()
        column.setContentsMargins(side, 8, side, 12)
        column.setSpacing(6)
        whole.addLayout(column)
        head = QHBoxLayout()
        self._said = label("quiet")
        head.addWidget(label("section", tr("Verdict").upper()))
        head.addStretch(1)
        head.addWidget(self._said)
        head.addWidget(small_button("write_text", do, tr("Text")))
        column.addLayout(head)
        self._first = Segments(
            tuple(
                (name, text, tooltip_of(BY_ID[f"mark_{name}"]))
                for name, text in (("present", tr("Present")), ("absent", tr("Absent")))
            ),
            lambda value: do(f"mark_{value}"),
            tr("First read"),
        )
        self._verdicts = Segments(
            tuple((name, name_of(BY_ID[f"verdict_{name}"]), tooltip_of(BY_ID[f"verdict_{name}"])) for name in VERDICTS),
            lambda value: do(f"verdict_{value}"),
            tr("Verdict"),
        )
        self._note = TextField(tr("Note"), NOTE_HEIGHT, enter_ends=True)
        self._note.setPlaceholderText(tr("Note"))
        self._note.setToolTip(
            sentences(
                tr(
                    "Kept with this film on this computer and printed on its report. Write no names where reports are"
                    " shared."
                ),
                tr("Enter ends the note, Shift+Enter begins a new line."),
            )
        )
        self._note.left.connect(self.settle)
        for widget in (self._first, self._verdicts, self._note):
            column.addWidget(widget)

    def write_note(self) -> None:
        """Give the keyboard to the note."""
        self._note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def settle(self) -> None:
        """Keep a note that is being typed; called before another film comes on screen."""
        document = self._note.document()
        if document.isModified():
            document.setModified(False)
            self._presenter.review.set_note(self._note.toPlainText().strip())

    def show_state(self, state: State, film: Film | None) -> None:
        """Show the decisions on ``film``, the one on screen."""
        ready = film is not None and film.maps is not None and state.network_of(film) is not None
        edited = film is not None and film.review.mask is not None
        marks = film.first_read.marks if film is not None else ()
        self._first.setVisible(state.settings.first_read)
        self._first.setEnabled(BY_ID["mark_present"].enabled(state))
        self._first.show_choice(marks[-1][0] if marks else "")
        self._verdicts.name_choice("accept", tr("Edited") if edited else name_of(BY_ID["verdict_accept"]))
        self._verdicts.setEnabled(ready)
        verdict: Verdict = film.review.verdict if film is not None and ready else ""
        self._verdicts.show_choice(given(verdict))
        self._said.setText(finding.verdict(verdict))
        self._show_note(film)

    def _show_note(self, film: Film | None) -> None:
        self._note.setEnabled(film is not None and film.radiograph is not None)
        new = (film.id if film is not None else None) != self._film_id
        self._film_id = film.id if film is not None else None
        note = film.review.note if film is not None else ""
        document = self._note.document()
        if (new or not document.isModified()) and self._note.toPlainText() != note:
            self._note.setPlainText(note)
            document.setModified(False)
