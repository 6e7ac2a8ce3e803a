"""The final mask as a binary segmentation (PS3.3 A.51): one segment, the film's own pixel grid."""

from __future__ import annotations

from highdicom.seg import Segmentation, SegmentDescription
from pydicom.dataset import Dataset

from ptxviewer.dicom.write import codes
from ptxviewer.dicom.write.base import Job, equipment, finished, own_series

CYAN_LAB = (46878, 25216, 26714)  # the outline's colour as DICOM encodes CIELab


def segmentation(job: Job) -> Dataset:
    """Return the mask; its algorithm type tells whether a reader changed it."""
    header = job.source.header
    kind = "SEMIAUTOMATIC" if job.answer.findings.edited else "AUTOMATIC"
    segment = SegmentDescription(1, "Pneumothorax", codes.ABNORMAL, codes.PNEUMOTHORAX, kind, job.algorithm())
    segment.RecommendedDisplayCIELabValue = list(CYAN_LAB)
    dataset = Segmentation(
        [header],
        job.answer.mask[None],
        "BINARY",
        [segment],
        content_label="PTX_AI",
        content_description=job.summary()[:64],
        contributing_equipment=equipment(),
        **own_series("SEG"),
    )
    dataset.PatientOrientation = header.PatientOrientation  # 2C in General Image
    return finished(dataset, job.source)
