"""Reviews on disk: one small file a film, named by hashes, written beside its place and moved over it.

Neither name nor content holds anything of the patient's: the name is a hash of the SOP instance UID and of the pixels,
so that a review can never come back on another film, or on another version of the same one.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from ptxviewer.core.answer import Detection, Line, LineName
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.files import write_atomic
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Point
from ptxviewer.core.reasons.stored import Stored
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.review import Drain, FirstRead, Measurement, MovedLine, Posture, ReportText, Review, Verdict

FORMAT = 1


class DamagedReview(PtxError):
    """A saved review cannot be read."""


@dataclass(frozen=True)
class Saved:
    """A review with who made it and when (UTC)."""

    review: Review
    first_read: FirstRead = field(default_factory=FirstRead)
    reader: str = ""
    changed: str = ""


def review_name(film: Radiograph) -> str:
    """Return the name under which the review of a film is kept, without suffix."""
    instance = f"{film.study.sop_uid}|{film.frame}" if film.study.sop_uid else film.key
    return f"{_hash(instance)[:32]}-{_hash(film.key)[:16]}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# ---- what lies in the file: as in version 1, fields of a later version are left out

Unit = Annotated[float, msgspec.Meta(ge=0, le=1)]
Side = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class _Mask(msgspec.Struct):
    rows: Side
    cols: Side
    tiles: dict[int, bytes]  # those that are not empty, as base64


class _Line(msgspec.Struct):
    on_image_left: bool
    name: LineName
    wall: Point
    lung: Point


class _Detection(msgspec.Struct):
    score: Unit | None = None
    peak: Unit | None = None
    min_area: Unit | None = None


class _Review(msgspec.Struct):
    """The fields of ``Review``, by their names."""

    threshold: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    verdict: Verdict = ""
    note: str = ""
    mask: _Mask | None = None
    measurements: tuple[Measurement, ...] = ()
    detection: _Detection = msgspec.field(default_factory=_Detection)
    gate_overridden: bool = False
    lines: tuple[_Line, ...] = ()
    text: ReportText | None = None
    drain: Drain = ""
    posture: Posture = ""


class _File(msgspec.Struct):
    review: _Review
    first_read: FirstRead
    reader: str
    changed: str
    format: int = FORMAT


def as_bytes(saved: Saved) -> bytes:
    """Return the content of the file of a review."""
    review = saved.review
    mask = None
    if review.mask is not None:
        tiles = {index: tile for index, tile in enumerate(review.mask.tiles) if tile}
        mask = _Mask(review.mask.rows, review.mask.cols, tiles)
    detection = review.detection
    written = _Review(
        threshold=review.threshold,
        verdict=review.verdict,
        note=review.note,
        mask=mask,
        measurements=review.measurements,
        detection=_Detection(detection.score, detection.peak, detection.min_area),
        gate_overridden=review.gate_overridden,
        lines=tuple(_Line(m.on_image_left, m.name, m.line.wall, m.line.lung) for m in review.lines),
        text=review.text,
        drain=review.drain,
        posture=review.posture,
    )
    content = msgspec.json.encode(_File(written, saved.first_read, saved.reader, saved.changed))
    return msgspec.json.format(content, indent=1) + b"\n"


def from_bytes(content: bytes) -> Saved:
    """Return the review in a file. Raises ``DamagedReview``."""
    try:
        file = msgspec.json.decode(content, type=_File)
        return Saved(_review(file.review), file.first_read, file.reader, file.changed)
    except (ValueError, IndexError, RecursionError, MemoryError):  # msgspec's errors are ``ValueError``s
        raise DamagedReview(Stored.REVIEW_DAMAGED) from None


def _review(written: _Review) -> Review:
    if any(len(one.points) != (3 if one.kind == "angle" else 2) for one in written.measurements):
        raise ValueError("another number of points")
    detection = written.detection
    return Review(
        threshold=written.threshold,
        verdict=written.verdict,
        note=written.note,
        mask=None if written.mask is None else _unpacked(written.mask),
        measurements=written.measurements,
        detection=Detection(detection.score, detection.peak, detection.min_area),
        gate_overridden=written.gate_overridden,
        lines=tuple(MovedLine(m.on_image_left, m.name, Line(m.wall, m.lung)) for m in written.lines),
        text=written.text,
        drain=written.drain,
        posture=written.posture,
    )


def _unpacked(written: _Mask) -> PackedMask:
    tiles = list(PackedMask.blank(written.rows, written.cols).tiles)
    for index, tile in written.tiles.items():
        tiles[index] = tile
    # Packed anew: equal masks must be equal values, whichever library deflated them.
    return PackedMask.pack(PackedMask(written.rows, written.cols, tuple(tiles)).unpack())


@dataclass(frozen=True)
class ReviewFolder:
    """The reviews of all films, in a folder of this computer's user."""

    folder: Path

    def load(self, name: str, shape: tuple[int, int]) -> Saved | None:
        """Return the review kept as ``name``, None where there is none.

        A file that cannot be read, or whose mask is not of ``shape``, is put aside; raises ``DamagedReview``.
        """
        path = self._path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            raise DamagedReview(Stored.REVIEW_UNREADABLE) from None
        try:
            saved = from_bytes(content)
            if saved.review.mask is not None and saved.review.mask.shape != shape:
                raise DamagedReview(Stored.REVIEW_DAMAGED)
        except DamagedReview:
            try:
                os.replace(path, path.with_suffix(".damaged"))
            except OSError:
                raise DamagedReview(Stored.REVIEW_UNREADABLE) from None
            raise
        return saved

    def save(self, name: str, saved: Saved) -> None:
        """Write the review kept as ``name``. Raises ``ExportFailed``."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise ExportFailed(NotWritten(Unwritten.REVIEW, Writing.FOLDER_NOT_MADE)) from None
        write_atomic(self._path(name), as_bytes(saved), Unwritten.REVIEW)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"
