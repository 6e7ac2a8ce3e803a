"""The two halves of the chest on a film: the lung fields, to which half a pixel belongs, in which zone it lies.

All of it happens on the *measuring grid*: the film, or the film made smaller by a whole number so that a measure takes
milliseconds. Its pixels are finer than the network's grid and than a border drawn by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.answer import ProbabilityMaps, Side, Zone
from ptxviewer.core.arrays import FloatMap, Mask
from ptxviewer.core.components import components
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.upright import standing_directions
from ptxviewer.core.masks import shrunk, window_of
from ptxviewer.core.reasons.finding import Finding

LUNG_SCORE = 0.5
CRUMB = 0.1  # parts of a lung map smaller than this share of its largest part are noise
SMALLEST_LUNG = 0.01  # of the film: below, no lung was seen on that side
TELLS_HALVES = 0.25  # of the larger lung: what is left of a smaller one says little of where its half begins
MEASURED = 1100  # longest side of the measuring grid, in its pixels
DIVIDE_SIZE = 192  # longer side of the coarse picture on which the halves are told apart
APICAL, BASAL = 0.25, 0.75  # of the hemithorax's height from its top: above is apical, below is basal
ZONE_SHARE = 0.25  # of a component's area that a zone needs to be named


@dataclass(frozen=True, eq=False)
class LungFields:
    """The lungs of one film: masks on the measuring grid by their place in the picture, and the divide of the halves.

    A lung that was not seen is an empty mask. ``divide`` is coarse, positive nearer to the lung on the left of the
    picture; where not both lungs were seen, or little of one of them, it is the film's middle.
    """

    image_left: Mask
    image_right: Mask
    divide: FloatMap

    @property
    def both_seen(self) -> bool:
        """True when the halves are told apart by the lungs and not by the film's middle."""
        return self.seen(True) and self.seen(False)

    def seen(self, on_image_left: bool) -> bool:
        """True when there is a lung on that side of the picture."""
        return bool((self.image_left if on_image_left else self.image_right).any())

    def lung(self, on_image_left: bool) -> Mask:
        """The lung on that side of the picture."""
        return self.image_left if on_image_left else self.image_right

    def mostly_left(self, rows: NDArray[np.intp], cols: NDArray[np.intp], film: tuple[int, int]) -> bool:
        """True when most of these pixels of a ``film`` (rows, cols) belong to the half on the left of the picture."""
        height, width = self.divide.shape
        step = 1 + len(rows) // 4000  # a sample is enough for a majority
        y = rows[::step] * height // film[0]
        x = cols[::step] * width // film[1]
        return bool((self.divide[y, x] > 0).mean() >= 0.5)


