"""The two apices side by side, where a small pneumothorax is missed most, or the two bases, where air collects in a
patient who lies: where they are, and how each pane lies.

The pane on the right is mirrored, so that like lies over like: rib over rib, pleural line over pleural line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import Part
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import Box, GridMap, Point
from ptxviewer.core.view import FilmView, flipped_horizontally
from ptxviewer.core.viewport import pixel_aspect

LUNG = 0.5  # score from which a cell of the grid is lung
PART = 0.4  # of a lung's height that is shown
ROOM = 0.25  # of the lung's width that is shown beside it: the chest wall belongs to the picture
SMALLEST = 0.02  # of the film that a lung must cover to be believed
USUAL: dict[Part, tuple[Box, Box]] = {  # of the film, where no lung was seen
    "apices": ((0.08, 0.08, 0.48, 0.42), (0.52, 0.08, 0.92, 0.42)),
    "bases": ((0.04, 0.52, 0.48, 0.86), (0.52, 0.52, 0.96, 0.86)),
}


@dataclass(frozen=True)
class Pane:
    """One apex or base: what it shows of the film, whose side it is, whether it is mirrored against the film."""

    box: Box
    left: bool  # of the patient, as far as the film tells
    mirrored: bool


@dataclass(frozen=True)
class Shift:
    """How far the reader moved both panes from where they begin, in film pixels away from the spine, and zoomed."""

    zoom: float = 1.0
    outward: float = 0.0
    down: float = 0.0


def _box(lung: FloatMap | None, air: FloatMap, on_left: bool, film: Radiograph, part: Part) -> Box | None:
    """The upper or lower part of one lung with the wall around it, None where there is none.

    ``air``: a map of lung may end where the pneumothorax begins, which is what the reader looks for.
    """
    if lung is None:
        return None
    half = np.arange(lung.shape[1]) < lung.shape[1] / 2
    found = (lung >= LUNG) | ((air >= LUNG) & (half == on_left))
    if found.mean() < SMALLEST:
        return None
    rows = np.flatnonzero(found.any(axis=1))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    high = max(1, round(PART * (bottom - top)))
    first, last = (top, top + high) if part == "apices" else (bottom - high, bottom)
    cols = np.flatnonzero(found[first:last].any(axis=0))
    grid = GridMap.for_film(film.rows, film.cols, lung.shape[0], pixel_aspect(film.spacing))
    x0, y0 = grid.point_to_film(float(cols[0]), float(first))
    x1, y1 = grid.point_to_film(float(cols[-1]) + 1, float(last))
    beside = ROOM * (x1 - x0)
    return (
        (x0 - beside, y0 - beside, x1 + beside, y1) if part == "apices" else (x0 - beside, y0, x1 + beside, y1 + beside)
    )


def _boxes(film: Film, radiograph: Radiograph, part: Part) -> tuple[Box, Box]:
    """The part on the left of the picture and the one on the right, equally large; usual places without lungs."""
    maps = film.maps
    rows, cols = radiograph.shape
    boxes: list[Box] = [(x0 * cols, y0 * rows, x1 * cols, y1 * rows) for x0, y0, x1, y1 in USUAL[part]]
    if maps is not None:
        lungs = maps.lung_image_left, maps.lung_image_right
        found = [_box(lung, maps.pneumothorax, number == 0, radiograph, part) for number, lung in enumerate(lungs)]
        boxes = [seen for seen in found if seen is not None] if all(found) else boxes
    width, height = (max(box[axis + 2] - box[axis] for box in boxes) for axis in (0, 1))

    def placed(box: Box) -> Box:  # apex beside apex, base beside base, whatever lies at the other end
        x, top = (box[0] + box[2]) / 2, box[1] if part == "apices" else box[3] - height
        return x - width / 2, top, x + width / 2, top + height

    left, right = map(placed, boxes)
    return left, right


def panes(film: Film, radiograph: Radiograph, part: Part = "apices") -> tuple[Pane, Pane]:
    """Return the panes from left to right, in the order in which the two sides lie on the screen."""
    boxes = _boxes(film, radiograph, part)
    found = list(zip(boxes, (radiograph.mirrored, not radiograph.mirrored), strict=True))
    turned = film.view.quarter_turns % 4 == 2
    if film.view.flipped != turned:
        found.reverse()
    (first, is_left), (second, other_is_left) = found
    return Pane(first, is_left, False), Pane(second, other_is_left, True)


def _outward(pane: Pane, radiograph: Radiograph) -> float:
    """+1 where away from the spine is towards larger columns."""
    return 1.0 if (pane.box[0] + pane.box[2]) / 2 >= radiograph.cols / 2 else -1.0


def pane_view(film: Film, radiograph: Radiograph, pane: Pane, size: Point, shift: Shift) -> FilmView:
    """Return how the film lies in a pane of ``size`` (width, height) screen pixels."""
    x0, y0, x1, y1 = pane.box
    upright, aspect = film.view.quarter_turns % 2 == 0, pixel_aspect(radiograph.spacing)
    along, tall = size if upright else size[::-1]  # of the pane, along the film's rows and columns
    fitted = min(along / max(x1 - x0, 1.0), tall / max((y1 - y0) * aspect, 1.0))
    zoom, tall = fitted * shift.zoom, tall / (fitted * aspect)
    y = (y0 + y1) / 2
    if tall <= radiograph.rows:
        y = min(max(y, tall / 2), radiograph.rows - tall / 2)  # no empty picture above the film
    center = (x0 + x1) / 2 + shift.outward * _outward(pane, radiograph), y + shift.down
    view = flipped_horizontally(film.view) if pane.mirrored else film.view
    return replace(view, zoom=zoom, center=center)


def shifted(pane: Pane, radiograph: Radiograph, fitted: FilmView, moved: FilmView) -> Shift:
    """Return the shift of both panes after the hand moved one; ``fitted`` is its view without a shift."""
    if moved.zoom is None or moved.center is None or fitted.zoom is None or fitted.center is None:
        return Shift()
    return Shift(
        moved.zoom / fitted.zoom,
        (moved.center[0] - fitted.center[0]) * _outward(pane, radiograph),
        moved.center[1] - fitted.center[1],
    )
