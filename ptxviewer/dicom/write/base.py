"""What all objects of one film share: series, equipment, algorithm, references, the outline of each lesion."""

from __future__ import annotations

import io
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from highdicom import AlgorithmIdentificationSequence, ContributingEquipment
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from ptxviewer import __version__
from ptxviewer.core.answer import Lesion
from ptxviewer.core.drawing.outline import outlines
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.change import Compared
from ptxviewer.core.findings.decide import decide, mask_at_film
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.review import Review
from ptxviewer.dicom.write import codes
from ptxviewer.dicom.write.source import UTF_8, Source

DESCRIPTION = "AI pneumothorax, research use only"
RESEARCH_USE = "Research use only. Not for diagnosis."
NOT_EXCLUDED = "This does not exclude a pneumothorax."
MAKER = "PTXViewer"
SERIES = {"SEG": 9001, "PR": 9002, "SC": 9003, "SR": 9004, "DOC": 9005, "KO": 9006, "MAP": 9007}
READER_WORDS = {"accept": "accepted", "edited": "edited", "reject": "rejected", "unsure": "unsure"}


@dataclass(frozen=True, eq=False)
class Job:
    """One film whose result is written."""

    source: Source
    film: Radiograph
    answer: Answer
    review: Review
    reader: str = field(default="", repr=False)
    compared: Compared | None = None  # with the film's prior

    @property
    def rejected(self) -> bool:
        """True where the reader says that the result is wrong: nothing of it is drawn."""
        return self.review.verdict == "reject"

    @property
    def outlined(self) -> bool:
        """True where there is a mask to be drawn."""
        return not self.answer.withheld and not self.rejected and bool(self.answer.mask.any())

    @property
    def by_hand(self) -> bool:
        """True where the mask is wholly the reader's: it has no pixel in common with what the network marks."""
        findings = self.answer.findings
        if not findings.edited:
            return False
        decision = decide(self.answer.maps, self.answer.info.rule, findings.threshold, findings.detection)
        return not bool((mask_at_film(decision, *self.film.shape) & self.answer.mask).any())

    def parameters(self) -> dict[str, str]:
        """With what the network's scores became a decision, and which weights they are of."""
        findings, rule = self.answer.findings, self.answer.info.rule
        smallest = rule.min_area if findings.detection.min_area is None else findings.detection.min_area
        values = {
            "threshold": f"{findings.threshold:.4g}",
            "film score": f"{findings.score_threshold:.4g}",
            "smallest area": f"{smallest:.4g}",
        }
        if findings.detection.peak is not None:
            values["peak"] = f"{findings.detection.peak:.4g}"
        if self.answer.info.older:
            values["network"] = "older than the one in use"
        return {**values, "weights sha256": self.answer.info.model_sha256}

    def algorithm(self) -> AlgorithmIdentificationSequence:
        """Return the algorithm identification macro (PS3.3 10.16)."""
        return AlgorithmIdentificationSequence(
            self.answer.info.model_id[:64] or MAKER, codes.AI, __version__, MAKER, self.parameters()
        )

    def summary(self) -> str:
        """Return the result in English sentences, to stand on the picture."""
        findings = self.answer.findings
        if self.rejected:
            return f"AI result rejected by the reader. {RESEARCH_USE}"
        if not self.answer.mask.any():
            comment = f"AI: nothing above threshold. {NOT_EXCLUDED}"
        elif findings.edited:
            comment = f"Pneumothorax marked by the reader on an AI result (film score {findings.score:.2f})."
        else:
            comment = f"AI: possible pneumothorax (film score {findings.score:.2f})."
        verdict = READER_WORDS.get(self.review.verdict, "")
        if self.answer.info.older:
            comment = f"Older network. {comment}"
        return " ".join(part for part in (comment, verdict and f"Reader: {verdict}.", RESEARCH_USE) if part)

    def lesion_lines(self) -> list[tuple[Lesion, NDArray[np.float64]]]:
        """Return each lesion with its outer border as a closed line: (n, 2) film points (x, y), the last the first."""
        if not self.outlined:
            return []
        _, labels, stats, _ = cv2.connectedComponentsWithStats(self.answer.mask.astype(np.uint8), connectivity=8)
        boxes = {tuple(int(v) for v in row): label for label, row in enumerate(stats[1:], 1)}
        lines = []
        for lesion in self.answer.findings.lesions:
            x, y, width, height = lesion.bbox
            label = boxes.get((x, y, width, height, lesion.area_px))
            if label is not None:
                part = labels[y : y + height, x : x + width] == label
                lines.append((lesion, _closed(np.pad(part, 1).astype(np.uint8)) + np.array([x - 1, y - 1])))
        return lines


def _closed(part: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The longest border of a component, closed; a component too thin for one gives the corners of its box."""
    line = max(outlines(part), key=len)
    if len(line) < 3:
        x, y, width, height = cv2.boundingRect(part)
        line = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float64)
    return np.concatenate((line, line[:1]))


def device_uid() -> str:
    """Return a UID of this installation, the same every time, from which nothing of the computer can be read."""
    return str(generate_uid(prefix=None, entropy_srcs=["ptxviewer", platform.node(), sys.prefix]))


def serial_number() -> str:
    """Return a short form of ``device_uid``."""
    return device_uid()[-12:]


def own_series(modality: str) -> dict[str, Any]:
    """Return the arguments of highdicom for a new object in a series of its own."""
    return {
        "series_instance_uid": generate_uid(prefix=None),
        "series_number": SERIES[modality],
        "sop_instance_uid": generate_uid(prefix=None),
        "instance_number": 1,
        "manufacturer": MAKER,
        "manufacturer_model_name": MAKER,
        "software_versions": __version__,
        "device_serial_number": serial_number(),
        "series_description": DESCRIPTION,
    }


def equipment() -> list[ContributingEquipment]:
    """Return this program as what processed the film."""
    return [
        ContributingEquipment(
            MAKER,
            codes.PROCESSING,
            manufacturer_model_name=MAKER,
            software_versions=__version__,
            contribution_description=DESCRIPTION,
        )
    ]


def finished(dataset: Dataset, source: Source) -> Dataset:
    """Return an object of highdicom with what it leaves open: UTF-8, and the frame that it is about."""
    dataset.SpecificCharacterSet = UTF_8
    for keyword, item in _items(dataset):
        if item.get("ReferencedSOPInstanceUID") == source.header.SOPInstanceUID:
            item.ReferencedSOPClassUID = source.sop_class
            if source.frame is not None and keyword in ("ReferencedImageSequence", "SourceImageSequence"):
                item.ReferencedFrameNumber = source.frame
    return dataset


def _items(dataset: Dataset) -> Iterator[tuple[str, Dataset]]:
    """Every item of a sequence, at any depth, with the sequence's keyword."""
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield element.keyword, item
                yield from _items(item)


def as_file(dataset: Dataset) -> bytes:
    """Return a dataset as the bytes of a file."""
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
