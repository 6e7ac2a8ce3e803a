"""The settings dialog, made from the table of fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QWidget

from ptxviewer.app.settings import FIELDS, Settings


class SettingsDialog(QDialog):
    """One row a field; ``settings`` gives what was chosen."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(460)
        self._settings = settings
        self._editors: dict[str, QComboBox | QCheckBox | QLineEdit] = {}
        form = QFormLayout(self)
        form.setVerticalSpacing(10)
        for field in FIELDS:
            if field.kind == "hidden":
                continue
            value = getattr(settings, field.key)
            editor: QComboBox | QCheckBox | QLineEdit
            if field.kind == "choice":
                editor = QComboBox()
                for stored, label in field.choices:
                    editor.addItem(label, stored)
                editor.setCurrentIndex(max(0, editor.findData(value)))
            elif field.kind == "flag":
                editor = QCheckBox(field.label)
                editor.setChecked(value)
            else:
                editor = QLineEdit(value)
            editor.setAccessibleName(field.label)
            self._editors[field.key] = editor
            form.addRow("" if field.kind == "flag" else field.label, editor)
            if field.help:
                hint = QLabel(field.help)
                hint.setObjectName("quiet")
                hint.setWordWrap(True)
                form.addRow("", hint)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    def settings(self) -> Settings:
        """The settings as they stand in the dialog."""
        chosen: dict[str, Any] = {}
        for key, editor in self._editors.items():
            if isinstance(editor, QComboBox):
                chosen[key] = editor.currentData()
            elif isinstance(editor, QCheckBox):
                chosen[key] = editor.isChecked()
            else:
                chosen[key] = editor.text().strip()
        return replace(self._settings, **chosen)
