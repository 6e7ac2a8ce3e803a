"""Saves many films one after the other, as the network sees them: analysed, measured and written on the model lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ptxviewer.app.contents import content_by
from ptxviewer.app.disk.result_file import identity
from ptxviewer.app.exports import Content
from ptxviewer.app.films.reading import kept_maps
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.reading import NotAnalysed, Reading
from ptxviewer.core.review import Review

Write = Callable[[Content], object]
"""Writes one film. Raises ``PtxError``."""


@dataclass(frozen=True)
class Source:
    """One film: ``number`` of its row, its file (None: it is not there)."""

    number: int
    path: Path | None


@dataclass(frozen=True)
class Progress:
    """How far it is; ``why`` is the reason of the first film that was not saved."""

    total: int
    done: int = 0
    failed: int = 0
    why: Reason | None = None

    @property
    def ended(self) -> bool:
        """True when there is nothing left to do."""
        return self.done >= self.total


class ManyExports:
    """One run at a time; another film of the window may be analysed between two of it."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services
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

    def run(self, films: Sequence[Source], write: Write, of_result: bool, told: Callable[[Progress], None]) -> None:
        """Save ``films`` by ``write``; ``told`` is called after each. ``of_result`` False: the network is not asked."""
        self.stop()
        self._next(tuple(films), write, of_result, told, Progress(len(films)))

    def _next(
        self, films: tuple[Source, ...], write: Write, of_result: bool, told: Callable[[Progress], None], now: Progress
    ) -> None:
        if now.ended:
            self._ticket = None
            return
        film = films[now.done]

        def done(outcome: Outcome[None]) -> None:
            failed = outcome.error is not None
            why = now.why or (reason_of(outcome.error) if failed else None)
            then = Progress(now.total, now.done + 1, now.failed + failed, why)
            self._ticket = None
            told(then)
            self._next(films, write, of_result, told, then)

        work = self._job(film, write, of_result)
        self._ticket = self._services.model.submit(work, done)

    def _job(self, film: Source, write: Write, of_result: bool) -> Callable[[Checkpoint], None]:
        services, settings = self._services, self._store.state.settings

        def work(checkpoint: Checkpoint) -> None:
            if film.path is None:
                raise PtxError(Reading.FILE_GONE)
            radiograph = services.read_film(film.path, 0)
            review = Review()
            if radiograph.acquisition.may_carry_text and not settings.report_identified:
                raise PtxError(Reading.MAY_CARRY_TEXT)  # somebody has to look at it
            answer = None
            if of_result:
                if radiograph.not_analysed:
                    raise PtxError(NotAnalysed(radiograph.not_analysed))
                info = services.engine.load()
                maps = kept_maps(services, radiograph, identity(info))
                if maps is None:
                    maps = services.engine.predict(radiograph, checkpoint)
                radiograph = as_reviewed(radiograph, review)
                answer = answer_of(radiograph, maps, info, review)
            write(content_by(settings, radiograph, answer, review, film.path, film.number))

        return work
