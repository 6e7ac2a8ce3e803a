"""Kinds of pixel data beyond plain grey values: colour, palettes, floating point, tables, functional groups."""

from __future__ import annotations

import errno
import functools
import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.reading import ColoursNotRead, ImageNotDecoded, NotAnImage, ObjectKind, Reading, TagMissing
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.bounds import LARGEST_FILE
from ptxviewer.dicom.luts import lut_table
from ptxviewer.dicom.read import read_film, read_header, read_here
from ptxviewer.dicom.values import functional, number
from tests.refusals import reason_of

_spec = importlib.util.spec_from_file_location("made", Path(__file__).with_name("made.py"))
assert _spec is not None
assert _spec.loader is not None
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

LUMA = (0.299, 0.587, 0.114)  # Rec. 601: red, green, blue
SIDE = 160


def read(ds: Dataset, tmp_path: Path, **arguments: Any) -> Radiograph:
    return read_film(made.save(ds, tmp_path / "a.dcm"), **arguments)


def colour_dataset(rgb: tuple[int, int, int], bits: int = 8) -> Dataset:
    pixels = np.empty((SIDE, SIDE, 3), np.uint8 if bits == 8 else np.uint16)
    pixels[:] = rgb
    ds = made.dataset(np.zeros((SIDE, SIDE), pixels.dtype), bits)
    ds.SamplesPerPixel, ds.PlanarConfiguration, ds.PhotometricInterpretation = 3, 0, "RGB"
    ds.PixelData = pixels.tobytes()
    return ds


def test_a_colour_picture_is_shown_as_its_luminance_and_not_analysed(tmp_path: Path) -> None:
    film = read(colour_dataset((200, 100, 50)), tmp_path)
    assert set(np.unique(film.pixels)) == {round(float(np.dot(LUMA, (200, 100, 50))))}
    assert Reading.COLOUR_SHOWN_GREY in film.notes
    assert film.not_analysed is Reading.COLOUR_PICTURE


def test_three_equal_channels_are_a_grey_film(tmp_path: Path) -> None:
    film = read(colour_dataset((90, 90, 90)), tmp_path)
    assert set(np.unique(film.pixels)) == {90}
    assert film.not_analysed is None


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_a_colour_picture_is_shown_from_black_to_the_white_of_its_own_bits(tmp_path: Path, bits: int) -> None:
    top = (1 << bits) - 1
    ds = colour_dataset((top, top, top), bits)
    assert ds.BitsStored == bits
    film = read(ds, tmp_path)
    assert set(np.unique(film.pixels)) == {top}
    assert display_lut(film, film.vois[film.default_voi])[[0, top // 2, top]].tolist() == [0, 127, 255]


def test_a_palette_is_applied(tmp_path: Path) -> None:
    ds = made.dataset(
        np.tile(np.arange(SIDE, dtype=np.uint8) % 2, (SIDE, 1)), 8, PhotometricInterpretation="PALETTE COLOR"
    )
    for name, values in (("Red", (0, 65535)), ("Green", (0, 0)), ("Blue", (0, 0))):
        ds.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [2, 0, 16])
        ds.add_new(f"{name}PaletteColorLookupTableData", "OW", np.array(values, np.uint16).tobytes())
    film = read(ds, tmp_path)
    assert set(np.unique(film.pixels)) == {0, round(65535 * LUMA[0])}
    assert film.not_analysed is Reading.COLOUR_PICTURE


def in_palette(bits: int, entries: int) -> Dataset:
    """A ramp of indices, and a palette of greys with so many entries."""
    ds = made.dataset(made.ramp(SIDE, SIDE, 255).astype(np.uint8), 8, PhotometricInterpretation="PALETTE COLOR")
    table = np.linspace(0, (1 << bits) - 1, 256).round().astype(np.uint16)[:entries]
    for name in ("Red", "Green", "Blue"):
        ds.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [256, 0, bits])
        ds.add_new(f"{name}PaletteColorLookupTableData", "OW", table.tobytes())
    return ds


