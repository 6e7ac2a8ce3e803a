"""A page of facts, and the one about the film on screen; the one about the program is in ``about_program``."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ptxviewer.core.film import Radiograph
from ptxviewer.ui.controls import label
from ptxviewer.words import say, sentences, tr
from ptxviewer.words.diagnostics import Facts
from ptxviewer.words.quantities import spacing_label

WIDTH = 560


def film_facts(film: Radiograph) -> Facts:
    """Return the technical facts of a film; nothing of the patient."""
    seen = film.acquisition
    spacing = film.spacing
    size = f"{spacing.row_mm:.4g} x {spacing.col_mm:.4g} mm, " if spacing.known else ""
    facts = (
        ("Size", f"{film.cols} x {film.rows} pixels" + (f", {film.frames} frames" if film.frames > 1 else "")),
        ("Modality and view", " ".join(part for part in (seen.modality, seen.view) if part)),
        (
            "Pixels",
            ", ".join(p for p in (seen.photometric, f"{seen.bits_stored} bit" if seen.bits_stored else "") if p),
        ),
        ("Pixel spacing", size + spacing_label(spacing)),
        ("", sentences(spacing.note)),
        ("Compression", "lossy" if seen.lossy else ""),
        ("Transfer syntax", seen.transfer_syntax),
        ("Object", seen.sop_class),
        ("Made by", seen.manufacturer),
        *(("Remark", say(note)) for note in film.notes),
    )
    return tuple((name, value) for name, value in facts if value)


class FactsDialog(QDialog):
    """A list of facts that can be selected and copied."""

    def __init__(self, title: str, heading: str, remark: str, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
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
        self.resize(WIDTH, column.heightForWidth(WIDTH))

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
        "About this film", f"Film {number}", "Technical facts, without patient data.", film_facts(film), parent
    )
