"""Objects that other programs take: valid by two validators, the mask bit for bit, nothing said that nobody said."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from ptxviewer.core.calibration import calibrated
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.errors import ExportFailed, StaleResult
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.change import Compared, SideChange
from ptxviewer.core.findings.reviewed import Answer, answer_of
from ptxviewer.core.reasons.writing import NotWritten, Unsaved, Unwritten, Writing
from ptxviewer.core.review import Review, Verdict
from ptxviewer.dicom.read import read_film
from ptxviewer.dicom.write import KINDS, USUAL, Extra, Kind, codes, objects_of, save_objects
from tests.dicom.made import in_study, ramp, save
from tests.films import INFO, maps

TALL = ramp(300, 240)
SC = "1.2.840.10008.5.1.4.1.1.7"
MULTI_FRAME_SC = "1.2.840.10008.5.1.4.1.1.7.3"


def answered(path: Path, review: Review, frame: int = 0, **about: Any) -> tuple[Radiograph, Answer]:
    film = calibrated(read_film(path, frame), review.measurements)
    answer = answer_of(film, maps(film, **about), INFO, review)
    return film, answer


def written(
    ds: Dataset,
    folder: Path,
    review: Review | None = None,
    frame: int = 0,
    reader: str = "",
    about_prior: Compared | None = None,
    older: bool = False,
    kinds: Collection[Kind] = KINDS,
    **about: Any,
) -> Any:
    """The objects of a film, by kind, and the answer that they are of; ``older``: of a network that shipped before.

    Each kind takes its time to make: a test asks for those that it looks at.
    """
    review = review or Review()
    path = save(ds, folder / "film.dcm")
    film, answer = answered(path, review, frame, **about)
    answer = replace(answer, info=replace(answer.info, older=older))
    extra = Extra(reader, b"%PDF-1.4 a page", about_prior)
    files = save_objects(folder / "out", path, film, answer, review, kinds, extra)
    return {file.name.split(".")[1]: pydicom.dcmread(file) for file in files}, answer


def codes_of(report: Dataset, name: str) -> list[Any]:
    """The values of all coded items and the numbers of all measures of that name, at any depth."""
    found = []
    for item in report.get("ContentSequence", []):
        concept = item.get("ConceptNameCodeSequence")
        if concept and concept[0].CodeValue == name:
            value = item.get("ConceptCodeSequence") or item.get("MeasuredValueSequence")
            found.append(value[0].CodeValue if "CodeValue" in value[0] else float(value[0].NumericValue))
        found += codes_of(item, name)
    return found


SUMMARY, PRESENCE, OBSERVER = "111017", "705057003", "121005"
PERSON, DEVICE = "121006", "121007"


def test_the_mask_comes_back_bit_for_bit(tmp_path: Path) -> None:
    objects, answer = written(in_study(TALL), tmp_path, kinds=["seg"])
    segmentation = objects["seg"]
    assert np.array_equal(segmentation.pixel_array.reshape(answer.mask.shape).astype(bool), answer.mask)
    assert answer.mask.any()
    assert segmentation.SegmentSequence[0].SegmentAlgorithmType == "AUTOMATIC"
    algorithm = segmentation.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert INFO.model_sha256 in algorithm.AlgorithmParameters


def test_objects_say_that_they_are_of_an_older_network(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, older=True, kinds=["seg", "sc"])
    algorithm = objects["seg"].SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert "network=older" in algorithm.AlgorithmParameters.replace(" ", "").replace(":", "=")
    assert objects["seg"].ContentDescription.startswith("Older network.")
    assert objects["sc"].DerivationDescription.startswith("Older network.")


def test_an_edited_mask_is_saved_as_the_reader_left_it(tmp_path: Path) -> None:
    mask = np.zeros(TALL.shape, bool)
    mask[33:77, 41:90] = True
    mask[200, 100] = True  # a single pixel
    objects, _ = written(
        in_study(TALL), tmp_path, Review(mask=PackedMask.pack(mask), verdict="edited"), kinds=["seg", "sr"]
    )
    assert np.array_equal(objects["seg"].pixel_array.reshape(mask.shape).astype(bool), mask)
    assert objects["seg"].SegmentSequence[0].SegmentAlgorithmType == "SEMIAUTOMATIC"
    assert codes_of(objects["sr"], PRESENCE) == ["52101004"]


def test_everything_lies_in_the_films_study_in_series_of_its_own(tmp_path: Path) -> None:
    ds = in_study(TALL)
    objects, _ = written(ds, tmp_path)
    assert set(objects) == set(KINDS)
    series = {made.SeriesInstanceUID for made in objects.values()}
    assert len(series) == len(KINDS)
    assert ds.SeriesInstanceUID not in series
    for made in objects.values():
        assert made.StudyInstanceUID == ds.StudyInstanceUID
        assert (made.PatientID, str(made.PatientName)) == ("PAT-1", "Doe^Jane")
        assert made.SeriesDescription == "AI pneumothorax, research use only"
        assert made.file_meta.TransferSyntaxUID.name == "Explicit VR Little Endian"


def test_a_presentation_state_takes_neither_window_nor_zoom_over(tmp_path: Path) -> None:
    objects, answer = written(in_study(TALL), tmp_path, kinds=["gsps"])
    state = objects["gsps"]
    assert "SoftcopyVOILUTSequence" not in state
    area = state.DisplayedAreaSelectionSequence[0]
    assert area.PresentationSizeMode == "SCALE TO FIT"
    assert list(area.DisplayedAreaBottomRightHandCorner) == [240, 300]
    line = np.array(state.GraphicAnnotationSequence[0].GraphicObjectSequence[0].GraphicData).reshape(-1, 2)
    x, y, width, height = answer.findings.lesions[0].bbox
    assert np.allclose(line.min(0), (x, y), atol=2)
    assert np.allclose(line.max(0), (x + width, y + height), atol=2)


def test_an_inverted_film_stays_as_it_is_under_a_presentation_state(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL, PhotometricInterpretation="MONOCHROME1"), tmp_path, kinds=["gsps"])
    assert objects["gsps"].PresentationLUTShape == "INVERSE"


def test_the_picture_is_small_and_names_no_window_of_its_own(tmp_path: Path) -> None:
    objects, _ = written(in_study(ramp(1300, 1050)), tmp_path, kinds=["sc"])
    assert max(objects["sc"].Rows, objects["sc"].Columns) <= 1024
    assert objects["sc"].pixel_array.shape[2] == 3


def test_without_a_verdict_nobody_has_observed_but_the_program(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, reader="Jane Doe", kinds=["sr"])
    assert codes_of(objects["sr"], OBSERVER) == [DEVICE]
    assert objects["sr"].VerificationFlag == "UNVERIFIED"
    assert codes_of(objects["sr"], SUMMARY) == ["111242"]


def test_a_verdict_has_its_reader_and_is_not_verified(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, Review(verdict="accept"), reader="Jane Doe", kinds=["sr"])
    assert sorted(codes_of(objects["sr"], OBSERVER)) == [PERSON, DEVICE]
    assert objects["sr"].VerificationFlag == "UNVERIFIED"


@pytest.mark.parametrize(
    ("review", "presence"),
    [
        (Review(), ["52101004"]),
        (Review(verdict="accept"), ["52101004"]),
        (Review(verdict="unsure"), ["82334004"]),
        (Review(verdict="reject"), ["2667000"]),
        (Review(threshold=0.95), []),  # nothing above threshold is not "absent"
        (Review(threshold=0.95, verdict="accept"), ["2667000"]),
        (Review(threshold=0.95, verdict="reject"), ["82334004"]),
    ],
)
def test_present_and_absent_are_what_somebody_said(review: Review, presence: list[str], tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, review, kinds=["sr"])
    assert codes_of(objects["sr"], PRESENCE) == presence


def test_a_rejected_result_is_not_outlined(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, Review(verdict="reject"), kinds=["seg", "gsps", "sr"])
    assert "seg" not in objects
    assert "GraphicObjectSequence" not in objects["gsps"].GraphicAnnotationSequence[0]
    assert codes_of(objects["sr"], SUMMARY) == ["111242"]
    assert not codes_of(objects["sr"], "42798000")


def test_nothing_found_is_not_the_same_as_not_analysed(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, Review(threshold=0.95), kinds=["seg", "sr"])
    assert codes_of(objects["sr"], SUMMARY) == ["111241"]
    assert "seg" not in objects


def test_of_a_refused_film_nothing_but_that_is_said(tmp_path: Path) -> None:
    path = save(in_study(TALL), tmp_path / "film.dcm")
    film, answer = answered(path, Review())
    from ptxviewer.core.answer import Gate
    from ptxviewer.core.reasons.finding import Finding

    refused = Answer(
        answer.maps, answer.info, replace(answer.findings, gate=Gate(False, Finding.NOT_FRONTAL)), answer.mask
    )
    files = save_objects(tmp_path / "out", path, film, refused, Review())
    assert [file.name for file in files] == ["out.sr.dcm"]
    report = pydicom.dcmread(files[0])
    assert codes_of(report, SUMMARY) == ["111245"]
    assert not codes_of(report, PRESENCE)
    assert not codes_of(report, "FILM-SCORE")


def test_of_two_sizes_that_contradict_each_other_no_percent_is_written(tmp_path: Path) -> None:
    path = save(in_study(TALL), tmp_path / "film.dcm")
    film, answer = answered(path, Review())
    for percent, written_there in ((20.0, [20.0]), (61.0, [])):
        halves = tuple(replace(half, percent=percent, distances=None) for half in answer.findings.halves[:1])
        doubtful = replace(answer, findings=replace(answer.findings, halves=halves))
        files = save_objects(tmp_path / f"{percent:.0f}", path, film, doubtful, Review(), ["sr"])
        (file,) = files
        report = pydicom.dcmread(file)
        assert codes_of(report, codes.SHARE.value) == written_there


def test_millimetres_only_where_the_film_has_them(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, kinds=["sr"])
    assert "UCUM" in str(objects["sr"])
    assert "[cm2]" not in str(objects["sr"])
    measured, answer = written(in_study(TALL, ImagerPixelSpacing=[1.25, 1.25]), tmp_path, kinds=["sr"])
    area = codes_of(measured["sr"], "42798000")
    assert answer.findings.lesions[0].area_mm2 is not None
    assert area == [pytest.approx(answer.findings.lesions[0].area_mm2 / 100, abs=0.001)]


def test_objects_of_one_frame_name_it(tmp_path: Path) -> None:
    ds = in_study(np.stack([TALL, TALL[::-1]]), **CINE)
    objects, _ = written(ds, tmp_path, frame=1, kinds=["gsps"])
    images = objects["gsps"].ReferencedSeriesSequence[0].ReferencedImageSequence
    assert [(image.ReferencedFrameNumber, image.ReferencedSOPClassUID) for image in images] == [(2, MULTI_FRAME_SC)]


def test_a_film_of_no_study_gives_no_objects(tmp_path: Path) -> None:
    for without in ("StudyInstanceUID", "SOPInstanceUID", "SeriesInstanceUID"):
        ds = in_study(TALL)
        delattr(ds, without)
        path = tmp_path / "film.dcm"
        ds.save_as(path, enforce_file_format=False)
        film, answer = answered(path, Review())
        with pytest.raises(ExportFailed) as caught:
            objects_of(path, film, answer, Review())
        assert caught.value.reason is Unsaved.NO_STUDY


def test_a_picture_file_gives_no_objects(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "film.png"
    cv2.imwrite(str(path), (TALL // 16).astype(np.uint8))
    film, answer = answered(path, Review())
    with pytest.raises(ExportFailed) as caught:
        objects_of(path, film, answer, Review())
    assert caught.value.reason is Unsaved.NO_STUDY


def test_a_result_never_goes_to_another_film(tmp_path: Path) -> None:
    path = save(in_study(TALL), tmp_path / "film.dcm")
    film, answer = answered(path, Review())
    save(in_study(TALL[::-1].copy() + 1), path)
    with pytest.raises(StaleResult):
        objects_of(path, film, answer, Review())


def test_a_mask_alone_of_nothing_is_refused(tmp_path: Path) -> None:
    path = save(in_study(TALL), tmp_path / "film.dcm")
    film, answer = answered(path, Review(threshold=0.95))
    with pytest.raises(ExportFailed) as caught:
        objects_of(path, film, answer, Review(), ["seg"])
    assert caught.value.reason is Unsaved.NOTHING_TO_OUTLINE


@pytest.mark.parametrize("error", [Writing.DISK_FULL, Writing.NO_SUCH_FOLDER])
def test_a_disk_that_refuses_is_one_reason_and_leaves_no_half_file(
    error: Writing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(in_study(TALL), tmp_path / "film.dcm")
    film, answer = answered(path, Review())
    out = tmp_path / "gone" if error is Writing.NO_SUCH_FOLDER else tmp_path / "out"
    if error is Writing.DISK_FULL:
        out.mkdir()

        def full(_fd: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportFailed) as caught:
        save_objects(out / "x", path, film, answer, Review())
    assert caught.value.reason == NotWritten(Unwritten.FILE, error)
    assert not out.exists() or not list(out.iterdir())


def test_a_mask_that_a_reader_drew_alone_is_manual(tmp_path: Path) -> None:
    network, _ = written(in_study(TALL), tmp_path, kinds=["seg"])
    mask = ~network["seg"].pixel_array.reshape(TALL.shape).astype(bool)
    mask[:, 100:] = False
    mask[:250] = False
    review = Review(mask=PackedMask.pack(mask), verdict="edited")
    objects, _ = written(in_study(TALL), tmp_path, review, kinds=["seg"])
    segment = objects["seg"].SegmentSequence[0]
    assert segment.SegmentAlgorithmType == "MANUAL"
    assert "SegmentAlgorithmName" not in segment


def test_the_report_travels_as_a_document_of_the_study(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, kinds=["pdf", "sr"])
    document = objects["pdf"]
    assert bytes(document.EncapsulatedDocument)[: document.EncapsulatedDocumentLength] == b"%PDF-1.4 a page"
    assert document.StudyInstanceUID == objects["sr"].StudyInstanceUID
    assert document.BurnedInAnnotation == "YES"
    film, answer = answered(tmp_path / "film.dcm", Review())
    without_page = objects_of(tmp_path / "film.dcm", film, answer, Review(), ["pdf", "sr"])
    assert set(without_page) == {"sr"}


def test_the_map_holds_the_scores(tmp_path: Path) -> None:
    objects, answer = written(in_study(TALL), tmp_path, kinds=["map"])
    scores = answer.maps.grid_map.to_film(answer.maps.pneumothorax)
    kept = objects["map"].pixel_array.reshape(scores.shape) / objects["map"].MaximumFractionalValue
    assert np.abs(kept - scores).max() <= 0.51 / 255


def test_a_film_on_which_nothing_is_marked_is_no_key_image(tmp_path: Path) -> None:
    objects, _ = written(in_study(TALL), tmp_path, Review(threshold=0.95), kinds=[*USUAL, "kos"])
    assert "kos" not in objects
    assert set(USUAL) - {"seg"} <= set(objects)


@pytest.mark.parametrize(
    ("older", "newer", "code"),
    [(0.0, 12.0, "7147002"), (10.0, 20.0, "35105006"), (20.0, 10.0, "1250004"), (10.0, 11.0, "260388006"),
     (10.0, 0.0, "RESOLVED")],
)  # fmt: skip
def test_the_change_to_a_prior_is_a_code(older: float, newer: float, code: str, tmp_path: Path) -> None:
    change = Compared((SideChange("right", (older, newer), None),), 3)
    objects, _ = written(in_study(TALL), tmp_path, about_prior=change, kinds=["sr"])
    assert codes_of(objects["sr"], "CHANGE") == [code]
    assert codes_of(objects["sr"], "PRIOR-SHARE") == [older]
    rejected, _ = written(in_study(TALL), tmp_path, Review(verdict="reject"), about_prior=change, kinds=["sr"])
    assert not codes_of(rejected["sr"], "CHANGE")


# What the validators say

MISSING = [name for name in ("dciodvfy", "dsrdump", "dcmpschk") if shutil.which(name) is None]
validated = pytest.mark.skipif(
    bool(MISSING) and not os.environ.get("CI"), reason=f"not installed (packages dicom3tools, dcmtk): {MISSING}"
)


def errors_of(path: Path) -> set[str]:
    """What dciodvfy calls an error."""
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False)
    return {line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")}


def without(*keywords: str) -> Dataset:
    ds = in_study(TALL)
    for keyword in keywords:
        delattr(ds, keyword)
    return ds


def colour() -> Dataset:
    rgb = np.repeat((TALL // 16).astype(np.uint8)[..., None], 3, 2)
    return in_study(
        TALL, SOPClassUID=SC, Modality="OT", SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0,
        BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=rgb.tobytes(), ConversionType="WSD",
    )  # fmt: skip


NO_TYPE_2 = (
    "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate", "StudyTime", "AccessionNumber",
    "ReferringPhysicianName", "PatientOrientation", "ViewPosition",
)  # fmt: skip
YAMADA = "Yamada^Tarou=山田^太郎=やまだ^たろう"
HONG = "Hong^Gil=洪^吉洞=홍^길동"
CINE = {"SOPClassUID": MULTI_FRAME_SC, "Modality": "OT", "FrameIncrementPointer": 0x00182002, "FrameTime": "40"}
FILMS = {
    "plain": lambda: in_study(TALL),
    "calibrated": lambda: in_study(TALL, ImagerPixelSpacing=[1.25, 1.25]),
    "no type 2 tags": lambda: without(*NO_TYPE_2),
    "no name": lambda: without("PatientName"),
    "tags that are none": lambda: in_study(
        TALL, StudyDate="2026.1.2", StudyTime="25:00", PatientBirthDate="0000", PatientSex="female"
    ),
    "latin 1": lambda: in_study(TALL, SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jörg"),
    "japanese": lambda: in_study(TALL, SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName=YAMADA),
    "korean": lambda: in_study(TALL, SpecificCharacterSet=["", "ISO 2022 IR 149"], PatientName=HONG),
    "chinese": lambda: in_study(TALL, SpecificCharacterSet="GB18030", PatientName="Wang^XiaoDong=王^小东"),
    "non-square pixels": lambda: in_study(TALL, ImagerPixelSpacing=[0.8, 1.4]),
    "16 bit, rescaled": lambda: in_study(
        ramp(300, 240, 65535), bits=16, RescaleSlope="2", RescaleIntercept="-7", RescaleType="US"
    ),
    "rescaled without a unit": lambda: in_study(TALL, RescaleSlope="2", RescaleIntercept="-7"),
    "signed": lambda: in_study(TALL.astype(np.int16) - 2000, 16),
    "colour": colour,
    "single-frame secondary capture": lambda: in_study(TALL, SOPClassUID=SC, Modality="OT", ConversionType="WSD"),
    "multi-frame": lambda: in_study(np.stack([TALL, TALL[::-1]]), **CINE),
    "inverted": lambda: in_study(TALL, PhotometricInterpretation="MONOCHROME1"),
}


@validated
@pytest.mark.parametrize(("name", "verdict"), list(zip(FILMS, itertools.cycle(("", "accept")))))  # no tag hangs on both
def test_objects_of_any_film_are_valid(name: str, verdict: Verdict, tmp_path: Path) -> None:
    ds = FILMS[name]()
    named = str(ds.get("PatientName", ""))
    prior = Compared((SideChange("right", (10.0, 20.0), None),))
    objects, answer = written(ds, tmp_path, Review(verdict=verdict), reader="Jörg Müller", about_prior=prior)
    assert set(objects) == set(KINDS) - ({"gsps"} if name == "colour" else set())
    for kind, made in objects.items():
        path = tmp_path / f"out.{kind}.dcm"
        assert not errors_of(path), kind
        assert str(made.PatientName) == named
    mask = objects["seg"].pixel_array.reshape(answer.mask.shape).astype(bool)
    assert np.array_equal(mask, answer.mask)
    for kind in ("sr", "kos"):
        file = str(tmp_path / f"out.{kind}.dcm")
        dumped = subprocess.run(["dsrdump", file], capture_output=True, text=True, check=True)
        assert "E:" not in dumped.stderr
    if "gsps" in objects and named and "=" not in named:  # dcmpschk knows no name in two scripts
        checked = subprocess.run(
            ["dcmpschk", str(tmp_path / "out.gsps.dcm")], capture_output=True, text=True, check=False
        )
        assert "Test passed" in checked.stdout + checked.stderr, checked.stdout + checked.stderr


def test_the_study_of_a_film_is_never_made_up(tmp_path: Path) -> None:
    path = save(in_study(TALL, StudyInstanceUID=generate_uid()), tmp_path / "film.dcm")
    film, answer = answered(path, Review())
    for content in objects_of(path, film, answer, Review()).values():
        (tmp_path / "made.dcm").write_bytes(content)
        assert pydicom.dcmread(tmp_path / "made.dcm").StudyInstanceUID == film.study.study_uid
