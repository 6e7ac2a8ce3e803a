"""A folder of 500 films: how long the window stands still, how much memory it takes, how soon it obeys and reopens.

The films are computed. Every 25th is analysed by the shipped network, so that its memory counts; the others get its
last maps after ``--pace`` milliseconds, as on a graphics card. ``--folder`` takes films that are there already. A stall
is told twice: as it was, and without the time in which the machine gave the window's thread no processor.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from ptxviewer.app.films.worklist import at_rest
from ptxviewer.app.jobs import ThreadLane
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.core.answer import Band, ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, Engine, EngineInfo, never_cancelled
from ptxviewer.core.film import Radiograph
from ptxviewer.inference.shipped import make_engine
from ptxviewer.ui.application import Application, Session
from ptxviewer.ui.services import expected_engine

FILMS, ROWS, COLS = 500, 640, 520
REAL_EVERY = 25
STALL_GOAL_MS, MEMORY_GOAL_MB, CANCEL_GOAL_S, REOPEN_GOAL_S = 200, 1500, 1.0, 2.0
LONGEST_S = 3600


class Paced:
    """The shipped network for some films, noise of its kind for the others."""

    def __init__(self, inner: Engine, pace_s: float) -> None:
        self._inner, self._pace_s, self.count = inner, pace_s, 0
        self._chance = np.random.default_rng(1)
        self._last: ProbabilityMaps | None = None

    @property
    def info(self) -> EngineInfo | None:
        return self._inner.info

    def load(self) -> EngineInfo:
        return self._inner.load()

    def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
        return self._inner.band(film, checkpoint)

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        self.count += 1
        if self._last is None or self.count % REAL_EVERY == 1 or self._pace_s < 0:
            self._last = self._inner.predict(film, checkpoint)
            return self._last
        end = time.monotonic() + self._pace_s
        while time.monotonic() < end:
            checkpoint()
            time.sleep(0.002)
        score = float(self._chance.random())
        grid = self._last.pneumothorax * np.float32(0.5)
        grid[60:120, 80:150] = score
        own = replace(self._last, image_key=film.key, rows=film.rows, cols=film.cols)
        return replace(own, pneumothorax=grid, score=score, frontal=1.0)


def starved_ms() -> float:
    """How long the main thread has waited for a processor (Linux), in ms."""
    path = Path(f"/proc/self/task/{os.getpid()}/schedstat")
    return int(path.read_text().split()[1]) / 1e6 if path.exists() else 0.0


class Heart:
    """The largest gap between two beats of a timer on the main thread, with and without starving, and the long ones."""

    worst_ms = own_ms = _last = _starved = 0.0
    over = 0

    def __init__(self) -> None:
        self.taken()
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        starved = starved_ms()
        gap, without = 1000 * (now - self._last) - 5, starved - self._starved
        self._last, self._starved = now, starved
        self.worst_ms, self.own_ms = max(self.worst_ms, gap), max(self.own_ms, gap - without)
        self.over += gap - without > STALL_GOAL_MS

    def taken(self) -> tuple[float, float, int]:
        """The worst since the last call: as it was, without starving; how many of the latter were too long."""
        worst = self.worst_ms, self.own_ms, self.over
        self.worst_ms, self.own_ms, self.over = 0.0, 0.0, 0
        self._last, self._starved = time.perf_counter(), starved_ms()
        return worst


def resident_mb() -> tuple[float, float]:
    """Memory of this process now, and at its most (Linux)."""
    text = Path("/proc/self/status").read_text() if Path("/proc/self/status").exists() else ""
    values = {line.split(":")[0]: float(line.split()[1]) / 1024 for line in text.splitlines() if "kB" in line}
    return values.get("VmRSS", 0.0), values.get("VmHWM", 0.0)


def until(done: Callable[[], bool], each: Callable[[], None] = lambda: None) -> float:
    """Run Qt's loop until ``done``; returns the seconds that it took.

    The loop sleeps between events, as in the app: one that spins keeps the interpreter's lock, and a lane that reads
    500 small files then waits 5 ms for each read, on every machine with more than one core.
    """
    start = time.monotonic()
    while not done():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # the heart's timer is one
        each()
        if time.monotonic() - start > LONGEST_S:
            raise TimeoutError("the window never got there")
    return time.monotonic() - start


def make_films(folder: Path) -> None:
    """16-bit films of noise on a ramp: no two alike."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tests.dicom.made import dataset, save

    ramp = np.linspace(0, 60000, COLS).astype(np.uint16)
    for number in range(FILMS):
        pixels = np.random.default_rng(number).integers(0, 4000, (ROWS, COLS), dtype=np.uint16) + ramp
        tags = {"ViewPosition": "PA", "PatientID": f"P{number // 2}", "PatientName": f"N{number // 2}^A",
                "StudyDate": f"2026{1 + number % 12:02}15"}  # fmt: skip
        save(dataset(pixels, 16, **tags), folder / f"{number:04}.dcm")


