"""The filter over a store of results: a few fields, and a line for queries of any column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.results.browsing import Choices, Filter
from ptxviewer.ui.controls import label, spin_box
from ptxviewer.ui.platform.text_size import px
from ptxviewer.ui.results.rows import GROUPS, side_word, site_word
from ptxviewer.words import finding, tr, trc

PAUSE_MS = 300  # after the last key: a store of a million films is not ordered at every letter
SIDES = ("right", "left", "both", "unknown")
FIRST_YEAR, LAST_YEAR = 1890, 2199


class FilterBar(QWidget):
    """``changed`` gets the filter when it is another one."""

    def __init__(self, changed: Callable[[Filter], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._changed = changed
        self._told = Filter()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PAUSE_MS)
        self._later.timeout.connect(self.tell)
        self.group = self._box(tr("Result"), [(code, tr(text)) for code, text in GROUPS.items()])
        self.side = self._box(tr("Side"), [(side, side_word(side)) for side in SIDES])
        self.view = self._box(trc("radiographic view", "View"), [])
        self.verdict = self._box(
            tr("Verdict"), [(verdict, finding.verdict(verdict)) for verdict in finding.VERDICTS if verdict]
        )
        self.site = self._box(tr("Site"), [])
        self.score = self._fraction(tr("Score from"), 1.0, 0.05)
        self.percent = self._fraction(tr("Size from (%)"), 100.0, 5.0)
        self.year_from = self._year(tr("Year from"))
        self.year_to = self._year(tr("Year to"))
        self.query = QLineEdit()
        self.query.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)  # as its neighbours
        self.query.setPlaceholderText(tr("Any column: score>=0.5 view=AP,PA age>=60"))
        self.query.setAccessibleName(tr("Query"))
        self.query.textEdited.connect(lambda _text: self._later.start())
        self.query.returnPressed.connect(self.tell)
        self.reset = QPushButton(tr("Show all"))
        self.reset.setObjectName("small")
        self.reset.clicked.connect(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._line([self.group, self.side, self.view, self.verdict, self.site]))
        numbers = self._line([self.score, self.percent, self.year_from, self.year_to])
        whole = QVBoxLayout()
        whole.setSpacing(2)
        whole.addWidget(label("quiet", tr("Query")))
        whole.addWidget(self.query)
        numbers.addLayout(whole, 3)
        numbers.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(numbers)

    def _line(self, fields: Sequence[QWidget]) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(10)
        for field in fields:
            part = QVBoxLayout()
            part.setSpacing(2)
            part.addWidget(label("quiet", field.accessibleName()))
            part.addWidget(field)
            line.addLayout(part, 1)
        return line

    def _box(self, name: str, values: Sequence[tuple[str, str]]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setMinimumContentsLength(8)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        _fill(box, values)
        box.currentIndexChanged.connect(lambda _index: self.tell())
        return box

    def _fraction(self, name: str, top: float, step: float) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(0.0, top)
        field.setSingleStep(step)
        field.setDecimals(2 if top <= 1 else 0)
        field.setSpecialValueText(tr("any"))
        field.setAccessibleName(name)
        field.setMinimumWidth(px(70))
        for line in field.findChildren(QLineEdit):  # as in ``spin_box``
            line.setTextMargins(6, 0, 0, 0)
        field.valueChanged.connect(lambda _value: self._later.start())
        return field

    def _year(self, name: str) -> QSpinBox:
        field = spin_box(FIRST_YEAR, LAST_YEAR)
        field.setSpecialValueText(tr("any"))
        field.setAccessibleName(name)
        field.setMinimumWidth(px(70))
        field.valueChanged.connect(lambda _value: self._later.start())
        return field

    def offer(self, choices: Choices) -> None:
        """Take what films of the store differ in; what is chosen stays."""
        for box, values in ((self.view, choices.views), (self.site, choices.sites)):
            box.blockSignals(True)
            chosen = box.currentData()
            box.clear()
            _fill(box, [(value, site_word(value) if box is self.site else value) for value in values])
            box.setCurrentIndex(max(0, box.findData(chosen)))
            box.blockSignals(False)

    def chosen(self) -> Filter:
        """Return the filter as it stands."""

        def year(field: QSpinBox) -> int:
            return 0 if field.value() == FIRST_YEAR else field.value()

        return Filter(
            self.group.currentData(),
            self.side.currentData(),
            self.view.currentData(),
            self.verdict.currentData(),
            self.site.currentData(),
            round(self.score.value(), 2),
            self.percent.value(),
            year(self.year_from),
            year(self.year_to),
            self.query.text().strip(),
        )

    def tell(self) -> None:
        """Tell the filter now, if it is another one."""
        self._later.stop()
        now = self.chosen()
        self.reset.setEnabled(now != Filter())
        if now != self._told:
            self._told = now
            self._changed(now)

    def clear(self) -> None:
        """Leave no film out."""
        for box in (self.group, self.side, self.view, self.verdict, self.site):
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        self.score.setValue(0)
        self.percent.setValue(0)
        self.year_from.setValue(FIRST_YEAR)
        self.year_to.setValue(FIRST_YEAR)
        self.query.clear()
        self.tell()


def _fill(box: QComboBox, values: Sequence[tuple[str, str]]) -> None:
    box.addItem(tr("all"), "")
    for value, text in values:
        box.addItem(text, value)
