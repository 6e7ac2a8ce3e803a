"""Exports the selected rows of a store: as a table, or in any export format, into a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from ptxviewer.app.exporting import Source
from ptxviewer.app.exporting_many import ManyExports, Progress
from ptxviewer.app.exports import EXPORTS, OBJECTS, USUAL, Export
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.presenter import Presenter
from ptxviewer.core.errors import reason_of
from ptxviewer.core.msgid import Msgid
from ptxviewer.core.reason import Reason
from ptxviewer.results import browsing, tables
from ptxviewer.results.store import ResultStore
from ptxviewer.ui.commands import capital
from ptxviewer.ui.listing import asked_target
from ptxviewer.words import sentences, tr, trn


def write_table(path: Path, numbers: Sequence[int], target: Path, *, identified: bool) -> Path:
    """Write these films of a store, in this order; returns the file. Raises ``PtxError``."""
    with ResultStore(path, writable=False) as store:
        if target.suffix.lower() != tables.STORE:
            tables.check(target)
            films, findings = browsing.some(store, numbers), browsing.findings_of(store, numbers)
            tables.write(target, films, findings, identified=identified)
            return target
        with ResultStore(target) as chosen, chosen.transaction():
            browsing.copy(store, numbers, chosen, identified=identified)
    return target


def _named(name: Msgid, kind: str) -> str:
    return tr("{name} as {format}...", name=capital(tr(name)), format=kind)


class ExportMenu:
    """The button with what can be made of the films that are chosen."""

    def __init__(
        self,
        window: QWidget,
        presenter: Presenter,
        path: Path,
        chosen: Callable[[], list[int]],
        place: Callable[[int], Path | None],
        tell: Callable[[Reason | None], None],
        say: Callable[[str], None],
    ) -> None:
        self._window = window
        self._presenter = presenter
        self._path = path
        self._chosen = chosen
        self._place = place
        self._tell = tell
        self._say = say
        self._run: ManyExports | None = None  # of the films of this list
        self._saves: list[QAction] = []  # films, into a folder
        self.button = QPushButton(tr("Export selection"))
        self.menu = QMenu(self.button)
        self._table = self.menu.addAction(tr("Table..."), self.table)
        self.menu.addSeparator()
        for row in EXPORTS:
            self._add(_named(row.name, row.format), partial(self.films, row))
        self.menu.addSeparator()
        self._add(tr("Results as DICOM..."), partial(self.objects, USUAL))
        for item in OBJECTS:
            self._add(_named(item.name, "DICOM"), partial(self.objects, (item.id,)))
        self.menu.addSeparator()
        self._stop = self.menu.addAction(tr("Stop exporting"), self.stop)
        self.menu.aboutToShow.connect(self._offer)
        self.button.setMenu(self.menu)

    def _add(self, text: str, save: Callable[[Path], None]) -> None:
        """Offer to save films in a folder that is asked for."""
        self._saves.append(self.menu.addAction(text, partial(self._ask, save)))

    @property
    def busy(self) -> bool:
        """True while films of this list are being saved."""
        return self._run is not None and self._run.busy

    def _offer(self) -> None:
        """One thing at a time: a second would have to end the first."""
        self._stop.setEnabled(self.busy)
        self._table.setEnabled(bool(self._chosen()))
        for action in self._saves:
            action.setEnabled(self._table.isEnabled() and not self.busy)

    @property
    def _identified(self) -> bool:
        return self._presenter.state.settings.report_identified

    def table(self) -> None:
        """Ask where the rows of the films go, and as what."""
        target = asked_target(self._window, self._presenter.state.settings.reports_folder)
        if target is not None:
            self.write_table(target)

    def write_table(self, target: Path) -> None:
        """Write the rows of the films that are chosen."""
        path, numbers, identified = self._path, self._chosen(), self._identified

        def done(outcome: Outcome[Path]) -> None:
            if outcome.value is None:
                self._tell(reason_of(outcome.error))
            else:
                self._say(
                    trn("{count} film written: {file}", "{count} films written: {file}", len(numbers), file=target)
                )

        self._say(tr("Writing ..."))
        self._presenter.browse(lambda _checkpoint: write_table(path, numbers, target, identified=identified), done)

    def _ask(self, then: Callable[[Path], None]) -> None:
        chosen = self._presenter.state.settings.reports_folder
        name = QFileDialog.getExistingDirectory(self._window, tr("Folder for what is saved"), chosen)
        if name:
            then(Path(name))

    def films(self, export: Export, folder: Path) -> None:
        """Save the films that are chosen in one format, under neutral names."""
        films = self._sources()
        self._run = self._presenter.exporting.save_stored(films, export, folder, self._started(len(films)))

    def objects(self, kinds: Sequence[str], folder: Path) -> None:
        """Save the results of the films that are chosen as DICOM objects."""
        films = self._sources()
        self._run = self._presenter.exporting.save_stored_objects(films, kinds, folder, self._started(len(films)))

    def _sources(self) -> list[Source]:
        return [Source(number, self._place(number)) for number in self._chosen()]

    def _started(self, total: int) -> Callable[[Progress], None]:
        """Say that so many films are being saved; what is returned says how far it is."""

        def told(now: Progress) -> None:
            if now.ended:
                text = trn("{count} film saved.", "{count} films saved.", now.saved)
                missed = tr("{count} not saved:", count=now.failed) if now.failed else ""
                self._say(" ".join(part for part in (text, missed, sentences(now.why)) if part))
            else:
                self._say(tr("{done} of {total} films", done=now.done, total=now.total))

        self._say(tr("{done} of {total} films", done=0, total=total))
        return told

    def stop(self) -> None:
        """Save no more."""
        if self._run is not None and self._run.busy:
            self._run.stop()
            self._say(tr("Exporting was stopped; what was saved stays."))
