"""The panel beside the film: what the model says, the two sliders, the findings, the reader's verdict."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state import Film, FilmStatus, State
from ptxviewer.report.model import area_text, headline, nearness

STATUS_TEXT = {
    FilmStatus.OPENING: "Opening ...",
    FilmStatus.WAITING: "Waiting for the model ...",
    FilmStatus.ANALYSING: "Analysing ...",
    FilmStatus.FAILED: "Not opened",
    FilmStatus.NOT_ANALYSED: "Not analysed",
}


class ResettingSlider(QSlider):
    """A slider that tells a drag from a settled value, and goes back to its mark on a double click."""

    moved = Signal(float, bool)  # value 0..1, settled
    reset = Signal()

    def __init__(self, name: str, tip: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(1, 99)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.valueChanged.connect(lambda value: self.moved.emit(value / 100, not self.isSliderDown()))
        self.sliderReleased.connect(lambda: self.moved.emit(self.value() / 100, True))

    def show_value(self, value: float) -> None:
        """Follow the state without answering it."""
        if not self.isSliderDown():
            self.blockSignals(True)
            self.setValue(round(100 * value))
            self.blockSignals(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the mark."""
        self.reset.emit()


def _label(name: str, text: str = "", wrap: bool = False) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(wrap)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class ReadingPanel(QWidget):
    """Renders a state's film; every control is an intent of the presenter."""

    def __init__(self, presenter: Presenter) -> None:
        super().__init__()
        self.setObjectName("reading")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(308)
        self._presenter = presenter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(_label("section", "READING"))
        self._score = _label("score")
        self._decision = _label("text", wrap=True)
        self._decision.setMinimumHeight(54)
        self._decision.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._again = QPushButton("Analyse anyway")
        self._again.clicked.connect(presenter.retry)
        layout.addWidget(self._score)
        layout.addWidget(self._decision)
        layout.addWidget(self._again)
        policy = self._again.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._again.setSizePolicy(policy)
        self._threshold_text = _label("text", "Threshold")
        self._threshold = ResettingSlider(
            "Threshold", "How sure the model must be. [ and ] move it, a double click goes back to the operating point."
        )
        self._threshold.moved.connect(presenter.set_threshold)
        self._threshold.reset.connect(presenter.reset_threshold)
        self._mark = _label("quiet")
        self._opacity = ResettingSlider("Opacity", "Opacity of fill and heat map. { and } move it.")
        self._opacity.moved.connect(lambda value, _settled: presenter.set_opacity(value))
        self._opacity.reset.connect(lambda: presenter.set_opacity(0.25))
        for widget in (self._threshold_text, self._threshold, self._mark, _label("text", "Opacity"), self._opacity):
            layout.addWidget(widget)
        self._modes: dict[str, QPushButton] = {}
        self._verdicts: dict[str, QPushButton] = {}
        layout.addLayout(self._row(self._modes, ("outline", "fill", "heat"), presenter.set_overlay_mode))
        layout.addWidget(_label("quiet", "Hold Space to hide it, O changes it"))
        layout.addSpacing(8)
        layout.addWidget(_label("section", "FINDINGS"))
        self._table = self._make_table()
        self._spacing = _label("quiet", wrap=True)
        layout.addWidget(self._table)
        layout.addWidget(self._spacing)
        layout.addStretch(1)
        layout.addWidget(_label("section", "VERDICT"))
        layout.addLayout(self._row(self._verdicts, ("accept", "reject", "unsure"), presenter.set_verdict))

    @staticmethod
    def _row(buttons: dict[str, QPushButton], names: tuple[str, ...], act: object) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for name in names:
            button = QPushButton(name.capitalize())
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, name=name: act(name))  # type: ignore[operator]
            buttons[name] = button
            row.addWidget(button)
        return row

    @staticmethod
    def _make_table() -> QTableWidget:
        table = QTableWidget(0, 4)
        table.setHorizontalHeaderLabels(["Side", "Area", "Width", "Score"])
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setFixedHeight(150)
        table.setAccessibleName("Findings")
        return table

    def show_state(self, state: State) -> None:
        """Show the film on screen; without one everything is quiet."""
        film, info = state.current, state.engine.info
        ready = film is not None and film.maps is not None and info is not None
        for control in (self._threshold, *self._verdicts.values()):
            control.setEnabled(ready)
        again = film is not None and film.status in (FilmStatus.NOT_ANALYSED, FilmStatus.FAILED)
        self._again.setVisible(again)
        self._again.setText("Try again" if film is not None and film.status is FilmStatus.FAILED else "Analyse anyway")
        self._opacity.show_value(state.overlay.opacity)
        for name, button in self._modes.items():
            button.setChecked(state.overlay.mode == name and state.overlay.visible)
        if not ready or film is None or info is None or film.maps is None:
            self._score.setText("" if film is None else STATUS_TEXT.get(film.status, ""))
            self._decision.setText("" if film is None else film.note or film.error)
            self._threshold_text.setText("Threshold")
            self._mark.setText("")
            self._spacing.setText("")
            self._table.setRowCount(0)
            for button in self._verdicts.values():
                button.setChecked(False)
            return
        threshold = film.threshold(info.rule)
        word = nearness(film.maps.score, info.rule.score_threshold)
        self._score.setText(f"Score {film.maps.score:.2f}, {word}")
        self._threshold_text.setText(f"Threshold {threshold:.2f}")
        self._threshold.show_value(threshold)
        self._mark.setText(f"Operating point {info.rule.threshold:.2f}; film score {info.rule.score_threshold:.2f}")
        for name, button in self._verdicts.items():
            button.setChecked(film.review.verdict == name)
        self._show_findings(film)

    def _show_findings(self, film: Film) -> None:
        findings, radiograph = film.findings, film.radiograph
        if findings is None or radiograph is None:
            return
        suffix = "" if findings.present else " This does not exclude a pneumothorax."
        self._decision.setText(headline(radiograph, findings) + suffix)
        self._spacing.setText(f"Spacing: {radiograph.spacing.label or 'none'}")
        self._table.setRowCount(len(findings.lesions))
        for row, lesion in enumerate(findings.lesions):
            width = f"{lesion.width_px:.0f} px" if lesion.width_mm is None else f"{lesion.width_mm:.0f} mm"
            area = area_text(lesion.area_px, lesion.area_mm2, "").replace(" ()", "")
            for column, text in enumerate((lesion.side.capitalize(), area, width, f"{lesion.max_score:.2f}")):
                self._table.setItem(row, column, QTableWidgetItem(text))
