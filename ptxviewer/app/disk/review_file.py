"""Reviews on disk: one small file a film, named by hashes, written beside its place and moved over it.

Neither name nor content holds anything of the patient's: the name is a hash of the SOP instance UID and of the pixels,
so that a review can never come back on another film, or on another version of the same one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from ptxviewer.core.answer import LINE_NAMES, Detection, Line
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.files import write_atomic
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Point
from ptxviewer.core.review import KINDS, FirstRead, Impression, Measurement, MovedLine, Review, Verdict

FORMAT = 1
WHAT = "The review"
DAMAGED = "The saved review of this film could not be read; it was put aside."


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


# ---- one row a field: how it is written, how it is read back


def _one_of(*allowed: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in allowed:
            raise ValueError("an unknown word")
        return value

    return read


def _threshold(value: Any) -> float | None:
    if value is None:
        return None
    if not (isinstance(value, (int, float)) and 0 < value < 1):
        raise ValueError("no threshold")
    return float(value)


def _write_detection(detection: Detection) -> Any:
    return asdict(detection)


def _detection(value: Any) -> Detection:
    known = {one.name: value[one.name] for one in fields(Detection) if one.name in value}
    if not all(number is None or 0 <= float(number) <= 1 for number in known.values()):
        raise ValueError("no limit of detection")
    return Detection(**{name: None if number is None else float(number) for name, number in known.items()})


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("no flag")
    return value


def _write_lines(lines: tuple[MovedLine, ...]) -> Any:
    return [
        {"on_image_left": m.on_image_left, "name": m.name, "wall": list(m.line.wall), "lung": list(m.line.lung)}
        for m in lines
    ]


def _point(value: Any) -> Point:
    x, y = (float(number) for number in value)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError("no point")
    return x, y


def _read_lines(value: Any) -> tuple[MovedLine, ...]:
    known = _one_of(*LINE_NAMES)
    return tuple(
        MovedLine(_flag(one["on_image_left"]), known(one["name"]), Line(_point(one["wall"]), _point(one["lung"])))
        for one in value
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _write_mask(mask: PackedMask | None) -> Any:
    if mask is None:
        return None
    tiles = {str(index): base64.b64encode(tile).decode() for index, tile in enumerate(mask.tiles) if tile}
    return {"rows": mask.rows, "cols": mask.cols, "tiles": tiles}


def _read_mask(value: Any) -> PackedMask | None:
    if value is None:
        return None
    rows, cols = int(value["rows"]), int(value["cols"])
    tiles = [b""] * len(PackedMask.blank(rows, cols).tiles)
    for index, text in value["tiles"].items():
        tiles[int(index)] = base64.b64decode(text, validate=True)
    # Packed anew: equal masks must be equal values, whichever library deflated them.
    return PackedMask.pack(PackedMask(rows, cols, tuple(tiles)).unpack())


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _write_measurements(measurements: tuple[Measurement, ...]) -> Any:
    return [{"kind": one.kind, "points": one.points, "mm": one.mm} for one in measurements]


def _read_measurements(value: Any) -> tuple[Measurement, ...]:
    kind = _one_of(*KINDS)
    found = tuple(
        Measurement(
            kind(one["kind"]),
            tuple((_number(x), _number(y)) for x, y in one["points"]),
            None if one["mm"] is None else _number(one["mm"]),
        )
        for one in value
    )
    if any(len(one.points) != (3 if one.kind == "angle" else 2) for one in found):
        raise ValueError("another number of points")
    return found


def _same(value: Any) -> Any:
    return value


CODECS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "threshold": (_same, _threshold),
    "verdict": (_same, _one_of(*get_args(Verdict))),
    "note": (_same, _text),
    "mask": (_write_mask, _read_mask),
    "measurements": (_write_measurements, _read_measurements),
    "detection": (_write_detection, _detection),
    "gate_overridden": (_same, _flag),
    "lines": (_write_lines, _read_lines),
}
"""Write and read of each field of ``Review``."""


def _first_read(value: Any) -> FirstRead:
    known = _one_of(*get_args(Impression))
    return FirstRead(tuple((known(mark), _text(when)) for mark, when in value["marks"]), _text(value["revealed"]))


def as_bytes(saved: Saved) -> bytes:
    """Return the content of the file of a review."""
    review = {one.name: CODECS[one.name][0](getattr(saved.review, one.name)) for one in fields(Review)}
    first = {"marks": saved.first_read.marks, "revealed": saved.first_read.revealed}
    record = {
        "format": FORMAT,
        "reader": saved.reader,
        "changed": saved.changed,
        "review": review,
        "first_read": first,
    }
    return (json.dumps(record, indent=1) + "\n").encode("ascii")


def from_bytes(content: bytes) -> Saved:
    """Return the review in a file; fields of a later version are left out. Raises ``DamagedReview``."""
    try:
        record = json.loads(content)
        kept = {
            one.name: CODECS[one.name][1](record["review"][one.name])
            for one in fields(Review)
            if one.name in record["review"]
        }
        return Saved(
            Review(**kept), _first_read(record["first_read"]), _text(record["reader"]), _text(record["changed"])
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, MemoryError):
        raise DamagedReview(DAMAGED) from None


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
            raise DamagedReview("The saved review of this film could not be read.") from None
        try:
            saved = from_bytes(content)
            if saved.review.mask is not None and saved.review.mask.shape != shape:
                raise DamagedReview(DAMAGED)
        except DamagedReview:
            try:
                os.replace(path, path.with_suffix(".damaged"))
            except OSError:
                raise DamagedReview("The saved review of this film could not be read.") from None
            raise
        return saved

    def save(self, name: str, saved: Saved) -> None:
        """Write the review kept as ``name``. Raises ``ExportFailed``."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise ExportFailed(f"{WHAT} could not be written: its folder cannot be made.") from None
        write_atomic(self._path(name), as_bytes(saved), WHAT)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"
