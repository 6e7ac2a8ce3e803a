"""Work outside the main thread: lanes of one thread each, results returned to it, tickets that can be retired.

A lane takes callables that have captured all their inputs. A retired ticket makes the work's next checkpoint raise
``Cancelled``, and its result is refused on the main thread before anything can change.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import Cancelled, PtxError

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]
"""The hop home: takes a closure from any thread and runs it on the main thread (in Qt, one queued signal)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What a job came to: a value, or the error that ended it."""

    value: T | None = None
    error: BaseException | None = None


class Ticket:
    """The right of one job to deliver its result."""

    def __init__(self) -> None:
        self._retired = threading.Event()

    @property
    def retired(self) -> bool:
        """True once the result is no longer wanted."""
        return self._retired.is_set()

    def cancel(self) -> None:
        """Retire the job: it stops at its next checkpoint and delivers nothing."""
        self._retired.set()

    def checkpoint(self) -> None:
        """Raise ``Cancelled`` when the job has been retired."""
        if self.retired:
            raise Cancelled


class Lane(Protocol):
    """A queue of jobs that run one after the other, never inside ``submit``."""

    def submit(
        self, work: Callable[[Checkpoint], T], done: Callable[[Outcome[T]], None], *, must_finish: bool = False
    ) -> Ticket:
        """Queue ``work``; ``done`` is called on the main thread unless the ticket is retired first.

        ``must_finish`` is for work that closing the lane must not lose: a report that is being saved.
        """
        ...

    def close(self, timeout_s: float) -> bool:
        """Retire everything that need not finish and wait for the rest; True when it ended in time."""
        ...


def outcome_of(work: Callable[[Checkpoint], T], ticket: Ticket) -> Outcome[T] | None:
    """Run a job; None when its ticket was retired. A bug is logged without its text, which may name patients."""
    try:
        ticket.checkpoint()
        return Outcome(work(ticket.checkpoint))
    except PtxError as error:
        return Outcome(error=error.with_traceback(None))  # a traceback would keep the film's pixels alive
    except BaseException as error:  # noqa: BLE001 - one of the two places where bugs end; Rust panics are no Exception
        if isinstance(error, Cancelled) and ticket.retired:
            return None
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
        log.error("A job ended with %s at %s", type(error).__name__, place)
        return Outcome(error=error.with_traceback(None))


@dataclass(frozen=True)
class _Job:
    """One submitted piece of work."""

    run: Callable[[], None]
    ticket: Ticket
    must_finish: bool


class ThreadLane:
    """A lane on a daemon thread of its own: a driver call that never returns cannot hold the process back."""

    def __init__(self, name: str, post: Post) -> None:
        self._post = post
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._open: set[_Job] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def pending(self) -> int:
        """Jobs that have not ended."""
        with self._guard:
            return len(self._open)

    def submit(
        self, work: Callable[[Checkpoint], T], done: Callable[[Outcome[T]], None], *, must_finish: bool = False
    ) -> Ticket:
        """See ``Lane.submit``. Call from the main thread."""
        ticket = Ticket()
        if self._closed:
            ticket.cancel()
            return ticket

        def deliver(outcome: Outcome[Any]) -> None:
            if not ticket.retired and not self._closed:
                done(outcome)

        def run() -> None:
            outcome = outcome_of(work, ticket)
            if outcome is not None and not ticket.retired:
                self._post(lambda: deliver(outcome))

        job = _Job(run, ticket, must_finish)
        with self._guard:
            self._open.add(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._jobs.put(job)
        return ticket

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job.run()
            except Exception as error:  # noqa: BLE001 - a hop home that is gone must not end the lane
                log.error("A result could not be brought home: %s", type(error).__name__)
            finally:
                with self._guard:
                    self._open.discard(job)
            del job  # its result may be a film

    def close(self, timeout_s: float) -> bool:
        """See ``Lane.close``."""
        self._closed = True
        with self._guard:
            for job in self._open:
                if not job.must_finish:
                    job.ticket.cancel()
        if self._thread is None:
            return True
        self._jobs.put(None)
        self._thread.join(timeout_s)
        ended = not self._thread.is_alive()
        with self._guard:
            for job in self._open:
                job.ticket.cancel()
        return ended
