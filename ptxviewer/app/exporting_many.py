"""Saves many films one after the other, as separate jobs, so that other work can run in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ptxviewer.app.exports import Content
from ptxviewer.app.jobs import Lane, Outcome, Ticket
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import reason_of
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.writing import NotWritten

F = TypeVar("F")
Make = Callable[[Checkpoint], Content]
"""Makes what is saved of one film, on the lane. Raises ``PtxError``."""
Write = Callable[[Content], object]
"""Writes one film. Raises ``PtxError``."""


@dataclass(frozen=True)
class Progress:
    """How far it is; ``why`` is the reason of the first film that was not saved, or of the disk that refused all."""

    total: int
    done: int = 0
    failed: int = 0
    why: Reason | None = None
    refused: bool = False  # by the disk, which would refuse the others, too: they count as failed

    @property
    def ended(self) -> bool:
        """True when there is nothing left to do."""
        return self.done >= self.total

    @property
    def saved(self) -> int:
        """How many films were written."""
        return self.done - self.failed

    def after(self, error: BaseException | None) -> Progress:
        """Return the progress once one more film has ended, with ``error`` where it was not saved."""
        if error is None:
            return Progress(self.total, self.done + 1, self.failed, self.why)
        why = reason_of(error)
        if isinstance(why, NotWritten):
            return Progress(self.total, self.total, self.total - self.saved, why, refused=True)
        return Progress(self.total, self.done + 1, self.failed + 1, self.why or why)


class ManyExports:
    """One run at a time on a lane, which takes other work between two films."""

    def __init__(self, lane: Lane, *, must_finish: bool = False) -> None:
        """``must_finish``: the film that is being saved when the lane is closed is saved."""
        self._lane = lane
        self._must_finish = must_finish
        self._ticket: Ticket | None = None

    @property
    def busy(self) -> bool:
        """True while films are being saved."""
        return self._ticket is not None

    def stop(self) -> None:
        """Save no more of them; what is saved stays."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None

    def run(
        self, films: Sequence[F], content_of: Callable[[F], Make], write: Write, told: Callable[[Progress], None]
    ) -> None:
        """Save ``films`` by ``write``; ``told`` is called after each.

        ``content_of`` is called with a film when its turn comes, on this thread. Whatever happens with one film, the
        others go on; only a disk that refuses ends the run.
        """
        self.stop()
        self._next(tuple(films), content_of, write, told, Progress(len(films)))

    def _next(
        self,
        films: tuple[F, ...],
        content_of: Callable[[F], Make],
        write: Write,
        told: Callable[[Progress], None],
        now: Progress,
    ) -> None:
        if now.ended:
            return
        make = content_of(films[now.done])

        def work(checkpoint: Checkpoint) -> None:
            write(make(checkpoint))

        def done(outcome: Outcome[None]) -> None:
            self._ticket = None
            then = now.after(outcome.error)
            told(then)
            self._next(films, content_of, write, told, then)

        self._ticket = self._lane.submit(work, done, must_finish=self._must_finish)
