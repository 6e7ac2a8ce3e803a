"""What the window asks before it saves: where, as what, and whether names may be burnt into the film."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from ptxviewer.app.exports import EXPORTS, PICTURE, REPORTS, Content, Export, export_of, kinds_in, with_suffix
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.screen import State
from ptxviewer.core.reasons.window import Saved
from ptxviewer.ui.commands import capital
from ptxviewer.words import tr

if TYPE_CHECKING:
    from ptxviewer.core.arrays import GreyImage
    from ptxviewer.core.burnt_in import Region


class Saving:
    """Asks over ``window`` what saving needs to know, by ``ask``, which shows a dialog; see ``Asking`` for the rest."""

    def __init__(
        self, window: QWidget, presenter: Presenter, shown: Callable[[], State], ask: Callable[[QDialog], None]
    ) -> None:
        self._window = window
        self._presenter = presenter
        self._shown = shown
        self._ask = ask

    def save(self, export: Export) -> None:
        """Save the film in one format under a neutral name."""
        if not export.of_result:
            self._deidentify(export, None)
            return
        self._when_looked_at(lambda: self._presenter.exporting.save(export))

    def _when_looked_at(self, save: Callable[[], None]) -> None:
        """Save now, or once the reader has looked whether text is burnt into a film that is to name nobody."""
        exporting = self._presenter.exporting
        if not exporting.asks_first:
            save()
            return
        from ptxviewer.ui.dialogs.burnt_in import BurntInText

        dialog = BurntInText(self._window)
        dialog.accepted.connect(exporting.looked_at)
        dialog.accepted.connect(save)
        self._ask(dialog)

    def save_as(self) -> None:
        """Ask where the film is saved; the suffix says as what, else the format chosen in the dialog."""
        chosen = self._save_target(self._window)
        if chosen is not None and not chosen[0].of_result:
            self._deidentify(*chosen)
        elif chosen is not None:
            self._when_looked_at(lambda: self._presenter.exporting.save_to(chosen[1]))

    def _deidentify(self, export: Export, target: Path | None) -> None:
        """Show the film with what may be text in it, and save it as the reader says."""
        exporting = self._presenter.exporting

        def ask(grey: GreyImage, proposed: list[Region]) -> None:
            from ptxviewer.ui.dialogs.deidentify import DeidentifyDialog

            dialog = DeidentifyDialog(grey, proposed, self._window)
            dialog.accepted.connect(lambda: exporting.save_film(export, target, dialog.chosen))
            self._ask(dialog)

        exporting.look_for_text(ask)

    def preview_report(self) -> None:
        """Show the page of the film as it will be, with what can be done with it."""
        self._when_looked_at(lambda: self._presenter.exporting.prepare(self._preview))

    def _preview(self, content: Content) -> None:
        from ptxviewer.ui.dialogs.preview import PreviewDialog

        self._ask(PreviewDialog(content, self._presenter.exporting.write, self._report_target, self._window))

    def _report_target(self, parent: QWidget) -> tuple[Export, Path] | None:
        return self._save_target(parent, REPORTS)

    def _save_target(self, parent: QWidget, among: Sequence[Export] = EXPORTS) -> tuple[Export, Path] | None:
        chosen = self._shown().settings.reports_folder
        start = (Path(chosen) if chosen else Path.home()) / f"ptx-{EXPORTS[0].id}{EXPORTS[0].suffix}"
        filters = [f"{capital(tr(export.name))}, {export.format} (*{export.suffix})" for export in among]
        name, taken = QFileDialog.getSaveFileName(parent, tr("Save as"), str(start), ";;".join(filters))
        if not name:
            return None
        export = among[filters.index(taken)] if taken in filters else EXPORTS[0]
        target = with_suffix(Path(name), export)
        return export_of(
            target, among
        ) or export, target  # the suffix says as what, else the format chosen in the dialog

    def save_list(self) -> None:
        """Ask where all films are saved as a table."""
        from ptxviewer.ui.listing import asked_target, write_list

        state = self._shown()
        target = asked_target(self._window, state.settings.reports_folder)
        if target is not None:
            self._presenter.exporting.save_other(lambda: write_list(state, target))

    def open_saved(self) -> None:
        """Open what was saved last with the program that the system has for it."""
        self._open_saved(lambda path: path)

    def show_saved(self) -> None:
        """Open the folder of what was saved last."""
        self._open_saved(lambda path: path if path.is_dir() else path.parent)

    def _open_saved(self, what: Callable[[Path], Path]) -> None:
        saved = self._shown().message
        if isinstance(saved, Saved):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(what(Path(saved.path)))))

    def save_pictures(self) -> None:
        """Ask for the folder of the pictures of all films."""
        chosen = self._shown().settings.reports_folder
        name = QFileDialog.getExistingDirectory(self._window, tr("Save pictures in"), chosen)
        if name:
            self._presenter.exporting.save_all(PICTURE, Path(name))

    def save_objects(self) -> None:
        """Ask which DICOM objects of the film are written, and into which folder."""
        from ptxviewer.ui.dialogs.objects import ObjectsDialog

        dialog = ObjectsDialog(kinds_in(self._shown().settings.dicom_kinds), self._window)
        dialog.accepted.connect(lambda: self._save_objects(dialog.chosen))
        self._ask(dialog)

    def _save_objects(self, kinds: tuple[str, ...]) -> None:
        chosen = self._shown().settings.reports_folder
        name = QFileDialog.getExistingDirectory(self._window, tr("Save results as DICOM in"), chosen)
        if name:
            self._presenter.preferences.change(lambda settings: replace(settings, dicom_kinds=kinds))
            self._presenter.exporting.save_objects(Path(name), kinds)
