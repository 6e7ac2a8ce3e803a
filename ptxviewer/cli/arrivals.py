"""Films as they arrive in watched folders, each once it is whole, for ``triage --watch``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.app.films.watched_folder import Listing, Stamp, Waiting, list_folder, look

if TYPE_CHECKING:
    from ptxviewer.dicom.candidates import Candidate

MOST_FILES = 500_000  # of all watched folders: their names are in memory
LOOK_S = 0.5  # between two looks, or twice as long as the last one took


def arriving(
    paths: list[Path],
    unpacked: Path,
    now: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
    looked: Callable[[int], None] = lambda _arriving: None,
    away: Callable[[list[Path]], None] = lambda _folders: None,
) -> Iterator[Candidate | None]:
    """Yield the films of ``paths`` without end: a file when it has stopped changing, and again when it changes later.

    None stands for "nothing more for now"; ``looked`` is told how many files are not whole yet, or not handed out.
    A folder that cannot be read is looked at again; ``away`` is told which these are, at each look. Raises ``PtxError``
    for more files than can be watched.
    """
    from ptxviewer.dicom.collect import candidates_at

    known: Listing = {}
    waiting: Waiting = {}
    while True:
        started = now()
        listing: Listing = {}
        unread = []
        for path in paths:
            listed = _listed(path)
            if listed is None:  # its films are not gone
                unread.append(path)
                listed = {one: stamp for one, stamp in known.items() if path in one.parents}
            listing |= listed
        away(unread)
        found = look(listing, known, waiting, started, lambda path: bool(candidates_at(path, unpacked, peek=True)))
        for old, new in found.renamed.items():
            known[new] = known.pop(old)
        for path in found.gone:
            del known[path]
        waiting = found.waiting
        known |= found.passed
        looked(len(waiting) + len(found.ready))
        for number, (path, stamp) in enumerate(sorted(found.ready.items(), key=_oldest_first)):
            known[path] = stamp
            looked(len(waiting) + len(found.ready) - number - 1)
            yield from candidates_at(path, unpacked)
        yield None
        wait(max(LOOK_S, 2 * (now() - started)) if not found.ready else LOOK_S)


def _oldest_first(found: tuple[Path, Stamp]) -> tuple[int, Path]:
    path, stamp = found
    return stamp.mtime_ns, path


def _listed(path: Path) -> Listing | None:
    """Return the files of a folder, None where it cannot be read: no permission, or a drive that does not answer."""
    try:
        return list_folder(path, most=MOST_FILES)
    except OSError:
        return None