@pytest.mark.parametrize(("bits", "entries"), [(8, 256), (10, 256), (12, 256), (16, 256), (16, 200)])
def test_a_palette_of_any_bits_or_one_that_breaks_off_is_applied(tmp_path: Path, bits: int, entries: int) -> None:
    film = read(in_palette(bits, entries), tmp_path)
    shown = display_lut(film, film.vois[film.default_voi])[film.pixels].astype(int)
    index = made.ramp(SIDE, SIDE, 255)
    assert np.abs(shown - np.minimum(index, entries - 1)).max() <= 1


def test_a_palette_without_one_of_its_colours_is_named(tmp_path: Path) -> None:
    ds = in_palette(16, 256)
    del ds.BluePaletteColorLookupTableData
    assert reason_of(read_film, made.save(ds, tmp_path / "a.dcm")) == TagMissing("BluePaletteColorLookupTableData")


@pytest.mark.parametrize(("term", "samples", "named"), [("HSV", 3, "HSV"), ("CMYK", 4, "CMYK"), ("SPECTRAL", 5, "")])
def test_colours_that_are_not_read_are_named(tmp_path: Path, term: str, samples: int, named: str) -> None:
    ds = made.dataset(np.zeros((SIDE, SIDE), np.uint8), 8, SamplesPerPixel=samples, PlanarConfiguration=0)
    ds.PhotometricInterpretation, ds.PixelData = term, bytes(SIDE * SIDE * samples)
    assert reason_of(read_film, made.save(ds, tmp_path / "a.dcm")) == ColoursNotRead(named)


def test_an_image_that_lies_on_a_server_is_said_to(tmp_path: Path) -> None:
    ds = made.dataset(np.zeros((SIDE, SIDE), np.uint16), PixelDataProviderURL="https://node.example/1")
    del ds.PixelData
    assert reason_of(read_film, made.save(ds, tmp_path / "a.dcm")) is Reading.IMAGE_ON_SERVER


@pytest.mark.parametrize(("keyword", "kind"), [("FloatPixelData", np.float32), ("DoubleFloatPixelData", np.float64)])
def test_floating_point_values_keep_their_range(tmp_path: Path, keyword: str, kind: type) -> None:
    values: np.ndarray = np.tile(np.linspace(-1.5, 2.5, SIDE).astype(kind), (SIDE, 1))
    values[0, 0] = np.nan
    ds = made.dataset(np.zeros((SIDE, SIDE), np.uint16), 16, RescaleSlope=2, RescaleIntercept=1)
    del ds.PixelData, ds.BitsStored, ds.HighBit, ds.PixelRepresentation
    ds.BitsAllocated = 8 * values.itemsize
    setattr(ds, keyword, values.tobytes())
    film = read(ds, tmp_path)
    step = 2 * 4 / 65535
    assert np.allclose(film.pixels[1] * film.slope + film.intercept, values[1] * 2 + 1, atol=step)


def floats(values: np.ndarray, **tags: object) -> Dataset:
    ds = made.dataset(np.zeros(values.shape, np.uint16), 16, **tags)
    del ds.PixelData, ds.BitsStored, ds.HighBit, ds.PixelRepresentation
    ds.BitsAllocated = 8 * values.itemsize
    setattr(ds, "FloatPixelData" if values.itemsize == 4 else "DoubleFloatPixelData", values.tobytes())
    return ds


