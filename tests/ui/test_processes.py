"""However the window ends, no process of its own outlives it: quit, or killed while it decodes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydicom.uid import RLELossless

from tests.dicom import made
from tests.processes import ends

REPOSITORY = Path(__file__).parents[2]
WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QSocketNotifier, QTimer
from ptxviewer.dicom.isolated.pool import shared_pool
from ptxviewer.ui.application import Application, Session
from tests.fakes import FakeEngine
home, film = map(Path, sys.argv[1:])
application = Application(sys.argv[:1])
session = Session(home / "settings.json", FakeEngine())
session.window.show()
session.presenter.films.open([film])
def look():
    films = session.presenter.state.films
    if films and films[0].radiograph is not None:
        timer.stop()
        print(*shared_pool().pids, flush=True)
timer = QTimer(timeout=look, interval=20)
timer.start()
end = QSocketNotifier(0, QSocketNotifier.Type.Read)
end.activated.connect(application.quit)
application.exec()
session.close()
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits for processes by pidfd")


@contextmanager
def window(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """A window in a process of its own with a compressed film on screen, and the processes that decode for it."""
    ds = made.dataset(made.ramp())
    ds.compress(RLELossless)
    film = made.save(ds, home / "a.dcm")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", WINDOW, str(home), str(film)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout is not None
            yield process, [int(pid) for pid in process.stdout.readline().split()]
        finally:
            process.kill()


@pytest.mark.parametrize("how", ["quit", "killed"])
def test_no_process_outlives_the_window(tmp_path: Path, how: str) -> None:
    with window(tmp_path) as (process, children):
        assert children
        if how == "quit":
            process.communicate()  # closes its input, at which it quits
            assert process.returncode == 0
        else:
            process.kill()
        assert all(ends(child) for child in children)
