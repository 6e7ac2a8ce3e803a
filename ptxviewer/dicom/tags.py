"""From a dataset's tags to plain facts: patient, study, acquisition, presets, and why a film is not analysed."""

from __future__ import annotations

import contextlib
import re
from typing import Any, get_args

import numpy as np
from pydicom.dataset import Dataset

from ptxviewer.core import voi
from ptxviewer.core.calibration import Pair, SpacingTags
from ptxviewer.core.film import (
    Acquisition,
    Age,
    AgeUnit,
    Patient,
    Posture,
    Radiograph,
    Study,
    Voi,
    VoiFunction,
    VoiLut,
    Window,
)
from ptxviewer.core.plaintext import plain
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import OtherBodyPart, OtherModality, Reading, WindowsLeftOut
from ptxviewer.dicom.bounds import MOST_WINDOWS
from ptxviewer.dicom.codes import coded_part, coded_posture, coded_view
from ptxviewer.dicom.luts import lut_table
from ptxviewer.dicom.uids import uid_name
from ptxviewer.dicom.values import as_number, functional, number

PROJECTION = {"CR", "DX", "RG", "DR", "SC", "OT", "RF", "XA", ""}
ANALYSED = {"CR", "DX", "RG", "DR", "SC", "OT", ""}
CAPTURED = "1.2.840.10008.5.1.4.1.1.7"  # Secondary Capture, single frame and the four of several
SMALLEST_SIDE = 64  # pixels: below, a picture shows no lung that could be judged
LATERAL_VIEWS = {"LL", "RL", "LAT", "LATERAL", "L LAT", "R LAT"}
OTHER_BODY_PARTS = {
    "ABDOMEN", "ANKLE", "ARM", "BREAST", "CSPINE", "ELBOW", "EXTREMITY", "FEMUR", "FINGER", "FOOT", "FOREARM", "HAND",
    "HEAD", "HIP", "HUMERUS", "JAW", "KNEE", "LEG", "LSPINE", "NECK", "PELVIS", "SHOULDER", "SKULL", "SPINE", "TEETH",
    "THUMB", "TIBIA", "TOE", "WRIST",
}  # fmt: skip

VALUE_UNITS = {"OD": "OD × 1000", "HU": "HU"}  # the defined terms of a unit that films use
NAMED_MODALITIES = {"CT", "ES", "IO", "MG", "MR", "NM", "OP", "PT", "PX", "RF", "SM", "US", "XA", "XC"}
"""Those that are named to the reader (``words.reading.MODALITIES``); what else a file says is not repeated."""


def text(ds: Dataset, keyword: str) -> str:
    """Return a tag as one line of plain text; several values are joined, nonsense is empty."""
    with contextlib.suppress(Exception):  # a broken value of a descriptive tag must not cost the film
        value = ds.get(keyword)
        if value is None:
            return ""
        if not isinstance(value, (str, bytes)) and hasattr(value, "__iter__"):
            return plain("\\".join(str(v) for v in value))
        return plain(str(value))
    return ""


def pair(ds: Dataset, keyword: str) -> Pair | None:
    """Return a (row, column) pair of numbers, or None."""
    with contextlib.suppress(Exception):
        values = [as_number(v) for v in ds.get(keyword) or ()]
        if len(values) >= 2:
            return values[0], values[1]
    return None


def person_name(ds: Dataset) -> str:
    """Return "Family, Given", with the ideographic form behind it where the file has one (PS3.5 6.2.1.2)."""
    with contextlib.suppress(Exception):
        name = ds.get("PatientName")
        if not name:
            return ""
        latin = ", ".join(part for part in (name.family_name, name.given_name) if part)
        native = " ".join(part for part in str(name.ideographic).split("^") if part) if name.ideographic else ""
        return plain(f"{latin} {native}") or plain(str(name).replace("^", " "))
    return text(ds, "PatientName").replace("^", " ")


def _date(value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:8]}" if len(value) >= 8 and value[:8].isdigit() else ""


def _age(value: str) -> Age | None:
    unit = next((letter for letter in get_args(AgeUnit) if letter == value[-1:]), None)
    return Age(int(value[:-1]), unit) if unit is not None and value[:-1].isdecimal() else None


def patient(ds: Dataset) -> Patient:
    """Who the film shows."""
    return Patient(
        person_name(ds),
        text(ds, "PatientID"),
        _date(text(ds, "PatientBirthDate")),
        text(ds, "PatientSex"),
        _age(text(ds, "PatientAge")),
    )


