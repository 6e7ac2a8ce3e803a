"""Stopping a running command (Ctrl+C, SIGTERM): it ends with everything done so far written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The system asks the program to end (SIGTERM): handled as Ctrl+C is."""


@contextmanager
def ends_on_request() -> Iterator[None]:
    """Raise ``Terminated`` on SIGTERM, so that what is done is written and temporary files go."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():  # signals are for the main thread alone
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
