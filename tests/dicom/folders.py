"""Folders, indexes and archives that look like films, and what is found in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    ExplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from ptxviewer.core.reason import Reason
from ptxviewer.dicom.candidates import Candidate
from ptxviewer.dicom.collect import collect

FILM = b"\0" * 128 + b"DICM" + b"\0" * 40


def film(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FILM)
    return path


def films(found: list[Candidate]) -> list[Path]:
    """What can be read."""
    return [one.path for one in found if one.reason is None]


def refused(found: list[Candidate]) -> dict[str, Reason]:
    """What cannot, by the last part of its name."""
    return {Path(one.name).name: one.reason for one in found if one.reason is not None}


def why(path: Path, unpacked: Path) -> Reason | None:
    """Why nothing comes of ``path``."""
    [only] = collect([path], unpacked)
    return only.reason


def dicomdir(folder: Path, *names: list[str]) -> Path:
    """Write an index that names files by their parts."""
    records = []
    for parts in names:
        record = Dataset()
        record.ReferencedFileID = parts
        records.append(record)
    index = FileDataset(str(folder / "DICOMDIR"), {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    index.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    index.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    index.DirectoryRecordSequence = records
    index.save_as(folder / "DICOMDIR")
    return folder / "DICOMDIR"


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return path
