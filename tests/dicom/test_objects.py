"""What comes along with films is read back: our own results bit for bit, those of others as they drew them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from ptxviewer.core.drawing.shutter import Shutter
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Radiograph, VoiLut, Window
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.objects import Brought, FilmObject, Mark, Presentation
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.review import Review
from ptxviewer.core.softcopy import Rescale
from ptxviewer.dicom import candidates
from ptxviewer.dicom.collect import collect
from ptxviewer.dicom.objects import class_of, is_object, read_objects
from ptxviewer.dicom.objects.read import read_object
from ptxviewer.dicom.read import read_film
from ptxviewer.dicom.write import KINDS, Extra, save_objects
from tests.dicom.made import in_study, ramp, save
from tests.films import INFO, maps
from tests.there import there

TALL = ramp(300, 240)
SR = "1.2.840.10008.5.1.4.1.1.88.33"
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"
KOS = "1.2.840.10008.5.1.4.1.1.88.59"


def results(folder: Path, review: Review, frame: int = 0, ds: Dataset | None = None) -> tuple[Path, dict[str, Path]]:
    """A film and the objects of its result, by kind."""
    path = save(in_study(TALL) if ds is None else ds, folder / "film.dcm")
    film = as_reviewed(read_film(path, frame), review)
    answer = answer_of(film, maps(film), INFO, review)
    files = save_objects(folder / "out", path, film, answer, review, KINDS, Extra("Dr. Who", b"%PDF-1.4"))
    return path, {file.name.split(".")[1]: file for file in files}


def the_one(path: Path) -> FilmObject:
    (one,) = read_object(path).objects
    return one


def marked(rows: int = 300, cols: int = 240) -> PackedMask:
    mask = np.zeros((rows, cols), bool)
    mask[33:77, 41:90] = True
    mask[200, 100] = True
    return PackedMask.pack(mask)


def made(sop_class: str, folder: Path, **tags: object) -> Path:
    """An object of another maker, by its tags."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = UID(sop_class), generate_uid()
    ds.Manufacturer, ds.ManufacturerModelName = "ACME", "CAD 3"
    ds.ContentDate, ds.ContentTime = "20260102", "030405"
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(folder / "object.dcm", enforce_file_format=True)
    return folder / "object.dcm"


def item(**tags: object) -> Dataset:
    ds = Dataset()
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return ds


def reference(uid: str) -> Dataset:
    return item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.1.1", ReferencedSOPInstanceUID=uid)


def code(value: str, meaning: str) -> Sequence:
    return Sequence([item(CodeValue=value, CodingSchemeDesignator="99T", CodeMeaning=meaning)])


@pytest.mark.parametrize("verdict", ["accept", "unsure", "edited"])
def test_our_own_mask_and_verdict_come_back(tmp_path: Path, verdict: str) -> None:
    review = Review(verdict=verdict, mask=marked() if verdict == "edited" else None)
    path, files = results(tmp_path, review)
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
    path, _ = results(tmp_path, Review())
    film, review = read_film(path), Review(verdict="accept")
    answer = answer_of(film, maps(film), INFO, review)
    (file,) = save_objects(tmp_path / "nobody", path, film, answer, review, ["sr"])
    assert the_one(file).verdict == "accept"
    assert the_one(file).reader == ""


def test_objects_of_a_film_of_several_frames_name_theirs(tmp_path: Path) -> None:
    frames = in_study(np.stack([TALL, TALL, TALL]), NumberOfFrames=3)
    _, files = results(tmp_path, Review(), 1, frames)
    assert {the_one(files[kind]).frame for kind in ("seg", "sr", "gsps")} == {1}


def test_films_and_objects_are_told_apart_by_their_first_bytes(tmp_path: Path) -> None:
    path, files = results(tmp_path, Review())
    (tmp_path / "notes.txt").write_text("text")
    objects = [one for one in files.values() if is_object(one)]
    assert set(objects) == set(files.values()) - {files["sc"]}
    for film in (path, tmp_path / "notes.txt", tmp_path / "gone"):
        assert not is_object(film)
    found = collect([tmp_path], tmp_path)
    assert {one.path for one in found if candidates.is_object(one)} == set(objects)
    assert read_object(files["map"]).objects == (), "a map of scores is no mask that anybody decided on"
    kinds = {found.document.kind for found in read_objects(objects) if found.document is not None}
    assert kinds == {"report", "pdf", "key objects"}
    assert class_of(tmp_path / "notes.txt") == ""


def test_the_picture_of_an_earlier_result_is_not_analysed_as_a_film(tmp_path: Path) -> None:
    _, files = results(tmp_path, Review())
    assert read_film(files["sc"]).not_analysed is Reading.OWN_PICTURE


