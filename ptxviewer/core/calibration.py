"""Which millimetres per pixel a film supports, from which tag, and how far to trust it.

On a projection radiograph PixelSpacing alone says nothing: it may be measured at the detector, corrected for
magnification, calibrated on an object, or copied from a film of another size (DICOM PS3.3 10.7 and C.8.11.4; the order
of preference follows Cornerstone3D and Weasis).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ptxviewer.core.film import Radiograph
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons.reading import CalibratedByReader, CalibrationDoubtful, FieldNotPlausible, Reading
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin

SMALLEST_FIELD_MM, LARGEST_FIELD_MM = 250.0, 600.0
"""Width of field that an adult chest can have; detectors are 300 to 450 mm wide."""

MOST_OBLONG = 5.0
"""A pixel is not taken for longer than that: such a ratio is a slip."""

Pair = tuple[float, float]


def typed_length(text: str, shortest_mm: float, longest_mm: float) -> float | None:
    """Return the millimetres that were typed, with a decimal point or comma; None where they are none, or outside."""
    try:
        value = float(text.strip().removesuffix("mm").strip().replace(",", "."))
    except ValueError:
        return None
    return value if shortest_mm <= value <= longest_mm else None


@dataclass(frozen=True, slots=True)
class SpacingTags:
    """The tags that bear on spacing, as plain numbers; (row, column) in mm, None where absent or unreadable."""

    pixel_spacing: Pair | None = None  # (0028,0030)
    imager_pixel_spacing: Pair | None = None  # (0018,1164)
    calibration_type: str = ""  # (0028,0A02) FIDUCIAL or GEOMETRY
    magnification: float | None = None  # (0018,1114) EstimatedRadiographicMagnificationFactor
    source_detector_mm: float | None = None  # (0018,1110)
    source_patient_mm: float | None = None  # (0018,1111)
    nominal_scanned_spacing: Pair | None = None  # (0018,2010), of a film digitiser
    aspect_ratio: Pair | None = None  # (0028,0034): height, width of a pixel, no millimetres


def _usable(pair: Pair | None) -> Pair | None:
    if pair is None or not all(math.isfinite(v) and 0 < v < 100 for v in pair):
        return None
    return pair


def magnification_of(tags: SpacingTags) -> float | None:
    """Return the magnification where the tags give one above 1: the factor, else detector over patient distance."""
    if tags.magnification is not None and 1 < tags.magnification < 3:
        return tags.magnification
    if tags.source_detector_mm and tags.source_patient_mm and 0 < tags.source_patient_mm < tags.source_detector_mm:
        factor = tags.source_detector_mm / tags.source_patient_mm
        return factor if factor < 3 else None
    return None


def _stated(tags: SpacingTags) -> PixelSpacing:
    pixel = _usable(tags.pixel_spacing)
    # Of a digitised film the sizes on the film are known: it lay where a detector lies now.
    imager = _usable(tags.imager_pixel_spacing) or _usable(tags.nominal_scanned_spacing)
    kind = tags.calibration_type.strip().upper()
    if pixel and kind == "FIDUCIAL":
        return PixelSpacing(*pixel, SpacingOrigin.FIDUCIAL)
    if pixel and kind == "GEOMETRY":
        return PixelSpacing(*pixel, SpacingOrigin.GEOMETRY)
    if pixel and imager and pixel[0] < 0.995 * imager[0]:
        return PixelSpacing(*pixel, SpacingOrigin.GEOMETRY)
    if imager:
        factor = magnification_of(tags)
        if factor:
            return PixelSpacing(imager[0] / factor, imager[1] / factor, SpacingOrigin.MAGNIFICATION, factor=factor)
        return PixelSpacing(*imager, SpacingOrigin.DETECTOR, Reading.SIZES_AT_DETECTOR)
    if pixel:
        return PixelSpacing(*pixel, SpacingOrigin.UNSPECIFIED)
    return NO_SPACING


def _shape(*pairs: Pair | None) -> float:
    """Height over width of a pixel by the first pair that gives one that can be meant; 1 where none does."""
    for pair in pairs:
        if pair is not None and all(math.isfinite(v) and v > 0 for v in pair):
            ratio = pair[0] / pair[1]
            if 1 / MOST_OBLONG <= ratio <= MOST_OBLONG:
                return ratio
    return 1.0


def spacing_from_tags(tags: SpacingTags, cols: int, is_chest_projection: bool = True) -> PixelSpacing:
    """Return the spacing of a film ``cols`` pixels wide.

    On a projection of the chest a field narrower than 250 mm or wider than 600 mm is not believed: the SIIM-ACR films
    carry the spacing of originals 2.4 times as wide. Nothing is corrected silently; sizes are then given in pixels.
    The shape of a pixel is believed all the same, and may be all that is known.
    """
    spacing = _stated(tags)
    if spacing.row_mm is None or spacing.col_mm is None:
        pairs = tags.pixel_spacing, tags.imager_pixel_spacing, tags.nominal_scanned_spacing
        return replace(spacing, ratio=_shape(*pairs, tags.aspect_ratio))
    if not is_chest_projection:
        return spacing
    width_mm = cols * spacing.col_mm
    if SMALLEST_FIELD_MM <= width_mm <= LARGEST_FIELD_MM:
        return spacing
    ratio = _shape((spacing.row_mm, spacing.col_mm))
    return PixelSpacing(None, None, SpacingOrigin.IMPLAUSIBLE, FieldNotPlausible(width_mm / 10), ratio=ratio)


def reader_spacing(given: PixelSpacing, drawn: Measurement) -> PixelSpacing | None:
    """Return the spacing at which the line over an object has its true length; None where it has no size.

    The shape of a pixel is the one of ``given``, what the file says; square where it says nothing. A field that no
    chest has is said, not corrected: the reader may have measured on a cut-out.
    """
    if drawn.mm is None or not math.isfinite(drawn.mm) or drawn.mm <= 0:
        return None
    aspect = given.aspect
    (x0, y0), (x1, y1) = drawn.points
    long = math.hypot(x1 - x0, (y1 - y0) * aspect)
    if not math.isfinite(long) or long < 1:
        return None
    col_mm = drawn.mm / long
    return PixelSpacing(col_mm * aspect, col_mm, SpacingOrigin.MANUAL, CalibratedByReader(drawn.mm))


def calibrated(film: Radiograph, measurements: Iterable[Measurement]) -> Radiograph:
    """Return the film with the spacing of the reader's calibration among ``measurements``, else with the file's own."""
    given = film.file_spacing or film.spacing
    drawn = next((measurement for measurement in measurements if measurement.kind == "calibration"), None)
    by_reader = None if drawn is None else reader_spacing(given, drawn)
    spacing, kept = (given, None) if by_reader is None else (by_reader, given)
    if (spacing, kept) == (film.spacing, film.file_spacing):
        return film
    return replace(film, spacing=spacing, file_spacing=kept)


def field_doubt(film: Radiograph) -> CalibrationDoubtful | None:
    """Return the doubt where a reader's calibration makes the film unlike a chest film, else None."""
    if film.spacing.origin is not SpacingOrigin.MANUAL or film.spacing.col_mm is None:
        return None
    width_mm = film.cols * film.spacing.col_mm
    if SMALLEST_FIELD_MM <= width_mm <= LARGEST_FIELD_MM:
        return None
    return CalibrationDoubtful(width_mm / 10)
