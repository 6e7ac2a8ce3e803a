"""The small controls of the panels: a slider with a mark, the score bar, segments, labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItemIterator,
    QWidget,
)

from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.style import PALETTE
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import quantities, sentences, tr

HANDLE = 12  # diameter of the slider's handle


def label(name: str, text: str = "", *, wrap: bool = False) -> QLabel:
    """Return a plain-text label; ``name`` picks its look in the stylesheet."""
    widget = QLabel(text)
    widget.setObjectName(name)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    widget.setWordWrap(wrap)
    return widget


def hairline() -> QFrame:
    """Return a line between two sections."""
    line = QFrame()
    line.setObjectName("rule")
    return line


def spin_box(lowest: int, highest: int) -> QSpinBox:
    """Return a field for a whole number: arrow keys and wheel change it, and no buttons do.

    The stylesheet makes the buttons thin: without them (``NoButtons``) Qt 6.11 leaves the number no width.
    """
    box = QSpinBox()
    box.setRange(lowest, highest)
    for line in box.findChildren(QLineEdit):
        line.setTextMargins(6, 0, 0, 0)
    return box


class SearchField(QLineEdit):
    """What a list is searched by: Down and Enter lead to the first line that was found."""

    def __init__(self, hint: str, name: str, lines: QTreeWidget) -> None:
        """``hint`` stands in the empty field, ``name`` is heard; ``lines`` are what is searched."""
        super().__init__()
        self._lines = lines
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Lead out of the search."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            visible = QTreeWidgetItemIterator(self._lines, QTreeWidgetItemIterator.IteratorFlag.NotHidden)
            if first := visible.value():
                self._lines.setCurrentItem(first)
                self._lines.setFocus()
        else:
            super().keyPressEvent(event)


class TextField(QPlainTextEdit):
    """Text of some lines, in a field of one height; it says when the keyboard leaves it. Tab goes on."""

    left = Signal()

    def __init__(self, name: str, height: int, *, enter_ends: bool = False) -> None:
        """``name`` is heard, ``height`` in screen pixels at the usual size of text.

        ``enter_ends``: Enter is left to the window, Shift+Enter begins a new line.
        """
        super().__init__()
        self._enter_ends = enter_ends
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # films dropped here open like anywhere else
        self.setFixedHeight(px(height))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Write, or leave Enter to the window."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._enter_ends and not shift and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that the text is left, and show its beginning again."""
        super().focusOutEvent(event)
        self.verticalScrollBar().setValue(0)
        self.left.emit()


