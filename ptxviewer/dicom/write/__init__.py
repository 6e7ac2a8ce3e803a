"""Results as standard DICOM objects in the study of their film: segmentation, presentation state, picture, report.

Made of values (film, answer, review), never of what a screen shows. Texts in the objects are English whatever the
window speaks: they are read at other places than it.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.change import Compared
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.core.review import Review

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from ptxviewer.dicom.write.source import Source

Kind = Literal["seg", "gsps", "sc", "pdf", "map", "kos", "sr"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of writing: what the report refers to is there before it is."""
USUAL: tuple[Kind, ...] = ("seg", "gsps", "sc", "sr")
"""What is written where nothing else was asked for."""

SUFFIXES: dict[Kind, str] = {kind: f".{kind}.dcm" for kind in KINDS}


@dataclass(frozen=True)
class Extra:
    """What objects may hold beyond film, answer and review."""

    reader: str = field(default="", repr=False)
    pdf: bytes | None = field(default=None, repr=False)  # the report of the film; without it there is no "pdf"
    compared: Compared | None = None  # with the film's prior


NOTHING_MORE = Extra()


def objects_of(
    path: Path,
    film: Radiograph,
    answer: Answer,
    review: Review,
    kinds: Collection[str] = USUAL,
    extra: Extra = NOTHING_MORE,
) -> dict[Kind, bytes]:
    """Return the files of one film's result by kind, explicit VR little endian.

    ``path`` is the file that ``film`` was read from; a film whose pixels are others by now is refused. A kind that has
    nothing to say is left out: nothing is outlined, the reader rejected the result, or the gate refused the film (then
    the report alone says so). Raises ``PtxError``: no study to belong to, another film, nothing to write.
    """
    from ptxviewer.dicom.write.source import source_of

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they may quote values of patient tags
        source = source_of(path, film)
        made = _made(source, film, answer, review, kinds, extra)
    if not made:
        raise ExportFailed(Unsaved.NOTHING_TO_OUTLINE)
    return made


def _made(
    source: Source, film: Radiograph, answer: Answer, review: Review, kinds: Collection[str], extra: Extra
) -> dict[Kind, bytes]:
    from ptxviewer.dicom.write.base import Job, as_file
    from ptxviewer.dicom.write.document import encapsulated_pdf
    from ptxviewer.dicom.write.picture import secondary_capture
    from ptxviewer.dicom.write.presentation import presentation_state
    from ptxviewer.dicom.write.report import structured_report
    from ptxviewer.dicom.write.segmentation import score_map, segmentation
    from ptxviewer.dicom.write.selection import key_object_selection

    job = Job(source, film, answer, review, extra.reader, extra.compared)
    objects: dict[Kind, Dataset] = {}
    if not answer.withheld:
        if "seg" in kinds and job.outlined:
            objects["seg"] = segmentation(job)
        if "gsps" in kinds and not source.colour:
            objects["gsps"] = presentation_state(job)
        if "sc" in kinds:
            objects["sc"] = secondary_capture(job)
        if "pdf" in kinds and extra.pdf is not None:
            objects["pdf"] = encapsulated_pdf(job, extra.pdf)
        if "map" in kinds and not job.rejected:
            objects["map"] = score_map(job)
        if "kos" in kinds and job.outlined:
            objects["kos"] = key_object_selection(job)
    if "sr" in kinds:
        objects["sr"] = structured_report(job, objects.get("seg"))
    return {kind: as_file(dataset) for kind, dataset in objects.items()}


def save_objects(
    target: Path,
    path: Path,
    film: Radiograph,
    answer: Answer,
    review: Review,
    kinds: Collection[str] = USUAL,
    extra: Extra = NOTHING_MORE,
) -> tuple[Path, ...]:
    """Write the objects of a film as ``target`` with ``.seg.dcm`` and so on appended; returns the files.

    All are made before the first is written, and each is written whole or not at all. Raises as ``objects_of`` does,
    and ``ExportFailed`` for what the disk refuses.
    """
    made = objects_of(path, film, answer, review, kinds, extra)
    files = {target.with_name(target.name + SUFFIXES[kind]): content for kind, content in made.items()}
    for file, content in files.items():
        write_atomic(file, content)
    return tuple(files)
