"""Repairs missing or wrong image tags before a decoder sees them.

Where the standard leaves one reading, or the pixels themselves tell, it is taken, as DCMTK and GDCM do; where neither
tells, the tag is named. A dataset that keeps to the standard leaves as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import FramesMissing, TagMissing
from ptxviewer.dicom.encapsulation import NO_OFFSETS, fragments, plain_pixels, sound_offsets
from ptxviewer.dicom.streams import (
    ITEM,
    StreamHeader,
    first_fragment,
    looks_like_rle,
    stream_header,
    syntax_of,
)
from ptxviewer.dicom.values import number

NUMBERS = ("SamplesPerPixel", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
UNCOMPRESSED = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
GE_PRIVATE = "1.2.840.113619.5.2"  # little endian tags, big endian pixels
PHOTOMETRIC = (
    "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422",
    "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB", "ARGB", "HSV", "CMYK",
)  # fmt: skip
_BY_LETTERS = {re.sub(r"\W|_", "", term): term for term in PHOTOMETRIC}


@dataclass(frozen=True)
class Repaired:
    """What the reader should know, and whether the tags say grey where the stream holds three colours."""

    notes: tuple[Reason, ...] = ()
    says_grey: bool = False


def repair(ds: Dataset) -> Repaired:
    """Complete the image pixel module of ``ds`` in place.

    Raises ``UnreadableFilm`` where a tag is absent that nothing else tells.
    """
    if not ds.get("PixelData"):
        return Repaired()
    says_grey = number(ds, "SamplesPerPixel", 1) == 1 and _stated_photometric(ds)[:4] in ("MONO", "")
    header = _repair_syntax(ds)
    _repair_run_lengths(ds)
    _repair_samples(ds, header)
    _repair_bits(ds, header)
    for keyword in NUMBERS:  # a decoder takes no text and no list, whatever VR they were written in
        if keyword in ds and type(ds[keyword].value) is not int:
            ds.add_new(keyword, "US", int(number(ds, keyword)))
    return Repaired(_repair_frames(ds), says_grey and int(ds.SamplesPerPixel) == 3)


def _stated_photometric(ds: Dataset) -> str:
    """The defined term that is meant, however it is written; "" where it is absent or none is meant."""
    return _BY_LETTERS.get(re.sub(r"\W|_", "", str(ds.get("PhotometricInterpretation") or "").upper()), "")


def is_native(ds: Dataset) -> bool:
    """True where the pixels lie in the file as they are; fragments of a syntax that nobody knows do not."""
    syntax = ds.file_meta.TransferSyntaxUID
    if syntax.is_private or not syntax.is_transfer_syntax:
        return bytes(ds.get("PixelData") or b"")[:4] != ITEM
    return not syntax.is_compressed


def _repair_syntax(ds: Dataset) -> StreamHeader | None:
    """Make the transfer syntax the one of the pixels, and native pixels encapsulated where they are one stream."""
    data: bytes = ds.PixelData
    syntax = ds.file_meta.TransferSyntaxUID
    fragment = first_fragment(data)
    if fragment is None:
        if len(data) != _native_length(ds) and syntax_of(data) is not None:  # a stream without fragments
            ds.PixelData = encapsulate([data])
            ds["PixelData"].VR = "OB"
            fragment = data
        elif syntax == GE_PRIVATE or (syntax not in UNCOMPRESSED and len(data) == _native_length(ds)):
            little = syntax != GE_PRIVATE
            ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            if not little and int(number(ds, "BitsAllocated", 16)) == 16:
                swapped = bytearray(len(data))
                swapped[0 : len(data) & ~1 : 2], swapped[1::2] = data[1::2], data[0 : len(data) & ~1 : 2]
                ds.PixelData = bytes(swapped)
            return None
        else:
            return None
    elif syntax_of(data[8 : 8 + int.from_bytes(data[4:8], "little")]) is not None:  # no offset table before the streams
        ds.PixelData = NO_OFFSETS + data
    if (pixels := plain_pixels(ds.PixelData, str(syntax), _native_length(ds))) is not None:
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.PixelData = pixels
        ds["PixelData"].VR = "OW"
        ds["PixelData"].is_undefined_length = False
        return None
    _repair_offsets(ds)
    header, by_stream = stream_header(fragment), syntax_of(fragment)
    if by_stream is not None and _family(by_stream) != _family(syntax):
        ds.file_meta.TransferSyntaxUID = by_stream
    ds["PixelData"].is_undefined_length = True
    return header


def _repair_offsets(ds: Dataset) -> None:
    """Take out offset tables that contradict the fragments; each fragment says itself where it ends."""
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):  # a fragment is a frame then (C.7.6.3.1.8)
        if keyword in ds:
            del ds[keyword]
    sound = sound_offsets(ds.PixelData, max(1, int(number(ds, "NumberOfFrames", 1))))
    if sound is not ds.PixelData:
        ds.PixelData = sound


def _family(syntax: str) -> str:
    """The decoder that a syntax needs: lossless JPEG of any prediction is one, JPEG 2000 is one."""
    for family in (("57", "70"), ("80", "81"), ("90", "91"), ("201", "202", "203")):
        if syntax.startswith("1.2.840.10008.1.2.4.") and syntax.rsplit(".", 1)[1] in family:
            return family[0]
    return str(syntax)


def _native_length(ds: Dataset, allocated: int = 0) -> int:
    """The bytes of uncompressed pixels by the tags, padded to an even number (PS3.5 8.1.1); or of so many bits."""
    samples = max(1, int(number(ds, "SamplesPerPixel", 1)))
    bits = allocated or int(number(ds, "BitsAllocated", 16))
    frames = max(1, int(number(ds, "NumberOfFrames", 1)))
    pixels = max(0, int(number(ds, "Rows"))) * max(0, int(number(ds, "Columns")))
    length = -(-pixels * samples * bits * frames // 8)
    return length + length % 2


def _repair_samples(ds: Dataset, header: StreamHeader | None) -> None:
    stated = _stated_photometric(ds)
    samples = int(number(ds, "SamplesPerPixel", 0))
    if header is not None and header.samples in (1, 3):
        samples = header.samples
    elif samples < 1:
        samples = 3 if stated and not stated.startswith(("MONOCHROME", "PALETTE")) else 1
    colour = bool(stated) and not stated.startswith(("MONOCHROME", "PALETTE"))
    if not stated or colour != (samples >= 3):
        stated = "MONOCHROME2" if samples < 3 else _colours_of(header)
    if stated == "YBR_FULL_422" and is_native(ds) and len(ds.PixelData) == _native_length(ds):
        stated = "YBR_FULL"  # a colour for each pixel, whatever the tag says
    if ds.get("PhotometricInterpretation") != stated:
        ds.PhotometricInterpretation = stated
    if ds.get("SamplesPerPixel") != samples:
        ds.SamplesPerPixel = samples
    if samples > 1 and int(number(ds, "PlanarConfiguration", -1)) not in (0, 1):
        ds.PlanarConfiguration = 0


def _colours_of(header: StreamHeader | None) -> str:
    """What three samples are where no tag says it: a JPEG of three is YCbCr, other pixels are RGB."""
    lossy_jpeg = header is not None and header.syntax.startswith("1.2.840.10008.1.2.4.5") and header.bits == 8
    return "YBR_FULL" if lossy_jpeg and header is not None and not header.syntax.endswith("57") else "RGB"


def _repair_run_lengths(ds: Dataset) -> None:
    """Make samples and bits those of the segments of an RLE image: one for each byte of a pixel (PS3.5 G.2)."""
    fragment = first_fragment(ds.PixelData)
    if ds.file_meta.TransferSyntaxUID != RLELossless or fragment is None or not looks_like_rle(fragment):
        return
    segments = int.from_bytes(fragment[:4], "little")
    stated = int(number(ds, "SamplesPerPixel", 1)), int(number(ds, "BitsAllocated", 8))
    if stated[0] * stated[1] == 8 * segments:
        return
    for samples, bits in ((stated[0], 8), (stated[0], 16), (1, 8), (1, 16), (3, 8), (3, 16)):
        if samples * bits == 8 * segments:
            ds.SamplesPerPixel, ds.BitsAllocated = samples, bits
            return


def _repair_bits(ds: Dataset, header: StreamHeader | None) -> None:
    allocated, stored = int(number(ds, "BitsAllocated", 0)), int(number(ds, "BitsStored", 0))
    if header is not None and header.bits <= 16:
        actual = 8 if header.bits <= 8 else 16  # what decoders return, whatever the tag says
    else:
        actual = _allocated_by_length(ds, allocated, stored) if allocated >= 1 else _bits_of_length(ds)
    if actual != allocated:
        allocated = ds.BitsAllocated = actual
    if stored < 1 or stored > allocated:
        stored = allocated if header is None else min(header.bits, allocated)
        ds.BitsStored = stored
    if int(number(ds, "HighBit", -1)) < 0:
        ds.HighBit = stored - 1
    if int(number(ds, "PixelRepresentation", -1)) not in (0, 1):
        ds.PixelRepresentation = 0


def _allocated_by_length(ds: Dataset, allocated: int, stored: int) -> int:
    """Return the bits that each uncompressed pixel has by their length: whole words that are called packed, words that
    are called bytes, bytes that are called words; ``allocated`` where that fits, or where nothing does."""
    if 8 < allocated < 16 or (allocated == 8 and stored > 8):
        actual = 16
    elif allocated == 16 and stored <= 8:
        actual = 8
    else:
        return allocated
    length = len(ds.PixelData)
    as_stated = not is_native(ds) or length == _native_length(ds)
    return actual if not as_stated and length == _native_length(ds, actual) else allocated


def _bits_of_length(ds: Dataset) -> int:
    pixels = int(number(ds, "Rows")) * int(number(ds, "Columns")) * int(number(ds, "SamplesPerPixel", 1))
    pixels *= max(1, int(number(ds, "NumberOfFrames", 1)))
    for bits in (8, 16, 32):
        if pixels > 0 and 0 <= len(ds.PixelData) - pixels * bits // 8 <= 1:
            return bits
    raise UnreadableFilm(TagMissing("BitsAllocated"))


def _repair_frames(ds: Dataset) -> tuple[Reason, ...]:
    """Believe no more frames than there are pixels for; a file with less than one is for ``pixels.check_size``."""
    stated = int(number(ds, "NumberOfFrames", 1))
    if ds.PixelData[:4] == ITEM and not is_native(ds):
        present = fragments(ds.PixelData)
    else:
        bits = int(number(ds, "Rows")) * int(number(ds, "Columns")) * int(ds.SamplesPerPixel) * int(ds.BitsAllocated)
        if ds.PhotometricInterpretation == "YBR_FULL_422":
            bits = bits * 2 // 3
        present = len(ds.PixelData) * 8 // bits if bits > 0 else 1
    frames = max(1, min(stated, present))
    if "NumberOfFrames" in ds and ds.get("NumberOfFrames") != frames:
        ds.NumberOfFrames = frames
    return (FramesMissing(stated, frames),) if 1 <= present < stated else ()
