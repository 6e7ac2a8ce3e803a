"""How a film lies on the screen: which window it is shown through, and its view after a turn or a flip."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ptxviewer.core.film import Radiograph, Voi
from ptxviewer.core.geometry import Point
from ptxviewer.core.viewport import Viewport, pixel_aspect, viewport


@dataclass(frozen=True)
class FilmView:
    """How one film lies on the screen. Angles in quarter turns clockwise; the flip comes before the turn."""

    voi_index: int | None = None  # preset chosen; None = the film's default
    voi: Voi | None = None  # window dragged by hand; wins over voi_index
    inverted: bool = False  # by the reader, on top of the film's own polarity
    zoom: float | None = None  # screen pixels (device-independent) per film pixel; None = fit
    center: tuple[float, float] | None = None  # film point (x, y) in the middle of the canvas; None = film's middle
    quarter_turns: int = 0
    flipped: bool = False
    frame: int = 0


def voi_of(film: Radiograph, view: FilmView) -> Voi:
    """The window or table that a film is shown through."""
    if view.voi is not None:
        return view.voi
    index = film.default_voi if view.voi_index is None else view.voi_index
    return film.vois[min(index, len(film.vois) - 1)]


def film_viewport(film: Radiograph, view: FilmView, canvas: Point) -> Viewport:
    """Return the map of a film on a canvas (width, height) in screen pixels."""
    return viewport(
        film.shape,
        canvas,
        zoom=view.zoom,
        center=view.center,
        quarter_turns=view.quarter_turns,
        flipped=view.flipped,
        aspect=pixel_aspect(film.spacing),
    )


def rotated(view: FilmView, quarter_turns: int) -> FilmView:
    """Turn what is on the screen clockwise."""
    return replace(view, quarter_turns=(view.quarter_turns + quarter_turns) % 4, center=None)


def flipped_horizontally(view: FilmView) -> FilmView:
    """Mirror what is on the screen left to right.

    The film is flipped before it is turned, and a flip behind a turn is a flip before the opposite turn.
    """
    return replace(view, flipped=not view.flipped, quarter_turns=-view.quarter_turns % 4, center=None)


def flipped_vertically(view: FilmView) -> FilmView:
    """Mirror what is on the screen top to bottom: left to right, then half a turn."""
    return rotated(flipped_horizontally(view), 2)
