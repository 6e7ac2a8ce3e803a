"""A film without its patient: nothing of what was planted comes through, what display needs does, twice is the same."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as profile
from hypothesis import given
from hypothesis import strategies as st
from pydicom._dicom_dict import DicomDictionary
from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import UID, generate_uid

from ptxviewer.core.errors import PtxError
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.core.view import FilmView, voi_of
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom import deidentify
from ptxviewer.dicom.deidentify import save_deidentified
from ptxviewer.dicom.pseudonyms import LONGEST_DAYS, SHORTEST_DAYS, Pseudonyms
from ptxviewer.dicom.read import read_film
from tests.dicom.made import dataset, ramp, save
from tests.refusals import reason_of

KEY = b"k" * 32
NAME = "PLANTED"
PLANTED: dict[str, Any] = {
    "AE": NAME, "AS": "077Y", "CS": NAME, "DA": "19110203", "DS": "47110815", "DT": "19110203040506",
    "IS": "47110815", "LO": NAME, "LT": NAME, "PN": f"{NAME}^NOMEN", "SH": NAME, "ST": NAME, "TM": "040506.070809",
    "UC": NAME, "UI": "1.2.826.0.1.4711.4711", "UR": f"http://{NAME}", "UT": NAME, "OB": NAME.encode() + b"1",
    "OW": NAME.encode() + b"1", "OL": NAME.encode() + b"1", "OV": NAME.encode() + b"1", "OF": NAME.encode() + b"1",
    "OD": NAME.encode() + b"1", "UN": NAME.encode() + b"1", "AT": 0x47110815, "FD": 47110815.5, "FL": 47110816.0,
    "SL": 47110815, "UL": 47110815, "SV": 4711081547110815, "UV": 4711081547110815, "SS": 4711, "US": 4711,
}  # fmt: skip
TRACES = [NAME.encode(), b"NOMEN", b"19110203", b"4711", b"077Y", b"040506"]
NUMBERS = (47110815, 4711081547110815, 4711)
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData", "ExtendedOffsetTable", "ExtendedOffsetTableLengths")
MEANT = {  # those by which a film is read: another value makes another film, or none
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel",
    "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "RescaleSlope", "RescaleIntercept",
    "PixelPaddingValue", "PixelPaddingRangeLimit", "SOPClassUID", "SpecificCharacterSet", "PixelAspectRatio",
    "PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "EstimatedRadiographicMagnificationFactor",
    "DistanceSourceToDetector", "DistanceSourceToPatient", "WindowCenter", "WindowWidth", "LUTDescriptor", "LUTData",
    "InstanceNumber", "LossyImageCompressionRatio", "PresentationLUTShape", "PixelIntensityRelationshipSign",
    "ShutterShape", "PixelPresentation",
} | set(PIXELS)  # fmt: skip


def planted_elements() -> Iterator[DataElement]:
    """One of every attribute of the dictionary that is none of the pixels, with something of the patient in it."""
    for tag, (vrs, *_, keyword) in DicomDictionary.items():
        vr = vrs.split(" or ")[0]
        if keyword and keyword not in MEANT and vr in PLANTED and tag >> 16 not in (0x0000, 0x0002, 0xFFFE, 0xFFFC):
            yield DataElement(tag, vr, PLANTED[vr], validation_mode=IGNORE)


def item(depth: int = 0) -> Dataset:
    ds = Dataset()
    ds.PatientName, ds.PatientID, ds.TextValue, ds.CodeMeaning, ds.StudyID = (NAME,) * 5
    ds.StudyDate, ds.ReferencedSOPInstanceUID = PLANTED["DA"], PLANTED["UI"]
    if depth:
        ds.ReferencedStudySequence = [item(depth - 1)]
    return ds


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film with a name in every attribute, private ones, sequences, curves, overlays, unused bits, and around it."""
    pixels = ramp(200, 160)
    pixels[:, :8] |= np.frombuffer(b"PLANTED1", np.uint8).astype(np.uint16)[None, :] >> 4 << 12  # above BitsStored
    ds = dataset(pixels, WindowCenter="2000", WindowWidth="3000")
    for element in planted_elements():
        ds.add(element)
    for tag, (vrs, *_, keyword) in DicomDictionary.items():
        if vrs == "SQ" and keyword and tag >> 16 not in (0x0000, 0x0002, 0xFFFE):
            ds.add(DataElement(tag, "SQ", [item()], validation_mode=IGNORE))
    ds.ReferencedStudySequence = [item(2)]
    del ds[Tag("SharedFunctionalGroupsSequence")], ds[Tag("PerFrameFunctionalGroupsSequence")]
    del ds[Tag("ModalityLUTSequence")], ds[Tag("VOILUTSequence")]  # broken ones, of which nothing would be seen
    ds.private_block(0x0009, "PLANTED MAKER", create=True).add_new(0x01, "LO", NAME)
    ds.private_block(0x0011, "PLANTED MAKER", create=True).add_new(0x02, "SQ", [item()])
    for number in (0, 2):
        group = 0x6000 + number
        ds.add_new((group, 0x0010), "US", 200)
        ds.add_new((group, 0x0011), "US", 160)
        ds.add_new((group, 0x0050), "SS", [1, 1])
        ds.add_new((group, 0x0100), "US", 1)
        ds.add_new((group, 0x0102), "US", 0)
        ds.add_new((group, 0x0022), "LO", NAME)
        ds.add_new((group, 0x4000), "LT", NAME)
        ds.add_new((group, 0x3000), "OW", (NAME.encode() * 1000)[:4000])
    ds.add_new((0x5000, 0x3000), "OW", NAME.encode() * 2)
    ds.add_new((0xFFFC, 0xFFFC), "OB", NAME.encode() + b"1")
    ds.PatientID = ds.PatientName = NAME
    path = tmp_path_factory.mktemp("planted") / "a.dcm"
    ds.file_meta.SourceApplicationEntityTitle = NAME
    ds.file_meta.ImplementationVersionName = NAME
    ds.file_meta.PrivateInformationCreatorUID, ds.file_meta.PrivateInformation = UID("1.2.4711"), NAME.encode()
    save(ds, path)
    content = bytearray(path.read_bytes())
    content[:7] = NAME.encode()  # the preamble
    path.write_bytes(bytes(content) + b"\0\0" + NAME.encode())
    return path


