"""The formats that a film can be saved in, one row each: dialogs, commands, default names and options derive from it.

A new format is a row here and its writer in ``ui.exports``. DICOM objects are a table of their own: a film gives
several of them at once, which refer to each other, into a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.app.state.settings import OverlayMode, PaperChoice, Settings
from ptxviewer.core.film import Radiograph
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.review import FirstRead, Review
from ptxviewer.core.view import FilmView

if TYPE_CHECKING:
    from ptxviewer.core.burnt_in import Region
    from ptxviewer.core.findings.change import Compared
    from ptxviewer.core.findings.reviewed import Answer


@dataclass(frozen=True)
class Export:
    """One format. ``suffix`` says in files which it is, so no two rows share one."""

    id: str
    name: Msgid  # what is saved, as in "Save report"
    format: str  # "PNG"
    suffix: str  # ".png"
    stem: str  # in neutral file names
    option: str  # of ``ptxviewer report``: "png" is --png
    keys: tuple[str, ...] = ()
    of_result: bool = True  # shows what the network says; False: the film alone, also one that was not analysed


EXPORTS: tuple[Export, ...] = (
    Export("report", N_("report"), "PNG", ".png", "report", "png", keys=("Ctrl+S",)),
    Export("report_pdf", N_("report"), "PDF", ".pdf", "report", "pdf"),
    Export("picture", N_("picture with drawings"), "PNG", ".film.png", "picture", "picture"),
    Export("deidentified", N_("de-identified film"), "DICOM", ".dcm", "deidentified", "", of_result=False),
)
"""The first one is what is saved where nothing else was asked for."""
PICTURE = next(export for export in EXPORTS if export.id == "picture")
REPORTS = tuple(export for export in EXPORTS if export.of_result)


@dataclass(frozen=True)
class DicomObject:
    """One kind of DICOM object (``dicom.write``); its file ends in ``.ID.dcm``."""

    id: str
    name: Msgid
    help: Msgid  # on the command line
    usual: bool = True  # written where nothing else was asked for


OBJECTS: tuple[DicomObject, ...] = (
    DicomObject("sr", N_("structured report"), N_("the report with findings and measures (Comprehensive 3D SR)")),
    DicomObject("gsps", N_("presentation state"), N_("outline and text over the film (GSPS)")),
    DicomObject("seg", N_("segmentation"), N_("the mask (SEG)")),
    DicomObject("sc", N_("picture"), N_("a small picture with the outline in it (Secondary Capture)")),
    DicomObject("pdf", N_("report as a page"), N_("the report as a page (encapsulated PDF)"), usual=False),
    DicomObject("kos", N_("key image note"), N_("the film marked as of interest (key object selection)"), usual=False),
    DicomObject("map", N_("score map"), N_("the scores of the network (SEG, fractional)"), usual=False),
)
USUAL: tuple[str, ...] = tuple(row.id for row in OBJECTS if row.usual)


def kinds_in(named: Collection[str]) -> tuple[str, ...]:
    """Return the kinds of objects that a setting names, the usual ones where it names none."""
    return tuple(row.id for row in OBJECTS if row.id in named) or USUAL


UNTOUCHED, AS_OPENED = Review(), FilmView()


@dataclass(frozen=True, eq=False)
class Content:
    """What is saved of a film: ``answer`` None where it was not analysed, or where its result is not shown.

    Writers of DICOM objects get an answer that is withheld: the report says that the gate refused the film.

    ``film`` has the spacing that the answer was measured with.
    """

    film: Radiograph = field(repr=False)
    answer: Answer | None = field(repr=False)
    review: Review = UNTOUCHED
    view: FilmView = AS_OPENED
    identified: bool = False  # name the patient
    reader: str = field(default="", repr=False)
    overlay_mode: OverlayMode = "outline"
    overlay_opacity: float = 0.25
    distances: bool = False  # are drawn
    paper: PaperChoice = ""
    share_here: float | None = None  # of films with a pneumothorax, as the site has set it
    source: Path | None = field(default=None, repr=False)  # the file of the film
    compared: Compared | None = None  # with the film's prior
    first_read: FirstRead = field(default_factory=FirstRead)
    number: int = 1  # of the film, in neutral names
    black_out: tuple[Region, ...] = ()  # of the film, where it is saved without its patient


def content_by(
    settings: Settings, film: Radiograph, answer: Answer | None, review: Review, path: Path, number: int
) -> Content:
    """Return what is saved or sent of a film by the reader's settings alone; ``film`` as reviewed."""
    return Content(
        film,
        answer,
        review,
        identified=settings.report_identified,
        reader=settings.reader,
        paper=settings.paper,
        share_here=settings.pneumothorax_share / 100 or None,
        source=path,
        number=number,
    )


def film_alone(film: Radiograph, path: Path, number: int, black_out: Sequence[Region] = ()) -> Content:
    """Return what is saved of a film without its patient, whatever was found on it."""
    return Content(film, None, source=path, number=number, black_out=tuple(black_out))


def may_name(film: Radiograph, identified: bool, looked_at: Collection[str] = ()) -> bool:
    """True where the output must be de-identified but the film's pixels may hold a name: somebody has to look first.

    ``looked_at``: keys of films in whose pixels the reader has seen no name.
    """
    return not identified and film.acquisition.may_carry_text and film.key not in looked_at


Writer = Callable[[Content, Path], None]
"""Writes one format, whole or not at all. Raises ``PtxError``."""

ObjectWriter = Callable[[Content, Path, Collection[str]], Sequence[Path]]
"""Writes the DICOM objects of those kinds; the path has no suffix. Returns the files. Raises ``PtxError``."""


def export_of(path: Path, among: Sequence[Export] = EXPORTS) -> Export | None:
    """Return the format that a file's name asks for, None where none has its suffix; of two that fit the longer."""
    name = path.name.lower()
    fitting = [export for export in among if name.endswith(export.suffix) and len(name) > len(export.suffix)]
    return max(fitting, key=lambda export: len(export.suffix), default=None)


def with_suffix(path: Path, export: Export) -> Path:
    """Return a name that was typed, with the suffix of ``export`` where it has none of any format.

    A name that is changed never hits a file that is there: nobody was asked whether to replace it.
    """
    given = export_of(path)
    if given is not None and (given is export or not export.suffix.endswith(given.suffix)):
        return path
    stem = path.name if given is None else path.stem  # "x.png" where a picture is wanted is "x.film.png"
    named = path.with_name(stem + export.suffix)
    number = 2
    while named.exists():
        named = path.with_name(f"{stem}-{number}{export.suffix}")
        number += 1
    return named


def neutral_name(export: Export, film_number: int, when: datetime | None = None) -> str:
    """Return a file name without patient data; ``when`` None: the same each time."""
    return f"{neutral_stem(export.stem, film_number, when)}{export.suffix}"


def neutral_stem(kind: str, film_number: int, when: datetime | None) -> str:
    """Return such a name without a suffix."""
    return f"ptx-{kind}-{f'{when:%Y%m%d-%H%M%S}-' if when else ''}film{film_number}"
