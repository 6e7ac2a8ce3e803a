"""A long session must not end Python: see the module."""

from __future__ import annotations

import subprocess
import sys

LONG_SESSION = """
from PySide6.QtCore import QObject
from ptxviewer.ui.none_guard import keep_none
keep_none()
thing = QObject()
for _ in range(100_000):
    thing.setObjectName("film")
print("alive")
"""


def test_a_hundred_thousand_calls_of_qt_do_not_end_python() -> None:
    out = subprocess.run([sys.executable, "-c", LONG_SESSION], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "alive"
