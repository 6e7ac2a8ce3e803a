"""Presentation states that came along with a film: their window, shutter and turn, applied when the reader asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.objects import objects_of
from ptxviewer.app.state.screen import State
from ptxviewer.core.view import FilmView, flipped_horizontally, rotated

if TYPE_CHECKING:
    from ptxviewer.app.display.view import Views  # numpy comes with these: the window is on screen before
    from ptxviewer.app.store import Store
    from ptxviewer.core.film import Radiograph
    from ptxviewer.core.objects import FilmObject, Presentation


def offered(state: State, film: Film | None) -> FilmObject | None:
    """Return the newest presentation state of a film that shows it in another way, None where none came along."""
    radiograph = None if film is None else film.radiograph
    if film is None or radiograph is None:
        return None
    states = (item for item in reversed(objects_of(state, film)) if item.presentation is not None)
    return next((one for one in states if one.presentation is not None and one.presentation.changes(radiograph)), None)


def is_applied(state: State, film: Film | None) -> bool:
    """True while the film is shown as the presentation state that is offered wants it."""
    one = offered(state, film)
    if film is None or film.radiograph is None or one is None or one.presentation is None:
        return False
    return film.view == shown_by(one.presentation, film.radiograph, film.view)


def shown_by(wanted: Presentation, film: Radiograph, view: FilmView) -> FilmView:
    """Return how a film lies by a presentation state; zoom and frame stay the reader's."""
    turned = rotated(replace(view, quarter_turns=0, flipped=False), wanted.quarter_turns)
    if wanted.flipped:
        turned = flipped_horizontally(turned)
    from ptxviewer.core.softcopy import on_film  # numpy comes with these: the window is on screen before
    from ptxviewer.core.voi import shows_something

    moved = (turned.quarter_turns, turned.flipped) != (view.quarter_turns, view.flipped)
    window = on_film(wanted.voi, wanted.modality, film, wanted.lut)
    if window is not None and not shows_something(film, window):  # made for other values: the reader's stays
        window = view.voi
    return replace(
        turned,
        voi=window,
        voi_index=None if window is not None else view.voi_index,
        inverted=False if wanted.inverse is None else wanted.inverse != film.inverse,
        shutter=wanted.shutter,
        center=None if moved else view.center,
    )


class PresentationStates:
    """Shows the film on screen as a presentation state wants it, and as its file wants it again."""

    def __init__(self, store: Store, views: Views) -> None:
        self._store = store
        self._views = views

    def toggle(self) -> None:
        """Apply the newest presentation state of the film, or go back to the film's own view."""
        state = self._store.state
        film, one = state.current, offered(state, state.current)
        if film is None or film.radiograph is None or one is None or one.presentation is None:
            return
        if is_applied(state, film):
            self._views.set_view(film.id, FilmView(zoom=film.view.zoom, frame=film.view.frame))
        else:
            self._views.set_view(film.id, shown_by(one.presentation, film.radiograph, film.view))
