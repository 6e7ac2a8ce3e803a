"""``ptxviewer predict``: films in, one JSON per film out, and masks on demand. No Qt here.

Torch and pydicom are imported inside functions, so that ``--help`` and ``--version`` stay quick.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.arrays import Mask
from ptxviewer.core.engine import Engine
from ptxviewer.core.errors import ExportFailed, PtxError, UnreadableFilm
from ptxviewer.core.files import write_atomic
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.geometry import GridMap
from ptxviewer.report import jsonout

log = logging.getLogger(__name__)
UNEXPECTED = "Something unexpected went wrong with this film."
Say = Callable[[str], None]


@dataclass(frozen=True)
class Item:
    """One film of a batch: what it is called in the results, and where it lies now (None = it could not be found)."""

    file: str
    path: Path | None
    error: str = ""


@dataclass(frozen=True)
class Options:
    """What ``predict`` was asked for."""

    out: Path
    threshold: float | None = None  # None = the model's operating point
    save_mask: bool = False
    save_probability: bool = False
    force: bool = False  # analyse what would not be analysed unasked


def list_items(paths: Iterable[Path], unpacked: Path) -> list[Item]:
    """Return the films among ``paths`` in order; archives are unpacked below ``unpacked``.

    A path that gives no film is an item with an error: it takes its place in the results.
    """
    from ptxviewer.dicom.collect import collect

    items: dict[Path | str, Item] = {}
    for path in paths:
        try:
            films = collect([path], unpacked)
        except UnreadableFilm as error:
            items.setdefault(f"{path} ", Item(str(path), None, str(error)))
            continue
        for film in films:
            inside = unpacked in film.parents  # of an archive: named after it
            items.setdefault(film, Item(str(path / film.name) if inside else str(film), film))
    return list(items.values())


def unique_stems(items: Iterable[Item]) -> Iterator[str]:
    """Yield one stem per item: ``film``, ``film-2``, ``film-3``; names that differ only in case are the same."""
    used: set[str] = set()
    for item in items:
        stem = Path(item.file).stem or "film"
        name, number = stem, 1
        while name.casefold() in used:
            number += 1
            name = f"{stem}-{number}"
        used.add(name.casefold())
        yield name


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """Return an 8-bit grey or BGR picture as a lossless PNG."""
    try:
        done, content = cv2.imencode(".png", image)
    except cv2.error:
        done = False
    if not done:
        raise ExportFailed("The picture could not be encoded as PNG.")
    return bytes(content.tobytes())


def analyse(path: Path, engine: Engine, force: bool) -> tuple[Radiograph, ProbabilityMaps, float]:
    """Read and analyse one film; returns also the milliseconds of reading. Raises ``PtxError``."""
    from ptxviewer.dicom.read import read_film

    started = time.perf_counter()
    film = read_film(path)
    read_ms = 1000 * (time.perf_counter() - started)
    if film.not_analysed and not force:
        raise PtxError(film.not_analysed)
    return film, engine.predict(film), read_ms


def predict_one(item: Item, stem: str, engine: Engine, options: Options) -> dict[str, Any]:
    """Analyse one film and write its files; returns its record. Only ``ExportFailed`` leaves this function."""
    started = time.perf_counter()
    timing: dict[str, float | None] = {"read": None, "infer": None, "total": None}
    try:
        if item.path is None:
            raise UnreadableFilm(item.error)
        film, maps, timing["read"] = analyse(item.path, engine, options.force)
        timing["infer"] = maps.infer_ms
        rule = engine.load().rule
        findings, mask = find(film, maps, rule, options.threshold)
        _save_pictures(stem, maps, mask, options)
        timing["total"] = 1000 * (time.perf_counter() - started)
        record = jsonout.film_record(item.file, film, maps, findings, timing, gate_overridden=options.force)
    except ExportFailed:
        raise
    except PtxError as error:
        timing["total"] = 1000 * (time.perf_counter() - started)
        record = jsonout.error_record(item.file, str(error), timing)
    except Exception:  # whatever happens with one film, the rest of the batch goes on
        log.exception("A film ended unexpectedly")
        timing["total"] = 1000 * (time.perf_counter() - started)
        record = jsonout.error_record(item.file, UNEXPECTED, timing)
    write_atomic(options.out / f"{stem}.json", jsonout.as_bytes(record))
    return record


def _save_pictures(stem: str, maps: ProbabilityMaps, mask: Mask, options: Options) -> None:
    if options.save_mask:
        write_atomic(options.out / f"{stem}.mask.png", png_bytes(mask.astype(np.uint8) * 255))
    if options.save_probability:
        score = GridMap.for_film(maps.rows, maps.cols, maps.size).to_film(maps.pneumothorax)
        write_atomic(options.out / f"{stem}.prob.png", png_bytes(np.rint(score * 255).astype(np.uint8)))


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """Draw a bar on stderr while it is a terminal, and nothing elsewhere; call the result with the films done."""
    stream = sys.stderr
    if stream is None or not stream.isatty():
        yield lambda _done: None
        return

    def draw(done: int) -> None:
        filled = 30 * done // max(1, total)
        stream.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done} of {total} films")
        stream.flush()

    try:
        draw(0)
        yield draw
    finally:
        stream.write("\r\x1b[K")
        stream.flush()


def predict(paths: list[Path], engine: Engine, options: Options, say: Say, complain: Say) -> int:
    """Analyse every film among ``paths``; returns 0 when all went well, 1 when some failed.

    Raises ``ExportFailed`` when the results cannot be written.
    """
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise ExportFailed("The folder for the results cannot be made.") from None
    failures: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="ptxviewer-") as unpacked:
        items = list_items(paths, Path(unpacked).resolve())
        with suppress(PtxError):  # now, not within the first film's time; every film will say what is wrong with it
            engine.load()
        with progress(len(items)) as draw:
            for done, (item, stem) in enumerate(zip(items, unique_stems(items), strict=True), 1):
                record = predict_one(item, stem, engine, options)
                if record["status"] == "error":
                    failures.append((item.file, record["error"]))
                draw(done)
    if engine.info is not None and engine.info.note:
        complain(engine.info.note)
    for file, sentence in failures:
        complain(f"{file}: {sentence}")
    films = "1 film" if len(items) == 1 else f"{len(items)} films"
    say(f"{films}: {len(items) - len(failures)} analysed, {len(failures)} failed. Results: {options.out}")
    return 1 if failures else 0
