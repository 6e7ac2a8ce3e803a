"""The sliders of the decision: one for both thresholds, or detection and extent apart; opacity; how it is drawn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import DEFAULTS
from ptxviewer.app.state.two_thresholds import apart, area_of_slider, score_limit, slider_of_area
from ptxviewer.core.answer import BY_CARD, DecisionRule
from ptxviewer.core.findings.decide import decide
from ptxviewer.core.findings.disagreement import areas_px
from ptxviewer.core.msgid import N_
from ptxviewer.report.decision import area_limit_text
from ptxviewer.ui.commands import key_of, tip_of, tooltip_of
from ptxviewer.ui.controls import MarkedSlider, Segments, label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import quantities, sentences, tr, trc, trn

OPACITY = DEFAULTS.overlay_opacity
LOWEST, HIGHEST = 0.01, 0.99  # of a threshold
BACK = N_("A double click goes back to the default.")
SCORE_STEP = 0.005  # of the film score: finer than its operating point is given
NUMBERS_MS = 40  # between two measures while a slider is dragged
NAMES, VALUES = 74, 54  # widths of the columns beside a slider, in pixels
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Row:
    """Name, slider and value in one line."""

    def __init__(self, name: str, tip: str, lowest: float = 0.0, highest: float = 1.0, step: float = 0.01) -> None:
        self.name, self.value = label("value", name), label("value")
        self.slider = MarkedSlider(name, tip, lowest, highest, step)
        self.value.setAlignment(RIGHT)

    def place(self, grid: QGridLayout, row: int) -> None:
        """Add the line to a grid of three columns."""
        for column, widget in enumerate((self.name, self.slider, self.value)):
            grid.addWidget(widget, row, column)

    def show_value(self, value: float, mark: float | None, text: str) -> None:
        """Follow the state."""
        self.slider.show_value(value, mark)
        self.value.setText(text)
        self.slider.say_value(text)


class ThresholdControls(QWidget):
    """Renders a state's film; every control is an intent of the presenter."""

    def __init__(self, presenter: Presenter, do: Callable[[str], None]) -> None:
        super().__init__()
        self._presenter = presenter
        self._spread: tuple[object, str] = (None, "")
        self._numbers = QTimer(self)
        self._numbers.setSingleShot(True)
        self._numbers.setInterval(NUMBERS_MS)
        self._numbers.timeout.connect(presenter.review.thresholds.measure_drag)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addWidget(self._build_apart())
        back = tr(BACK)
        self.threshold = MarkedSlider(
            tr("Threshold"),
            sentences(
                tr("How high the network's score must be."), self._moved_by("threshold_down", "threshold_up"), back
            ),
            LOWEST,
            HIGHEST,
        )
        self.threshold.moved.connect(presenter.review.thresholds.set)
        self.threshold.reset.connect(presenter.review.thresholds.reset)
        self.threshold.taken_back.connect(presenter.review.undo)
        column.addWidget(self.threshold)
        self._opacity = _Row(
            tr("Opacity"),
            sentences(
                tr("Of fill and heat map."),
                self._moved_by("opacity_down", "opacity_up"),
                tr("A double click resets it."),
            ),
        )
        self._opacity.slider.moved.connect(lambda value, _settled: presenter.display.overlay.set_opacity(value))
        self._opacity.slider.reset.connect(lambda: presenter.display.overlay.set_opacity(OPACITY))
        self._filled = QWidget()  # what fill and heat map need more than the outline
        grid = self._grid()
        grid.setContentsMargins(0, 0, 0, 0)
        self._opacity.place(grid, 0)
        self._filled.setLayout(grid)
        self._modes = Segments(
            (
                ("outline", tr("Outline"), self._mode_tip("overlay_outline")),
                ("fill", tr("Fill"), self._mode_tip("overlay_fill")),
                ("heat", tr("Heat map"), self._mode_tip("overlay_heat")),
            ),
            lambda value: do(f"overlay_{value}"),
            tr("Overlay"),
        )
        column.addWidget(self._modes)
        column.addWidget(self._filled)
        self._hint = label("quiet", wrap=True)
        column.addWidget(self._hint)
        for slider in self._decisive():
            slider.moved.connect(self._dragged)

    @staticmethod
    def _moved_by(down: str, up: str) -> str:
        return tr("{down} and {up} move it.", down=key_of(down), up=key_of(up))

    @staticmethod
    def _mode_tip(command: str) -> str:
        return tr("{tip} ({key}: next)", tip=tip_of(BY_ID[command]), key=key_of("cycle_overlay"))

    def _decisive(self) -> tuple[MarkedSlider, ...]:
        """The sliders that the findings depend on."""
        return self.threshold, *(row.slider for row in (self._score, self._peak, self._area, self._extent))

    def _dragged(self, _value: float, settled: bool) -> None:
        """The overlay follows every movement; the numbers as often as they can be read."""
        if not settled and not self._numbers.isActive():
            self._numbers.start()

    @staticmethod
    def _grid() -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, px(NAMES))
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(2, px(VALUES))
        return grid

    def _head(self) -> QGridLayout:
        """What the slider below is, how it stands, and the way to two of them."""
        self._title = QPushButton()
        self._title.setObjectName("disclosure")
        self._title.setToolTip(tooltip_of(BY_ID["two_thresholds"]))
        self._title.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._title.clicked.connect(self._presenter.display.toggle_two_thresholds)
        self._mark, self._value = label("quiet"), label("value")
        head = QGridLayout()
        head.setHorizontalSpacing(6)
        head.addWidget(self._title, 0, 0)
        head.addWidget(self._mark, 0, 1, Qt.AlignmentFlag.AlignRight)
        head.addWidget(self._value, 0, 2, Qt.AlignmentFlag.AlignRight)
        head.setColumnStretch(1, 1)
        return head

    def _build_apart(self) -> QWidget:
        thresholds = self._presenter.review.thresholds
        back = tr(BACK)
        self._score = _Row(
            tr("Film score"),
            sentences(
                tr("Is there one? The film score from which a film is marked."),
                self._moved_by("sensitivity_up", "sensitivity_down"),
                back,
            ),
            step=SCORE_STEP,
        )
        self._peak = _Row(
            tr("Peak score"), sentences(tr("Is there one? The score that an area must reach somewhere."), back)
        )
        self._area = _Row(tr("Smallest area"), sentences(tr("Is there one? The smallest area that counts."), back))
        self._extent = _Row(
            tr("Extent"),
            sentences(tr("How far does it reach?"), self._moved_by("threshold_down", "threshold_up"), back),
            LOWEST,
            HIGHEST,
        )
        self._connect(self._score, thresholds.set_score, lambda rule: thresholds.set_score(rule.score_threshold))
        self._connect(self._peak, thresholds.set_peak, lambda _rule: thresholds.set_peak(0.0))
        self._area.slider.moved.connect(lambda value, end: thresholds.set_min_area(area_of_slider(value), end))
        self._area.slider.reset.connect(lambda: thresholds.set_min_area(None))
        self._area.slider.taken_back.connect(self._presenter.review.undo)
        self._connect(self._extent, thresholds.set, lambda rule: thresholds.set(rule.threshold))
        self._apart = QWidget()
        grid = self._grid()
        grid.setContentsMargins(0, 0, 0, 0)
        for number, row in enumerate((self._score, self._peak, self._area, self._extent)):
            row.place(grid, number)
        self._apart.setLayout(grid)
        return self._apart

    def _connect(self, row: _Row, act: Callable[[float, bool], None], back: Callable[[DecisionRule], None]) -> None:
        def reset() -> None:
            rule = self._presenter.rule
            if rule is not None:
                back(rule)

        row.slider.moved.connect(act)
        row.slider.reset.connect(reset)
        row.slider.taken_back.connect(self._presenter.review.undo)

    def show_state(self, state: State) -> None:
        """Show the film on screen; without one everything is quiet."""
        film, rule = state.current, self._presenter.rule
        two = apart(state, film)
        edited = film is not None and film.review.mask is not None
        ready = film is not None and film.maps is not None and rule is not None
        title = tr("Sensitivity and extent") if two else tr("Threshold")
        self._title.setText(f"{title} ▾" if two else f"{title} ▸")
        self._apart.setVisible(two)
        self.threshold.setVisible(not two)
        self._value.setVisible(not two)
        for slider in self._decisive():
            slider.setEnabled(ready and not edited)
        mode, opacity = state.settings.overlay_mode, state.settings.overlay_opacity
        self._opacity.show_value(opacity, None, quantities.share(opacity * 100))
        self._filled.setVisible(mode != "outline")
        self._modes.show_choice(mode if state.overlay.visible else "")
        self._show_values(film, rule)
        self._hint.setText(self._hint_text(state, film, rule))

    def _show_values(self, film: Film | None, rule: DecisionRule | None) -> None:
        rows: tuple[QLabel, ...] = tuple(row.value for row in (self._score, self._peak, self._area, self._extent))
        if film is None or film.maps is None or film.radiograph is None or rule is None:
            for shown in (self._value, self._mark, *rows):
                shown.setText("")
            if rule is not None:
                self.threshold.show_value(rule.threshold, rule.threshold)
            return
        threshold, detection, radiograph = film.threshold(rule), film.detection, film.radiograph
        limit = score_limit(film, rule)
        peak = detection.peak or 0.0
        area = rule.min_area if detection.min_area is None else detection.min_area
        self.threshold.show_value(threshold, rule.threshold)
        self._value.setText(quantities.limit(threshold))
        self.threshold.say_value(quantities.limit(threshold))
        self._score.show_value(limit, rule.score_threshold, quantities.limit(limit))
        self._peak.show_value(peak, 0.0, quantities.limit(peak) if peak else trc("peak", "any"))
        self._area.show_value(
            slider_of_area(area),
            slider_of_area(rule.min_area),
            area_limit_text(area, radiograph.rows, radiograph.cols, radiograph.spacing),
        )
        self._extent.show_value(threshold, rule.threshold, quantities.limit(threshold))
        moved = abs(threshold - rule.threshold) >= 0.005 or detection != BY_CARD
        text = tr("default")
        if moved:
            text = tr("default {limit}", limit=quantities.limit(rule.threshold))
        if self._apart.isVisibleTo(self) and moved:
            text = tr("moved ({key} resets)", key=key_of("reset_threshold"))
        self._mark.setText(tr("mask edited") if film.review.mask is not None else text)

    def _hint_text(self, state: State, film: Film | None, rule: DecisionRule | None) -> str:
        overlay = state.overlay
        if not overlay.visible:
            return tr("The overlay is off ({key} shows it)", key=key_of("toggle_overlay"))
        hide = tr("Hold {key} to hide the overlay", key=key_of("peek"))
        if not overlay.band or film is None or film.findings is None or not film.findings.present:
            return hide
        if film.review.mask is not None:
            return tr("No band: the mask is edited")
        if film.band is None or film.radiograph is None or film.maps is None or rule is None:
            return tr("Band: analysing again ...") if self._presenter.display.disagreement.busy else hide
        key = (film.band, film.review.threshold, film.review.detection)
        if self._spread[0] != key:
            spacing, rows, cols = film.radiograph.spacing, film.radiograph.rows, film.radiograph.cols
            decision = decide(film.maps, rule, film.settled_threshold(rule), film.review.detection)
            each = spacing.pixel_area_mm2
            low, high = areas_px(film.band, decision, rows, cols)
            from_, to = (
                (quantities.count(low), quantities.px(high))
                if each is None
                else (quantities.decimal(low * each / 100), quantities.area_of(high * each))
            )
            self._spread = (
                key,
                trn(
                    "Band: {low} to {high} in {count} view",
                    "Band: {low} to {high} in {count} views",
                    film.band.views,
                    low=from_,
                    high=to,
                ),
            )
        return self._spread[1]
