"""How a film was taken and the window that it is shown through, in words; with or without what its file calls them."""

from __future__ import annotations

from ptxviewer.core.film import Acquisition, Voi, VoiLut
from ptxviewer.core.msgid import Msgid
from ptxviewer.core.terms import LOOKS, MODALITIES, VIEWS, term
from ptxviewer.words import tr
from ptxviewer.words.quantities import plain


def describe(voi: Voi, named: bool = True) -> str:
    """Return what the corner says: "W 3200 L 1600", or the name of the lookup table.

    ``named`` False: without what the file calls it, where that is free text.
    """
    if isinstance(voi, VoiLut):
        return f"LUT {voi.explanation if named else term(voi.explanation, LOOKS)}".strip()
    return tr("W {width} L {level}", width=_number(voi.width), level=_number(voi.center))


def preset_name(voi: Voi, named: bool = True) -> str:
    """Return the name of a window: ours in the reader's language, one of the file as it stands there; "" without.

    ``named`` False: without one of the file that is free text.
    """
    if isinstance(voi.explanation, Msgid):
        return tr(voi.explanation)
    return voi.explanation if named else term(voi.explanation, LOOKS)


def kind_of_film(acquisition: Acquisition, named: bool = True) -> str:
    """Return modality and view: "DX PA"; ``named`` False: as far as they are defined terms."""
    modality, view = acquisition.modality, acquisition.view
    if not named:
        modality, view = term(modality, MODALITIES), term(view, VIEWS)
    return " ".join(part for part in (modality, view) if part)


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else plain(float(f"{value:.3g}"))
