"""The files and folders that were opened last: only where the reader wants them kept, since names may name patients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ptxviewer.app.state.settings import Settings

MOST = 10


def with_opened(settings: Settings, paths: Iterable[Path]) -> Settings:
    """Return the settings with what was opened now before what was opened earlier; the same where none are kept."""
    if not settings.keep_recent:
        return settings
    fresh = [str(path) for path in paths][:MOST]
    older = (name for name in settings.recent if name not in fresh)
    return replace(settings, recent=tuple([*fresh, *older][:MOST]))


def without_recent(settings: Settings) -> Settings:
    """Return the settings with nothing of what was opened."""
    return replace(settings, recent=())
