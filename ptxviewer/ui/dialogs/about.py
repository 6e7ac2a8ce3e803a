"""A page of facts, and the one about the film on screen; the one about the program is in ``about_program``."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ptxviewer.core.film import Radiograph
from ptxviewer.core.msgid import N_
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.ui.controls import label
from ptxviewer.ui.platform.text_size import px
from ptxviewer.words import say, sentences, tr, trn
from ptxviewer.words.diagnostics import Facts
from ptxviewer.words.quantities import plain, spacing_label

WIDTH = 560


def four_figures(millimetres: float) -> str:
    """Return a pixel spacing as it is usually given: "0.1431"."""
    return plain(float(f"{millimetres:.4g}"))


def film_facts(film: Radiograph) -> Facts:
    """Return the technical facts of a film; nothing of the patient."""
    acquisition = film.acquisition
    spacing = film.spacing
    size = ""
    if spacing.row_mm is not None and spacing.col_mm is not None:
        size = f"{four_figures(spacing.row_mm)} x {four_figures(spacing.col_mm)} mm, "
    pixels = tr("{cols} x {rows} pixels", cols=film.cols, rows=film.rows)
    frames = trn("{count} frame", "{count} frames", film.frames)
    bits = trn("{count} bit", "{count} bits", acquisition.bits_stored)
    facts: Facts = (
        (N_("Size"), pixels + (f", {frames}" if film.frames > 1 else "")),
        (N_("Modality and view"), " ".join(part for part in (acquisition.modality, acquisition.view) if part)),
        (
            N_("Pixels"),
            ", ".join(part for part in (acquisition.photometric, bits if acquisition.bits_stored else "") if part),
        ),
        (N_("Pixel spacing"), size + spacing_label(spacing)),
        ("", sentences(spacing.note)),
        (N_("Compression"), tr("lossy") if acquisition.lossy else ""),
        (N_("Transfer syntax"), acquisition.transfer_syntax),
        (N_("Object"), acquisition.sop_class),
        (N_("Manufacturer"), acquisition.manufacturer),
        *((N_("Remark"), say(note)) for note in film.notes),
        (N_("Remark"), say(Reading.MAY_CARRY_TEXT) if acquisition.may_carry_text else ""),
    )
    return tuple((name, value) for name, value in facts if value)


class FactsDialog(QDialog):
    """A list of facts that can be selected and copied."""

    def __init__(self, title: str, heading: str, remark: str, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(6)
        column.addWidget(label("number", heading))
        column.addWidget(label("quiet", remark, wrap=True))
        column.addSpacing(10)
        form = QFormLayout()
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(8)
        for name, value in facts:
            form.addRow(label("quiet", tr(name) if name else ""), self.value_label(value))
        column.addLayout(form)
        column.addSpacing(10)
        column.addStretch(1)
        self.form = form
        self.buttons = buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.resize(px(WIDTH), column.heightForWidth(px(WIDTH)))

    @staticmethod
    def value_label(text: str) -> QLabel:
        """Return a value that can be selected; a hash is broken in two."""
        hash_like = len(text) == 64 and " " not in text
        shown = label("text", f"{text[:32]}\n{text[32:]}" if hash_like else text, wrap=True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if hash_like:  # a wrapped label lets itself be squeezed to one line
            shown.setMinimumHeight(2 * shown.fontMetrics().lineSpacing() + 4)
        return shown


def about_film(number: int, film: Radiograph, parent: QWidget) -> FactsDialog:
    """Return the dialog about the film on screen."""
    return FactsDialog(
        tr("About this film"),
        tr("Film {number}", number=number),
        tr("Technical facts, without patient data."),
        film_facts(film),
        parent,
    )
