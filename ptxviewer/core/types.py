"""The values that travel through the house: a film, its calibration, its windows, what the network said of it.

Everything here is frozen. Arrays are shared, never written to after construction: ``Radiograph`` and
``ProbabilityMaps`` clear the write flag of theirs, so that a stray write raises instead of changing a film.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.limits import BY_CARD, OPEN, Detection, Gate
from ptxviewer.core.measure import Measurement
from ptxviewer.core.tiles import PackedMask

GreyImage = NDArray[np.uint8]
Mask = NDArray[np.bool_]
FloatMap = NDArray[np.float32]

Side = Literal["right", "left", "unknown"]
"""The patient's side, not the screen's."""

Point = tuple[float, float]
"""A place on the film as (x, y) in pixels, pixel edges at integers."""

LineName = Literal["a", "b", "c", "rim", "across"]
LINE_NAMES: tuple[LineName, ...] = get_args(LineName)

Zone = Literal["apical", "lateral", "basal", "medial"]
"""Where in a hemithorax; see ``core.hemithorax.zone_shares``."""


class SpacingOrigin(str, Enum):
    """Where the millimetres per pixel of a film come from; the value is the label printed beside every size."""

    FIDUCIAL = "calibrated (fiducial)"
    GEOMETRY = "magnification-corrected"
    MAGNIFICATION = "corrected by magnification factor"
    DETECTOR = "at detector"
    UNSPECIFIED = "type unknown"
    MANUAL = "calibrated by reader"
    IMPLAUSIBLE = "not plausible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PixelSpacing:
    """Millimetres per pixel and how far to trust them.

    ``row_mm`` is the distance between rows (vertical), ``col_mm`` between columns, in the order of DICOM
    (0028,0030). Both are None when the film supports no size in millimetres (``NONE``, ``IMPLAUSIBLE``).
    ``label`` is what the screen and the report print beside a size, ``note`` a sentence when there is something
    to explain, for example the chest that would be 17 cm wide.
    """

    row_mm: float | None
    col_mm: float | None
    origin: SpacingOrigin
    label: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """True when sizes in millimetres may be printed."""
        return self.row_mm is not None and self.col_mm is not None

    @property
    def pixel_area_mm2(self) -> float | None:
        """Area of one pixel, None when unknown."""
        return self.row_mm * self.col_mm if self.row_mm is not None and self.col_mm is not None else None


NO_SPACING = PixelSpacing(None, None, SpacingOrigin.NONE, label="pixels only")

VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window in modality values (PS3.3 C.11.2.1.2)."""

    center: float
    width: float
    function: VoiFunction = "LINEAR"
    explanation: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class VoiLut:
    """A VOI LUT Sequence item (PS3.3 C.11.2.1.1): ``table[value - first]`` is a P-value of ``bits`` bits."""

    table: NDArray[np.uint16]  # (entries,)
    first: int
    bits: int
    explanation: str = ""


Voi = Window | VoiLut


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the film shows. Its repr is empty of facts so that no log or traceback can leak them."""

    name: str = ""  # for the screen: "Family, Given", any script
    id: str = ""
    birth_date: str = ""  # ISO date or ""
    sex: str = ""
    age: str = ""  # "054Y" is shown as "54 y"

    def __repr__(self) -> str:
        return "Patient(...)"


@dataclass(frozen=True, slots=True)
class Study:
    """The circumstances of the film that the corner annotations show. Hidden from repr like the patient."""

    date: str = ""  # ISO date or ""
    time: str = ""  # HH:MM or ""
    description: str = ""
    series_description: str = ""
    institution: str = ""
    accession: str = ""
    study_uid: str = ""
    series_uid: str = ""
    sop_uid: str = ""

    def __repr__(self) -> str:
        return "Study(...)"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Technical facts without patient data."""

    modality: str = ""  # "DX", "CR", "SC", ...; "" for a photograph
    view: str = ""  # ViewPosition: "PA", "AP", "LL", ... or ""
    photometric: str = ""
    bits_stored: int = 0
    transfer_syntax: str = ""  # name, for "About this film"
    sop_class: str = ""  # name
    manufacturer: str = ""
    lossy: bool = False
    value_unit: str = ""  # of modality values (PS3.3 C.11.1.1.2); "" = the file names none, as of most radiographs
    calibrated_source: bool = True  # False for PNG and JPEG: "not calibrated"
    row_direction: str = (
        ""  # PatientOrientation first value: letters towards which columns run, "L" in a normal PA film
    )
    column_direction: str = ""  # second value: letters towards which rows run, usually "F"


