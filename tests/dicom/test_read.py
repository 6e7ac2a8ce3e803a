"""Films of every kind open as the standard says, or are refused with a reason; none takes the program down."""

from __future__ import annotations

import importlib.util
import logging
import multiprocessing
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from ptxviewer.core.errors import PtxError, UnreadableFilm
from ptxviewer.core.film import Radiograph, VoiLut, Window
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import (
    ImageTooLarge,
    NotAnImage,
    ObjectKind,
    OtherBodyPart,
    OtherModality,
    Reading,
)
from ptxviewer.core.spacing import SpacingOrigin
from ptxviewer.core.voi import AUTOMATIC, display_lut
from ptxviewer.dicom import dicomdir, read, tags
from ptxviewer.dicom.read import read_film
from ptxviewer.dicom.tag_list import list_tags
from ptxviewer.words import say
from tests.refusals import reason_of

_spec = importlib.util.spec_from_file_location("made", Path(__file__).with_name("made.py"))
assert _spec is not None
assert _spec.loader is not None
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def shown(film: Radiograph) -> np.ndarray:
    return display_lut(film, film.vois[film.default_voi])[film.pixels]


def values(film: Radiograph) -> np.ndarray:
    return film.pixels * film.slope + film.intercept


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless])
def test_every_lossless_syntax_gives_the_same_film(tmp_path: Path, syntax: str) -> None:
    plain = read_film(made.save(made.dataset(made.ramp()), tmp_path / "plain.dcm"))
    ds = made.dataset(made.ramp())
    if syntax == RLELossless:
        ds.compress(RLELossless)
        path = made.save(ds, tmp_path / "other.dcm")
    else:
        path = made.save(ds, tmp_path / "other.dcm", syntax)
    other = read_film(path)
    assert np.array_equal(other.pixels, plain.pixels)
    assert other.key == plain.key


def test_big_endian(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp())
    ds.PixelData = made.ramp().astype(">u2").tobytes()
    ds["PixelData"].VR = "OW"
    film = read_film(made.save(ds, tmp_path / "big.dcm", ExplicitVRBigEndian))
    assert np.array_equal(film.pixels, made.ramp())


def test_without_preamble_and_file_meta(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp())
    del ds.file_meta
    path = tmp_path / "IM0001"
    ds.save_as(path, implicit_vr=True, little_endian=True)
    assert np.array_equal(read_film(path).pixels, made.ramp())


@pytest.mark.parametrize(
    ("photometric", "shape", "inverse"),
    [
        ("MONOCHROME1", None, True),
        ("MONOCHROME2", None, False),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "IDENTITY", False),
    ],
)
def test_one_inversion_never_two(tmp_path: Path, photometric: str, shape: str | None, inverse: bool) -> None:
    ds = made.dataset(made.ramp(), PhotometricInterpretation=photometric, WindowCenter=2048, WindowWidth=4096)
    if shape:
        ds.PresentationLUTShape = shape
    grey = shown(read_film(made.save(ds, tmp_path / "a.dcm")))
    assert (grey[0, 0] > grey[0, -1]) is np.bool_(inverse)
    assert {int(grey[0, 0]), int(grey[0, -1])} == {0, 255}


def test_signed_values_and_rescale(tmp_path: Path) -> None:
    stored = (made.ramp().astype(np.int32) - 2048).astype(np.int16)
    film = read_film(made.save(made.dataset(stored, 16, RescaleSlope=2, RescaleIntercept=-10), tmp_path / "a.dcm"))
    assert np.array_equal(values(film), stored * 2.0 - 10)


@pytest.mark.parametrize(("named", "unit"), [("OD", "OD × 1000"), ("HU", "HU"), ("US", ""), ("", ""), ("?", "")])
def test_values_have_the_unit_that_the_file_names(tmp_path: Path, named: str, unit: str) -> None:
    ds = made.dataset(made.ramp(), RescaleSlope=1, RescaleIntercept=0, RescaleType=named)
    assert read_film(made.save(ds, tmp_path / "a.dcm")).acquisition.value_unit == unit
    ds = made.dataset(made.ramp())
    ds.ModalityLUTSequence = [Dataset()]
    ds.ModalityLUTSequence[0].ModalityLUTType = named
    assert tags.acquisition(ds).value_unit == unit


