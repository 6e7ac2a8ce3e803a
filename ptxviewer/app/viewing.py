"""How a film lies on the screen: which window it is shown through, and its view after a turn or a flip."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.state import FilmView
from ptxviewer.core.types import Radiograph, Voi
from ptxviewer.core.viewport import Point, Viewport, pixel_aspect, viewport


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
