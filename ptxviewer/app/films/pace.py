"""How long a film takes in the background, as far as that can be told from the last ones."""

from __future__ import annotations

import statistics
from collections import deque
from datetime import datetime


class Pace:
    """Seconds a film, from the last films: the median, so that a pause or one slow film does not count."""

    def __init__(self, films: int = 15) -> None:
        self._gaps: deque[float] = deque(maxlen=films)
        self._last: datetime | None = None

    def tick(self, now: datetime) -> float | None:
        """One more film is done; returns the pace, None while too little is known."""
        if self._last is not None:
            self._gaps.append((now - self._last).total_seconds())
        self._last = now
        return statistics.median(self._gaps) if len(self._gaps) >= 3 else None
