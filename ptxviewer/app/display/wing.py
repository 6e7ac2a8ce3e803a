"""How films are shown: the views, the overlay, the aids, two films side by side, and what stands around the film."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.display.aids import ViewingAids
from ptxviewer.app.display.comparison import Comparison
from ptxviewer.app.display.overlay import OverlayDisplay
from ptxviewer.app.display.presentation import PresentationStates
from ptxviewer.app.display.view import Views
from ptxviewer.app.films.pipeline import Pipeline
from ptxviewer.app.preferences import Preferences
from ptxviewer.app.state.screen import KIND_OF, Tool
from ptxviewer.app.state.settings import Interpolation
from ptxviewer.app.store import Store


class DisplayWing:
    """What is drawn, and how; never the films themselves."""

    def __init__(self, store: Store, preferences: Preferences, pipeline: Pipeline) -> None:
        self._store = store
        self._preferences = preferences
        self.view = Views(store, preferences)
        self.presentation = PresentationStates(store, self.view)
        self.overlay = OverlayDisplay(store, preferences)
        self.aids = ViewingAids(store)
        self.comparison = Comparison(store, pipeline)
        self.disagreement = pipeline.disagreement

    def set_tool(self, tool: Tool) -> None:
        """Choose what dragging with the left button does."""
        self._store.edit(
            lambda state: replace(state, tool=tool, measure_tool=tool if tool in KIND_OF else state.measure_tool)
        )

    def set_interpolation(self, how: Interpolation) -> None:
        """Choose how enlarged films are drawn."""
        self._preferences.change(lambda settings: replace(settings, interpolation=how))

    def toggle_annotations(self) -> None:
        """Show or hide the corner texts."""
        self._preferences.change(lambda settings: replace(settings, annotations=not settings.annotations))

    def toggle_file_graphics(self) -> None:
        """Show or hide what the files want drawn on their films."""
        self._store.edit(lambda state: replace(state, file_graphics=not state.file_graphics))

    def toggle_identified(self) -> None:
        """Show or hide patient data on the screen."""
        self._store.edit(lambda state: replace(state, identified=not state.identified))

    def toggle_two_thresholds(self) -> None:
        """Give detection and extent sliders of their own, or one for both again, for every film."""
        self._store.settle()
        self._preferences.save(lambda settings: replace(settings, two_thresholds=not settings.two_thresholds))

    def toggle_film_only(self) -> None:
        """Hide or show everything around the film."""
        self._store.edit(lambda state: replace(state, film_only=not state.film_only))

    def toggle_strip(self) -> None:
        """Show or hide the film strip."""
        self._preferences.change(lambda settings: replace(settings, strip=not settings.strip))

    def toggle_panel(self) -> None:
        """Show or hide the reading panel."""
        self._preferences.change(lambda settings: replace(settings, panel=not settings.panel))
