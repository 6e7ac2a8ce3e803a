"""The final mask as a binary segmentation (PS3.3 A.51), and the network's map as a fractional one.

One segment each, on the film's own pixel grid.
"""

from __future__ import annotations

import numpy as np
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.dataset import Dataset

from ptxviewer.dicom.write import codes
from ptxviewer.dicom.write.base import SERIES, Job, equipment, finished, own_series

CYAN_LAB = (46878, 25216, 26714)  # the outline's colour as DICOM encodes CIELab
STEPS = 255  # of the map's scores


def segmentation(job: Job) -> Dataset:
    """Return the mask; its algorithm type tells whether a reader changed it, or drew all of it."""
    edited = job.answer.findings.edited
    kind = "MANUAL" if job.by_hand else "SEMIAUTOMATIC" if edited else "AUTOMATIC"
    algorithm = None if kind == "MANUAL" else job.algorithm()
    segment = SegmentDescription(1, "Pneumothorax", codes.ABNORMAL, codes.PNEUMOTHORAX, kind, algorithm)
    segment.RecommendedDisplayCIELabValue = list(CYAN_LAB)
    dataset = Segmentation(
        [job.source.header],
        job.answer.mask[None],
        "BINARY",
        [segment],
        content_label="PTX_AI",
        content_description=job.summary()[:64],
        contributing_equipment=equipment(),
        **own_series("SEG"),
    )
    return _finished(dataset, job)


def score_map(job: Job) -> Dataset:
    """Return the network's scores as a fractional segmentation.

    DICOM knows probability and occupancy alone: it is the former by its type, and by its label what it is.
    """
    maps = job.answer.maps
    scores = np.clip(maps.grid_map.to_film(maps.pneumothorax), 0.0, 1.0).astype(np.float32)
    segment = SegmentDescription(
        1, "Pneumothorax score of the network", codes.ABNORMAL, codes.PNEUMOTHORAX, "AUTOMATIC", job.algorithm()
    )
    segment.RecommendedDisplayCIELabValue = list(CYAN_LAB)
    dataset = Segmentation(
        [job.source.header],
        scores[None],
        "FRACTIONAL",
        [segment],
        fractional_type="PROBABILITY",
        max_fractional_value=STEPS,
        omit_empty_frames=False,
        content_label="PTX_AI_MAP",
        content_description="Scores of the network, research use only",
        contributing_equipment=equipment(),
        **{**own_series("SEG"), "series_number": SERIES["MAP"]},
    )
    return _finished(dataset, job)


def _finished(dataset: Dataset, job: Job) -> Dataset:
    dataset.PatientOrientation = job.source.header.PatientOrientation  # 2C in General Image
    return finished(dataset, job.source)
