"""Lists the tags of a file, in a child process: values as plain text, sequences within bounds, nothing decoded."""

from __future__ import annotations

import contextlib
import multiprocessing
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.plaintext import plain
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.tag_list import TagList, TagRow
from ptxviewer.dicom import harmless
from ptxviewer.dicom.dataset import parsed
from ptxviewer.dicom.read import in_child, refusals

MOST_ROWS = 5000
MOST_DEPTH = 12
LONGEST_VALUE = 400  # letters
MOST_VALUES = 100  # of one element
BYTES = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
TECHNICAL = ("AT", "CS", "DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV", *BYTES)
"""Value representations that hold figures and defined terms; all others may name somebody."""
CLASSES = ("SOPClassUID", "MediaStorageSOPClassUID", "TransferSyntaxUID")
PATIENT_GROUP = 0x0010
OF_PATIENT = frozenset(
    {
        "AccessionNumber", "StudyID", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "StudyTime",
        "SeriesTime", "AcquisitionTime", "ContentTime", "AcquisitionDateTime", "InstitutionName",
        "InstitutionAddress", "InstitutionalDepartmentName", "StationName", "AdmissionID", "DeviceSerialNumber",
        "RequestingService", "CurrentPatientLocation",
    }
)  # fmt: skip


def list_tags(path: Path) -> TagList:
    """Return the tags of the file at ``path`` up to its pixels. Raises ``UnreadableFilm`` and nothing else."""
    if multiprocessing.current_process().daemon:
        return tags_here(path)
    return in_child(tags_here, path)


def tags_here(path: Path) -> TagList:
    """Do the work of ``list_tags`` in this process."""
    with refusals(), harmless.content_of(path) as content:
        start = content.read(1024)
        content.seek(0)
        if harmless.is_picture(start):
            raise UnreadableFilm(Reading.PICTURE_WITHOUT_TAGS)
        if harmless.is_something_else(start):
            raise UnreadableFilm(Reading.NOT_DICOM)
        ds = parsed(content, up_to_pixels=True)
        rows: list[TagRow] = []
        meta = getattr(ds, "file_meta", None)
        if meta is not None:
            _add(rows, meta, 0)
        _add(rows, ds, 0)
        return TagList(tuple(rows[:MOST_ROWS]), len(rows) > MOST_ROWS)


def _add(rows: list[TagRow], ds: Dataset, depth: int) -> None:
    for tag in sorted(ds.keys()):
        if len(rows) > MOST_ROWS:
            return
        try:
            element = ds[tag]
            row = _row(element, depth)
        except Exception:  # noqa: BLE001 - a broken element is a row that says so, and costs no other
            rows.append(TagRow(depth, f"({tag.group:04X},{tag.element:04X})", "??", "", "", tag.is_private))
            continue
        rows.append(row)
        if element.VR == "SQ" and depth < MOST_DEPTH:
            for item in element.value:
                _add(rows, item, depth + 1)


def _row(element: DataElement, depth: int) -> TagRow:
    tag, vr = element.tag, str(element.VR)
    keyword = element.keyword
    of_patient = tag.group == PATIENT_GROUP or vr == "PN" or keyword in OF_PATIENT
    text = (vr not in TECHNICAL and vr != "SQ" and keyword not in CLASSES) or (tag.is_private and vr != "SQ")
    name = plain(element.name.strip("[]"))
    creator = plain(str(element.private_creator)) if tag.is_private and element.private_creator else ""
    name = f"{name} ({creator})" if creator else name
    place = f"({tag.group:04X},{tag.element:04X})"
    return TagRow(depth, place, vr, name, _value(element, vr), tag.is_private, of_patient, text)


def _value(element: DataElement, vr: str) -> str:
    """Return a value as one line of text: how many bytes of what is not to be read, how many items of a sequence."""
    value = element.value
    if value is None:
        return ""
    if vr == "SQ":
        return f"[{len(value)}]"
    if isinstance(value, (bytes, bytearray)) or vr in BYTES:
        with contextlib.suppress(TypeError):
            return f"[{len(value)} B]"
    if not isinstance(value, str) and hasattr(value, "__iter__") and not hasattr(value, "family_name"):
        parts = [str(one) for one in list(value)[:MOST_VALUES]]
        return plain("\\".join(parts), LONGEST_VALUE)
    text = str(value)
    described = f"{text} = {value.name}" if vr == "UI" and getattr(value, "name", text) != text else text
    return plain(described, LONGEST_VALUE)