@pytest.mark.parametrize(
    ("kind", "far", "tags"),
    [
        (np.float32, -1e30, {"FloatPixelPaddingValue": -1e30}),
        (np.float32, -1e30, {"FloatPixelPaddingValue": 0.0, "FloatPixelPaddingRangeLimit": -1e31}),
        (np.float64, 1e300, {"DoubleFloatPixelPaddingValue": 1e300}),
        (np.float32, -5.0, {"FloatPixelPaddingValue": -5.0}),
    ],
)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_of_floating_point_is_black_and_takes_no_greys(
    tmp_path: Path, kind: type, far: float, tags: dict[str, float], photometric: str
) -> None:
    values: np.ndarray = np.tile(np.linspace(1, 5, SIDE).astype(kind), (SIDE, 1))
    values[:40] = far
    film = read(floats(values, PhotometricInterpretation=photometric, **tags), tmp_path)
    assert np.allclose(film.pixels[40:] * film.slope + film.intercept, values[40:], atol=4 / 65535)
    assert not display_lut(film, film.vois[0])[film.pixels[:40]].any()


@pytest.mark.parametrize("far", [(-3.4e38,), (3.4e38,), (-3.4e38, 3.4e38), (-(2.0**31), -1e9)])
def test_a_few_values_far_outside_do_not_take_the_greys_of_all_others(tmp_path: Path, far: tuple[float, ...]) -> None:
    values: np.ndarray = np.tile(np.linspace(0, 4095, SIDE).astype(np.float32), (SIDE, 1))
    for row, value in enumerate(far):
        values[row] = value
    film = read(floats(values), tmp_path)
    assert np.allclose(film.pixels[4:] * film.slope + film.intercept, values[4:], atol=0.1)


def test_two_values_are_kept_however_far_apart(tmp_path: Path) -> None:
    values = np.zeros((SIDE, SIDE), np.float32)
    values[::2] = 1e9
    film = read(floats(values), tmp_path)
    assert np.allclose(film.pixels * film.slope + film.intercept, values, rtol=1e-4)


def test_an_image_without_a_finite_value_is_refused(tmp_path: Path) -> None:
    ds = made.dataset(np.zeros((SIDE, SIDE), np.uint16), 16)
    del ds.PixelData
    ds.BitsAllocated = 32
    ds.FloatPixelData = np.full((SIDE, SIDE), np.nan, np.float32).tobytes()
    assert reason_of(read_film, made.save(ds, tmp_path / "a.dcm")) is Reading.NO_FINITE_VALUES


def test_values_of_32_bits_keep_their_range(tmp_path: Path) -> None:
    values = np.tile(np.linspace(0, 4_000_000, SIDE).astype(np.uint32), (SIDE, 1))
    film = read(made.dataset(values, 32), tmp_path)
    assert np.allclose(film.pixels[0] * film.slope + film.intercept, values[0], atol=4_000_000 / 65535)


def test_bits_above_a_signed_value_are_dropped(tmp_path: Path) -> None:
    values = np.tile(np.linspace(-2048, 2047, SIDE).astype(np.int16), (SIDE, 1))
    film = read(made.dataset(((values & 0x0FFF) | 0x1000).astype(np.int16), 12), tmp_path)
    assert np.array_equal(film.pixels * film.slope + film.intercept, values)


