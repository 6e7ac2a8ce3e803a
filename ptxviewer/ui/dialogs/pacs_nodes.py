"""The settings of the PACS: nodes (add, remove, test), and what this computer is to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.pacs.wing import PacsWing
from ptxviewer.core.errors import reason_of
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.pacs import LONGEST_TITLE, Node, PacsSettings, Station, problem_of, problem_of_station
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.ui.controls import hairline, label, spin_box
from ptxviewer.ui.dialogs.fitting import fitted
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, tr

WIDTH, LIST_WIDTH = 860, 230
KINDS = (("dicom", N_("DICOM (AE title)")), ("web", N_("DICOMweb (URL)")))
AUTHS = (("none", N_("None")), ("basic", N_("User and password")), ("bearer", N_("Token")))
LARGEST_QUOTA = 1_000_000  # MB


class Fields(QWidget):
    """Editors of the fields of a value, by name; ``files`` have a button that asks for one."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed
        self._filling = False
        self._editors: dict[str, QWidget] = {}
        self._rows: dict[str, QWidget] = {}  # what stands in the form: the editor, or it with its button
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(6)

    def add(self, key: str, name: Msgid, editor: QWidget, *, file: bool = False) -> None:
        """Add a row."""
        text = tr(name)
        editor.setAccessibleName(text)
        self._editors[key] = editor
        if isinstance(editor, QLineEdit):
            editor.textEdited.connect(lambda _text: self._changed())
        elif isinstance(editor, QComboBox):
            editor.activated.connect(lambda _index: self._changed())
        elif isinstance(editor, QSpinBox):
            editor.valueChanged.connect(lambda _value: None if self._filling else self._changed())
        elif isinstance(editor, QCheckBox):
            editor.setText(text)
            editor.clicked.connect(lambda _on: self._changed())
        title = label("text", "" if isinstance(editor, QCheckBox) else text)
        self._rows[key] = self._with_button(text, editor) if file and isinstance(editor, QLineEdit) else editor
        self._form.addRow(title, self._rows[key])

    def _with_button(self, said: str, editor: QLineEdit) -> QWidget:
        whole = QWidget()
        line = QHBoxLayout(whole)
        line.setContentsMargins(0, 0, 0, 0)
        choose_one = tr("Choose ...")
        button = QPushButton(choose_one)
        button.setAccessibleName(f"{said}: {choose_one}")
        button.setAutoDefault(False)

        def choose() -> None:
            name, _ = QFileDialog.getOpenFileName(self, said, editor.text())
            if name:
                editor.setText(name)
                self._changed()

        button.clicked.connect(choose)
        line.addWidget(editor, 1)
        line.addWidget(button)
        return whole

    def show_only(self, keys: Sequence[str]) -> None:
        """Hide the rows of the other fields."""
        for key, row in self._rows.items():
            self._form.setRowVisible(row, key in keys)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Fill the editors; that is no change."""
        self._filling = True
        for key, editor in self._editors.items():
            given = values[key]
            if isinstance(editor, QLineEdit):
                editor.setText(given)
            elif isinstance(editor, QComboBox):
                editor.setCurrentIndex(max(0, editor.findData(given)))
            elif isinstance(editor, QSpinBox):
                editor.setValue(given)
            elif isinstance(editor, QCheckBox):
                editor.setChecked(given)
        self._filling = False

    def values(self) -> dict[str, Any]:
        """Return what the editors hold."""
        found: dict[str, Any] = {}
        for key, editor in self._editors.items():
            if isinstance(editor, QLineEdit):
                found[key] = editor.text() if key == "secret" else editor.text().strip()
            elif isinstance(editor, QComboBox):
                found[key] = editor.currentData()
            elif isinstance(editor, QSpinBox):
                found[key] = editor.value()
            elif isinstance(editor, QCheckBox):
                found[key] = editor.isChecked()
        return found


def _choice(choices: Sequence[tuple[str, Msgid]]) -> QComboBox:
    box = QComboBox()
    for code, name in choices:
        box.addItem(tr(name), code)
    return box


def _title() -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(LONGEST_TITLE)
    return field


class NodesDialog(QDialog):
    """``settings`` is what was set, once it was accepted: it has no fault then."""

    def __init__(self, pacs: PacsWing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("PACS nodes"))
        self._pacs = pacs
        self._kept = pacs.settings
        self._nodes = list(pacs.settings.nodes)
        self._ticket: Ticket | None = None

        self.list = QListWidget()
        self.list.setObjectName("choices")
        self.list.setAccessibleName(tr("Nodes"))
        self.list.setFixedWidth(px(LIST_WIDTH))
        self.fields = Fields(self._edited)
        add = self.fields.add
        add("name", N_("Name"), QLineEdit())
        add("kind", N_("Kind"), _choice(KINDS))
        add("title", N_("AE title"), _title())
        add("host", N_("Host"), QLineEdit())
        add("port", N_("Port"), spin_box(1, 65535))
        add("tls", N_("Encrypted (TLS)"), QCheckBox())
        add("url", N_("URL"), QLineEdit())
        add("auth", N_("Sign in with"), _choice(AUTHS))
        add("user", N_("User"), QLineEdit())
        secret = QLineEdit()
        secret.setEchoMode(QLineEdit.EchoMode.Password)
        add("secret", N_("Password or token"), secret)
        add("ca", N_("Authority (PEM)"), QLineEdit(), file=True)
        add("certificate", N_("Our certificate (PEM)"), QLineEdit(), file=True)
        add("key", N_("Its key (PEM)"), QLineEdit(), file=True)
        self.add_node = self._button(tr("Add"), self._add)
        self.remove_node = self._button(tr("Remove"), self._remove)
        self.raise_node = self._button(tr("Up"), self._up)
        self.test = self._button(tr("Test"), self._test)
        self.told = label("quiet", "", wrap=True)
        self.told.setMinimumHeight(2 * self.told.fontMetrics().lineSpacing() + 4)

        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        under = QHBoxLayout()
        under.addWidget(self.add_node)
        under.addWidget(self.remove_node)
        left.addLayout(under)
        first = QHBoxLayout()
        first.addWidget(label("quiet", tr("Priors are fetched from the first."), wrap=True), 1)
        first.addWidget(self.raise_node)
        left.addLayout(first)
        right = QVBoxLayout()
        right.addWidget(self.fields)
        right.addStretch(1)
        testing = QHBoxLayout()
        testing.addWidget(self.test)
        testing.addWidget(self.told, 1)
        right.addLayout(testing)
        both = QHBoxLayout()
        both.setSpacing(24)
        both.addLayout(left)
        both.addLayout(right, 1)

        self.station = Fields(self._station_edited)
        add = self.station.add
        add("title", N_("Our AE title"), _title())
        add("listen", N_("Accept films that nodes of the list send here"), QCheckBox())
        add("address", N_("Listen on address"), QLineEdit())
        add("port", N_("Listen on port"), spin_box(1, 65535))
        add("tls", N_("Accept encrypted connections only"), QCheckBox())
        add("certificate", N_("Certificate (PEM)"), QLineEdit(), file=True)
        add("key", N_("Its key (PEM)"), QLineEdit(), file=True)
        add("ca", N_("Authority of the nodes (PEM)"), QLineEdit(), file=True)
        add("quota_mb", N_("Space for received films, in MB"), spin_box(1, LARGEST_QUOTA))
        add("years", N_("Priors of the last years"), spin_box(1, 99))

        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 20, 24, 4)
        column.setSpacing(12)
        column.addLayout(both)
        column.addWidget(hairline())
        column.addWidget(label("text", tr("This computer")))
        column.addWidget(self.station)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        self.station.show_values({**asdict(self._kept.station), "years": self._kept.years})
        self._station_edited()
        for node in self._nodes:
            self.list.addItem(node.name)
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(0)
        self._show(self.list.currentRow())
        whole.addWidget(fitted(page, px(WIDTH)))
        self.fault = label("amber", "", wrap=True)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 0, 24, 0)
        foot.addWidget(self.fault, 1)
        foot.addWidget(buttons)
        whole.addLayout(foot)
        self.finished.connect(self._stop)

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _on=False: act())
        return button

    # ---- the list

    @property
    def _row(self) -> int:
        return self.list.currentRow()

    def _show(self, row: int) -> None:
        row_exists = 0 <= row < len(self._nodes)
        self.fields.setEnabled(row_exists)
        self.test.setEnabled(row_exists and self._ticket is None)
        self.remove_node.setEnabled(row_exists)
        self.raise_node.setEnabled(row > 0)
        self.told.setText("" if row_exists else tr("No node yet: Add makes one."))
        node = self._nodes[row] if row_exists else Node("")
        self.fields.show_values(asdict(node))
        self._show_rows(node)

    def _show_rows(self, node: Node) -> None:
        if node.kind == "web":
            keys = ["name", "kind", "url", "auth"]
            keys += ["user"] if node.auth == "basic" else []
            keys += ["secret"] if node.auth != "none" else []
            keys += ["ca", "certificate", "key"] if node.url.startswith("https:") else []
        else:
            keys = ["name", "kind", "title", "host", "port", "tls"]
            keys += ["ca", "certificate", "key"] if node.tls else []
        self.fields.show_only(keys)

    def _edited(self) -> None:
        row = self._row
        if 0 <= row < len(self._nodes):
            node = self._nodes[row] = replace(self._nodes[row], **self.fields.values())
            self.list.item(row).setText(node.name)
            self.told.setText("")
            self._show_rows(node)

    def _add(self) -> None:
        taken = {node.name for node in self._nodes}
        names = (tr("Node {number}", number=number) for number in range(1, len(taken) + 2))
        node = Node(next(name for name in names if name not in taken))
        self._nodes.append(node)
        self.list.addItem(node.name)
        self.list.setCurrentRow(len(self._nodes) - 1)
        self.fields.setFocus()
        self.fields.focusNextChild()

    def _remove(self) -> None:
        row = self._row
        del self._nodes[row]
        self.list.takeItem(row)
        self._show(self._row)

    def _up(self) -> None:
        row = self._row
        self._nodes[row - 1 : row + 1] = reversed(self._nodes[row - 1 : row + 1])
        for place in (row - 1, row):
            self.list.item(place).setText(self._nodes[place].name)
        self.list.setCurrentRow(row - 1)

    # ---- testing

    def _test(self) -> None:
        node = self._nodes[self._row]
        others = [one for number, one in enumerate(self._nodes) if number != self._row]
        fault = problem_of(node, others) or problem_of_station(self._station())
        if fault is not None:
            self.told.setText(say(fault))
            return
        self.told.setText(tr("Asking ..."))
        self.test.setEnabled(False)

        def done(outcome: Outcome[None]) -> None:
            self._ticket = None
            self.test.setEnabled(True)
            self.told.setText(say(Pacs.ECHOED if outcome.error is None else reason_of(outcome.error)))

        self._ticket = self._pacs.test(node, self._station(), done)

    def _stop(self) -> None:
        """A closed dialog gets no answer."""
        if self._ticket is not None:
            self._ticket.cancel()

    # ---- what was set

    def _station(self) -> Station:
        values = self.station.values()
        del values["years"]
        return Station(**values)

    def _station_edited(self) -> None:
        keys = ["title", "listen", "address", "port", "tls", "quota_mb", "years"]
        self.station.show_only(keys + (["certificate", "key", "ca"] if self._station().tls else []))

    @property
    def settings(self) -> PacsSettings:
        """The settings as the dialog has them."""
        return PacsSettings(self._station(), tuple(self._nodes), self.station.values()["years"])

    def accept(self) -> None:
        """Close where there is no fault; else say it, at the node that has it."""
        for row, node in enumerate(self._nodes):
            fault = problem_of(node, self._nodes[:row])
            if fault is not None:
                self.list.setCurrentRow(row)
                self.fault.setText(say(fault))
                return
        fault = problem_of_station(self._station())
        if fault is not None:
            self.fault.setText(say(fault))
            return
        super().accept()