def study(ds: Dataset) -> Study:
    """When and why it was taken."""
    time = text(ds, "AcquisitionTime") or text(ds, "ContentTime") or text(ds, "StudyTime")
    return Study(
        date=_date(text(ds, "StudyDate") or text(ds, "AcquisitionDate")),
        time=f"{time[:2]}:{time[2:4]}" if time[:4].isdigit() and len(time) >= 4 else "",
        description=text(ds, "StudyDescription"),
        series_description=text(ds, "SeriesDescription"),
        institution=text(ds, "InstitutionName"),
        accession=text(ds, "AccessionNumber"),
        study_uid=text(ds, "StudyInstanceUID"),
        series_uid=text(ds, "SeriesInstanceUID"),
        sop_uid=text(ds, "SOPInstanceUID"),
    )


def _directions(ds: Dataset) -> tuple[str, str]:
    """Return the letters of PatientOrientation, ("", "") where they are absent or impossible."""
    parts = text(ds, "PatientOrientation").upper().split("\\")
    if len(parts) != 2 or not all(part and set(part) <= set("LRAPHF") for part in parts):
        return "", ""
    axis = {"L": "x", "R": "x", "A": "y", "P": "y", "H": "z", "F": "z"}
    return ("", "") if axis[parts[0][0]] == axis[parts[1][0]] else (parts[0], parts[1])


def _value_unit(ds: Dataset) -> str:
    """Return the unit of modality values: RescaleType, or the type of the Modality LUT (PS3.3 C.11.1.1.2)."""
    named = text(ds, "RescaleType")
    with contextlib.suppress(Exception):
        named = named or text(ds.ModalityLUTSequence[0], "ModalityLUTType")
    return VALUE_UNITS.get(named.upper(), "")


def _may_carry_text(ds: Dataset) -> bool:
    """True where the file says that text is burnt in, and where a captured picture does not deny it (PS3.3 C.7.6.1)."""
    stated = text(ds, "BurnedInAnnotation").upper()
    captured = f"{text(ds, 'SOPClassUID')}.".startswith(f"{CAPTURED}.") or bool(text(ds, "ConversionType"))
    return stated == "YES" or (stated != "NO" and captured)


def acquisition(ds: Dataset) -> Acquisition:
    """How it was taken, without patient data."""
    row, column = _directions(ds)
    syntax = getattr(getattr(ds, "file_meta", None), "TransferSyntaxUID", "")
    return Acquisition(
        modality=text(ds, "Modality").upper(),
        view=text(ds, "ViewPosition").upper() or coded_view(ds),
        photometric=text(ds, "PhotometricInterpretation").upper(),
        bits_stored=int(number(ds, "BitsStored")),
        transfer_syntax=uid_name(syntax),
        sop_class=uid_name(text(ds, "SOPClassUID")),
        manufacturer=text(ds, "Manufacturer"),
        lossy=text(ds, "LossyImageCompression") == "01",
        value_unit=_value_unit(ds),
        row_direction=row,
        column_direction=column,
        may_carry_text=_may_carry_text(ds),
        posture=_posture(ds),
    )


POSITIONS: dict[str, Posture] = {"HFS": "supine", "FFS": "supine", "HFP": "prone", "FFP": "prone"}
LYING = re.compile(r"\b(supine|liegend|decubitus dorsal)\b", re.IGNORECASE)


def _posture(ds: Dataset) -> Posture:
    """Return how the patient was: by its code, by PatientPosition (PS3.3 C.7.3.1.1.2), by a word of a description.

    A PA chest film is not taken lying: where the file says both, a position that some devices write always is not
    believed.
    """
    coded = coded_posture(ds)
    if coded or "PA" in (text(ds, "ViewPosition").upper(), coded_view(ds)):
        return coded
    named = POSITIONS.get(text(ds, "PatientPosition").upper(), "")
    descriptions = " ".join(text(ds, keyword) for keyword in ("SeriesDescription", "StudyDescription", "ProtocolName"))
    return named or ("supine" if LYING.search(descriptions) else "")


def is_chest_projection(ds: Dataset) -> bool:
    """True where the film may be a radiograph of a chest, so that its field should be as wide as a chest."""
    return text(ds, "Modality").upper() in PROJECTION and _body_part(ds) not in OTHER_BODY_PARTS


def _body_part(ds: Dataset) -> str:
    return text(ds, "BodyPartExamined").upper() or coded_part(ds)


def why_not_analysed(ds: Dataset, colour: bool, rows: int, cols: int) -> Reason | None:
    """Return why the network does not look at this film unasked, None where it does."""
    modality = text(ds, "Modality").upper()
    if modality not in ANALYSED:
        return OtherModality(modality) if modality in NAMED_MODALITIES else Reading.NOT_A_RADIOGRAPH
    if {text(ds, "ViewPosition").upper(), coded_view(ds)} & LATERAL_VIEWS or _directions(ds)[0][:1] in ("A", "P"):
        return Reading.LATERAL_VIEW
    if text(ds, "Manufacturer") == "PTXViewer" and text(ds, "ConversionType").upper() == "WSD":
        return Reading.OWN_PICTURE
    part = _body_part(ds)
    if part in OTHER_BODY_PARTS:
        return OtherBodyPart(part)
    return why_no_radiograph(colour, rows, cols)


