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

NAME = "letterbox-percentile-1"  # in the model card; a change of any number here is a new name
MEAN, STD = 0.449, 0.226
LOW_PERCENTILE, HIGH_PERCENTILE = 0.5, 99.5


def scale_to_unit(grid: FloatMap, valid: NDArray[np.bool_] | None = None) -> FloatMap:
    """Clip to the percentiles of the ``valid`` pixels and scale to [0, 1]; a flat film becomes all 0."""
    values = grid if valid is None else grid[valid]
    if values.size == 0:
        return np.zeros_like(grid)
    low, high = np.percentile(values, (LOW_PERCENTILE, HIGH_PERCENTILE))
    if not high > low:
        return np.zeros_like(grid)
    unit: FloatMap = np.clip((grid - np.float32(low)) / np.float32(high - low), 0.0, 1.0).astype(np.float32, copy=False)
    return unit


def normalise(unit: FloatMap) -> FloatMap:
    """[0, 1] to what the encoder was trained with."""
    normal: FloatMap = (unit - np.float32(MEAN)) / np.float32(STD)
    return normal


def turns_upright(film: Radiograph) -> int:
    """Return the quarter turns clockwise after which the head is up, by the orientation tags; 0 where they say none.

    PatientOrientation names where columns and rows run to (PS3.3 C.7.6.1.1.1): L and F in an upright film. A film that
    is mirrored stays so: its side letters tell.
    """
    across, down = film.acquisition.row_direction[:1], film.acquisition.column_direction[:1]
    if across in ("L", "R"):
        return 2 if down == "H" else 0
    if down in ("L", "R"):
        return {"F": 1, "H": 3}.get(across, 0)
    return 0


def prepare(film: Radiograph, size: int) -> FloatMap:
    """Return the (1, size, size) float32 network input of a film, as it lies in the file."""
    grid_map = GridMap.for_film(film.rows, film.cols, size, pixel_aspect(film.spacing))
    image = film.pixels.astype(np.float32)
    if film.inverse != (film.slope < 0):  # two inversions are none: a negative slope already turns the film round
        image = 65535.0 - image
    valid_image = np.ones(film.shape, np.float32)
    if film.padding is not None:
        low, high = film.padding
        padded = (film.pixels >= low) & (film.pixels <= high)
        if padded.any() and not padded.all():
            valid_image = (~padded).astype(np.float32)
            image = np.where(padded, image[~padded].min(), image)
    grid = grid_map.to_grid(image)
    valid = grid_map.to_grid(valid_image) > 0.5
    unit = scale_to_unit(grid, valid)
    unit[~valid] = 0.0
    return normalise(unit)[None]
