"""The settings dialog, made from the table of fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.disk.settings import FIELDS, Field, Settings
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.fitting import fitted

WIDTH = 480
Editor = QComboBox | QCheckBox | QLineEdit | QSpinBox


class SettingsDialog(QDialog):
    """One row a field; ``settings`` gives what was chosen."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._settings = settings
        self._editors: dict[str, Editor] = {}
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 20, 24, 4)
        column.setSpacing(4)
        for field in FIELDS:
            if field.kind != "hidden":
                self._add(column, field)
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.addWidget(fitted(page, WIDTH))
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(buttons)
        whole.addLayout(row)

    def _add(self, column: QVBoxLayout, field: Field) -> None:
        editor = self._editor(field, getattr(self._settings, field.key))
        editor.setAccessibleName(field.label)
        editor.setAccessibleDescription(field.help)
        self._editors[field.key] = editor
        if not isinstance(editor, QCheckBox):
            column.addWidget(label("text", field.label))
        if field.kind == "folder" and isinstance(editor, QLineEdit):
            row = QHBoxLayout()
            choose = QPushButton("Choose ...")
            choose.setAutoDefault(False)
            choose.clicked.connect(lambda: self._choose(editor))
            row.addWidget(editor, 1)
            row.addWidget(choose)
            column.addLayout(row)
        else:
            column.addWidget(editor)
        if field.help:
            column.addWidget(label("quiet", field.help, wrap=True))
        column.addSpacing(12)

    @staticmethod
    def _editor(field: Field, value: Any) -> Editor:
        if field.kind == "choice":
            choice = QComboBox()
            for stored, shown in field.choices:
                choice.addItem(shown, stored)
            choice.setCurrentIndex(max(0, choice.findData(value)))
            return choice
        if field.kind == "number":
            figure = QSpinBox()
            figure.setRange(field.lowest, field.highest)
            figure.setSingleStep(100)
            figure.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)  # arrow keys and wheel do
            figure.setValue(value)
            return figure
        if field.kind == "flag":
            flag = QCheckBox(field.label)
            flag.setChecked(value)
            return flag
        return QLineEdit(value)

    def _choose(self, editor: QLineEdit) -> None:
        name = QFileDialog.getExistingDirectory(self, "Save reports in", editor.text())
        if name:
            editor.setText(name)

    def settings(self) -> Settings:
        """The settings as they stand in the dialog."""
        chosen: dict[str, Any] = {}
        for key, editor in self._editors.items():
            if isinstance(editor, QComboBox):
                chosen[key] = editor.currentData()
            elif isinstance(editor, QCheckBox):
                chosen[key] = editor.isChecked()
            elif isinstance(editor, QSpinBox):
                chosen[key] = editor.value()
            else:
                chosen[key] = editor.text().strip()
        return replace(self._settings, **chosen)