def test_objects_are_read_in_a_process_of_their_own(tmp_path: Path) -> None:
    _, files = results(tmp_path, Review(verdict="accept"))
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(files["seg"].read_bytes()[:900])
    found = read_objects([files["seg"], broken, files["sr"]])
    assert [bool(one.objects) for one in found] == [True, False, True]


def test_a_foreign_presentation_state_is_drawn_with_its_makers_name(tmp_path: Path) -> None:
    uid = generate_uid()
    graphics = [
        item(GraphicAnnotationUnits="PIXEL", GraphicType="POLYLINE", GraphicData=[1, 2, 30, 2, 30, 40, 1, 2]),
        item(GraphicAnnotationUnits="DISPLAY", GraphicType="POLYLINE", GraphicData=[0.0, 0.0, 1.0, 1.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="CIRCLE", GraphicData=[50.0, 60.0, 60.0, 60.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="POINT", GraphicData=[7.0, 8.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="POLYLINE", GraphicData=[float("nan"), 2.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="SPLINE", GraphicData=[1.0, 2.0, 3.0, 4.0]),
    ]  # fmt: skip
    text = item(UnformattedTextValue="nodule\x1b[31m?", AnchorPoint=[5.0, 6.0], AnchorPointAnnotationUnits="PIXEL")
    path = made(
        GSPS,
        tmp_path,
        ReferencedSeriesSequence=Sequence([item(ReferencedImageSequence=Sequence([reference(uid)]))]),
        DisplayedAreaSelectionSequence=Sequence(
            [item(DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=[240, 300])]
        ),
        GraphicAnnotationSequence=Sequence(
            [item(GraphicObjectSequence=Sequence(graphics), TextObjectSequence=Sequence([text]))]
        ),
    )
    one = the_one(path)
    assert (one.maker, one.own, one.film_uid, one.made) == ("ACME CAD 3", False, uid, "2026-01-02 03:04")
    outline, across, circle, place, words = one.marks
    assert outline == Mark(((1.0, 2.0), (30.0, 2.0), (30.0, 40.0)), closed=True)
    assert across.points == ((0.0, 0.0), (240.0, 300.0))
    assert circle.closed
    assert np.allclose(np.hypot(*(np.array(circle.points) - (50, 60)).T), 10)
    assert place.points == ((7.0, 8.0),)
    assert (words.points, words.text, words.only_text) == (((5.0, 6.0),), "nodule[31m?", True)


def test_a_presentation_state_says_how_its_film_is_to_be_shown(tmp_path: Path) -> None:
    uid, other = generate_uid(), generate_uid()
    windows = [
        item(WindowCenter=100, WindowWidth=50, ReferencedImageSequence=Sequence([reference(other)])),
        item(WindowCenter="1800.5", WindowWidth=900, ReferencedImageSequence=Sequence([reference(uid)])),
    ]
    series = [item(ReferencedImageSequence=Sequence([reference(uid)]))]
    path = made(
        GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), SoftcopyVOILUTSequence=Sequence(windows),
        PresentationLUTShape="INVERSE", ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=11, ImageRotation=270,
        ShutterRightVerticalEdge=200, ShutterUpperHorizontalEdge=21, ShutterLowerHorizontalEdge=280,
        ShutterPresentationValue=0, ImageHorizontalFlip="Y",
    )  # fmt: skip
    wanted = the_one(path).presentation
    assert wanted == Presentation(Window(1800.5, 900), Rescale(), True, Shutter((11, 200, 21, 280)), 3, True)
    covered = there(wanted.shutter).covered((300, 240))
    assert not covered[20:280, 10:200].any()
    assert covered[:20].all()


def test_a_presentation_state_brings_its_own_modality_values_and_a_bitmap_shutter(tmp_path: Path) -> None:
    bits = np.zeros((6, 8), bool)
    bits[0], bits[:, 7] = True, True
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(
        GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), RescaleSlope="2", RescaleIntercept="-100",
        SoftcopyVOILUTSequence=Sequence([item(WindowCenter=500, WindowWidth=201)]), ShutterShape="BITMAP",
        ShutterOverlayGroup=0x6002, ShutterPresentationValue=0,
    )  # fmt: skip
    ds = pydicom.dcmread(path)
    plane = {0x0010: ("US", 6), 0x0011: ("US", 8), 0x0040: ("CS", "G"), 0x0050: ("SS", [3, 2]), 0x0100: ("US", 1)}
    for element, (vr, value) in plane.items():
        ds.add_new((0x6002, element), vr, value)
    ds.add_new((0x6002, 0x3000), "OW", np.packbits(bits, bitorder="little").tobytes())
    ds.save_as(path)
    wanted = the_one(path).presentation
    assert wanted is not None
    assert (wanted.voi, wanted.modality) == (Window(500, 201), Rescale(2.0, -100.0))
    assert wanted.shutter is not None
    covered = wanted.shutter.covered((20, 20))
    assert np.array_equal(covered[2:8, 1:9], bits)
    assert covered.sum() == bits.sum()


def test_a_modality_table_alone_changes_how_a_film_is_shown(tmp_path: Path) -> None:
    table = item(
        LUTDescriptor=[4096, 0, 12], LUTData=np.arange(4095, -1, -1, dtype="<u2").tobytes(), ModalityLUTType="US"
    )
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), ModalityLUTSequence=Sequence([table]))
    wanted = the_one(path).presentation
    assert wanted is not None
    assert isinstance(wanted.modality, VoiLut)
    assert (wanted.modality.table[0], wanted.modality.bits) == (4095, 12)


