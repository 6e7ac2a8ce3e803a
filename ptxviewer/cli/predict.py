"""``ptxviewer predict``: films in, one JSON per film out, and masks on demand. No Qt here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.cli.batch import items_of, outcomes, progress
from ptxviewer.cli.export import made_folder, write_objects
from ptxviewer.cli.outcome import FilmOutcome, Item
from ptxviewer.core.engine import Engine
from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.files import remove_parts, write_atomic
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.review import Review
from ptxviewer.report import jsonout
from ptxviewer.words import sentences, trn

Say = Callable[[str], None]


@dataclass(frozen=True)
class Pictures:
    """What ``predict`` writes beside the JSON of a film."""

    mask: bool = False
    scores: bool = False
    objects: Path | None = None  # the folder of DICOM objects


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """Return an 8-bit grey or BGR picture as a lossless PNG."""
    try:
        done, content = cv2.imencode(".png", image)
    except cv2.error:
        done = False
    if not done:
        raise ExportFailed(NotWritten(Unwritten.FILE, Writing.PNG_NOT_ENCODED))
    return bytes(content.tobytes())


def record_of(outcome: FilmOutcome) -> dict[str, object]:
    """Return the JSON record of a film, whatever came of it; ``report.jsonout`` has its keys."""
    if outcome.film is not None and outcome.answer is not None:
        return jsonout.film_record(outcome.item.file, outcome.film, outcome.answer, outcome.timing)
    assert outcome.reason is not None
    return jsonout.error_record(outcome.item.file, outcome.reason, outcome.timing)


def _save_pictures(target: Path, answer: Answer, pictures: Pictures) -> None:
    if pictures.mask:
        write_atomic(target.with_name(f"{target.name}.mask.png"), png_bytes(answer.mask.astype(np.uint8) * 255))
    if pictures.scores:
        maps = answer.maps
        score = maps.grid_map.to_film(maps.pneumothorax)
        write_atomic(target.with_name(f"{target.name}.prob.png"), png_bytes(np.rint(score * 255).astype(np.uint8)))


def predict(
    paths: list[Path], engine: Engine, folder: Path, review: Review, pictures: Pictures, say: Say, complain: Say
) -> int:
    """Analyse every film among ``paths`` into ``folder``; returns 0 when all went well, 1 when some failed.

    ``review`` has the threshold and whether refused films are forced. Raises ``ExportFailed`` when the results cannot
    be written.
    """
    made_folder(folder)
    if pictures.objects is not None:
        made_folder(pictures.objects)

    unsaved: list[str] = []

    def with_objects(outcome: FilmOutcome, objects: Path) -> None:
        try:
            write_objects(outcome, objects)
        except ExportFailed:
            raise
        except PtxError as error:  # the film has its JSON all the same
            unsaved.append(f"{outcome.item.file}: {sentences(error.reason)}")

    def export(outcome: FilmOutcome) -> None:
        if outcome.answer is not None:
            _save_pictures(folder / outcome.item.stem, outcome.answer, pictures)
            if pictures.objects is not None:
                with_objects(outcome, pictures.objects)

    remove_parts(folder)
    failures: list[str] = []
    items: list[Item] = []
    done = 0
    try:
        with items_of(paths) as items, progress(len(items)) as draw:
            with suppress(PtxError):  # now, not within the first film's time; every film will say what is wrong with it
                engine.load()
            for outcome in outcomes(items, engine, review, export):
                write_atomic(folder / f"{outcome.item.stem}.json", jsonout.as_bytes(record_of(outcome)))
                if outcome.answer is None:
                    failures.append(f"{outcome.item.file}: {sentences(outcome.reason)}")
                done = outcome.item.number
                draw(done)
    except KeyboardInterrupt:
        for failure in (*failures, *unsaved):
            complain(failure)
        for item in items[done:]:
            complain(f"{item.file}: {sentences(Command.STOPPED)}")
        raise
    if engine.info is not None and engine.info.note:
        complain(sentences(engine.info.note))
    for failure in (*failures, *unsaved):
        complain(failure)
    say(
        trn(
            "{count} film: {analysed} analysed, {failed} failed. Results: {folder}",
            "{count} films: {analysed} analysed, {failed} failed. Results: {folder}",
            len(items),
            analysed=len(items) - len(failures),
            failed=len(failures),
            folder=folder,
        )
    )
    return 1 if failures or unsaved else 0
