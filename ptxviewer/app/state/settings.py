"""The settings kept between sessions: one value, and one row per setting with its range, file key and dialog entry.

``State.settings`` *is* this value: nothing is copied between what is shown and what is kept. A new setting is one field
with its row here; default, validation, file and dialog follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from ptxviewer.core.devices import DEVICES, DeviceChoice
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.own_window import OwnWindow
from ptxviewer.core.purposes import PURPOSES, PurposeChoice

Kind = Literal["choice", "language", "flag", "number", "text", "folder", "hidden"]
OverlayMode = Literal["outline", "fill", "heat"]
Interpolation = Literal["automatic", "smooth", "linear", "pixels"]
INTERPOLATIONS: tuple[tuple[Interpolation, Msgid], ...] = (
    ("automatic", N_("Automatic")),
    ("smooth", N_("Always smooth")),
    ("linear", N_("Linear")),
    ("pixels", N_("Pixels as they are")),
)
ReadingMode = Literal["beside", "first", "disagreement"]
PaperChoice = Literal["", "a4", "letter"]
TextSize = Literal["", "100", "125", "150", "175", "200"]
Page = Literal["general", "reading", "network", "films", "reports"]

PAGES: tuple[tuple[Page, Msgid], ...] = (
    ("general", N_("General")),
    ("reading", N_("Reading")),
    ("network", N_("Network")),
    ("films", N_("Films")),
    ("reports", N_("Reports")),
)
"""The pages of the dialog, in their order."""


NO_TEXT = Msgid("")


@dataclass(frozen=True)
class Row:
    """How one setting is offered and what it may be; ``hidden`` ones are changed on the screen, not in the dialog."""

    label: Msgid = NO_TEXT
    help: Msgid = NO_TEXT
    page: Page = "general"
    folder: bool = False  # a text that names a folder
    language: bool = False  # a text that names a language; the catalogues that there are say which can be chosen
    choices: tuple[tuple[str, str], ...] = ()  # (value, label)
    lowest: float | None = None  # a number outside is taken to the nearest end
    highest: float | None = None
    personal: bool = False  # no site can set it for its readers
    key: str = ""
    kind: Kind = "hidden"


def _row(**of: Any) -> Mapping[str, Row]:
    """Return a row as the metadata of its field."""
    return MappingProxyType({"row": Row(**of)})


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered. ``geometry`` is the window's own encoding of where it was."""

    language: str = field(  # code of a catalogue, "" is the language of the system; one that is not there is English
        default="",
        metadata=_row(label=N_("Language"), help=N_("Takes effect at the next start."), language=True),
    )
    text_size: TextSize = field(  # percent of the usual size, "" as the system has it
        default="",
        metadata=_row(
            label=N_("Text size"),
            help=N_("Of everything but films and reports. Takes effect at the next start."),
            choices=(("", N_("As the system has it")), *((size, f"{size} %") for size in get_args(TextSize)[1:])),
        ),
    )
    device: DeviceChoice = field(
        default="auto",
        metadata=_row(
            page="network",
            label=N_("Run the network on"),
            help=N_(
                "Automatic takes a graphics card where it works, else the processor. Takes effect at the next start."
            ),
            choices=tuple((device.id, device.label) for device in DEVICES),
        ),
    )
    rule: PurposeChoice = field(
        default="balanced",
        metadata=_row(
            page="network",
            label=N_("Rule by which the network marks"),
            help=N_(
                "Shares of the films with and without a pneumothorax, unseen patients, from the model card. "
                "Takes effect at the next start."
            ),
            choices=tuple((purpose.id, purpose.label) for purpose in PURPOSES),
        ),
    )
    screen_identified: bool = field(
        default=True,
        metadata=_row(
            label=N_("Show patient data on screen"), help=N_("Name, ID and dates in the corners of the film.")
        ),
    )
    report_identified: bool = field(
        default=False,
        metadata=_row(
            page="reports",
            label=N_("Write patient data into reports"),
            help=N_("Off: reports are de-identified and may be shown to others."),
        ),
    )
    reports_folder: str = field(
        default="",
        repr=False,
        metadata=_row(
            page="reports", label=N_("Save reports in"), help=N_("Empty: your documents folder."), folder=True
        ),
    )
    paper: PaperChoice = field(
        default="",
        metadata=_row(
            page="reports",
            label=N_("Paper of reports"),
            help=N_("As usual in this country: Letter in North America, else A4."),
            choices=(("", N_("As usual in this country")), ("a4", N_("A4")), ("letter", N_("Letter"))),
        ),
    )
    watch_folder: str = field(
        default="",
        repr=False,
        metadata=_row(
            page="films",
            label=N_("Watch this folder"),
            help=N_("Its films are added as they arrive. Empty: watch none."),
            folder=True,
        ),
    )
    notices: bool = field(
        default=True,
        metadata=_row(
            page="films",
            label=N_("Notice of arriving films above threshold"),
            help=N_("A notice of the system, without names, while the window is not in use. For the watched folder."),
        ),
    )
    longest_wait_min: int = field(
        default=60,
        metadata=_row(
            page="films",
            label=N_("Raise films unread for (minutes)"),
            help=N_(
                "In the order by urgency they take turns with those above threshold, whatever their score. 0: never."
            ),
            lowest=0,
            highest=10_000,
        ),
    )
    pneumothorax_share: int = field(
        default=0,
        metadata=_row(
            page="network",
            label=N_("Films with a pneumothorax here, in %"),
            help=N_(
                "Of all films that are read here. The calibrated score is then given for this share, too. "
                "0: not known, as it was calibrated."
            ),
            lowest=0,
            highest=99,
        ),
    )
    reader: str = field(
        default="",
        repr=False,
        metadata=_row(
            page="reading",
            label=N_("Reader's name"),
            help=N_("Printed on reports when it is filled in."),
            personal=True,
        ),
    )
    reading_mode: ReadingMode = field(
        default="beside",
        metadata=_row(
            page="reading",
            label=N_("Show the network's result"),
            help=N_(
                "First read: you mark the film (Shift+Y present, Shift+N absent) before you see the result,"
                " or see it only where the network disagrees."
            ),
            choices=(
                ("beside", N_("At once")),
                ("first", N_("After my first read")),
                ("disagreement", N_("Only where it disagrees with my first read")),
            ),
        ),
    )
    keep_results: bool = field(
        default=True,
        metadata=_row(
            page="films",
            label=N_("Keep results for the next time"),
            help=N_(
                "In this computer's cache folder, without patient data or pictures. Takes effect at the next start."
            ),
        ),
    )
    keep_recent: bool = field(
        default=False,
        metadata=_row(
            page="films",
            label=N_("Keep a list of recent files"),
            help=N_("In the settings of this user. Names of files may name patients. Off: the list is deleted."),
            personal=True,
        ),
    )
    interpolation: Interpolation = field(
        default="automatic",
        metadata=_row(
            page="reading",
            label=N_("Enlarged films"),
            help=N_("Automatic is smooth up to 4 times, then shows the pixels themselves. Display only."),
            choices=INTERPOLATIONS,
        ),
    )
    two_thresholds: bool = field(
        default=False,
        metadata=_row(
            page="reading",
            label=N_("Sensitivity and extent apart"),
            help=N_("Separate sliders for what counts (film score, peak, smallest area) and for how far it reaches."),
        ),
    )
    film_memory_mb: int = field(
        default=400,
        metadata=_row(
            page="films",
            label=N_("Memory for opened films, in MB"),
            help=N_("Films beyond it are read again when they are looked at."),
            lowest=100,
            highest=1_000_000,
        ),
    )
    dicom_kinds: tuple[str, ...] = field(default=(), metadata=_row())  # of results saved as DICOM; () the usual
    overlay_mode: OverlayMode = field(default="outline", metadata=_row())
    overlay_opacity: float = field(default=0.25, metadata=_row(lowest=0.0, highest=1.0))  # of fill and heat map
    annotations: bool = field(default=True, metadata=_row())  # corner texts
    strip: bool = field(default=True, metadata=_row())  # the film strip is wanted
    panel: bool = field(default=True, metadata=_row())  # the reading panel is wanted
    recent: tuple[str, ...] = field(default=(), repr=False, metadata=_row(personal=True))
    monitors: tuple[tuple[str, float], ...] = field(  # name, device pixels per mm; the reader measured them
        default=(), metadata=_row(personal=True)
    )
    own_windows: tuple[OwnWindow, ...] = field(default=(), metadata=_row(personal=True))
    worklist_width: int = field(default=0, metadata=_row(lowest=0))  # 0: as usual
    accepted_notice: bool = field(default=False, metadata=_row(personal=True))
    geometry: str = field(default="", repr=False, metadata=_row(personal=True))

    @property
    def first_read(self) -> bool:
        """True where the reader marks a film before the network's result may be seen."""
        return self.reading_mode != "beside"


DEFAULTS = Settings()


def _kind(row: Row, default: object) -> Kind:
    if not row.label:
        return "hidden"
    if row.choices:
        return "choice"
    if row.language:
        return "language"
    if isinstance(default, bool):
        return "flag"
    if isinstance(default, int):
        return "number"
    return "folder" if row.folder else "text"


def _rows() -> tuple[Row, ...]:
    named = ((one.name, one.metadata["row"], one.default) for one in fields(Settings))
    return tuple(replace(row, key=name, kind=_kind(row, default)) for name, row, default in named)


ROWS: tuple[Row, ...] = _rows()
"""In the order of the dialog."""
