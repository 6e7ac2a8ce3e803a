"""From files to outcomes, several films at once and in order: shared by all commands that analyse films.

Each film has one thread from its file to its findings: it is read (by a child process where a decoder has to touch
it), the network runs on one core, the findings are measured. As many networks run at once as there are cores, and one
film more is being read. So nothing waits for the slowest part, and nothing grows with the number of films.
"""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from ptxviewer.cli.outcome import FilmOutcome, Item, ReviewOf, settled
from ptxviewer.core.cpu import cores, one_core_each
from ptxviewer.core.engine import Engine, ManyFilms
from ptxviewer.core.errors import PtxError, UnreadableFilm
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.keys import with_older_key
from ptxviewer.core.review import Review
from ptxviewer.results.schema import Status

if TYPE_CHECKING:
    from ptxviewer.dicom.isolated.pool import Pool

T = TypeVar("T")
R = TypeVar("R")
LARGE = 32_000_000  # pixels: the network's greys of such a film take 128 MB and more, so one at a time is enough


def never_known(_film: Radiograph) -> bool:
    """Have every film analysed."""
    return False


class Pipeline:
    """Analyses films with ``engine``. A context manager: leaving it ends its threads, and what their children do.

    An engine that is no ``ManyFilms`` is called from the thread that asks, one film after the other.
    """

    def __init__(self, engine: Engine, pool: Pool, *, ahead: int = 1, share: bool = True, older: bool = False) -> None:
        """``ahead``: films under way for each thread, ``share`` False: one film at a time has all cores.

        ``older``: films get the key of earlier versions, too.
        """
        self._engine = engine
        self._pool = pool
        self._older = older
        self._threads: ThreadPoolExecutor | None = None
        at_once = workers = 1
        if share and isinstance(engine, ManyFilms):
            with contextlib.suppress(PtxError):  # no network: every film says so
                at_once = engine.share_cores()
            workers = max(at_once, cores()) + 1
            self._threads = ThreadPoolExecutor(workers, thread_name_prefix="films")
        self._most = ahead * workers
        self._running = threading.BoundedSemaphore(at_once)
        self._large = threading.Lock()
        self._shared = contextlib.ExitStack()  # what holds while several films are analysed at once
        if self._threads is not None:
            # Each reader silences what pydicom warns of, which may quote a patient, and gives the filters back that it
            # found; those of another thread, where several do so at once. All of them are to be silent ones.
            self._shared.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            self._shared.enter_context(one_core_each())

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, *_: object) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            with self._pool.ends_calls():  # a film that hangs holds nobody up
                self._threads.shutdown(wait=True)
            self._shared.close()

    def each(self, things: Iterator[T | None], do: Callable[[T], R]) -> Iterator[R]:
        """Yield what ``do`` makes of each thing, in order; a None ("nothing more for now") asks for what is ready."""
        under_way: deque[Future[R]] = deque()
        for thing in things:
            if thing is not None and self._threads is None:
                yield do(thing)
                continue
            if thing is not None and self._threads is not None:
                under_way.append(self._threads.submit(do, thing))
            full = self._most if thing is not None else 1
            while under_way and (len(under_way) >= full or under_way[0].done()):
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def outcome(
        self, item: Item, asked: Review | ReviewOf, known: Callable[[Radiograph], bool] = never_known
    ) -> FilmOutcome:
        """Return what comes of one film, whatever happens with it; for any thread."""
        started = time.perf_counter()
        outcome = settled(item, lambda: self.analysed(item, asked, known))
        return outcome.taking(1000 * (time.perf_counter() - started))

    def analysed(
        self, item: Item, asked: Review | ReviewOf, known: Callable[[Radiograph], bool] = never_known
    ) -> FilmOutcome:
        """Read, analyse and measure one film. Raises ``PtxError`` where that cannot be done.

        A film that is not for the network has an answer only when its review overrides that; one that the gate
        refuses has one that is ``withheld``. A film that is ``known`` when it has been read is not analysed.
        """
        from ptxviewer.dicom.read import read_film

        if item.path is None:
            assert item.error is not None
            raise UnreadableFilm(item.error)
        started = time.perf_counter()
        film = read_film(item.path, pool=self._pool)
        if self._older:
            film = with_older_key(film)
        timing: dict[str, float | None] = {"read": 1000 * (time.perf_counter() - started), "infer": None}
        if known(film):
            return FilmOutcome(item, Status.ANALYSED, film=film, timing=timing, known=True)
        review = asked(film) if callable(asked) else asked
        if film.not_analysed and not review.gate_overridden:
            return FilmOutcome(item, Status.NOT_ANALYSED, film.not_analysed, film, timing=timing, review=review)
        with self._large if film.pixels.size > LARGE else contextlib.nullcontext(), self._running:
            maps = self._engine.predict(film)
        timing["infer"] = maps.infer_ms
        film = as_reviewed(film, review)
        answer = answer_of(film, maps, self._engine.load(), review)
        status = Status.NOT_SHOWN if answer.withheld else Status.ANALYSED
        return FilmOutcome(item, status, answer.findings.gate.reason or None, film, answer, timing, review)
