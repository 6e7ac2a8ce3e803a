"""Dispatches films to a cluster: a few under way for each worker thread, no film lost.

Dask hands the films out and gives those of a worker that ended to another one. It does not say which of several films
in a worker's hand was being analysed; the workers do, by an event as they begin. Two workers that ended with a film
begun are its answer: it may be the film.
"""

from __future__ import annotations

import contextlib
import logging
import pkgutil
import queue
import socket
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from distributed import Client, Future, KilledWorker

from ptxviewer import __version__
from ptxviewer.cli.cluster.options import Asked, MakeEngine, Patience, Where
from ptxviewer.cli.cluster.work import TOPIC, Done, Films, Work, analyse, name_of
from ptxviewer.core.errors import PtxError
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.cluster import Cluster, OtherProgram
from ptxviewer.core.reasons.reading import Reading

AHEAD = 3  # films under way for each thread: one in its hand, one at its worker, one whose answer travels
TRIES = 2
CONNECT_S = 10.0
END_S = 2.0
TALKATIVE = ("distributed", "distributed.client", "tornado.application", "asyncio")  # we say it in our own words


@dataclass(eq=False)
class _Film:
    """A film under way."""

    work: Work
    future: Future[Done]
    begun_at: str = ""  # the worker that began it last
    lost: int = 0  # workers that ended with it in their hands
    times: int = 1  # that it was handed to Dask


Tell = Callable[[Reason], object]


def _silent(_caution: Reason) -> None:
    """Ignore a caution."""


class _Client(Client):
    """A client that ends in silence where it does not come about."""

    def __init__(self, *given: Any, **named: Any) -> None:
        begin: Callable[..., None] = super().__init__
        end: Callable[..., object] = self.close
        try:
            begin(*given, **named)
        except BaseException:
            with contextlib.suppress(Exception):
                end(timeout=END_S)
            raise


def _reach(address: str) -> None:
    """See whether anything listens at an address: Dask would try for long."""
    place = urlsplit(address)
    try:
        if place.scheme not in ("tcp", "tls") or not place.hostname or not place.port:
            raise PtxError(Cluster.SCHEDULER_UNREACHABLE)
        socket.create_connection((place.hostname, place.port), CONNECT_S).close()
    except (OSError, ValueError):
        raise PtxError(Cluster.SCHEDULER_UNREACHABLE) from None


Answer = tuple[int, Done | None]
"""The number of a film and what came of it; None: two workers ended with it."""


