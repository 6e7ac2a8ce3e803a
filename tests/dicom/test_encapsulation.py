"""Fragments whose tables or transfer syntaxes say something else: each frame is found, and shown as it is."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.uid import JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from ptxviewer.core.reasons.reading import ImageNotDecoded
from ptxviewer.dicom.read import read_film, read_here
from tests.dicom import coded, made
from tests.dicom.test_repair import save_as_it_is
from tests.fuzz.seeds import texture
from tests.refusals import reason_of

FILMS = [texture(bits=12), texture(bits=12)[::-1].copy(), texture(bits=12)[:, ::-1].copy()]
SYNTAXES = (JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless)
syntaxes = pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name.split(",")[0])
TABLES = {
    "none": b"", "right": struct.pack("<I", 0), "not the first": struct.pack("<I", 8), "torn": b"\0\0",
    "beyond the end": struct.pack("<I", 999_999), "more than fragments": struct.pack("<II", 0, 50), "ones": b"\xff" * 4,
    "falling": struct.pack("<III", 0, 20, 10),
}  # fmt: skip


def items(*contents: bytes) -> bytes:
    return b"".join(b"\xfe\xff\x00\xe0" + struct.pack("<I", len(one)) + one for one in contents)


def stream_of(film: np.ndarray, syntax: str) -> bytes:
    ds = made.dataset(film)
    if syntax == RLELossless:
        ds.compress(RLELossless)
        return get_frame(ds.PixelData, 0)
    stream = coded.by_gdcm(ds, syntax)
    return stream + b"\0" * (len(stream) % 2)


def cut(stream: bytes, parts: int) -> list[bytes]:
    size = len(stream) // parts // 2 * 2
    return [*(stream[i * size : (i + 1) * size] for i in range(parts - 1)), stream[(parts - 1) * size :]]


def in_fragments(films: list[np.ndarray], pixel_data: bytes, syntax: str) -> Dataset:
    ds = coded.with_stream(made.dataset(films[0] if len(films) == 1 else np.stack(films)), [bytes(2)], syntax)
    ds.PixelData = pixel_data
    return ds


@syntaxes
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("parts", [1, 3])
def test_a_film_is_whole_whatever_its_table_of_offsets_says(
    tmp_path: Path, syntax: str, table: str, parts: int
) -> None:
    ds = in_fragments(FILMS[:1], items(TABLES[table], *cut(stream_of(FILMS[0], syntax), parts)), syntax)
    assert np.array_equal(read_here(made.save(ds, tmp_path / "a.dcm")).pixels, FILMS[0])


@pytest.mark.parametrize("table", [*TABLES.values(), struct.pack("<III", 0, 7, 9)])
def test_each_frame_is_found_whatever_the_table_of_offsets_says(tmp_path: Path, table: bytes) -> None:
    streams = [stream_of(film, JPEG2000Lossless) for film in FILMS]
    path = made.save(in_fragments(FILMS, items(table, *streams), JPEG2000Lossless), tmp_path / "a.dcm")
    for frame, film in enumerate(FILMS):
        assert np.array_equal(read_here(path, frame).pixels, film)


def test_a_table_that_is_right_tells_the_frames_of_several_fragments(tmp_path: Path) -> None:
    parts = [cut(stream_of(film, JPEG2000Lossless), number + 1) for number, film in enumerate(FILMS)]
    sizes = [sum(8 + len(one) for one in frame) for frame in parts]
    table = struct.pack("<III", 0, sizes[0], sizes[0] + sizes[1])
    data = items(table, *(one for frame in parts for one in frame))
    path = made.save(in_fragments(FILMS, data, JPEG2000Lossless), tmp_path / "a.dcm")
    for frame, film in enumerate(FILMS):
        assert np.array_equal(read_here(path, frame).pixels, film)


@pytest.mark.parametrize(
    ("offsets", "lengths"), [((5, 6, 7), (1, 1, 1)), ((0,), (0,)), ((0, 1 << 62, 1 << 63), (1 << 62, 1 << 62, 9))]
)
def test_an_extended_table_of_offsets_is_not_believed(
    tmp_path: Path, offsets: tuple[int, ...], lengths: tuple[int, ...]
) -> None:
    streams = [stream_of(film, JPEG2000Lossless) for film in FILMS]
    ds = in_fragments(FILMS, items(b"", *streams), JPEG2000Lossless)
    ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = (
        struct.pack(f"<{len(table)}Q", *table) for table in (offsets, lengths)
    )
    path = made.save(ds, tmp_path / "a.dcm")
    for frame, film in enumerate(FILMS):
        assert np.array_equal(read_here(path, frame).pixels, film)


@pytest.mark.parametrize("said", ["1.2.840.10008.1.2.1.98", JPEG2000Lossless, "1.2.840.10008.1.2.1", "1.2.3.4"])
def test_plain_pixels_in_fragments_are_read_as_they_are(tmp_path: Path, said: str) -> None:
    data = items(b"", *(film.tobytes() for film in FILMS))
    ds = in_fragments(FILMS, data, JPEG2000Lossless)
    ds.file_meta.TransferSyntaxUID = type(ds.file_meta.TransferSyntaxUID)(said)
    path = save_as_it_is(ds, tmp_path / "a.dcm")
    for frame, film in enumerate(FILMS):
        assert np.array_equal(read_here(path, frame).pixels, film)


def deflated(*frames: bytes) -> list[bytes]:
    made_of = []
    for frame in frames:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        packed = packer.compress(frame) + packer.flush()
        made_of.append(packed + b"\0" * (len(packed) % 2))
    return made_of


def test_frames_that_are_deflated_are_inflated_no_further_than_they_should_be_large(tmp_path: Path) -> None:
    ds = in_fragments(FILMS, items(b"", *deflated(*(film.tobytes() for film in FILMS))), JPEG2000Lossless)
    ds.file_meta.TransferSyntaxUID = type(ds.file_meta.TransferSyntaxUID)("1.2.840.10008.1.2.8.1")
    path = save_as_it_is(ds, tmp_path / "a.dcm")
    assert np.array_equal(read_here(path, 2).pixels, FILMS[2])
    ds.PixelData = items(b"", *deflated(bytes(50_000_000)))
    assert reason_of(read_film, save_as_it_is(ds, tmp_path / "bomb.dcm")) == ImageNotDecoded(
        "Deflated Image Frame Compression"
    )
