"""The window that a film is shown through, in words."""

from __future__ import annotations

from ptxviewer.core.film import Voi, VoiLut
from ptxviewer.core.msgid import Msgid
from ptxviewer.words import tr
from ptxviewer.words.quantities import plain


def describe(voi: Voi) -> str:
    """Return what the corner says: "W 3200 L 1600", or the name of the lookup table."""
    if isinstance(voi, VoiLut):
        return f"LUT {voi.explanation}".strip()
    return tr("W {width} L {level}", width=_number(voi.width), level=_number(voi.center))


def preset_name(voi: Voi) -> str:
    """Return the name of a window: ours in the reader's language, one of the file as it stands there; "" without."""
    return tr(voi.explanation) if isinstance(voi.explanation, Msgid) else voi.explanation


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else plain(float(f"{value:.3g}"))
