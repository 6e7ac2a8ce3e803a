"""Reads presentation states (PS3.3 A.33): drawings, and how films are to be shown (window, shutter, orientation).

The drawings are shown, window, shutter and turn only when the reader asks for them; its zoom is not taken over.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

from pydicom.dataset import Dataset

from ptxviewer.core.film import Voi, VoiLut
from ptxviewer.core.objects import FilmObject, Mark, Presentation
from ptxviewer.core.plaintext import plain
from ptxviewer.core.points import Point
from ptxviewer.core.softcopy import Modality, Rescale
from ptxviewer.dicom import tags
from ptxviewer.dicom.graphics import shutter_of
from ptxviewer.dicom.luts import lut_table
from ptxviewer.dicom.objects.common import (
    LONGEST,
    is_own,
    items,
    made_of,
    maker_of,
    numbers,
    points_of,
    references,
    shape_of,
)
from ptxviewer.dicom.objects.segmentation import references_of_series
from ptxviewer.dicom.pixels import rescale_of
from ptxviewer.dicom.values import number

MOST_MARKS = 500
Film = tuple[str, int | None]


def presentation_state(ds: Dataset) -> tuple[FilmObject, ...]:
    """Return what is drawn, by film."""
    films = list(dict.fromkeys(references_of_series(ds)))
    marks: dict[Film, list[Mark]] = {film: [] for film in films}
    for annotation in items(ds, "GraphicAnnotationSequence"):
        of = list(references(annotation, "ReferencedImageSequence")) or films
        drawn: dict[tuple[Point, Point] | None, list[Mark]] = {}  # most films of an object show the same area
        for film in of:
            area = _displayed(ds, film)
            if area not in drawn:
                drawn[area] = list(itertools.islice(_marks(annotation, area), MOST_MARKS + 1))
            mine = marks.setdefault(film, [])
            mine += drawn[area][: MOST_MARKS + 1 - len(mine)]
    return tuple(
        FilmObject(
            uid=tags.text(ds, "SOPInstanceUID"),
            film_uid=film[0],
            frame=film[1],
            kind="presentation state",
            maker=maker_of(ds),
            own=is_own(ds),
            made=made_of(ds),
            label=plain(tags.text(ds, "ContentDescription") or tags.text(ds, "ContentLabel"), LONGEST),
            marks=tuple(made[:MOST_MARKS]),
            cut=len(made) > MOST_MARKS,
            presentation=None if is_own(ds) else _presentation(ds, film),
        )
        for film, made in marks.items()
    )


def _presentation(ds: Dataset, film: Film) -> Presentation | None:
    """How a film is to be shown; None where that is as it is shown anyway."""
    shutter = voi = modality = lut = None
    with contextlib.suppress(Exception):  # a broken shutter must not cost the window
        shutter = shutter_of(ds, bitmap=True)
    with contextlib.suppress(Exception):  # a window for values that nobody can make is none
        modality = _modality(ds)
        voi = _voi(ds, film)
    with contextlib.suppress(Exception):
        lut = _presentation_lut(ds)
    shape = "IDENTITY" if lut is not None else tags.text(ds, "PresentationLUTShape").upper()
    wanted = Presentation(
        voi=voi,
        modality=modality,
        inverse={"INVERSE": True, "IDENTITY": False}.get(shape),
        shutter=shutter,
        quarter_turns=round(number(ds, "ImageRotation") / 90) % 4,
        flipped=tags.text(ds, "ImageHorizontalFlip").upper() == "Y",
        lut=lut,
    )
    changes = wanted.voi is not None or isinstance(modality, VoiLut) or wanted.shutter is not None or lut is not None
    return wanted if changes or wanted.quarter_turns or wanted.flipped or wanted.inverse else None


def _modality(ds: Dataset) -> Modality:
    """The state's own Modality LUT or rescale (PS3.3 C.11.1); without one stored values are meant (PS3.4 N.2.1)."""
    for item in items(ds, "ModalityLUTSequence"):
        table, first, bits = lut_table(item, (0.0, 65535.0), ds.original_encoding[1] is not False)
        return VoiLut(table, first, bits)
    return Rescale(*rescale_of(ds))


def _presentation_lut(ds: Dataset) -> VoiLut | None:
    """The table of PS3.3 C.11.6 from the greys behind the window to P-values; a shape has none."""
    for item in items(ds, "PresentationLUTSequence"):
        table, first, bits = lut_table(item, (0.0, 65535.0), ds.original_encoding[1] is not False)
        return VoiLut(table, first, bits) if table.size > 1 and table.max() > table.min() else None
    return None


def _voi(ds: Dataset, film: Film) -> Voi | None:
    """The window or table of the softcopy VOI LUT (PS3.3 C.11.8) that is meant for the film."""
    for item in items(ds, "SoftcopyVOILUTSequence"):
        named = list(references(item, "ReferencedImageSequence"))
        if not named or film in named or (film[0], None) in named:
            return tags.voi_of(item, little=ds.original_encoding[1] is not False)
    return None


def _displayed(ds: Dataset, film: Film) -> tuple[Point, Point] | None:
    """The corners of the displayed area (PS3.3 C.10.4) as film points, to which units of DISPLAY are relative."""
    for area in items(ds, "DisplayedAreaSelectionSequence"):
        named = [uid for uid, _ in references(area, "ReferencedImageSequence")]
        first, last = (numbers(area.get(f"DisplayedArea{corner}HandCorner")) for corner in ("TopLeft", "BottomRight"))
        if (not named or film[0] in named) and len(first) == len(last) == 2:
            return (first[0] - 1, first[1] - 1), (last[0], last[1])  # whole pixels, counted from 1
    return None


def _marks(annotation: Dataset, area: tuple[Point, Point] | None) -> Iterator[Mark]:
    for graphic in items(annotation, "GraphicObjectSequence"):
        points = _placed(
            points_of(numbers(graphic.get("GraphicData"))), _units(graphic, "GraphicAnnotationUnits"), area
        )
        shape = shape_of(tags.text(graphic, "GraphicType").upper(), points)
        if shape is not None:
            yield Mark(*shape)
    for text in items(annotation, "TextObjectSequence"):
        words = plain(tags.text(text, "UnformattedTextValue"), 4 * LONGEST)
        if not words:
            continue
        anchor = points_of(numbers(text.get("AnchorPoint")))
        corner = points_of(numbers(text.get("BoundingBoxTopLeftHandCorner")))
        place = _placed(anchor, _units(text, "AnchorPointAnnotationUnits"), area) or _placed(
            corner, _units(text, "BoundingBoxAnnotationUnits"), area
        )
        yield Mark(place[:1], text=words, only_text=True)


def _units(ds: Dataset, keyword: str) -> str:
    return tags.text(ds, keyword).upper()


def _placed(points: tuple[Point, ...], units: str, area: tuple[Point, Point] | None) -> tuple[Point, ...]:
    """Points of the displayed area as film points; those of an area that is not stated lie nowhere."""
    if units != "DISPLAY":
        return points
    if area is None:
        return ()
    (left, top), (right, bottom) = area
    return tuple((left + x * (right - left), top + y * (bottom - top)) for x, y in points)
