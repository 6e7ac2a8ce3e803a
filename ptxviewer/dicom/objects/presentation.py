"""What a presentation state (PS3.3 A.33) draws on its films: lines, outlines, places and texts.

Its window, its zoom and its shutter are not taken over: the reader's own stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset

from ptxviewer.core.objects import FilmObject, Mark
from ptxviewer.core.plaintext import plain
from ptxviewer.core.points import Point
from ptxviewer.dicom import tags
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

MOST_MARKS = 500
Film = tuple[str, int | None]


def presentation_state(ds: Dataset) -> tuple[FilmObject, ...]:
    """Return what is drawn, by film."""
    films = list(dict.fromkeys(references_of_series(ds)))
    marks: dict[Film, list[Mark]] = {film: [] for film in films}
    for annotation in items(ds, "GraphicAnnotationSequence"):
        of = list(references(annotation, "ReferencedImageSequence")) or films
        for film in of:
            area = _displayed(ds, film)
            marks.setdefault(film, []).extend(_marks(annotation, area))
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
            marks=tuple(drawn[:MOST_MARKS]),
            cut=len(drawn) > MOST_MARKS,
        )
        for film, drawn in marks.items()
    )


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
        said = plain(tags.text(text, "UnformattedTextValue"), 4 * LONGEST)
        if not said:
            continue
        anchor = points_of(numbers(text.get("AnchorPoint")))
        corner = points_of(numbers(text.get("BoundingBoxTopLeftHandCorner")))
        place = _placed(anchor, _units(text, "AnchorPointAnnotationUnits"), area) or _placed(
            corner, _units(text, "BoundingBoxAnnotationUnits"), area
        )
        yield Mark(place[:1], text=said, only_text=True)


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
