"""What the reader chose, kept between sessions: one frozen value, one table of fields, one file saved atomically."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from ptxviewer.app.state.screen import OverlayMode
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic

Kind = Literal["choice", "flag", "number", "text", "folder", "hidden"]


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered. ``geometry`` is the window's own encoding of where it was."""

    device: str = "auto"
    screen_identified: bool = True
    report_identified: bool = False
    reports_folder: str = ""
    reader: str = ""
    first_read: bool = False
    two_thresholds: bool = False
    overlay_mode: str = "outline"
    overlay_opacity: float = 0.25
    annotations: bool = True
    film_memory_mb: int = 400
    keep_results: bool = True
    strip: bool = True
    panel: bool = True
    worklist_width: int = 0  # 0: as usual
    watch_folder: str = ""
    accepted_notice: bool = False
    geometry: str = ""


@dataclass(frozen=True)
class Field:
    """How one setting is offered in the dialog."""

    key: str
    label: str
    kind: Kind
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (value, label)
    lowest: int = 0  # of a number
    highest: int = 0


FIELDS = (
    Field(
        "device",
        "Run the model on",
        "choice",
        "Automatic takes a graphics card where it works, else the processor. Takes effect at the next start.",
        (("auto", "Automatic"), ("cpu", "Processor (CPU)"), ("cuda", "NVIDIA graphics card"), ("mps", "Apple GPU")),
    ),
    Field("screen_identified", "Show patient data on screen", "flag", "Name, id and dates in the corners of the film."),
    Field(
        "report_identified",
        "Write patient data into reports",
        "flag",
        "Off: reports are de-identified and may be shown to others.",
    ),
    Field("reports_folder", "Save reports in", "folder", "Empty: your documents folder."),
    Field("watch_folder", "Watch this folder", "folder", "Its films are added as they arrive. Empty: watch none."),
    Field("reader", "Reader's name", "text", "Printed on reports when it is filled in."),
    Field(
        "first_read",
        "First read without the AI",
        "flag",
        "The result stays hidden until you have marked the film (Shift+Y present, Shift+N absent).",
    ),
    Field(
        "keep_results",
        "Keep results for the next time",
        "flag",
        "In this computer's cache folder, without patient data or pictures. Takes effect at the next start.",
    ),
    Field(
        "two_thresholds",
        "Sensitivity and extent apart",
        "flag",
        "Two sliders instead of one: from which score a film counts, and how far the mask reaches.",
    ),
    Field(
        "film_memory_mb",
        "Memory for opened films, in MB",
        "number",
        "Films beyond it are read again when they are looked at.",
        lowest=100,
        highest=16_000,
    ),
    Field("strip", "", "hidden"),
    Field("panel", "", "hidden"),
    Field("worklist_width", "", "hidden"),
    Field("accepted_notice", "", "hidden"),
    Field("geometry", "", "hidden"),
)


WHAT = "The settings"
BROKEN = "The settings could not be read: the defaults are used."
SITE_BROKEN = "The site's default settings could not be read: the program's own are used."

DEFAULTS = Settings()
PERSONAL = ("accepted_notice", "reader", "geometry")  # nobody can say these for somebody else


def load_site(path: Path, say: Callable[[str], None] = lambda _sentence: None) -> Settings:
    """Return the defaults that a site has put at ``path`` for all its readers: a settings file like a reader's own."""
    settings = load(path, lambda _sentence: say(SITE_BROKEN))
    return replace(settings, **{key: getattr(DEFAULTS, key) for key in PERSONAL})


def load(path: Path, say: Callable[[str], None] = lambda _sentence: None, default: Settings = DEFAULTS) -> Settings:
    """Return the settings at ``path``; what is missing, unknown or of the wrong type is as in ``default``.

    ``say`` is given a sentence when there is a file that could not be read; no file yet is nothing to speak of.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError, RecursionError):
        stored = None
    if not isinstance(stored, dict):
        say(BROKEN)
        return default
    kept: dict[str, Any] = {}
    for field in fields(Settings):
        value = stored.get(field.name)
        wanted = type(getattr(default, field.name))
        if wanted is float and type(value) is int:
            value = float(min(max(value, 0), 1))
        if type(value) is wanted:
            kept[field.name] = value
    settings = replace(default, **kept)
    for one in FIELDS:
        if one.choices and getattr(settings, one.key) not in {value for value, _ in one.choices}:
            settings = replace(settings, **{one.key: getattr(default, one.key)})
    if settings.overlay_mode not in get_args(OverlayMode):
        settings = replace(settings, overlay_mode=default.overlay_mode)
    if not 0 <= settings.overlay_opacity <= 1:  # also when it is no number
        settings = replace(settings, overlay_opacity=default.overlay_opacity)
    if not 0 < settings.film_memory_mb <= 1_000_000:
        settings = replace(settings, film_memory_mb=default.film_memory_mb)
    return settings


def save(path: Path, settings: Settings, default: Settings = DEFAULTS) -> None:
    """Write what differs from ``default``; the file is whole or as it was before. Raises ``ExportFailed``.

    What the reader has left alone is not kept, so that a default that the site changes later reaches them.
    """
    own, given = asdict(settings), asdict(default)
    kept = {key: value for key, value in own.items() if value != given[key]}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise ExportFailed(f"{WHAT} could not be written: their folder cannot be made.") from None
    write_atomic(path, json.dumps(kept, indent=1).encode(), WHAT)
