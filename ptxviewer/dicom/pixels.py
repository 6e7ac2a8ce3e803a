"""From a dataset's pixel data to uint16 pixels that are linear in modality values (PS3.3 C.7.6.3, C.11.1).

Everything that could make a small file claim a large memory is checked before a decoder runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.reading import ImageTooLarge, Reading

LARGEST_PIXELS = 100_000_000


@dataclass(frozen=True)
class Decoded:
    """``pixels`` (rows, cols) uint16 with ``value = pixels * slope + intercept``; ``offset`` turns a stored value into
    its pixel (None where pixels are no longer stored values)."""

    pixels: NDArray[np.uint16]
    slope: float = 1.0
    intercept: float = 0.0
    offset: int | None = 0
    colour: bool = False  # the picture has hues, not just three equal channels
    notes: tuple[Reason, ...] = ()


def number(ds: Dataset, keyword: str, default: float = 0.0) -> float:
    """Return a finite number of a tag, or ``default`` where it is absent, empty or nonsense."""
    try:
        value = ds.get(keyword)
        if value is not None and not isinstance(value, (str, bytes)) and hasattr(value, "__len__"):
            value = value[0] if len(value) else None
        result = float(value) if value not in (None, "") else default
    except (TypeError, ValueError):
        return default
    return result if math.isfinite(result) else default


def functional(ds: Dataset, frame: int, group: str) -> Dataset | None:
    """Return the functional group item of a frame (PS3.3 C.7.6.16): its own, else the shared one, else None."""
    own = ds.get("PerFrameFunctionalGroupsSequence")
    for item in (
        own[frame] if own and frame < len(own) else None,
        (ds.get("SharedFunctionalGroupsSequence") or [None])[0],
    ):
        inner = item.get(group) if item is not None else None
        if inner:
            found: Dataset = inner[0]
            return found
    return None


def frames_of(ds: Dataset) -> int:
    """Return the number of frames, at least 1."""
    return max(1, int(number(ds, "NumberOfFrames", 1)))


def check_size(ds: Dataset, frame: int) -> None:
    """Refuse an image that cannot be meant or cannot be held, before any decoder sees it."""
    rows, cols = int(number(ds, "Rows")), int(number(ds, "Columns"))
    if rows < 1 or cols < 1:
        raise UnreadableFilm(Reading.NO_ROWS_OR_COLUMNS)
    if rows * cols > LARGEST_PIXELS:
        raise UnreadableFilm(ImageTooLarge(cols, rows))
    if frame < 0 or frame >= frames_of(ds):
        raise UnreadableFilm(Reading.NO_SUCH_FRAME)
    uncompressed = not ds.file_meta.TransferSyntaxUID.is_compressed
    if uncompressed and "PixelData" in ds:
        samples = max(1, int(number(ds, "SamplesPerPixel", 1)))
        bits = rows * cols * samples * max(1, int(number(ds, "BitsAllocated", 8)))
        if str(ds.get("PhotometricInterpretation", "")) == "YBR_FULL_422":
            bits = bits * 2 // 3
        if len(ds.PixelData or b"") < bits // 8:
            raise UnreadableFilm(Reading.IMAGE_INCOMPLETE)


def lut_table(item: Dataset, signed: bool) -> tuple[NDArray[np.uint16], int, int]:
    """Return (table, first value mapped, bits) of a LUT item (PS3.3 C.11.1.1.1: 0 entries means 65,536)."""
    descriptor = [int(v) for v in item.LUTDescriptor]
    entries = descriptor[0] & 0xFFFF or 65536
    first = descriptor[1]
    if signed and first > 32767:
        first -= 65536
    elif not signed and first < 0:
        first += 65536
    data: Any = item.LUTData
    if isinstance(data, bytes):
        # Some writers pack 8-bit tables byte by byte; one byte an entry then.
        kind = "<u2" if len(data) >= 2 * entries else "u1"
        table = np.frombuffer(data, kind)
    else:
        table = (np.atleast_1d(np.asarray(data, np.int64)) & 0xFFFF).astype(np.uint16)
    table = table[:entries].astype(np.uint16)
    if table.size == 0:
        raise ValueError("an empty table")
    bits = max(min(descriptor[2], 16), 1)
    return table, first, max(bits, int(table.max()).bit_length())


def _decoded(ds: Dataset, frame: int, raw: bool) -> NDArray[Any]:
    array = np.asarray(pixel_array(ds, index=frame, raw=raw))
    if array.ndim == 4:
        array = array[0]
    return array


def _colour(ds: Dataset, frame: int, photometric: str) -> Decoded:
    """RGB, YBR and palette pictures become their luminance (Rec. 601), 8 bit."""
    array = _decoded(ds, frame, raw=False)
    if photometric == "PALETTE COLOR":
        array = apply_color_lut(array, ds)
    if array.ndim == 2:
        array = np.repeat(array[..., None], 3, 2)
    rgb = array[..., :3].astype(np.float32)
    if array.dtype != np.uint8:
        rgb /= 257.0 if rgb.max() > 255 else 1.0
    hue = float((rgb.max(2) - rgb.min(2)).mean())
    grey = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    return Decoded(
        np.clip(np.round(grey), 0, 255).astype(np.uint16),
        offset=None,
        colour=hue > 4,
        notes=(Reading.COLOUR_SHOWN_GREY,),
    )


def _requantised(array: NDArray[Any], slope: float, intercept: float) -> Decoded:
    """More than 16 bits, or floating point: the range in use is spread over 16 bits."""
    values = array.astype(np.float64)
    finite = np.isfinite(values)
    if not finite.any():
        raise UnreadableFilm(Reading.NO_FINITE_VALUES)
    low, high = float(values[finite].min()), float(values[finite].max())
    step = (high - low) / 65535 or 1.0
    pixels = np.round((np.where(finite, values, low) - low) / step).astype(np.uint16)
    return Decoded(pixels, slope * step, low * slope + intercept, offset=None)


def _stored(array: NDArray[Any], bits_stored: int, signed: bool) -> NDArray[np.uint16]:
    """Stored values to uint16: signed ones move up by 32,768; bits above BitsStored (old overlays) are dropped."""
    wide = array.astype(np.int32)
    if 0 < bits_stored < 16 and (int(wide.max()) >> bits_stored or int(wide.min()) < -(1 << (bits_stored - 1))):
        wide &= (1 << bits_stored) - 1
        if signed:
            wide = np.where(wide >= 1 << (bits_stored - 1), wide - (1 << bits_stored), wide)
    return (wide + 32768).astype(np.uint16) if signed else wide.astype(np.uint16)


def decode(ds: Dataset, frame: int) -> Decoded:
    """Decode one frame and apply the Modality LUT or rescale (PS3.3 C.11.1)."""
    check_size(ds, frame)
    photometric = str(ds.get("PhotometricInterpretation", "MONOCHROME2")).strip().upper()
    if int(number(ds, "SamplesPerPixel", 1)) >= 3 or photometric == "PALETTE COLOR":
        return _colour(ds, frame, photometric)
    array = _decoded(ds, frame, raw=True)
    if array.ndim == 3:
        array = array[..., 0]
    transformation = functional(ds, frame, "PixelValueTransformationSequence") or ds
    slope = number(transformation, "RescaleSlope", 1.0) or 1.0
    intercept = number(transformation, "RescaleIntercept", 0.0)
    table_items = ds.get("ModalityLUTSequence")
    if array.dtype.kind == "f" or array.dtype.itemsize > 2:
        return _requantised(array, slope, intercept)
    signed = array.dtype.kind == "i"
    if array.dtype == np.uint16 and int(number(ds, "BitsStored", 16)) == 16:
        pixels = np.array(array)  # a copy of our own, without the detour over 32 bits
    else:
        pixels = _stored(array, int(number(ds, "BitsStored", 16)), signed)
    offset = 32768 if signed else 0
    if table_items:
        table, first, _ = lut_table(table_items[0], signed)
        index = np.clip(pixels.astype(np.int32) - offset - first, 0, table.size - 1)
        return Decoded(table[index], offset=None)
    return Decoded(pixels, slope, intercept - offset * slope, offset)
