"""From process start to the first paint of the empty window, and what is imported until then."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 7
GOAL_MS = 500
RATIO_GOAL = 2.5
LATER = (
    "numpy", "cv2", "torch", "torchvision", "pydicom", "msgspec", "multiprocessing", "pickle", "logging.handlers",
    "ptxviewer.app.presenter", "ptxviewer.app.store", "ptxviewer.app.disk.review_file", "ptxviewer.core.engine",
    "ptxviewer.core.reasons.window", "ptxviewer.core.reasons.finding", "ptxviewer.core.reasons.stored",
    "ptxviewer.core.reasons.reading", "ptxviewer.ui.canvas.canvas", "ptxviewer.ui.panels.reading",
)  # fmt: skip
"""What is imported after the first paint."""
CHILD = """
import sys, time
from pathlib import Path
from ptxviewer import bootstrap
bootstrap.prepare()
from PySide6.QtCore import QTimer
from ptxviewer.ui.application import Application, Session
application = Application(sys.argv[:1])
application.dress()
def painted():
    early = ",".join(name for name in sys.argv[2].split(",") if name in sys.modules) or "-"
    print(time.time(), time.process_time(), early, flush=True)
    QTimer.singleShot(0, application.quit)
session = Session(Path(sys.argv[1]) / "settings.json", painted=painted)
session.window.show()
application.exec()
session.close()
"""
BARE = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
class Window(QWidget):
    def paintEvent(self, event):
        print(time.time(), time.process_time(), "-", flush=True)
        QTimer.singleShot(0, application.quit)
window = Window()
window.show()
application.exec()
"""


def child(code: str, folder: str, compiled: str | None = None) -> tuple[float, float, str]:
    """Milliseconds from process start to the time that `code` prints, those of its CPU, and the word behind them.

    Modules are compiled into the folder `compiled`, None: where they always are.
    """
    environment = {**os.environ, "HOME": folder, "XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once, not at every start
    if compiled is not None:
        environment["PYTHONPYCACHEPREFIX"] = compiled
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, folder, ",".join(LATER)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    moment, cpu, word = done.stdout.split()
    return 1000 * (float(moment) - started), 1000 * float(cpu), word


def main() -> None:
    """Print the medians beside those of an empty QWidget, taken in turns, so that busy machines can be compared."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = os.path.join(folder, "compiled")
        child(CHILD, folder, compiled)  # warm the file cache, compile
        runs, bare = [], []
        for _ in range(RUNS):
            runs.append(child(CHILD, folder, compiled))
            bare.append(child(BARE, folder, compiled))
    (wall, cpu), (wall_bare, cpu_bare) = (
        (statistics.median(wall for wall, _, _ in measured), statistics.median(cpu for _, cpu, _ in measured))
        for measured in (runs, bare)
    )
    early = {word for *_, word in runs}
    print(f"  first paint        {wall:7.0f} ms   CPU {cpu:5.0f} ms   goal {GOAL_MS} ms")
    ratio = f"ratio {wall / wall_bare:.2f}, of CPU {cpu / cpu_bare:.2f}   goal {RATIO_GOAL}"
    print(f"  an empty QWidget   {wall_bare:7.0f} ms   CPU {cpu_bare:5.0f} ms   {ratio}")
    print(f"  imported by then   {'nothing that is not in sight' if early == {'-'} else ', '.join(sorted(early))}")


if __name__ == "__main__":
    main()
