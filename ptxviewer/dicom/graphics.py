"""What a file wants drawn on its film: overlay planes (PS3.3 C.9.2) and the display shutter (C.7.6.11, C.7.6.15)."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from ptxviewer.core.arrays import Mask
from ptxviewer.core.drawing.shutter import Bitmap, Shutter, placed
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import FileGraphics
from ptxviewer.dicom.repair import is_native
from ptxviewer.dicom.values import as_number, number

OVERLAY_GROUPS = range(0x6000, 0x6020, 2)
MOST_OVERLAY_PIXELS = 100_000_000


def graphics_of(ds: Dataset, frame: int, shape: tuple[int, int], aspect: float = 1.0) -> FileGraphics | None:
    """Return what is to be drawn on frame ``frame`` of (rows, cols) ``shape``, None where the file wants nothing.

    ``aspect`` is how many times taller than wide a pixel is: a circular shutter is round on the patient. A shutter that
    would leave nothing of the film is not believed, and a broken plane is none.
    """
    bitmap = int(number(ds, "ShutterOverlayGroup")) if "BITMAP" in _kinds(ds) else 0
    overlay: Mask | None = None
    groups = {tag.group for tag in ds.keys()}  # noqa: SIM118 - of a dataset, elements are iterated, not tags
    for group in OVERLAY_GROUPS:
        if group not in groups:
            continue
        plane = None if group == bitmap else _plane(ds, group, frame, shape)
        if plane is not None and plane.any():
            overlay = plane if overlay is None else np.logical_or(overlay, plane, out=overlay)
    covered: Mask | None = None
    with contextlib.suppress(Exception):  # a broken shutter must not cost the film
        covered = _covered(shutter_of(ds), shape, aspect, _plane(ds, bitmap, frame, shape) if bitmap else None)
    if overlay is None and covered is None:
        return None
    return FileGraphics(overlay, covered, _grey(ds))


def _plane(ds: Dataset, group: int, frame: int, shape: tuple[int, int]) -> Mask | None:
    """One overlay plane on the film, None where there is none."""
    if (group, 0x0010) not in ds and (group, 0x0102) not in ds:
        return None
    with contextlib.suppress(Exception):
        rows, cols = (int(as_number(_value(ds, group, element) or 0)) for element in (0x0010, 0x0011))
        if (group, 0x3000) in ds:
            bits = _own_bits(ds, group, frame, rows, cols)
        else:
            bits = _bits_in_pixels(ds, group, frame, shape)
        if bits is None:
            return None
        origin = _value(ds, group, 0x0050) or (1, 1)
        return placed(bits, int(origin[0]) - 1, int(origin[1]) - 1, shape)
    return None


def overlays_in_pixels(ds: Dataset) -> bool:
    """True where a plane lies in the unused bits of the pixels, as it could before 2004."""
    groups = {tag.group for tag in ds.keys()}  # noqa: SIM118 - see ``graphics_of``
    return any(
        (group, 0x0102) in ds and (group, 0x3000) not in ds and bool(ds[group, 0x0102].value)
        for group in OVERLAY_GROUPS
        if group in groups
    )


def _value(ds: Dataset, group: int, element: int) -> Any:
    return ds[group, element].value if (group, element) in ds else None


def _own_bits(ds: Dataset, group: int, frame: int, rows: int, cols: int) -> Mask | None:
    """The bits of OverlayData, the first in the lowest bit; a plane may have frames of its own."""
    if not 0 < rows * cols <= MOST_OVERLAY_PIXELS or rows < 1:
        return None
    data = bytes(ds[group, 0x3000].value)
    if ds.original_encoding[1] is False and ds[group, 0x3000].VR == "OW":
        data = np.frombuffer(data[: len(data) & ~1], ">u2").astype("<u2").tobytes()
    frames = max(1, int(as_number(_value(ds, group, 0x0015) or 1)))
    index = frame - (int(as_number(_value(ds, group, 0x0051) or 1)) - 1)
    if frames == 1:
        index = 0
    if not 0 <= index < frames:
        return None
    first = index * rows * cols
    packed = np.frombuffer(data, np.uint8)[first // 8 : (first + rows * cols) // 8 + 1]
    spread = np.unpackbits(packed, bitorder="little")
    plane = spread[first % 8 : first % 8 + rows * cols]
    return plane.reshape(rows, cols).astype(bool) if plane.size == rows * cols else None


def _bits_in_pixels(ds: Dataset, group: int, frame: int, shape: tuple[int, int]) -> Mask | None:
    """A plane in the unused bits of the pixels, as it was before 2004 (retired)."""
    position = int(number(ds, "HighBit", 15)) if (group, 0x0102) not in ds else int(ds[group, 0x0102].value)
    stored, high = int(number(ds, "BitsStored", 16)), int(number(ds, "HighBit", 15))
    if not is_native(ds) or int(number(ds, "BitsAllocated")) != 16 or int(number(ds, "SamplesPerPixel", 1)) != 1:
        return None
    if high - stored < position <= high or not 0 <= position < 16:  # a bit of the pixel itself
        return None
    count = shape[0] * shape[1]
    order = "<u2" if ds.original_encoding[1] is not False else ">u2"
    words = np.frombuffer(ds.PixelData, order, count, 2 * count * frame).reshape(shape)
    return np.asarray((words >> position) & 1, bool)


def shutter_of(ds: Dataset, *, bitmap: bool = False) -> Shutter | None:
    """Return the display shutter that the tags say; None where there is none.

    ``bitmap``: with the one of an overlay plane, too; that of a film is taken from its own planes. Raises
    whatever a broken one makes of itself.
    """
    kinds = _kinds(ds)
    edges: tuple[int, int | None, int, int | None] | None = None
    if "RECTANGULAR" in kinds:
        right, lower = (
            int(number(ds, keyword)) if ds.get(keyword) not in (None, "") else None
            for keyword in ("ShutterRightVerticalEdge", "ShutterLowerHorizontalEdge")
        )
        left, upper = (
            int(number(ds, keyword, 1)) for keyword in ("ShutterLeftVerticalEdge", "ShutterUpperHorizontalEdge")
        )
        edges = (left, right, upper, lower)
    circle = polygon = None
    if "CIRCULAR" in kinds:
        row, col = (as_number(value) for value in ds.CenterOfCircularShutter)
        circle = (row, col, number(ds, "RadiusOfCircularShutter"))
    if "POLYGONAL" in kinds:
        polygon = tuple(as_number(value) for value in ds.VerticesOfThePolygonalShutter)
    plane = _bitmap(ds, int(number(ds, "ShutterOverlayGroup"))) if bitmap and "BITMAP" in kinds else None
    if edges is None and circle is None and polygon is None and plane is None:
        return None
    return Shutter(edges, circle, polygon, plane, _grey(ds))


def _bitmap(ds: Dataset, group: int) -> Bitmap | None:
    """The overlay plane that a bitmap shutter names, None where there is none."""
    if group not in OVERLAY_GROUPS or (group, 0x3000) not in ds:
        return None
    rows, cols = (int(as_number(_value(ds, group, element) or 0)) for element in (0x0010, 0x0011))
    bits = _own_bits(ds, group, 0, rows, cols)
    if bits is None or not bits.any():
        return None
    origin = _value(ds, group, 0x0050) or (1, 1)
    return Bitmap(PackedMask.pack(bits), int(origin[0]) - 1, int(origin[1]) - 1)


def _grey(ds: Dataset) -> int:
    return min(255, max(0, round(number(ds, "ShutterPresentationValue") / 257)))


def _kinds(ds: Dataset) -> set[str]:
    """The shapes of the shutter; several apply together."""
    stated = ds.get("ShutterShape") or ()
    return {str(kind).strip().upper() for kind in ([stated] if isinstance(stated, str) else stated)}


def _covered(shutter: Shutter | None, shape: tuple[int, int], aspect: float, bitmap: Mask | None) -> Mask | None:
    """What the shutters cover together, None where there is none; ``bitmap`` is the plane that is one."""
    covered = np.zeros(shape, bool) if shutter is None else shutter.covered(shape, aspect)
    if bitmap is not None:
        covered |= bitmap
    return covered if covered.any() and not covered.all() else None