def test_modality_lut(tmp_path: Path) -> None:
    item = Dataset()
    item.LUTDescriptor = [4096, 0, 16]
    item.LUTData = (np.arange(4096, dtype="<u2") * 16).tobytes()
    item["LUTData"].VR = "OW"
    item.ModalityLUTType = "US"
    film = read_film(made.save(made.dataset(made.ramp(), ModalityLUTSequence=Sequence([item])), tmp_path / "a.dcm"))
    assert np.array_equal(values(film), made.ramp() * 16.0)


def test_voi_lut_comes_first_and_windows_follow_with_their_names(tmp_path: Path) -> None:
    item = Dataset()
    item.LUTDescriptor = [4096, 0, 8]
    item.LUTData = (255 - np.arange(4096) // 16).astype("<u2").tobytes()
    item["LUTData"].VR = "OW"
    item.LUTExplanation = "BONE"
    ds = made.dataset(
        made.ramp(),
        VOILUTSequence=Sequence([item]),
        WindowCenter=[2048, 1000],
        WindowWidth=[4096, 500],
        WindowCenterWidthExplanation=["NORMAL", "LUNG"],
    )
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    first, second, third, last = film.vois
    assert isinstance(first, VoiLut)
    assert first.explanation == "BONE"
    assert (second, third) == (Window(2048, 4096, "LINEAR", "NORMAL"), Window(1000, 500, "LINEAR", "LUNG"))
    assert last.explanation == AUTOMATIC
    assert np.array_equal(shown(film)[0], (255 - made.ramp()[0] // 16).astype(np.uint8))


@pytest.mark.parametrize(("center", "width"), [(2048, 0), (1e9, 10), (-5000, 1), ("", "")])
def test_a_window_that_shows_nothing_is_replaced_and_said(tmp_path: Path, center: object, width: object) -> None:
    film = read_film(made.save(made.dataset(made.ramp(), WindowCenter=center, WindowWidth=width), tmp_path / "a.dcm"))
    assert film.vois[0].explanation == AUTOMATIC
    assert np.unique(shown(film)).size > 50
    if center != "":
        assert Reading.WINDOW_SHOWS_NOTHING in film.notes


def test_sigmoid(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp(), WindowCenter=2048, WindowWidth=1024, VOILUTFunction="SIGMOID")
    film = read_film(made.save(ds, tmp_path / "a.dcm"))
    expected = 255 / (1 + np.exp(-4 * (made.ramp().astype(float) - 2048) / 1024))
    assert np.abs(shown(film) - expected).max() <= 0.51


def test_padding_is_black_and_not_part_of_the_automatic_window(tmp_path: Path) -> None:
    pixels = made.ramp(top=1000) + 100
    pixels[:60] = 4095
    film = read_film(made.save(made.dataset(pixels, PixelPaddingValue=4095), tmp_path / "a.dcm"))
    assert isinstance(film.vois[0], Window)
    assert film.vois[0].center + film.vois[0].width / 2 < 1200
    assert shown(film)[:60].max() == 0


def test_bits_above_bits_stored_are_dropped(tmp_path: Path) -> None:
    overlaid = made.ramp() | np.uint16(0x8000)
    assert np.array_equal(read_film(made.save(made.dataset(overlaid), tmp_path / "a.dcm")).pixels, made.ramp())


def test_frames_are_read_one_at_a_time(tmp_path: Path) -> None:
    frames = np.stack([made.ramp() * 0 + 5, made.ramp()])
    path = made.save(made.dataset(frames), tmp_path / "a.dcm")
    assert read_film(path).frames == 2
    assert np.array_equal(read_film(path, 1).pixels, made.ramp())
    assert reason_of(read_film, path, 2) is Reading.NO_SUCH_FRAME


@pytest.mark.parametrize(
    ("charset", "encoded", "expected"),
    [
        ("ISO_IR 100", "Müller^Jürgen", "Müller, Jürgen"),
        ("ISO_IR 192", "Ωmega^Άννα", "Ωmega, Άννα"),
        ("ISO_IR 144", "Люкceмбypг", "Люкceмбypг"),
        ("GB18030", "Wang^XiaoDong=王^小东", "Wang, XiaoDong 王 小东"),
    ],
)
def test_names_in_any_script(tmp_path: Path, charset: str, encoded: str, expected: str) -> None:
    ds = made.dataset(made.ramp(), SpecificCharacterSet=charset, PatientName=encoded)
    assert read_film(made.save(ds, tmp_path / "a.dcm")).patient.name == expected


def test_names_stay_out_of_repr_and_logs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ds = made.dataset(made.ramp(), PatientName="PLANTED^NAME", PatientID="PLANTED-ID", PatientBirthDate="PLANTED")
    with caplog.at_level(logging.DEBUG):
        film = read_film(made.save(ds, tmp_path / "a.dcm"))
    assert "PLANTED" in film.patient.name
    assert "PLANTED" not in repr(film)
    assert "PLANTED" not in caplog.text


def coded(value: str, scheme: str) -> Sequence:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, "made"
    return Sequence([item])


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"Modality": "CT"}, OtherModality("CT")),
        ({"Modality": "PLANTED"}, Reading.NOT_A_RADIOGRAPH),  # what a file may say is not repeated
        ({"ViewPosition": "LL"}, Reading.LATERAL_VIEW),
        ({"PatientOrientation": ["A", "F"]}, Reading.LATERAL_VIEW),
        ({"BodyPartExamined": "HAND"}, OtherBodyPart("HAND")),
        ({}, None),
        ({"ViewCodeSequence": coded("399067008", "SCT")}, Reading.LATERAL_VIEW),
        ({"ViewPosition": "", "ViewCodeSequence": coded("R-10236", "SNM3")}, Reading.LATERAL_VIEW),
        ({"ViewCodeSequence": coded("272479007", "SCT")}, None),
        ({"ViewCodeSequence": coded("399067008", "99LOCAL")}, None),  # a number of somebody else's
        ({"AnatomicRegionSequence": coded("72696002", "SCT")}, OtherBodyPart("KNEE")),
        ({"AnatomicRegionSequence": coded("T-D8700", "SRT")}, OtherBodyPart("HAND")),
        ({"AnatomicRegionSequence": coded("51185008", "SCT")}, None),
        ({"BodyPartExamined": "CHEST", "AnatomicRegionSequence": coded("72696002", "SCT")}, None),
        ({"Modality": "CR", "ViewPosition": "AP", "PatientOrientation": ["L", "F"]}, None),
    ],
)
def test_other_things_are_shown_but_not_analysed(tmp_path: Path, tags: dict[str, object], why: Reason | None) -> None:
    film = read_film(made.save(made.dataset(made.ramp(), **tags), tmp_path / "a.dcm"))
    assert film.not_analysed == why


