"""This site's films: how the network does here, without names; amber where it is not what the card lets expect."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ptxviewer.core.site import SiteFigures
from ptxviewer.ui.controls import label
from ptxviewer.ui.dialogs.about import FactsDialog
from ptxviewer.words import tr
from ptxviewer.words.site import band_note, facts, remark


class SiteDialog(FactsDialog):
    """The figures as a list that can be copied; a note in amber below where there is one."""

    def __init__(self, found: SiteFigures, parent: QWidget | None = None) -> None:
        super().__init__(tr("This site's films"), tr("This site's films"), remark(found), facts(found), parent)
        if note := band_note(found):
            self.form.addRow(label("amber", note, wrap=True))
            self.adjustSize()
