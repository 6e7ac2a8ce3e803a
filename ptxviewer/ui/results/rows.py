"""The rows of a store for Qt's table: nothing is read but what is in sight."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from ptxviewer.core.errors import PtxError
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.results.browsing import COLUMNS, Column, Rows
from ptxviewer.results.schema import Record, Status
from ptxviewer.ui.film_words import heading as worklist_heading
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.words import finding, tr, trc
from ptxviewer.words.quantities import area_or_px, score, share

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
WIDTHS: dict[Column, int] = {  # screen pixels, at least
    "score": 60, "side": 76, "size": 76, "film": 160, "view": 56, "date": 90, "site": 110, "verdict": 96, "state": 100,
}  # fmt: skip
SITE_LETTERS = 10  # of a pseudonym: enough to tell two apart
GROUPS: dict[str, Msgid] = {
    "above": N_("above threshold"),
    "no answer": N_("no answer"),
    "below": N_("nothing above threshold"),
}
STATES: dict[str, Msgid] = {
    Status.ANALYSED: N_("analysed"),
    Status.NOT_SHOWN: N_("not shown"),
    Status.NOT_ANALYSED: N_("not analysed"),
    Status.FAILED: N_("failed"),
}


def heading(column: Column) -> str:
    """Return the heading of a column."""
    return tr("Site") if column == "site" else worklist_heading("name" if column == "film" else column)


def side_word(side: str) -> str:
    """Return a side of the store in one word."""
    if side in ("right", "left"):
        return finding.side("right" if side == "right" else "left")
    return {"both": trc("side", "both"), "unknown": trc("side", "unknown")}.get(side, "")


def site_word(site: str) -> str:
    """Return a site by its name; a pseudonym is cut short."""
    return site[:SITE_LETTERS] if len(site) == 20 and not site.strip("0123456789abcdef") else site


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def cell(row: Record, column: Column, identified: bool) -> str:
    """Return what stands in a cell; of a screen that names nobody without patient and day."""
    if column == "score":
        value = _number(row["score"])
        return "" if value is None else score(value, _number(row["score_limit"]))
    if column == "size":
        percent, area, pixels = _number(row["percent"]), _number(row["area_cm2"]), _number(row["area_px"])
        if not row["present"]:
            return ""
        return share(percent) if percent is not None else area_or_px(pixels or 0, None if area is None else 100 * area)
    if column == "film":
        who = str(row["patient"] or "") if identified else ""
        return f"{row['film']}  {who}" if who else tr("Film {number}", number=row["film"])
    if column == "date":
        return str((identified and row["study_date"]) or row["study_year"] or "")
    if column == "site":
        return str((identified and row["institution"]) or site_word(str(row["site_id"] or "")))
    if column == "state":
        state = str(row["status"] or "")
        return tr(STATES[state]) if state in STATES else state
    text = str(row[column] or "")
    if column == "side":
        return side_word(text)
    return verdict_word(text) if column == "verdict" else text


def verdict_word(code: str) -> str:
    """Return a verdict of the store in words."""
    return next((finding.verdict(verdict) for verdict in finding.VERDICTS if verdict and verdict == code), code)


class StoreRows(QAbstractTableModel):
    """A store's films by their place; ``identified``: patients may be named."""

    failed = Signal(object)  # why a row could not be read

    def __init__(self, rows: Rows, identified: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._count = 0
        self.identified = identified

    def use(self, numbers: Any, *, longer: bool = False) -> None:
        """Show other films, or more behind those that are there."""
        if longer and len(numbers) > self._count:
            self.beginInsertRows(QModelIndex(), self._count, len(numbers) - 1)
            self._rows.use(numbers, longer=True)
            self._count = len(numbers)
            self.endInsertRows()
        elif not longer:
            self.beginResetModel()
            self._rows.use(numbers)
            self._count = len(numbers)
            self.endResetModel()

    def record(self, place: int) -> Record | None:
        """Return a row of the store."""
        try:
            return self._rows.at(place)
        except PtxError as error:
            self.failed.emit(error.reason)
            return None

    def number(self, place: int) -> int:
        """Return the number of a film."""
        return self._rows.number(place)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """Return the number of films."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the heading of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return heading(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words and colour; the whole row for screen readers and tooltips."""
        if role not in _ROLES or not index.isValid():
            return None
        row = self.record(index.row())
        if row is None:
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell(row, column, self.identified)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _colour(row, column)
        spoken_text = spoken(row, self.identified)
        return plain_tip(spoken_text) if role == Qt.ItemDataRole.ToolTipRole else spoken_text


_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ForegroundRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


def _colour(row: Record, column: Column) -> QColor:
    if row["group"] == "no answer":
        failed = column == "state" and row["status"] == Status.FAILED
        return QColor(PALETTE["failure" if failed else "warning" if column == "state" else "quiet"])
    if row["group"] == "above":
        return QColor(PALETTE["accent" if column == "score" else "text"])
    return QColor(PALETTE["quiet"])


def spoken(row: Record, identified: bool) -> str:
    """Return a row in words, with why there is no answer."""
    group = str(row["group"] or "")
    parts = [cell(row, column, identified) for column in COLUMNS if column != "state"]
    return ", ".join(
        part for part in (*parts, tr(GROUPS[group]) if group in GROUPS else "", str(row["note"] or "")) if part
    )
