"""Crops films to the lungs for the network: first look at the whole film, box around the lungs, maps mapped back.

One definition for training, evaluation and app, as ``preprocess`` is for the whole film: greys and scale are the same,
but taken from the square of ``core.lungbox``. The percentiles are those of the box, so arms, abdomen and collimation no
longer move them. Everything here happens on the film as it is on the patient: upright, with square pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.lungbox import BoxMap, lung_box
from ptxviewer.core.viewport import pixel_aspect
from ptxviewer.inference.preprocess import dense_is_bright, film_on_grid, on_the_scale

MAPS_PER_GRID = 1.5  # side of the whole film's grid for the maps: the box's grid is not made coarser on it

FirstLook = Callable[[FloatMap], FloatMap]
"""(1, s, s) input of the whole film to (3, s, s) scores in the order of ``network.CHANNELS``."""


@dataclass(frozen=True, eq=False)
class View:
    """What the network is shown of a film, ``grid`` (1, S, S), and where that lies on it."""

    grid: FloatMap
    place: BoxMap

    @property
    def maps_size(self) -> int:
        """Side of the letterboxed grid of the whole film that maps are handed on with."""
        return int(MAPS_PER_GRID * self.place.size)

    @property
    def whole(self) -> bool:
        """True where no lungs were found: the whole film is shown at once."""
        return self.place.box.whole

    def onto_film(self, maps: FloatMap) -> FloatMap:
        """(C, S, S) scores of what was shown to (C, maps_size, maps_size) on the whole film's grid; 0 outside a box."""
        return np.stack([self.place.onto(one, self.maps_size) for one in maps])


def on_the_patient(film: Radiograph, turns: int = 0) -> tuple[FloatMap, FloatMap | None]:
    """Return greys (rows, cols) of a film after quarter turns clockwise, its pixels made square, and where it is film.

    The latter is None where all of it is (``preprocess.dense_is_bright``).
    """
    aspect = pixel_aspect(film.spacing)
    size = film.cols, max(1, round(film.rows * aspect))

    def laid(one: FloatMap) -> FloatMap:
        if aspect != 1:
            how = cv2.INTER_AREA if aspect < 1 else cv2.INTER_LINEAR
            one = np.asarray(cv2.resize(one, size, interpolation=how), np.float32)
        return np.ascontiguousarray(np.rot90(one, -turns)) if turns else one

    image, valid = dense_is_bright(film)
    return laid(image), None if valid is None else laid(valid)


def view_of(film: Radiograph, size: int, first_look: FirstLook, first_size: int, turns: int = 0) -> View:
    """Look for the lungs at ``first_size`` and return the view of their box at ``size``, upright after ``turns``."""
    image, valid = on_the_patient(film, turns)
    rows, cols = image.shape
    whole = GridMap.for_film(rows, cols, first_size)
    lungs = first_look(on_the_scale(whole.to_grid(image), film_on_grid(whole, valid)))
    place = BoxMap(rows, cols, lung_box(rows, cols, lungs[1], lungs[2]), size)
    seen = place.on_film if valid is None else place.to_grid(valid) > 0.5
    return View(on_the_scale(place.to_grid(image), seen), place)
