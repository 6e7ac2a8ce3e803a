"""About the program: version, model and its hash, device, the self-test, and the diagnostics to copy."""

from __future__ import annotations

from collections.abc import Callable

import PySide6
from PySide6.QtCore import Qt, QTimer, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget

from ptxviewer import __version__
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.state.screen import State
from ptxviewer.core.engine import SelfTest
from ptxviewer.core.errors import reason_of
from ptxviewer.core.msgid import N_
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.about import FactsDialog
from ptxviewer.words import say, sentences, tr
from ptxviewer.words.diagnostics import Facts, as_text, installed_as, model_facts, self_test_facts, system_facts
from ptxviewer.words.notices import RESEARCH_USE
from ptxviewer.words.quantities import plain

RunSelfTest = Callable[[Callable[[Outcome[SelfTest]], None]], Ticket]
NOT_RUN = N_("Compares the network on this computer with its known result.")
RUNNING = N_("Running ...")
COPIED = N_("Copied")


def program_facts(state: State) -> Facts:
    """Return what the About dialog says; the self-test has a place of its own."""
    return (
        (N_("Version"), f"{__version__} ({installed_as()})"),
        *model_facts(state.engine.info, sentences(state.engine.why)),
        (N_("Runs on"), f"Qt {qVersion()}, PySide6 {PySide6.__version__}"),
        (N_("Licence"), "Apache-2.0"),
    )


def screen_facts() -> Facts:
    """Return on what the window is shown: the reason of many a complaint about size or sharpness."""
    sizes = [(screen.size(), screen.devicePixelRatio()) for screen in QGuiApplication.screens()]
    screens = ", ".join(f"{size.width()} x {size.height()} ({plain(ratio)} x)" for size, ratio in sizes)
    return (("Qt", f"{qVersion()} ({QGuiApplication.platformName()})"), (N_("Screens"), screens))


class ProgramDialog(FactsDialog):
    """The facts, a button that runs the self-test, one that copies everything."""

    def __init__(self, state: State, run: RunSelfTest, parent: QWidget | None = None) -> None:
        remark = tr(
            "Shows where a pneumothorax may be on a film. {notice} Nothing leaves this computer unless you send it.",
            notice=tr(RESEARCH_USE),
        )
        super().__init__(tr("About PTXViewer"), "PTXViewer", remark, program_facts(state), parent)
        self._state = state
        self._run = run
        self._result: SelfTest | None = None
        self._ticket: Ticket | None = None
        self._shown = label("text", tr(NOT_RUN), wrap=True)
        self._shown.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._shown.setMinimumHeight(2 * self._shown.fontMetrics().lineSpacing() + 4)  # nothing jumps when it is there
        self.form.addRow(label("quiet", tr("Self-test")), self._shown)
        self.test = self._button(tr("Run self-test"), self._start)
        self.copy = self._button(tr("Copy diagnostics"), self._copy)
        self.finished.connect(self._stop)
        self._fit()

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = self.buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    def _start(self) -> None:
        self.test.setEnabled(False)
        self._shown.setText(tr(RUNNING))
        self._ticket = self._run(self._done)

    def _done(self, outcome: Outcome[SelfTest]) -> None:
        self._ticket = None
        self.test.setEnabled(True)
        if outcome.value is None:
            self._shown.setText(say(reason_of(outcome.error)))
            return
        before, self._result = self._known(), outcome.value
        self._shown.setText(say(outcome.value.reason))
        self._show_model(before)

    def _known(self) -> Facts:
        """What is known of the network by now: it may not have been loaded when the dialog was opened."""
        info = self._result.info if self._result is not None else None
        return model_facts(info or self._state.engine.info, sentences(self._state.engine.why))

    def _show_model(self, before: Facts) -> None:
        for _row in before:
            self.form.removeRow(1)
        for row, (name, value) in enumerate(self._known(), 1):
            self.form.insertRow(row, label("quiet", tr(name)), self.value_label(value))
        QTimer.singleShot(0, self, self._fit)  # new labels know their height when they have their look

    def _fit(self) -> None:
        """Make room for all rows; the height for this width alone comes out too small, so the hint counts as well."""
        width = self.width()
        self.resize(width, max(self.height(), self.heightForWidth(width), self.sizeHint().height()))

    def _copy(self) -> None:
        facts = (*system_facts(), *screen_facts(), *self._known())
        QGuiApplication.clipboard().setText(as_text((*facts, *self_test_facts(self._result))))
        self.copy.setText(tr(COPIED))

    def _stop(self) -> None:
        """A closed dialog gets no answer."""
        if self._ticket is not None:
            self._ticket.cancel()
