"""From a dataset's pixel data to uint16 pixels that are linear in modality values (PS3.3 C.7.6.3, C.11.1).

Everything that could make a small file claim a large memory is checked before a decoder runs. The dataset has been
through ``repair.repair``: its image pixel module is whole.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import (
    ColoursNotRead,
    ImageTooLarge,
    Reading,
    StreamDamaged,
    StreamOfOtherSize,
    TagMissing,
)
from ptxviewer.dicom import second_decoder
from ptxviewer.dicom.bounds import LARGEST_PIXELS
from ptxviewer.dicom.graphics import overlays_in_pixels
from ptxviewer.dicom.luts import lut_table, palette_colours
from ptxviewer.dicom.repair import is_native
from ptxviewer.dicom.streams import MOST_TILES, StreamHeader, stream_header
from ptxviewer.dicom.uids import coding_of
from ptxviewer.dicom.values import frames_of, functional, number

LARGEST_RESCALE = 1e30  # beyond it, sums of modality values overflow
FINEST = 1e15  # intercept over slope, beyond which neighbouring pixels have the same value in floating point
LEVELS, FEWEST_GREYS = 65_536, 1_024  # of a film whose values are spread: all of them, and those that it needs
MOST_STRAY, FAR = 4, 0.45  # values at the ends of them that stand for something else, and how far they lie, of all
HUE = 4  # mean difference of the channels, of 255, from which a picture is a coloured one
COLOURS_NOT_READ = ("ARGB", "CMYK", "HSV")  # retired (PS3.3 C.7.6.3.1.2)
XA_CLASSES = ("1.2.840.10008.5.1.4.1.1.12.1", "1.2.840.10008.5.1.4.1.1.12.2")  # angiography and fluoroscopy, and theirs


@dataclass(frozen=True)
class Decoded:
    """``pixels`` (rows, cols) uint16 with ``value = pixels * slope + intercept``; ``offset`` turns a stored value into
    its pixel (None where pixels are no longer stored values)."""

    pixels: NDArray[np.uint16]
    slope: float = 1.0
    intercept: float = 0.0
    offset: int | None = 0
    colour: bool = False  # the picture has hues, not just three equal channels
    top: int | None = None  # the largest value of a picture in colour: white
    notes: tuple[Reason, ...] = ()
    padding: tuple[int, int] | None = None  # pixels that are none, where the values are not those of the file

    @cached_property
    def ends(self) -> tuple[int, int]:
        """The smallest and the largest pixel."""
        return int(self.pixels.min()), int(self.pixels.max())


def check_size(ds: Dataset, frame: int) -> StreamHeader | None:
    """Refuse an image that cannot be meant or cannot be held, before any decoder sees it.

    Returns what a compressed image says of itself, where it says anything.
    """
    rows, cols = int(number(ds, "Rows")), int(number(ds, "Columns"))
    if rows < 1 or cols < 1:
        raise UnreadableFilm(Reading.NO_ROWS_OR_COLUMNS)
    if rows * cols > LARGEST_PIXELS:
        raise UnreadableFilm(ImageTooLarge(cols, rows))
    if frame < 0 or frame >= frames_of(ds):
        raise UnreadableFilm(Reading.NO_SUCH_FRAME)
    if not is_native(ds):
        return _check_stream(ds, frame, rows, cols)
    if "PixelData" in ds:
        samples = max(1, int(number(ds, "SamplesPerPixel", 1)))
        bits = rows * cols * samples * max(1, int(number(ds, "BitsAllocated", 8)))
        if str(ds.get("PhotometricInterpretation", "")) == "YBR_FULL_422":
            bits = bits * 2 // 3
        if len(ds.PixelData or b"") < bits // 8:
            raise UnreadableFilm(Reading.IMAGE_INCOMPLETE)
    return None


def _check_stream(ds: Dataset, frame: int, rows: int, cols: int) -> StreamHeader | None:
    """Refuse a compressed image that claims another size than the tags: decoders believe the one or the other."""
    try:
        claim = stream_header(get_frame(ds.PixelData, frame, number_of_frames=frames_of(ds)))
    except (AttributeError, ValueError, TypeError, struct.error):
        return None  # broken fragments: the decoder will say so
    if claim is None:
        return None
    if claim.rows * claim.cols > LARGEST_PIXELS:
        raise UnreadableFilm(ImageTooLarge(claim.cols, claim.rows))
    if claim.cols != cols or claim.rows not in (0, rows):
        raise UnreadableFilm(StreamOfOtherSize(cols, rows, claim.cols, claim.rows))
    if claim.tiles > MOST_TILES:
        raise UnreadableFilm(StreamDamaged(coding_of(ds.file_meta.TransferSyntaxUID)))
    if claim.samples != int(number(ds, "SamplesPerPixel", claim.samples)):
        raise UnreadableFilm(Reading.STREAM_OF_OTHER_COMPONENTS)
    return claim


def unpacked(ds: Dataset, frame: int) -> NDArray[np.uint16]:
    """Pixels of 9 to 15 bits without gaps between them, the first in the low bits (PS3.5 8.1.1, as in old films)."""
    rows, cols, bits = int(ds.Rows), int(ds.Columns), int(ds.BitsAllocated)
    count = rows * cols
    first = frame * count * bits
    data = np.frombuffer(ds.PixelData, np.uint8)
    pixels = np.empty(count, np.uint16)
    if bits == 12 and first % 8 == 0:
        packed = data[first // 8 : first // 8 + -(-count * 12 // 8)].astype(np.uint16)
        low, middle, high = packed[0::3], packed[1::3], packed[2::3]
        pixels[0::2] = low | (middle[: low.size] & 15) << 8
        pixels[1::2] = middle[: high.size] >> 4 | high << 4
        return pixels.reshape(rows, cols)
    weights = (1 << np.arange(bits)).astype(np.int32)
    for begin in range(0, count, 1 << 18):  # piece by piece: a bit takes a byte on the way
        end = min(begin + (1 << 18), count)
        bit = first + begin * bits
        spread = np.unpackbits(data[bit // 8 : -(-(first + end * bits) // 8)], bitorder="little")
        spread = spread[bit % 8 : bit % 8 + (end - begin) * bits]
        pixels[begin:end] = spread.reshape(-1, bits).astype(np.int32) @ weights
    return pixels.reshape(rows, cols)


def _decoded(ds: Dataset, frame: int, raw: bool) -> NDArray[Any]:
    """Decode a frame by pydicom and its plugins, else by GDCM itself, which reads what its plugin refuses."""
    if is_native(ds) and 8 < int(ds.get("BitsAllocated", 16)) < 16 and int(ds.SamplesPerPixel) == 1:
        array: NDArray[Any] = unpacked(ds, frame)
        return _signed_words(array, int(ds.BitsAllocated)) if int(ds.PixelRepresentation) else array
    if (words := _words(ds)) is not None:
        return words
    try:
        # The bits beside the stored ones are dropped here, by HighBit; in colour by pydicom.
        array = np.asarray(pixel_array(ds, index=frame, raw=raw, correct_unused_bits=not raw))
    except MemoryError:
        raise
    except Exception:
        if is_native(ds):
            raise
        array = second_decoder.decoded(ds, frame, raw)
    if array.ndim == 4:
        array = array[0]
    return array


def _words(ds: Dataset) -> NDArray[Any] | None:
    """Return the only frame of a film of plain 16-bit words as it lies in the file's bytes; None for any other film.

    pydicom makes the same array, of a copy.
    """
    if ds.file_meta.TransferSyntaxUID not in (ImplicitVRLittleEndian, ExplicitVRLittleEndian):
        return None
    if "PixelData" not in ds or not isinstance(ds.PixelData, bytes) or frames_of(ds) != 1:
        return None
    rows, cols = int(ds.Rows), int(ds.Columns)
    if ds.get("BitsAllocated") != 16 or ds.get("SamplesPerPixel") != 1 or len(ds.PixelData) // 2 < rows * cols:
        return None
    kind = {0: "<u2", 1: "<i2"}.get(ds.get("PixelRepresentation", -1))
    return None if kind is None else np.frombuffer(ds.PixelData, kind, rows * cols).reshape(rows, cols)


def _grey(ds: Dataset, frame: int, claim: StreamHeader | None) -> NDArray[Any]:
    """Decode a frame of one sample in the bits that its stream has, more than BitsStored where the values need them.

    Bits above BitsStored are an overlay only where an overlay plane says so (retired in 2004).
    """
    stated = int(number(ds, "BitsStored", 16))
    more = claim is not None and stated < claim.bits <= int(number(ds, "BitsAllocated", 16))
    if claim is not None and more:
        ds.BitsStored, ds.HighBit = claim.bits, claim.bits - 1
    array = _decoded(ds, frame, raw=True)
    if array.ndim == 3:
        array = array[..., 0]
    if more and (overlays_in_pixels(ds) or _fits(array, stated)):
        ds.BitsStored, ds.HighBit = stated, stated - 1
    return array


def _fits(array: NDArray[Any], bits: int) -> bool:
    """True where no value needs more than so many bits."""
    if array.dtype.kind == "i":
        return -(1 << (bits - 1)) <= int(array.min()) and int(array.max()) < 1 << (bits - 1)
    return not int(array.max()) >> bits


def _signed_words(array: NDArray[np.uint16], bits: int) -> NDArray[np.int16]:
    wide = array.astype(np.int32)
    return np.where(wide >= 1 << (bits - 1), wide - (1 << bits), wide).astype(np.int16)


def _colour(ds: Dataset, frame: int, photometric: str) -> Decoded:
    """RGB, YBR and palette pictures become their luminance (Rec. 601), in the bits that they are stored in."""
    array = _decoded(ds, frame, raw=False)
    top = (1 << min(max(int(number(ds, "BitsStored", 8)), 1), 16)) - 1
    if photometric == "PALETTE COLOR":
        array, top = _through_palette(ds, array)
    if array.ndim == 2:
        array = np.repeat(array[..., None], 3, 2)
    rgb = array[..., :3].astype(np.float32)
    top = max(top, 255) if rgb.max() <= max(top, 255) else 65535
    hue = float((rgb.max(2) - rgb.min(2)).mean()) * 255 / top
    grey = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    return Decoded(
        np.clip(np.round(grey), 0, 65535).astype(np.uint16),
        offset=None,
        colour=hue > HUE,
        top=top,
        notes=(Reading.COLOUR_SHOWN_GREY,),
    )


def _through_palette(ds: Dataset, array: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return the colours of a palette's entries and their white; tables that pydicom refuses are read as they lie."""
    for colour in ("Red", "Green", "Blue"):
        plain = f"{colour}PaletteColorLookupTableData"
        if not ds.get(plain) and not ds.get(f"Segmented{plain}"):
            raise UnreadableFilm(TagMissing(plain))
    try:
        colours = apply_color_lut(array, ds)
    except (ValueError, TypeError, IndexError, NotImplementedError):
        return palette_colours(ds, array)
    return colours, 255 if colours.dtype == np.uint8 or int(colours.max()) <= 255 else 65535


