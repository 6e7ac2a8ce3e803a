"""Many films in, outcomes out, in order, with a few under way: nothing grows with the number of films.

Each film has one thread from its file to its findings: a child process reads and prepares it, the network runs on
one core, the findings are measured. As many networks run at once as there are cores, and one film more is being read.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.cli.batch import Status
from ptxviewer.cli.reading_ahead import read_prepared, without_pixels
from ptxviewer.core.answer import Findings
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.cpu import cores
from ptxviewer.core.engine import Engine, ManyFilms
from ptxviewer.core.errors import PtxError, UnreadableFilm
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import Answer, answer_of
from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.review import Review
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.rows import Told, stamp_of
from ptxviewer.results.store import Stamp

if TYPE_CHECKING:
    from ptxviewer.dicom.candidates import Candidate
    from ptxviewer.dicom.isolated.pool import Pool

log = logging.getLogger(__name__)
PATIENCE_S = 60.0  # for one film: nobody waits for it, and a computer that does other work takes longer than 10 s
AHEAD = 4  # films under way for each that runs on a core


@dataclass(frozen=True, eq=False)
class Source:
    """A file that may be a film, and its state when it was found."""

    candidate: Candidate
    stamp: Stamp


@dataclass(frozen=True, eq=False)
class Answered:
    """What came of a source; ``known``: the film was there, and the network did not run.

    ``answer`` is there of films that the network was asked about, also where the gate refuses them.
    """

    source: Source
    told: Told
    known: bool = False
    answer: Answer | None = field(default=None, repr=False)


def sources_of(
    found: Iterator[Candidate | Source | None],
    pseudonyms: Pseudonyms,
    done: Callable[[Stamp], bool],
    skipped: Callable[[], None] = lambda: None,
) -> Iterator[Source | None]:
    """Yield what is still to be done; a None ("nothing more for now") goes through."""
    for one in found:
        if one is None:
            yield None
            continue
        source = one if isinstance(one, Source) else _source(one, pseudonyms)
        if source.candidate.reason is None and done(source.stamp):
            skipped()
        else:
            yield source


def _source(candidate: Candidate, pseudonyms: Pseudonyms) -> Source:
    return Source(candidate, stamp_of(candidate.path, candidate.name, pseudonyms, member=candidate.member is not None))


class Stream:
    """Analyses films with ``engine``. A context manager: leaving it ends its threads and child processes.

    An engine that is no ``ManyFilms`` is called from the thread that asks, one film after the other.
    """

    def __init__(self, engine: Engine, review: Review, known: Callable[[Radiograph], bool]) -> None:
        """``known`` is asked from several threads whether a film that was read needs no analysis."""
        self._engine = engine
        self._review = review
        self._known = known
        self._many = engine if isinstance(engine, ManyFilms) else None
        at_once = 1 if self._many is None else self._many.share_cores()
        workers = max(at_once, cores()) + 1
        self._running = threading.BoundedSemaphore(at_once)
        self._most = AHEAD * workers
        self._threads = None if self._many is None else ThreadPoolExecutor(workers, thread_name_prefix="films")
        self._pool = _children(workers)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        self._pool.close()

    def answers(self, sources: Iterator[Source | None]) -> Iterator[Answered]:
        """Yield what comes of each source, in order; whatever happens with one film, the others go on."""
        under_way: deque[Future[Answered]] = deque()
        for source in sources:
            if source is not None and self._threads is None:
                yield self.answer(source)
                continue
            if source is not None and self._threads is not None:
                under_way.append(self._threads.submit(self.answer, source))
            full = self._most if source is not None else 1
            while under_way and (len(under_way) >= full or under_way[0].done()):
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def answer(self, source: Source) -> Answered:
        """Return what comes of one source, whatever happens with it; for any thread. Pixels stay with the child."""
        try:
            return self._analysed(source)
        except UnreadableFilm as error:
            return self._answered(source, Status.FAILED, error.reason)
        except PtxError as error:
            return self._answered(source, Status.NOT_ANALYSED, error.reason)
        except Exception:
            log.exception("A film ended unexpectedly")
            return self._answered(source, Status.FAILED, Command.FILM_FAILED)

    def _answered(
        self,
        source: Source,
        status: Status,
        reason: Reason | None = None,
        film: Radiograph | None = None,
        findings: Findings | None = None,
        timing: Mapping[str, float | None] | None = None,
        *,
        known: bool = False,
    ) -> Answered:
        told = Told(
            status.value,
            reason,
            film,
            findings,
            self._engine.info,
            self._review,
            self._review.gate_overridden,
            source.candidate.name,
            timing or {},
        )
        return Answered(source, told, known)

    def _analysed(self, source: Source) -> Answered:
        if source.candidate.reason is not None:
            raise UnreadableFilm(source.candidate.reason)
        started = time.perf_counter()
        film, grid = self._read(source.candidate.path)
        timing: dict[str, float | None] = {"read": 1000 * (time.perf_counter() - started)}
        if self._known(film):
            return self._answered(source, Status.ANALYSED, film=film, known=True)
        if film.not_analysed and not self._review.gate_overridden:
            return self._answered(source, Status.NOT_ANALYSED, film.not_analysed, film, timing=timing)
        with self._running:
            maps = self._engine.predict(film) if self._many is None else self._many.predict_grid(film, grid)
        timing["infer"] = maps.infer_ms
        answer = answer_of(film, maps, self._engine.load(), self._review)
        if answer.withheld:
            told = self._answered(source, Status.NOT_SHOWN, answer.findings.gate.reason, film, timing=timing)
        else:
            why = answer.findings.gate.reason
            told = self._answered(source, Status.ANALYSED, why, film, answer.findings, timing)
        return replace(told, answer=answer)

    def _read(self, path: Path) -> tuple[Radiograph, FloatMap | None]:
        from ptxviewer.dicom.read import in_child, read_film, read_here

        if self._many is None:
            return read_film(path), None
        size = self._many.grid_size
        if size is None:
            return in_child(read_here, path, pool=self._pool), None
        prepared = in_child(read_prepared, path, size, self._review.gate_overridden, pool=self._pool)
        return without_pixels(prepared), prepared.grid


def _children(most: int) -> Pool:
    from ptxviewer.dicom.isolated.pool import Pool

    return Pool(most=most, timeout_s=PATIENCE_S)
