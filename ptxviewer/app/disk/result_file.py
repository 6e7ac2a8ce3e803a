"""Results on disk between sessions: the network's output for each film, in files named by hashes.

Two small files a film. The *entry* is found by the file's fingerprint and says what the lists show, so that a folder
is listed without decoding a film. The *maps* are found by the hash of the pixels, and are the network's bit for bit.
Both names also hold the network's identity. Nothing in them is the patient's: no name, no date, no path, no picture.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from ptxviewer.app.disk import legacy
from ptxviewer.app.state.facts import Summary
from ptxviewer.core.answer import ProbabilityMaps, Side
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import open_regular, write_atomic
from ptxviewer.core.keys import MARK, is_older
from ptxviewer.core.private import private_folder
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons import decode, encode
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.spacing import SpacingOrigin

FORMAT: Literal[2] = 2
MOST_BYTES = 4_000_000_000  # about 3 MB a film, so that a folder of 500 never drives itself out
KEPT_SHARE = 0.9  # of the bound, after the oldest were evicted
BLOCK = 16_384
GRIDS = ("pneumothorax", "lung_image_left", "lung_image_right")
BROKEN = (
    ValueError, TypeError, KeyError, IndexError, EOFError, OSError, OverflowError, MemoryError, RecursionError,
    NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What NumPy and msgspec raise at damaged files; msgspec's errors are ``ValueError``s."""