def test_spacing_travels_with_its_origin(tmp_path: Path) -> None:
    film = read_film(made.save(made.dataset(made.ramp(), ImagerPixelSpacing=[2.5, 2.5]), tmp_path / "a.dcm"))
    assert (film.spacing.row_mm, film.spacing.origin) == (2.5, SpacingOrigin.DETECTOR)
    film = read_film(made.save(made.dataset(made.ramp(), PixelSpacing=[0.14, 0.14]), tmp_path / "b.dcm"))
    assert film.spacing.origin is SpacingOrigin.IMPLAUSIBLE
    assert not film.spacing.known
    assert film.spacing.note in film.notes


def test_pictures_open_uncalibrated(tmp_path: Path) -> None:
    path = tmp_path / "naïve film.png"
    path.write_bytes(cv2.imencode(".png", made.ramp(top=65535))[1].tobytes())
    film = read_film(path)
    assert np.array_equal(film.pixels, made.ramp(top=65535))
    assert not film.acquisition.calibrated_source
    assert not film.spacing.known
    path.write_bytes(cv2.imencode(".jpg", np.full((80, 90), 77, np.uint8))[1].tobytes())
    assert read_film(path).shape == (80, 90)


def refusal(path: Path) -> Reason:
    return reason_of(read_film, path, kind=UnreadableFilm)