@pytest.mark.parametrize("kind", [np.uint16, np.int16])
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("behind", [b"", b"\x01\x02\x03\x04"], ids=["as long as they should be", "with more behind"])
def test_words_are_those_that_pydicom_reads(tmp_path: Path, kind: type, syntax: str, behind: bytes) -> None:
    values: np.ndarray = np.random.default_rng(1).integers(-32768, 32768, (33, 47)).astype(kind)
    ds = made.dataset(values, 16)
    content = values.byteswap().tobytes() if syntax == ExplicitVRBigEndian else values.tobytes()
    ds.PixelData = content + behind
    path = made.save(ds, tmp_path / "a.dcm", syntax)
    film = read_here(path)
    assert np.array_equal(film.pixels * film.slope + film.intercept, values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what lies behind
        assert np.array_equal(values, pydicom.dcmread(path).pixel_array)


def test_each_frame_has_the_rescale_of_its_own_functional_group(tmp_path: Path) -> None:
    frames = np.stack([made.ramp(SIDE, SIDE)] * 2)
    ds = made.dataset(frames)
    own, shared = Dataset(), Dataset()
    own.PixelValueTransformationSequence = [Dataset()]
    own.PixelValueTransformationSequence[0].RescaleSlope = 3
    own.PixelValueTransformationSequence[0].RescaleIntercept = 0
    shared.PixelValueTransformationSequence = [Dataset()]
    shared.PixelValueTransformationSequence[0].RescaleSlope = 5
    shared.PixelValueTransformationSequence[0].RescaleIntercept = 0
    ds.PerFrameFunctionalGroupsSequence = [own]
    ds.SharedFunctionalGroupsSequence = [shared]
    assert read(ds, tmp_path).slope == 3
    assert read(ds, tmp_path, frame=1).slope == 5
    assert functional(ds, 0, "FrameVOILUTSequence") is None
    assert reason_of(read_film, tmp_path / "a.dcm", 2) is Reading.NO_SUCH_FRAME


@pytest.mark.parametrize(
    ("descriptor", "data", "values", "little", "expected"),
    [
        ([2, 65535, 16], np.array([7, 9], "<u2").tobytes(), (-9, 9), True, ([7, 9], -1, 16)),
        ([2, -1, 16], np.array([7, 9], "<u2").tobytes(), (1000, 65536), True, ([7, 9], 65535, 16)),
        ([4000, -1000, 16], [7] * 4000, (-1000, 3000), True, ([7] * 4000, -1000, 16)),
        ([2, 3, 16], np.array([7, 9], ">u2").tobytes(), (0, 9), False, ([7, 9], 3, 16)),
        ([4, 0, 8], bytes([1, 2, 3, 4]), (0, 9), True, ([1, 2, 3, 4], 0, 8)),  # packed byte by byte
        ([4, 0, 8], bytes([2, 1, 4, 3]), (0, 9), False, ([1, 2, 3, 4], 0, 8)),
        ([4, 0, 8], [0x0201, 0x0403], (0, 9), True, ([1, 2, 3, 4], 0, 8)),  # two in a word
        ([3, 0, 8], [0x0201, 0x0003], (0, 9), True, ([1, 2, 3], 0, 8)),
        ([3, 0, 12], [1, 2, 4096, 5], (0, 9), True, ([1, 2, 4096], 0, 13)),  # a table deeper than it says
    ],
)
def test_a_table_is_read_as_writers_write_it(
    descriptor: list[int],
    data: object,
    values: tuple[float, float],
    little: bool,
    expected: tuple[list[int], int, int],
) -> None:
    item = Dataset()
    item.LUTDescriptor = descriptor
    item.add_new("LUTData", "OW" if isinstance(data, bytes) else "US", data)
    table, first, bits = lut_table(item, values, little)
    assert (table.tolist(), first, bits) == expected


def test_an_empty_table_is_an_error() -> None:
    item = Dataset()
    item.LUTDescriptor = [2, 0, 16]
    item.add_new("LUTData", "OW", b"")
    with pytest.raises(ValueError, match="empty"):
        lut_table(item, (0, 9))


@pytest.mark.parametrize(("value", "expected"), [([3, 4], 3.0), ([], 7.0), ("", 7.0), (float("inf"), 7.0), (None, 7.0)])
def test_a_number_is_the_first_finite_value_or_the_default(value: object, expected: float) -> None:
    read = cast("Dataset", {"Rows": value})  # a data set takes no such values from code, but from files
    assert number(read, "Rows", 7.0) == expected
    assert number(cast("Dataset", {"Rows": "twelve"}), "Rows", 7.0) == 7.0


def test_an_image_of_no_size_is_refused(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp())
    ds.Rows = 0
    assert reason_of(read_film, made.save(ds, tmp_path / "a.dcm")) is Reading.NO_ROWS_OR_COLUMNS


def test_ybr_that_says_half_the_colours_and_has_all_of_them_is_shown(tmp_path: Path) -> None:
    ramp = made.ramp(SIDE, SIDE, 255).astype(np.uint8)
    ds = made.dataset(ramp, 8, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL_422", PlanarConfiguration=0)
    ds.PixelData = np.stack([ramp, np.full_like(ramp, 128), np.full_like(ramp, 128)], -1).tobytes()
    assert np.abs(read(ds, tmp_path).pixels.astype(int) - ramp).max() <= 1


def test_ybr_with_half_the_colours_needs_two_thirds_of_the_bytes(tmp_path: Path) -> None:
    ds = colour_dataset((10, 20, 30))
    ds.PhotometricInterpretation = "YBR_FULL_422"
    ds.PixelData = b"\x50" * (SIDE * SIDE * 2 - 2)
    assert reason_of(read_film, made.save(ds, tmp_path / "a.dcm")) is Reading.IMAGE_INCOMPLETE


def test_a_broken_stream_names_its_transfer_syntax(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp())
    ds.file_meta.TransferSyntaxUID = RLELossless
    ds.PixelData = encapsulate([b"\xff" * 100])
    ds["PixelData"].is_undefined_length = True
    path = made.save(ds, tmp_path / "a.dcm")
    assert reason_of(read_film, path) == ImageNotDecoded("RLE Lossless")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError, Reading.FILE_FORBIDDEN),
        (MemoryError, Reading.OUT_OF_MEMORY),
        (functools.partial(OSError, errno.EIO, "disk"), Reading.FILE_UNREADABLE),
    ],
)
def test_what_the_system_refuses_has_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Callable[[], Exception], reason: Reading
) -> None:
    path = made.save(made.dataset(made.ramp()), tmp_path / "a.dcm")

    def refuse(*_arguments: object, **_options: object) -> None:
        raise error()

    monkeypatch.setattr("ptxviewer.dicom.dataset.read_partial", refuse)
    assert reason_of(read_here, path) is reason


