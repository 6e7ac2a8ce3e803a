"""Places on a film, as plain tuples: what geometry, reviews and drawings share. Nothing heavy is imported with them."""

from __future__ import annotations

Point = tuple[float, float]
"""A place on the film as (x, y) in pixels, pixel edges at integers."""

Box = tuple[float, float, float, float]
"""A rectangle as (x0, y0, x1, y1)."""

PixelBox = tuple[int, int, int, int]
"""A rectangle of whole pixels as (x0, y0, x1, y1), x1 and y1 outside."""