def cleaned(path: Path, target: Path, **arguments: Any) -> Dataset:
    save_deidentified(path, target, KEY, **arguments)
    return pydicom.dcmread(target)


def walked(ds: Dataset) -> Iterator[DataElement]:
    for element in ds:
        yield element
        if element.VR == "SQ":
            for one in element.value:
                yield from walked(one)


def test_nothing_that_was_planted_comes_through(planted: Path, tmp_path: Path) -> None:
    assert planted.read_bytes().count(NAME.encode()) > 1000, "it is everywhere"
    ds = cleaned(planted, tmp_path / "b.dcm")
    content = (tmp_path / "b.dcm").read_bytes()
    head = content[: content.rfind(ds.PixelData)] if ds.PixelData in content else content
    assert [trace for trace in TRACES if trace in head] == []
    assert [trace for trace in (NAME.encode(), NAME.encode("utf-16-le")) if trace in content] == []
    assert not [element.tag for element in walked(ds) if element.tag.is_private]
    numbers = [one for element in walked(ds) for one in ([element.value] if element.VM == 1 else element.value or [])]
    assert not [one for one in numbers if isinstance(one, (int, float)) and one in NUMBERS]
    assert not [element.tag for element in walked(ds) if element.tag.group & 0xFF00 in (0x5000, 0x6000)]
    assert int(ds.pixel_array.max()) <= 4095, "nothing hides in bits that are not stored"
    film = read_film(tmp_path / "b.dcm")
    assert NAME not in repr((film.study.description, film.patient.name, film.acquisition))


