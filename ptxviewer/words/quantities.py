"""Numbers with their units, in one place: decimal sign, thousands, digits, and where millimetres come from."""

from __future__ import annotations

from ptxviewer.core.film import Age, AgeUnit
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.words import tr, trc

SPACING_LABELS = {
    SpacingOrigin.FIDUCIAL: N_("calibrated (fiducial)"),
    SpacingOrigin.GEOMETRY: N_("magnification-corrected"),
    SpacingOrigin.MAGNIFICATION: N_("corrected by magnification factor"),
    SpacingOrigin.DETECTOR: N_("at detector"),
    SpacingOrigin.UNSPECIFIED: N_("spacing of unknown type"),
    SpacingOrigin.MANUAL: N_("calibrated by reader"),
    SpacingOrigin.IMPLAUSIBLE: N_("pixels only, spacing not plausible"),
    SpacingOrigin.NONE: N_("pixels only"),
}
"""What stands beside a size. The value of an origin is its code in JSON."""


AGES: dict[AgeUnit, Msgid] = {
    "Y": N_("{number} y"),
    "M": N_("{number} mo"),
    "W": N_("{number} wk"),
    "D": N_("{number} d"),
}


def _localised(text: str) -> str:
    """Put the separators of the language in the place of Python's."""
    # Translators: the sign between whole number and fraction; between groups of three digits.
    point, group = trc("decimal separator", "."), trc("thousands separator", ",")
    return text if (point, group) == (".", ",") else text.translate({ord("."): point, ord(","): group})


def decimal(value: float, places: int = 1) -> str:
    """Return a number with ``places`` digits behind the decimal sign: "1,234.5"."""
    return _localised(f"{value:,.{places}f}")


def count(value: float) -> str:
    """Return a whole number with its thousands apart: "10,000"."""
    return decimal(value, 0)


def plain(value: float) -> str:
    """Return a number with as many digits as it has, at most six: "25", "0.14"."""
    return _localised(f"{value:g}")


def measured(value: float) -> str:
    """Return a modality value with as many figures as can be read at a glance; no thousands."""
    if abs(value) >= 1000 or value == round(value):
        return f"{value:.0f}"
    return _localised(f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}")


def share(percent: float, places: int = 0) -> str:
    """Return "12 %"; ``percent`` counts to 100."""
    return f"{decimal(percent, places)} %"


def age(of: Age | None) -> str:
    """Return "54 y", "7 mo", "3 wk", "12 d"; "" where it is not known."""
    if of is None:
        return ""
    return tr(AGES[of.unit], number=of.number)


def limit(value: float) -> str:
    """Return a threshold or an operating point: two digits, or the three it has ("0.225")."""
    return decimal(value, 2 if abs(value - round(value, 2)) < 5e-4 else 3)


def score(value: float, beside: float | None = None) -> str:
    """Return a score with two digits; with three, or four, where two would not tell it apart from ``beside``.

    0.2249 beside an operating point of 0.225 must not read "0.22" and "0.23", nor both "0.23".
    """
    if beside is not None and value != beside:
        for places in (2, 3, 4):
            shown, other = round(value, places), round(beside, max(places, 3))
            if shown != other and (shown > other) == (value > beside):
                return decimal(value, places)
        return decimal(value, 4)
    return decimal(value, 2)


def area(px: float, spacing: PixelSpacing) -> str:
    """Return an area of ``px`` film pixels: in cm² where the film supports it, else in pixels."""
    if spacing.pixel_area_mm2 is None:
        return f"{count(px)} px"
    return area_of(px * spacing.pixel_area_mm2)


def area_of(mm2: float) -> str:
    """Return an area in cm²."""
    return f"{decimal(mm2 / 100, 1)} cm²"


def area_or_px(px: float, mm2: float | None) -> str:
    """Return an area that was measured before: in cm², in pixels where it has no millimetres."""
    return f"{count(px)} px" if mm2 is None else area_of(mm2)


def small_area(px: float, spacing: PixelSpacing) -> str:
    """Return an area as ``area`` does, but in mm² below 10 cm²."""
    if spacing.pixel_area_mm2 is None or px * spacing.pixel_area_mm2 >= 1000:
        return area(px, spacing)
    return f"{count(px * spacing.pixel_area_mm2)} mm²"


def mm(value: float, places: int = 1) -> str:
    """Return a length in millimetres."""
    return f"{decimal(value, places)} mm"


def cm(value_mm: float, places: int = 1) -> str:
    """Return a length, given in millimetres, in centimetres."""
    return f"{decimal(value_mm / 10, places)} cm"


def px(value: float) -> str:
    """Return a length or an area in pixels."""
    return f"{count(value)} px"


def length(value_px: float, value_mm: float | None, places: int = 0) -> str:
    """Return a length in millimetres, in pixels where the film supports none."""
    return px(value_px) if value_mm is None else mm(value_mm, places)


def degrees(value: float) -> str:
    """Return an angle."""
    return f"{decimal(value, 1)}°"


def duration(milliseconds: float) -> str:
    """Return how long something took: "320 ms", "1.4 s"."""
    return f"{count(milliseconds)} ms" if milliseconds < 1000 else f"{decimal(milliseconds / 1000)} s"


def megabytes(size_bytes: float) -> str:
    """Return a size in GB from one gigabyte on, in MB below (powers of 1024)."""
    if size_bytes >= 1 << 30:
        return f"{plain(round(size_bytes / (1 << 30), 1))} GB"
    return f"{count(size_bytes / (1 << 20))} MB"


def spacing_label(spacing: PixelSpacing) -> str:
    """Return where the millimetres come from, or that there are none: what stands beside every size."""
    origin = spacing.origin
    if origin is SpacingOrigin.MAGNIFICATION and spacing.factor is not None:
        return tr("corrected by factor {factor}", factor=decimal(spacing.factor, 2))
    if origin is SpacingOrigin.NONE and spacing.note is not None:
        return tr("not calibrated")
    return tr(SPACING_LABELS[origin])


def spacing_short(spacing: PixelSpacing) -> str:
    """Return the same beside a length: in which unit it is, is seen there."""
    if spacing.known:
        return spacing_label(spacing)
    return tr("spacing not plausible") if spacing.origin is SpacingOrigin.IMPLAUSIBLE else tr("size unknown")
