"""Health of an unattended run: the status file that it writes, and ``ptxviewer health``, which reads it.

The file is JSON, replaced whole, at least every ``BEAT_S`` seconds while the run is alive. Its keys are a promise
(docs/guide/unattended.md); nothing in it tells of a patient, a file or a node.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, TypeVar

from ptxviewer import __version__
from ptxviewer.cli.parser import Parser, add_language
from ptxviewer.cli.speaking import complain, say
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.files import write_atomic
from ptxviewer.core.reason import Reason
from ptxviewer.words import tr, trn

FORMAT = 1
BEAT_S = 2.0  # between two writes
MAX_AGE_S = 120.0  # of a status that is believed: the longest that one film may hold the run up, and then some
RATE_S = 60.0  # over which the rate is taken
T = TypeVar("T")
RunState = Literal["starting", "running", "stopped", "failed"]


def _utc() -> datetime:
    return datetime.now(timezone.utc)


def _stamp(when: datetime | None) -> str | None:
    return None if when is None else when.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Counts:
    """What a run has come to. ``arriving``: files that are not whole yet; ``in_work``: films that are under way."""

    done: int = 0
    failed: int = 0
    skipped: int = 0
    arriving: int = 0
    in_work: int = 0
    objects: int = 0
    objects_failed: int = 0
    to_send: int = 0
    sent: int = 0
    not_sent: int = 0
    received: int = 0
    away: int = 0  # watched folders that cannot be read


@dataclass
class Health:
    """The status file of a run; without a path nothing is written. Any thread may count and beat."""

    path: Path | None = None
    now: Callable[[], datetime] = _utc
    clock: Callable[[], float] = time.monotonic
    counts: Counts = field(default_factory=Counts)
    info: EngineInfo | None = None
    listening: bool = False
    _state: RunState = "starting"
    _why: Reason | None = None
    _started: datetime | None = None
    _last: datetime | None = None
    _last_sent: datetime | None = None
    _times: deque[float] = field(default_factory=deque)
    _written: float = float("-inf")
    _away: list[Path] = field(default_factory=list)
    _guard: threading.RLock = field(default_factory=threading.RLock)

    def looked(self, arriving: int) -> None:
        """Take what the last look at the watched folders came to."""
        self.counts.arriving = arriving

    def away(self, folders: list[Path]) -> None:
        """Take which watched folders cannot be read, and say where that has changed."""
        for folder in [one for one in folders if one not in self._away]:
            complain(tr("The folder {folder} cannot be read. It is looked at again.", folder=folder))
        for folder in [one for one in self._away if one not in folders]:
            complain(tr("The folder {folder} can be read again.", folder=folder))
        self._away, self.counts.away = folders, len(folders)

    def handed_out(self, sources: Iterator[T | None]) -> Iterator[T | None]:
        """Let what is to be analysed through, and count it; each time that something is asked for, the run is alive."""
        for source in sources:
            self.counts.in_work += source is not None
            self.beat()
            yield source

    def film(self, *, failed: bool) -> None:
        """Count a film that has its row."""
        with self._guard:
            self.counts.done += 1
            self.counts.failed += failed
            self.counts.in_work = max(0, self.counts.in_work - 1)
            self._last = self.now()
            self._times.append(self.clock())
        self.beat()

    def tried_again(self) -> None:
        """Take back a film that was counted as failed: its file has changed and is counted anew."""
        with self._guard:
            self.counts.done -= 1
            self.counts.failed -= 1

    def sent(self, objects: int) -> None:
        """Count objects that a node has taken."""
        with self._guard:
            self.counts.sent += objects
            self._last_sent = self.now()

    def beat(self, *, now: bool = False) -> None:
        """Update the time of the status file, at most once per interval. Raises ``ExportFailed``."""
        with self._guard:
            if self.path is None or (not now and self.clock() - self._written < BEAT_S):
                return
            self._written = self.clock()
            write_atomic(self.path, (json.dumps(self._record(), indent=1) + "\n").encode())

    def _record(self) -> dict[str, Any]:
        self._started = self._started or self.now()
        one = self.counts
        return {
            "format": FORMAT,
            "state": self._state,
            "reason": None if self._why is None else self._why.code,
            "updated_utc": _stamp(self.now()),
            "started_utc": _stamp(self._started),
            "version": __version__,
            "network_id": None if self.info is None else self.info.model_id,
            "network_sha256": None if self.info is None else self.info.model_sha256,
            "device": None if self.info is None else self.info.device,
            "rule": None if self.info is None else self.info.purpose,
            "films_done": one.done,
            "films_failed": one.failed,
            "films_skipped": one.skipped,
            "files_arriving": one.arriving,
            "films_waiting": one.in_work,
            "last_film_utc": _stamp(self._last),
            "films_per_s": self._rate(),
            "objects_written": one.objects,
            "objects_failed": one.objects_failed,
            "to_send": one.to_send,
            "sent": one.sent,
            "not_sent": one.not_sent,
            "last_sent_utc": _stamp(self._last_sent),
            "listening": self.listening,
            "received": one.received,
            "folders_away": one.away,
        }

    def _rate(self) -> float:
        since = self.clock() - RATE_S
        while self._times and self._times[0] < since:
            self._times.popleft()
        return round(len(self._times) / RATE_S, 3)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """The run within this context: its end is written, too, and why it failed. Raises ``ExportFailed`` at once."""
        self.beat(now=True)
        try:
            yield
        except KeyboardInterrupt:
            self._end("stopped")
            raise
        except BaseException as error:
            self._end("failed", reason_of(error))
            raise
        self._end("stopped")

    def running(self, info: EngineInfo) -> None:
        """The network is loaded."""
        self.info, self._state = info, "running"
        self.beat(now=True)

    def _end(self, state: RunState, why: Reason | None = None) -> None:
        self._state, self._why, self.listening = state, why, False
        with contextlib.suppress(PtxError):  # the disk is full: that is why it ended, and the file gets old
            self.beat(now=True)


# ---- ptxviewer health


def health_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer health``."""
    parser = Parser(
        prog="ptxviewer health",
        description=tr("Checks by its status file whether a run of 'triage' is well; for scripts and containers."),
        epilog=tr("Exit status: 0 the run is well, 1 it is not, 2 bad usage."),
    )
    parser.add_argument("status", type=Path, metavar="STATUS.json", help=tr("the file of 'triage --status'"))
    parser.add_argument(
        "--max-age",
        type=float,
        default=MAX_AGE_S,
        metavar="S",
        help=tr("seconds after which a status is too old to be believed (120)"),
    )
    add_language(parser)
    return parser