@dataclass(frozen=True, eq=False)
class Radiograph:
    """One frame of a film, ready to be shown, measured and analysed.

    ``pixels`` (rows, cols) uint16 are linear in modality values: ``value = pixels * slope + intercept``. A
    Modality LUT or a float image is already applied and requantised by the reader, so interpolating pixels is
    interpolating modality values. ``inverse`` says that the smallest value is to be shown white (MONOCHROME1, or
    PresentationLUTShape INVERSE: one inversion, never two).
    """

    key: str  # hash of pixels and decoding: names the film in maps, caches and reviews; carries no patient data
    pixels: NDArray[np.uint16]  # (rows, cols)
    slope: float = 1.0
    intercept: float = 0.0
    inverse: bool = False
    padding: tuple[int, int] | None = None  # inclusive range of pixels (index units) that are no image
    vois: tuple[Voi, ...] = ()  # presets of the file, then automatic ones; the first is the default; never empty
    default_voi: int = 0
    spacing: PixelSpacing = NO_SPACING
    file_spacing: PixelSpacing | None = None  # what the file says, where a reader's calibration stands in its place
    patient: Patient = Patient()
    study: Study = Study()
    acquisition: Acquisition = Acquisition()
    frame: int = 0
    frames: int = 1
    notes: tuple[str, ...] = ()  # sentences for the screen: "Window of the file shows nothing: automatic one used."
    not_analysed: str = ""  # why the network does not look at it unasked: "CT image", "lateral view"; "" = analyse

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype != np.uint16 or self.pixels.size == 0:
            raise ValueError(
                f"pixels must be a non-empty (rows, cols) uint16 array, got {self.pixels.dtype} {self.pixels.shape}"
            )
        self.pixels.setflags(write=False)

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    @property
    def cols(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.rows, self.cols

    @property
    def mirrored(self) -> bool:
        """True when the orientation tag says that the patient's right is on the right of the picture."""
        return self.acquisition.row_direction.startswith("R")

    @property
    def orientation_known(self) -> bool:
        """True when the tags say where right and feet are, so that letters may be shown."""
        return bool(self.acquisition.row_direction and self.acquisition.column_direction)


@dataclass(frozen=True, eq=False)
class ProbabilityMaps:
    """What one forward pass said about one film, on the model's grid.

    All maps are (S, S) float32 scores in [0, 1]; they are scores, not calibrated probabilities, unless the model
    card says so. ``image_key`` names the film they belong to. To bring a map back to the film use
    ``core.geometry.GridMap.for_film(rows, cols, S)`` and threshold after that, never before.
    """

    image_key: str
    rows: int
    cols: int
    pneumothorax: FloatMap  # (S, S)
    score: float  # image level, [0, 1]
    lung_image_left: FloatMap | None = None  # (S, S) lung on the left of the picture (normally the patient's right)
    lung_image_right: FloatMap | None = None  # (S, S)
    frontal: float | None = None  # is this a frontal chest radiograph? [0, 1]; None = the network does not say
    model_id: str = ""
    model_sha256: str = ""
    device: str = ""  # as shown: "CPU", "CPU bf16", "CUDA ..."
    infer_ms: float = 0.0

    def __post_init__(self) -> None:
        for grid in (self.pneumothorax, self.lung_image_left, self.lung_image_right):
            if grid is not None:
                if grid.ndim != 2 or grid.shape[0] != grid.shape[1] or grid.dtype != np.float32:
                    raise ValueError(f"maps must be square float32 grids, got {grid.dtype} {grid.shape}")
                grid.setflags(write=False)

    @property
    def size(self) -> int:
        """Side of the grid."""
        return int(self.pneumothorax.shape[0])


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """The model's operating point, from its card: when is a pneumothorax said to be there, and how far does it reach.

    ``threshold`` applies to the pneumothorax map, ``score_threshold`` to the image score, ``min_area`` is the
    smallest component kept, as a fraction of the film's area (so that it holds at every resolution). Below
    ``frontal_threshold`` the film is not taken for a frontal chest radiograph (``core.gate``); 0 takes every film.
    """

    threshold: float
    score_threshold: float
    min_area: float
    frontal_threshold: float = 0.0


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


@dataclass(frozen=True, slots=True)
class Distances:
    """The lines of one hemithorax."""

    a: Line  # over the top of the collapsed lung, vertical
    b: Line  # middle of the upper half of the collapsed lung, horizontal
    c: Line  # middle of its lower half, horizontal
    rim: Line  # at the hilum, horizontal
    across: Line  # the whole hemithorax at the hilum, from wall to mediastinum

    def line(self, name: LineName) -> Line:
        """The line of that name."""
        found: Line = getattr(self, name)
        return found

    def with_line(self, name: LineName, line: Line) -> Distances:
        """The same with one line moved."""
        changes: dict[str, Line] = {name: line}
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A distance as the reader put it on the film; it stands whatever the masks say."""

    on_image_left: bool
    name: LineName
    line: Line


@dataclass(frozen=True, slots=True)
class HemithoraxFinding:
    """All lesions of one half of the chest together."""

    side: Side
    on_image_left: bool
    area_px: int
    percent: float | None  # projected: pneumothorax / (lung and pneumothorax) of that half
    refused: str = ""  # why there is no percent
    distances: Distances | None = None  # as found in the masks
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
    side_note: str = ""  # what the orientation tag says against the sides, a sentence
    detection: Detection = BY_CARD  # as the reader set it
    gate: Gate = OPEN  # is this a film that the network can answer for?

    @property
    def area_mm2(self) -> float | None:
        """Area of all components, None when the film supports no millimetres."""
        areas = [lesion.area_mm2 for lesion in self.lesions if lesion.area_mm2 is not None]
        return sum(areas) if areas and len(areas) == len(self.lesions) else None

    @property
    def area_px(self) -> int:
        """Area of all components in film pixels."""
        return sum(lesion.area_px for lesion in self.lesions)


Impression = Literal["present", "absent"]


@dataclass(frozen=True, slots=True)
class FirstRead:
    """What a reader said of a film before and after seeing the network's result; a record, so undo leaves it alone.

    ``marks`` are (impression, UTC time): the first was made before ``revealed``, later ones are changes of mind.
    """

    marks: tuple[tuple[Impression, str], ...] = ()
    revealed: str = ""  # UTC time at which the network's result was shown, "" = not yet


Verdict = Literal["", "accept", "edited", "reject", "unsure"]


@dataclass(frozen=True, slots=True)
class Review:
    """What the reader changed or decided about one film; undo steps are snapshots of it."""

    threshold: float | None = None  # None = the model's operating point
    verdict: Verdict = ""
    note: str = field(default="", repr=False)
    mask: PackedMask | None = None  # as edited by the reader; None = the model's at the threshold
    measurements: tuple[Measurement, ...] = ()  # in the order of drawing; at most one calibration
    detection: Detection = BY_CARD  # set apart from the threshold, which then says only how far
    gate_overridden: bool = False  # the reader wants the result although the gate refused the film
    lines: tuple[MovedLine, ...] = ()  # distances that the reader moved
