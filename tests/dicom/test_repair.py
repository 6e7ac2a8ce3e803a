"""Films whose tags are incomplete or contradict their pixels are shown as what they are, or the tag is named."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit, RLELossless

from ptxviewer.core.film import VoiLut, Window
from ptxviewer.core.reasons.reading import FramesMissing, Reading, TagMissing
from ptxviewer.core.voi import AUTOMATIC, display_lut
from ptxviewer.dicom.read import read_film
from ptxviewer.dicom.streams import stream_header
from tests.dicom import made
from tests.dicom.coded import jpeg
from tests.refusals import reason_of

RAMP = made.ramp()
RAMP8 = made.ramp(top=255).astype(np.uint8)


def encapsulated(stream: bytes, syntax: str = JPEGBaseline8Bit, fragments: bool = True) -> Dataset:
    ds = made.dataset(RAMP8, 8)
    ds.PixelData = encapsulate([stream]) if fragments else stream
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = fragments
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    return ds


def save_as_it_is(ds: Dataset, path: Path) -> Path:
    """Write a dataset whose pixels are not what its transfer syntax says: pydicom would refuse."""
    said = ds.file_meta.TransferSyntaxUID
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit if ds["PixelData"].is_undefined_length else ExplicitVRLittleEndian
    made.save(ds, path)
    whole = path.read_bytes()
    length = max(len(ds.file_meta.TransferSyntaxUID), len(said))
    written = ds.file_meta.TransferSyntaxUID.encode()
    at = whole.index(b"\x02\x00\x10\x00UI")
    old = int.from_bytes(whole[at + 6 : at + 8], "little")
    new = said.encode().ljust(length + length % 2, b"\0")
    assert whole[at + 8 :].startswith(written)
    group = whole.index(b"\x02\x00\x00\x00UL\x04\x00") + 8
    size = int.from_bytes(whole[group : group + 4], "little") + len(new) - old
    head = whole[:group] + size.to_bytes(4, "little") + whole[group + 4 : at + 6]
    path.write_bytes(head + len(new).to_bytes(2, "little") + new + whole[at + 8 + old :])
    ds.file_meta.TransferSyntaxUID = said
    return path


@pytest.mark.parametrize(
    "keyword", ["SamplesPerPixel", "PhotometricInterpretation", "PixelRepresentation", "BitsStored", "HighBit"]
)
@pytest.mark.parametrize("empty", [False, True])
def test_a_film_without_a_tag_that_its_other_tags_tell_is_shown(tmp_path: Path, keyword: str, empty: bool) -> None:
    ds = made.dataset(RAMP)
    if empty:
        setattr(ds, keyword, None)
    else:
        delattr(ds, keyword)
    assert np.array_equal(read_film(made.save(ds, tmp_path / "a.dcm")).pixels, RAMP)


def test_bits_allocated_follow_from_the_length_of_the_pixels_or_are_named(tmp_path: Path) -> None:
    ds = made.dataset(RAMP)
    del ds.BitsAllocated
    ds["PixelData"].VR = "OW"
    assert np.array_equal(read_film(made.save(ds, tmp_path / "a.dcm")).pixels, RAMP)
    ds.PixelData = RAMP.tobytes()[: RAMP.nbytes * 3 // 4]
    ds["PixelData"].VR = "OW"
    assert reason_of(read_film, made.save(ds, tmp_path / "b.dcm")) == TagMissing("BitsAllocated")


@pytest.mark.parametrize("written", ["monochrome2", "MONOCHROME 2", "GREYSCALE"])
def test_a_photometric_interpretation_is_read_however_it_is_written(tmp_path: Path, written: str) -> None:
    ds = made.dataset(RAMP, PhotometricInterpretation=written)
    assert np.array_equal(read_film(made.save(ds, tmp_path / "a.dcm")).pixels, RAMP)


def test_colours_without_a_planar_configuration_lie_pixel_by_pixel(tmp_path: Path) -> None:
    ds = made.dataset(RAMP8, 8, SamplesPerPixel=3, PhotometricInterpretation="RGB")
    ds.PixelData = np.repeat(RAMP8[..., None], 3, 2).tobytes()
    assert np.array_equal(read_film(made.save(ds, tmp_path / "a.dcm")).pixels, RAMP8)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_bits_below_the_stored_ones_are_dropped(tmp_path: Path, signed: bool, syntax: str) -> None:
    values = RAMP.astype(np.int32) - (2048 if signed else 0)
    words = ((values << 4) + 5).astype(np.int16 if signed else np.uint16)
    ds = made.dataset(words, 12, HighBit=15)
    if syntax == RLELossless:
        ds.compress(RLELossless)
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    assert np.array_equal(film.pixels * film.slope + film.intercept, values)


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("frame", [0, 1])
def test_pixels_without_gaps_between_them_are_unpacked(tmp_path: Path, bits: int, frame: int) -> None:
    frames = np.stack([RAMP[:119, :159] >> 2, RAMP[1:120, 1:160] >> 2])
    spread = (frames.reshape(-1, 1) >> np.arange(bits)) & 1
    ds = made.dataset(frames, bits, BitsAllocated=bits)
    ds.PixelData = np.packbits(spread.astype(np.uint8).ravel(), bitorder="little").tobytes()
    ds["PixelData"].VR = "OW"
    assert np.array_equal(read_film(made.save(ds, tmp_path / "a.dcm"), frame).pixels, frames[frame])


@pytest.mark.parametrize(
    ("values", "stored", "allocated"), [(RAMP, 12, 12), (RAMP >> 2, 10, 10), (RAMP, 12, 8), (RAMP8, 8, 16)]
)
def test_whole_words_and_bytes_are_read_whatever_the_tags_call_them(
    tmp_path: Path, values: np.ndarray, stored: int, allocated: int
) -> None:
    ds = made.dataset(values, stored, BitsAllocated=allocated)
    ds["PixelData"].VR = "OW"
    assert np.array_equal(read_film(made.save(ds, tmp_path / "a.dcm")).pixels, values)


def test_frames_that_are_not_there_are_told(tmp_path: Path) -> None:
    ds = made.dataset(np.stack([RAMP, RAMP]), NumberOfFrames=3)
    path = made.save(ds, tmp_path / "a.dcm")
    film = read_film(path, 1)
    assert film.frames == 2
    assert np.array_equal(film.pixels, RAMP)
    assert FramesMissing(3, 2) in film.notes
    assert reason_of(read_film, path, 2) is Reading.NO_SUCH_FRAME


def test_a_stream_is_decoded_whatever_the_transfer_syntax_says(tmp_path: Path) -> None:
    for syntax in (ExplicitVRLittleEndian, RLELossless, "1.2.840.10008.1.2.4.90"):
        film = read_film(save_as_it_is(encapsulated(jpeg(RAMP8), syntax), tmp_path / "a.dcm"))
        assert np.abs(film.pixels.astype(int) - RAMP8).max() <= 3


def test_native_pixels_under_a_compressed_syntax_are_read_as_they_are(tmp_path: Path) -> None:
    ds = made.dataset(RAMP)
    ds["PixelData"].VR = "OW"
    ds["PixelData"].is_undefined_length = False
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    assert np.array_equal(read_film(save_as_it_is(ds, tmp_path / "a.dcm")).pixels, RAMP)


def test_a_stream_without_fragments_is_decoded(tmp_path: Path) -> None:
    film = read_film(save_as_it_is(encapsulated(jpeg(RAMP8), fragments=False), tmp_path / "a.dcm"))
    assert np.abs(film.pixels.astype(int) - RAMP8).max() <= 3


def test_a_progressive_stream_is_decoded(tmp_path: Path) -> None:
    ds = encapsulated(jpeg(RAMP8, progressive=True), "1.2.840.10008.1.2.4.55")
    assert np.abs(read_film(made.save(ds, tmp_path / "a.dcm")).pixels.astype(int) - RAMP8).max() <= 3


def test_three_colours_in_a_grey_film_are_its_luminance_through_its_own_window(tmp_path: Path) -> None:
    ds = encapsulated(jpeg(np.repeat(RAMP8[..., None], 3, 2)))
    ds.WindowCenter, ds.WindowWidth = 100, 120
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    assert np.abs(film.pixels.astype(int) - RAMP8).max() <= 3
    assert film.vois[0] == Window(100, 120)
    assert film.not_analysed is None


def test_what_is_broken_behind_the_pixels_costs_a_note_and_no_film(tmp_path: Path) -> None:
    path = made.save(made.dataset(RAMP), tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes() + b"\xff\xff\x10\x00SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\x10\0\0\0abc")
    film = read_film(path)
    assert np.array_equal(film.pixels, RAMP)
    assert Reading.END_OF_FILE_DAMAGED in film.notes
    path = made.save(encapsulated(jpeg(RAMP8)), tmp_path / "b.dcm")
    whole = path.read_bytes()
    path.write_bytes(whole[:-8])  # the delimiter
    assert Reading.END_OF_FILE_DAMAGED in read_film(path).notes
    path.write_bytes(whole[:-200])
    assert reason_of(read_film, path) is Reading.IMAGE_INCOMPLETE


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (jpeg(RAMP8), (120, 160, 1, 8)),
        (jpeg(np.repeat(RAMP8[..., None], 3, 2), progressive=True), (120, 160, 3, 8)),
        (cv2.imencode(".jp2", RAMP)[1].tobytes(), (120, 160, 1, 16)),
        (b"\xff\xd8\xff", None),
        (b"\xff\x4f\xff\x51", None),
        (b"no stream", None),
    ],
)
def test_a_stream_says_its_size(stream: bytes, expected: tuple[int, ...] | None) -> None:
    header = stream_header(stream)
    assert (header and (header.rows, header.cols, header.samples, header.bits)) == expected


# ---- windows and tables


@pytest.mark.parametrize(("center", "width"), [("1800,0", "2500,0"), ("1800.0", "2500.0"), ("1800", "2500 ")])
def test_a_window_with_a_decimal_comma_is_that_window(tmp_path: Path, center: str, width: str) -> None:
    ds = made.dataset(RAMP)
    ds.add_new("WindowCenter", "LO", center)  # DS would refuse to write it
    ds.add_new("WindowWidth", "LO", width)
    assert read_film(made.save(ds, tmp_path / "a.dcm")).vois[0] == Window(1800, 2500)


def test_a_window_of_12_bits_on_a_copy_of_8_is_not_used_and_said(tmp_path: Path) -> None:
    film = read_film(made.save(made.dataset(RAMP8, 8, WindowCenter=500, WindowWidth=1800), tmp_path / "a.dcm"))
    assert film.vois[0].explanation == AUTOMATIC
    assert Reading.WINDOW_OF_OTHER_BITS in film.notes


def test_a_narrow_window_of_fractions_is_exact(tmp_path: Path) -> None:
    ds = made.dataset(RAMP, RescaleSlope="0.000244", RescaleIntercept=0, WindowCenter="0.5", WindowWidth="0.9")
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    assert film.vois[0] == Window(0.5, 0.9, "LINEAR_EXACT")


def test_a_film_of_one_value_and_a_window_of_no_width_is_grey(tmp_path: Path) -> None:
    film = read_film(made.save(made.dataset(RAMP * 0 + 900, WindowCenter=1, WindowWidth=0), tmp_path / "a.dcm"))
    assert 0 < display_lut(film, film.vois[film.default_voi])[900] < 255


def table(keyword: str, descriptor: list[int], data: list[int] | None) -> dict[str, list[Dataset]]:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", descriptor or None)
    item.add_new("LUTData", "US", data)
    return {keyword: [item]}


def test_a_voi_table_that_is_narrower_than_it_says_is_shown_bright_and_said(tmp_path: Path) -> None:
    ds = made.dataset(RAMP, **table("VOILUTSequence", [4096, 0, 16], list(range(4096))))
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    assert isinstance(film.vois[0], VoiLut)
    assert display_lut(film, film.vois[0])[4095] == 255
    assert Reading.TABLE_NARROWER in film.notes


def test_an_empty_modality_table_is_none(tmp_path: Path) -> None:
    ds = made.dataset(RAMP, **table("ModalityLUTSequence", [], None))
    assert np.array_equal(read_film(made.save(ds, tmp_path / "a.dcm")).pixels, RAMP)


@pytest.mark.parametrize(("relationship", "applied"), [("LOG", False), ("LIN", True)])
def test_the_modality_table_of_logarithmic_angiography_is_not_for_display(
    tmp_path: Path, relationship: str, applied: bool
) -> None:
    sop = "1.2.840.10008.5.1.4.1.1.12.1"
    falling = table("ModalityLUTSequence", [4096, 0, 12], list(range(4095, -1, -1)))
    ds = made.dataset(RAMP, Modality="XA", PixelIntensityRelationship=relationship, SOPClassUID=sop, **falling)
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    assert np.array_equal(film.pixels, 4095 - RAMP if applied else RAMP)


@pytest.mark.parametrize("tags", [{"RescaleSlope": "1e308"}, {"RescaleIntercept": "-1e300"}])
def test_a_rescale_that_overflows_is_refused(tmp_path: Path, tags: dict[str, str]) -> None:
    path = made.save(made.dataset(RAMP, **tags), tmp_path / "a.dcm")
    assert reason_of(read_film, path) is Reading.RESCALE_UNUSABLE


# ---- padding


def test_an_empty_padding_value_is_none(tmp_path: Path) -> None:
    assert read_film(made.save(made.dataset(RAMP, PixelPaddingValue=None), tmp_path / "a.dcm")).padding is None


def test_a_padding_value_written_as_a_word_is_read(tmp_path: Path) -> None:
    ds = made.dataset(RAMP)
    ds.add_new("PixelPaddingValue", "OW", b"\xff\x0f")
    assert read_film(made.save(ds, tmp_path / "a.dcm")).padding == (4095, 4095)


def test_a_film_that_is_all_padding_by_its_tags_is_shown_and_said(tmp_path: Path) -> None:
    ds = made.dataset(RAMP, PixelPaddingValue=0, PixelPaddingRangeLimit=4095)
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    assert film.padding is None
    assert Reading.ALL_IS_PADDING in film.notes
