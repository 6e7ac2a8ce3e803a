"""How a film lies on the screen after a turn or a flip: pure functions of its view."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.state import FilmView


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