@pytest.mark.parametrize(("bits", "entries"), [(8, 256), (12, 4096), (16, 2)])
def test_a_presentation_table_is_read_and_a_shape_beside_it_is_not_believed(
    tmp_path: Path, bits: int, entries: int
) -> None:
    values = np.linspace(0, (1 << bits) - 1, entries).round().astype("<u2")
    table = item(LUTDescriptor=[entries, 0, bits], LUTData=values.tobytes())
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(
        GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), PresentationLUTSequence=Sequence([table]),
        PresentationLUTShape="INVERSE",
    )  # fmt: skip
    wanted = there(the_one(path).presentation)
    assert np.array_equal(there(wanted.lut).table, values)
    assert (there(wanted.lut).bits, wanted.inverse) == (bits, False)


def test_drawings_for_many_films_are_read_once_and_no_more_than_are_shown(tmp_path: Path) -> None:
    line = item(GraphicData=[1.0, 1.0, 5.0, 5.0], GraphicType="POLYLINE", GraphicAnnotationUnits="PIXEL")
    films = [item(ReferencedImageSequence=Sequence([reference(generate_uid()) for _ in range(1000)]))]
    drawn = Sequence([item(GraphicObjectSequence=Sequence([line] * 600))])
    path = made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(films), GraphicAnnotationSequence=drawn)
    (brought,) = read_objects([path])
    assert {(len(one.marks), one.cut) for one in brought.objects} == {(500, True)}
    assert len(brought.objects) == 1000
    assert len({id(one.marks[0]) for one in brought.objects}) == 1


def test_an_inversion_alone_changes_how_a_film_is_shown(tmp_path: Path) -> None:
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), PresentationLUTShape="INVERSE")
    wanted = there(the_one(path).presentation)
    film = Radiograph("film", np.zeros((4, 4), np.uint16))
    assert wanted.changes(film)
    assert not wanted.changes(replace(film, inverse=True))  # it is white on black by itself


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"PresentationLUTSequence": Sequence([item(LUTDescriptor=[4096, 0, 12])])},  # without its data
        {"PresentationLUTSequence": Sequence([item(LUTDescriptor=[4, 0, 8], LUTData=bytes(8))])},  # of one grey
        {"RescaleSlope": "0", "RescaleIntercept": "-100"},
        {"RescaleSlope": "1e308", "SoftcopyVOILUTSequence": Sequence([item(WindowCenter=100, WindowWidth=50)])},
        {"ModalityLUTSequence": Sequence([item(LUTDescriptor=[4096, 0, 12])])},
        {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6002},  # without its plane
        {"ShutterShape": "BITMAP"},
        {"PresentationLUTShape": "IDENTITY", "ImageRotation": 0},
        {"ShutterShape": "CIRCULAR", "RadiusOfCircularShutter": 5},  # without a centre
        {"SoftcopyVOILUTSequence": Sequence([item(WindowCenter=1, WindowWidth=-4)])},
        {"SoftcopyVOILUTSequence": Sequence([item(WindowCenter=None)])},
    ],
)
def test_a_presentation_state_that_shows_the_film_as_it_is_shown_offers_nothing(
    tmp_path: Path, tags: dict[str, object]
) -> None:
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    assert the_one(made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), **tags)).presentation is None


def coded(name: Sequence, value: Sequence) -> Dataset:
    return item(ValueType="CODE", ConceptNameCodeSequence=name, ConceptCodeSequence=value)


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
    wide = [item(ValueType="TEXT", TextValue="line") for _ in range(3000)]
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


def test_objects_are_found_in_archives_too(tmp_path: Path) -> None:
    path, files = results(tmp_path, Review(verdict="accept"))
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in (path, *files.values()):
            zipped.write(file, f"study/{file.name}")
    found = collect([archive], tmp_path)
    objects = [one.path for one in found if candidates.is_object(one)]
    assert len(found) - len(objects) == 2, "the film and the picture"
    read = [one for brought in read_objects(objects) for one in brought.objects]
    assert {(one.kind, one.verdict) for one in read} >= {("report", "accept"), ("segmentation", "")}
