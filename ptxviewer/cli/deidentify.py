"""``ptxviewer deidentify``: films in, the same films without their patients out. No network, no Qt here.

Nobody is asked: what looks like burnt-in text is told, and blacked out only where the command line says so.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from ptxviewer.cli.batch import items_of, progress, told_saved
from ptxviewer.cli.export import made_folder
from ptxviewer.cli.outcome import Item
from ptxviewer.core.burnt_in import Region, text_regions
from ptxviewer.core.errors import ExportFailed, PtxError, UnreadableFilm
from ptxviewer.core.files import remove_parts
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.writing import NotWritten
from ptxviewer.core.voi import display_lut
from ptxviewer.words import tr, trn

Say = Callable[[str], None]


def region(text: str) -> Region:
    """Parse a place of a film: X,Y,WIDTH,HEIGHT in its pixels."""
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        x = y = width = height = -1
    if min(x, y) < 0 or min(width, height) < 1:
        raise argparse.ArgumentTypeError(tr("must be X,Y,WIDTH,HEIGHT in pixels, not {given}", given=text))
    return x, y, x + width, y + height


def proposed(film: Radiograph) -> list[Region]:
    """Return what looks like text on a film as it is displayed."""
    return text_regions(display_lut(film, film.vois[film.default_voi])[film.pixels])


def deidentify(
    paths: list[Path],
    folder: Path,
    key: bytes,
    regions: Sequence[Region],
    say: Say,
    complain: Say,
    *,
    black_out_text: bool,
) -> int:
    """Write every film among ``paths`` without its patient into ``folder``; returns 0 when all went well, else 1.

    Raises ``ExportFailed`` when nothing can be written to ``folder``.
    """
    made_folder(folder)
    remove_parts(folder)
    failures: list[tuple[str, Reason | None]] = []

    def passed_over(count: int) -> None:
        complain(
            trn(
                "{count} object that belongs to a film (report, segmentation) was left out: only films are"
                " de-identified.",
                "{count} objects that belong to films (reports, segmentations) were left out: only films are"
                " de-identified.",
                count,
            )
        )

    with items_of(paths, passed_over) as items, progress(len(items)) as draw:
        for item in items:
            try:
                found, written = _one(item, folder, key, regions, black_out_text=black_out_text)
                say(f"{written.name}  {item.file}")
                if found:
                    complain(f"{item.file}: {_told(found, black_out_text)}")
            except PtxError as error:
                if isinstance(error, ExportFailed) and isinstance(error.reason, NotWritten):
                    raise
                failures.append((item.file, error.reason))
            draw(item.number)
    return told_saved(
        len(items),
        failures,
        folder,
        say,
        complain,
        tr("Burnt-in text is found in part at best: look at every film before you pass it on."),
    )


def _one(
    item: Item, folder: Path, key: bytes, regions: Sequence[Region], *, black_out_text: bool
) -> tuple[list[Region], Path]:
    """Write one film; return what looks like text on it, and its file, which is named by its number."""
    from ptxviewer.dicom.deidentify import save_deidentified
    from ptxviewer.dicom.read import read_film

    if item.path is None:
        assert item.error is not None
        raise UnreadableFilm(item.error)
    film = read_film(item.path)
    found = proposed(film)
    target = _free(folder, item.number)
    save_deidentified(item.path, target, key, [*regions, *(found if black_out_text else ())], film.key)
    return found, target


def _free(folder: Path, number: int) -> Path:
    """Return a name that no file has: a second run does not overwrite the films of the first."""
    target, again = folder / f"film{number}.dcm", 2
    while target.exists():
        target, again = folder / f"film{number}-{again}.dcm", again + 1
    return target


def _told(found: Sequence[Region], blacked_out: bool) -> str:
    places = "; ".join(f"{x0},{y0},{x1 - x0},{y1 - y0}" for x0, y0, x1, y1 in found)
    if blacked_out:
        return trn(
            "{count} place that looks like text was blacked out ({places}).",
            "{count} places that look like text were blacked out ({places}).",
            len(found),
            places=places,
        )
    return trn(
        "{count} place looks like text and was left as it is ({places}).",
        "{count} places look like text and were left as they are ({places}).",
        len(found),
        places=places,
    )
