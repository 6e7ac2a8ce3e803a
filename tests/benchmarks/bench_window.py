"""The whole window with the shipped network: from a drop to the film on screen, and how long it ever stands still."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.ui.application import Application, Session
from tests.there import there

ROWS, COLS = 3000, 2500
FILMS = 5
OPEN_GOAL_MS, STALL_GOAL_MS = 500, 200
LONGEST_S = 300
BEAT_MS = 5


class Heartbeat:
    """The largest gap between two beats of a timer on the main thread."""

    def __init__(self) -> None:
        self.worst_ms = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst_ms = max(self.worst_ms, 1000 * (now - self._last) - BEAT_MS)
        self._last = now

    def taken(self) -> float:
        """The worst since the last call."""
        worst, self.worst_ms = self.worst_ms, 0.0
        return worst


def until(done: Callable[[], bool]) -> None:
    """Run Qt's loop until ``done``."""
    end = time.monotonic() + LONGEST_S
    while not done():
        QApplication.processEvents()
        if time.monotonic() > end:
            raise TimeoutError("the window never got there")


def make_films(folder: Path) -> list[Path]:
    """Uncompressed 16-bit films of noise on a ramp: no two alike."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tests.dicom.made import dataset, save

    films = []
    for number in range(FILMS):
        noise = np.random.default_rng(number).integers(0, 2000, (ROWS, COLS), dtype=np.uint16)
        pixels = noise + np.linspace(0, 60000, COLS).astype(np.uint16)
        films.append(save(dataset(pixels, 16, ViewPosition="PA"), folder / f"{number}.dcm"))
    return films


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(HOME=name, XDG_STATE_HOME=name, XDG_CONFIG_HOME=name)
        films = make_films(folder)
        application = Application(sys.argv[:1])
        application.dress()
        session = Session(folder / "settings.json")
        session.window.resize(1440, 900)
        session.window.show()
        heart = Heartbeat()
        session.warm_up()
        until(lambda: session.presenter.state.engine.phase not in ("not loaded", "loading"))
        loading = heart.taken()
        opened, analysed, stalls = [], [], []
        for path in films:
            started = time.perf_counter()
            session.window.open_paths([path])

            def shown(path: Path = path) -> bool:
                film = session.presenter.state.current
                return film is not None and film.path == path and film.radiograph is not None

            until(shown)
            session.window.area.canvas.repaint()
            opened.append(1000 * (time.perf_counter() - started))
            until(lambda: there(session.presenter.state.current).status is FilmStatus.DONE)
            analysed.append(1000 * (time.perf_counter() - started))
            stalls.append(heart.taken())
        session.close()
        session.window.close()
    drop, stall = statistics.median(opened), max(stalls)
    print(f"  drop to film       {drop:7.0f} ms   worst {max(opened):.0f}   goal {OPEN_GOAL_MS} ms   {COLS} x {ROWS}")
    print(f"  drop to findings   {statistics.median(analysed):7.0f} ms")
    print(f"  longest stall      {stall:7.0f} ms   goal {STALL_GOAL_MS} ms   median {statistics.median(stalls):.0f}")
    print(f"  while loading      {loading:7.0f} ms   (once, the window is still empty)")
    return 0 if drop <= OPEN_GOAL_MS and stall <= STALL_GOAL_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
