"""Pages that are larger than a small screen: they scroll there, and stand whole everywhere else."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QWidget

from ptxviewer.ui.platform.text_size import px

AROUND = QSize(60, 140)  # of a screen, for the frame of the dialog, its buttons and what lies around it
FRAME = QSize(40, 60)  # of a screen, for the frame of a dialog that can be resized
BAR = 12  # width of a scroll bar with its gap


def room_for(content: QSize, screen: QSize) -> QSize:
    """Return the size of the part of a page that is seen: all of it, or as much as the screen holds."""
    most = screen - QSize(AROUND.width(), px(AROUND.height()))
    size = content.boundedTo(most)
    if content.height() > most.height():
        size.setWidth(min(content.width() + px(BAR), most.width()))
    if content.width() > most.width():
        size.setHeight(min(content.height() + px(BAR), most.height()))
    return size


def resize_to(dialog: QDialog, width: int, height: int) -> None:
    """Give a dialog a size in pixels of the usual text size, as far as the screen has it."""
    dialog.resize(QSize(px(width), px(height)).boundedTo(dialog.screen().availableSize() - FRAME))


def fitted(content: QWidget, width: int = 0) -> QScrollArea:
    """Return ``content`` in an area that scrolls only where the screen is too small; ``width`` where it is given."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    content.ensurePolished()
    wanted = content.sizeHint()
    if width:
        width = min(width, area.screen().availableSize().width() - AROUND.width())
        wanted = QSize(width, content.heightForWidth(width) if content.hasHeightForWidth() else wanted.height())
    area.setMinimumSize(room_for(wanted, area.screen().availableSize()))
    return area
