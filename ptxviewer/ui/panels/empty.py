"""What is seen before a film is open: where to drop one, three buttons, three keys, and what this is not for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ptxviewer.core.msgid import N_
from ptxviewer.ui.commands import key_of
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.icons import icon
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import tr
from ptxviewer.words.notices import RESEARCH_USE

KEYS = (
    (("peek",), N_("hides the overlay while held")),
    (("threshold_down", "threshold_up"), N_("move the threshold")),
    (("shortcuts",), N_("shows every key")),
    (("guide",), N_("opens the guide")),
)


class EmptyPage(QWidget):
    """A quiet drop target in the middle of the black. ``do`` does a command."""

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("drop")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # no button of the toolbar has the keyboard at the start
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        target = QFrame()
        target.setObjectName("dropTarget")
        target.setFixedSize(px(560), px(220))
        inside = QVBoxLayout(target)
        inside.setSpacing(8)
        centre = Qt.AlignmentFlag.AlignHCenter
        inside.addStretch(1)
        inside.addWidget(label("dropTitle", tr("Drop chest X-rays here")), 0, centre)
        inside.addWidget(label("quiet", tr("Files, folders, ZIP archives, DICOMDIR, PNG and JPEG")), 0, centre)
        inside.addSpacing(16)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for text, name, command in (
            (tr("Open files"), "open", "open_files"),
            (tr("Open folder"), "folder", "open_folder"),
            (tr("Sample study"), "fill", "open_sample"),
        ):
            button = QPushButton(icon(name), text)
            button.setMinimumWidth(px(120))
            button.clicked.connect(lambda _down=False, command=command: do(command))
            row.addWidget(button)
        row.addStretch(1)
        inside.addLayout(row)
        inside.addStretch(1)
        keys = QHBoxLayout()
        keys.setSpacing(8)
        keys.addStretch(1)
        for number, (commands, meaning) in enumerate(KEYS):
            if number:
                keys.addSpacing(20)
            keys.addWidget(label("key", "  ".join(key_of(command) for command in commands)))
            keys.addWidget(label("quiet", tr(meaning)))
        keys.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(5)
        column.addWidget(target, 0, centre)
        column.addSpacing(28)
        column.addLayout(keys)
        column.addStretch(5)
        column.addWidget(label("research", tr(RESEARCH_USE)), 0, centre)
        column.addSpacing(14)


class DropVeil(QWidget):
    """An edge of light around the whole film area while something is held over the window."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Lie over the whole parent, above everything in it."""
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what lies below, draw the edge, say what will happen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 150))
        painter.setPen(QPen(QColor(PALETTE["accent"]), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(8, 8, -8, -8), 6, 6)
        font = painter.font()
        font.setPixelSize(px(20))
        painter.setFont(font)
        painter.setPen(QColor(PALETTE["text"]))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Drop to open"))
