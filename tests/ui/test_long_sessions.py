"""The locked PySide6 takes no references from None, True and False: a long session would end Python 3.10 and 3.11."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal

CALLS = 1000
CONSTANTS = (None, True, False)


class _Sender(QObject):
    plain = Signal()
    flag = Signal(bool)


def test_calls_and_signals_give_back_what_they_borrow() -> None:
    sender = _Sender()
    sender.plain.connect(lambda: None)
    sender.flag.connect(lambda _value: None)
    before = [sys.getrefcount(constant) for constant in CONSTANTS]
    for number in range(CALLS):
        sender.setObjectName("")
        sender.plain.emit()
        sender.flag.emit(number % 2 == 0)
    lost = [count - sys.getrefcount(constant) for constant, count in zip(CONSTANTS, before, strict=True)]
    assert max(lost) < CALLS // 10  # PySide6 6.12.0 loses one with each call
