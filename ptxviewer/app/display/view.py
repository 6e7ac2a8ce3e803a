"""How the film on screen is displayed: through which window, turned, flipped, at which zoom. Its pixels stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ptxviewer.app.display.comparison import with_linked
from ptxviewer.app.preferences import Preferences
from ptxviewer.app.store import Store
from ptxviewer.core import view as viewing
from ptxviewer.core.points import Point
from ptxviewer.core.reasons.window import NoPreset, Notice, WindowKept
from ptxviewer.core.view import FilmView

MOST_MONITORS = 20


class Views:
    """Changes the views of films; a film beside the one on screen follows where the two are linked."""

    def __init__(self, store: Store, preferences: Preferences) -> None:
        self._store = store
        self._preferences = preferences

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
        """Show the film through preset ``index`` (from 0); if there is none, say so."""
        shown = self._store.state.shown
        if shown is None:
            return
        film = shown.radiograph
        if 0 <= index < len(film.vois):
            self._change(lambda view: replace(view, voi_index=index, voi=None))
            return
        from ptxviewer.core.presets import presets  # not at a start: NumPy comes with it

        offered = presets(film, self._store.state.settings.own_windows)
        if 0 <= index < len(offered):
            self._change(lambda view: replace(view, voi=offered[index], voi_index=None))
        else:
            self._store.tell(NoPreset(index + 1, len(offered)))

    def window_region(self, one: Point, other: Point) -> None:
        """Set the window over the values between two film points; a mere click changes nothing."""
        from ptxviewer.core.presets import window_of_region

        shown = self._store.state.shown
        if shown is None:
            return
        (x0, x1), (y0, y1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        window = window_of_region(shown.radiograph, (x0, y0, x1, y1))
        if window is None:
            self._store.tell(Notice.REGION_TOO_SMALL)
        else:
            self._change(lambda view: replace(view, voi=window, voi_index=None))

    def keep_window(self, name: str) -> None:
        """Keep the window of the film on screen by a name; one of that name is replaced."""
        from ptxviewer.core.presets import MOST_OWN, kept_as
        from ptxviewer.core.voi import window_of

        shown = self._store.state.shown
        if shown is None or not name.strip():
            return
        film, view = shown.radiograph, shown.film.view
        kept = kept_as(film, window_of(film, viewing.voi_of(film, view)), name)
        others = tuple(own for own in self._preferences.settings.own_windows if own.name != kept.name)
        if len(others) >= MOST_OWN:
            self._store.tell(Notice.TOO_MANY_WINDOWS)
            return
        self._preferences.save(lambda settings: replace(settings, own_windows=(*others, kept)))
        self._store.tell(WindowKept(kept.name))

    def forget_window(self, name: str) -> None:
        """Forget a window that was kept; films that are shown through it stay as they are."""
        left = tuple(own for own in self._preferences.settings.own_windows if own.name != name)
        self._preferences.save(lambda settings: replace(settings, own_windows=left))

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

    def true_size(self, monitor: str) -> bool:
        """One millimetre of the film on one of the monitor; False where that one has not been calibrated."""
        state = self._store.state
        shown, known = state.shown, dict(state.settings.monitors)
        if shown is None:
            return True
        mm = shown.radiograph.spacing.col_mm
        if mm is None or not shown.radiograph.spacing.known:
            self._store.tell(Notice.NO_TRUE_SIZE)
            return True
        if monitor not in known:
            return False
        zoom = min(max(known[monitor] * mm / state.pixel_ratio, 1e-3), 100.0)
        self._change(lambda view: replace(view, zoom=zoom))
        return True

    def calibrate_monitor(self, monitor: str, pixels_per_mm: float) -> None:
        """Keep what the reader measured on a monitor, and show the film at its true size."""
        others = tuple(one for one in self._preferences.settings.monitors if one[0] != monitor)[:MOST_MONITORS]
        kept = (*others, (monitor, round(pixels_per_mm, 4)))
        self._preferences.save(lambda settings: replace(settings, monitors=kept))
        self.true_size(monitor)

    def set_pixel_ratio(self, ratio: float) -> None:
        """Set the screen pixels per unit, at the start and when the window moves to another screen."""
        if ratio > 0 and ratio != self._store.state.pixel_ratio:
            self._store.edit(lambda state: replace(state, pixel_ratio=ratio))

    def reset(self) -> None:
        """Window, zoom, turn and flip as when the film was opened."""
        self._change(lambda _view: FilmView())
