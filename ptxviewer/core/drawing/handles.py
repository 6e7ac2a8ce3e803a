"""Hit tests for things drawn on a film, and places for their labels.

For every tool with handles. All points are screen points (device-independent pixels); film points are brought there
with ``Viewport.to_screen``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ptxviewer.core.drawing.labels import free_place
from ptxviewer.core.geometry import Box, Point

HANDLE_REACH, LINE_REACH = 9.0, 6.0  # screen pixels within which a handle, a line is meant
LABEL_GAP = 10.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing on the screen: what can be taken hold of, and its line; ``closed`` joins the line's ends.

    ``gaps`` are the pieces of the line, from 0, that are not there.
    """

    handles: tuple[Point, ...]
    line: tuple[Point, ...]
    closed: bool = False
    gaps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grip:
    """What the pointer is on: a handle of thing number ``item``, or all of it (``handle`` None)."""

    item: int
    handle: int | None


def distance_to_segment(at: Point, start: Point, end: Point) -> float:
    """Return how far a point lies from a line between two points; these may be one."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    squared = dx * dx + dy * dy
    along = 0.0 if squared == 0 else ((at[0] - start[0]) * dx + (at[1] - start[1]) * dy) / squared
    along = min(max(along, 0.0), 1.0)
    return math.dist(at, (start[0] + along * dx, start[1] + along * dy))


def segments(thing: Drawn) -> list[tuple[Point, Point]]:
    """Return the pieces of a thing's line."""
    ends = (*thing.line, thing.line[0]) if thing.closed and thing.line else thing.line
    return [piece for number, piece in enumerate(pairwise(ends)) if number not in thing.gaps]


def grip_at(
    things: Sequence[Drawn], at: Point, handle_reach: float = HANDLE_REACH, line_reach: float = LINE_REACH
) -> Grip | None:
    """Return what a press at ``at`` means: the nearest handle, else the nearest line; of equals the last drawn."""
    best: Grip | None = None
    least = handle_reach
    for item, thing in enumerate(things):
        for handle, point in enumerate(thing.handles):
            if math.dist(point, at) <= least:
                best, least = Grip(item, handle), math.dist(point, at)
    if best is not None:
        return best
    least = line_reach
    for item, thing in enumerate(things):
        for start, end in segments(thing):
            if distance_to_segment(at, start, end) <= least:
                best, least = Grip(item, None), distance_to_segment(at, start, end)
    return best


def bounds(points: Sequence[Point]) -> Box:
    """Return the smallest box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def grown(box: Box, by: float) -> Box:
    """Return a box that is larger by ``by`` on every side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def overlap(one: Box, other: Box) -> float:
    """Return the common area of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width * height if width > 0 and height > 0 else 0.0


def _covered(place: Box, boxes: Sequence[Box]) -> float:
    """Return the area that ``place`` has in common with boxes; most lie elsewhere and are skipped by a quick test."""
    x0, y0, x1, y1 = place
    return sum(overlap(place, box) for box in boxes if box[0] < x1 and box[2] > x0 and box[1] < y1 and box[3] > y0)


def crosses(box: Box, start: Point, end: Point) -> bool:
    """True when a line between two points runs through a box (Liang and Barsky 1984)."""
    if (start[0] < box[0] and end[0] < box[0]) or (start[0] > box[2] and end[0] > box[2]):
        return False
    if (start[1] < box[1] and end[1] < box[1]) or (start[1] > box[3] and end[1] > box[3]):
        return False
    first, last = 0.0, 1.0
    for p, q in (
        (start[0] - end[0], start[0] - box[0]),
        (end[0] - start[0], box[2] - start[0]),
        (start[1] - end[1], start[1] - box[1]),
        (end[1] - start[1], box[3] - start[1]),
    ):
        if p == 0:
            if q < 0:
                return False
        elif p < 0:
            first = max(first, q / p)
        else:
            last = min(last, q / p)
    return first <= last


def label_place(
    size: tuple[float, float], thing: Drawn, taken: Sequence[Box], area: Box, others: Sequence[Drawn] = ()
) -> Box:
    """Return the place of a label of ``size`` (width, height) beside its thing: never on it where there is room.

    ``taken`` are the boxes of other labels, ``area`` is where labels may be, ``others`` are things that are better left
    free, too. Tried are the places round the whole thing, then round each handle, then round the middle of each of its
    lines; where none is free of other labels, the nearest place that is.
    """
    width, height = size
    box = bounds(thing.line)
    own = [] if thing.closed else segments(thing)  # of what has an inside the whole box counts
    boxes = [bounds(other.line) for other in others if other.closed]
    lines = [segment for other in others if not other.closed for segment in segments(other)]
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in own]
    spots = [box, *((x, y, x, y) for x, y in (*thing.handles, *middles))]
    if not thing.closed:
        spots = [*spots[1:], spots[0]]  # round a long line there is much room that is far from it
    best, least = (box[2] + LABEL_GAP, box[1], box[2] + LABEL_GAP + width, box[1] + height), math.inf
    for x0, y0, x1, y1 in spots:
        for left, top in (
            (x1 + LABEL_GAP, (y0 + y1 - height) / 2),
            (x0 - LABEL_GAP - width, (y0 + y1 - height) / 2),
            ((x0 + x1 - width) / 2, y1 + LABEL_GAP),
            ((x0 + x1 - width) / 2, y0 - LABEL_GAP - height),
            (x1 + LABEL_GAP, y1 + LABEL_GAP / 2),
            (x0 - LABEL_GAP - width, y0 - LABEL_GAP / 2 - height),
        ):
            place = (left, top, left + width, top + height)
            outside = width * height - overlap(place, area)
            # What is told at a glance comes first: most places are out of the question by then.
            badness = 4 * outside + _covered(place, boxes)
            if thing.closed:
                badness += 8 * overlap(place, box)
            if badness < least:
                badness += 2 * _covered(place, taken)
            if badness < least and any(crosses(place, start, end) for start, end in own):
                badness += 8 * width * height
            for start, end in lines:
                if badness >= least:
                    break
                badness += width * height * crosses(place, start, end)
            if badness >= least:
                continue
            badness += sum(200.0 for x, y in thing.handles if left <= x <= place[2] and top <= y <= place[3])
            if badness < least - 1e-6:
                best, least = place, badness
            if least == 0:
                return best
    x = min(max(best[0], area[0]), max(area[2] - width, area[0]))
    y = min(max(best[1], area[1]), max(area[3] - height, area[1]))
    place = (x, y, x + width, y + height)
    return (free_place(size, ((x, y),), taken, area, 0.0) if _covered(place, taken) else None) or place
