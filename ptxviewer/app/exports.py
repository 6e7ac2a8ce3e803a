"""What a film can be saved as: one row a format. Dialogs, commands, default names and the command line derive from it.

A new format is a row here and its writer in ``ui.exports``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.core.film import Radiograph
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.review import Review
from ptxviewer.core.view import FilmView

if TYPE_CHECKING:
    from ptxviewer.core.findings.reviewed import Answer


@dataclass(frozen=True)
class Export:
    """One format. ``suffix`` says in files which it is, so no two rows share one."""

    id: str
    name: Msgid  # what is saved, as in "Save report"
    format: str  # "PNG"
    suffix: str  # ".png"
    keys: tuple[str, ...] = ()


EXPORTS: tuple[Export, ...] = (Export("report", N_("report"), "PNG", ".png", keys=("Ctrl+S",)),)
"""The first one is what is saved where nothing else was asked for."""


UNTOUCHED, AS_OPENED = Review(), FilmView()


@dataclass(frozen=True, eq=False)
class Content:
    """What is saved of a film: ``answer`` None where it was not analysed, or where its result is not shown.

    ``film`` has the spacing that the answer was measured with.
    """

    film: Radiograph = field(repr=False)
    answer: Answer | None = field(repr=False)
    review: Review = UNTOUCHED
    view: FilmView = AS_OPENED
    identified: bool = False  # name the patient
    reader: str = field(default="", repr=False)


Writer = Callable[[Content, Path], None]
"""Writes one format, whole or not at all. Raises ``PtxError``."""


def export_of(path: Path) -> Export | None:
    """Return the format that a file's name asks for, None where none has its suffix."""
    return next((export for export in EXPORTS if export.suffix == path.suffix.lower()), None)


def with_suffix(path: Path, export: Export) -> Path:
    """Return a name that was typed, with the suffix of ``export`` where it has none of any format.

    A name that is changed never hits a file that is there: nobody was asked whether to replace it.
    """
    if export_of(path) is not None:
        return path
    named = path.with_name(path.name + export.suffix)
    number = 2
    while named.exists():
        named = path.with_name(f"{path.name}-{number}{export.suffix}")
        number += 1
    return named


def neutral_name(export: Export, film_number: int, when: datetime) -> str:
    """Return a file name that says nothing of the patient."""
    return f"ptx-{export.id.replace('_', '-')}-{when:%Y%m%d-%H%M%S}-film{film_number}{export.suffix}"
