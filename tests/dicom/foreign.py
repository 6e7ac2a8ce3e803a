"""Objects of other makers, by their tags: presentation states, reports, segmentations, documents."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from ptxviewer.core.objects import FilmObject
from ptxviewer.dicom.objects.read import read_object

SR = "1.2.840.10008.5.1.4.1.1.88.33"
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"
KOS = "1.2.840.10008.5.1.4.1.1.88.59"


def the_one(path: Path) -> FilmObject:
    (one,) = read_object(path).objects
    return one


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