def measuring_shape(rows: int, cols: int) -> tuple[int, int]:
    """Return (rows, cols) of the measuring grid of a film."""
    step = max(1, -(-max(rows, cols) // MEASURED))
    return max(1, round(rows / step)), max(1, round(cols / step))


def lung_fields(image_left: Mask, image_right: Mask) -> LungFields:
    """Return the fields of two lung masks (measuring grid); lungs too small, or on the wrong side, were not seen."""
    smallest = SMALLEST_LUNG * image_left.size
    left, right = (
        lung if np.count_nonzero(lung) >= smallest else np.zeros_like(lung) for lung in (image_left, image_right)
    )
    coarse = [shrunk(lung, _coarse_shape(lung.shape)) for lung in (left, right)]
    columns = [lung.any(0).nonzero()[0].mean() if lung.any() else None for lung in coarse]
    if columns[0] is not None and columns[1] is not None:
        if columns[0] >= columns[1]:  # the network has lost its bearings: nothing can be built on this
            left, right = np.zeros_like(left), np.zeros_like(right)
        elif min(np.count_nonzero(lung) for lung in coarse) >= TELLS_HALVES * max(map(np.count_nonzero, coarse)):
            away = [cv2.distanceTransform((~lung).astype(np.uint8), cv2.DIST_L2, 3) for lung in coarse]
            return LungFields(left, right, np.asarray(away[1] - away[0], np.float32))
    height, width = coarse[0].shape
    middle = (width / 2 - 0.5 - np.arange(width, dtype=np.float32)).astype(np.float32)
    return LungFields(left, right, np.tile(middle, (height, 1)))


_known: WeakKeyDictionary[ProbabilityMaps, dict[tuple[int, int], LungFields]] = WeakKeyDictionary()


def lung_fields_of(maps: ProbabilityMaps, shape: tuple[int, int] | None = None) -> LungFields:
    """Return the lung fields that the network saw, on a grid of ``shape``; None is the measuring grid.

    They do not depend on the threshold and take longer than all the rest of a measure, so they are made once per maps.
    """
    shape = measuring_shape(maps.rows, maps.cols) if shape is None else shape
    fields_by_shape = _known.setdefault(maps, {})
    if shape not in fields_by_shape:
        fields_by_shape[shape] = _lung_fields_of(maps, shape)
    return fields_by_shape[shape]


def _lung_fields_of(maps: ProbabilityMaps, shape: tuple[int, int]) -> LungFields:
    nothing = np.zeros(shape, bool)
    if maps.lung_image_left is None or maps.lung_image_right is None:
        return lung_fields(nothing, nothing)
    content = maps.grid_map.content
    return lung_fields(*(_enlarged(grid[content], shape) for grid in (maps.lung_image_left, maps.lung_image_right)))


def _enlarged(grid: FloatMap, shape: tuple[int, ...]) -> Mask:
    """One lung map (of the film alone) on the measuring grid, without crumbs.

    Eight bits are enough for a border compared at 0.5.
    """
    labels, areas = components(grid >= LUNG_SCORE)
    levels = cv2.convertScaleAbs(grid, alpha=255)
    if len(areas) > 2:
        crumbs = np.concatenate(([False], areas[1:] < CRUMB * areas[1:].max()))
        levels[crumbs.take(labels)] = 0
    large = cv2.resize(levels, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large >= round(255 * LUNG_SCORE))


def _coarse_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    scale = DIVIDE_SIZE / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


@dataclass(frozen=True)
class Orientation:
    """Which side of the patient lies on the left of the picture, whether head is up, and what to say of it."""

    image_left: Side
    head_up: bool
    note: Finding | None = None

    def side(self, on_image_left: bool) -> Side:
        """The patient's side of one half of the picture."""
        if self.image_left == "unknown":
            return "unknown"
        return self.image_left if on_image_left else "left" if self.image_left == "right" else "right"


def orientation_of(film: Radiograph, turns: int = 0) -> Orientation:
    """Read the orientation tag (PS3.3 C.7.6.1.1.1); without one a film shows the patient's right on its left.

    ``turns``: quarter turns clockwise after which the film is measured; it lies by its tags, and that is said.
    """
    facts = film.acquisition
    across, down = standing_directions(facts.row_direction, facts.column_direction, turns)
    if across and across not in "LR":
        return Orientation("unknown", False, Finding.FILM_ON_ITS_SIDE)
    head_up = down != "H"
    lies = Finding.FILM_ON_ITS_SIDE if turns % 2 else None if head_up and not turns else Finding.FILM_UPSIDE_DOWN
    if across == "R":
        return Orientation("left", head_up, lies or Finding.FILM_MIRRORED)
    return Orientation("right", head_up, lies)


@dataclass(frozen=True, eq=False)
class Half:
    """Lung and air of one half of the chest, cut out of the measuring grid: ``lung`` and ``air`` do not overlap."""

    on_image_left: bool
    top: int  # row and column of the cut's first pixel on the measuring grid
    left: int
    lung: Mask
    air: Mask
    row_scale: float = 1.0  # film pixels per pixel of the grid
    col_scale: float = 1.0

    @property
    def whole(self) -> Mask:
        """The hemithorax as projected: lung and air."""
        return self.lung | self.air

    @property
    def lung_px(self) -> float:
        """Area of the lung beside the air, in film pixels."""
        return float(np.count_nonzero(self.lung)) * self.row_scale * self.col_scale


def half_of(lungs: LungFields, air: Mask, on_image_left: bool) -> Half | None:
    """Cut one half of the chest out of the measuring grid; ``air`` (rows, cols) is the film's pneumothorax there.

    None when its lung was not seen: then nothing can be said relative to the hemithorax.
    """
    if not lungs.seen(on_image_left):
        return None
    lung = lungs.lung(on_image_left)
    rows, cols = lung.shape
    scales = air.shape[0] / rows, air.shape[1] / cols
    air = shrunk(air, (rows, cols))
    windows = [window for window in (window_of(lung), window_of(air)) if window is not None]
    y, x = (min(window[axis].start for window in windows) for axis in (0, 1))
    window = slice(y, max(down.stop for down, _ in windows)), slice(x, max(across.stop for _, across in windows))
    inside = air[window]
    return Half(on_image_left, y, x, lung[window] & ~inside, inside, *scales)


def zone_shares(half: Half, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> dict[Zone, float]:
    """Return which share of some film pixels, of a piece of the half's air, lies in each zone.

    The top and the bottom quarter of the hemithorax's height are apical and basal; between them the half of each row
    towards the chest wall is lateral, the other medial.
    """
    whole = half.whole
    if not len(rows):
        return {}
    height, width = whole.shape
    y = np.clip(((rows + 0.5) / half.row_scale).astype(np.intp) - half.top, 0, height - 1)
    x = np.clip(((cols + 0.5) / half.col_scale).astype(np.intp) - half.left, 0, width - 1)
    down = (y + 0.5) / height
    first = whole.argmax(1)
    last = width - 1 - whole[:, ::-1].argmax(1)
    inward = (x - first[y] + 0.5) / (last - first + 1)[y]  # 0 at the left of the picture
    lateral = (inward if half.on_image_left else 1 - inward) < 0.5
    apical, basal = down < APICAL, down >= BASAL
    between = ~(apical | basal)
    shares: dict[Zone, float] = {
        "apical": float(apical.mean()),
        "lateral": float((between & lateral).mean()),
        "basal": float(basal.mean()),
        "medial": float((between & ~lateral).mean()),
    }
    return shares


def zones_of(half: Half, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> tuple[Zone, ...]:
    """Return the zones that hold a good part of some film pixels, the fullest first."""
    shares = sorted(zone_shares(half, rows, cols).items(), key=lambda item: -item[1])
    return tuple(zone for zone, share in shares if share >= ZONE_SHARE)
