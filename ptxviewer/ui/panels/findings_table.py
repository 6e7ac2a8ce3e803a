"""The findings as a table: a click zooms to one, Delete drops it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import Film
from ptxviewer.core.answer import Lesion, Side, Zone
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.ui.commands import capital, key_of, tooltip_of
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import finding, measures, sentences, tr, trn
from ptxviewer.words.quantities import count, decimal, score

ROWS = 3  # that are kept free
ROW, HEADER = 22, 30
FIRST_SCORE, VALUE = 3, "0.00"  # the column from which on there are scores, and the room of one
HEADING, AROUND = 12, 7  # height of a heading's font, and pixels beside it
COLUMNS: tuple[tuple[Msgid, Msgid], ...] = (  # area and width get their units behind them
    (N_("Where"), N_("Side of the patient, and the part of the hemithorax that holds most of it")),
    (N_("Area"), N_("Projected area")),
    (N_("Width"), N_("At its widest place")),
    (N_("Mean"), N_("Mean of the network's scores in it")),
    (N_("Peak"), N_("Highest of the network's scores in it")),
)


ZONES: dict[Zone, Msgid] = {"apical": N_("apex"), "basal": N_("base"), "lateral": N_("lat."), "medial": N_("med.")}
SIDES: dict[Side, Msgid] = {"right": N_("R"), "left": N_("L"), "unknown": Msgid("?")}


def lesion_cells(lesion: Lesion) -> tuple[str, ...]:
    """Return one row of the table, in the order of ``COLUMNS``; its units are in the heading."""
    area = count(lesion.area_px) if lesion.area_mm2 is None else decimal(lesion.area_mm2 / 100)
    width = count(lesion.width_px if lesion.width_mm is None else lesion.width_mm)
    across = {"lateral", "medial"} <= set(lesion.zones)  # from the wall to the middle: no one part is the place
    zones = () if across else lesion.zones[:1]
    where = " ".join((tr(SIDES[lesion.side]), *(tr(ZONES[zone]) for zone in zones)))
    return where, area, width, score(lesion.mean_score), score(lesion.max_score)


def lesion_tip(lesion: Lesion, spacing: PixelSpacing) -> str:
    """Return all that is known of a finding, for the tooltip of its row."""
    zones = ", ".join(map(finding.zone, lesion.zones)) or tr("zone unknown: no lung was seen on this side")
    area = measures.area_with_origin(lesion.area_px, lesion.area_mm2, spacing)
    keys = tr("Click: zoom to it. {key}: drop it.", key=key_of("delete_measurement"))
    return f"{capital(finding.side(lesion.side))}; {zones}\n{area}\n{keys}"


def _hint(number: int) -> str:
    click = tr("Click one to zoom to it ({key}: next)", key=key_of("next_finding"))
    return sentences(trn("{count} finding.", "{count} findings.", number), click) if number > ROWS else click


class FindingsTable(QWidget):
    """Renders the findings of a film; ``look`` zooms to the chosen one, or back to the whole film."""

    def __init__(self, presenter: Presenter, look: Callable[[], None]) -> None:
        super().__init__()
        self._presenter, self._look = presenter, look
        self._shown: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.table = self._build()
        column.addWidget(self.table)
        under = QHBoxLayout()
        self._hint = label("quiet")
        self._drop = QPushButton(tr("Drop"))
        self._drop.setObjectName("small")
        self._drop.setToolTip(tooltip_of(BY_ID["drop_finding"]))
        self._drop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._drop.clicked.connect(lambda _down=False: presenter.review.findings.drop())
        under.addWidget(self._hint, 1)
        under.addWidget(self._drop)
        kept = QWidget()
        kept.setLayout(under)
        kept.setFixedHeight(px(26))
        under.setContentsMargins(0, 0, 0, 0)
        column.addWidget(kept)

    def _build(self) -> QTableWidget:
        table = QTableWidget(0, len(COLUMNS))
        for number, (name, tip) in enumerate(COLUMNS):
            heading = QTableWidgetItem(tr(name))
            heading.setToolTip(tr(tip))
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            heading.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            table.setHorizontalHeaderItem(number, heading)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(20)
        header.setFixedHeight(px(HEADER))
        header.setHighlightSections(False)
        table.verticalHeader().hide()
        table.verticalHeader().setMinimumSectionSize(px(ROW))
        table.verticalHeader().setDefaultSectionSize(px(ROW))
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.setWordWrap(False)
        table.setFixedHeight(px(HEADER) + px(ROW) * ROWS)
        table.setAccessibleName(tr("Findings"))
        table.setMouseTracking(True)
        table.cellClicked.connect(self._clicked)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._menu)
        return table

    def _fit_columns(self) -> None:
        """Numbers take the room of their headings, in the font that the screen has; the rest is for the place."""
        font = QFont(self.font())
        font.setPixelSize(px(HEADING))  # as the stylesheet has it
        metrics = QFontMetrics(font)
        for column in range(1, len(COLUMNS)):
            heading = self.table.horizontalHeaderItem(column)
            if heading is not None:
                texts = heading.text(), *((VALUE,) if column >= FIRST_SCORE else ())
                self.table.setColumnWidth(column, max(map(metrics.horizontalAdvance, texts)) + px(AROUND))

    def _clicked(self, row: int, _column: int) -> None:
        film = self._presenter.state.current
        again = film is not None and film.finding == row
        self._presenter.review.findings.choose(None if again else row)
        self._look()

    def _zoom_to(self, row: int) -> None:
        self._presenter.review.findings.choose(row)
        self._look()

    def _menu(self, at: QPoint) -> None:
        row = self.table.rowAt(at.y())
        if row < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Zoom to it"), lambda: self._zoom_to(row))
        menu.addAction(tr("Drop it"), lambda: self._presenter.review.findings.drop(row))
        menu.popup(self.table.viewport().mapToGlobal(at))

    def show_film(self, film: Film | None) -> None:
        """Show the findings of the film on screen."""
        findings = film.findings if film is not None else None
        of = film.radiograph if film is not None else None
        shown = findings, film.finding if film is not None else None, of.spacing if of is not None else None
        if shown == self._shown:  # a hand that draws asks for every picture
            return
        self._shown = shown
        lesions = findings.lesions if findings is not None else ()
        chosen = film.finding if film is not None else None
        self.table.setRowCount(len(lesions))
        sized = film is None or film.radiograph is None or film.radiograph.spacing.known
        for column, name in (
            (1, tr("Area cm²") if sized else tr("Area px")),
            (2, tr("Width mm") if sized else tr("Width px")),
        ):
            heading = self.table.horizontalHeaderItem(column)
            if heading is not None and heading.text() != name:
                heading.setText(name)
                self._fit_columns()
        for row, lesion in enumerate(lesions):
            tip = lesion_tip(lesion, film.radiograph.spacing) if film is not None and film.radiograph else ""
            for column, text in enumerate(lesion_cells(lesion)):
                item = self.table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                    self.table.setItem(row, column, item)
                item.setText(text)
                item.setToolTip(plain_tip(tip))
                item.setBackground(QColor(PALETTE["line"]) if row == chosen else Qt.GlobalColor.transparent)
        self._drop.setVisible(chosen is not None)
        self._hint.setText(_hint(len(lesions)) if lesions and chosen is None else "")
