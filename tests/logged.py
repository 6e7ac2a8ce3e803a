"""What was logged as an error: a bug, though nobody saw it. Imports logging alone: processes are measured in it."""

from __future__ import annotations

import logging


class Errors(logging.Handler):
    """Keeps a line of each: its message, the exception, and where that was raised."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """See ``logging.Handler``."""
        error = record.exc_info[1] if record.exc_info else None
        place = ""
        trace = error.__traceback__ if error is not None else None
        while trace is not None:
            place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            trace = trace.tb_next
        self.seen.append(f"logged: {record.getMessage()} {error!r} {place}")