def why_no_radiograph(colour: bool, rows: int, cols: int) -> Reason | None:
    """Return what the picture alone says against a radiograph, None where it may be one."""
    if colour:
        return Reading.COLOUR_PICTURE
    if min(rows, cols) < SMALLEST_SIDE:
        return Reading.PICTURE_TOO_SMALL
    return None


def spacing_tags(ds: Dataset) -> SpacingTags:
    """The tags that bear on spacing."""
    return SpacingTags(
        pixel_spacing=pair(ds, "PixelSpacing"),
        imager_pixel_spacing=pair(ds, "ImagerPixelSpacing"),
        nominal_scanned_spacing=pair(ds, "NominalScannedPixelSpacing"),
        aspect_ratio=pair(ds, "PixelAspectRatio"),
        calibration_type=text(ds, "PixelSpacingCalibrationType"),
        magnification=number(ds, "EstimatedRadiographicMagnificationFactor") or None,
        source_detector_mm=number(ds, "DistanceSourceToDetector") or None,
        source_patient_mm=number(ds, "DistanceSourceToPatient") or None,
    )


def _several(ds: Dataset, keyword: str) -> list[Any]:
    value = ds.get(keyword)
    if value is None or value == "":
        return []
    return list(value) if not isinstance(value, str) and hasattr(value, "__iter__") else [value]


def voi_of(ds: Dataset, little: bool = True) -> Voi | None:
    """Return the first table, else the first window of a presentation state's item; None where it has none."""
    with contextlib.suppress(Exception):  # a broken one is as good as none
        for item in ds.get("VOILUTSequence") or ():
            table, first, bits = lut_table(item, (0.0, 65535.0), little)
            return VoiLut(table, first, bits, plain(text(item, "LUTExplanation")))
        center, width = (as_number(_several(ds, keyword)[0]) for keyword in ("WindowCenter", "WindowWidth"))
        stated = text(ds, "VOILUTFunction").upper()
        window = Window(center, width, "SIGMOID" if stated == "SIGMOID" else "LINEAR")
        voi.window_values(np.zeros(1), window)  # raises for one outside the standard
        return window
    return None


def file_vois(
    ds: Dataset, film: Radiograph, possible: tuple[float, float]
) -> tuple[tuple[Voi, ...], tuple[Reason, ...]]:
    """Return the VOI LUTs, then the windows of the file, in its order (PS3.3 C.11.2), and what to say of them.

    ``possible`` are the smallest and the largest value that go through them.
    """
    source = functional(ds, film.frame, "FrameVOILUTSequence") or ds
    vois: list[Voi] = []
    notes: list[Reason] = []
    tables = source.get("VOILUTSequence") or ()
    centers, widths = _several(source, "WindowCenter"), _several(source, "WindowWidth")
    if len(tables) + min(len(centers), len(widths)) > MOST_WINDOWS:
        notes.append(WindowsLeftOut(MOST_WINDOWS))
    for item in tables[:MOST_WINDOWS]:
        with contextlib.suppress(Exception):  # a broken table is as good as none: windows or an automatic one remain
            table, first, bits = lut_table(item, voi.value_range(film), ds.original_encoding[1] is not False)
            used = int(table.max()).bit_length()
            if 1 < used < bits:  # less than half of the light: the bits are those of the word, not of the table
                bits = used
                notes.append(Reading.TABLE_NARROWER)
            vois.append(VoiLut(table, first, bits, text(item, "LUTExplanation")))
    stated = text(source, "VOILUTFunction").upper()
    function: VoiFunction = (
        "SIGMOID" if stated == "SIGMOID" else "LINEAR_EXACT" if stated == "LINEAR_EXACT" else "LINEAR"
    )
    room = max(0, MOST_WINDOWS - len(tables))
    explanations = [plain(str(v)) for v in _several(source, "WindowCenterWidthExplanation")[:room]]
    fractions = possible[1] - possible[0] <= 2
    for index, (center, width) in enumerate(zip(centers[:room], widths)):  # noqa: B905 - unequal counts occur
        with contextlib.suppress(TypeError, ValueError):
            explanation = explanations[index] if index < len(explanations) else ""
            wide = as_number(width)
            # LINEAR is made for whole numbers: of values between 0 and 1 it shows nothing.
            exact = function == "LINEAR" and (0 < wide < 1 or (fractions and wide <= 2))
            vois.append(Window(as_number(center), wide, "LINEAR_EXACT" if exact else function, explanation))
    return tuple(vois), tuple(dict.fromkeys(notes))
