"""What comes along with films is read back: our own results bit for bit, those of others as they drew them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.objects import Brought, Mark
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.review import Review, Verdict
from ptxviewer.dicom import candidates
from ptxviewer.dicom.collect import collect
from ptxviewer.dicom.objects import class_of, is_object, read_objects
from ptxviewer.dicom.objects.read import read_object
from ptxviewer.dicom.read import read_film
from ptxviewer.dicom.write import KINDS, Extra, save_objects
from tests.dicom.foreign import KOS, PDF, SR, code, item, made, reference, the_one
from tests.dicom.made import in_study, ramp, save
from tests.films import INFO, maps

TALL = ramp(300, 240)


def results(folder: Path, review: Review, frame: int = 0, ds: Dataset | None = None) -> tuple[Path, dict[str, Path]]:
    """A film and the objects of its result, by kind."""
    path = save(in_study(TALL) if ds is None else ds, folder / "film.dcm")
    film = as_reviewed(read_film(path, frame), review)
    answer = answer_of(film, maps(film), INFO, review)
    files = save_objects(folder / "out", path, film, answer, review, KINDS, Extra("Dr. Who", b"%PDF-1.4"))
    return path, {file.name.split(".")[1]: file for file in files}


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Path]]:
    """A film whose result was accepted, and its objects; no test may change these files."""
    return results(tmp_path_factory.mktemp("accepted"), Review(verdict="accept"))


def marked(rows: int = 300, cols: int = 240) -> PackedMask:
    mask = np.zeros((rows, cols), bool)
    mask[33:77, 41:90] = True
    mask[200, 100] = True
    return PackedMask.pack(mask)


@pytest.mark.parametrize("verdict", ["accept", "unsure", "edited"])
def test_our_own_mask_and_verdict_come_back(
    tmp_path: Path, accepted: tuple[Path, dict[str, Path]], verdict: Verdict
) -> None:
    review = Review(verdict=verdict, mask=marked() if verdict == "edited" else None)
    path, files = accepted if verdict == "accept" else results(tmp_path, review)
    film = read_film(path)
    expected = answer_of(film, maps(film), INFO, review).mask
    segmentation, report = the_one(files["seg"]), the_one(files["sr"])
    assert np.array_equal(segmentation.regions[0].mask.unpack(), expected)
    assert report.verdict == verdict
    assert report.reader == "Dr. Who"
    assert report.threshold == segmentation.threshold == INFO.rule.threshold
    for one in (segmentation, report, the_one(files["gsps"])):
        assert one.own
        assert one.film_uid == film.study.sop_uid
        assert one.frame is None


def test_a_reader_without_a_name_has_none(tmp_path: Path) -> None:
    path = save(in_study(TALL), tmp_path / "film.dcm")
    film, review = read_film(path), Review(verdict="accept")
    answer = answer_of(film, maps(film), INFO, review)
    (file,) = save_objects(tmp_path / "nobody", path, film, answer, review, ["sr"])
    assert the_one(file).verdict == "accept"
    assert the_one(file).reader == ""


def test_objects_of_a_film_of_several_frames_name_theirs(tmp_path: Path) -> None:
    frames = in_study(np.stack([TALL, TALL, TALL]), NumberOfFrames=3)
    _, files = results(tmp_path, Review(), 1, frames)
    assert {the_one(files[kind]).frame for kind in ("seg", "sr", "gsps")} == {1}


def test_films_and_objects_are_told_apart_by_their_first_bytes(
    tmp_path: Path, accepted: tuple[Path, dict[str, Path]]
) -> None:
    path, files = accepted
    (tmp_path / "notes.txt").write_text("text")
    objects = [one for one in files.values() if is_object(one)]
    assert set(objects) == set(files.values()) - {files["sc"]}
    for film in (path, tmp_path / "notes.txt", tmp_path / "gone"):
        assert not is_object(film)
    found = collect([path.parent, tmp_path], tmp_path)
    assert {one.path for one in found if candidates.is_object(one)} == set(objects)
    assert read_object(files["map"]).objects == (), "a map of scores is no mask that anybody decided on"
    kinds = {found.document.kind for found in read_objects(objects) if found.document is not None}
    assert kinds == {"report", "pdf", "key objects"}
    assert class_of(tmp_path / "notes.txt") == ""


def test_the_picture_of_an_earlier_result_is_not_analysed_as_a_film(accepted: tuple[Path, dict[str, Path]]) -> None:
    _, files = accepted
    assert read_film(files["sc"]).not_analysed is Reading.OWN_PICTURE


def test_an_object_that_is_broken_costs_itself_alone(tmp_path: Path, accepted: tuple[Path, dict[str, Path]]) -> None:
    _, files = accepted
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(files["seg"].read_bytes()[:900])
    found = read_objects([files["seg"], broken, files["sr"]])
    assert [bool(one.objects) for one in found] == [True, False, True]


def scoord(uid: str) -> Dataset:
    image = item(ValueType="IMAGE", RelationshipType="SELECTED FROM", ReferencedSOPSequence=Sequence([reference(uid)]))
    return item(
        ValueType="SCOORD",
        RelationshipType="INFERRED FROM",
        GraphicType="POLYLINE",
        GraphicData=[1.0, 1.0, 9.0, 9.0],
        ContentSequence=Sequence([image]),
    )


def test_a_foreign_report_is_text_and_its_coordinates_are_drawn(tmp_path: Path) -> None:
    uid = generate_uid()
    finding = item(
        ValueType="CODE", ConceptNameCodeSequence=code("121071", "Finding"), ConceptCodeSequence=code("1", "Mass")
    )
    size = item(
        ValueType="NUM",
        ConceptNameCodeSequence=code("2", "Diameter"),
        MeasuredValueSequence=Sequence(
            [item(NumericValue="12.5", MeasurementUnitsCodeSequence=code("mm", "millimetre"))]
        ),
    )
    group = item(
        ValueType="CONTAINER",
        ConceptNameCodeSequence=code("125007", "Measurement Group"),
        ContentSequence=Sequence([finding, size, scoord(uid)]),
    )
    verdict = item(
        ValueType="CODE", ConceptNameCodeSequence=code("VERDICT", "V"), ConceptCodeSequence=code("ACCEPTED", "A")
    )
    path = made(
        SR, tmp_path, ConceptNameCodeSequence=code("3", "Chest CAD"), ContentSequence=Sequence([group, verdict])
    )
    found = read_object(path)
    (one,) = found.objects
    assert one.marks == (Mark(((1.0, 1.0), (9.0, 9.0)), text="Mass"),)
    assert one.verdict == "", "only this program's reports have verdicts"
    assert found.document is not None
    assert found.document.title == "Chest CAD"
    for line in ("Measurement Group", "  Finding: Mass", "  Diameter: 12.5 mm"):
        assert line in found.document.text.splitlines()


def test_a_report_without_end_is_cut(tmp_path: Path) -> None:
    node = item(ValueType="TEXT", ConceptNameCodeSequence=code("1", "deep"), TextValue="deepest")
    for _ in range(60):
        node = item(ValueType="CONTAINER", ConceptNameCodeSequence=code("1", "deep"), ContentSequence=Sequence([node]))
    document = read_object(made(SR, tmp_path, ContentSequence=Sequence([node]))).document
    assert document is not None
    assert document.cut
    wide = [item(ValueType="TEXT", TextValue="line") for _ in range(2100)]
    document = read_object(made(SR, tmp_path, ContentSequence=Sequence(wide))).document
    assert document is not None
    assert len(document.text.splitlines()) == 2000


def foreign_seg(folder: Path, frames: np.ndarray, uid: str, **tags: object) -> Path:
    rows, cols = frames.shape[1:]
    groups = [
        item(
            SegmentIdentificationSequence=Sequence([item(ReferencedSegmentNumber=number + 1)]),
            DerivationImageSequence=Sequence([item(SourceImageSequence=Sequence([reference(uid)]))]),
        )
        for number in range(len(frames))
    ]
    packed = np.packbits(frames.ravel(), bitorder="little").tobytes()
    about = {
        "Rows": rows, "Columns": cols, "NumberOfFrames": len(frames), "BitsAllocated": 1, "SamplesPerPixel": 1,
        "SegmentationType": "BINARY", "PixelData": packed + b"\0" * (len(packed) % 2),
        "SegmentSequence": Sequence(
            [item(SegmentNumber=n + 1, SegmentLabel=f"part {n + 1}") for n in range(len(frames))]
        ),
        "PerFrameFunctionalGroupsSequence": Sequence(groups),
    }  # fmt: skip
    return made("1.2.840.10008.5.1.4.1.1.66.4", folder, **{**about, **tags})


def test_each_segment_of_a_foreign_segmentation_is_a_region(tmp_path: Path) -> None:
    frames = np.zeros((2, 13, 11), bool)  # frames that end within a byte
    frames[0, 2:5, 3:7] = True
    frames[1, 8:, 1] = True
    one = the_one(foreign_seg(tmp_path, frames, "1.2.3"))
    assert [region.label for region in one.regions] == ["part 1", "part 2"]
    for region, frame in zip(one.regions, frames, strict=True):
        assert np.array_equal(region.mask.unpack(), frame)


def test_a_fractional_segmentation_is_drawn_where_it_is_at_least_half(tmp_path: Path) -> None:
    values = (np.arange(48) * 5).astype(np.uint8).reshape(1, 6, 8)
    path = foreign_seg(
        tmp_path, np.zeros((1, 6, 8), bool), "1.2.3", BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0,
        PhotometricInterpretation="MONOCHROME2", SegmentationType="FRACTIONAL", MaximumFractionalValue=200,
        PixelData=values.tobytes(),
    )  # fmt: skip
    assert np.array_equal(the_one(path).regions[0].mask.unpack(), values[0] >= 100)


@pytest.mark.parametrize(
    "lie", [{"Rows": 60000, "Columns": 60000}, {"NumberOfFrames": 10**6}, {"Rows": 0}, {"PixelData": b""}]
)
def test_a_segmentation_that_lies_about_its_size_draws_nothing(tmp_path: Path, lie: dict[str, object]) -> None:
    path = foreign_seg(tmp_path, np.ones((1, 16, 16), bool), "1.2.3", **lie)
    (found,) = read_objects([path])
    assert all(not one.regions or one.regions[0].mask.shape == (16, 16) for one in found.objects)


def test_a_pdf_is_read_as_text_and_kept_as_it_was(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    buffer = io.BytesIO()
    writer.write(buffer)
    content = buffer.getvalue()
    path = made(PDF, tmp_path, DocumentTitle="Letter", EncapsulatedDocument=content + b"\0" * (len(content) % 2))
    document = read_object(path).document
    assert document is not None
    assert (document.kind, document.title, document.text) == ("pdf", "Letter", "")
    assert document.pdf is not None
    assert document.pdf.startswith(content)
    broken = read_object(made(PDF, tmp_path, EncapsulatedDocument=b"%PDF-1.7 broken ")).document
    assert broken is not None
    assert (broken.text, broken.pdf) == ("", b"%PDF-1.7 broken ")
    none = read_object(made(PDF, tmp_path, EncapsulatedDocument=b"MZ no PDF at all")).document
    assert none is not None
    assert none.pdf is None


def test_a_selection_of_key_images_is_a_page(tmp_path: Path) -> None:
    evidence = item(
        ReferencedSeriesSequence=Sequence([item(ReferencedSOPSequence=Sequence([reference("1.2"), reference("1.3")]))])
    )
    path = made(
        KOS,
        tmp_path,
        ConceptNameCodeSequence=code("113000", "Of Interest"),
        CurrentRequestedProcedureEvidenceSequence=Sequence([evidence]),
        ContentSequence=Sequence([item(ValueType="TEXT", ConceptNameCodeSequence=code("1", "Note"), TextValue="Look")]),
    )
    found = read_object(path)
    assert found.objects == ()
    assert found.document is not None
    assert found.document.title == "Of Interest"
    assert "Note: Look" in found.document.text
    assert "2 image" in found.document.text


def test_what_is_no_object_gives_nothing(tmp_path: Path) -> None:
    assert read_object(save(in_study(TALL), tmp_path / "film.dcm")) == Brought()
    assert pydicom.dcmread(tmp_path / "film.dcm").Modality


def test_objects_are_found_in_archives_too(tmp_path: Path, accepted: tuple[Path, dict[str, Path]]) -> None:
    path, files = accepted
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in (path, *files.values()):
            zipped.write(file, f"study/{file.name}")
    found = collect([archive], tmp_path)
    objects = [one.path for one in found if candidates.is_object(one)]
    assert len(found) - len(objects) == 2, "the film and the picture"
    read = [one for brought in read_objects(objects) for one in brought.objects]
    assert {(one.kind, one.verdict) for one in read} >= {("report", "accept"), ("segmentation", "")}