def test_what_is_no_film_is_refused_with_its_reason(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.dcm") is Reading.FILE_GONE
    assert refusal(tmp_path) is Reading.FILE_IS_FOLDER
    path = tmp_path / "a.dcm"
    path.write_bytes(b"")
    assert refusal(path) is Reading.FILE_EMPTY
    path.write_text("<!DOCTYPE html><html>Log in</html>")
    assert refusal(path) is Reading.OTHER_FILE_TYPE
    path.write_bytes(b"\x00" * 5000)
    refusal(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    assert refusal(path) is Reading.PICTURE_UNREADABLE
    ds = made.dataset(made.ramp())
    del ds.PixelData
    assert refusal(made.save(ds, path)) is Reading.NO_IMAGE
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    assert refusal(made.save(ds, path)) == NotAnImage(ObjectKind.STRUCTURED_REPORT)


def test_a_copy_that_was_broken_off_and_filled_with_zeros_is_named_at_once(tmp_path: Path) -> None:
    """Each 8 zeros would be an element: 40 MB of them took longer than a film may."""
    zeros, whole = bytes(40 << 20), made.save(made.dataset(made.ramp()), tmp_path / "whole.dcm").read_bytes()
    for head, reason in (
        (b"", Reading.NOT_DICOM),
        (whole[:132], Reading.FILE_DAMAGED),
        (whole[: whole.index(b"\x08\x00\x16\x00")], Reading.FILE_DAMAGED),
        (whole[: whole.index(b"\xe0\x7f\x10\x00")], Reading.IMAGE_INCOMPLETE),
    ):
        (tmp_path / "a.dcm").write_bytes(head + zeros)
        assert reason_of(read_film, tmp_path / "a.dcm") is reason


def test_hostile_headers(tmp_path: Path) -> None:
    ds = made.dataset(made.ramp())
    ds.Rows = ds.Columns = 65535
    assert refusal(made.save(ds, tmp_path / "huge.dcm")) == ImageTooLarge(65535, 65535)
    ds.Rows = ds.Columns = 9000
    assert refusal(made.save(ds, tmp_path / "short.dcm")) is Reading.IMAGE_INCOMPLETE
    nested = Dataset()
    nested.PatientID = "x"
    for _ in range(sys.getrecursionlimit() // 4):
        outer = Dataset()
        outer.ReferencedImageSequence = Sequence([nested])
        nested = outer
    deep = made.dataset(made.ramp(), ReferencedImageSequence=Sequence([nested]))
    path = tmp_path / "deep.dcm"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        made.save(deep, path)
    except RecursionError:
        pytest.skip("this Python cannot write a file that deep")
    finally:
        sys.setrecursionlimit(limit)
    try:
        read_film(path)
    except UnreadableFilm as error:
        assert say(error.reason)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    ds = made.dataset(made.ramp(), PatientName="A^B", WindowCenter=2000, WindowWidth=4000)
    return made.save(ds, tmp_path_factory.mktemp("fuzz") / "a.dcm").read_bytes()


def test_cut_anywhere(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "cut.dcm"
    for cut in np.linspace(1, len(whole) - 1, 40).astype(int):
        path.write_bytes(whole[:cut])
        refusal(path)


@settings(max_examples=150)
@given(places=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), min_size=1, max_size=8))
def test_flipped_bytes_never_crash(
    whole: bytes, tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]]
) -> None:
    damaged = bytearray(whole)
    for place, value in places:
        damaged[place] = value
    path = tmp_path_factory.getbasetemp() / "flipped.dcm"
    path.write_bytes(bytes(damaged))
    try:
        assert read_film(path).pixels.size
    except PtxError as error:
        assert say(error.reason)


def lying(code: str, scheme: str, modifier: str = "") -> Sequence:
    items = coded(code, scheme)
    if modifier:
        items[0].PatientOrientationModifierCodeSequence = coded(modifier, scheme)
    return items


@pytest.mark.parametrize(
    ("tags", "posture"),
    [
        ({}, ""),
        ({"PatientPosition": "HFS"}, "supine"),
        ({"PatientPosition": "HFS", "ViewPosition": "PA"}, ""),  # devices write it always; no PA film is taken lying
        ({"PatientPosition": "FFP"}, "prone"),
        ({"SeriesDescription": "Thorax AP liegend"}, "supine"),
        ({"SeriesDescription": "supinely"}, ""),
        ({"PatientOrientationCodeSequence": lying("F-10440", "SRT"), "PatientPosition": "HFS"}, "erect"),
        ({"PatientOrientationCodeSequence": lying("102538003", "SCT")}, "recumbent"),
        ({"PatientOrientationCodeSequence": lying("102538003", "SCT", "40199007")}, "supine"),
    ],
)
def test_how_the_patient_was(tmp_path: Path, tags: dict[str, object], posture: str) -> None:
    assert read_film(made.save(made.dataset(made.ramp(), **tags), tmp_path / "a.dcm")).posture == posture


def test_a_daemon_may_have_no_children_and_reads_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pool() -> NoReturn:
        raise AssertionError("a child was asked for")

    for module in (read, dicomdir):
        monkeypatch.setattr(module, "shared_pool", no_pool)
    monkeypatch.setattr(multiprocessing, "current_process", lambda: SimpleNamespace(daemon=True))
    path = made.save(made.dataset(made.ramp()), tmp_path / "a.dcm", ExplicitVRBigEndian)  # not harmless
    read.warm_up()
    assert read_film(path).shape == made.ramp().shape
    assert list_tags(path).rows
    assert dicomdir.named_by(path) == []  # is no index
