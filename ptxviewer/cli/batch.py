"""Films in, outcomes out: the one loop of ``predict``, ``triage`` and ``report``; a film that fails stops no other.

Torch and pydicom are imported inside functions, so that ``--help`` and ``--version`` stay quick. No Qt here.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ptxviewer.cli.outcome import FilmOutcome, Item, ReviewOf, settled
from ptxviewer.cli.pipeline import Pipeline
from ptxviewer.core.cpu import cores
from ptxviewer.core.engine import Engine
from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reason import Reason
from ptxviewer.core.review import Review
from ptxviewer.core.scratch import ScratchFolder
from ptxviewer.words import sentences, tr, trn

if TYPE_CHECKING:
    from ptxviewer.dicom.candidates import Candidate

Say = Callable[[str], object]
LONGEST_STEM = 200  # bytes, of the 255 that file systems allow
NOT_IN_NAMES = '<>:"/\\|?*'  # of a file on Windows


@contextmanager
def items_of(paths: Iterable[Path], passed_over: Callable[[int], None] = lambda _count: None) -> Iterator[list[Item]]:
    """Provide the films among ``paths`` in order; archives stay unpacked until the context ends.

    A path that gives no film is an item with an error: it takes its place in the results. What lies beside films and
    is none (reports, segmentations) is left out; ``passed_over`` is told how many there are, if any. Meanwhile the
    process that reads films gets ready.
    """
    from ptxviewer.dicom.read import warm_up

    warm_up()
    with ScratchFolder() as folder:
        yield _listed(paths, folder, passed_over)


def _listed(paths: Iterable[Path], unpacked: Path, passed_over: Callable[[int], None]) -> list[Item]:
    from ptxviewer.dicom.candidates import is_object

    paths = list(paths)
    films: dict[object, Candidate] = {}
    for path in paths:
        for film in _found(path, unpacked):
            films.setdefault(film.identity, film)
    asked = {str(path) for path in paths}
    kept = {  # what belongs to films is no film, unless it was asked for by name
        identity: film for identity, film in films.items() if str(film.path) in asked or not is_object(film)
    } or films
    if len(kept) < len(films):
        passed_over(len(films) - len(kept))
    stems = unique_stems(film.name for film in kept.values())
    return [
        Item(number, film.name, stem, film.path if film.reason is None else None, film.reason)
        for number, (stem, film) in enumerate(zip(stems, kept.values(), strict=True), 1)
    ]


def _found(path: Path, unpacked: Path) -> list[Candidate]:
    from ptxviewer.dicom.candidates import Candidate
    from ptxviewer.dicom.collect import collect

    try:
        return collect([path], unpacked)
    except UnreadableFilm as error:
        return [Candidate(path, str(path), error.reason)]


def stem_of(file: str) -> str:
    """Return what the results of a file are called: its name without suffix, fit for every file system.

    What follows the last point of a UID is no suffix. Room is left for ``.mask.png`` and a number.
    """
    path = PurePath(file)
    name = path.name if path.suffix[1:].isdigit() else path.stem
    name = "".join("_" if letter in NOT_IN_NAMES or not letter.isprintable() else letter for letter in name)
    while len(os.fsencode(name)) > LONGEST_STEM:
        name = name[:-1]
    return name.strip(" .") or "film"


def unique_stems(files: Iterable[str]) -> Iterator[str]:
    """Yield one stem per file: ``film``, ``film-2``, ``film-3``; names that differ only in case are the same."""
    used: set[str] = set()
    for file in files:
        stem = stem_of(file)
        name, number = stem, 1
        while name.casefold() in used:
            number += 1
            name = f"{stem}-{number}"
        used.add(name.casefold())
        yield name


def outcomes(
    items: Sequence[Item],
    engine: Engine,
    review: Review | ReviewOf,
    export: Callable[[FilmOutcome], None] | None = None,
) -> Iterator[FilmOutcome]:
    """Analyse every item, in order; ``export`` writes what is asked for of each film that was read, one at a time.

    Whatever happens with one film, in analysis or export, the others go on; only ``ExportFailed`` ends the loop.
    A few films have all cores, one after the other: the first is there sooner.
    """
    from ptxviewer.dicom.isolated.pool import shared_pool

    def exported(outcome: FilmOutcome) -> FilmOutcome:
        if export is not None and outcome.film is not None:
            export(outcome)
        return outcome

    with Pipeline(engine, shared_pool(), share=len(items) > 2 * cores()) as pipeline:
        for outcome in pipeline.each(iter(items), lambda item: pipeline.outcome(item, review)):
            started, total_ms = time.perf_counter(), outcome.timing["total"] or 0.0
            outcome = settled(outcome.item, partial(exported, outcome))  # noqa: PLW2901 - or what came of its export
            yield outcome.taking(total_ms + 1000 * (time.perf_counter() - started))


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """Draw a bar on stderr while it is a terminal, and nothing elsewhere; call the result with the films done."""
    stream = sys.stderr
    if stream is None or not stream.isatty():
        yield lambda _done: None
        return

    def draw(done: int) -> None:
        filled = 30 * done // max(1, total)
        bar = "#" * filled + "." * (30 - filled)
        stream.write(f"\r[{bar}] " + tr("{done} of {total} films", done=done, total=total))
        stream.flush()

    try:
        draw(0)
        yield draw
    finally:
        stream.write("\r\x1b[K")
        stream.flush()


def told_saved(
    total: int, failures: Sequence[tuple[str, Reason | None]], folder: Path, say: Say, complain: Say, caution: str = ""
) -> int:
    """Say which films were not saved and why, then how many were; returns 0 when all were, 1 when some were not.

    ``caution`` holds for what was saved.
    """
    for file, reason in failures:
        complain(f"{file}: {sentences(reason)}")
    if caution:
        complain(caution)
    say(
        trn(
            "{count} film: {saved} saved, {failed} not. Results: {folder}",
            "{count} films: {saved} saved, {failed} not. Results: {folder}",
            total,
            saved=total - len(failures),
            failed=len(failures),
            folder=folder,
        )
    )
    return 1 if failures else 0
