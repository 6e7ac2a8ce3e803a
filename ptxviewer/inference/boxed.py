"""The network's look at the lungs: a first look at the whole film, the box around the lungs, the maps brought back.

One definition for training, evaluation and app, as ``preprocess`` is for the whole film: greys and scale are the same,
but taken from the square of ``core.lungbox``. The percentiles are those of the box, so arms, abdomen and collimation no
longer move them. The shipped network looks at the whole film (``engine``): so far training and evaluation alone
look here, at films that lie upright and whose pixels are square.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.film import Radiograph
from ptxviewer.core.lungbox import BoxMap, lung_box
from ptxviewer.inference.preprocess import dense_is_bright, on_the_scale, prepare

FirstLook = Callable[[FloatMap], FloatMap]
"""(1, s, s) input of the whole film to (3, s, s) scores in the order of ``network.CHANNELS``."""


@dataclass(frozen=True, eq=False)
class View:
    """What the network is shown of a film, ``grid`` (1, S, S), and where that lies on it."""

    grid: FloatMap
    place: BoxMap | None  # None: the letterboxed whole film, and maps stay as they are
    maps_size: int  # side of the letterboxed grid of the whole film that maps are handed on with

    @property
    def sentence(self) -> str:
        """What the reader is told of it; "" where there is nothing to say."""
        return self.place.box.sentence if self.place is not None else ""

    def onto_film(self, maps: FloatMap) -> FloatMap:
        """(C, S, S) scores of what was shown to (C, maps_size, maps_size) on the whole film's grid; 0 outside a box."""
        place = self.place
        return maps if place is None else np.stack([place.onto(one, self.maps_size) for one in maps])


def whole_view(film: Radiograph, size: int) -> View:
    """Return the letterboxed whole film as a view."""
    return View(prepare(film, size), None, size)


def view_of(film: Radiograph, size: int, maps_size: int, first_look: FirstLook, first_size: int) -> View:
    """Look for the lungs at ``first_size`` and return the view of their box at ``size``."""
    lungs = first_look(prepare(film, first_size))
    box = lung_box(film.rows, film.cols, lungs[1], lungs[2])
    place = BoxMap(film.rows, film.cols, box, size)
    image, valid = dense_is_bright(film)
    return View(on_the_scale(place.to_grid(image), place.to_grid(valid) > 0.5), place, maps_size)
