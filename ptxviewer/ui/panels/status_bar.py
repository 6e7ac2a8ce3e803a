"""The line under the film: a message or what is being done, what is under the pointer, the device, research use."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.films.worklist import arrivals
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.ui.commands import tooltip_of
from ptxviewer.ui.controls import ElidedLabel, label
from ptxviewer.ui.platform.plain import plain_tip
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import sentences, tr, trn
from ptxviewer.words.quantities import duration


def progress_text(state: State) -> str:
    """Return what is being done now, or ""."""
    analysing = sum(film.awaited for film in state.films)
    opening = sum(film.status is FilmStatus.OPENING for film in state.films)
    left = analysing + opening
    current = state.current.status if state.current is not None else None
    if state.opening or current is FilmStatus.OPENING or not analysing:
        if opening > 1:
            return trn("Opening {count} film ...", "Opening {count} films ...", opening)
        return tr("Opening ...") if opening or state.opening else ""
    if left > 1:
        return trn("Analysing, {count} film to go ...", "Analysing, {count} films to go ...", left)
    return tr("Analysing ...")


def engine_text(state: State) -> str:
    """Return the device and how long it took for the film on screen: "CPU bf16  0.3 s"."""
    engine, film = state.engine, state.current
    if engine.phase == "loading":
        return tr("Loading the network ...")
    if engine.phase == "failed":
        return tr("No network")
    if film is not None and film.maps is not None:
        return f"{film.maps.device}  {duration(film.maps.infer_ms)}"
    return engine.info.device if engine.info is not None else ""


def watch_text(state: State) -> str:
    """Return what is said of the watched folder, "" where there is none."""
    if state.watch is None:
        return ""
    if state.watch.missing:
        return tr("Watched folder cannot be reached")
    waiting, above = state.watch.waiting, len(arrivals(state))
    if above:
        return trn(
            "Watched folder: {count} unread above threshold", "Watched folder: {count} unread above threshold", above
        )
    return (
        trn("Watching a folder, {count} arriving", "Watching a folder, {count} arriving", waiting)
        if waiting
        else tr("Watching a folder")
    )


def network_text(state: State) -> str:
    """Return what is going on in the hospital's network, "" where there is nothing."""
    pacs = state.pacs
    if pacs.left:
        return trn("Sending, {count} to go", "Sending, {count} to go", pacs.left)
    if pacs.fetching:
        return trn("Fetching, {count} series to go ...", "Fetching, {count} series to go ...", pacs.fetching)
    if pacs.listening:
        return tr("Listener on, {count} received", count=pacs.received) if pacs.received else tr("Listener on")
    return ""


class StatusBar(QWidget):
    """Renders a state in one line of 24 pixels."""

    def __init__(self, do: Callable[[str], None] = lambda _command: None) -> None:
        super().__init__()
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(px(25))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 12, 0)
        row.setSpacing(20)
        self._message = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self._probe = label("probe")
        self._engine = label("engine")
        row.addWidget(self._message, 1000)  # as wide as its text, where there is room
        self._saved = [self._button(command, do) for command in ("open_saved", "show_saved")]
        for button in self._saved:
            row.addWidget(button)
        row.addStretch(1)
        self._watch = label("watch")
        row.addWidget(self._probe)
        row.addWidget(self._watch)
        self._network = label("watch")
        row.addWidget(self._network)
        row.addWidget(self._engine)
        row.addWidget(label("research", tr("Research use only")))

    def show_state(self, state: State) -> None:
        """Show what is being done, else the last message."""
        text = progress_text(state) or sentences(state.message)
        if self._message.text() != text:
            self._message.setText(text)
            self._message.setMaximumWidth(self._message.fontMetrics().horizontalAdvance(text) + 4)
        shows_saved = state.tells_of_saved and not progress_text(state)
        for button in self._saved:
            button.setVisible(shows_saved)
        self._engine.setText(engine_text(state))
        self._watch.setText(watch_text(state))
        self._network.setText(network_text(state))
        self._watch.setToolTip(plain_tip(str(state.watch.folder)) if state.watch is not None else "")
        info = state.engine.info
        network = tr("Network {network}", network=info.model_id) if info is not None else sentences(state.engine.why)
        self._engine.setToolTip(plain_tip(network))

    @staticmethod
    def _button(command: str, do: Callable[[str], None]) -> QPushButton:
        button = QPushButton(tr("Open") if command == "open_saved" else tr("Show in folder"))
        button.setObjectName("link")
        button.setToolTip(tooltip_of(BY_ID[command]))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: do(command))
        button.hide()
        return button

    def show_probe(self, text: str) -> None:
        """Show what lies under the pointer."""
        self._probe.setText(text)
