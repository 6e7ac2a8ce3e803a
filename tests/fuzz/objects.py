"""Objects that belong to films and are none, by hand: highdicom would give them new names in every run."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

STORAGE = "1.2.840.10008.5.1.4.1.1."
ROOT = "1.2.826.0.1.3680043.8.498.17"
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>endobj
4 0 obj<</Length 36>>stream
BT /F1 9 Tf 9 9 Td (A letter) Tj ET
endstream endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def item(**tags: Any) -> Dataset:
    """A dataset by its keywords."""
    ds = Dataset()
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return ds


def _code(value: str, meaning: str) -> list[Dataset]:
    return [item(CodeValue=value, CodingSchemeDesignator="DCM", CodeMeaning=meaning)]


def _reference() -> list[Dataset]:
    return [item(ReferencedSOPClassUID=f"{STORAGE}1.1", ReferencedSOPInstanceUID=f"{ROOT}.1")]


def _object(sop_class: str, **tags: Any) -> bytes:
    ds = item(
        SOPClassUID=STORAGE + sop_class, SOPInstanceUID=f"{ROOT}.8", StudyInstanceUID=f"{ROOT}.2", Manufacturer="ACME",
        ManufacturerModelName="CAD", ContentDate="20260102", ContentTime="0304", PatientName="Doe^Jane", **tags,
    )  # fmt: skip
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = UID(STORAGE + sop_class)
    ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{ROOT}.8")
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue()


def presentation_state() -> bytes:
    """With drawings, texts, a window, a table, shutters and a turn."""
    line = item(GraphicAnnotationUnits="PIXEL", GraphicType="POLYLINE", GraphicData=[1, 2, 30, 2, 30, 40, 1, 2])
    ring = item(GraphicAnnotationUnits="DISPLAY", GraphicType="CIRCLE", GraphicData=[0.1, 0.2, 0.3, 0.4])
    text = item(UnformattedTextValue="nodule", AnchorPoint=[5.0, 6.0], AnchorPointAnnotationUnits="PIXEL")
    area = item(DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=[88, 72])
    return _object(
        "11.1", Modality="PR", ReferencedSeriesSequence=[item(ReferencedImageSequence=_reference())],
        GraphicAnnotationSequence=[item(GraphicObjectSequence=[line, ring], TextObjectSequence=[text])],
        SoftcopyVOILUTSequence=[item(WindowCenter=2000, WindowWidth=900, ReferencedImageSequence=_reference())],
        DisplayedAreaSelectionSequence=[area], PresentationLUTShape="INVERSE", ImageRotation=90,
        ImageHorizontalFlip="Y",
        ShutterShape=["RECTANGULAR", "CIRCULAR", "POLYGONAL"], ShutterLeftVerticalEdge=3, ShutterRightVerticalEdge=80,
        ShutterUpperHorizontalEdge=3, ShutterLowerHorizontalEdge=70, CenterOfCircularShutter=[36, 44],
        RadiusOfCircularShutter=50, VerticesOfThePolygonalShutter=[1, 1, 1, 88, 72, 88, 72, 1],
    )  # fmt: skip


def report() -> bytes:
    """A structured report with texts, numbers, codes and coordinates, some deep."""
    place = item(
        RelationshipType="INFERRED FROM", ValueType="SCOORD", GraphicType="POLYLINE", GraphicData=[1.0, 2.0, 3.0, 4.0],
        ContentSequence=[item(RelationshipType="SELECTED FROM", ValueType="IMAGE", ReferencedSOPSequence=_reference())],
    )  # fmt: skip
    number = item(
        RelationshipType="CONTAINS", ValueType="NUM", ConceptNameCodeSequence=_code("1", "Width"),
        MeasuredValueSequence=[item(NumericValue="3.5", MeasurementUnitsCodeSequence=_code("mm", "mm"))],
        ContentSequence=[place],
    )  # fmt: skip
    text = item(
        RelationshipType="CONTAINS", ValueType="TEXT", ConceptNameCodeSequence=_code("2", "Finding"), TextValue="air"
    )
    code = item(RelationshipType="CONTAINS", ValueType="CODE", ConceptCodeSequence=_code("3", "Present"))
    inner = item(RelationshipType="CONTAINS", ValueType="CONTAINER", ContentSequence=[number, text, code])
    return _object(
        "88.33", Modality="SR", ValueType="CONTAINER", ConceptNameCodeSequence=_code("4", "Report"),
        ContentSequence=[inner, text], CompletionFlag="COMPLETE", VerificationFlag="UNVERIFIED",
    )  # fmt: skip


def key_images() -> bytes:
    """A key object selection of one film."""
    image = item(RelationshipType="CONTAINS", ValueType="IMAGE", ReferencedSOPSequence=_reference())
    title = _code("113000", "Of Interest")
    return _object(
        "88.59", Modality="KO", ValueType="CONTAINER", ConceptNameCodeSequence=title, ContentSequence=[image]
    )


def pdf() -> bytes:
    """A letter."""
    return _object("104.1", Modality="DOC", DocumentTitle="Letter", EncapsulatedDocument=PDF + b"\0" * (len(PDF) % 2))


def segmentation() -> bytes:
    """Two segments of one film, a bit a pixel."""
    bits = np.packbits(np.arange(2 * 72 * 88) % 3 == 0, bitorder="little").tobytes()
    source = item(SourceImageSequence=_reference())
    frames = [
        item(
            SegmentIdentificationSequence=[item(ReferencedSegmentNumber=number)],
            DerivationImageSequence=[source],
        )
        for number in (1, 2)
    ]
    return _object(
        "66.4", Modality="SEG", SegmentationType="BINARY", Rows=72, Columns=88, NumberOfFrames=2, BitsAllocated=1,
        BitsStored=1, HighBit=0, SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2", PixelRepresentation=0,
        ReferencedSeriesSequence=[item(ReferencedInstanceSequence=_reference())], PixelData=bits,
        SegmentSequence=[item(SegmentNumber=number, SegmentLabel=f"part {number}") for number in (1, 2)],
        PerFrameFunctionalGroupsSequence=frames,
    )  # fmt: skip


OBJECTS = {
    "presentation state": presentation_state, "report": report, "key images": key_images, "pdf": pdf,
    "segmentation": segmentation,
}  # fmt: skip
