"""Films that lie in object storage or on a web server (``s3://``, ``https://``), listed and fetched through fsspec."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ptxviewer.cli.stream import Source
from ptxviewer.core.errors import PtxError, UnreadableFilm
from ptxviewer.core.reasons.cluster import StorageUnknown
from ptxviewer.core.reasons.reading import FileTooLarge, Reading
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.store import Stamp

if TYPE_CHECKING:
    from ptxviewer.dicom.candidates import Candidate

ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?!.*::)")
"""One place: addresses that chain several (``zip://...::s3://...``) are not taken."""
BLOCK_BYTES = 1 << 20  # written at once
ASKED_BYTES = 16 << 20  # asked of a storage at once: most films are one request
CHANGED = ("LastModified", "last_modified", "mtime", "updated", "created")  # what storages call the time of change


def is_address(text: str) -> bool:
    """True for what is fetched, False for a path."""
    return ADDRESS.match(text) is not None


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Make a reason of whatever a storage says; its own text may name the film."""
    try:
        yield
    except PtxError:
        raise
    except FileNotFoundError:
        raise UnreadableFilm(Reading.FILE_GONE) from None
    except PermissionError:
        raise UnreadableFilm(Reading.FILE_FORBIDDEN) from None
    except Exception:  # noqa: BLE001 - the boundary to the libraries of all storages
        raise UnreadableFilm(Reading.FILE_UNREADABLE) from None


def _storage(address: str) -> tuple[Any, str]:
    """Return the file system of an address and the path in it. Raises ``UnreadableFilm``: no library for it."""
    from fsspec.core import url_to_fs

    try:
        return url_to_fs(address)  # type: ignore[no-any-return]
    except (ImportError, ValueError):
        found = ADDRESS.match(address)
        raise UnreadableFilm(StorageUnknown(found[1] if found else "")) from None


def _each_at(address: str) -> Iterator[tuple[Candidate, Mapping[str, Any]]]:
    """Yield the films at an address and what the storage says of each: of one file, or of a folder and those below."""
    from ptxviewer.dicom.candidates import Candidate, is_named_like_film

    empty = True
    try:
        with _told():
            storage, root = _storage(address)
            if not storage.isdir(root):
                yield Candidate(Path(address), address), storage.info(root)
                return
            for _, folders, files in storage.walk(root, detail=True):
                for name in [name for name in folders if name.startswith(".")]:
                    del folders[name]
                for name, facts in sorted(files.items()):
                    if not name.startswith(".") and is_named_like_film(PurePosixPath(name)):
                        empty = False
                        whole = storage.unstrip_protocol(facts["name"])
                        yield Candidate(Path(whole), whole), facts
        if empty:
            yield Candidate(Path(address), address, Reading.FOLDER_WITHOUT_FILMS, is_input=True), {}
    except UnreadableFilm as error:
        yield Candidate(Path(address), address, error.reason, is_input=True), {}


def sources_at(address: str, pseudonyms: Pseudonyms) -> Iterator[Source]:
    """Yield the films at an address; what it cannot give is one with a reason."""
    for candidate, facts in _each_at(address):
        yield Source(candidate, stamp_at(candidate.name, facts, pseudonyms))


def stamp_at(address: str, facts: Mapping[str, Any], pseudonyms: Pseudonyms) -> Stamp:
    """Return the state of a film in storage: its size, and its time of change or what stands for it (the ETag)."""
    size = facts.get("size")
    changed: Any = next((facts[name] for name in CHANGED if facts.get(name)), None)
    if isinstance(changed, datetime):
        state = int(changed.timestamp() * 1e9)
    elif isinstance(changed, (int, float)):
        state = int(changed * 1e9)
    else:
        tag = changed or facts.get("ETag")
        state = 0 if not tag else zlib.crc32(str(tag).encode())
    return Stamp(pseudonyms.of("file", address), size if isinstance(size, int) else 0, state)


def fetch(address: str, folder: Path, most_bytes: int) -> Path:
    """Copy a film into ``folder``, no more than a file may be large. Raises ``UnreadableFilm``."""
    with _told():
        storage, path = _storage(address)
        target = folder / f"film{PurePosixPath(path).suffix[:8]}"
        taken = 0
        with storage.open(path, "rb", block_size=ASKED_BYTES) as source, target.open("wb") as file:
            while block := source.read(BLOCK_BYTES):
                taken += len(block)
                if taken > most_bytes:
                    raise UnreadableFilm(FileTooLarge(most_bytes))
                file.write(block)
        return target
