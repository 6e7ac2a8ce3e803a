"""The two halves of the chest on a film: the lung fields, to which half a pixel belongs, in which zone it lies.

All of it happens on the *measuring grid*: the film, or the film made smaller by a whole number so that a measure takes
milliseconds. Its pixels are finer than the network's grid and than a border drawn by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def on_measuring_grid(mask: Mask, shape: tuple[int, int]) -> Mask:
    """Bring a (rows, cols) mask of the film to the measuring grid: a pixel is in where half of it is."""
    if mask.shape == shape:
        return mask
    _, top, across, down = cv2.boundingRect(mask.view(np.uint8))
    small = np.zeros(shape, bool)
    if not across:
        return small
    # One side after the other and only where there is something: the same sums as of all at once, in half the time.
    film = mask[top : top + down] * np.float32(255)
    film = np.asarray(cv2.resize(film, (shape[1], down), interpolation=cv2.INTER_AREA), np.float32)
    columns = np.flatnonzero(film.any(0))
    first, behind = int(columns[0]), int(columns[-1]) + 1
    narrow = np.zeros((len(mask), behind - first), np.float32)
    narrow[top : top + down] = film[:, first:behind]
    scores = cv2.resize(narrow, (behind - first, shape[0]), interpolation=cv2.INTER_AREA)
    small[:, first:behind] = scores.reshape(shape[0], -1) >= 127.5
    return small


def lung_fields(image_left: Mask, image_right: Mask) -> LungFields:
    """Return the fields of two lung masks (measuring grid); lungs too small, or on the wrong side, were not seen."""
    smallest = SMALLEST_LUNG * image_left.size
    left, right = (
        lung if np.count_nonzero(lung) >= smallest else np.zeros_like(lung) for lung in (image_left, image_right)
    )
    coarse = [_coarse(lung) for lung in (left, right)]
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
    made = _known.setdefault(maps, {})
    if shape not in made:
        made[shape] = _lung_fields_of(maps, shape)
    return made[shape]


def _lung_fields_of(maps: ProbabilityMaps, shape: tuple[int, int]) -> LungFields:
    nothing = np.zeros(shape, bool)
    if maps.lung_image_left is None or maps.lung_image_right is None:
        return lung_fields(nothing, nothing)
    content = maps.grid_map.content
    return lung_fields(
        *(_enlarged(grid, content, nothing.shape) for grid in (maps.lung_image_left, maps.lung_image_right))
    )


def _enlarged(grid: FloatMap, content: tuple[slice, slice], shape: tuple[int, ...]) -> Mask:
    """One lung map on the measuring grid, without crumbs. Eight bits are enough for a border compared at 0.5."""
    labels, areas = components(grid >= LUNG_SCORE)
    if len(areas) > 2:
        crumbs = np.concatenate(([False], areas[1:] < CRUMB * areas[1:].max()))
        grid = np.where(crumbs[labels], np.float32(0), grid)
    levels = np.rint(np.clip(grid, 0, 1) * 255).astype(np.uint8)
    inside = np.ascontiguousarray(levels[content])
    large = cv2.resize(inside, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large >= round(255 * LUNG_SCORE))


def _coarse(mask: Mask) -> Mask:
    scale = DIVIDE_SIZE / max(mask.shape)
    size = max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale))
    small = cv2.resize(mask.view(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small >= 128)


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
    air = on_measuring_grid(air, (rows, cols))
    x, y, width, height = _around(cv2.boundingRect(lung.view(np.uint8)), cv2.boundingRect(air.view(np.uint8)))
    window = slice(y, y + height), slice(x, x + width)
    inside = air[window]
    return Half(on_image_left, y, x, lung[window] & ~inside, inside, *scales)


def _around(lung: Sequence[int], air: Sequence[int]) -> tuple[int, int, int, int]:
    """The box (x, y, width, height) around two boxes; ``air`` may be empty."""
    if not air[2]:
        return lung[0], lung[1], lung[2], lung[3]
    left, top = min(lung[0], air[0]), min(lung[1], air[1])
    right, bottom = max(lung[0] + lung[2], air[0] + air[2]), max(lung[1] + lung[3], air[1] + air[3])
    return left, top, right - left, bottom - top


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
