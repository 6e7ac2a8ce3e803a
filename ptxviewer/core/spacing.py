"""Millimetres per pixel of a film, where they come from and how far they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.reason import Reason


class SpacingOrigin(str, Enum):
    """Where the millimetres per pixel of a film come from; the value is its code in JSON and provenance."""

    FIDUCIAL = "calibrated (fiducial)"
    GEOMETRY = "magnification-corrected"
    MAGNIFICATION = "corrected by magnification factor"
    DETECTOR = "at detector"
    UNSPECIFIED = "type unknown"
    MANUAL = "calibrated by reader"
    IMPLAUSIBLE = "not plausible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PixelSpacing:
    """Millimetres per pixel and how far to trust them.

    ``row_mm`` is the distance between rows (vertical), ``col_mm`` between columns, in the order of DICOM
    (0028,0030). Both are None when the film supports no size in millimetres (``NONE``, ``IMPLAUSIBLE``).
    ``note`` says what there is to explain, for example the chest that would be 17 cm wide. What stands beside a size is
    told by ``words.quantities.spacing_label``.
    """

    row_mm: float | None
    col_mm: float | None
    origin: SpacingOrigin
    note: Reason | None = None
    factor: float | None = None  # by which sizes at the detector were divided, for ``MAGNIFICATION``
    ratio: float = 1.0  # height of a pixel over its width where the millimetres are not known: the shape may be

    @property
    def known(self) -> bool:
        """True when sizes in millimetres may be printed."""
        return self.row_mm is not None and self.col_mm is not None

    @property
    def aspect(self) -> float:
        """How many times taller than wide a pixel is; 1 where the film does not say."""
        return self.row_mm / self.col_mm if self.row_mm is not None and self.col_mm is not None else self.ratio

    @property
    def pixel_area_mm2(self) -> float | None:
        """Area of one pixel, None when unknown."""
        return self.row_mm * self.col_mm if self.row_mm is not None and self.col_mm is not None else None


NO_SPACING = PixelSpacing(None, None, SpacingOrigin.NONE)
