"""A long session must not end Python: see the module."""

from __future__ import annotations

import subprocess
import sys

LONG_SESSION = """
from PySide6.QtCore import QObject
from ptxviewer.ui.platform.none_guard import keep_none
keep_none()
thing = QObject()
for _ in range(100_000):
    thing.setObjectName("film")
print("alive")
"""


def test_a_hundred_thousand_calls_of_qt_do_not_end_python() -> None:
    out = subprocess.run([sys.executable, "-c", LONG_SESSION], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "alive"


EMITTING = """
from PySide6.QtCore import QObject, Signal
from ptxviewer.ui.platform.none_guard import keep_none
class Sender(QObject):
    sent = Signal(int)
keep_none()
sender = Sender()
for number in range(200_000):
    sender.sent.emit(number)
print("alive")
"""


def test_a_folder_of_films_emits_more_signals_than_true_has_references() -> None:
    out = subprocess.run([sys.executable, "-c", EMITTING], capture_output=True, text=True, check=False).stdout
    assert out.strip() == "alive"
