"""Progress of a long run: a line on a terminal with rate and time left, or JSON lines for programs."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TextIO

from ptxviewer.words import tr, trn

Style = Literal["auto", "json", "none"]
DRAW_S, JSON_S = 0.2, 1.0  # at most so often
WINDOW = 200  # films over which the rate is taken


@dataclass
class Progress:
    """Counts films and tells of them. ``total`` None: not known, or without end."""

    stream: TextIO | None
    style: Style = "none"
    total: int | None = None
    now: Callable[[], float] = time.monotonic
    done: int = 0
    failed: int = 0
    skipped: int = 0
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _told: float = float("-inf")

    def count(self, *, failed: bool = False) -> None:
        """Count one film."""
        self.done += 1
        self.failed += failed
        self._times.append(self.now())
        self.tell()

    def tried_again(self) -> None:
        """Take back a film that was counted as failed: its file has changed and is counted anew."""
        self.done -= 1
        self.failed -= 1

    def skip(self) -> None:
        """Count a film that was done before."""
        self.skipped += 1
        self.tell()

    @property
    def rate(self) -> float | None:
        """Films a second, lately; None before there are two."""
        took = self._times[-1] - self._times[0] if len(self._times) > 1 else 0.0
        return (len(self._times) - 1) / took if took > 0 else None

    @property
    def left_s(self) -> float | None:
        """Seconds left, None where rate or total are not known."""
        rate = self.rate
        return None if self.total is None or not rate else max(0, self.total - self.done - self.skipped) / rate

    def tell(self, *, last: bool = False) -> None:
        """Tell, unless that was done a moment ago."""
        pause = JSON_S if self.style == "json" else DRAW_S
        if self.stream is None or self.style == "none" or (not last and self.now() - self._told < pause):
            return
        self._told = self.now()
        if self.style == "json":
            self.stream.write(json.dumps(self._values()) + "\n")
        else:
            self.stream.write(f"\r\x1b[K{self.line()}")
        self.stream.flush()

    def _values(self) -> dict[str, float | int | None]:
        rate, left = self.rate, self.left_s
        return {
            "done": self.done,
            "skipped": self.skipped,
            "failed": self.failed,
            "total": self.total,
            "films_per_s": None if rate is None else round(rate, 2),
            "left_s": None if left is None else round(left),
        }

    def line(self) -> str:
        """Return the line of a terminal."""
        done = self.done + self.skipped
        if self.total is None:
            parts = [trn("{count} film", "{count} films", done)]
        else:
            filled = min(30, 30 * done // max(1, self.total))
            bar = "#" * filled + "." * (30 - filled)
            parts = [f"[{bar}] " + tr("{done} of {total} films", done=done, total=self.total)]
        if self.failed:
            parts.append(tr("{count} failed", count=self.failed))
        if (rate := self.rate) is not None:
            parts.append(tr("{rate} a second", rate=round(rate, 1)))
        if (left := self.left_s) is not None:
            parts.append(tr("{time} left", time=_clock(left)))
        return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


@contextmanager
def progress_of(style: Style) -> Iterator[Progress]:
    """Provide the progress of a run on stderr: "auto" draws where that is a terminal."""
    stream = sys.stderr
    drawn = style == "auto" and stream is not None and stream.isatty()
    progress = Progress(stream, style if drawn or style == "json" else "none")
    try:
        yield progress
    finally:
        if style == "json":
            progress.tell(last=True)
        elif drawn:
            assert stream is not None
            stream.write("\r\x1b[K")
            stream.flush()
