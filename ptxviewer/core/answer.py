"""The network's answer: its maps, the rule that turns them into a decision, and the findings.

Everything here is frozen; ``ProbabilityMaps`` and ``Band`` clear the write flag of their arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from ptxviewer.core.points import Point
from ptxviewer.core.reason import Reason
from ptxviewer.core.spacing import PixelSpacing

if TYPE_CHECKING:
    from ptxviewer.core.arrays import FloatMap
    from ptxviewer.core.geometry import GridMap

Side = Literal["right", "left", "unknown"]
"""The patient's side, not the screen's."""


LineName = Literal["a", "b", "c", "rim", "across"]


LINE_NAMES: tuple[LineName, ...] = get_args(LineName)


Zone = Literal["apical", "lateral", "basal", "medial"]
"""Where in a hemithorax; see ``core.hemithorax.zone_shares``."""


@dataclass(frozen=True, eq=False)
class ProbabilityMaps:
    """The output of the network for one film, on the model's grid.

    All maps are (S, S) float32 scores in [0, 1]; they are scores, not calibrated probabilities, unless the model
    card says so. ``image_key`` names the film they belong to. To bring a map back to the film use
    ``grid_map``, and threshold after that, never before.
    """

    image_key: str
    rows: int
    cols: int
    pneumothorax: FloatMap  # (S, S)
    score: float  # image level, [0, 1]
    lung_image_left: FloatMap | None = None  # (S, S) lung on the left of the picture, or of the standing one
    lung_image_right: FloatMap | None = None  # (S, S)
    frontal: float | None = None  # is this a frontal chest radiograph? [0, 1]; None = the network does not say
    model_id: str = ""
    model_sha256: str = ""
    device: str = ""  # as shown: "CPU", "CPU bf16", "CUDA ..."
    infer_ms: float = 0.0
    aspect: float = 1.0  # how many times taller than wide the film's pixels are on the grid
    photographed: float | None = None  # did a camera take it from a screen? [0, 1]; None = the network does not say
    as_stored: bool = False  # the tags say that the film lies, and the network knew it as frontal only as it is stored
    lungs_found: bool = True  # False: the network looks at lungs, found none, and was shown the whole film at once

    def __post_init__(self) -> None:
        for grid in (self.pneumothorax, self.lung_image_left, self.lung_image_right):
            if grid is not None:
                if grid.ndim != 2 or grid.shape[0] != grid.shape[1] or grid.dtype != "float32":
                    raise ValueError(f"maps must be square float32 grids, got {grid.dtype} {grid.shape}")
                grid.setflags(write=False)

    @property
    def size(self) -> int:
        """Side of the grid."""
        return int(self.pneumothorax.shape[0])

    @property
    def grid_map(self) -> GridMap:
        """Where the film lies on the grid."""
        from ptxviewer.core.geometry import GridMap

        return GridMap.for_film(self.rows, self.cols, self.size, self.aspect)


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """The operating point of the model's card: when a film counts as positive, and how far the mask reaches.

    ``threshold`` applies to the pneumothorax map, ``score_threshold`` to the image score, ``min_area`` is the
    smallest component kept, as a fraction of the film's area (so that it holds at every resolution). Below
    ``frontal_threshold`` the film is not taken for a frontal chest radiograph (``core.gate``); 0 takes every film.
    """

    threshold: float
    score_threshold: float
    min_area: float
    frontal_threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Detection:
    """Is there one? As a reader set it apart from how far it reaches; None is what the model's card says.

    ``score`` is the film score, ``peak`` the highest score of a component, ``min_area`` its area as a fraction of the
    film's: what lies below is not marked. Without a ``score`` of its own the gate goes with the threshold.
    """

    score: float | None = None
    peak: float | None = None
    min_area: float | None = None


BY_CARD = Detection()
"""Nothing set by the reader."""


@dataclass(frozen=True, slots=True)
class Gate:
    """``passed`` False: the network's answer on this film is meaningless, for this ``reason``."""

    passed: bool
    reason: Reason | None = None
    cautions: tuple[Reason, ...] = ()


OPEN = Gate(True)
"""Nothing speaks against the film."""


@dataclass(frozen=True, slots=True)
class Lesion:
    """One connected component of the mask at film resolution."""

    side: Side
    area_px: int
    area_mm2: float | None
    max_score: float
    mean_score: float
    bbox: tuple[int, int, int, int]  # x, y, width, height in film pixels
    width_mm: float | None = None  # across its widest place: the largest circle that fits in
    width_px: float = 0.0
    zones: tuple[Zone, ...] = ()  # that hold a good part of it, the fullest first; () where no lung was seen
    peak: tuple[int, int] = (0, 0)  # x, y of its highest score, in film pixels


