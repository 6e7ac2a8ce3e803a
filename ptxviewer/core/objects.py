"""DICOM objects that accompany films: drawings, masks and verdicts of other programs or earlier sessions, documents.

None of it is the network's answer, and none of it is measured: it is shown beside that, with its maker's name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Radiograph, Voi, VoiLut
from ptxviewer.core.points import Point
from ptxviewer.core.review import Verdict

if TYPE_CHECKING:
    from ptxviewer.core.drawing.shutter import Shutter
    from ptxviewer.core.softcopy import Modality

Presence = Literal["", "present", "absent", "indeterminate"]
DocumentKind = Literal["report", "pdf", "key objects"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line, an outline (``closed``) or a place on a film, with what its maker wrote beside it."""

    points: tuple[Point, ...]  # of the film; () is a text by itself
    closed: bool = False
    text: str = field(default="", repr=False)
    only_text: bool = False  # nothing is drawn at its place


@dataclass(frozen=True, slots=True)
class Region:
    """A segment of a segmentation on the pixels of its film."""

    label: str
    mask: PackedMask


@dataclass(frozen=True)
class Presentation:
    """How a presentation state wants its film to lie on the screen; applied only when the reader asks for it."""

    voi: Voi | None = None
    modality: Modality | None = None  # makes the values that ``voi`` is meant for; None: it is meant for the film's own
    inverse: bool | None = None  # the smallest value is white, whatever the film says; None: as the film says
    shutter: Shutter | None = None
    quarter_turns: int = 0  # clockwise, before the flip
    flipped: bool = False
    lut: VoiLut | None = None  # Presentation LUT: from the grey behind the window to the one that is shown; 0 is black

    def changes(self, film: Radiograph) -> bool:
        """True where the film would be shown in another way than by itself."""
        grey = self.voi is not None or self.lut is not None or isinstance(self.modality, VoiLut)
        turned = bool(self.quarter_turns) or self.flipped
        return grey or turned or self.shutter is not None or (self.inverse is True and not film.inverse)


@dataclass(frozen=True)
class FilmObject:
    """What one DICOM object says of one film."""

    uid: str = field(repr=False)  # of the object
    film_uid: str = field(repr=False)  # SOP instance of the film
    frame: int | None = None  # of the film, from 0; None: all of them
    kind: Literal["segmentation", "presentation state", "report"] = "report"
    maker: str = ""  # of the program or device, as it says
    own: bool = False  # this program's: an earlier result
    made: str = ""  # ISO date and time, as far as the object says
    label: str = field(default="", repr=False)
    regions: tuple[Region, ...] = ()
    marks: tuple[Mark, ...] = ()
    cut: bool = False  # there is more in it than is shown
    presentation: Presentation | None = None
    # What a report of this program says
    verdict: Verdict = ""
    presence: Presence = ""
    reader: str = field(default="", repr=False)
    threshold: float | None = None

    @property
    def drawn(self) -> bool:
        """True where there is something to be drawn."""
        return bool(self.regions or self.marks)


@dataclass(frozen=True)
class Document:
    """Something to be read: a report as text, the text of a PDF, a list of key images."""

    uid: str = field(repr=False)
    kind: DocumentKind
    title: str = field(repr=False)
    maker: str = ""
    made: str = ""
    patient: str = field(default="", repr=False)
    text: str = field(default="", repr=False)  # plain, with line ends; "" where none could be read
    pdf: bytes | None = field(default=None, repr=False)  # as it was, to be saved
    cut: bool = False


@dataclass(frozen=True)
class Brought:
    """What came of one file."""

    objects: tuple[FilmObject, ...] = ()
    document: Document | None = None
