"""The sheets that reports are made for: A4, or Letter where printers hold that. Lengths are dots of 1/300 inch."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLocale, QSizeF
from PySide6.QtGui import QPageSize

DPI = 300
_T = QLocale.Country
LETTER_COUNTRIES = frozenset({
    _T.UnitedStates, _T.Canada, _T.Mexico, _T.Philippines, _T.Chile, _T.Colombia, _T.Venezuela, _T.PuertoRico,
    _T.Guatemala, _T.CostaRica, _T.Panama, _T.ElSalvador, _T.Nicaragua, _T.DominicanRepublic,
})  # fmt: skip


def dots(mm: float) -> int:
    """Return a length on paper in dots."""
    return round(mm * DPI / 25.4)


@dataclass(frozen=True)
class Paper:
    """One size of a sheet, upright, in millimetres."""

    id: str
    width_mm: float
    height_mm: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in dots."""
        return dots(self.width_mm), dots(self.height_mm)

    @property
    def page_size(self) -> QPageSize:
        """The same for printers."""
        known = {"a4": QPageSize.PageSizeId.A4, "letter": QPageSize.PageSizeId.Letter}.get(self.id)
        if known is not None:
            return QPageSize(known)
        return QPageSize(QSizeF(self.width_mm, self.height_mm), QPageSize.Unit.Millimeter)


PAPERS = {paper.id: paper for paper in (Paper("a4", 210.0, 297.0), Paper("letter", 215.9, 279.4))}


def paper_of(chosen: str) -> Paper:
    """Return the paper ``chosen`` in the settings; where that is "", what is usual in this country."""
    if chosen in PAPERS:
        return PAPERS[chosen]
    return PAPERS["letter" if QLocale.system().territory() in LETTER_COUNTRIES else "a4"]