def fingerprint(path: Path) -> str:
    """Return a hash that shows whether a file is still the one that was analysed, without reading all of it.

    Size, time of change, first, middle and last block: the first holds the SOP instance UID. Raises ``OSError``.
    """
    with open_regular(path) as file:
        stat = os.fstat(file.fileno())
        digest = hashlib.blake2b(f"{stat.st_size}|{stat.st_mtime_ns}".encode(), digest_size=20)
        for start in (0, stat.st_size // 2, max(0, stat.st_size - BLOCK)):
            file.seek(start)
            digest.update(file.read(BLOCK))
    return digest.hexdigest()


def identity(info: EngineInfo) -> str:
    """Return a hash of the network and its operating point: results of another one are never used."""
    return hashlib.blake2b(f"{info.model_id}|{info.model_sha256}|{info.rule!r}".encode(), digest_size=8).hexdigest()


ORIGINS = {origin.value: origin for origin in SpacingOrigin}


@dataclass(frozen=True)
class Entry:
    """What the lists show of a film. ``why_not`` is why the network did not look at it; then there is no summary."""

    key: str  # of the radiograph
    kept_as: str  # name of its review
    shape: tuple[int, int]
    frames: int = 1
    why_not: Reason | None = None
    summary: Summary | None = None
    view: str = ""  # position; what follows is for the figures of the site, and not in files of earlier versions
    spacing: SpacingOrigin | None = None


class _Summary(msgspec.Struct):
    """The fields of ``Summary``, by their names; a field that is not there is damage, never a default."""

    score: Annotated[float, msgspec.Meta(ge=0, le=1)]
    present: bool
    sides: tuple[Side, ...]
    percent: float | None
    area_mm2: float | None
    area_px: int
    refused: bool
    limit: float | None = None  # not in entries of earlier versions


class _File(msgspec.Struct):
    """The fields of ``Entry``, by their names."""

    key: str
    kept_as: str
    shape: tuple[int, int]
    frames: int
    why_not: dict[str, Any] | str | None  # a reason as it is encoded; a sentence in format 1
    summary: _Summary | None
    format: Literal[1, 2]
    view: str = ""
    spacing: str = ""  # an origin of a newer version is not known here, and no damage


def entry_bytes(entry: Entry) -> bytes:
    """Return the content of the file of an entry."""
    summary = (
        None
        if entry.summary is None
        else _Summary(**{n: getattr(entry.summary, n) for n in _Summary.__struct_fields__})
    )
    why_not = None if entry.why_not is None else encode(entry.why_not)
    head = entry.key, entry.kept_as, entry.shape, entry.frames
    spacing = "" if entry.spacing is None else entry.spacing.value
    return msgspec.json.encode(_File(*head, why_not, summary, FORMAT, entry.view, spacing))


def entry_from(content: bytes) -> Entry:
    """Return the entry in a file. Raises one of ``BROKEN``."""
    file = msgspec.json.decode(content, type=_File)
    summary = None if file.summary is None else Summary(**msgspec.structs.asdict(file.summary))
    why = file.why_not
    why_not = legacy.why_not(why) if isinstance(why, str) else None if why is None else decode(why)
    return Entry(
        file.key, file.kept_as, file.shape, file.frames, why_not, summary, file.view, ORIGINS.get(file.spacing)
    )


# ---- the maps: a NumPy archive, whose parts have checksums


class _Head(msgspec.Struct):
    """The fields of ``ProbabilityMaps`` that are no grids, by their names."""

    image_key: str
    rows: int
    cols: int
    score: float
    frontal: float | None
    model_id: str
    model_sha256: str
    device: str
    infer_ms: float
    aspect: float = 1.0  # of a file of the version before, for which every film was square
    as_stored: bool = False
    lungs_found: bool = True
    photographed: float | None = None


def maps_bytes(maps: ProbabilityMaps) -> bytes:
    """Return maps as a NumPy archive, without loss: the grids that there are, and ``head`` as JSON."""
    grids = {name: grid for name in GRIDS if (grid := getattr(maps, name)) is not None}
    head = msgspec.json.encode(_Head(**{name: getattr(maps, name) for name in _Head.__struct_fields__}))
    file = io.BytesIO()
    np.savez(file, head=np.frombuffer(head, np.uint8), **grids)
    return file.getvalue()


def maps_from(content: bytes) -> ProbabilityMaps:
    """Return the maps in a file, also in one of the format before. Raises one of ``BROKEN``."""
    if content[:1] == b"{":
        return legacy.maps_from(content)
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        parts = {name: archive[name] for name in archive.files}
    head = msgspec.json.decode(parts.pop("head").tobytes(), type=_Head)
    if not set(parts) <= set(GRIDS):
        raise ValueError("another format")
    return ProbabilityMaps(**parts, **msgspec.structs.asdict(head))


class ResultFolder:
    """The results of all films, in the cache folder of this computer's user. One thread at a time writes.

    A file that cannot be read, or is not of the film that was asked for, is taken away and made again.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._holds_older: bool | None = None  # maps under keys of earlier versions; None until somebody asks
        self._held: int | None = None  # bytes in the folder, None until somebody writes

    def find(self, mark: str, model: str) -> Entry | None:
        """Return the entry of the file with that fingerprint, None where there is none."""
        path = self._folder / f"{mark}-{model}.json"
        content = self._read(path)
        if content is None:
            return None
        try:
            return entry_from(content)
        except BROKEN:
            self._drop(path)
            return None

    def latest(self, model: str, most: int) -> Iterator[Entry]:
        """Yield the entries of a network that were made last, at most ``most``, the newest first."""
        ours = [(made, path) for path, _, made in self._files() if path.name.endswith(f"-{model}.json")]
        for _, path in sorted(ours, reverse=True)[:most]:
            content = self._read(path)
            with contextlib.suppress(*BROKEN):
                yield entry_from(content or b"")

    def maps(
        self, key: str, shape: tuple[int, int], model: str, older: Callable[[], str] | None = None
    ) -> ProbabilityMaps | None:
        """Return the maps of the film with that key and shape, None where there are none.

        ``older`` gives the key of earlier versions, and is asked only where maps of theirs may be there.
        """
        found = self._maps(key, shape, model)
        if found is None and older is not None and self._has_older():
            found = self._maps(older(), shape, model)
            return None if found is None else replace(found, image_key=key)
        return found

    def _has_older(self) -> bool:
        if self._holds_older is None:
            names = (path.name for path, *_ in self._files())
            self._holds_older = any(n.endswith((".npz", legacy.MAPS)) and not n.startswith(MARK) for n in names)
        return self._holds_older

    def _maps(self, key: str, shape: tuple[int, int], model: str) -> ProbabilityMaps | None:
        path = self._maps_path(key, model)
        if not path.exists():
            path = path.with_suffix(legacy.MAPS)
        content = self._read(path)
        if content is None:
            return None
        try:
            maps = maps_from(content)
            if maps.image_key != key or (maps.rows, maps.cols) != shape:
                raise ValueError("of another film")
        except BROKEN:
            self._drop(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the oldest in use, not the oldest made, is evicted
        return maps

    def save(self, mark: str, model: str, entry: Entry, maps: ProbabilityMaps | None) -> None:
        """Keep the result of a film; the maps first, so that no entry promises what is not there.

        ``mark`` is the file's fingerprint, "" when it is not known. Raises ``ExportFailed``.
        """
        try:
            private_folder(self._folder)
        except OSError:
            raise ExportFailed(NotWritten(Unwritten.RESULTS, Writing.FOLDER_NOT_MADE)) from None
        if maps is not None:
            self._write(self._maps_path(maps.image_key, model), maps_bytes(maps))
        if mark:
            self._write(self._folder / f"{mark}-{model}.json", entry_bytes(entry))

    def clear(self) -> None:
        """Take everything away. Files that cannot be removed stay."""
        for path, *_ in self._files():
            self._drop(path)
        self._held = None

    def _maps_path(self, key: str, model: str) -> Path:
        name = hashlib.blake2b(key.encode(), digest_size=20).hexdigest()
        return self._folder / f"{'' if is_older(key) else MARK}{name}-{model}.npz"

    def _read(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except OSError:
            return None

    def _drop(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink()

    def _write(self, path: Path, content: bytes) -> None:
        write_atomic(path, content, Unwritten.RESULTS, private=True)
        self._held = sum(size for _, size, _ in self._files()) if self._held is None else self._held + len(content)
        if self._held > self._most_bytes:
            self._evict(path)

    def _files(self) -> Iterable[tuple[Path, int, float]]:
        """Path, size and time of every file of ours."""
        with contextlib.suppress(OSError), os.scandir(self._folder) as found:
            for one in found:
                if one.name.endswith((".json", ".npz", legacy.MAPS, ".part")):
                    with contextlib.suppress(OSError):
                        stat = one.stat()
                        yield Path(one.path), stat.st_size, stat.st_mtime

    def _evict(self, newest: Path) -> None:
        files = sorted(self._files(), key=lambda file: (file[0] == newest, file[2]))
        held = sum(size for _, size, _ in files)
        for path, size, _ in files:
            if held <= KEPT_SHARE * self._most_bytes:
                break
            self._drop(path)
            held -= size
        self._held = held
