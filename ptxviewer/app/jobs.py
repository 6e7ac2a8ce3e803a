"""Work away from the window: one thread a lane, results that come home, tickets that can be retired.

A lane takes callables that have captured all their inputs. A retired ticket makes the work's next checkpoint raise
``Cancelled``, and its result is refused on the main thread before anything can change.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ptxviewer.core.errors import Cancelled, PtxError
from ptxviewer.inference.engine import Checkpoint

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]
"""The hop home: takes a closure from any thread and runs it on the main thread (in Qt, one queued signal)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What a job came to: a value, or the error that ended it."""

    value: T | None = None
    error: Exception | None = None


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
    """A queue of jobs that run one after the other."""

    def submit(self, work: Callable[[Checkpoint], T], done: Callable[[Outcome[T]], None]) -> Ticket:
        """Queue ``work``; ``done`` is called on the main thread unless the ticket is retired first."""
        ...

    def close(self, timeout_s: float) -> bool:
        """Retire everything and wait for the running job; True when it ended in time."""
        ...


def outcome_of(work: Callable[[Checkpoint], T], ticket: Ticket) -> Outcome[T] | None:
    """Run a job; None when it was cancelled. A bug is logged without its text, which may name patients."""
    try:
        ticket.checkpoint()
        return Outcome(work(ticket.checkpoint))
    except Cancelled:
        return None
    except PtxError as error:
        return Outcome(error=error)
    except Exception as error:  # noqa: BLE001 - one of the two places where bugs of workers end: the app goes on
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
        log.error("A job ended with %s at %s", type(error).__name__, place)
        return Outcome(error=error)


class ThreadLane:
    """A lane on a thread of its own."""

    def __init__(self, name: str, post: Post) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._post = post
        self._open: dict[Future[None], Ticket] = {}
        self._closed = False

    def submit(self, work: Callable[[Checkpoint], T], done: Callable[[Outcome[T]], None]) -> Ticket:
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

        future = self._pool.submit(run)
        self._open[future] = ticket
        future.add_done_callback(lambda ended: self._open.pop(ended, None))
        return ticket

    def close(self, timeout_s: float) -> bool:
        """See ``Lane.close``."""
        self._closed = True
        running = list(self._open.items())
        for future, ticket in running:
            ticket.cancel()
            future.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)
        ended = threading.Event()

        def wait() -> None:
            self._pool.shutdown(wait=True)
            ended.set()

        threading.Thread(target=wait, daemon=True).start()
        return ended.wait(timeout_s)
