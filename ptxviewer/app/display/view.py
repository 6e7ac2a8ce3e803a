"""How the film on screen is displayed: through which window, turned, flipped, at which zoom. Its pixels stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ptxviewer.app.display.comparison import with_linked
from ptxviewer.app.store import Store
from ptxviewer.core import view as viewing
from ptxviewer.core.view import FilmView


class Views:
    """Changes the views of films; a film beside the one on screen follows where the two are linked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set_view(self, film_id: int, view: FilmView) -> None:
        """Take over a view that the canvas made (window drag, zoom, pan)."""
        state = self._store.state
        film = state.film(film_id)
        view = replace(view, frame=film.view.frame) if film is not None else view
        if film is not None and film.view != view:
            self._store.edit(lambda state: with_linked(state.with_film(replace(film, view=view)), film, view))

    def _change(self, change: Callable[[FilmView], FilmView]) -> None:
        film = self._store.state.current
        if film is not None:
            self.set_view(film.id, change(film.view))

    def choose_voi(self, index: int) -> None:
        """Show the film through preset ``index`` (from 0)."""
        film = self._store.state.current
        if film is not None and film.radiograph is not None and 0 <= index < len(film.radiograph.vois):
            self._change(lambda view: replace(view, voi_index=index, voi=None))

    def invert(self) -> None:
        """Turn black and white round, on screen only."""
        self._change(lambda view: replace(view, inverted=not view.inverted))

    def rotate(self, quarter_turns: int) -> None:
        """Turn the film clockwise."""
        self._change(lambda view: viewing.rotated(view, quarter_turns))

    def flip_horizontal(self) -> None:
        """Mirror the film left to right as it lies on the screen."""
        self._change(viewing.flipped_horizontally)

    def flip_vertical(self) -> None:
        """Mirror the film top to bottom as it lies on the screen."""
        self._change(viewing.flipped_vertically)

    def fit(self) -> None:
        """Show the whole film."""
        self._change(lambda view: replace(view, zoom=None, center=None))

    def one_to_one(self) -> None:
        """One film pixel on one pixel of the screen, of which high-density screens have several per unit."""
        zoom = 1 / self._store.state.pixel_ratio
        self._change(lambda view: replace(view, zoom=zoom))

    def set_pixel_ratio(self, ratio: float) -> None:
        """The window tells how many screen pixels a unit has, now and when it moves to another screen."""
        if ratio > 0 and ratio != self._store.state.pixel_ratio:
            self._store.edit(lambda state: replace(state, pixel_ratio=ratio))

    def reset(self) -> None:
        """Window, zoom, turn and flip as when the film was opened."""
        self._change(lambda _view: FilmView())