def test_it_says_how_it_was_done(planted: Path, tmp_path: Path) -> None:
    ds = cleaned(planted, tmp_path / "b.dcm", regions=[(0, 0, 5, 5)])
    assert ds.PatientIdentityRemoved == "YES"
    assert {code.CodeValue for code in ds.DeidentificationMethodCodeSequence} == {"113100", "113107"}
    assert {code.CodingSchemeDesignator for code in ds.DeidentificationMethodCodeSequence} == {"DCM"}
    assert ds.LongitudinalTemporalInformationModified == "MODIFIED"
    assert any("blacked out" in how and how.endswith("1") for how in ds.DeidentificationMethod)
    assert ds.get("BurnedInAnnotation") != "NO", "nobody says that none is left"


KEPT_BY_OPTION = {"StudyDate", "StudyTime", "SeriesDate", "SeriesTime", "AcquisitionDate", "AcquisitionTime",
                  "ContentDate", "ContentTime"}  # fmt: skip
REPLACED = {"PatientID", "PatientName"}  # by the pseudonym
OUR_OWN = {"DeidentificationMethod", "DeidentificationMethodCodeSequence", "PatientIdentityRemoved"}
"""Of the profile, those that say what was done."""


def test_every_action_of_the_profile_is_kept(planted: Path, tmp_path: Path) -> None:
    before, after = pydicom.dcmread(planted), cleaned(planted, tmp_path / "b.dcm")
    assert len(profile.ALL_TAGS) > 600
    for listed in profile.ALL_TAGS:
        if len(listed) > 2:
            continue  # curves and overlays, whole groups: see above
        tag = Tag(listed)
        if tag not in after:
            continue
        keyword, value = pydicom.datadict.keyword_for_tag(tag), after[tag].value
        if keyword in REPLACED:
            assert str(value).startswith("PTX-")
        elif listed in profile.U_TAGS:
            assert str(value).startswith("2.25.")
            assert value != before[tag].value
        elif keyword in KEPT_BY_OPTION:
            assert value != before[tag].value
        elif keyword not in OUR_OWN:
            assert value in ("", None) or after[tag].is_empty, keyword


def test_what_is_seen_and_analysed_is_the_same(tmp_path: Path) -> None:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [4096, 0, 12])
    table.add_new("LUTData", "OW", ramp(1, 4096).tobytes())
    cases: dict[str, Dataset] = {
        "windows": dataset(ramp(100, 90), WindowCenter=["1000", "2000"], WindowWidth=["800", "3000"]),
        "table": dataset(ramp(100, 90), VOILUTSequence=[table]),
        "inverse": dataset(ramp(100, 90), PhotometricInterpretation="MONOCHROME1", PixelPaddingValue=0),
        "signed": dataset(ramp(100, 90).astype(np.int16) - 1000, RescaleSlope="0.5", RescaleIntercept="-3"),
        "sigmoid": dataset(ramp(100, 90), WindowCenter="2000", WindowWidth="900", VOILUTFunction="SIGMOID"),
        "8 bit": dataset(ramp(100, 90, 255).astype(np.uint8), 8),
        "spacing": dataset(ramp(100, 2000), ImagerPixelSpacing=["0.2", "0.15"], PatientOrientation=["L", "F"]),
        "CT": dataset(ramp(100, 90), Modality="CT"),
        "no radiograph": dataset(ramp(100, 90), Modality="SEG"),
        "frames": dataset(np.stack([ramp(100, 90), ramp(100, 90)[:, ::-1]])),
    }  # fmt: skip
    for name, ds in cases.items():
        path = save(ds, tmp_path / "a.dcm")
        save_deidentified(path, tmp_path / "b.dcm", KEY)
        for frame in range(int(ds.get("NumberOfFrames", 1))):
            one, other = read_film(path, frame), read_film(tmp_path / "b.dcm", frame)
            seen = [display_lut(film, voi_of(film, FilmView()))[film.pixels] for film in (one, other)]
            assert (seen[0] == seen[1]).all(), name
            assert one.spacing == other.spacing, name
            assert one.not_analysed == other.not_analysed, name
            before, after = (film.pixels * film.slope + film.intercept for film in (one, other))
            assert np.allclose(before, after), name
            assert len(one.vois) == len(other.vois), name
            assert one.acquisition.view == other.acquisition.view
            assert one.acquisition.row_direction == other.acquisition.row_direction


