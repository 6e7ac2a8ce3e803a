"""A film without its patient: written anew from its pixels and from what display and analysis need of its tags.

Nothing is deleted from a copy of the file: what is not named here never comes near the new one, whatever an attribute
is called and wherever text hides (private tags, sequences, overlays, unused bits, comments of a JPEG, the preamble).
That is stricter than the Basic Application Level Confidentiality Profile (PS3.15 E), with its option of modified dates;
a test holds the result against the profile's table. Text in the pixels is not found here: what is blacked out is what
was asked for.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    ExplicitVRLittleEndian,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    SecondaryCaptureImageStorage,
)
from pydicom.valuerep import DSfloat

from ptxviewer import __version__
from ptxviewer.core import voi
from ptxviewer.core.burnt_in import Region
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.film import Radiograph, VoiLut, Window
from ptxviewer.core.keys import older_key
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.core.terms import MODALITIES, VIEWS, term
from ptxviewer.dicom import tags
from ptxviewer.dicom.bounds import LARGEST_PIXELS
from ptxviewer.dicom.codes import coded_part
from ptxviewer.dicom.harmless import tags_before_pixels
from ptxviewer.dicom.pseudonyms import Pseudonyms
from ptxviewer.dicom.read import read_film
from ptxviewer.dicom.values import number

IMPLEMENTATION = UID("2.25.219428137362045632947160276453881")  # of what writes these files
CR = ComputedRadiographyImageStorage
DX = (DigitalXRayImageStorageForPresentation, DigitalXRayImageStorageForProcessing)
LOSSY = ("JPEG Baseline", "JPEG Extended", "Near-lossless")  # in names of transfer syntaxes; JPEG 2000 may be either
PROFILE = (("113100", "Basic Application Confidentiality Profile"),)
MODIFIED_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
PAIRS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio")
NUMBERS = ("EstimatedRadiographicMagnificationFactor", "DistanceSourceToDetector", "DistanceSourceToPatient")
TERMS: dict[str, frozenset[str]] = {
    "PixelSpacingCalibrationType": frozenset({"GEOMETRY", "FIDUCIAL"}),
    "PixelIntensityRelationship": frozenset({"LIN", "LOG", "DISP"}),
    "LossyImageCompression": frozenset({"00", "01"}),
    "LossyImageCompressionMethod": frozenset(
        {"ISO_10918_1", "ISO_14495_1", "ISO_15444_1", "ISO_15444_15", "ISO_13818_2"}
    ),
    "ImageLaterality": frozenset({"R", "L", "U", "B"}),
    "Laterality": frozenset({"R", "L"}),
    "BurnedInAnnotation": frozenset({"YES", "NO"}),
    "PresentationIntentType": frozenset({"FOR PRESENTATION", "FOR PROCESSING"}),
    "ConversionType": frozenset({"DV", "DI", "DF", "WSD", "SD", "SI", "DRW", "SYN"}),
}
UNPAIRED = {
    "CHEST",
    "THORAX",
    "ABDOMEN",
    "HEAD",
    "NECK",
    "PELVIS",
    "SKULL",
    "SPINE",
    "CSPINE",
    "LSPINE",
    "JAW",
    "TEETH",
}
SHUTTERS = {"RECTANGULAR", "CIRCULAR", "POLYGONAL"}  # a bitmap is an overlay
SHUTTER_NUMBERS = (
    "ShutterLeftVerticalEdge", "ShutterRightVerticalEdge", "ShutterUpperHorizontalEdge", "ShutterLowerHorizontalEdge",
    "CenterOfCircularShutter", "RadiusOfCircularShutter", "VerticesOfThePolygonalShutter", "ShutterPresentationValue",
)  # fmt: skip
DATES = (("StudyDate", "StudyTime"), ("SeriesDate", "SeriesTime"), ("AcquisitionDate", "AcquisitionTime"),
         ("ContentDate", "ContentTime"))  # fmt: skip
EMPTY = (  # type 2 in the modules of a radiograph
    "PatientBirthDate", "PatientSex", "ReferringPhysicianName", "AccessionNumber", "StudyID", "Manufacturer",
    "PatientOrientation", "DetectorType", "AcquisitionDeviceProcessingDescription", "InstanceNumber", "SeriesNumber",
    "StudyDate", "StudyTime",
)  # fmt: skip
HEADER: list[str] = [
    "SpecificCharacterSet", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "StudyInstanceUID",
    "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "AnatomicRegionSequence", "BodyPartExamined", "ShutterShape",
    "InstanceNumber", "RescaleType", "PixelIntensityRelationshipSign", "LossyImageCompressionRatio",
    *PAIRS, *NUMBERS, *TERMS, *SHUTTER_NUMBERS, *(name for pair in DATES for name in pair),
]  # fmt: skip
LEAST_BITS = 9  # of several frames in words (PS3.3 A.8.4.4)
MOST_INSTANCES = 9_999  # a larger number may be one that says whose film it is


def save_deidentified(
    source: Path, target: Path, key: bytes, regions: Sequence[Region] = (), expected: str = ""
) -> None:
    """Write the film at ``source`` without its patient to ``target``, ``regions`` of it blacked out on all frames.

    ``expected`` is the key of the film that was looked at, "" for any. Raises ``ExportFailed`` for a picture that is
    no DICOM, for a file that has changed, for frames that do not fit into one file, and what reading raises.
    """
    frames = _frames(source)
    if expected and expected not in {frame.key for frame in frames}:
        raise ExportFailed(Unsaved.FILE_CHANGED)
    header = tags_before_pixels(source, HEADER)
    if header is None or not frames[0].acquisition.calibrated_source:
        raise ExportFailed(Unsaved.NOT_DICOM)
    write_atomic(target, as_bytes(deidentified(frames, header, key, regions)))


def _frames(source: Path) -> list[Radiograph]:
    """Read all frames of a film. Raises ``ExportFailed`` where they differ in more than their pixels."""
    first = read_film(source)
    if first.not_analysed is Reading.COLOUR_PICTURE:
        raise ExportFailed(Reading.COLOUR_PICTURE)
    if first.frames * first.pixels.size > 4 * LARGEST_PIXELS:
        raise ExportFailed(Unsaved.TOO_MANY_FRAMES)
    frames = [first, *(read_film(source, number) for number in range(1, first.frames))]
    if len({(frame.slope, frame.intercept, frame.inverse, frame.padding, frame.shape) for frame in frames}) > 1:
        raise ExportFailed(Unsaved.FRAMES_DIFFER)
    return frames


def pseudonyms_of(header: Dataset, key: bytes) -> Pseudonyms:
    """Return the pseudonyms of the patient that a header names, of the study where it names none."""
    named = [tags.text(header, keyword) for keyword in ("IssuerOfPatientID", "PatientID")]
    if not named[1]:
        named = [tags.text(header, keyword) for keyword in ("PatientName", "PatientBirthDate")]
    if not any(named):
        named = [tags.text(header, "StudyInstanceUID")]
    return Pseudonyms(key, "|".join(named))


def deidentified(frames: Sequence[Radiograph], header: Dataset, key: bytes, regions: Sequence[Region] = ()) -> Dataset:
    """Return the new film. ``header`` is read for what display needs, and for the patient whose pseudonym it gets."""
    film, who = frames[0], pseudonyms_of(header, key)
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = _sop_class(header, len(frames))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID"):
        setattr(ds, keyword, who.uid(tags.text(header, keyword) or f"{keyword} of {who.name}"))
    instance = tags.text(header, "SOPInstanceUID") or older_key(film)  # the same UID as ever
    ds.SOPInstanceUID = who.uid(instance if not regions else f"{instance}|{sorted(regions)!r}")
    for keyword in EMPTY:
        setattr(ds, keyword, "" if keyword != "PatientOrientation" else None)
    ds.PatientName = ds.PatientID = who.name
    for date, time in DATES:
        moved = who.moved(tags.text(header, date), tags.text(header, time))
        if moved[0]:
            setattr(ds, date, moved[0])
            setattr(ds, time, moved[1])
    _say_how(ds, len(regions))
    _acquisition(ds, film, header)
    _geometry(ds, header)
    _shutter(ds, header)
    _windows(ds, film)
    _pixels(ds, frames, regions)
    _required(ds, film)
    return ds


def _sop_class(header: Dataset, frames: int) -> UID:
    """Return the class of a radiograph as the file says; of any other kind a Secondary Capture, which asks for less."""
    stated = UID(tags.text(header, "SOPClassUID"))
    if frames > 1:
        return MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    return stated if stated in (CR, *DX) else SecondaryCaptureImageStorage


def _say_how(ds: Dataset, blacked_out: int) -> None:
    ds.PatientIdentityRemoved = "YES"
    how = [f"PTXViewer {__version__}", "Written anew from pixels and display tags", "Dates moved, UIDs and ID replaced"]
    ds.DeidentificationMethod = [*how, f"Regions blacked out by the reader: {blacked_out}"]
    ds.LongitudinalTemporalInformationModified = "MODIFIED"
    ds.DeidentificationMethodCodeSequence = [_code(*code, "DCM") for code in (*PROFILE, MODIFIED_DATES)]


def _code(value: str, meaning: str, scheme: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _acquisition(ds: Dataset, film: Radiograph, header: Dataset) -> None:
    acquisition = film.acquisition
    ds.Modality = term(acquisition.modality, MODALITIES) or "OT"
    if view := term(acquisition.view, VIEWS):
        ds.ViewPosition = view
    part = tags.text(header, "BodyPartExamined").upper()
    part = part if part in tags.OTHER_BODY_PARTS | {"CHEST", "THORAX"} else coded_part(header)
    if part:
        ds.BodyPartExamined = part
    if film.orientation_known:
        ds.PatientOrientation = [acquisition.row_direction, acquisition.column_direction]
    for keyword, terms in TERMS.items():
        if value := term(tags.text(header, keyword).upper(), terms):
            setattr(ds, keyword, value)
    if (ratio := number(header, "LossyImageCompressionRatio")) >= 1:
        ds.LossyImageCompressionRatio = _ds(ratio)
    ds.ImageType = ["DERIVED", "PRIMARY"]
    instance = int(number(header, "InstanceNumber"))
    if 0 < instance <= MOST_INSTANCES:
        ds.InstanceNumber = instance
    if abs(sign := int(number(header, "PixelIntensityRelationshipSign"))) == 1:
        ds.PixelIntensityRelationshipSign = sign


def _required(ds: Dataset, film: Radiograph) -> None:
    """Fill what the module of a class requires (PS3.3 A.2, A.8, A.26) and the file does not say, or may not."""
    lossy = film.acquisition.lossy or any(word in film.acquisition.transfer_syntax for word in LOSSY)
    ds.LossyImageCompression = "01" if lossy else ds.get("LossyImageCompression", "00")
    if ds.SOPClassUID in DX:
        processing = ds.SOPClassUID == DigitalXRayImageStorageForProcessing
        ds.PresentationIntentType = "FOR PROCESSING" if processing else "FOR PRESENTATION"
        ds.PositionerType, ds.AcquisitionContextSequence = "", []
        ds.ImageLaterality = ds.get("ImageLaterality", "U")
        ds.PixelIntensityRelationship = ds.get("PixelIntensityRelationship", "LIN")
        ds.PixelIntensityRelationshipSign = ds.get("PixelIntensityRelationshipSign", -1 if film.inverse else 1)
        chest = ds.get("BodyPartExamined") in ("CHEST", "THORAX", None)
        ds.AnatomicRegionSequence = [_code("51185008", "Chest", "SCT")] if chest else []
    elif "ImageLaterality" not in ds and ds.get("BodyPartExamined") not in UNPAIRED:
        ds.Laterality = ds.get("Laterality", "")
    if ds.SOPClassUID == CR:
        ds.BodyPartExamined, ds.ViewPosition = ds.get("BodyPartExamined", ""), ds.get("ViewPosition", "")
    elif ds.SOPClassUID not in DX:
        ds.ConversionType = ds.get("ConversionType", "WSD")
    if "NumberOfFrames" in ds:
        ds.BurnedInAnnotation = ds.get("BurnedInAnnotation", "YES")  # nobody says that there is none
        ds.PageNumberVector = list(range(1, ds.NumberOfFrames + 1))
        ds.FrameIncrementPointer = tag_for_keyword("PageNumberVector")


def _geometry(ds: Dataset, header: Dataset) -> None:
    for keyword in PAIRS:
        pair = tags.pair(header, keyword)
        if pair is not None and all(np.isfinite(value) and value > 0 for value in pair):
            whole = keyword == "PixelAspectRatio" and all(value == int(value) for value in pair)
            setattr(ds, keyword, [int(value) if whole else _ds(value) for value in pair])
    for keyword in NUMBERS:
        value = number(header, keyword)
        if value > 0:
            setattr(ds, keyword, _ds(value))


def _shutter(ds: Dataset, header: Dataset) -> None:
    shapes = [shape for shape in tags.text(header, "ShutterShape").upper().split("\\") if shape in SHUTTERS]
    if not shapes:
        return
    ds.ShutterShape = shapes
    for keyword in SHUTTER_NUMBERS:
        values = [int(value) for value in _whole_numbers(header, keyword)]
        if values:
            setattr(ds, keyword, values if len(values) > 1 else values[0])


def _whole_numbers(header: Dataset, keyword: str) -> Iterable[float]:
    value = header.get(keyword)
    many = value if hasattr(value, "__iter__") and not isinstance(value, (str, bytes)) else [value]
    try:
        return [int(one) for one in many if one is not None and one != ""]
    except (TypeError, ValueError):
        return []


def _windows(ds: Dataset, film: Radiograph) -> None:
    """The windows and tables of the file, as they were understood, without what it calls them."""
    own = [preset for preset in film.vois if preset.explanation != voi.AUTOMATIC]
    windows = [preset for preset in own if isinstance(preset, Window)]
    if windows:
        function = windows[0].function
        fitting = [window for window in windows if window.function == function]
        ds.WindowCenter = [_ds(window.center) for window in fitting]
        ds.WindowWidth = [_ds(window.width) for window in fitting]
        ds.VOILUTFunction = function
    tables = [preset for preset in own if isinstance(preset, VoiLut)]
    if tables:
        ds.VOILUTSequence = [_table(preset) for preset in tables]


def _table(lut: VoiLut) -> Dataset:
    item = Dataset()
    signed = lut.first < 0
    item.add_new("LUTDescriptor", "SS" if signed else "US", [lut.table.size & 0xFFFF, lut.first, lut.bits])
    item.add_new("LUTData", "OW", lut.table.astype("<u2").tobytes())
    return item


def _pixels(ds: Dataset, frames: Sequence[Radiograph], regions: Sequence[Region]) -> None:
    film = frames[0]
    top = max(int(frame.pixels.max()) for frame in frames)
    stated = film.acquisition.bits_stored
    bits = stated if 0 < stated <= 16 and top < 1 << stated else 16
    bits = max(bits, LEAST_BITS) if len(frames) > 1 else bits
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME1" if film.inverse else "MONOCHROME2"
    ds.PresentationLUTShape = "INVERSE" if film.inverse else "IDENTITY"
    ds.Rows, ds.Columns = film.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, bits, bits - 1, 0
    ds.RescaleSlope, ds.RescaleIntercept = _ds(film.slope), _ds(film.intercept)
    ds.RescaleType = {"HU": "HU", "OD × 1000": "OD"}.get(film.acquisition.value_unit, "US")
    if film.padding is not None:
        ds.add_new("PixelPaddingValue", "US", film.padding[0])
        if film.padding[1] != film.padding[0]:
            ds.add_new("PixelPaddingRangeLimit", "US", film.padding[1])
    if len(frames) > 1:
        ds.NumberOfFrames = len(frames)
    black = (1 << bits) - 1 if film.inverse else 0
    ds.PixelData = b"".join(_blacked_out(frame.pixels, regions, black).tobytes() for frame in frames)
    ds["PixelData"].VR = "OW"


def _blacked_out(pixels: NDArray[np.uint16], regions: Sequence[Region], black: int) -> NDArray[np.uint16]:
    if not regions:
        return pixels.astype("<u2")
    shown = pixels.astype("<u2", copy=True)
    for x0, y0, x1, y1 in regions:
        shown[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = black
    return shown


def _ds(value: float) -> Any:
    """A decimal string of at most 16 characters."""
    return DSfloat(float(value), auto_format=True)


def as_bytes(ds: Dataset) -> bytes:
    """Return the film as a DICOM file, with a file meta of its own."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION, "PTXVIEWER"
    content = io.BytesIO()
    file = FileDataset(content, ds, b"\0" * 128, meta)
    file.save_as(content, enforce_file_format=True)
    return content.getvalue()
