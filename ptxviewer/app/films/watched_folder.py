"""A watched folder: films are added as they arrive, once they have stopped growing and can be read.

A file counts as whole when size and time of change have stood still for a while and it can be opened. Network drives
give no events, so the folder is listed again and again; events only make it sooner. Listing has a lane of its own: a
drive that does not answer must hold up nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ptxviewer.app.films.intake import Intake
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.preferences import Preferences
from ptxviewer.app.state.screen import Watch
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.reasons.window import TooManyWatchedFiles

STILL_S = 2.0  # how long a file must not change
POLL_S, SOON_S = 5.0, 1.0  # between two looks; while a file arrives
MOST_FILES = 20_000
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp", "~")


@dataclass(frozen=True)
class Stamp:
    """What tells one state of a file from another; the inode (0 where there is none) survives a new name."""

    size: int
    mtime_ns: int
    inode: int = 0


Listing = dict[Path, Stamp]
Waiting = dict[Path, tuple[Stamp, float]]
"""Files that are not known yet, and since when they have been as they are."""


@dataclass(frozen=True)
class Look:
    """What one look at the folder came to."""

    ready: Listing = field(default_factory=dict)  # whole, and films
    waiting: Waiting = field(default_factory=dict)
    passed: Listing = field(default_factory=dict)  # whole, but no films
    renamed: dict[Path, Path] = field(default_factory=dict)  # old name to new one
    gone: frozenset[Path] = frozenset()
    objects: tuple[Path, ...] = ()  # among those that are ready: they belong to films and are none


def is_unfinished(name: str) -> bool:
    """True for the names under which programs write what is not whole yet."""
    return name.startswith((".", "~")) or name.lower().endswith(UNFINISHED)


def files_below(folder: Path, checkpoint: Checkpoint = never_cancelled) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the files below ``folder`` that are not hidden or unfinished by their names, each with its status."""
    for root, folders, names in os.walk(folder):
        checkpoint()
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if is_unfinished(name):
                continue
            path = Path(root) / name
            try:
                status = path.stat()
            except OSError:  # gone, or renamed, meanwhile
                continue
            yield path, status


def list_folder(folder: Path, checkpoint: Checkpoint = never_cancelled, most: int | None = None) -> Listing:
    """Return the files below ``folder`` that may be whole. Raises ``OSError``, and ``PtxError`` for too many."""
    found: Listing = {}
    most = MOST_FILES if most is None else most
    with os.scandir(folder):  # a folder that cannot be reached, or not be read, is no empty one
        pass
    for path, status in files_below(folder, checkpoint):
        if status.st_size:
            found[path] = Stamp(status.st_size, status.st_mtime_ns, status.st_ino)
        if len(found) > most:
            raise PtxError(TooManyWatchedFiles(most))
    return found


def look(
    listing: Listing, known: Mapping[Path, Stamp], waiting: Waiting, now: float, is_film: Callable[[Path], bool]
) -> Look:
    """Compare a listing with what is known. ``is_film`` reads a file's first bytes, or raises ``OSError``."""
    gone = {path: stamp for path, stamp in known.items() if path not in listing}
    by_stamp = {stamp: path for path, stamp in gone.items() if stamp.inode}
    ready: Listing = {}
    passed: Listing = {}
    still: Waiting = {}
    renamed: dict[Path, Path] = {}
    for path, stamp in listing.items():
        if known.get(path) == stamp:
            continue
        if path not in known and stamp in by_stamp:
            renamed[by_stamp.pop(stamp)] = path
            continue
        before = waiting.get(path)
        since = min(before[1], now) if before is not None and before[0] == stamp else now  # a clock may be put back
        still[path] = stamp, since
        if now - since >= STILL_S:
            try:
                (ready if is_film(path) else passed)[path] = stamp
                del still[path]
            except OSError:  # locked by whoever writes it, or gone
                pass
    return Look(ready, still, passed, renamed, frozenset(gone) - set(renamed))


class WatchedFolder:
    """Watches one folder."""

    def __init__(self, store: Store, services: Services, intake: Intake, preferences: Preferences) -> None:
        self._store = store
        self._services = services
        self._intake = intake
        self._preferences = preferences
        self._known: Listing = {}
        self._waiting: Waiting = {}
        self._job: Ticket | None = None

    def choose(self, folder: Path | None) -> None:
        """Watch ``folder`` from now on, also after the next start; None: watch nothing."""
        path = str(folder) if folder is not None else ""
        self.follow(path)
        self._preferences.save(lambda settings: replace(settings, watch_folder=path))

    def follow(self, folder: str) -> None:
        """Watch the folder of the settings; the films that lie there are added, too."""
        watch = self._store.state.watch
        if folder == ("" if watch is None else str(watch.folder)):
            return
        self.stop()
        if folder:
            self._store.edit(lambda state: replace(state, watch=Watch(Path(folder))))
            self.poll()

    def stop(self) -> None:
        """Watch nothing; the films stay open."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._known, self._waiting = {}, {}
        if self._store.state.watch is not None:
            self._store.edit(lambda state: replace(state, watch=None))

    def poll(self) -> None:
        """Look at the folder, unless a look is under way."""
        watch = self._store.state.watch
        if watch is None or self._job is not None or self._store.closed:
            return
        folder, known, waiting, is_film = watch.folder, dict(self._known), self._waiting, self._services.is_film
        is_object = self._services.is_object
        now = self._services.now().timestamp()

        def work(checkpoint: Checkpoint) -> Look | None:
            try:
                found = look(list_folder(folder, checkpoint), known, waiting, now, is_film)
                return replace(found, objects=tuple(path for path in sorted(found.ready) if is_object(path)))
            except OSError:
                return None

        def done(outcome: Outcome[Look | None]) -> None:
            self._job = None
            if outcome.error is not None:
                self.stop()
                self._store.say(reason_of(outcome.error), "warning")
            elif outcome.value is None:
                self._edit(lambda watch: replace(watch, missing=True))
            else:
                self._looked(outcome.value)

        self._job = (self._services.watch or self._services.disk).submit(work, done)

    def _edit(self, change: Callable[[Watch], Watch]) -> None:
        watch = self._store.state.watch
        if watch is not None and (changed := change(watch)) != watch:
            self._store.edit(lambda state: replace(state, watch=changed))

    def _looked(self, found: Look) -> None:
        for old, new in found.renamed.items():
            self._known[new] = self._known.pop(old)
            self._intake.rename(old, new)
        for path in found.gone:
            del self._known[path]
        busy = self._intake.not_now(found.ready, self._known)
        self._waiting = {**found.waiting, **{path: (found.ready[path], 0.0) for path in busy}}
        arrived = {path: stamp for path, stamp in found.ready.items() if path not in busy}
        changed = [path for path in arrived if path in self._known]
        self._known |= arrived | found.passed
        objects = [path for path in found.objects if path in arrived]
        arrived = {path: stamp for path, stamp in arrived.items() if path not in objects}
        if objects:
            self._intake.bring(objects)
        self._edit(lambda watch: replace(watch, waiting=len(self._waiting), missing=False))
        if arrived:
            self._intake.arrived(sorted(arrived), changed)
