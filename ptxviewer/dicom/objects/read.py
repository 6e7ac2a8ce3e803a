"""Reads one object. Runs in a child process: it raises whatever a parser does."""

from __future__ import annotations

import warnings
from pathlib import Path

from ptxviewer.core.objects import Brought
from ptxviewer.dicom.dataset import parsed
from ptxviewer.dicom.harmless import content_of
from ptxviewer.dicom.objects.documents import key_objects, pdf
from ptxviewer.dicom.objects.kinds import KINDS
from ptxviewer.dicom.objects.presentation import presentation_state
from ptxviewer.dicom.objects.report import report
from ptxviewer.dicom.objects.segmentation import segmentation


def read_object(path: Path) -> Brought:
    """Return what the object at ``path`` says."""
    with warnings.catch_warnings(), content_of(path) as content:
        warnings.simplefilter("ignore")
        ds = parsed(content)
        kind = KINDS.get(str(ds.get("SOPClassUID") or ds.file_meta.get("MediaStorageSOPClassUID") or ""))
        if kind == "segmentation":
            return Brought(segmentation(ds))
        if kind == "presentation state":
            return Brought(presentation_state(ds))
        if kind == "report":
            objects, document = report(ds)
            return Brought(objects, document)
        if kind == "key objects":
            return Brought(document=key_objects(ds))
        return Brought(document=pdf(ds)) if kind == "pdf" else Brought()
