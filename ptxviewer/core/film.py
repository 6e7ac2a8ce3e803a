"""A film as read from its file: pixels, calibration, windows, patient and study.

Everything here is frozen. Arrays are shared, never written to after construction: ``Radiograph`` clears the write flag
of its own, so that a stray write raises instead of changing a film.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ptxviewer.core.reason import Reason
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
    """A VOI LUT Sequence item (PS3.3 C.11.2.1.1): ``table[(value - first) / step]`` is a P-value of ``bits`` bits."""

    table: NDArray[np.uint16]  # (entries,)
    first: float
    bits: int
    explanation: str = ""
    step: float = 1.0  # modality values from one entry to the next; 1 in files


Voi = Window | VoiLut


AgeUnit = Literal["Y", "M", "W", "D"]


@dataclass(frozen=True, slots=True)
class Age:
    """An age in years, months, weeks or days (AS of PS3.5 6.2)."""

    number: int
    unit: AgeUnit


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the film shows. Its repr is empty of facts so that no log or traceback can leak them."""

    name: str = ""  # for the screen: "Family, Given", any script
    id: str = ""
    birth_date: str = ""  # ISO date or ""
    sex: str = ""
    age: Age | None = None

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


Posture = Literal["", "erect", "supine", "prone", "recumbent"]


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
    may_carry_text: bool = False  # in its pixels: said by the file, or not denied by a captured or exported picture
    posture: Posture = ""  # of the patient; "" where the file does not say


@dataclass(frozen=True, eq=False)
class FileGraphics:
    """What the file wants drawn on its film: its overlay planes, and what its display shutter covers."""

    overlay: NDArray[np.bool_] | None = None  # (rows, cols)
    covered: NDArray[np.bool_] | None = None  # (rows, cols)
    cover_grey: int = 0  # of the shutter, 0 to 255

    def __post_init__(self) -> None:
        for mask in (self.overlay, self.covered):
            if mask is not None:
                mask.setflags(write=False)


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
    notes: tuple[Reason, ...] = ()  # what the reader should know of the file
    not_analysed: Reason | None = None  # why the network does not look at it unasked; None = analyse
    reader_posture: Posture = ""  # what the reader says of it, in place of the file
    stored_offset: int | None = None  # pixel of the stored value 0; None where pixels are no longer stored values
    graphics: FileGraphics | None = None  # drawn over the film where they are shown; the network never sees them
    older_key: str = ""  # what earlier versions called it by; see ``core.keys``

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype != "uint16" or self.pixels.size == 0:
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
    def posture(self) -> Posture:
        """The patient's position as set by the reader, else as in the file; "" where neither gives it."""
        return self.reader_posture or self.acquisition.posture

    @property
    def mirrored(self) -> bool:
        """True when the orientation tag says that the patient's right is on the right of the picture."""
        return self.acquisition.row_direction.startswith("R")

    @property
    def orientation_known(self) -> bool:
        """True when the tags say where right and feet are, so that letters may be shown."""
        return bool(self.acquisition.row_direction and self.acquisition.column_direction)
