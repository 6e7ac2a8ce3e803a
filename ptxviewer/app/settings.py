"""What the reader chose, kept between sessions: one frozen value, one table of fields, one file saved atomically."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from ptxviewer.core.errors import ExportFailed

Kind = Literal["choice", "flag", "number", "text", "folder", "hidden"]


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered. ``geometry`` is the window's own encoding of where it was."""

    device: str = "auto"
    screen_identified: bool = True
    report_identified: bool = False
    reports_folder: str = ""
    reader: str = ""
    overlay_mode: str = "outline"
    overlay_opacity: float = 0.25
    annotations: bool = True
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
    Field("reader", "Reader's name", "text", "Printed on reports when it is filled in."),
    Field("accepted_notice", "", "hidden"),
    Field("geometry", "", "hidden"),
)


def load(path: Path) -> Settings:
    """Return the settings at ``path``; what is missing, unknown or of the wrong type is the default."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(stored, dict):
        return Settings()
    default = Settings()
    kept: dict[str, Any] = {}
    for field in fields(Settings):
        value = stored.get(field.name)
        wanted = type(getattr(default, field.name))
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is wanted:
            kept[field.name] = value
    settings = replace(default, **kept)
    for one in FIELDS:
        if one.choices and getattr(settings, one.key) not in {value for value, _ in one.choices}:
            settings = replace(settings, **{one.key: getattr(default, one.key)})
    return settings


def save(path: Path, settings: Settings) -> None:
    """Write the settings beside their place and move them over it. Raises ``ExportFailed``."""
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(asdict(settings), indent=1), "utf-8")
        os.replace(part, path)
    except OSError:
        raise ExportFailed("The settings could not be saved.") from None
