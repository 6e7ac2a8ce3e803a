"""From a film to the network's input: one definition for training, evaluation and the app.

Steps, in this order: modality values with the polarity of MONOCHROME2 (dense is bright), letterboxed onto the model's
grid by area averaging and in the shape that the film has on the patient, clipped to the 0.5th and 99.5th percentile
of the film's own pixels on that grid, scaled to [0, 1], normalised with the grey mean and deviation that the encoder
was trained with. Never the windowed picture on the screen. Padding of the letterbox and pixel padding become 0 before
normalisation (black). The inverse for the maps is ``GridMap.to_film``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.film import Radiograph
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.viewport import pixel_aspect
from ptxviewer.inference.greys import MEAN, STD, normalise, scale_to_unit

NAME = "letterbox-percentile-1"  # in the model card; a change of any number here is a new name


def dense_is_bright(film: Radiograph) -> tuple[FloatMap, FloatMap | None]:
    """Return the (rows, cols) greys in the polarity of MONOCHROME2, and 1 where there is film, 0 where padding.

    None in place of the latter: all of it is film, as most are.
    """
    image = film.pixels.astype(np.float32)
    if film.inverse != (film.slope < 0):  # two inversions are none: a negative slope already turns the film round
        np.subtract(np.float32(65535), image, out=image)
    if film.padding is None:
        return image, None
    low, high = film.padding
    padded = (film.pixels >= low) & (film.pixels <= high)
    if not padded.any() or padded.all():
        return image, None
    return np.where(padded, image[~padded].min(), image), (~padded).astype(np.float32)


def film_on_grid(place: GridMap, valid: FloatMap | None) -> NDArray[np.bool_]:
    """Return where a letterboxed grid shows film: neither padding of the letterbox nor of the pixels."""
    if valid is not None:
        return place.to_grid(valid) > 0.5
    inside = np.zeros((place.size, place.size), np.bool_)
    inside[place.content] = True
    return inside


def on_the_scale(grid: FloatMap, valid: NDArray[np.bool_]) -> FloatMap:
    """Return the (1, S, S) network input of greys on its grid, of which ``valid`` pixels are film."""
    unit = scale_to_unit(grid, valid)
    unit[~valid] = 0.0
    return normalise(unit)[None]


def prepare(film: Radiograph, size: int) -> FloatMap:
    """Return the (1, size, size) float32 network input of a film, as it lies in the file."""
    grid_map = GridMap.for_film(film.rows, film.cols, size, pixel_aspect(film.spacing))
    image, valid = dense_is_bright(film)
    return on_the_scale(grid_map.to_grid(image), film_on_grid(grid_map, valid))


__all__ = [
    "MEAN",
    "NAME",
    "STD",
    "dense_is_bright",
    "film_on_grid",
    "normalise",
    "on_the_scale",
    "prepare",
    "scale_to_unit",
]
