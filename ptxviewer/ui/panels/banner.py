"""One sentence over the film's top edge: a failure or a warning. Never a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import Banner, State
from ptxviewer.core.plaintext import escaped
from ptxviewer.ui.commands import key_of
from ptxviewer.ui.controls import label
from ptxviewer.ui.panels.film_area import FilmArea
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, tr

WIDEST = 640
LEAST_TEXT = 140  # width that a sentence needs beside the buttons


class BannerBar(QWidget):
    """Lies over the film; the layout below knows nothing of it, so nothing moves when it comes and goes."""

    def __init__(self, over: FilmArea, presenter: Presenter) -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shown: tuple[Banner, str] | None = None  # with the details as they are written
        self._text = label("text", wrap=True)
        self._details = label("quiet", wrap=True)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = self._button(tr("Details"))
        self._more.clicked.connect(self._toggle)
        self._dismiss = dismiss = self._button(tr("Dismiss"))
        dismiss.setToolTip(key_of("back"))
        dismiss.clicked.connect(presenter.dismiss_banner)
        top = self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        top.setSpacing(4)
        top.addWidget(self._text, 1)
        top.addWidget(self._more)
        top.addWidget(dismiss)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._details)
        self.hide()
        over.keep_clear_of(self)

    @staticmethod
    def _button(text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("plain")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def show_state(self, state: State) -> None:
        """Show the state's banner; which file failed is told on demand, on this screen only."""
        banner, film = state.banner, state.current
        if banner is None:
            self._shown = None
            self.hide()
            return
        details = "\n".join(say(detail) for detail in banner.details)
        if not details and banner.level == "error" and film is not None and film.status is FilmStatus.FAILED:
            details = tr("File: {path}", path=escaped(str(film.path)))
        if self._shown != (banner, details):
            self._shown = (banner, details)
            text = say(banner.reason)
            self._text.setText(text)
            self._details.setText(details)
            self._details.hide()
            self._more.setVisible(bool(details))
            self.setProperty("level", banner.level)
            self.style().unpolish(self)
            self.style().polish(self)
            self.setAccessibleName(text)
        self.show()  # before it is placed: what was never shown does not know its height
        self.place()
        self.raise_()

    def place(self) -> None:
        """Keep to the middle of the film's top edge and off its corner texts, as wide as the sentence needs."""
        room = self._over.top_room()
        shown = [button for button in (self._more, self._dismiss) if not button.isHidden()]
        buttons = sum(button.sizeHint().width() + 4 for button in shown) + 24
        narrow = buttons + px(LEAST_TEXT) > room.width()  # then the buttons stand below the sentence
        self._top.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        width = self._width(self._text) + buttons
        if not self._details.isHidden():
            width = max(width, self._width(self._details) + 30)
        width = max(160, min(width, px(WIDEST), room.width()))
        self.setFixedWidth(width)
        self.setFixedHeight(max(self._column.heightForWidth(width), px(38)))
        middle = (self._over.width() - width) // 2
        self.move(max(room.left(), min(middle, room.left() + room.width() - width)), room.top())

    @staticmethod
    def _width(shown: QLabel) -> int:
        shown.ensurePolished()
        return shown.fontMetrics().horizontalAdvance(shown.text()) + 24

    def _toggle(self) -> None:
        self._details.setVisible(self._details.isHidden())
        self.place()
