"""The film that results are written for: its file's header, reduced to what the objects take over and made whole.

Films come with missing type 2 attributes, with dates that are none, in character sets of their own. The objects are
written in UTF-8 with what can be understood; what cannot is empty.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage
from pydicom.valuerep import PersonName

from ptxviewer.core.errors import ExportFailed, StaleResult
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.dicom import tags
from ptxviewer.dicom.dataset import parsed
from ptxviewer.dicom.harmless import content_of
from ptxviewer.dicom.read import read_film

UTF_8 = "ISO_IR 192"
UID_FORM = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
TIME_FORM = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?")
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
TEXTS = ("PatientID", "AccessionNumber", "StudyID", "StudyDescription")  # type 2 but for the last
GREY = ("MONOCHROME1", "MONOCHROME2")


@dataclass(frozen=True, eq=False)
class Source:
    """One frame of a film's file.

    ``header`` has no pixels and no frame of reference, is of one frame, and says to be a Secondary Capture: of other
    classes highdicom asks for more than most films hold. References get ``sop_class``, which is what the file says.
    """

    header: Dataset
    sop_class: str
    frame: int | None  # from 1; None where the file has a single one
    colour: bool
    modality_lut: Dataset  # what maps stored values to modality values: rescale or lookup table, or nothing


def source_of(path: Path, film: Radiograph) -> Source:
    """Read the header at ``path``. Raises ``ExportFailed`` for a film of no study, ``StaleResult`` for another film."""
    if not film.acquisition.calibrated_source:
        raise ExportFailed(Unsaved.NO_STUDY)
    if read_film(path, film.frame).key != film.key:
        raise StaleResult(Finding.RESULT_OF_OTHER_FILM)
    with content_of(path) as content:
        ds = parsed(content, up_to_pixels=True)
    header = Dataset()
    header.SpecificCharacterSet = UTF_8
    for keyword in UIDS:
        uid = tags.text(ds, keyword)
        if len(uid) > 64 or not UID_FORM.fullmatch(uid):
            raise ExportFailed(Unsaved.NO_STUDY)
        setattr(header, keyword, uid)
    for keyword in TEXTS:
        setattr(header, keyword, tags.text(ds, keyword))
    for keyword in ("PatientName", "ReferringPhysicianName"):
        setattr(header, keyword, PersonName(_name(ds, keyword)))
    for keyword in ("PatientBirthDate", "StudyDate"):
        setattr(header, keyword, _date(tags.text(ds, keyword)))
    time = tags.text(ds, "StudyTime")
    header.StudyTime = time if TIME_FORM.fullmatch(time) else ""
    sex = tags.text(ds, "PatientSex").upper()
    header.PatientSex = sex if sex in ("M", "F", "O") else ""
    header.Modality = film.acquisition.modality or "OT"
    header.Rows, header.Columns = film.shape
    header.PatientOrientation = [film.acquisition.row_direction, film.acquisition.column_direction]
    if not film.orientation_known:
        header.PatientOrientation = ""
    colour = tags.text(ds, "PhotometricInterpretation").upper() not in GREY
    header.PhotometricInterpretation = "RGB" if colour else "MONOCHROME1" if film.inverse else "MONOCHROME2"
    header.SamplesPerPixel = 3 if colour else 1
    modality_lut = Dataset()
    for keyword in ("ModalityLUTSequence", "RescaleSlope", "RescaleIntercept", "RescaleType"):
        if keyword in ds:
            modality_lut[keyword] = ds[keyword]
    sop_class = str(header.SOPClassUID)
    header.SOPClassUID = SecondaryCaptureImageStorage
    if "RescaleSlope" in modality_lut and not modality_lut.get("RescaleType"):
        modality_lut.RescaleType = "US"  # unspecified (PS3.3 C.11.1.1.2); required in a presentation state
    return Source(header, sop_class, film.frame + 1 if film.frames > 1 else None, colour, modality_lut)


def _name(ds: Dataset, keyword: str) -> str:
    """All forms of a name, decoded; a value that cannot be is empty."""
    with contextlib.suppress(Exception):  # a broken name must not cost the objects, whose UIDs say whose they are
        return str(ds.get(keyword) or "").replace("\\", " ").strip()
    return ""


def _date(value: str) -> str:
    try:
        return datetime.strptime(value, "%Y%m%d").strftime("%Y%m%d")
    except ValueError:
        return ""