def test_films_of_one_study_stay_together(tmp_path: Path) -> None:
    study, series = generate_uid(), generate_uid()
    made = []
    for day in ("20240101", "20240103"):
        tags = {"PatientID": "A", "StudyInstanceUID": study, "SeriesInstanceUID": series, "StudyDate": day}
        path = save(dataset(ramp(100, 90), StudyTime="120000", **tags), tmp_path / f"{day}.dcm")
        made.append(cleaned(path, tmp_path / f"{day}.out.dcm"))
    one, other = made
    assert one.PatientID == other.PatientID
    assert one.StudyInstanceUID == other.StudyInstanceUID
    assert one.SOPInstanceUID != other.SOPInstanceUID
    days = [datetime.datetime.strptime(ds.StudyDate + ds.StudyTime, "%Y%m%d%H%M%S") for ds in made]
    assert days[1] - days[0] == datetime.timedelta(days=2), "what lies between them stays"
    assert one.StudyDate < "20230102"
    path = save(dataset(ramp(100, 90), PatientID="B", StudyDate="20240101"), tmp_path / "c.dcm")
    assert cleaned(path, tmp_path / "c.out.dcm").PatientID != one.PatientID
    save_deidentified(tmp_path / "20240101.dcm", tmp_path / "d.dcm", b"x" * 32)
    assert pydicom.dcmread(tmp_path / "d.dcm").StudyInstanceUID != one.StudyInstanceUID, "another computer's secret"
    again = cleaned(tmp_path / "20240101.dcm", tmp_path / "again.dcm")
    assert again.SOPInstanceUID == one.SOPInstanceUID


def test_what_the_reader_marked_is_black_and_nothing_else(tmp_path: Path) -> None:
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        path = save(dataset(ramp(100, 90) + 1, 13, PhotometricInterpretation=photometric), tmp_path / "a.dcm")
        save_deidentified(path, tmp_path / "b.dcm", KEY, [(80, 90, 500, 500), (-5, -5, 10, 4)])
        before, after = read_film(path), read_film(tmp_path / "b.dcm")
        changed = before.pixels != after.pixels
        expected = np.zeros((100, 90), bool)
        expected[90:, 80:] = expected[:4, :10] = True
        assert (changed == expected).all()
        grey = display_lut(after, after.vois[0])[after.pixels]
        assert not grey[expected].any(), photometric
        plain = cleaned(path, tmp_path / "c.dcm")
        assert plain.SOPInstanceUID != pydicom.dcmread(tmp_path / "b.dcm").SOPInstanceUID