def opened(home: Path, engine: Paced) -> Session:
    """A window of its own process's kind: results and reviews lie in ``home``."""
    session = Session(home / "settings.json", engine)
    session.presenter.preferences.save(lambda settings: replace(settings, accepted_notice=True))
    session.presenter._store.edit(
        lambda state: replace(state, engine=replace(state.engine, info=expected_engine("balanced")))
    )
    session.window.resize(1440, 900)
    session.window.show()
    return session


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pace", type=float, default=30, help="ms that a film takes; below 0: the network for all")
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    arguments = parsed()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ.update(HOME=name, XDG_STATE_HOME=name, XDG_CONFIG_HOME=name, XDG_CACHE_HOME=name)
        films = arguments.folder or home / "films"
        if arguments.folder is None:
            films.mkdir()
            make_films(films)
        application = Application(sys.argv[:1])
        application.dress()
        session = opened(home, Paced(make_engine("cpu"), arguments.pace / 1000))
        presenter, heart = session.presenter, Heart()
        session.warm_up()
        until(lambda: presenter.state.engine.phase == "ready")
        heart.taken()
        idle_end = time.monotonic() + 5
        until(lambda: time.monotonic() > idle_end)
        idle, *_ = heart.taken()

        def rest() -> int:
            return sum(at_rest(film) for film in presenter.state.films)

        start = time.monotonic()
        session.window.open_paths([films])
        until(lambda: bool(presenter.state.films) and rest() >= 60)
        presenter.films.background.stop()
        model = session.presenter._services.model
        answered = time.monotonic()
        shown = rest() == len(presenter.state.films)
        until(lambda: model.pending == 0)  # type: ignore[attr-defined]
        cancelled = time.monotonic() - answered
        presenter.films.background.go_on()
        steps = [0, time.monotonic()]

        def step() -> None:  # the reader goes through the list meanwhile, and scrolls
            if time.monotonic() - steps[1] > 0.7:
                steps[0], steps[1] = steps[0] + 1, time.monotonic()
                (presenter.films.next_urgent if steps[0] % 3 else presenter.films.next)()
                if steps[0] % 10 == 0:
                    presenter.films.list.toggle()

        until(lambda: rest() == len(presenter.state.films), step)
        took = time.monotonic() - start
        wall, stall, over = heart.taken()
        now, peak = resident_mb()
        done = sum(film.status is FilmStatus.DONE for film in presenter.state.films)
        total = len(presenter.state.films)
        cache = session.presenter._services.cache
        assert isinstance(cache, ThreadLane)
        until(lambda: cache.pending == 0)
        kept = sum(file.stat().st_size for file in (home / "results").iterdir()) / 1e6
        session.window.close()
        session.close()

        engine = Paced(make_engine("cpu"), arguments.pace / 1000)
        again = opened(home, engine)
        presenter = again.presenter
        heart.taken()
        start = time.monotonic()
        again.window.open_paths([films])

        def whole() -> bool:
            film = presenter.state.current
            return film is not None and film.radiograph is not None and at_rest(film)

        first = until(whole)
        until(lambda: len(presenter.state.films) == total and rest() == total)
        reopened = time.monotonic() - start
        until(lambda: presenter.films.pipeline.cache.idle)
        named = time.monotonic() - start
        _, reopen_stall, _ = heart.taken()
        again.window.close()
        again.close()
    goals = (
        ("longest stall", stall, STALL_GOAL_MS, "ms", f"{over} over it; with starving {wall:.0f}, idle {idle:.0f} ms"),
        ("memory, at its most", peak, MEMORY_GOAL_MB, "MB", f"{now:.0f} MB at the end"),
        ("stop: lane free", cancelled, CANCEL_GOAL_S, "s", "list answered at once" if shown else "LIST DID NOT ANSWER"),
        ("reopened: all results", reopened, REOPEN_GOAL_S, "s",
         f"{engine.count} analysed again; first film whole {first:.2f} s, names {named:.2f} s, "
         f"stall {reopen_stall:.0f} ms"),
    )  # fmt: skip
    print(f"  {total} films, {done} analysed in {took:.0f} s; {kept:.0f} MB of results kept")
    for what, value, goal, unit, more in goals:
        verdict = "" if value <= goal else "   OVER"
        print(f"  {what:22} {value:8.2f} {unit:3} goal {goal} {unit}   {more}{verdict}")
    return 0 if shown and all(value <= goal for _, value, goal, *_ in goals) else 1


if __name__ == "__main__":
    raise SystemExit(main())
