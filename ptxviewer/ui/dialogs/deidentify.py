"""What is blacked out of a film that is saved without its patient: what looks like text, and what readers add."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDialog,
    QGraphicsScene,
    QGraphicsView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.burnt_in import Region
from ptxviewer.core.msgid import N_
from ptxviewer.ui.canvas.images import grey_image
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.fitting import resize_to
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr, trn

SMALLEST = 3  # film pixels: below, a press was no drag
CLOSER, CLOSEST = 1.25, 8.0  # zoom of one step; screen pixels of a film pixel
SIDE = 300  # width of the list
SIZE = (1080, 760)
WHAT_IS_SAVED = N_(
    "The film is saved without its tags, under another name and with its dates moved. What is burnt into its pixels "
    "stays, unless you black it out here."
)
HOW = N_(
    "Drag over the film to add a place. Wheel, + and -: zoom. In the list: Space ticks, Shift and Ctrl with arrows"
    " move and size a place, Delete takes it away."
)
STEP = 0.01  # of the film's longer side, by which a key moves
ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class FilmWithRegions(QGraphicsView):
    """The film as a whole or closer, with its places: dashed while they stay, black where they are blacked out."""

    drawn = Signal(tuple)  # a new region

    def __init__(self, grey: GreyImage) -> None:
        super().__init__()
        self.setAccessibleName(tr("Film"))
        self.setBackgroundBrush(QColor(PALETTE["canvas"]))
        self.setScene(QGraphicsScene(self))
        self._film = self.scene().addPixmap(QPixmap.fromImage(grey_image(grey)))
        self._film.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._rows, self._cols = grey.shape
        self._regions: list[tuple[Region, bool]] = []
        self._chosen = -1
        self._from: QPointF | None = None
        self._to = QPointF()
        self._whole = True

    def show_regions(self, regions: Sequence[tuple[Region, bool]], chosen: int) -> None:
        """Show places, each with whether it is blacked out; ``chosen`` is the one that the list marks, -1 for none."""
        self._regions, self._chosen = list(regions), chosen
        self.viewport().update()

    def middle(self) -> Region:
        """Return a place in the middle of what is seen."""
        visible = self.mapToScene(self.viewport().rect()).boundingRect().intersected(self._film.boundingRect())
        width, height, middle = visible.width() / 5, visible.height() / 10, visible.center()
        box = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height).toAlignedRect()
        return box.left(), box.top(), box.left() + box.width(), box.top() + box.height()

    def look_at(self, region: Region) -> None:
        """Bring a place into sight."""
        self.ensureVisible(_rectangle(region), 60, 60)

    def drawForeground(self, painter: QPainter, _where: QRectF | QRect) -> None:
        """Draw the places."""
        for number, (region, black) in enumerate(self._regions):
            painter.setBrush(QColor(0, 0, 0) if black else Qt.BrushStyle.NoBrush)
            self._outline(painter, _rectangle(region), number == self._chosen, black)
        if self._from is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self._outline(painter, QRectF(self._from, self._to).normalized(), True, True)

    def _outline(self, painter: QPainter, where: QRectF, chosen: bool, solid: bool) -> None:
        for colour, width in ((QColor(0, 0, 0), 4.0), (QColor(PALETTE["accent" if chosen else "warning"]), 2.0)):
            pen = QPen(colour, width, Qt.PenStyle.SolidLine if solid else Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawRect(where)

    # ---- the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a place."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = self.mapToScene(event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if self._from is not None:
            self._to = self.mapToScene(event.position().toPoint())
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The place is drawn."""
        if self._from is None or event.button() != Qt.MouseButton.LeftButton:
            return
        drawn = QRectF(self._from, self._to).normalized().intersected(QRectF(0, 0, self._cols, self._rows))
        self._from = None
        if drawn.width() >= SMALLEST and drawn.height() >= SMALLEST:
            box = drawn.toAlignedRect()
            self.drawn.emit((box.left(), box.top(), box.left() + box.width(), box.top() + box.height()))
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        at = event.position().toPoint()
        self._zoom(CLOSER if event.angleDelta().y() > 0 else 1 / CLOSER, at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom by + and -; arrows move, as everywhere."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(CLOSER, self.viewport().rect().center())
        elif event.key() == Qt.Key.Key_Minus:
            self._zoom(1 / CLOSER, self.viewport().rect().center())
        else:
            super().keyPressEvent(event)

    def _zoom(self, factor: float, at: QPoint) -> None:
        before = self.mapToScene(at)
        wanted = self.transform().m11() * factor
        self._whole = wanted <= self._fitting()
        if self._whole:
            self._fit()
            return
        scale = min(wanted, CLOSEST) / self.transform().m11()
        self.scale(scale, scale)
        moved = self.mapFromScene(before) - at
        for bar, by in ((self.horizontalScrollBar(), moved.x()), (self.verticalScrollBar(), moved.y())):
            bar.setValue(bar.value() + by)

    def _fitting(self) -> float:
        room = self.viewport()
        return float(min(room.width() / self._cols, room.height() / self._rows))

    def _fit(self) -> None:
        self.fitInView(self._film, Qt.AspectRatioMode.KeepAspectRatio)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the whole film, unless the reader looks closer."""
        super().resizeEvent(event)
        if self._whole:
            self._fit()


def _rectangle(region: Region) -> QRectF:
    x0, y0, x1, y1 = region
    return QRectF(x0, y0, x1 - x0, y1 - y0)


class DeidentifyDialog(QDialog):
    """``chosen`` are the places that the reader wants blacked out: none that was only proposed."""

    def __init__(self, grey: GreyImage, proposed: Sequence[Region], parent: QWidget | None = None) -> None:
        """``grey`` is the film as it is displayed, without what could cover text."""
        super().__init__(parent)
        self.setWindowTitle(tr("Save de-identified film"))
        self._shape = grey.shape
        self._regions: list[Region] = list(proposed)
        self._film = FilmWithRegions(grey)
        self._film.drawn.connect(self._add)
        self._list = QListWidget()
        self._list.setObjectName("choices")
        self._list.setAccessibleName(tr("Places to black out"))
        self._list.installEventFilter(self)
        self._list.itemChanged.connect(lambda _item: self._show())
        self._list.currentRowChanged.connect(self._went_to)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._film, 1)
        row.addWidget(self._side(len(proposed)))
        for region in proposed:
            self._list.addItem(self._item(region, False))
        resize_to(self, *SIZE)
        self._show()

    def _side(self, count: int) -> QWidget:
        side = QWidget()
        side.setFixedWidth(px(SIDE))
        column = QVBoxLayout(side)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addWidget(label("text", tr(WHAT_IS_SAVED), wrap=True))
        found = trn("{count} place looks like text.", "{count} places look like text.", count) if count else ""
        never_all = tr("This is a proposal and may be incomplete: look at the whole film, along every edge.")
        none = "" if count else tr("No place near the edges looks like text.")
        column.addWidget(label("amber", " ".join(part for part in (found, none, never_all) if part), wrap=True))
        column.addWidget(label("quiet", tr(HOW), wrap=True))
        column.addWidget(self._list, 1)
        self._all = QPushButton(tr("Black out all"))
        self._all.setObjectName("small")
        self._all.setAutoDefault(False)
        self._all.clicked.connect(self._black_out_all)
        add = QPushButton(tr("Add a place"))
        add.setObjectName("small")
        add.setAutoDefault(False)
        add.clicked.connect(lambda _down=False: self._add(self._film.middle()))
        column.addWidget(add)
        column.addWidget(self._all)
        buttons = QHBoxLayout()
        cancel, save = QPushButton(tr("Cancel")), QPushButton(tr("Save"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        save.setDefault(True)
        save.clicked.connect(self.accept)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(save)
        column.addLayout(buttons)
        return side

    @property
    def chosen(self) -> tuple[Region, ...]:
        """The places that are ticked."""
        return tuple(region for region, black in self._ticked() if black)

    def _ticked(self) -> list[tuple[Region, bool]]:
        items = (self._list.item(row) for row in range(self._list.count()))
        ticked = [item.checkState() == Qt.CheckState.Checked for item in items]
        return list(zip(self._regions, ticked, strict=False))

    def _words(self, region: Region) -> str:
        x0, y0, x1, y1 = region
        return tr("{where}, {cols} x {rows} px", where=_where(region, self._shape), cols=x1 - x0, rows=y1 - y0)

    def _item(self, region: Region, black: bool) -> QListWidgetItem:
        item = QListWidgetItem(self._words(region))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if black else Qt.CheckState.Unchecked)
        return item

    def _add(self, region: Region) -> None:
        """What the reader drew is to be blacked out."""
        self._regions.append(region)
        self._list.addItem(self._item(region, True))
        self._list.setCurrentRow(self._list.count() - 1)
        self._show()

    def _black_out_all(self) -> None:
        for row in range(self._list.count()):
            self._list.item(row).setCheckState(Qt.CheckState.Checked)

    def _went_to(self, row: int) -> None:
        if 0 <= row < len(self._regions):
            self._film.look_at(self._regions[row])
        self._show()

    def _show(self) -> None:
        self._all.setEnabled(self._list.count() > 0)
        self._film.show_regions(self._ticked(), self._list.currentRow())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move the marked place with Shift, and size it with Ctrl."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in ARROWS:
            by, row = ARROWS[event.key()], self._list.currentRow()
            shift, ctrl = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
            if row >= 0 and event.modifiers() & (shift | ctrl):
                self._change(row, by, sizes=bool(event.modifiers() & ctrl))
                return True
        return super().eventFilter(watched, event)

    def _change(self, row: int, by: tuple[int, int], *, sizes: bool) -> None:
        step = max(1, round(STEP * max(self._shape)))
        (rows, cols), (x0, y0, x1, y1) = self._shape, self._regions[row]
        x, y = by[0] * step, by[1] * step
        if sizes:
            changed = x0, y0, min(max(x1 + x, x0 + SMALLEST), cols), min(max(y1 + y, y0 + SMALLEST), rows)
        else:
            x, y = min(max(x, -x0), cols - x1), min(max(y, -y0), rows - y1)
            changed = x0 + x, y0 + y, x1 + x, y1 + y
        self._regions[row] = changed
        self._list.item(row).setText(self._words(changed))
        self._film.look_at(changed)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the marked place off the list."""
        row = self._list.currentRow()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and row >= 0:
            del self._regions[row]
            self._list.takeItem(row)
            self._show()
            return
        super().keyPressEvent(event)


def _where(region: Region, shape: tuple[int, int]) -> str:
    """Return where a place lies, as on the film before one's eyes."""
    rows, cols = shape
    x, y = (region[0] + region[2]) / 2 / cols, (region[1] + region[3]) / 2 / rows
    names = (
        (tr("top left"), tr("top"), tr("top right")),
        (tr("left of the picture"), tr("middle"), tr("right of the picture")),
        (tr("bottom left"), tr("bottom"), tr("bottom right")),
    )
    return names[min(2, int(y * 3))][min(2, int(x * 3))]