def test_what_is_refused(tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "a.png"), ramp(100, 90, 255).astype(np.uint8))
    assert reason_of(save_deidentified, tmp_path / "a.png", tmp_path / "b.dcm", KEY) is Unsaved.NOT_DICOM
    colour = np.zeros((100, 90, 3), np.uint8)
    colour[..., 0] = ramp(100, 90, 255)
    ds = dataset(ramp(100, 90, 255).astype(np.uint8), 8)
    ds.SamplesPerPixel, ds.PlanarConfiguration, ds.PhotometricInterpretation = 3, 0, "RGB"
    ds.PixelData = colour.tobytes()
    path = save(ds, tmp_path / "colour.dcm")
    assert reason_of(save_deidentified, path, tmp_path / "b.dcm", KEY) is Reading.COLOUR_PICTURE
    path = save(dataset(ramp(100, 90)), tmp_path / "a.dcm")
    assert reason_of(save_deidentified, path, tmp_path / "b.dcm", KEY, (), "of another film") is Unsaved.FILE_CHANGED
    with pytest.raises(PtxError):
        save_deidentified(tmp_path / "gone.dcm", tmp_path / "b.dcm", KEY)
    assert not (tmp_path / "b.dcm").exists()


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize(
    "ds",
    [
        dataset(
            ramp(100, 90),
            BodyPartExamined="CHEST",
            StudyDate="20240101",
            StudyTime="120000",
            BurnedInAnnotation="NO",
            ImagerPixelSpacing=["0.2", "0.2"],
            PatientOrientation=["L", "F"],
            WindowCenter="1000",
            WindowWidth="800",
        ),
        dataset(ramp(100, 90), SOPClassUID="1.2.840.10008.5.1.4.1.1.1", Modality="CR"),
        dataset(ramp(100, 90), SOPClassUID="1.2.840.10008.5.1.4.1.1.7", WindowCenter="1000", WindowWidth="800"),
        dataset(ramp(100, 90), SOPClassUID="1.2.840.10008.5.1.4.1.1.12.1", Modality="XA"),
        dataset(np.stack([ramp(100, 90)] * 2), SOPClassUID="1.2.840.10008.5.1.4.1.1.7.3"),
    ],
    ids=["DX", "CR", "SC", "XA", "frames"],
)
def test_a_validator_finds_no_error(tmp_path: Path, ds: Dataset) -> None:
    cleaned(save(ds, tmp_path / "a.dcm"), tmp_path / "b.dcm")
    ran = subprocess.run(["dciodvfy", str(tmp_path / "b.dcm")], capture_output=True, text=True, check=False)
    assert re.findall("^Error.*", ran.stderr + ran.stdout, re.MULTILINE) == []


@given(st.text(), st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)), st.sampled_from(["", "12", "235959"]))
def test_dates_move_by_one_offset_of_the_patient(patient: str, day: datetime.date, time: str) -> None:
    who = Pseudonyms(KEY, patient)
    assert SHORTEST_DAYS <= who.offset.days <= LONGEST_DAYS
    moved, _ = who.moved(day.strftime("%Y%m%d"), time)
    apart = day - datetime.datetime.strptime(moved, "%Y%m%d").date()
    assert who.offset.days <= apart.days <= who.offset.days + 1
    assert who.moved("19", time) == ("", "")
    uid = who.uid(patient)
    assert UID(uid).is_valid
    assert uid == Pseudonyms(KEY, "another").uid(patient)


def test_what_the_shutter_covers_stays_covered(tmp_path: Path) -> None:
    path, target = tmp_path / "a.dcm", tmp_path / "b.dcm"
    ds = dataset(
        ramp(), ShutterShape=["CIRCULAR", "POLYGONAL"], CenterOfCircularShutter=[60, 80], RadiusOfCircularShutter=50,
        VerticesOfThePolygonalShutter=[10, 10, 10, 150, 90, 150, 90, 10], ShutterPresentationValue=0,
    )  # fmt: skip
    save(ds, path)
    save_deidentified(path, target, KEY)
    before, after = read_film(path).graphics, read_film(target).graphics
    assert before is not None
    assert after is not None
    assert before.covered is not None
    assert after.covered is not None
    assert 0 < before.covered.mean() < 1
    np.testing.assert_array_equal(after.covered, before.covered)


def test_more_frames_than_one_file_takes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deidentify, "LARGEST_PIXELS", ramp().size)
    path = save(dataset(np.stack([ramp()] * 5)), tmp_path / "a.dcm")
    assert reason_of(save_deidentified, path, tmp_path / "b.dcm", KEY) is Unsaved.TOO_MANY_FRAMES
    assert not (tmp_path / "b.dcm").exists()
