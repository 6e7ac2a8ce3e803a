"""What writers get wrong, in every way of writing it: byte orders, implicit, deflated, RLE, several frames, signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.uid import (
    HTJ2K,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from ptxviewer.core.reasons.reading import FramesMissing
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.read import read_here
from tests.dicom import coded, made
from tests.fuzz import structure
from tests.fuzz.seeds import texture

WAYS = (
    ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless
)  # fmt: skip
BITS = (8, 12, 16)
way = pytest.mark.parametrize("syntax", WAYS, ids=lambda syntax: syntax.name.replace(" ", "-"))


def values_of(bits: int, signed: bool, frames: int = 1) -> np.ndarray:
    """Values of so many bits, the smallest and the largest among them."""
    film = texture(bits=bits).astype(np.int32)
    film[0, :2] = 0, (1 << bits) - 1
    film = film - (1 << (bits - 1)) if signed else film
    return film if frames == 1 else np.stack([film, film[::-1]][:frames])


def words_of(values: np.ndarray, bits: int, signed: bool) -> np.ndarray:
    return values.astype(
        {(8, False): np.uint8, (8, True): np.int8}.get((bits, signed), np.int16 if signed else np.uint16)
    )


def swapped(data: bytes) -> bytes:
    return np.frombuffer(data, "<u2").astype(">u2").tobytes()


def written(ds: Dataset, path: Path, syntax: str) -> Path:
    """Write a dataset in a transfer syntax; its words lie in the byte order of this machine until then."""
    if "PixelData" in ds:
        ds["PixelData"].VR = "OB" if ds.get("BitsAllocated") == 8 and syntax != ImplicitVRLittleEndian else "OW"
    if syntax == RLELossless:
        stored, ds.BitsStored = ds.BitsStored, ds.BitsAllocated  # else pydicom takes no more bytes than the stored bits
        ds.compress(RLELossless)
        ds.BitsStored = stored
        return made.save(ds, path)
    if syntax == ExplicitVRBigEndian:
        if ds.get("BitsAllocated") != 8:
            ds.PixelData = swapped(ds.PixelData)
        for sequence in ("VOILUTSequence", "ModalityLUTSequence"):
            for item in ds.get(sequence) or ():
                if isinstance(item.get("LUTData"), bytes):
                    item["LUTData"].value = swapped(item.LUTData)
    return made.save(ds, path, syntax)


def read_values(path: Path, frame: int = 0) -> np.ndarray:
    film = read_here(path, frame)
    return film.pixels * film.slope + film.intercept


@way
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", BITS)
def test_values_of_any_depth_and_sign_come_out_as_they_went_in(
    tmp_path: Path, syntax: str, bits: int, signed: bool
) -> None:
    values = values_of(bits, signed, frames=2)
    path = written(coded.plain(words_of(values, bits, signed), bits), tmp_path / "a.dcm", syntax)
    assert np.array_equal(read_values(path), values[0])
    assert np.array_equal(read_values(path, 1), values[1])


@way
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("bits", "high"), [(8, 15), (12, 13), (14, 15)])
def test_stored_bits_lie_anywhere_in_the_word(tmp_path: Path, syntax: str, bits: int, high: int, signed: bool) -> None:
    values = values_of(bits, signed, frames=2)
    below = (1 << (high + 1 - bits)) - 1  # the bits beside them hold something else
    words = ((values << (high + 1 - bits)) | (np.arange(values.size).reshape(values.shape) & below)).astype(np.int16)
    ds = coded.plain(words if signed else words.view(np.uint16), bits, HighBit=high)
    path = written(ds, tmp_path / "a.dcm", syntax)
    assert np.array_equal(read_values(path), values[0])
    assert np.array_equal(read_values(path, 1), values[1])


@way
@pytest.mark.parametrize(
    "keyword", ["SamplesPerPixel", "PhotometricInterpretation", "BitsStored", "HighBit", "PixelRepresentation", ""]
)
def test_a_tag_that_others_tell_may_be_absent(tmp_path: Path, syntax: str, keyword: str) -> None:
    values = values_of(16, False)
    path = written(coded.plain(words_of(values, 16, False), 16), tmp_path / "a.dcm", syntax)
    if keyword:
        ds = pydicom.dcmread(path)
        delattr(ds, keyword)
        ds["PixelData"].VR = "OW" if syntax != RLELossless else "OB"
        ds.save_as(path)
    assert np.array_equal(read_values(path), values)


@way
@pytest.mark.parametrize("stated", [3, 0, -1, 1 << 30, None])
def test_no_more_frames_are_believed_than_there_are(tmp_path: Path, syntax: str, stated: int | None) -> None:
    values = values_of(12, False)
    ds = coded.plain(words_of(values, 12, False), 12)
    written(ds, tmp_path / "a.dcm", syntax)
    ds.NumberOfFrames = stated
    film = read_here(made.save(ds, tmp_path / "a.dcm"))
    assert film.frames == 1
    assert np.array_equal(film.pixels, values)
    assert (FramesMissing(stated or 0, 1) in film.notes) == (stated is not None and stated > 1)


def table(bits: int, entries: np.ndarray, first: int, as_bytes: bool) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [entries.size, first, bits])
    data = entries.astype(np.uint16)
    if bits == 8:
        data = np.frombuffer(entries.astype(np.uint8).tobytes(), "<u2")
    item.add_new("LUTData", "OW" if as_bytes else "US", data.tobytes() if as_bytes else data.tolist())
    return item


@way
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("as_bytes", [False, True])
@pytest.mark.parametrize("bits", [8, 12])
def test_a_voi_table_is_the_picture_however_it_is_written(
    tmp_path: Path, syntax: str, bits: int, as_bytes: bool, signed: bool
) -> None:
    values = values_of(12, signed)
    first = -2048 if signed else 0
    entries = np.arange(4095, -1, -1) >> (12 - bits)
    ds = coded.plain(words_of(values, 12, signed), 12, VOILUTSequence=[table(bits, entries, first, as_bytes)])
    film = read_here(written(ds, tmp_path / "a.dcm", syntax))
    shown = display_lut(film, film.vois[0])[film.pixels]
    wanted = np.rint(entries[values - first] * 255 / ((1 << bits) - 1))
    assert np.abs(shown - wanted).max() <= 1


@way
@pytest.mark.parametrize("signed", [False, True])
def test_a_modality_table_is_applied_however_it_is_written(tmp_path: Path, syntax: str, signed: bool) -> None:
    values = values_of(12, signed)
    first = -2048 if signed else 0
    entries = (np.arange(4096) * 7) % 4096
    for as_bytes in (False, True):
        ds = coded.plain(words_of(values, 12, signed), 12, ModalityLUTSequence=[table(16, entries, first, as_bytes)])
        assert np.array_equal(read_values(written(ds, tmp_path / "a.dcm", syntax)), entries[values - first])


PADDINGS: dict[str, Callable[[Dataset, int], None]] = {
    "absent": lambda _ds, _value: None,
    "empty": lambda ds, _value: setattr(ds, "PixelPaddingValue", None),
    "stated": lambda ds, value: ds.add_new("PixelPaddingValue", "SS" if value < 0 else "US", value),
}


@way
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("signed", [False, True])
def test_padding_is_black_and_nothing_else_is(tmp_path: Path, syntax: str, padding: str, signed: bool) -> None:
    values = values_of(12, signed)
    value = -2048 if signed else 0
    ds = coded.plain(words_of(values, 12, signed), 12, PhotometricInterpretation="MONOCHROME1")
    PADDINGS[padding](ds, value)
    film = read_here(written(ds, tmp_path / "a.dcm", syntax))
    shown = display_lut(film, film.vois[-1])[film.pixels]
    assert int(shown[0, 0]) == (0 if padding == "stated" else 255)


@way
@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("planar", [0, 1])
def test_a_grey_film_in_three_colours_keeps_its_bits(tmp_path: Path, syntax: str, bits: int, planar: int) -> None:
    values = values_of(bits, False)
    three = np.stack([words_of(values, bits, False)] * 3, -1 if planar == 0 or syntax == RLELossless else 0)
    ds = coded.plain(words_of(values, bits, False), bits)
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", planar
    if syntax == RLELossless:
        ds.PlanarConfiguration = 0
    ds.PixelData = three.tobytes()
    film = read_here(written(ds, tmp_path / "a.dcm", syntax))
    assert np.array_equal(film.pixels, values)
    assert not film.not_analysed


# ---- tags that contradict a compressed stream

CODERS = (JPEGExtended12Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless)


def coded_film(syntax: str, bits: int, **tags: object) -> tuple[Dataset, np.ndarray]:
    values = texture(bits=bits).astype(np.int32)
    ds = coded.plain(words_of(values, bits, False), bits)
    coded.with_stream(ds, [coded.by_gdcm(ds, syntax)], syntax)
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return ds, values


@pytest.mark.parametrize("syntax", CODERS, ids=lambda syntax: syntax.name.replace(" ", "-"))
@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize(
    "tags",
    [
        {"BitsStored": 7, "HighBit": 6},
        {"BitsStored": 11, "HighBit": 10},
        {"BitsAllocated": 8},
        {"BitsAllocated": 16},
        {"BitsAllocated": 32},
        {"PhotometricInterpretation": "RGB"},
        {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0},
    ],
)
def test_the_bits_and_samples_of_a_stream_go_before_those_of_the_tags(
    tmp_path: Path, syntax: str, bits: int, tags: dict[str, object]
) -> None:
    ds, values = coded_film(syntax, bits, **tags)
    lossy = syntax == JPEGExtended12Bit
    assert np.abs(read_values(made.save(ds, tmp_path / "a.dcm")) - values).max() <= (8 if lossy else 0)


def test_bits_of_an_overlay_above_those_of_a_stream_are_dropped(tmp_path: Path) -> None:
    values = values_of(12, False)
    words = (values | 0x8000 * (np.arange(values.size).reshape(values.shape) % 2)).astype(np.uint16)
    ds = coded.plain(words, 16)
    coded.with_stream(ds, [coded.by_gdcm(ds, JPEGLosslessSV1)], JPEGLosslessSV1)
    ds.BitsStored, ds.HighBit = 12, 11
    for element, vr, value in ((0x10, "US", 72), (0x11, "US", 88), (0x100, "US", 16), (0x102, "US", 15)):
        ds.add_new((0x6000, element), vr, value)
    assert np.array_equal(read_values(made.save(ds, tmp_path / "a.dcm")), values)


@pytest.mark.parametrize("tags", [{"BitsAllocated": 8}, {"BitsAllocated": 32}, {"SamplesPerPixel": 3}])
def test_the_segments_of_run_lengths_tell_samples_and_bits(tmp_path: Path, tags: dict[str, object]) -> None:
    values = values_of(12, False)
    ds = coded.plain(words_of(values, 12, False), 12)
    written(ds, tmp_path / "a.dcm", RLELossless)
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    assert np.array_equal(read_values(made.save(ds, tmp_path / "a.dcm")), values)


# ---- a file that contradicts itself about how it is written


def resaid(path: Path, syntax: str) -> Path:
    """Make the file meta say another transfer syntax, whatever the dataset is written in."""
    parts = structure.taken_apart(path.read_bytes())
    assert parts is not None
    value = f"{syntax}\0"[: len(syntax) + len(syntax) % 2].encode()
    meta = [replace(one, value=value, said=len(value)) if one.tag == (2, 0x10) else one for one in parts.meta]
    path.write_bytes(structure.put_together(structure.with_length(replace(parts, meta=tuple(meta)))))
    return path


@pytest.mark.parametrize("said", [*WAYS[:3], *CODERS, HTJ2K, RLELossless, "1.2.3.4.5"])
@pytest.mark.parametrize("written_as", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_uncompressed_pixels_are_read_whatever_the_file_meta_says(tmp_path: Path, written_as: str, said: str) -> None:
    values = values_of(12, False)
    path = written(coded.plain(words_of(values, 12, False), 12), tmp_path / "a.dcm", written_as)
    assert np.array_equal(read_values(resaid(path, said)), values)


@pytest.mark.parametrize(
    "said", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, HTJ2K, RLELossless]
)
@pytest.mark.parametrize("syntax", CODERS, ids=lambda syntax: syntax.name.replace(" ", "-"))
def test_a_stream_is_decoded_by_what_it_is(tmp_path: Path, syntax: str, said: str) -> None:
    ds, values = coded_film(syntax, 12)
    path = resaid(made.save(ds, tmp_path / "a.dcm"), said)
    assert np.abs(read_values(path) - values).max() <= (8 if syntax == JPEGExtended12Bit else 0)


@pytest.mark.parametrize("syntax", [*CODERS, RLELossless], ids=lambda syntax: syntax.name.replace(" ", "-"))
@pytest.mark.parametrize("how", ["no fragments", "no offset table", "no delimiter"])
def test_a_stream_is_found_without_what_should_surround_it(tmp_path: Path, syntax: str, how: str) -> None:
    ds, values = coded_film(syntax, 12)
    path = made.save(ds, tmp_path / "a.dcm")
    parts = structure.taken_apart(path.read_bytes())
    assert parts is not None
    pixels = parts.elements[-1]
    stream = get_frame(ds.PixelData, 0, number_of_frames=1)
    value = {
        "no fragments": stream,
        "no offset table": structure.item(stream) + pixels.value[-8:],
        "no delimiter": pixels.value[:-8],
    }[how]
    new = replace(pixels, value=value, said=len(value) if how == "no fragments" else pixels.said)
    path.write_bytes(structure.put_together(replace(parts, elements=(*parts.elements[:-1], new))))
    assert np.abs(read_values(path) - values).max() <= (8 if syntax == JPEGExtended12Bit else 0)
