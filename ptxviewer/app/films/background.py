"""Control of the background work by the reader: pause, stop, continue."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.films.pipeline import Pipeline
from ptxviewer.app.store import Store


class Background:
    """Reading and analysing the films that are not on screen."""

    def __init__(self, store: Store, pipeline: Pipeline) -> None:
        self._store = store
        self._pipeline = pipeline

    def toggle_pause(self) -> None:
        """Read and analyse no film but the one on screen, or go on."""
        self._store.edit(lambda state: replace(state, paused=not state.paused))
        self._pipeline.pump()

    def stop(self) -> None:
        """Stop all films that wait, but the one on screen. None is lost: it stays in the list, and can go on."""
        self._store.edit(lambda state: replace(state, paused=False))
        self._pipeline.stop_background()

    def go_on(self) -> None:
        """Analyse all films whose analysis was stopped."""
        self._store.edit(lambda state: replace(state, paused=False))
        self._pipeline.analyse_stopped()

    def forget_results(self) -> None:
        """Delete the results of earlier sessions; reviews stay."""
        self._pipeline.cache.clear()
