"""The settings dialog, made from the rows of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.state.settings import PAGES, ROWS, Row, Settings
from ptxviewer.core.msgid import N_
from ptxviewer.ui.commands import menu_text
from ptxviewer.ui.controls import label, spin_box
from ptxviewer.ui.dialogs.fitting import fitted
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import languages, name_of, tr

WIDTH = 480
NO_NOTES: Mapping[tuple[str, str], str] = MappingProxyType({})
Editor = QComboBox | QCheckBox | QLineEdit | QSpinBox


def _languages() -> tuple[tuple[str, str], ...]:
    """Return every language by its own name, so that everybody finds theirs."""
    return (("", N_("Language of the system")), *((code, name_of(code)) for code in languages()))


class SettingsDialog(QDialog):
    """One editor a row; ``chosen`` gives what was chosen."""

    def __init__(
        self,
        settings: Settings,
        parent: QWidget | None = None,
        *,
        notes: Mapping[tuple[str, str], str] = NO_NOTES,
        change_keys: Callable[[], None] = lambda: None,
    ) -> None:
        """``notes`` stand behind a choice: its figures, by the setting's key and the choice's value.

        ``change_keys`` is done, once the dialog is left, by a button on its first page.
        """
        super().__init__(parent)
        self._notes = notes
        self._change_keys = change_keys
        self.setWindowTitle(tr("Settings"))
        self._settings = settings
        self._editors: dict[str, Editor] = {}
        pages = QTabWidget()
        pages.setAccessibleName(tr("Settings"))  # the keyboard comes to it before its pages
        pages.setDocumentMode(True)
        pages.tabBar().setDrawBase(False)
        for page, title in PAGES:
            rows = [row for row in ROWS if row.kind != "hidden" and row.page == page]
            if rows:
                pages.addTab(self._page(rows, self._keys() if page == "general" else None), tr(title))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 16)
        whole.addWidget(pages)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 0, 24, 0)
        foot.addWidget(buttons)
        whole.addLayout(foot)

    def _keys(self) -> QPushButton:
        """Keys have a file and a dialog of their own; what was chosen here until then is kept."""
        button = QPushButton(menu_text(BY_ID["change_keys"]))
        button.setAutoDefault(False)
        button.clicked.connect(self.accept)
        button.clicked.connect(self._change_keys)
        return button

    def _page(self, rows: list[Row], below: QPushButton | None) -> QScrollArea:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 20, 24, 4)
        column.setSpacing(4)
        for row in rows:
            self._add(column, row)
        if below is not None:
            column.addWidget(below, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return fitted(page, px(WIDTH))

    def _add(self, column: QVBoxLayout, row: Row) -> None:
        name, tip = tr(row.label), tr(row.help)
        editor = self._editor(row, getattr(self._settings, row.key))
        editor.setAccessibleName(name)
        editor.setAccessibleDescription(tip)
        self._editors[row.key] = editor
        if not isinstance(editor, QCheckBox):
            caption = label("text", name)
            caption.setBuddy(editor)  # a box of choices is heard as what it shows: what it chooses, by its label
            column.addWidget(caption)
        if row.kind == "folder" and isinstance(editor, QLineEdit):
            line = QHBoxLayout()
            what = tr("Choose ...")
            choose = QPushButton(what)
            choose.setAccessibleName(f"{name}: {what}")
            choose.setAutoDefault(False)
            choose.clicked.connect(lambda: self._choose(name, editor))
            line.addWidget(editor, 1)
            line.addWidget(choose)
            column.addLayout(line)
        else:
            column.addWidget(editor)
        if tip:
            column.addWidget(label("quiet", tip, wrap=True))
        column.addSpacing(12)

    def _editor(self, row: Row, value: Any) -> Editor:
        if row.kind in ("choice", "language"):
            choice = QComboBox()
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            for stored, shown in _languages() if row.kind == "language" else row.choices:
                note = self._notes.get((row.key, stored), "")
                choice.addItem(f"{tr(shown)}: {note}" if note else tr(shown), stored)
            choice.setCurrentIndex(max(0, choice.findData(value)))
            return choice
        if row.kind == "number":
            figure = spin_box(int(row.lowest or 0), int(row.highest or 0))
            figure.setSingleStep(100 if figure.minimum() >= 100 else 5)
            figure.setValue(value)
            return figure
        if row.kind == "flag":
            flag = QCheckBox(tr(row.label))
            flag.setChecked(value)
            return flag
        return QLineEdit(value)

    def _choose(self, title: str, editor: QLineEdit) -> None:
        name = QFileDialog.getExistingDirectory(self, title, editor.text())
        if name:
            editor.setText(name)

    def chosen(self, settings: Settings) -> Settings:
        """Return ``settings`` with what was chosen in the dialog."""
        values: dict[str, Any] = {}
        for key, editor in self._editors.items():
            if isinstance(editor, QComboBox):
                values[key] = editor.currentData()
            elif isinstance(editor, QCheckBox):
                values[key] = editor.isChecked()
            elif isinstance(editor, QSpinBox):
                values[key] = editor.value()
            else:
                values[key] = editor.text().strip()
        return replace(settings, **values)