def _requantised(array: NDArray[Any], slope: float, intercept: float, padding: tuple[float, float] | None) -> Decoded:
    """More than 16 bits, or floating point: the range in use is spread over 16 bits.

    ``padding`` are the smallest and the largest value that stand for no image (PS3.3 C.7.5.1.1.2): they, and what is no
    number, are pixel 0, and padding.
    """
    values = array.astype(np.float64)
    none = ~np.isfinite(values)
    if padding is not None:
        none |= (values >= padding[0]) & (values <= padding[1])
    if none.all():
        raise UnreadableFilm(Reading.NO_FINITE_VALUES)
    low, high = _range_in_use(values[~none])
    first = int(none.any())  # the pixel of the lowest value
    step = (high - low) / (65535 - first) or 1.0
    pixels = (np.round(np.clip(np.where(none, low, values) - low, 0, high - low) / step) + first).astype(np.uint16)
    pixels[none] = 0
    origin = low - first * step
    return Decoded(pixels, slope * step, origin * slope + intercept, None, padding=(0, 0) if first else None)


def _padding_of(ds: Dataset) -> tuple[float, float] | None:
    for kind in ("FloatPixel", "DoubleFloatPixel", "Pixel"):
        first = number(ds, f"{kind}PaddingValue", math.nan)
        if f"{kind}Data" in ds and not math.isnan(first):
            limit = number(ds, f"{kind}PaddingRangeLimit", first)
            return min(first, limit), max(first, limit)
    return None


