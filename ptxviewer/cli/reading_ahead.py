"""What a child process does with a film of an archive: read it and prepare it for the network, without its pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.film import Radiograph


@dataclass(frozen=True, eq=False)
class Prepared:
    """A film of ``shape`` with one pixel left, and its (1, S, S) grid; None where nothing is to be analysed."""

    film: Radiograph
    shape: tuple[int, int]
    grid: FloatMap | None


def read_prepared(path: Path, size: int, forced: bool) -> Prepared:
    """Read and prepare a film in this process; megabytes of pixels need not travel. Raises ``UnreadableFilm``."""
    from ptxviewer.dicom.read import read_here
    from ptxviewer.inference.preprocess import prepare

    film = read_here(path)
    grid = prepare(film, size) if forced or not film.not_analysed else None
    return Prepared(replace(film, pixels=film.pixels[:1, :1].copy(), graphics=None), film.shape, grid)


def without_pixels(prepared: Prepared) -> Radiograph:
    """Return the film in its full size, black: findings are measured on maps."""
    return replace(prepared.film, pixels=np.broadcast_to(np.uint16(0), prepared.shape))
