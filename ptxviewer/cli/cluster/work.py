"""The work of a cluster worker: keeps the network loaded and analyses films, whatever a damaged film does.

Nothing that may name a patient is in a task's name, in the ``repr`` of its arguments or in an error: workers log these.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.worker import Worker

from ptxviewer import __version__
from ptxviewer.bootstrap import ScrubbingFormatter
from ptxviewer.cli.cluster.options import Asked, MakeEngine
from ptxviewer.cli.cluster.places import fetch, is_address
from ptxviewer.cli.stream import Source, Stream
from ptxviewer.core.engine import ManyFilms
from ptxviewer.core.errors import PtxError, UnreadableFilm
from ptxviewer.core.reasons.cluster import OtherNetwork, OtherProgram, WorkerNotReady
from ptxviewer.core.review import Review
from ptxviewer.core.scratch import ScratchFolder
from ptxviewer.results.rows import Told
from ptxviewer.results.schema import Status
from ptxviewer.results.store import Stamp

TOPIC = "ptxviewer"  # of the events that say which film is in whose hand
LOOK_S = 1.0
HUNG = 75  # exit status (EX_TEMPFAIL)
NOWHERE = Stamp("", 0, 0)  # whoever asks knows the state of the file
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """One film to be analysed: its number in the run, and the path or address under which workers find it."""

    run: str
    number: int
    place: str = field(repr=False)


@dataclass(frozen=True, eq=False)
class Done:
    """What came of a film of ``shape``, whose pixels stayed where they were read (one is left)."""

    told: Told = field(repr=False)
    shape: tuple[int, int] = (1, 1)


def name_of(run: str) -> str:
    """Return the name of a run's plugin on the workers."""
    return f"ptxviewer-{run}"


def analyse(work: Work) -> Done:
    """Analyse one film on this worker: the task that is sent. Raises nothing of its own."""
    worker = get_worker()
    films = worker.plugins[name_of(work.run)]
    assert isinstance(films, Films)
    worker.log_event(TOPIC, {"run": work.run, "begun": work.number, "worker": worker.address})
    return films.done(work)


class Films(WorkerPlugin):
    """Keeps the network of one run on a worker. A worker with another program or network is refused."""

    def __init__(self, asked: Asked, make: MakeEngine) -> None:
        self.name = name_of(asked.run)
        self._asked = asked
        self._make = make

    async def setup(self, worker: Worker) -> None:
        """Load the network. Raises ``PtxError``: the worker is then told of, and one that joins later stays out."""
        asked, here = self._asked, worker.address
        if __version__ != asked.version:
            raise PtxError(OtherProgram(here, __version__, asked.version))
        log_without_patients()
        multiprocessing.current_process().daemon = False  # under Dask's nanny; films are read in children of this one
        engine = self._make(asked.device, asked.rule)
        try:
            info = await asyncio.to_thread(engine.load)
        except PtxError as error:
            raise PtxError(WorkerNotReady(here, error.reason)) from None
        if info.model_sha256 != asked.network_sha256:
            raise PtxError(OtherNetwork(here))
        self._stream = Stream(engine, Review(gate_overridden=asked.forced), lambda _film: False, older=asked.older)
        self._one = contextlib.nullcontext() if isinstance(engine, ManyFilms) else threading.Lock()
        self._watch = Watch(asked.film_s)

    def teardown(self, worker: Worker) -> None:
        """Let the network go."""
        if hasattr(self, "_watch"):
            self._watch.close()
            self._stream.__exit__()

    def done(self, work: Work) -> Done:
        """Analyse a film; whatever goes wrong is told in the place of an answer."""
        with self._watch.film(work.number), self._one, ScratchFolder() as folder:
            try:
                path = fetched(work.place, folder)
            except UnreadableFilm as error:
                return Done(Told(Status.FAILED, error.reason))
            return _light(self._stream.answer(_source(path)).told)


def fetched(place: str, folder: Path) -> Path:
    """Return the file of a film: itself, or a copy in ``folder`` of what lies at an address."""
    from ptxviewer.dicom.bounds import LARGEST_FILE

    return fetch(place, folder, LARGEST_FILE) if is_address(place) else Path(place)


def _source(path: Path) -> Source:
    from ptxviewer.dicom.candidates import Candidate

    return Source(Candidate(path, ""), NOWHERE)


def _light(told: Told) -> Done:
    """Leave the pixels behind: black ones of the same size do for what is written of a film."""
    film = told.film
    if film is None:
        return Done(told)
    light = replace(film, pixels=film.pixels[:1, :1].copy(), graphics=None)
    return Done(replace(told, film=light), (film.rows, film.cols))


class Watch:
    """Ends the process when a film has been in hand for too long: a thread that hangs cannot be ended otherwise."""

    def __init__(self, film_s: float, end: Callable[[int], object] = os._exit) -> None:
        self._film_s = film_s
        self._end = end
        self._begun: dict[int, float] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._look, name="film-watch", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def film(self, number: int) -> Iterator[None]:
        """Watch over one film."""
        self._begun[number] = time.monotonic()
        try:
            yield
        finally:
            self._begun.pop(number, None)

    def _look(self) -> None:
        while not self._closed.wait(min(LOOK_S, self._film_s / 2)):
            now = time.monotonic()
            if any(now - begun > self._film_s for begun in list(self._begun.values())):
                log.error("A film was in hand for more than %d s: this worker ends", self._film_s)
                self._end(HUNG)
                return

    def close(self) -> None:
        """Watch no longer."""
        self._closed.set()
        self._thread.join()


def log_without_patients() -> None:
    """Log on this worker's stderr, as Dask does, without the texts of errors and names of files."""
    logger = logging.getLogger("ptxviewer")
    logger.propagate = False
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(ScrubbingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logger.addHandler(handler)
