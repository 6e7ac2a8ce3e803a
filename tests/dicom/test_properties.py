"""What holds for any bytes and any numbers: headers of streams, fragments, packed bits, windows and tables."""

from __future__ import annotations

import struct
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.film import Radiograph, VoiLut, Window
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.encapsulation import fragments
from ptxviewer.dicom.harmless import is_picture, is_something_else
from ptxviewer.dicom.luts import lut_table
from ptxviewer.dicom.pixels import unpacked
from ptxviewer.dicom.repair import repair
from ptxviewer.dicom.streams import first_fragment, stream_header, syntax_of
from tests.dicom import coded
from tests.fuzz.seeds import texture

WORD = st.integers(0, 0xFFFF)
STARTS = (b"", b"\xff\xd8", b"\xff\xd8\xff\xc0\0\x0b\x08", b"\xff\xd8\xff\xf7\0\x0b\x0c", b"\xff\x4f\xff\x51\0\x29",
          b"\0\0\0\x0cjP  \r\n\x87\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xfe\xff\0\xe0",
          b"\1\0\0\0\x40\0\0\0")  # fmt: skip


@given(st.sampled_from(STARTS), st.binary(max_size=200))
def test_any_bytes_have_a_header_of_bounded_numbers_or_none(start: bytes, rest: bytes) -> None:
    header = stream_header(start + rest)
    assert header is None or (header.rows >= -(1 << 32) and 1 <= header.bits <= 128 and 0 <= header.samples < 1 << 16)
    syntax_of(start + rest)
    is_picture(start + rest)
    is_something_else(start + rest)


@given(st.sampled_from([0xC0, 0xC1, 0xC2, 0xC3, 0xF7]), WORD, WORD, st.integers(1, 4), st.lists(st.binary(max_size=30)))
def test_the_size_of_a_jpeg_is_found_behind_any_other_segments(
    marker: int, rows: int, cols: int, samples: int, comments: list[bytes]
) -> None:
    before = b"".join(struct.pack(">BBH", 0xFF, 0xFE, 2 + len(text)) + text for text in comments)
    frame = struct.pack(">BBHBHHB", 0xFF, marker, 8 + 3 * samples, 8, rows, cols, samples) + bytes(3 * samples)
    header = stream_header(b"\xff\xd8" + before + frame)
    assert header is not None
    assert (header.rows, header.cols, header.samples, header.bits) == (rows, cols, samples, 8)


@given(st.tuples(*[st.integers(0, 0xFFFFFFFF)] * 8), st.integers(0, 16384), st.integers(0, 255))
def test_the_size_of_a_jpeg_2000_is_its_grid_less_its_offset(
    sizes: tuple[int, ...], components: int, depth: int
) -> None:
    right, bottom, left, top = sizes[:4]
    siz = struct.pack(">HHH8IHB", 0xFF51, 41, 0, *sizes, components, depth)
    header = stream_header(b"\xff\x4f" + siz + b"\1\1")
    assert header is not None
    assert (header.cols, header.rows) == (right - left, bottom - top)
    assert (header.samples, header.bits) == (components, (depth & 127) + 1)


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5), st.booleans())
def test_fragments_are_counted_with_and_without_an_offset_table(streams: list[bytes], table: bool) -> None:
    padded = [one + b"\0" * (len(one) % 2) for one in streams]
    data = encapsulate(streams, has_bot=table)
    assert fragments(data) == len(streams)
    assert first_fragment(data) == padded[0]


@given(st.binary(max_size=120))
def test_any_bytes_have_fragments_or_none(data: bytes) -> None:
    assert fragments(data) >= 0
    assert (first_fragment(data) is None) == (data[:4] != b"\xfe\xff\0\xe0")


@given(st.integers(9, 15), st.integers(1, 7), st.integers(1, 7), st.integers(1, 3), st.randoms(use_true_random=False))
def test_packed_pixels_are_unpacked_whatever_their_bits(bits: int, rows: int, cols: int, frames: int, rng: Any) -> None:
    values = np.array([rng.randrange(1 << bits) for _ in range(frames * rows * cols)], np.uint16)
    spread = (values[:, None] >> np.arange(bits)) & 1
    ds = Dataset()
    ds.Rows, ds.Columns, ds.BitsAllocated = rows, cols, bits
    ds.PixelData = np.packbits(spread.astype(np.uint8).ravel(), bitorder="little").tobytes()
    for frame in range(frames):
        assert np.array_equal(unpacked(ds, frame).ravel(), values.reshape(frames, -1)[frame])


@given(
    st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
    st.floats(0.001, 100), st.floats(-1e5, 1e5), st.booleans(),
)  # fmt: skip
def test_grey_rises_with_the_value_and_falls_in_an_inverse_film(
    center: float, width: float, function: Any, slope: float, intercept: float, inverse: bool
) -> None:
    film = Radiograph("film", np.zeros((2, 2), np.uint16), slope=slope, intercept=intercept, inverse=inverse, vois=())
    grey = display_lut(film, Window(center, max(width, 1.0), function)).astype(int)
    steps = np.diff(grey)
    assert (steps <= 0).all() if inverse else (steps >= 0).all()


@given(st.lists(WORD, min_size=1, max_size=50), st.integers(-40000, 70000), st.integers(0, 17), st.booleans())
def test_any_table_is_one_of_its_own_entries(entries: list[int], first: int, bits: int, as_bytes: bool) -> None:
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item.LUTData = np.array(entries, "<u2").tobytes() if as_bytes else entries
    table, start, stated = lut_table(item, (0, 4095))
    film = Radiograph("film", np.zeros((2, 2), np.uint16), vois=())
    assert table.size <= len(entries)
    assert start % 65536 == first % 65536
    assert int(table.max()) < 1 << stated
    assert display_lut(film, VoiLut(table, start, stated, "")).shape == (65536,)


ANYTHING = st.one_of(st.none(), st.integers(0, 65535), st.sampled_from(["", "MONOCHROME2", "rgb", "?", "12"]))
TAGS = ("SamplesPerPixel", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PlanarConfiguration",
        "Rows", "Columns", "NumberOfFrames", "PhotometricInterpretation")  # fmt: skip


@given(st.dictionaries(st.sampled_from(TAGS), ANYTHING), st.booleans())
def test_a_repaired_dataset_has_numbers_that_a_decoder_takes(tags: dict[str, object], compressed: bool) -> None:
    ds = coded.plain(texture(), 12)
    if compressed:
        coded.with_stream(ds, [coded.HTJ2K_STREAM], "1.2.840.10008.1.2.4.201")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, of a value that is not of its VR
        for keyword, value in tags.items():
            ds.add_new(keyword, "CS" if isinstance(value, str) else "US", value)
        try:
            repair(ds)
        except UnreadableFilm:
            return
    assert ds.SamplesPerPixel >= 1
    assert ds.PixelRepresentation in (0, 1)
    assert 1 <= ds.BitsStored <= ds.BitsAllocated
    assert int(ds.get("NumberOfFrames") or 1) >= 1


@pytest.mark.parametrize("content", [b"", b"\0", b"\0" * 200, b"\xff" * 200])
def test_bytes_of_one_kind_are_no_picture(content: bytes) -> None:
    assert not is_picture(content)
    assert stream_header(content) is None