def test_a_file_larger_than_memory_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)  # takes no space on the disk
    assert getattr(reason_of(read_film, path), "limit_bytes", None) == LARGEST_FILE


def test_objects_without_an_image_are_called_what_they_are(tmp_path: Path) -> None:
    ds = Dataset()
    ds.DirectoryRecordSequence = []
    ds.save_as(tmp_path / "a", implicit_vr=True, little_endian=True)
    assert reason_of(read_film, tmp_path / "a") == NotAnImage(ObjectKind.DICOMDIR)
    other = Dataset()
    other.PatientID = "x"
    other.save_as(tmp_path / "b", implicit_vr=False, little_endian=True)
    assert reason_of(read_film, tmp_path / "b") is Reading.NOT_DICOM


def test_who_and_when_are_read_without_the_film(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp(), PatientID="4711", StudyDate="20260102", Modality="DX")
    header = read_header(made.save(ds, tmp_path / "a.dcm"))
    assert header is not None
    patient, study, acquisition = header
    assert (patient.id, acquisition.modality) == ("4711", "DX")
    assert "2026" in study.date
    cv2.imwrite(str(tmp_path / "b.png"), made.ramp())
    assert read_header(tmp_path / "b.png") is None
    assert read_header(tmp_path / "gone.dcm") is None


def test_an_image_meant_for_processing_says_so(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp(), SOPClassUID="1.2.840.10008.5.1.4.1.1.1.1.1")
    assert Reading.FOR_PROCESSING in read(ds, tmp_path).notes


def test_padding_of_a_signed_film_is_read_in_its_own_sign(tmp_path: Path) -> None:
    values = np.tile(np.linspace(-2000, 2000, SIDE).astype(np.int16), (SIDE, 1))
    ds = made.dataset(values, 16)
    ds.add_new("PixelPaddingValue", "US", 65536 - 2000)  # the value -2000, written without its sign
    low, high = read(ds, tmp_path).padding or (0, 0)
    assert (low, high) == (32768 - 2000,) * 2
