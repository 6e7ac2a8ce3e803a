"""How large a pneumothorax is by the measures of the literature, each with its source or the reason for refusing it.

All of them were made for erect films: Collins and the guidelines for PA films, distances in centimetres. None is a
volume; none claims tension.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ptxviewer.core.answer import Distances
from ptxviewer.core.film import PixelSpacing

COLLINS = "Collins et al., AJR 1995;165:1127"
RHEA = "Rhea et al., Radiology 1982;144:733"
LIGHT = "Light index, Noppen et al., Respiration 2001;68:396"
BTS = "BTS 2010, MacDuff et al., Thorax 2010;65(Suppl 2):ii18"
ACCP = "ACCP 2001, Baumann et al., Chest 2001;119:590"

RHEA_TABLE = ((0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0), (10, 14, 18, 23, 27, 32, 36, 40, 49))
"""Average interpleural distance in cm, percent of the hemithorax."""
BTS_LARGE_CM, ACCP_LARGE_CM = 2.0, 3.0

NO_ERECT_PA = {
    "AP": "AP film: the formula holds for erect PA films",
    "": "the file does not say that this is an erect PA film",
}
SUPINE = "supine film: the formula holds for erect films"
NO_SPACING = "no trustworthy pixel spacing"
LOCULATED = "not continuous with the apex (loculated?): the formula assumes free air"
NO_LUNG = "no lung edge was found beside it"
SUM_ZERO = "A + B + C is 0"


FORMULAS = {
    "Collins": "4.2 + 4.7 (A + B + C) %, distances in cm",
    "Rhea": "nomogram of the average (A + B + C) / 3 in cm, drawn from expiratory films",
    "Light index": "1 - (lung / hemithorax)³, diameters at the hilum",
    "BTS 2010": "large from a rim of 2 cm at the hilum",
    "ACCP 2001": "large from 3 cm between apex and cupola",
}
"""How each measure is made, as told in its tooltip."""


@dataclass(frozen=True, slots=True)
class Size:
    """One measure: ``text`` as printed, or the reason for which it is ``refused``."""

    name: str
    source: str
    text: str = ""
    refused: str = ""
    value: float | None = None  # percent or cm, whichever the measure is in

    @property
    def formula(self) -> str:
        """How it is made, in words."""
        return FORMULAS[self.name]


def why_no_formula(view: str, posture: str) -> str:
    """Return why formulas of erect PA films do not hold for a film of this view and posture, or ""."""
    if posture in ("supine", "recumbent", "prone"):
        return SUPINE
    if view == "PA":
        return ""
    return NO_ERECT_PA.get(view, f"{view} film: the formula holds for erect PA films")


def collins(sum_cm: float) -> float:
    """Percent after Collins 1995: 4.2 + 4.7 (A + B + C)."""
    return 4.2 + 4.7 * sum_cm


def rhea(average_cm: float) -> float | None:
    """Percent after Rhea 1982, read off the nomogram; None outside of it."""
    if not RHEA_TABLE[0][0] <= average_cm <= RHEA_TABLE[0][-1]:
        return None
    return float(np.interp(average_cm, *RHEA_TABLE))


def light(lung: float, hemithorax: float) -> float | None:
    """Percent by the Light index from two diameters in one unit; None for an impossible pair."""
    if hemithorax <= 0 or not 0 <= lung <= hemithorax:
        return None
    return 100 * (1 - (lung / hemithorax) ** 3)


def sizes_of(
    distances: Distances | None, spacing: PixelSpacing, view: str, *, posture: str = "", loculated: bool = False
) -> tuple[Size, ...]:
    """Return Collins, Rhea, Light, BTS and ACCP for the lines of one hemithorax, in this order."""
    reason = why_no_formula(view, posture) or (LOCULATED if loculated else "") or ("" if distances else NO_LUNG)
    names = (("Collins", COLLINS), ("Rhea", RHEA), ("Light index", LIGHT), ("BTS 2010", BTS), ("ACCP 2001", ACCP))
    if reason or distances is None:
        return tuple(Size(name, source, refused=reason) for name, source in names)
    lengths = [line.mm(spacing) for line in (distances.a, distances.b, distances.c, distances.rim)]
    cm = [length / 10 for length in lengths if length is not None]
    if len(cm) < len(lengths):
        in_cm = tuple(Size(name, source, refused=NO_SPACING) for name, source in names)
    else:
        in_cm = _in_cm(*cm)
    return in_cm[0], in_cm[1], _light(distances, spacing), in_cm[3], in_cm[4]


def _light(distances: Distances, spacing: PixelSpacing) -> Size:
    """A ratio of two lengths on one line: it needs no millimetres."""
    across = distances.across.mm(spacing) or distances.across.px()
    rim = distances.rim.mm(spacing) if distances.rim.mm(spacing) is not None else distances.rim.px()
    percent = light(across - (rim or 0.0), across)
    if not rim or percent is None:
        return Size("Light index", LIGHT, refused="no rim at the level of the hilum")
    return Size("Light index", LIGHT, f"{percent:.0f} %", value=percent)


def _in_cm(a: float, b: float, c: float, rim: float) -> tuple[Size, ...]:
    """The measures that need centimetres; the Light index has its place, but none of its own here."""
    total = a + b + c
    if total <= 0 and rim <= 0:
        return tuple(
            Size(name, source, refused=SUM_ZERO)
            for name, source in (("Collins", COLLINS), ("Rhea", RHEA), ("", ""), ("BTS 2010", BTS), ("ACCP 2001", ACCP))
        )
    if total <= 0:
        by_sum = [Size("Collins", COLLINS, refused=SUM_ZERO), Size("Rhea", RHEA, refused=SUM_ZERO)]
    else:
        percent, average = rhea(total / 3), total / 3
        outside = f"average distance {average:.1f} cm lies outside the nomogram (0.5 to 5 cm)"
        by_sum = [
            Size("Collins", COLLINS, f"{collins(total):.0f} %", value=collins(total)),
            Size("Rhea", RHEA, f"{percent:.0f} %", value=percent)
            if percent is not None
            else Size("Rhea", RHEA, refused=outside),
        ]
    bts = f"{'large' if rim >= BTS_LARGE_CM else 'small'} (rim {rim:.1f} cm)"
    accp = f"{'large' if a >= ACCP_LARGE_CM else 'small'} (apex {a:.1f} cm)"
    return (*by_sum, Size("Light index", LIGHT), Size("BTS 2010", BTS, bts, value=rim),
            Size("ACCP 2001", ACCP, accp, value=a))  # fmt: skip
