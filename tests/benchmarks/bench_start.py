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
    print(time.time(), ",".join(name for name in ("torch", "torchvision") if name in sys.modules) or "-", flush=True)
    QTimer.singleShot(0, application.quit)
session = Session(Path(sys.argv[1]) / "settings.json", painted=painted)
session.window.show()
application.exec()
session.close()
"""


def child(code: str, folder: str) -> tuple[float, str]:
    """Milliseconds from process start to the time that `code` prints, and the word it prints behind it."""
    environment = {**os.environ, "HOME": folder, "XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, folder], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    moment, word = done.stdout.split()
    return 1000 * (float(moment) - started), word


def main() -> None:
    """Print the medians; the ratio is to an interpreter that does nothing, so that machines can be compared."""
    with tempfile.TemporaryDirectory() as folder:
        child(CHILD, folder)  # warm the file cache
        runs = [child(CHILD, folder) for _ in range(RUNS)]
        bare = statistics.median(child("import time; print(time.time(), '-')", folder)[0] for _ in range(RUNS))
    median = statistics.median(ms for ms, _ in runs)
    heavy = {word for _, word in runs}
    print(f"  first paint        {median:7.0f} ms   goal {GOAL_MS} ms   {median / bare:.0f} x a bare interpreter")
    print(f"  torch imported     {'no' if heavy == {'-'} else ', '.join(sorted(heavy))}")


if __name__ == "__main__":
    main()
