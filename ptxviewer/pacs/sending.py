"""C-STORE of files as they lie on the disk, and the question afterwards whether they are there (PS3.4 B, C)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError
from ptxviewer.core.files import open_regular
from ptxviewer.core.pacs import Delivery, Node, Station
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.pacs.association import MOST_CONTEXTS, Line, associated, between, why_status
from ptxviewer.pacs.classes import FIND

if TYPE_CHECKING:
    from pynetdicom.presentation import PresentationContext


@dataclass(frozen=True)
class Object:
    """What a file says of itself in its file meta information (PS3.10 7.1)."""

    path: Path
    sop_class: str
    sop_instance: str
    syntax: str
    study: str
    series: str


def object_of(path: Path) -> Object | None:
    """Return what is in a file, None where it is no DICOM file with file meta. Reads no pixels."""
    from pydicom import dcmread

    with contextlib.suppress(Exception):  # whatever a file does to the parser, it cannot be sent
        with open_regular(path) as file:
            ds = dcmread(file, specific_tags=["StudyInstanceUID", "SeriesInstanceUID"], stop_before_pixels=True)
        meta = ds.file_meta
        found = (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID)
        if all(found):
            study, series = (str(ds.get(name, "") or "") for name in ("StudyInstanceUID", "SeriesInstanceUID"))
            return Object(path, str(found[0]), str(found[1]), str(found[2]), study, series)
    return None


def contexts_of(objects: Sequence[Object]) -> list[PresentationContext]:
    """Return exactly the pairs of class and transfer syntax that are held, so that none is taken for another."""
    from pynetdicom.presentation import build_context

    pairs = dict.fromkeys((item.sop_class, item.syntax) for item in objects)
    return [build_context(kind, syntax) for kind, syntax in list(pairs)[:MOST_CONTEXTS]]


def send(node: Node, station: Station, files: Sequence[Path], checkpoint: Checkpoint) -> list[Delivery]:
    """Store files on one line, and look for them on a second one.

    Raises ``PtxError`` where nothing could be sent. A line that ends half way leaves the rest waiting.
    """
    objects = [object_of(path) for path in files]
    results = [Delivery("failed", Pacs.NOT_DICOM) if item is None else Delivery() for item in objects]
    held = [item for item in objects if item is not None]
    if not held:
        return results
    taken: list[bool] = []
    try:
        with associated(node, station, contexts_of(held)) as line:
            for number, one in enumerate(objects):
                if one is not None:
                    between(checkpoint, line)
                    results[number] = _store(line, one)
                    taken.append(results[number].arrived)
    except PtxError as error:
        if not taken:
            raise
        results = [replace(one, why=error.reason) if one.state == "waiting" else one for one in results]
    if not any(taken):
        return results
    there = _found(
        node, station, [one if result.arrived else None for one, result in zip(objects, results, strict=True)]
    )
    return [
        replace(result, found=found, why=Pacs.NOT_THERE if found is False else result.why)
        for result, found in zip(results, there, strict=True)
    ]


def _store(line: Line, one: Object) -> Delivery:
    """Store one file; what cannot be encoded or is not taken costs this file only. Raises ``PtxError`` for the line."""
    accepted = {(str(c.abstract_syntax), str(c.transfer_syntax[0])) for c in line.association.accepted_contexts}
    if (one.sop_class, one.syntax) not in accepted:
        return Delivery("failed", Pacs.CLASS_NOT_TAKEN)
    line.asking()
    try:
        answer = line.association.send_c_store(one.path)
    except (OSError, ValueError, AttributeError):
        return Delivery("failed", Pacs.NOT_DICOM)
    except RuntimeError:  # the association ended meanwhile
        raise PtxError(Pacs.DROPPED) from None
    status = line.status_of(answer)
    if status == 0:
        return Delivery("stored")
    if status in (0x0001, 0x0107, 0x0116) or status >> 12 == 0xB:  # PS3.7 C.3, PS3.4 B.2.3
        return Delivery("warned", Pacs.STORED_ALTERED)
    return Delivery("failed", why_status(status))


def _found(node: Node, station: Station, objects: Sequence[Object | None]) -> list[bool | None]:
    """Ask for every object at the image level; None where the node cannot be asked: many take, and answer nothing."""
    from pydicom.dataset import Dataset
    from pynetdicom.presentation import build_context

    found: list[bool | None] = [None] * len(objects)
    with contextlib.suppress(PtxError), associated(node, station, [build_context(FIND)]) as line:
        for number, one in enumerate(objects):
            if one is None:
                continue
            asked = Dataset()
            asked.QueryRetrieveLevel = "IMAGE"
            asked.StudyInstanceUID, asked.SeriesInstanceUID = one.study, one.series
            asked.SOPInstanceUID = one.sop_instance
            line.asking()
            there = False
            for answer, match in line.association.send_c_find(asked, FIND):
                status = line.status_of(answer)
                if status in (0xFF00, 0xFF01):
                    there |= match is not None and str(match.get("SOPInstanceUID", "")) == one.sop_instance
                elif status:
                    raise PtxError(why_status(status))
            found[number] = there
    return found
