"""``ptxviewer triage``: films in, one CSV out in the order of the worklist, the most urgent first, none left out.

Rows name films by their number in the order in which they were found: a file's name is often the patient's. With
``--identified`` a column says which file it is.
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ptxviewer.app.films.worklist import by_urgency, group
from ptxviewer.app.state.facts import Summary, summary_of
from ptxviewer.app.state.film import Film, FilmStatus, Result
from ptxviewer.app.state.screen import EngineStatus, State
from ptxviewer.cli.predict import Item, analyse, list_items, progress
from ptxviewer.core.engine import Engine
from ptxviewer.core.errors import ExportFailed, PtxError, UnreadableFilm
from ptxviewer.core.files import write_atomic
from ptxviewer.core.findings.decide import find

UNEXPECTED = "Something unexpected went wrong with this film."
COLUMNS = ("rank", "film", "group", "present", "score", "side", "percent", "area_cm2", "status", "note")


@dataclass(frozen=True)
class Options:
    """What ``triage`` was asked for."""

    out: Path
    force: bool = False  # analyse, and list with their scores, films that would be left without an answer
    identified: bool = False  # write the files' names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes beside device and force."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="films, folders, ZIP archives or DICOMDIRs")
    parser.add_argument("--out", type=Path, required=True, metavar="LIST.csv", help="the list to write")
    parser.add_argument("--identified", action="store_true", help="write file names, too (they may name patients)")


def triage_one(number: int, item: Item, engine: Engine, force: bool) -> Film:
    """Return one film as the worklist knows it; whatever is wrong with it is told in it."""
    path = item.path or Path(item.file)
    film = Film(id=number, path=path, number=number)

    def without(status: FilmStatus, note: str) -> Film:
        return Film(id=number, path=path, number=number, status=status, why=note)

    try:
        if item.path is None:
            raise UnreadableFilm(item.error)
        radiograph, maps, _ = analyse(item.path, engine, force)
        findings, _ = find(radiograph, maps, engine.load().rule)
    except UnreadableFilm as error:
        return without(FilmStatus.FAILED, str(error))
    except PtxError as error:
        return without(FilmStatus.NOT_ANALYSED, str(error))
    except Exception:  # noqa: BLE001 - whatever happens with one film, it stays in the list and the others go on
        return without(FilmStatus.FAILED, UNEXPECTED)
    if not findings.gate.passed and not force:
        return without(FilmStatus.NOT_SHOWN, findings.gate.reason)
    found: Summary = summary_of(findings)
    return Film(
        film.id, path, number, FilmStatus.DONE, findings.gate.reason, result=Result(summary=found), urgency=found.score
    )


def rows_of(films: list[Film], engine: Engine) -> list[tuple[Film, tuple[str, ...]]]:
    """Return the films with their rows, the most urgent first."""
    state = State(films=tuple(films), engine=EngineStatus("ready", engine.info))
    rows: list[tuple[Film, tuple[str, ...]]] = []
    for rank, film in enumerate(by_urgency(state), 1):
        found = film.summary
        cells = ("", "", "", "", "")
        if found is not None:
            area = "" if found.area_mm2 is None or not found.present else f"{found.area_mm2 / 100:.1f}"
            percent = "" if found.percent is None else f"{found.percent:.0f}"
            cells = ("yes" if found.present else "no", f"{found.score:.4f}", found.side, percent, area)
        status = "analysed" if film.status is FilmStatus.DONE else film.status.value
        rows.append((film, (str(rank), str(film.number), group(state, film), *cells, status, film.why)))
    return rows


def as_csv(rows: list[tuple[Film, tuple[str, ...]]], names: dict[int, str] | None) -> bytes:
    """Return the list as CSV in UTF-8; ``names`` are the files by film number, None leaves them out."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*COLUMNS, *(("file",) if names is not None else ())))
    for film, row in rows:
        writer.writerow((*row, *((names[film.number],) if names is not None else ())))
    return text.getvalue().encode("utf-8", "surrogateescape")


def triage(paths: list[Path], engine: Engine, options: Options, say: Callable[[str], None]) -> int:
    """Analyse every film among ``paths`` and write the list; returns 0 when all have an answer, 1 when some have none.

    Raises ``ExportFailed`` when the list cannot be written, ``ModelUnavailable`` without a network.
    """
    if not options.out.parent.is_dir():
        raise ExportFailed("The list could not be written: that folder does not exist.")
    engine.load()
    films = []
    with tempfile.TemporaryDirectory(prefix="ptxviewer-") as unpacked:
        items = list_items(paths, Path(unpacked).resolve())
        with progress(len(items)) as draw:
            for number, item in enumerate(items, 1):
                films.append(triage_one(number, item, engine, options.force))
                draw(number)
    rows = rows_of(films, engine)
    names = {number: item.file for number, item in enumerate(items, 1)} if options.identified else None
    write_atomic(options.out, as_csv(rows, names), "The list")
    above = sum(row[2] == "above" for _, row in rows)
    without = sum(row[2] == "no answer" for _, row in rows)
    say(f"{len(rows)} films: {above} above threshold, {without} without an answer. List: {options.out}")
    return 1 if without else 0