@dataclass(frozen=True, slots=True)
class Line:
    """A distance: from the chest wall to the lung (``across``: to the mediastinum)."""

    wall: Point
    lung: Point

    def mm(self, spacing: PixelSpacing) -> float | None:
        """Length in millimetres, None where the film supports none."""
        if spacing.row_mm is None or spacing.col_mm is None:
            return None
        dx, dy = self.wall[0] - self.lung[0], self.wall[1] - self.lung[1]
        return math.hypot(dx * spacing.col_mm, dy * spacing.row_mm)

    def px(self) -> float:
        """Length in film pixels."""
        return math.dist(self.wall, self.lung)


Measured = Line | Reason
"""A distance, or why it is not measurable on this film; never a line of no length in its place."""


@dataclass(frozen=True, slots=True)
class Distances:
    """The lines of one hemithorax, each between the two borders of the marked air, or the reason why there is none."""

    a: Measured  # from the cupola of the hemithorax down to the top of the collapsed lung, vertical
    b: Measured  # middle of the upper half of the collapsed lung, horizontal
    c: Measured  # middle of its lower half, horizontal
    rim: Measured  # at the hilum, horizontal
    across: Measured  # the whole hemithorax at the hilum, from wall to mediastinum

    def line(self, name: LineName) -> Line | None:
        """The line of that name, None where it is not measurable."""
        measured = self._measured(name)
        return measured if isinstance(measured, Line) else None

    def refusal(self, name: LineName) -> Reason | None:
        """Why the line of that name is not measurable, None where it is."""
        measured = self._measured(name)
        return measured if isinstance(measured, Reason) else None

    @property
    def lines(self) -> tuple[tuple[LineName, Line], ...]:
        """The lines that are measurable, with their names."""
        return tuple((name, line) for name in LINE_NAMES if (line := self.line(name)) is not None)

    @property
    def refusals(self) -> tuple[tuple[LineName, Reason], ...]:
        """The names of those that are not, with the reasons."""
        return tuple((name, reason) for name in LINE_NAMES if (reason := self.refusal(name)) is not None)

    def with_line(self, name: LineName, line: Line) -> Distances:
        """The same with one line moved, or put where none was measurable."""
        changes: dict[str, Measured] = {name: line}
        return replace(self, **changes)

    def with_points(self, moved: Callable[[Point], Point]) -> Distances:
        """The same lines with every end at another place: on another grid."""

        def placed(measured: Measured) -> Measured:
            return Line(moved(measured.wall), moved(measured.lung)) if isinstance(measured, Line) else measured

        return Distances(*(placed(self._measured(name)) for name in LINE_NAMES))

    def _measured(self, name: LineName) -> Measured:
        measured: Measured = getattr(self, name)
        return measured


@dataclass(frozen=True, slots=True)
class HemithoraxFinding:
    """All lesions of one half of the chest together."""

    side: Side
    on_image_left: bool
    area_px: int
    percent: float | None  # projected: pneumothorax / (lung and pneumothorax) of that half
    refused: Reason | None = None  # why there is no percent
    distances: Distances | None = None  # None: no lung was found beside the air
    loculated: bool = False  # a good part of the air is not continuous with the apex
    moved: tuple[LineName, ...] = ()  # lines that stand where the reader put them


@dataclass(frozen=True, slots=True)
class Findings:
    """What the decision rule makes of the maps at one threshold."""

    present: bool
    score: float
    threshold: float
    score_threshold: float  # the image gate that went with this threshold
    lesions: tuple[Lesion, ...] = ()
    edited: bool = False  # measured on a mask that a reader changed
    halves: tuple[HemithoraxFinding, ...] = ()  # with a lesion; the larger area first
    side_note: Reason | None = None  # what the orientation tag says against the sides
    detection: Detection = BY_CARD  # as the reader set it
    gate: Gate = OPEN  # is this a film that the network can answer for?
    network_marks: bool = False  # the network's own mask is not empty, whatever a reader made of it
    held_back: bool = False  # its map has areas that count, and the film score alone keeps them from being marked

    @property
    def area_mm2(self) -> float | None:
        """Area of all components, None when the film supports no millimetres."""
        areas = [lesion.area_mm2 for lesion in self.lesions if lesion.area_mm2 is not None]
        return sum(areas) if areas and len(areas) == len(self.lesions) else None

    @property
    def area_px(self) -> int:
        """Area of all components in film pixels."""
        return sum(lesion.area_px for lesion in self.lesions)


@dataclass(frozen=True, eq=False)
class Band:
    """The scores that most views stay above (``low``) and below (``high``), (S, S) each, of the film ``image_key``."""

    image_key: str
    low: FloatMap
    high: FloatMap
    views: int

    def __post_init__(self) -> None:
        self.low.setflags(write=False)
        self.high.setflags(write=False)
