"""Reviews on disk: one small file per film, named by hashes, written to a temporary file and moved into place.

Neither name nor content holds anything of the patient's: the name is a hash of the SOP instance UID and of the pixels,
so that a review can never come back on another film, or on another version of the same one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import msgspec

from ptxviewer.app.state.facts import Summary
from ptxviewer.core.answer import Detection, Line, LineName
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.files import write_atomic
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Point
from ptxviewer.core.keys import MARK, is_older, older_key
from ptxviewer.core.locks import held, opened, taken
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.merging import merged
from ptxviewer.core.private import private_folder, put_aside
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.stored import Stored
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.review import Drain, FirstRead, MovedLine, Posture, ReportText, Review, Verdict

FORMAT = 1
NEW = f"-{MARK}"  # in names made of keys of today
CLAIM, SAVING = ".window", ".saving"  # files that are locked: while a window is open, while a review is written
LONGEST_WAIT_S = 2.0  # for another window that writes


class DamagedReview(PtxError):
    """A saved review cannot be read."""


@dataclass(frozen=True)
class Saved:
    """A review with who made it and when (UTC)."""

    review: Review
    first_read: FirstRead = field(default_factory=FirstRead)
    reader: str = ""
    changed: str = ""
    size: Summary | None = None  # what was found under it, where the reader changed mask or threshold
    network: str = ""  # under whose maps ``size`` was measured


NOTHING = Saved(Review())


def review_name(film: Radiograph) -> str:
    """Return the name under which the review of a film is kept, without suffix."""
    return _name(film, film.key)


def _name(film: Radiograph, key: str) -> str:
    instance = f"{film.study.sop_uid}|{film.frame}" if film.study.sop_uid else key
    return f"{_hash(instance)[:32]}{'-' if is_older(key) else NEW}{_hash(key)[:16]}"


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
    size: Summary | None = None
    network: str = ""


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
    content = msgspec.json.encode(
        _File(written, saved.first_read, saved.reader, saved.changed, FORMAT, saved.size, saved.network)
    )
    return msgspec.json.format(content, indent=1) + b"\n"


def from_bytes(content: bytes) -> Saved:
    """Return the review in a file. Raises ``DamagedReview``."""
    try:
        file = msgspec.json.decode(content, type=_File)
        return Saved(_review(file.review), file.first_read, file.reader, file.changed, file.size, file.network)
    except (ValueError, IndexError, RecursionError, MemoryError):  # msgspec's errors are ``ValueError``s
        raise DamagedReview(Stored.REVIEW_DAMAGED) from None


def _review(written: _Review) -> Review:
    if any(not measurement.whole for measurement in written.measurements):
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


class ReviewFolder:
    """The reviews of all films, in a folder of this computer's user.

    Several windows may use it, here or on other computers of the same home. What another one wrote meanwhile is not
    overwritten: both reviews become one (``core.merging``), and where that is not possible, theirs is put aside.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, bytes] = {}  # by name: what this window read or wrote last
        self._claim: int | None = None
        self._older: tuple[frozenset[str], frozenset[str]] | None = None  # see ``_older_names``; None: not yet wanted

    def claim(self) -> bool:
        """Mark the folder as in use by this window, until it ends; False where another window has done so before."""
        with contextlib.suppress(OSError):
            private_folder(self.folder)
            self._claim = opened(self.folder / CLAIM)
            return taken(self._claim)
        return True

    def release(self) -> None:
        """Give up the claim."""
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def name_of(self, film: Radiograph) -> str:
        """Return the name of a film's review: where an earlier version made one, the name that it has since then."""
        name = review_name(film)
        if self._path(name).exists():
            return name
        names, instances = self._older_names()
        # An older name begins with the hash of the SOP instance; without one, with that of the older key.
        if not names or (film.study.sop_uid and name.partition("-")[0] not in instances):
            return name
        older = _name(film, older_key(film))
        return older if older in names else name

    def _older_names(self) -> tuple[frozenset[str], frozenset[str]]:
        """The names that earlier versions gave, and with which hashes these begin."""
        if self._older is None:
            try:
                found = [entry.removesuffix(".json") for entry in os.listdir(self.folder) if entry.endswith(".json")]
            except OSError:  # no review was ever kept, or what is there cannot be read
                found = []
            names = frozenset(name for name in found if NEW not in name)
            self._older = names, frozenset(name.partition("-")[0] for name in names)
        return self._older

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
                put_aside(path)
            except FileNotFoundError:
                pass  # another lane, or another window, was quicker
            except OSError:
                raise DamagedReview(Stored.REVIEW_UNREADABLE) from None
            raise
        self._seen[name] = content
        return saved

    def peek(self, name: str) -> Saved | None:
        """Return the review kept as ``name`` and leave a damaged one where it is. Raises ``DamagedReview``."""
        try:
            return from_bytes(self._path(name).read_bytes())
        except FileNotFoundError:
            return None
        except OSError:
            raise DamagedReview(Stored.REVIEW_UNREADABLE) from None

    def save(self, name: str, saved: Saved, base: Saved = NOTHING) -> Reason | None:
        """Write the review kept as ``name``; returns what is to be said of it. Raises ``ExportFailed``.

        ``base`` is the review that this window had of the film when both it and the file were last the same.
        """
        try:
            private_folder(self.folder)
        except OSError:
            raise ExportFailed(NotWritten(Unwritten.REVIEW, Writing.FOLDER_NOT_MADE)) from None
        with held(self.folder / SAVING, LONGEST_WAIT_S):
            written, notice = self._with_theirs(name, saved, base)
            content = as_bytes(written)
            write_atomic(self._path(name), content, Unwritten.REVIEW, private=True)
        self._seen[name] = content
        return notice

    def _with_theirs(self, name: str, ours: Saved, base: Saved) -> tuple[Saved, Reason | None]:
        """Return the review to write: ours, merged with what another window has changed in the file meanwhile."""
        try:
            content = self._path(name).read_bytes()
            theirs = from_bytes(content)
        except (OSError, DamagedReview):
            return ours, None
        if theirs == base:
            return ours, None
        news = content != self._seen.get(name)  # else it was said before
        both = merged(*((one.review, one.first_read) for one in (base, ours, theirs)))
        masks = both.review.mask, ours.review.mask
        if masks[0] is not None and masks[1] is not None and masks[0].shape != masks[1].shape:
            both = replace(both, review=replace(both.review, mask=masks[1]), lost=True)
        if both.lost and news:
            write_atomic(self._aside(name), content, Unwritten.REVIEW, private=True)
        written = replace(ours, review=both.review, first_read=both.first_read)
        same = (written.review, written.first_read) == (ours.review, ours.first_read)
        if not news or (same and not both.lost):
            return written, None
        return written, Stored.REVIEW_OF_BOTH_ASIDE if both.lost else Stored.REVIEW_OF_BOTH

    def _aside(self, name: str) -> Path:
        number = 1
        while (path := self.folder / f"{name}.other-{number}").exists():
            number += 1
        return path

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"