def _range_in_use(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the smallest and the largest value, without those that stand for something else: beside the largest
    number of its kind all the film would be a few greys. What lies outside is shown as the nearer end."""
    ends = low, high = float(values.min()), float(values.max())
    for _ in range(MOST_STRAY):
        inner = values[(values > low) & (values < high)]
        if inner.size < values.size / 4:
            break
        first, last = float(inner.min()), float(inner.max())
        if first == last or max(first - low, high - last) < FAR * (high - low):
            break
        if first - low >= high - last:
            low = first
        else:
            high = last
    return (low, high) if (high - low) * LEVELS < FEWEST_GREYS * (ends[1] - ends[0]) else ends


def _stored(array: NDArray[Any], bits_stored: int, signed: bool, shift: int) -> NDArray[np.uint16]:
    """Stored values to uint16: signed ones move up by 32,768; bits beside BitsStored (old overlays) are dropped.

    ``shift`` is the number of bits below the stored ones: HighBit need not be BitsStored - 1 (PS3.5 8.1.1).
    """
    if array.dtype == np.uint16 and not shift and not int(array.max()) >> max(bits_stored, 1):
        return array  # without the detour over 32 bits
    wide = array.astype(np.int32)
    if shift:
        wide = (wide & 0xFFFF) >> shift
    if 0 < bits_stored < 16 and (
        int(wide.max()) >> bits_stored or int(wide.min()) < -(1 << (bits_stored - 1)) or shift
    ):
        wide &= (1 << bits_stored) - 1
        if signed:
            wide = np.where(wide >= 1 << (bits_stored - 1), wide - (1 << bits_stored), wide)
    return (wide + 32768).astype(np.uint16) if signed else wide.astype(np.uint16)


def _bits_below(ds: Dataset, array: NDArray[Any], bits_stored: int) -> int:
    """The bits of a word below the stored ones. A codec may have dropped them: then no value needs more bits."""
    high_bit = int(number(ds, "HighBit", bits_stored - 1))
    if not bits_stored <= high_bit < 8 * array.dtype.itemsize:
        return 0
    whole_words = is_native(ds) or ds.file_meta.TransferSyntaxUID.name.startswith("RLE")
    return high_bit + 1 - bits_stored if whole_words or int(array.max()) >> bits_stored else 0


def rescale_of(transformation: Dataset) -> tuple[float, float]:
    """Return slope and intercept, 1 and 0 where they are absent or no numbers."""
    stated = (
        number(transformation, "RescaleSlope", 1.0, infinite=True) or 1.0,
        number(transformation, "RescaleIntercept", 0.0, infinite=True),
    )
    _check_rescale(*stated)
    return stated


def _check_rescale(slope: float, intercept: float) -> None:
    """Refuse numbers with which modality values overflow, vanish, or are one and the same."""
    size = abs(slope)
    if not (1 / LARGEST_RESCALE <= size <= LARGEST_RESCALE and abs(intercept) <= min(LARGEST_RESCALE, FINEST * size)):
        raise UnreadableFilm(Reading.RESCALE_UNUSABLE)


def _modality_table(ds: Dataset) -> Dataset | None:
    """The Modality LUT that is meant for display, None where there is none or an empty one.

    On angiography it leads from logarithmic pixels back to the dose, for subtraction (PS3.3 C.8.7.1.1.2).
    """
    items = ds.get("ModalityLUTSequence")
    if not items or not items[0].get("LUTDescriptor") or not items[0].get("LUTData"):
        return None
    relationship = str(ds.get("PixelIntensityRelationship") or "").strip().upper()
    if str(ds.get("SOPClassUID", "")).startswith(XA_CLASSES) and relationship in ("LOG", "DISP"):
        return None
    table: Dataset = items[0]
    return table


def decode(ds: Dataset, frame: int, says_grey: bool = False) -> Decoded:
    """Decode one frame and apply the Modality LUT or rescale (PS3.3 C.11.1).

    ``says_grey``: by its tags it is a grey film, by its stream three colours; the luminance is that film.
    """
    claim = check_size(ds, frame)
    photometric = str(ds.get("PhotometricInterpretation", "MONOCHROME2")).strip().upper()
    samples = int(number(ds, "SamplesPerPixel", 1))
    if samples not in (1, 3) or photometric == "HSV":
        raise UnreadableFilm(ColoursNotRead(photometric if photometric in COLOURS_NOT_READ else ""))
    if samples == 3 or photometric == "PALETTE COLOR":
        decoded = _colour(ds, frame, photometric)
        return replace(decoded, top=None, notes=()) if says_grey and not decoded.colour else decoded
    array = _grey(ds, frame, claim)
    transformation = functional(ds, frame, "PixelValueTransformationSequence") or ds
    slope, intercept = rescale_of(transformation)
    if array.dtype.kind == "f" or array.dtype.itemsize > 2:
        spread = _requantised(array, slope, intercept, _padding_of(ds))
        _check_rescale(spread.slope, spread.intercept)
        return spread
    signed = array.dtype.kind == "i"
    bits_stored = int(number(ds, "BitsStored", 16))
    pixels = _stored(array, bits_stored, signed, _bits_below(ds, array, bits_stored))
    offset = 32768 if signed else 0
    item = _modality_table(ds)
    if item is not None:
        values = int(pixels.min()) - offset, int(pixels.max()) - offset
        table, first, _ = lut_table(item, values, bool(ds.original_encoding[1]))
        index = np.clip(pixels.astype(np.int32) - offset - first, 0, table.size - 1)
        return Decoded(table[index], offset=None)
    return Decoded(pixels, slope, intercept - offset * slope, offset)
