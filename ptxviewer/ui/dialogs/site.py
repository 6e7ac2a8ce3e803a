"""This site's films: how the network does here, without names; amber where it is not what the card lets expect."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible, QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ptxviewer.core.site import SiteFigures
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.about import FactsDialog
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import sentences, tr
from ptxviewer.words.quantities import decimal
from ptxviewer.words.site import band_note, facts, remark, scores_expected, scores_here

HEIGHT, UNDER = 76, 18  # screen pixels of the bars, and of the scale under them
TEXT = 11  # height of the scale's font


class SiteDialog(FactsDialog):
    """The figures as a list that can be copied, the scores as bars; a note in amber below where there is one."""

    def __init__(self, found: SiteFigures, parent: QWidget | None = None) -> None:
        title = tr("This site's films")
        super().__init__(title, title, remark(found), facts(found, scores=False), parent)
        if found.above.of:
            self.form.insertRow(1, label("quiet", tr("Film scores")), ScoreHistogram(found))
            if found.expected is not None:
                legend = tr("Bars: these films. Line: what the card lets expect.")
                self.form.insertRow(2, "", label("quiet", legend, wrap=True))
        if note := band_note(found):
            self.form.addRow(label("amber", note, wrap=True))
        self.adjustSize()


class ScoreHistogram(QWidget):
    """Shares of the films by their score, from 0 to 1: bars of this site, a stepped line of the card."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, found: SiteFigures) -> None:
        super().__init__()
        self.setFixedHeight(px(HEIGHT + UNDER))
        self.setAccessibleName(tr("Film scores"))
        card = scores_expected(found)
        self.setAccessibleDescription(
            sentences(f"{scores_here(found)}.", tr("By the card: {scores}.", scores=card) if card else "")
        )
        self._here = [count / found.above.of for count in found.histogram]
        self._card = list(found.expected or ())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, line, scale."""
        painter = QPainter(self)
        bottom, wide = px(HEIGHT), self.width() / len(self._here)
        top = max(*self._here, *self._card, 1e-9)
        for place, share in enumerate(self._here):
            high = share / top * (bottom - 4)
            painter.fillRect(QRectF(place * wide + 1, bottom - high, wide - 2, high), QColor(PALETTE["accent"]))
        painter.setPen(QPen(QColor(PALETTE["text"]), 2))
        heights = [bottom - share / top * (bottom - 4) for share in self._card]
        for place, level in enumerate(heights):
            painter.drawLine(round(place * wide), round(level), round((place + 1) * wide), round(level))
            if place:
                painter.drawLine(round(place * wide), round(heights[place - 1]), round(place * wide), round(level))
        painter.setPen(QPen(QColor(PALETTE["edge"]), 1))
        painter.drawLine(0, bottom, self.width(), bottom)
        painter.setPen(QColor(PALETTE["quiet"]))
        font = QFont(self.font())
        font.setPixelSize(px(TEXT))
        painter.setFont(font)
        under = QRectF(0, bottom + 2, self.width(), px(UNDER) - 2)
        sides = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
        for text, side in zip(("0", decimal(0.5), "1"), sides, strict=True):
            painter.drawText(under, side, text)