def health_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer health``."""
    record, age = read(arguments.status), age_s(arguments.status)
    if record is None or age is None:
        complain(tr("There is no status file there, or it cannot be read."))
        return 1
    if record["state"] not in ("starting", "running"):
        why = record.get("reason")
        complain(tr("The run has failed ({reason}).", reason=why) if why else tr("The run has ended."))
        return 1
    if age > arguments.max_age:
        complain(tr("The run has said nothing for {seconds} s.", seconds=round(age)))
        return 1
    if away := record.get("folders_away"):
        complain(trn("{count} watched folder cannot be read.", "{count} watched folders cannot be read.", away))
        return 1
    say(
        tr(
            "Running: {done} films done, {failed} of them failed, {waiting} waiting, {to_send} objects to be sent.",
            done=record.get("films_done"),
            failed=record.get("films_failed"),
            waiting=record.get("films_waiting"),
            to_send=record.get("to_send"),
        )
    )
    return 0


def read(path: Path) -> dict[str, Any] | None:
    """Return the status at ``path``, None where there is none that this version understands."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    known = isinstance(record, dict) and record.get("format") == FORMAT and isinstance(record.get("state"), str)
    return record if known else None


def age_s(path: Path) -> float | None:
    """Return how many seconds ago the status at ``path`` was written, by the file's own time."""
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None