def tabular(font: QFont) -> QFont:
    """Return the font with figures of one width, so that numbers do not dance; where Qt is too old, the same font."""
    if hasattr(font, "setFeature"):  # Qt 6.7
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where it does not fit, and shows the whole of it as a tooltip."""

    def __init__(self, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show ``text``."""
        super().setText(text)
        self.setToolTip(plain_tip(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class MarkedSlider(QSlider):
    """A slider with a mark: a press goes to the place pressed, a double click back to the mark.

    Its positions are multiples of ``step``; the one next to the mark means the mark itself, so that a drag can come
    back to it exactly.
    """

    moved = Signal(float, bool)  # value, settled
    reset = Signal()
    taken_back = Signal()  # the first click of a double click had moved it, and nobody wanted that

    def __init__(self, name: str, tip: str, lowest: float = 0.0, highest: float = 1.0, step: float = 0.01) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._step = step
        self._mark: float | None = None
        self._pressed_at = 0
        self.setRange(self._position(lowest), self._position(highest))
        self.setAccessibleName(name)
        self._tip = tip
        self._said = ""
        self.setToolTip(plain_tip(tip))
        self.setFixedHeight(20)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.valueChanged.connect(lambda _position: self.moved.emit(self.chosen, not self.isSliderDown()))

    def _position(self, value: float) -> int:
        return round(value / self._step)

    @property
    def chosen(self) -> float:
        """The value where the handle stands."""
        if self._mark is not None and self.value() == self._position(self._mark):
            return self._mark
        return round(self.value() * self._step, 6)

    def set_highest(self, value: float) -> None:
        """Let the slider end elsewhere."""
        self.setMaximum(self._position(value))

    def say_value(self, text: str) -> None:
        """Tell those who hear the slider what stands beside it: its own positions are those of a ruler."""
        if text != self._said:
            self._said = text
            self.setAccessibleDescription(sentences(f"{text}." if text else "", self._tip))

    def show_value(self, value: float, mark: float | None = None) -> None:
        """Follow the state without answering it; a hand on the slider wins."""
        if mark != self._mark:
            self._mark = mark
            self.update()
        position = self._position(value)
        if not self.isSliderDown() and self.value() != position:
            self.blockSignals(True)
            self.setValue(position)
            self.blockSignals(False)

    def _x(self, position: float) -> float:
        low, high = self.minimum(), self.maximum()
        return HANDLE / 2 + 1 + (position - low) / max(1, high - low) * (self.width() - HANDLE - 2)

    def _go_to(self, x: float) -> None:
        low, high = self.minimum(), self.maximum()
        self.setValue(round(low + (x - HANDLE / 2 - 1) / max(1, self.width() - HANDLE - 2) * (high - low)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle and go where the pointer is."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = self.value()
            self.setSliderDown(True)
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self.isSliderDown():
            self._go_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: the value is settled."""
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.moved.emit(self.chosen, True)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the mark, without a stop where the first click went."""
        self.setSliderDown(False)
        if self.value() != self._pressed_at:
            self.taken_back.emit()
        self.reset.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel: a page that scrolls must not move a threshold."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, the part below the value, the mark, the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        on = self.isEnabled()
        x = self._x(self.value())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(PALETTE["edge" if on else "line"]))
        painter.drawRoundedRect(QRectF(1, middle - 1.5, self.width() - 2, 3), 1.5, 1.5)
        if on:
            painter.setBrush(QColor(PALETTE["accent"]))
            painter.drawRoundedRect(QRectF(1, middle - 1.5, x - 1, 3), 1.5, 1.5)
        if self._mark is not None and on:
            painter.setBrush(QColor(PALETTE["text"]))
            painter.drawRect(QRectF(round(self._x(self._mark / self._step)) - 1, middle - 8, 2, 16))
        painter.setBrush(QColor(PALETTE["panel"]))
        painter.drawEllipse(QRectF(x - HANDLE / 2 - 2, middle - HANDLE / 2 - 2, HANDLE + 4, HANDLE + 4))
        painter.setBrush(QColor(PALETTE["text" if on else "disabled"]))
        painter.drawEllipse(QRectF(x - HANDLE / 2, middle - HANDLE / 2, HANDLE, HANDLE))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(PALETTE["accent"]), 1.5))
            painter.drawEllipse(QRectF(x - HANDLE / 2 - 1.5, middle - HANDLE / 2 - 1.5, HANDLE + 3, HANDLE + 3))


class ScoreBar(QWidget):
    """The film's score from 0 to 1 with the operating point as a mark."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(18)
        self.setAccessibleName(tr("Film score"))
        self._score: float | None = None
        self._mark: float | None = None

    def show_score(self, score: float | None, mark: float | None) -> None:
        """Show a score and the operating point; None leaves the bar empty."""
        if (score, mark) != (self._score, self._mark):
            self._score, self._mark = score, mark
            text = tr("no score yet")
            if score is not None and mark is not None:
                text = tr(
                    "{score}, operating point {limit}",
                    score=quantities.score(score, mark),
                    limit=quantities.limit(mark),
                )
            self.setAccessibleDescription(text)
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Trough, bar, mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        trough = QRectF(0, 5, self.width(), 8)
        painter.setBrush(QColor(PALETTE["line"]))
        painter.drawRoundedRect(trough, 2, 2)
        if self._score is None or self._mark is None:
            return
        painter.setBrush(QColor(PALETTE["accent" if self._score >= self._mark else "quiet"]))
        painter.drawRoundedRect(QRectF(0, 5, max(3.0, self._score * self.width()), 8), 2, 2)
        x = round(self._mark * self.width())
        painter.setBrush(QColor(PALETTE["panel"]))
        painter.drawRect(QRectF(x - 2, 1, 4, 16))
        painter.setBrush(QColor(PALETTE["text"]))
        painter.drawRect(QRectF(x - 1, 1, 2, 16))


class Toggle(QPushButton):
    """A button that stays down. A press calls ``act``, and the state answers by ``show_down``.

    A screen reader toggles such a button without clicking it, so that ``clicked`` would not hear of it.
    """

    def __init__(self, text: str, act: Callable[[], object]) -> None:
        super().__init__(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(lambda _down: act())

    def show_down(self, down: bool) -> None:
        """Follow the state without answering it."""
        self.blockSignals(True)
        self.setChecked(down)
        self.blockSignals(False)


class Segments(QWidget):
    """A row of buttons of which at most one is down; a press calls ``act`` and the state answers."""

    accessible_role = QAccessible.Role.Grouping

    def __init__(self, choices: Sequence[tuple[str, str, str]], act: Callable[[str], None], name: str) -> None:
        """``choices`` are (value, text, tooltip); ``name`` says what is chosen, to those who hear one button alone."""
        super().__init__()
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.buttons: dict[str, Toggle] = {}
        for number, (value, text, tip) in enumerate(choices):
            button = Toggle(text, partial(act, value))
            button.setObjectName("segment")
            place = "first" if number == 0 else "last" if number == len(choices) - 1 else "middle"
            button.setProperty("place", place)
            button.setToolTip(plain_tip(tip))
            self.buttons[value] = button
            self.name_choice(value, text)
            row.addWidget(button, 1)

    def show_choice(self, value: str) -> None:
        """Press down the button of ``value``, and no other."""
        for name, button in self.buttons.items():
            button.show_down(name == value)

    def name_choice(self, value: str, text: str) -> None:
        """Name the button of ``value``: what stands on it, and what is heard."""
        button = self.buttons[value]
        if button.text() != text:
            button.setText(text)
        button.setAccessibleName(f"{self.accessibleName()}: {text}")
