"""The panel beside the film: what the model says, the two sliders, the findings, the reader's verdict.

Room for results is kept, so that nothing jumps when one arrives.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ptxviewer.app.actions import BY_ID
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state import Film, FilmStatus, Overlay, State
from ptxviewer.core.types import Lesion
from ptxviewer.report.model import NOT_EXCLUDED, headline, nearness, percent_text, size_lines
from ptxviewer.ui.controls import MarkedSlider, ScoreBar, Segments, hairline, label

WIDTH, WIDEST = 300, 480
ROWS = 3  # of the findings table that are kept free
HEADLINES = {
    FilmStatus.OPENING: "Opening ...",
    FilmStatus.WAITING: "Waiting for the model ...",
    FilmStatus.ANALYSING: "Analysing ...",
    FilmStatus.FAILED: "Could not be opened.",
    FilmStatus.NOT_ANALYSED: "Not analysed.",
}
NEARNESS = {
    "above": "above the operating point",
    "near": "near the operating point",
    "below": "below the operating point",
}
COLUMNS = ("Side", "Area", "Width", "Score")
OPACITY = Overlay().opacity
NOTE_TIP = "Kept with this film on this computer and printed on its report. Write no names where reports are shared."


def lesion_cells(lesion: Lesion) -> tuple[str, ...]:
    """Return one row of the findings table, in the order of ``COLUMNS``."""
    area = f"{lesion.area_px:,} px" if lesion.area_mm2 is None else f"{lesion.area_mm2 / 100:.1f} cm²"
    width = f"{lesion.width_px:.0f} px" if lesion.width_mm is None else f"{lesion.width_mm:.0f} mm"
    return lesion.side.capitalize(), area, width, f"{lesion.max_score:.2f}"


class ReadingPanel(QWidget):
    """Renders a state's film; every control is an intent of the presenter."""

    def __init__(self, presenter: Presenter) -> None:
        super().__init__()
        self.setObjectName("reading")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(WIDTH)
        self.setMaximumWidth(WIDEST)
        self._presenter = presenter
        self._film_id: int | None = None
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(6)
        self._build_reading(column)
        column.addSpacing(2)
        column.addWidget(hairline())
        column.addSpacing(2)
        self._build_overlay(column)
        column.addSpacing(2)
        column.addWidget(hairline())
        column.addSpacing(2)
        self._build_findings(column)
        column.addStretch(1)
        column.addWidget(hairline())
        column.addSpacing(2)
        self._build_verdict(column)
        scroll = QScrollArea()  # low windows scroll; nothing is cut off
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    # Building

    def _build_reading(self, column: QVBoxLayout) -> None:
        title = QHBoxLayout()
        self._name = label("quiet")
        title.addWidget(label("section", "READING"))
        title.addStretch(1)
        title.addWidget(self._name)
        column.addLayout(title)
        self._frame_text = label("value")
        self._frame = MarkedSlider("Frame", "Which picture of a film with several (Ctrl+Up, Ctrl+Down)")
        self._frame.moved.connect(self._frame_moved)
        for widget in (self._frame_text, self._frame):
            widget.hide()
            column.addWidget(widget)
        number = QHBoxLayout()
        number.setSpacing(8)
        self._number = label("number")
        self._number.setFixedHeight(28)
        self._where = label("quiet")
        number.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addWidget(self._where, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addStretch(1)
        self._again = QPushButton()
        self._again.setObjectName("small")
        self._again.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._again.clicked.connect(self._do_again)
        number.addWidget(self._again)
        column.addLayout(number)
        self._bar = ScoreBar()
        column.addWidget(self._bar)
        self._headline = self._kept(label("headline", wrap=True), 38)
        self._remark = self._kept(label("quiet", wrap=True), 32)
        column.addSpacing(2)
        column.addWidget(self._headline)
        column.addWidget(self._remark)

    @staticmethod
    def _kept(made: QLabel, height: int) -> QLabel:
        made.setMinimumHeight(height)
        made.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        return made

    def _build_overlay(self, column: QVBoxLayout) -> None:
        presenter = self._presenter
        self._threshold = MarkedSlider(
            "Threshold",
            "How high the model's score must be. [ and ] move it; a double click goes back to the operating point.",
            1,
            99,
        )
        self._threshold.moved.connect(presenter.set_threshold)
        self._threshold.reset.connect(presenter.reset_threshold)
        self._opacity = MarkedSlider("Opacity", "Of fill and heat map. { and } move it; a double click resets it.")
        self._opacity.moved.connect(lambda value, _settled: presenter.set_opacity(value))
        self._opacity.reset.connect(lambda: presenter.set_opacity(OPACITY))
        self._threshold_value, self._opacity_value, self._mark = label("value"), label("value"), label("quiet")
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.addWidget(label("value", "Threshold"), 0, 0)
        grid.addWidget(self._mark, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._threshold_value, 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._threshold, 1, 0, 1, 3)
        grid.addWidget(label("value", "Opacity"), 2, 0)
        grid.addWidget(self._opacity_value, 2, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._opacity, 3, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(2, 32)
        column.addLayout(grid)
        self._modes = Segments(
            (
                ("outline", "Outline", f"{BY_ID['overlay_outline'].tip} (O: next)"),
                ("fill", "Fill", f"{BY_ID['overlay_fill'].tip} (O: next)"),
                ("heat", "Heat map", f"{BY_ID['overlay_heat'].tip} (O: next)"),
            ),
            lambda value: BY_ID[f"overlay_{value}"].run(presenter),
        )
        column.addWidget(self._modes)
        self._hint = label("quiet")
        column.addWidget(self._hint)

    def _build_findings(self, column: QVBoxLayout) -> None:
        column.addWidget(label("section", "FINDINGS"))
        table = QTableWidget(0, len(COLUMNS))
        for number, name in enumerate(COLUMNS):
            heading = QTableWidgetItem(name)
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            heading.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            table.setHorizontalHeaderItem(number, heading)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        table.verticalHeader().hide()
        table.verticalHeader().setMinimumSectionSize(22)
        table.verticalHeader().setDefaultSectionSize(22)
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setFixedHeight(26 + 22 * ROWS)
        table.setAccessibleName("Findings")
        self._table = table
        self._spacing = self._kept(label("quiet", wrap=True), 32)
        column.addWidget(table)
        column.addWidget(self._spacing)
        self._sizes = label("value", wrap=True)
        self._sizes.setAccessibleName("Sizes")
        column.addWidget(self._sizes)

    def _build_verdict(self, column: QVBoxLayout) -> None:
        column.addWidget(label("section", "VERDICT"))
        self._verdicts = Segments(
            tuple((name, BY_ID[f"verdict_{name}"].text, BY_ID[f"verdict_{name}"].tooltip) for name in
                  ("accept", "reject", "unsure")),
            lambda value: BY_ID[f"verdict_{value}"].run(self._presenter),
        )  # fmt: skip
        column.addWidget(self._verdicts)
        self._note = QLineEdit()
        self._note.setPlaceholderText("Note")
        self._note.setAccessibleName("Note")
        self._note.setToolTip(NOTE_TIP)
        self._note.setMaxLength(500)
        self._note.setAcceptDrops(False)  # films dropped here open like anywhere else
        self._note.editingFinished.connect(self.settle)
        column.addWidget(self._note)

    # Intents

    def settle(self) -> None:
        """Keep a note that is being typed; called before another film comes on screen."""
        if self._note.isModified():
            self._note.setModified(False)
            self._presenter.set_note(self._note.text().strip())

    def _do_again(self) -> None:
        film = self._presenter.state.current
        if film is not None and film.status in (FilmStatus.WAITING, FilmStatus.ANALYSING):
            self._presenter.cancel()
        else:
            self._presenter.retry()

    def _frame_moved(self, value: float, settled: bool) -> None:
        if settled:
            self._presenter.set_frame(round(100 * value))

    # Rendering

    def show_state(self, state: State) -> None:
        """Show the film on screen; without one everything is quiet."""
        film, info = state.current, state.engine.info
        rule = info.rule if info is not None else None
        ready = film is not None and film.maps is not None and rule is not None
        edited = film is not None and film.review.mask is not None
        self._threshold.setEnabled(ready and not edited)
        self._verdicts.buttons["accept"].setText("Edited" if edited else "Accept")
        self._verdicts.setEnabled(ready)
        self._note.setEnabled(film is not None and film.radiograph is not None)
        self._show_film(film)
        self._show_note(film)
        overlay = state.overlay
        self._opacity.show_value(overlay.opacity, None)
        self._opacity.setEnabled(overlay.mode != "outline")
        self._opacity_value.setText(f"{overlay.opacity * 100:.0f} %")
        self._modes.show_choice(overlay.mode if overlay.visible else "")
        self._hint.setText("Hold Space to hide the overlay" if overlay.visible else "The overlay is off (X shows it)")
        if film is None or film.maps is None or rule is None:
            self._number.setText("–")
            self._where.setText("no score" if film is not None else "")
            self._bar.show_score(None, None)
            self._threshold_value.setText("")
            self._mark.setText("")
            if rule is not None:
                self._threshold.show_value(rule.threshold, rule.threshold)
            self._verdicts.show_choice("")
            return
        threshold, score, mark = film.threshold(rule), film.maps.score, rule.score_threshold
        self._number.setText(f"{score:.2f}")
        self._where.setText(f"{NEARNESS[nearness(score, mark)]} ({mark:.2f})")
        self._bar.show_score(score, mark)
        self._bar.setToolTip(f"The film's score is {score:.2f}; the model's operating point is {mark:.2f}.")
        self._threshold_value.setText(f"{threshold:.2f}")
        moved = abs(threshold - rule.threshold) >= 0.005
        self._mark.setText(f"operating point {rule.threshold:.2f}" if moved else "at operating point")
        if edited:
            self._mark.setText("rests: the mask is edited")
        self._threshold.show_value(threshold, rule.threshold)
        self._verdicts.show_choice(film.review.verdict.replace("edited", "accept"))

    def _show_film(self, film: Film | None) -> None:
        """What is said of the film: its sentence, its findings, where its millimetres come from."""
        line, remark, again, cells, spacing = "", "", "", [], ""
        if film is not None:
            line, remark = HEADLINES.get(film.status, ""), film.note or film.error
            again = {
                FilmStatus.FAILED: "Try again",
                FilmStatus.NOT_ANALYSED: "Analyse anyway" if film.radiograph is not None else "",
                FilmStatus.WAITING: "Stop",
                FilmStatus.ANALYSING: "Stop",
            }.get(film.status, "")
            if film.radiograph is not None:
                place = film.radiograph.spacing
                spacing = place.note or (f"Sizes {place.label}." if place.known else "No sizes in mm: pixels only.")
            if film.maps is not None and film.findings is not None and film.radiograph is not None:
                line = headline(film.radiograph, film.findings)
                shares = [f"{percent_text(half).capitalize()}." for half in film.findings.halves]
                remark = " ".join((*shares, film.findings.side_note)) if film.findings.present else NOT_EXCLUDED
                cells = [lesion_cells(lesion) for lesion in film.findings.lesions]
        self._name.setText(f"Film {film.number}" if film is not None else "")
        self._headline.setText(line.replace(" cm²", "\u00a0cm²"))  # a number keeps its unit
        self._remark.setText(remark)
        self._again.setText(again)
        self._again.setVisible(bool(again))
        self._spacing.setText(spacing)
        self._show_sizes(film)
        self._show_table(cells)
        self._show_frames(film)

    def _show_sizes(self, film: Film | None) -> None:
        """The sizes of the literature for the larger side, their sources in the tooltip."""
        lines: tuple[tuple[str, str], ...] = ()
        if film is not None and film.radiograph is not None and film.findings is not None and film.findings.halves:
            lines = size_lines(film.radiograph, film.findings.halves[0])
        self._sizes.setText("\n".join(line for line, _ in lines))
        self._sizes.setToolTip("\n".join(dict.fromkeys(source for _, source in lines)))

    def _show_table(self, cells: list[tuple[str, ...]]) -> None:
        self._table.setRowCount(len(cells))
        for row, texts in enumerate(cells):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self._table.setItem(row, column, item)

    def _show_frames(self, film: Film | None) -> None:
        several = film is not None and film.frames > 1
        for widget in (self._frame_text, self._frame):
            widget.setVisible(several)
        if film is not None and several:
            self._frame.setMaximum(film.frames - 1)
            self._frame.show_value(film.view.frame / 100, None)
            self._frame_text.setText(f"Frame {film.view.frame + 1} of {film.frames}")

    def _show_note(self, film: Film | None) -> None:
        new = (film.id if film is not None else None) != self._film_id
        self._film_id = film.id if film is not None else None
        note = film.review.note if film is not None else ""
        if (new or not self._note.isModified()) and self._note.text() != note:
            self._note.setText(note)
