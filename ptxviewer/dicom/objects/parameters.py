"""With which threshold a mask of this program was made: one of the parameters of its algorithm."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydicom.dataset import Dataset

from ptxviewer.dicom import tags
from ptxviewer.dicom.objects.common import items

THRESHOLD = re.compile(r"(?:^|[^\w])threshold[ =:]+(0?\.\d+|0|1(?:\.0+)?)(?:$|[^\w.])")


def threshold_in(texts: Iterable[str]) -> float | None:
    """Return the threshold among the parameters of an algorithm, None where none is a number from 0 to 1."""
    for text in texts:
        found = THRESHOLD.search(text)
        if found:
            return float(found[1])
    return None


def threshold_of(ds: Dataset) -> float | None:
    """Return the threshold of a segmentation's first segment (PS3.3 10.16)."""
    return threshold_in(
        tags.text(algorithm, "AlgorithmParameters")
        for segment in items(ds, "SegmentSequence")
        for algorithm in items(segment, "SegmentationAlgorithmIdentificationSequence")
    )
