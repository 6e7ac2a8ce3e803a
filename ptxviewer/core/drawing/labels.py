"""Where something is written on a film so that no two texts meet: one placer for everything on a canvas.

All boxes are (left, top, right, bottom) in screen pixels. Whoever writes first takes its place in ``taken``; the next
one looks for a place that is left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ptxviewer.core.geometry import Box, Point

GAP = 3.0  # screen pixels between two texts
_TINY = 1e-6  # boxes that only touch are apart, whatever the last digit of their sums says


def free_place(
    size: tuple[float, float], wishes: Sequence[Point], taken: Sequence[Box], area: Box, gap: float = GAP
) -> Box | None:
    """Return a place for a text of ``size`` (width, height) in ``area`` at least ``gap`` away from ``taken``.

    ``wishes`` are left top corners, the best first; they are moved into the area. Where none of them is free it is the
    free place nearest to the first. None only where there is no room anywhere: of all free places, those that touch
    ``taken`` or the edge of the area on two sides are tried, and if any place is free one of these is.
    """
    width, height = size
    last_x, last_y = area[2] - width, area[3] - height
    if last_x < area[0] or last_y < area[1]:
        return None
    boxes = [(left - gap, top - gap, right + gap, bottom + gap) for left, top, right, bottom in taken]

    def free(x: float, y: float) -> bool:
        return not any(
            x < right - _TINY and x + width > left + _TINY and y < bottom - _TINY and y + height > top + _TINY
            for left, top, right, bottom in boxes
        )

    inside = [(min(max(x, area[0]), last_x), min(max(y, area[1]), last_y)) for x, y in wishes]
    for x, y in inside:
        if free(x, y):
            return x, y, x + width, y + height
    x0, y0 = inside[0] if inside else (area[0], area[1])
    xs = np.array([x0, area[0], last_x, *(box[0] - width for box in boxes), *(box[2] for box in boxes)])
    ys = np.array([y0, area[1], last_y, *(box[1] - height for box in boxes), *(box[3] for box in boxes)])
    xs, ys = xs[(xs >= area[0]) & (xs <= last_x)], ys[(ys >= area[1]) & (ys <= last_y)]
    far = np.hypot(xs[None, :] - x0, ys[:, None] - y0)
    if boxes:
        left, top, right, bottom = np.array(boxes).T[..., None]
        across = (xs < right - _TINY) & (xs + width > left + _TINY)  # (boxes, places)
        down = (ys < bottom - _TINY) & (ys + height > top + _TINY)
        far[down.T.astype(np.float32) @ across.astype(np.float32) > 0] = np.inf
    row, col = np.unravel_index(int(np.argmin(far)), far.shape)
    if not np.isfinite(far[row, col]):
        return None
    x, y = float(xs[col]), float(ys[row])
    return x, y, x + width, y + height
