"""Data common to all objects: maker, date, and the images that they reference."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from pydicom.dataset import Dataset

from ptxviewer.core.plaintext import plain
from ptxviewer.core.points import Point
from ptxviewer.dicom import tags
from ptxviewer.dicom.values import as_number

MAKER = "PTXViewer"
UNNAMED_READER = "Reader^Unnamed"  # in our reports, where the settings name nobody
MOST_ITEMS = 2000  # of a sequence that are looked at
MOST_POINTS = 20_000  # of one line
LONGEST = 64  # letters of a label
FARTHEST = 1e6  # pixels: no film is so large


def maker_of(ds: Dataset) -> str:
    """Return who made an object: "ACME CAD"; "" where it does not say."""
    maker, model = plain(tags.text(ds, "Manufacturer"), LONGEST), plain(tags.text(ds, "ManufacturerModelName"), LONGEST)
    return model if model.startswith(maker) else f"{maker} {model}".strip()


def is_own(ds: Dataset) -> bool:
    """True for an object of this program, which says so itself."""
    return tags.text(ds, "Manufacturer") == MAKER and tags.text(ds, "ManufacturerModelName") == MAKER


def made_of(ds: Dataset) -> str:
    """Return when an object was made, as an ISO date with the time, as far as it says."""
    date = tags.text(ds, "ContentDate") or tags.text(ds, "InstanceCreationDate") or tags.text(ds, "SeriesDate")
    time = tags.text(ds, "ContentTime") or tags.text(ds, "InstanceCreationTime")
    if len(date) != 8 or not date.isdigit():
        return ""
    day = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    return f"{day} {time[:2]}:{time[2:4]}" if time[:4].isdigit() and len(time) >= 4 else day


def items(ds: Dataset, keyword: str, most: int = MOST_ITEMS) -> list[Dataset]:
    """Return the items of a sequence, at most ``most``; of what is none, none."""
    value = ds.get(keyword)
    if value is None or isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return []
    return [item for _, item in zip(range(most), value, strict=False) if isinstance(item, Dataset)]


def references(ds: Dataset, keyword: str) -> Iterator[tuple[str, int | None]]:
    """Yield the films that a sequence of references names, and of each the frame (from 0), None for all."""
    for item in items(ds, keyword):
        uid = tags.text(item, "ReferencedSOPInstanceUID")
        if uid:
            frames = numbers(item.get("ReferencedFrameNumber"))
            yield from ((uid, int(frame) - 1) for frame in frames[:MOST_ITEMS]) if frames else [(uid, None)]


def numbers(value: Any) -> list[float]:
    """Return a value of one or many numbers; nonsense and infinite ones are left out with all that follows."""
    found: list[float] = []
    single = isinstance(value, (str, bytes)) or not hasattr(value, "__iter__")
    for one in () if value is None else (value,) if single else value:
        try:
            number = as_number(one)
        except (TypeError, ValueError):
            break
        if not math.isfinite(number) or len(found) >= 2 * MOST_POINTS:
            break
        found.append(number)
    return found


def points_of(values: Iterable[float]) -> tuple[Point, ...]:
    """Return pairs of column and row as film points; those that lie nowhere near a film are left out."""
    flat = list(values)
    pairs = zip(flat[0::2], flat[1::2], strict=False)
    return tuple((x, y) for x, y in pairs if abs(x) < FARTHEST and abs(y) < FARTHEST)


def ring(centre: Point, one: Point, other: Point) -> tuple[Point, ...]:
    """Return an ellipse by its centre and the ends of its half axes, as a line of 64 points."""
    (x, y), (ax, ay), (bx, by) = centre, one, other
    steps = [2 * math.pi * step / 64 for step in range(64)]
    return tuple(
        (
            x + (ax - x) * math.cos(turn) + (bx - x) * math.sin(turn),
            y + (ay - y) * math.cos(turn) + (by - y) * math.sin(turn),
        )
        for turn in steps
    )


def shape_of(kind: str, points: tuple[Point, ...]) -> tuple[tuple[Point, ...], bool] | None:
    """Return the line of a graphic (PS3.3 C.10.5, C.18.6) and whether it is closed; None for what is not drawn."""
    if kind == "CIRCLE" and len(points) >= 2:
        (x, y), (u, v) = points[:2]
        return ring((x, y), (u, v), (x - (v - y), y + (u - x))), True
    if kind == "ELLIPSE" and len(points) >= 4:
        (a, b), (c, d), other = points[0], points[1], points[2]
        return ring(((a + c) / 2, (b + d) / 2), (c, d), other), True
    if kind in ("POLYLINE", "INTERPOLATED") and len(points) >= 2:
        closed = len(points) > 3 and points[0] == points[-1]
        return (points[:-1] if closed else points), closed
    return (points[:1], False) if kind in ("POINT", "MULTIPOINT", "POLYLINE") and points else None