class Workers:
    """The workers of a cluster, all with the same network. A context manager: leaving it gives the cluster back."""

    def __init__(
        self, where: Where, asked: Asked, make: MakeEngine, patience: Patience | None = None, tell: Tell = _silent
    ) -> None:
        """Connect, wait for a worker and see whether all fit; ``tell`` takes cautions. Raises ``PtxError``."""
        self._asked = asked
        self._tell = tell
        self._patience = patience or Patience()
        self._inbox: queue.Queue[tuple[int, Future[Done] | None, Any]] = queue.Queue()
        self._films: dict[int, _Film] = {}
        self._threads, self._looked, self._seen, self._waits = 0, float("-inf"), self._patience.now(), False
        address, security = where.address(), where.security()
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        _reach(address)
        try:
            self._client: Client = _Client(address, security=security, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError):
            raise PtxError(Cluster.SCHEDULER_UNREACHABLE) from None
        try:
            self._await_worker()
            self._check_versions(address)
            self._prepare(Films(asked, make))
        except BaseException:
            self._leave()
            raise

    def _await_worker(self) -> None:
        try:
            with contextlib.suppress(TimeoutError):
                self._client.wait_for_workers(1, timeout=min(self._patience.silent_s, self._patience.wait_s))
                return
            self._tell(self._patience.waits)
            self._client.wait_for_workers(1, timeout=self._patience.wait_s)
        except TimeoutError:
            raise PtxError(Cluster.NO_WORKERS) from None

    def _check_versions(self, address: str) -> None:
        """Refuse other versions before anything of ours is sent. Standard library only: it must work without us."""
        ask = (pkgutil.resolve_name, "ptxviewer:__version__")
        answers: dict[str, Any] = self._client.run(*ask, on_error="return")
        with contextlib.suppress(ImportError):
            answers[address] = self._client.run_on_scheduler(*ask)
        answers.setdefault(address, None)
        for place, version in answers.items():
            if version != __version__:
                raise PtxError(OtherProgram(place, version if isinstance(version, str) else "", __version__))

    def _prepare(self, films: Films) -> None:
        try:
            self._client.register_plugin(films)
        except PtxError:
            raise
        except Exception:  # noqa: BLE001 - whatever their libraries trip over
            raise PtxError(Cluster.WORKER_UNUSABLE) from None
        self._client.subscribe_topic(TOPIC, self._begun)
        self._client.subscribe_topic("all", self._removed)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        films, self._films = self._films, {}
        with contextlib.suppress(Exception):  # a scheduler that is gone
            for topic in (TOPIC, "all"):
                self._client.unsubscribe_topic(topic)
            self._client.cancel([film.future for film in films.values()], force=True)
            self._client.unregister_worker_plugin(name_of(self._asked.run))
        with contextlib.suppress(Exception):
            self._client.close(timeout=END_S)

    # ---- films

    @property
    def full(self) -> bool:
        """True when enough films are under way."""
        self._look()
        return len(self._films) >= max(1, AHEAD * self._threads)

    @property
    def busy(self) -> bool:
        """True while a film is under way."""
        return bool(self._films)

    def hand_out(self, number: int, place: str) -> None:
        """Have a film analysed."""
        work = Work(self._asked.run, number, place)
        self._films[number] = _Film(work, self._submitted(work, 1))

    def _submitted(self, work: Work, time_: int, workers: Sequence[str] = ()) -> Future[Done]:
        # Older films first: what a worker left behind is not put behind what is still to come.
        name = f"ptxviewer-film-{self._asked.run}-{work.number}-{time_}"
        place = {"workers": list(workers), "allow_other_workers": True} if workers else {}
        future = self._client.submit(analyse, work, key=name, pure=False, priority=-work.number, **place)
        loop = self._client.loop
        assert loop is not None  # of a client that is connected
        loop.add_callback(self._fetch, work.number, future)
        return future

    async def _fetch(self, number: int, future: Future[Done]) -> None:
        try:
            done = await self._client.gather(future, asynchronous=True)
        except (Exception, CancelledError) as error:  # noqa: BLE001 - told apart by whoever takes it out
            done = error
        self._inbox.put((number, future, done))

    def answers(self, *, wait: bool) -> Iterator[Answer]:
        """Yield what has come; with ``wait`` at least one. Raises ``PtxError``: scheduler or all workers are gone."""
        while self._films:
            try:
                number, future, done = self._inbox.get(wait, timeout=self._patience.look_s)
            except queue.Empty:
                self._look()
                if wait:
                    continue
                return
            film = self._films.get(number)
            if film is None or (future is not None and future is not film.future):
                continue  # given up, or asked for once more
            if isinstance(done, Done) and done.told.reason is Reading.OUT_OF_MEMORY and film.lost < TRIES - 1:
                film.lost += 1
                self._once_more(film)
                continue
            if isinstance(done, Done):
                yield self._out(number, done)
            elif future is None or (isinstance(done, KilledWorker) and film.lost >= TRIES):
                yield self._out(number, None)
            elif isinstance(done, KilledWorker) and film.times < TRIES:
                # It was in the hands of workers that ended with another film: it has not had its tries.
                self._once_more(film)
                continue
            elif isinstance(done, KilledWorker):
                yield self._out(number, None)
            else:
                raise PtxError(Cluster.SCHEDULER_LOST)
            wait = False

    def _once_more(self, film: _Film) -> None:
        """Hand a film out again, to another worker than the last where there is one."""
        film.times += 1
        others = [worker for worker in self._client.nthreads() if worker != film.begun_at]
        film.future = self._submitted(film.work, film.times, others)

    def _out(self, number: int, done: Done | None) -> Answer:
        film = self._films.pop(number)
        if done is None:
            film.future.cancel()
        return number, done

    # ---- workers

    def _look(self) -> None:
        """See how many threads there are. Raises ``PtxError``: the scheduler is gone, or all workers for long."""
        now = self._patience.now()
        if now - self._looked < self._patience.look_s:
            return
        self._looked = now
        try:
            self._threads = sum(self._client.nthreads().values())
        except (OSError, ValueError, RuntimeError, CancelledError):
            raise PtxError(Cluster.SCHEDULER_LOST) from None
        if self._threads:
            self._seen, self._waits = now, False
        elif now - self._seen > self._patience.wait_s:
            raise PtxError(Cluster.NO_WORKERS)
        elif not self._waits and now - self._seen > self._patience.silent_s:
            self._waits = True
            self._tell(self._patience.waits)

    def _begun(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """A worker has begun a film. On Dask's thread."""
        _, details = event
        if details.get("run") == self._asked.run:
            film = self._films.get(details["begun"])
            if film is not None:
                film.begun_at = details["worker"]

    def _removed(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """A worker has ended: what it had begun has lost a try. On Dask's thread."""
        _, details = event
        if details.get("action") != "remove-worker" or details.get("expected"):
            return
        keys = set(details["processing-tasks"])
        held = [film for film in list(self._films.values()) if film.future.key in keys]
        begun = [film for film in held if film.begun_at == details["worker"]]
        for film in begun or held:
            film.lost += 1
            if film.lost >= TRIES:
                self._inbox.put((film.work.number, None, None))
