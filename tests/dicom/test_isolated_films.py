"""Films of untrusted files: what never reaches a decoder, what is read here, and what comes of a child that ended."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.objects import Brought
from ptxviewer.core.reasons.reading import (
    ImageNotDecoded,
    ImageTooLarge,
    InflatesTooLarge,
    Reading,
    StreamDamaged,
    StreamOfOtherSize,
    TookTooLong,
    TooMuchMemory,
)
from ptxviewer.dicom import objects, read
from ptxviewer.dicom.bounds import LARGEST_INFLATED
from ptxviewer.dicom.harmless import content_of, is_harmless
from ptxviewer.dicom.isolated.pool import CallFailed, Cause
from ptxviewer.dicom.read import read_film, read_here
from ptxviewer.dicom.streams import stream_header
from tests.dicom import made
from tests.dicom.foreign import SR
from tests.dicom.foreign import made as made_by_others
from tests.refusals import reason_of
from tests.there import there


def compressed(stream: bytes, syntax: str, path: Path, **tags: object) -> Path:
    """Write a film of 120 x 160 pixels whose compressed image is ``stream``."""
    ds = made.dataset(made.ramp(), **tags)
    ds.PixelData = encapsulate([stream])
    ds["PixelData"].is_undefined_length = True
    return made.save(ds, path, syntax)


def frame_header(marker: int, rows: int, cols: int, components: int = 1) -> bytes:
    """The beginning of a JPEG (0xC0) or JPEG-LS (0xF7) stream."""
    comment = b"\xff\xfe\x00\x06test"
    return b"\xff\xd8" + comment + struct.pack(">BBHBHHB", 0xFF, marker, 11, 8, rows, cols, components) + b"\0" * 40


def siz(rows: int, cols: int, tile: int = 64, components: int = 1) -> bytes:
    """The beginning of a JPEG 2000 stream."""
    return (
        b"\xff\x4f\xff\x51" + struct.pack(">HH8IH", 41, 0, cols, rows, 0, 0, tile, tile, 0, 0, components) + b"\7\1\1"
    )


@pytest.mark.parametrize(
    ("syntax", "header"),
    [
        (JPEGBaseline8Bit, lambda *size: frame_header(0xC0, *size)),
        (JPEGLSLossless, lambda *size: frame_header(0xF7, *size)),
        (JPEG2000Lossless, siz),
        (JPEG2000Lossless, lambda *size: b"\x00\x00\x00\x0cjP  \r\n\x87\n" + siz(*size)),
    ],
)
def test_a_stream_that_claims_another_size_than_the_tags_never_reaches_a_decoder(
    tmp_path: Path, syntax: str, header: Callable[[int, int], bytes]
) -> None:
    rows, cols = made.ramp().shape
    assert there(stream_header(header(rows, cols))).rows == rows
    other = compressed(header(rows, cols + 1), syntax, tmp_path / "other.dcm")
    assert reason_of(read_here, other) == StreamOfOtherSize(cols, rows, cols + 1, rows)
    huge = compressed(header(65535, 65535), syntax, tmp_path / "huge.dcm")
    assert reason_of(read_here, huge) == ImageTooLarge(65535, 65535)


def test_a_stream_of_other_colours_or_of_too_many_tiles_never_reaches_a_decoder(tmp_path: Path) -> None:
    rows, cols = made.ramp(2000, 2000).shape
    colour = compressed(frame_header(0xC0, 120, 160, 4), JPEGBaseline8Bit, tmp_path / "colour.dcm")
    assert reason_of(read_here, colour) is Reading.STREAM_OF_OTHER_COMPONENTS
    tiles = compressed(siz(rows, cols, tile=1), JPEG2000Lossless, tmp_path / "t.dcm", Rows=rows, Columns=cols)
    assert reason_of(read_here, tiles) == StreamDamaged("JPEG 2000")


@pytest.mark.parametrize("stream", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\0\0", siz(1, 1)[:20], b"text" * 9])
def test_a_stream_without_a_header_claims_nothing(stream: bytes) -> None:
    assert stream_header(stream) is None


def test_markers_without_a_length_and_fill_bytes_are_passed_over() -> None:
    header = stream_header(b"\xff\xd8\xff\x01\xff" + frame_header(0xC1, 3, 4)[2:])
    assert (there(header).rows, there(header).cols, there(header).samples) == (3, 4, 1)


def test_a_deflated_film_is_inflated_no_further_than_a_film_can_be_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made.save(made.dataset(made.ramp()), tmp_path / "a.dcm", DeflatedExplicitVRLittleEndian)
    assert harmless(path)
    film = read_film(path)
    assert np.array_equal(film.pixels, made.ramp())
    assert film.acquisition.transfer_syntax == "Deflated Explicit VR Little Endian"

    monkeypatch.setattr(read, "LARGEST_INFLATED_HERE", 1000)
    assert read_film(path).key == film.key  # in a child
    with pytest.raises(UnreadableFilm) as caught, content_of(path, 1000):
        pass
    assert caught.value.reason == InflatesTooLarge(1000)


@pytest.mark.parametrize("packed", [zlib.compress, bytes])
def test_a_film_that_says_it_is_deflated_is_read_however_it_lies(
    tmp_path: Path, packed: Callable[[bytes], bytes]
) -> None:
    plain = made.save(made.dataset(made.ramp()), tmp_path / "plain.dcm").read_bytes()
    said = made.save(made.dataset(made.ramp()), tmp_path / "a.dcm", DeflatedExplicitVRLittleEndian)
    tags, meta = (144 + struct.unpack_from("<I", file, 140)[0] for file in (plain, said.read_bytes()))
    said.write_bytes(said.read_bytes()[:meta] + packed(plain[tags:]))
    assert np.array_equal(read_film(said).pixels, made.ramp())


def harmless(path: Path) -> bool:
    with content_of(path) as content:
        return is_harmless(content)


def test_an_uncompressed_film_is_read_in_this_process_and_everything_else_in_a_child(tmp_path: Path) -> None:
    plain = made.save(made.dataset(made.ramp()), tmp_path / "plain.dcm")
    assert harmless(plain)
    for name, content in {"text": b"a text, no film", "xml": b"<x/>"}.items():
        (tmp_path / name).write_bytes(content)
        assert harmless(tmp_path / name)

    long = made.dataset(made.ramp())
    long.add_new(0x00091010, "OB", b"\0" * (1 << 20))
    assert not harmless(made.save(long, tmp_path / "long.dcm"))
    behind = plain.read_bytes() + struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, 1 << 21) + b"\0" * (1 << 21)
    (tmp_path / "behind.dcm").write_bytes(behind)
    assert not harmless(tmp_path / "behind.dcm")
    assert not harmless(made.save(made.dataset(made.ramp()), tmp_path / "big.dcm", ExplicitVRBigEndian))
    assert not harmless(compressed(b"\0\0", RLELossless, tmp_path / "rle.dcm"))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert not harmless(tmp_path / "a.png")


class FailingPool:
    """A pool whose every call comes to one end."""

    timeout_s, memory_bytes = 10.0, 1_000_000

    def __init__(self, cause: Cause) -> None:
        self._cause = cause

    def call(self, *_arguments: object) -> None:
        raise CallFailed(self._cause)


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (Cause.CRASHED, StreamDamaged("JPEG-LS")),
        (Cause.TOO_SLOW, TookTooLong(10)),
        (Cause.TOO_MUCH_MEMORY, TooMuchMemory(1_000_000)),
        (Cause.KILLED, Reading.READER_KILLED),
        (Cause.NOT_STARTED, Reading.READER_NOT_STARTED),
    ],
)
def test_the_reason_names_what_ended_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: Cause, reason: object
) -> None:
    monkeypatch.setattr(read, "shared_pool", lambda: FailingPool(cause))
    assert reason_of(read_film, compressed(b"\0\0", JPEGLSLossless, tmp_path / "a.dcm")) == reason


def test_a_crash_over_a_picture_or_without_compression_is_called_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "shared_pool", lambda: FailingPool(Cause.CRASHED))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert reason_of(read_film, tmp_path / "a.png") is Reading.PICTURE_UNREADABLE
    big = made.save(made.dataset(made.ramp()), tmp_path / "big.dcm", ExplicitVRBigEndian)
    assert reason_of(read_film, big) is Reading.FILE_DAMAGED


def test_many_damaged_films_in_a_row_end_no_process_of_ours(tmp_path: Path) -> None:
    """Each run-length image has fewer bytes than its header says: the decoder panics, or says so."""
    good = made.save(made.dataset(made.ramp()), tmp_path / "big.dcm", ExplicitVRBigEndian)
    bad = [
        compressed(struct.pack("<16I", 2, 64, place, *[0] * 13) + b"\x7f" * 20, RLELossless, tmp_path / f"{place}.dcm")
        for place in range(60, 70)
    ]
    for path in bad:
        assert isinstance(reason_of(read_film, path), (StreamDamaged, ImageNotDecoded))
    assert read_film(good).shape == made.ramp().shape


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of a POSIX system")
def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.dcm")
    assert reason_of(read_film, tmp_path / "m.dcm") is Reading.NOT_A_FILE
    assert read.read_header(tmp_path / "m.dcm") is None
    assert reason_of(read_film, Path("/dev/zero")) is Reading.NOT_A_FILE


def test_objects_are_read_in_a_child_which_may_end_without_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_by_others(SR, tmp_path)
    (found,) = objects.read_objects([path])
    assert found.document is not None
    monkeypatch.setattr(objects, "shared_pool", lambda: FailingPool(Cause.CRASHED))
    assert objects.read_objects([path]) == [Brought()]


@pytest.mark.shared
def test_known_attacks_have_their_picture_or_their_reason(shared_dir: Path) -> None:
    """That each of them has one or the other is seen with all real files."""
    attacks = shared_dir / "dicom" / "attacks"
    if not attacks.is_dir():
        pytest.skip("the attacks do not lie beside this checkout")
    (frame,) = attacks.rglob("jls_sof_65535x65535.dcm")
    assert reason_of(read_film, frame) == ImageTooLarge(65535, 65535)
    (bomb,) = attacks.rglob("deflate_1GB.dcm")
    assert reason_of(read_film, bomb) == InflatesTooLarge(LARGEST_INFLATED)
    (picture,) = attacks.rglob("IM1")
    assert read_film(picture).shape == (1024, 1024)
