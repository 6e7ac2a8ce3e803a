"""Segmentations (PS3.3 A.51): the masks of the segments, each on the pixels of the film that it was made from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.objects import FilmObject, Region
from ptxviewer.core.plaintext import plain
from ptxviewer.dicom import tags
from ptxviewer.dicom.bounds import LARGEST_PIXELS
from ptxviewer.dicom.objects.common import LONGEST, is_own, items, made_of, maker_of, references
from ptxviewer.dicom.objects.parameters import threshold_of
from ptxviewer.dicom.values import frames_of, number

MOST_FRAMES = 256  # that are looked at
MOST_SEGMENTS = 24  # that are shown of one film
Frame = tuple[int, str, int | None]
"""Segment number, SOP instance of the film, frame of the film."""


def segmentation(ds: Dataset) -> tuple[FilmObject, ...]:
    """Return the segments by film. Pixels must be those of the film: another size is not drawn over it."""
    labels = {int(number(item, "SegmentNumber")): _label(item) for item in items(ds, "SegmentSequence")}
    regions: dict[tuple[str, int | None], dict[str, NDArray[np.bool_]]] = {}
    cut = frames_of(ds) > MOST_FRAMES
    for (segment, uid, frame), mask in _frames(ds, labels):
        of_film = regions.setdefault((uid, frame), {})
        label = labels.get(segment, "")
        if label in of_film:
            of_film[label] |= mask
        elif len(of_film) < MOST_SEGMENTS:
            of_film[label] = mask
        else:
            cut = True
    own = is_own(ds)
    if own and str(ds.get("SegmentationType", "")).strip() == "FRACTIONAL":
        return ()  # our map of scores: no mask that anybody decided on
    return tuple(
        FilmObject(
            uid=tags.text(ds, "SOPInstanceUID"),
            film_uid=uid,
            frame=frame,
            kind="segmentation",
            maker=maker_of(ds),
            own=own,
            made=made_of(ds),
            label=plain(tags.text(ds, "SeriesDescription"), LONGEST),
            regions=tuple(Region(label, PackedMask.pack(mask)) for label, mask in masks.items() if mask.any()),
            cut=cut,
            threshold=threshold_of(ds) if own else None,
        )
        for (uid, frame), masks in regions.items()
    )


def _label(item: Dataset) -> str:
    return plain(tags.text(item, "SegmentLabel") or tags.text(item, "SegmentDescription"), LONGEST)


def _frames(ds: Dataset, labels: dict[int, str]) -> Iterator[tuple[Frame, NDArray[np.bool_]]]:
    rows, cols, count = int(number(ds, "Rows")), int(number(ds, "Columns")), min(frames_of(ds), MOST_FRAMES)
    if not (rows > 0 and cols > 0 and rows * cols <= LARGEST_PIXELS):
        return
    own, shared = (
        items(ds, "PerFrameFunctionalGroupsSequence", MOST_FRAMES),
        items(ds, "SharedFunctionalGroupsSequence"),
    )
    whole = list(references_of_series(ds))
    label_map = str(ds.get("SegmentationType", "")).strip() == "LABELMAP"
    for index in range(count):
        groups = [*own[index : index + 1], *shared]
        films = list(_sources(groups)) or (whole if len(whole) == 1 else [])
        if not films:
            continue
        pixels = _pixels(ds, index, rows, cols)
        if pixels is None:
            continue
        if label_map:
            parts = [(segment, pixels == segment) for segment in labels if segment and (pixels == segment).any()]
        else:
            least = max(1.0, number(ds, "MaximumFractionalValue", 1) / 2)
            parts = [(_segment(groups), pixels >= least)]
        for segment, mask in parts:
            for uid, frame in films:
                yield (segment, uid, frame), mask.copy()


def references_of_series(ds: Dataset) -> Iterator[tuple[str, int | None]]:
    """Yield the images that an object refers to as a whole (Common Instance Reference, PS3.3 C.12.2)."""
    for series in items(ds, "ReferencedSeriesSequence"):
        yield from references(series, "ReferencedInstanceSequence")
        yield from references(series, "ReferencedImageSequence")


def _sources(groups: list[Dataset]) -> Iterator[tuple[str, int | None]]:
    for group in groups:
        for derivation in items(group, "DerivationImageSequence"):
            yield from references(derivation, "SourceImageSequence")


def _segment(groups: list[Dataset]) -> int:
    for group in groups:
        for item in items(group, "SegmentIdentificationSequence"):
            return int(number(item, "ReferencedSegmentNumber", 1))
    return 1


def _pixels(ds: Dataset, index: int, rows: int, cols: int) -> NDArray[np.uint16] | None:
    """One frame; bits that follow each other without a gap between frames (PS3.5 8.1.1) are taken apart here."""
    bits, native = int(number(ds, "BitsAllocated", 1)), not ds.file_meta.TransferSyntaxUID.is_encapsulated
    if bits == 1 and native:
        size, first = rows * cols, index * rows * cols
        packed = np.frombuffer(ds.PixelData, np.uint8, offset=first // 8)[: size // 8 + 2]
        spread = np.unpackbits(packed, bitorder="little")[first % 8 : first % 8 + size]
        return spread.reshape(rows, cols).astype(np.uint16) if spread.size == size else None
    from pydicom.pixels.utils import pixel_array

    frame = np.asarray(pixel_array(ds, index=index if frames_of(ds) > 1 else None))
    return frame.astype(np.uint16) if frame.shape == (rows, cols) else None
