"""Findings and impression: prefilled from what is marked and decided, edited by the reader, copied to where they go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ptxviewer.app.display.comparison import compared_with_prior
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.review import Drain, Posture, said
from ptxviewer.report.sentence import Prefilled, prefilled
from ptxviewer.ui.commands import small_button
from ptxviewer.ui.controls import Segments, TextField, label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr

HEIGHT = 150  # of the text, in screen pixels
DRAINS: tuple[Drain, ...] = ("yes", "no")
POSTURES: tuple[Posture, ...] = ("erect", "supine")


class SentencePanel(QWidget):
    """Renders the report text of a film, and what it needs to know of the reader: drain and posture."""

    def __init__(self, presenter: Presenter, do: Callable[[str], None]) -> None:
        super().__init__()
        self._presenter = presenter
        self._film_id: int | None = None
        self._prefilled: Prefilled | None = None
        self._facts: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(label("section", tr("Report text").upper()))
        head.addStretch(1)
        self._reset = small_button("reset_text", do, tr("Prefill"))
        self._copy = small_button("copy_text", do, tr("Copy"))
        head.addWidget(self._reset)
        head.addWidget(self._copy)
        column.addLayout(head)
        self._drain = Segments(
            (
                ("yes", tr("Yes"), tr("A chest drain is seen; again: not stated")),
                ("no", tr("No"), tr("There is no chest drain; again: not stated")),
            ),
            lambda value: presenter.review.set_drain(next(drain for drain in DRAINS if drain == value)),
            tr("Chest drain"),
        )
        self._posture = Segments(
            (
                ("erect", tr("Erect"), tr("The film was taken erect, whatever the file says; again: as the file says")),
                (
                    "supine",
                    tr("Supine"),
                    tr("The film was taken supine, whatever the file says; again: as the file says"),
                ),
            ),
            lambda value: presenter.review.set_posture(next(posture for posture in POSTURES if posture == value)),
            tr("Posture"),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, (name, control) in enumerate(
            ((tr("Chest drain"), self._drain), (tr("Posture"), self._posture)),
        ):
            grid.addWidget(label("quiet", name), row, 0)
            grid.addWidget(control, row, 1)
        column.addLayout(grid)
        self._text = TextField(tr("Report text"), HEIGHT)
        self._text.setToolTip(
            tr("Kept with this film and printed on its report. Write no names where reports are shared.")
        )
        self._text.left.connect(self.settle)
        column.addWidget(self._text)
        self._changed = label("amber", wrap=True)
        self._changed.setMinimumHeight(px(32))
        self._changed.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._changed)

    @property
    def editor(self) -> QPlainTextEdit:
        """Where the text is written."""
        return self._text

    # ---- intents

    def write(self) -> None:
        """Give the keyboard to the text."""
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def copy(self) -> None:
        """Copy the text as it stands."""
        if self._text.toPlainText().strip():
            QGuiApplication.clipboard().setText(self._text.toPlainText())

    def settle(self) -> None:
        """Keep a text that is being written; one that is as prefilled again is no text of the reader's."""
        document = self._text.document()
        if not document.isModified():
            return
        document.setModified(False)
        text, given = self._text.toPlainText().strip(), self._prefilled
        same = given is not None and text == given.text
        self._presenter.review.set_text("" if same else text, "" if given is None else given.basis)

    # ---- rendering

    def _given(self, state: State, film: Film | None) -> Prefilled | None:
        """The text that the template gives for a film, None while nothing can be told of it."""
        if film is None or film.radiograph is None or film.findings is None or film.maps is None:
            return None
        compared, impression = compared_with_prior(state, film), said(film.first_read)
        facts = film.radiograph, film.findings, film.review, compared, impression, film.older
        if self._facts != facts:  # a hand that draws asks for every picture
            self._facts, self._prefilled = facts, prefilled(*facts)
        return self._prefilled

    def show_state(self, state: State, film: Film | None) -> None:
        """Show the text of ``film``, the one on screen."""
        given = self._prefilled = self._given(state, film)
        review = film.review if film is not None else None
        own = review.text if review is not None else None
        for control in (self._text, self._drain, self._posture):
            control.setEnabled(given is not None or own is not None)
        self._drain.show_choice(review.drain if review is not None else "")
        posture = film.radiograph.posture if film is not None and film.radiograph is not None else ""
        self._posture.show_choice(posture)
        self._reset.setVisible(own is not None)
        self._copy.setEnabled(given is not None or own is not None)
        new, self._film_id = (film.id if film is not None else None) != self._film_id, film.id if film else None
        text = own.text if own is not None else given.text if given is not None else ""
        if (new or not self._text.document().isModified()) and self._text.toPlainText() != text:
            self._text.setPlainText(text)
            self._text.document().setModified(False)
        outdated = own is not None and given is not None and own.basis != given.basis
        self._changed.setText(tr("The findings have changed since this text was written.") if outdated else "")
