"""Films that lie on their side or their head are measured as they stand; what was found is laid back on them.

Half, zone, percent and distances are said of an upright chest: the cupola is above, the wall outside. By the
orientation tags (PS3.3 C.7.6.1.1.1) a film is turned by quarters until the head is up. That moves pixels only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.answer import HemithoraxFinding, Lesion, ProbabilityMaps
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.film import Radiograph
from ptxviewer.core.points import PixelBox, Point
from ptxviewer.core.spacing import PixelSpacing

T = TypeVar("T", bound=np.generic)
OPPOSITE = {"L": "R", "R": "L", "H": "F", "F": "H", "A": "P", "P": "A"}


def turns_upright(film: Radiograph) -> int:
    """Return the quarter turns clockwise after which the head is up, by the orientation tags; 0 where they say none.

    PatientOrientation names where columns and rows run to: L and F in an upright film. A film that is mirrored stays
    so: its side letters tell.
    """
    across, down = film.acquisition.row_direction[:1], film.acquisition.column_direction[:1]
    if across in ("L", "R"):
        return 2 if down == "H" else 0
    if down in ("L", "R"):
        return {"F": 1, "H": 3}.get(across, 0)
    return 0


def turns_of(film: Radiograph, maps: ProbabilityMaps) -> int:
    """Return the turns after which the network saw the film upright: none where it believed the film, not the tags."""
    return 0 if maps.as_stored else turns_upright(film)


@dataclass(frozen=True)
class Turn:
    """Quarter turns clockwise of a picture of ``rows`` x ``cols``, and the way back."""

    turns: int
    rows: int
    cols: int

    def up(self, array: NDArray[T]) -> NDArray[T]:
        """Return a (rows, cols) array as it stands."""
        return np.ascontiguousarray(np.rot90(array, -self.turns)) if self.turns else array

    def back(self, at: Point) -> Point:
        """Return where a point (x, y) of the standing picture lies, pixel edges at integers."""
        x, y = at
        if self.turns == 1:
            return y, self.rows - x
        if self.turns == 2:
            return self.cols - x, self.rows - y
        return (self.cols - y, x) if self.turns == 3 else (x, y)

    def box_back(self, box: PixelBox) -> PixelBox:
        """Return where a box (x, y, width, height) of the standing picture lies."""
        x, y, width, height = box
        corners = self.back((x, y)), self.back((x + width, y + height))
        left, right = sorted(round(corner[0]) for corner in corners)
        top, bottom = sorted(round(corner[1]) for corner in corners)
        return left, top, right - left, bottom - top

    def lesion_back(self, lesion: Lesion, spacing: PixelSpacing) -> Lesion:
        """Return a lesion of the standing picture on the film, whose ``spacing`` it is."""
        if not self.turns:
            return lesion
        x, y, _, _ = self.box_back((*lesion.peak, 1, 1))
        wide = spacing.aspect if self.turns % 2 else 1.0  # its width is told in columns
        return replace(lesion, bbox=self.box_back(lesion.bbox), peak=(x, y), width_px=lesion.width_px * wide)

    def half_back(self, half: HemithoraxFinding) -> HemithoraxFinding:
        """Return a half of the standing chest with its distances where they lie on the film."""
        if not self.turns or half.distances is None:
            return half
        return replace(half, distances=half.distances.with_points(self.back))


def standing_spacing(spacing: PixelSpacing, turns: int) -> PixelSpacing:
    """Return the spacing of a film after quarter turns."""
    if turns % 2 == 0:
        return spacing
    return replace(spacing, row_mm=spacing.col_mm, col_mm=spacing.row_mm, ratio=1 / spacing.ratio)


def standing_directions(row: str, column: str, turns: int) -> tuple[str, str]:
    """Return where rows and columns run to after quarter turns clockwise: the first letters of the tags."""
    across, down = row[:1], column[:1]
    for _ in range(turns % 4):
        across, down = OPPOSITE.get(down, ""), across
    return across, down


_standing: WeakKeyDictionary[ProbabilityMaps, tuple[int, ProbabilityMaps]] = WeakKeyDictionary()


def standing_maps(maps: ProbabilityMaps, turns: int) -> ProbabilityMaps:
    """Return the maps of the standing film. Made once: the lung fields are kept with them."""
    if not turns:
        return maps
    known = _standing.get(maps)
    if known is None or known[0] != turns:
        known = _standing[maps] = turns, _turned(maps, turns)
    return known[1]


def _turned(maps: ProbabilityMaps, turns: int) -> ProbabilityMaps:
    odd = turns % 2
    shape = (maps.cols, maps.rows) if odd else (maps.rows, maps.cols)
    bare = replace(maps, rows=shape[0], cols=shape[1], aspect=1 / maps.aspect if odd else maps.aspect)
    source, target = maps.grid_map.content, bare.grid_map

    def turned(grid: FloatMap | None) -> FloatMap | None:
        """Turn what shows the film, and lay it where the standing film lies: centring may round to the other side."""
        if grid is None:
            return None
        content = np.rot90(grid[source], -turns)[: target.height, : target.width]
        whole = np.zeros_like(grid)
        whole[target.top : target.top + content.shape[0], target.left : target.left + content.shape[1]] = content
        return whole

    lungs = maps.lung_image_left, maps.lung_image_right
    left, right = lungs[::-1] if turns == 2 else lungs  # half a turn had them change places: see the engine
    found = turned(maps.pneumothorax)
    assert found is not None
    return replace(bare, pneumothorax=found, lung_image_left=turned(left), lung_image_right=turned(right))
