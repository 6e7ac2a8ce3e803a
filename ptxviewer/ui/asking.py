"""Opens the dialogs of the window.

The program's own dialogs are imported when they are asked for: the first picture of the window does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from ptxviewer.app.commands import COMMANDS
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import State
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.tag_list import TagList
from ptxviewer.paths import guide_page
from ptxviewer.ui.commands import keys_of, use_keys
from ptxviewer.ui.menus import follow_keys
from ptxviewer.ui.platform.folders import reports_folder
from ptxviewer.ui.saving import Saving
from ptxviewer.ui.services import rule_figures
from ptxviewer.words import language, tr

if TYPE_CHECKING:
    from ptxviewer.app.commands.own_keys import Keys
    from ptxviewer.app.state.pacs import What
    from ptxviewer.core.site import SiteFigures
    from ptxviewer.ui.dialogs.notice import FirstRunNotice
    from ptxviewer.ui.dialogs.pacs_find import FindDialog
    from ptxviewer.ui.dialogs.pacs_queue import QueueDialog
    from ptxviewer.ui.results.window import ResultsWindow


class Asking:
    """Opens dialogs over ``window``; what comes of them are intents.

    ``shown`` says what the window shows, ``open_paths`` and ``do`` are what it does with films and commands.
    """

    def __init__(
        self,
        window: QWidget,
        presenter: Presenter,
        shown: Callable[[], State],
        open_paths: Callable[[list[Path]], None],
        do: Callable[[str], None],
    ) -> None:
        self._window = window
        self._presenter = presenter
        self._shown = shown
        self._open_paths = open_paths
        self._do = do
        self.saving = Saving(window, presenter, shown, self._ask)
        self._documents_asked = 0
        self._following: FindDialog | QueueDialog | None = None  # the one that is open
        self._results: list[ResultsWindow] = []  # windows of their own, which live until they are closed
        self._notice: FirstRunNotice | None = None  # the page of the first start, while it is open

    def show_state(self, state: State) -> None:
        """Keep the page of the first start, and what follows the network, up to date; others stay as they are."""
        if self._notice is not None:
            self._notice.show_engine(state.engine)
        if state.documents_asked != self._documents_asked:
            self._documents_asked = state.documents_asked
            QTimer.singleShot(0, self._window, self.documents)  # not while a state is being rendered
        if self._following is not None:
            self._following.show_state(state)
        for one in self.lists:
            one.show_identified(state.identified)

    def _ask(self, dialog: QDialog) -> None:
        """Show a dialog over the window; afterwards keys go to the film again, with or without a window manager.

        A dialog that was left is deleted once its answer has been taken: a day's dialogs do not pile up.
        """
        dialog.finished.connect(self._window.activateWindow)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _monitor(self) -> str:
        screen = self._window.screen()
        named = (screen.manufacturer(), screen.model(), screen.serialNumber())
        return " ".join(part for part in named if part) or screen.name()

    def true_size(self) -> None:
        """Show the film at its true size; where the monitor's scale is not known, ask for it first."""
        if not self._presenter.display.view.true_size(self._monitor()):
            self.calibrate_monitor()

    def calibrate_monitor(self) -> None:
        """Ask for the scale of the monitor that the window is on."""
        from ptxviewer.ui.dialogs.monitor import MonitorDialog

        monitor = self._monitor()
        self._ask(
            MonitorDialog(lambda scale: self._presenter.display.view.calibrate_monitor(monitor, scale), self._window)
        )

    def keep_window(self) -> None:
        """Ask under which name the window is kept."""
        from ptxviewer.ui.dialogs.keep_window import KeepWindowDialog

        own = self._shown().settings.own_windows
        self._ask(KeepWindowDialog(own, self._presenter.display.view.keep_window, self._window))

    # Files and folders

    def open_files(self) -> None:
        """Ask for films."""
        names, _ = QFileDialog.getOpenFileNames(self._window, tr("Open chest X-rays"))
        self._open_paths([Path(name) for name in names])

    def open_folder(self) -> None:
        """Ask for a folder of films."""
        name = QFileDialog.getExistingDirectory(self._window, tr("Open a folder of chest X-rays"))
        self._open_paths([Path(name)] if name else [])

    def watch_folder(self) -> None:
        """Ask for the folder to watch."""
        name = QFileDialog.getExistingDirectory(self._window, tr("Watch a folder: its films are added as they arrive"))
        if name:
            self._presenter.films.watched.choose(Path(name))

    def open_results(self) -> None:
        """Ask for a store of results and show it as a list."""
        chosen = self._shown().settings.reports_folder
        kinds = tr("Stores of results") + " (*.sqlite)"
        name, _ = QFileDialog.getOpenFileName(self._window, tr("Open store of results"), chosen, kinds)
        if name:
            self.results(Path(name))

    def results(self, path: Path) -> None:
        """Show a store of results as a list, in a window of its own beside the film."""
        from ptxviewer.ui.results.window import ResultsWindow

        if self._shown().settings.first_read:
            self._presenter.show_problem(Notice.STORE_HIDDEN, "warning")
            return
        try:
            shown = ResultsWindow(path, self._presenter, self._open_paths, self._come_forward)
        except PtxError as error:
            self._presenter.show_problem(error.reason)
            return
        self._results = [result for result in self._results if result.isVisible()] + [shown]
        shown.show()

    def _come_forward(self) -> None:
        self._window.raise_()
        self._window.activateWindow()

    @property
    def lists(self) -> tuple[ResultsWindow, ...]:
        """The lists of stores that are open, the newest last."""
        return tuple(result for result in self._results if result.isVisible())

    def close_results(self) -> None:
        """Close the lists of stores: the window of films ends."""
        for result in self._results:
            result.close()
        self._results.clear()

    # The hospital's network

    def _has_nodes(self) -> bool:
        """Where no node is set up, the way is shown: the settings of the PACS open."""
        if self._shown().pacs.ready:
            return True
        self.nodes()
        return False

    def send(self, what: What) -> None:
        """Ask what is sent to whom; nothing is sent without the answer."""
        if not self._has_nodes():
            return
        from ptxviewer.ui.dialogs.pacs_send import SendDialog

        dialog = SendDialog(self._shown(), what, self._window)

        def sent() -> None:
            sending = self._presenter.pacs.sending
            if what == "results":
                sending.results(dialog.node, dialog.film_ids, dialog.kinds)
            else:
                sending.film(dialog.node, dialog.film_ids)

        dialog.accepted.connect(sent)
        self._ask(dialog)

    def find_and_fetch(self) -> None:
        """Look for films in an archive."""
        if not self._has_nodes():
            return
        from ptxviewer.ui.dialogs.pacs_find import FindDialog

        self._follow(FindDialog(self._presenter.pacs, self._shown(), self._window))

    def queue(self) -> None:
        """Show what is to be sent, and what became of it."""
        from ptxviewer.ui.dialogs.pacs_queue import QueueDialog

        self._follow(QueueDialog(self._presenter.pacs, self._shown(), self._window))

    def nodes(self) -> None:
        """Ask for the settings of the PACS."""
        from ptxviewer.ui.dialogs.pacs_nodes import NodesDialog

        dialog = NodesDialog(self._presenter.pacs, self._window)
        dialog.accepted.connect(lambda: self._presenter.pacs.apply(dialog.settings))
        self._ask(dialog)

    def _follow(self, dialog: FindDialog | QueueDialog) -> None:
        """Show a dialog that follows the state while it is open."""
        self._following = dialog
        dialog.finished.connect(lambda _result: setattr(self, "_following", None))
        self._ask(dialog)

    # The program's own

    def palette(self) -> None:
        """Search all commands."""
        from ptxviewer.ui.dialogs.palette import Palette

        self._ask(Palette(self._shown(), self._do, self._window))

    def guide(self) -> None:
        """Open the guide in the reader's language, beside the window."""
        page = guide_page(language())
        if page is None:
            self._presenter.show_problem(Notice.NO_GUIDE)
            return
        from ptxviewer.ui.dialogs.guide import GuideWindow

        GuideWindow(page, self._window).show()

    def shortcuts(self) -> None:
        """Tell every key."""
        from ptxviewer.ui.dialogs.keys import KeySheet

        self._ask(KeySheet(self._window))

    def change_keys(self) -> None:
        """Let the reader change the keys of commands; they count at once."""
        from ptxviewer.ui.dialogs.edit_keys import KeysEditor

        def kept(keys: Keys) -> None:
            use_keys({name: tuple(of) for name, of in keys.items()})
            follow_keys(self._window)
            self._presenter.preferences.keep_keys(keys)

        self._ask(KeysEditor({row.id: keys_of(row) for row in COMMANDS}, kept, self._window))

    def about(self) -> None:
        """Tell of the program and its network."""
        from ptxviewer.ui.dialogs.about_program import ProgramDialog

        self._ask(ProgramDialog(self._shown(), self._presenter.self_test, self._window))

    def site(self) -> None:
        """Tell how the network does on the films of this computer."""
        from ptxviewer.ui.dialogs.site import SiteDialog

        def counted(outcome: Outcome[SiteFigures]) -> None:
            if outcome.value is not None:
                self._ask(SiteDialog(outcome.value, self._window))
            else:
                self._presenter.show_problem(reason_of(outcome.error))

        self._presenter.site(counted)

    def about_film(self) -> None:
        """Tell what the file says of the film on screen."""
        from ptxviewer.ui.dialogs.about import about_film

        film = self._shown().current
        if film is not None and film.radiograph is not None:
            self._ask(about_film(film.number, film.radiograph, self._window))

    def tags(self) -> None:
        """List the tags of the film's file; they are read meanwhile."""
        from ptxviewer.ui.dialogs.tags import TagsDialog

        dialog = TagsDialog(self._shown().identified, self._window)
        closed: list[int] = []
        dialog.finished.connect(closed.append)

        def done(outcome: Outcome[TagList]) -> None:
            if closed:
                return
            if outcome.value is None:
                dialog.show_problem(reason_of(outcome.error))
            else:
                dialog.show_tags(outcome.value)

        self._ask(dialog)
        self._presenter.films.read_tags(done)

    def documents(self) -> None:
        """Show the reports and documents that came along with films."""
        from ptxviewer.ui.dialogs.documents import DocumentsDialog

        state = self._shown()
        if state.documents:
            self._ask(DocumentsDialog(state.documents, state.identified, self._window))

    def compare_with(self) -> None:
        """Ask for the film beside the one on screen."""
        from ptxviewer.ui.dialogs.choose_prior import ChoosePrior

        dialog = ChoosePrior(self._shown(), self._window)
        dialog.accepted.connect(
            lambda: self._presenter.display.comparison.choose(dialog.chosen) if dialog.chosen is not None else None
        )
        self._ask(dialog)

    def place(self) -> None:
        """Set a point of a measurement; a line over an object asks for its length."""
        measuring = self._presenter.review.measurements
        measuring.place()
        if measuring.asks:
            from ptxviewer.ui.dialogs.calibrate import CalibrationDialog

            dialog = CalibrationDialog(measuring.calibrate, self._window)
            dialog.rejected.connect(measuring.cancel)
            self._ask(dialog)

    def settings(self) -> None:
        """Ask for the settings."""
        from ptxviewer.ui.dialogs.settings import SettingsDialog
        from ptxviewer.words.purposes import rule_note

        notes: dict[tuple[str, str], str] = {
            ("rule", purpose): rule_note(figures) for purpose, figures in rule_figures().items()
        }
        dialog = SettingsDialog(self._presenter.state.settings, self._window, notes=notes, change_keys=self.change_keys)
        dialog.accepted.connect(lambda: self._presenter.apply_settings(dialog.chosen(self._presenter.state.settings)))
        self._ask(dialog)

    def for_consent(self) -> None:
        """At the first start, say what the program is not for; without consent it ends."""
        settings = self._presenter.state.settings
        if settings.accepted_notice:
            return
        from ptxviewer.ui.dialogs.notice import FirstRunNotice

        given = reports_folder(settings.reports_folder)
        notice = self._notice = FirstRunNotice(given, self._shown().engine, self._window)

        def accepted() -> None:
            kept = replace(self._presenter.state.settings, accepted_notice=True)
            self._presenter.apply_settings(
                kept if notice.reports == given else replace(kept, reports_folder=str(notice.reports))
            )

        notice.accepted.connect(accepted)
        notice.rejected.connect(self._window.close)
        notice.finished.connect(lambda _result: setattr(self, "_notice", None))
        self._ask(notice)
