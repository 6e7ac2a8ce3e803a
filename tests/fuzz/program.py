"""The program under test, in a process of its own: opens what it is told in the command line and in the window's way.

It is ended and started again by ``tests.fuzz.__main__``: its end is what is looked for. A line of JSON in, one out.
"""

from __future__ import annotations

import contextlib
import csv
import faulthandler
import io
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ptxviewer.app.films.urgency import GROUPS
from ptxviewer.app.ports import Services
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.cli import main as cli
from ptxviewer.core.errors import PtxError
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.window import Notice
from ptxviewer.ui.services import Films, read_facts, read_objects, read_tags
from tests.app.rig import RecordingView
from tests.fakes import FakeEngine, FakeResults, HandLane
from tests.logged import Errors

ENDED = {FilmStatus.DONE, FilmStatus.NOT_ANALYSED, FilmStatus.FAILED}
MOST_TURNS = 100_000


def command(arguments: list[str]) -> tuple[int, str]:
    """Run the command line; its status, and what it says on stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(arguments)
    return status, err.getvalue()


def not_json(word: str) -> None:
    """NaN and infinities, which no other program reads."""
    raise ValueError(f"{word} in the JSON")


def code_of(record: dict[str, Any]) -> str:
    """Why a film has no answer; of a film that is not analysed, what speaks against it."""
    reason = record["reason"]
    while isinstance(reason, dict) and isinstance(reason.get("reason"), dict):
        reason = reason["reason"]
    return str(reason["code"]) if reason else str(record["status"])


def by_predict(path: Path, out: Path, objects: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """The records of ``predict``, and what is wrong with them."""
    more = ["--save-mask", "--dicom", str(out / "objects")] if objects else []
    status, err = command(["predict", str(path), "--out", str(out), *more])
    wrong = ["predict: Traceback"] if "Traceback" in err else []
    records = [json.loads(file.read_bytes(), parse_constant=not_json) for file in sorted(out.glob("*.json"))]
    failed = [record for record in records if record["score"] is None]
    if status not in (0, 1) or (status == 0 and failed):
        wrong.append(f"predict: status {status} with {len(failed)} of {len(records)} failed: {err[-200:]}")
    for record in records:
        if (record["score"] is None) == (record["reason"] is None):
            wrong.append("predict: neither a score nor a reason, or both")
        if record["score"] is None and len(str(record["error"]).splitlines()) != 1:
            wrong.append(f"predict: not one sentence: {record['error']!r}")
        if code_of(record) == Command.FILM_FAILED.code:
            wrong.append("predict: a bug")
    said = [line for line in err.splitlines() if line]
    if len(said) < len(failed):
        wrong.append(f"predict: {len(failed)} failed, {len(said)} lines say so")
    return records, wrong


def by_triage(path: Path, out: Path, records: int, exactly: bool) -> list[str]:
    """What is wrong with the list of ``triage``, which has a film once that lies in two places."""
    target = out / "list.csv"
    status, err = command(["triage", str(path), "--out", str(target), "--identified"])
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8", "surrogateescape"), newline="")))
    wrong = ["triage: Traceback"] if "Traceback" in err else []
    if not rows or (exactly and len(rows) != records):
        wrong.append(f"triage: {len(rows)} lines, predict has {records}")
    without = [row for row in rows if row["group"] == "no answer"]
    if status != bool(without) or any(row["group"] not in GROUPS for row in rows):
        wrong.append(f"triage: status {status}, {len(without)} without an answer")
    if any(row["reason"] == Command.FILM_FAILED.code for row in rows):
        wrong.append("triage: a bug")
    return wrong


def settle(presenter: Presenter, lanes: tuple[HandLane, ...]) -> None:
    """Let every lane do what it has to do."""
    for _ in range(MOST_TURNS):
        if all(lane.idle for lane in lanes):
            return
        for lane in lanes:
            lane.crank()
            lane.deliver()
    raise AssertionError(f"the lanes never came to rest: {presenter.state.opening}")


def by_presenter(path: Path, unpacked: Path, records: int) -> list[str]:
    """What is wrong with what the window would show."""
    unpacked.mkdir()
    films, view = Films(unpacked), RecordingView()
    view.renaming = True  # keys are those of the pixels here
    lanes = disk, model, keep, cache = HandLane(), HandLane(), HandLane(), HandLane()
    services = Services(
        read_film=films.read, collect=films.find, engine=FakeEngine(size=32), disk=disk, model=model, exports={},
        keep=keep, results=FakeResults(), cache=cache, read_facts=read_facts, is_object=films.is_object,
        read_objects=read_objects, read_tags=read_tags,
    )  # fmt: skip
    presenter = Presenter(view, services)
    presenter.films.open([path])
    settle(presenter, lanes)
    state = presenter.state
    wrong = []
    refused = not state.films and state.banner is not None
    objects = 0 if len(state.films) == records or refused else sum(map(films.is_object, films.find([path])))
    if len(state.films) + objects != records and not (refused and records == 1):
        wrong.append(f"window: {len(state.films)} films, {objects} objects, predict has {records}")
    for film in state.films:
        if film.status not in ENDED:
            wrong.append(f"window: a film stays {film.status.value}")
        if film.why is Notice.WENT_WRONG:
            wrong.append("window: something went wrong inside the program")
        with contextlib.suppress(PtxError):
            read_tags(film.path)
        if film.frames > 1 and len(state.films) == 1:
            presenter.films.set_frame(min(film.frames - 1, 1))
            settle(presenter, lanes)
    if presenter.state.banner is not None and presenter.state.banner.reason is Notice.WENT_WRONG:
        wrong.append("window: a banner says that something went wrong")
    presenter.shut_down(0)
    return wrong


@contextlib.contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """A folder that is there and empty, and gone again."""
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tried(job: dict[str, Any], errors: Errors) -> dict[str, Any]:
    """Open one input in every way; how it ended in each, and what is wrong."""
    path = Path(job["path"])
    errors.seen.clear()
    ends: list[str] = []
    seconds: dict[str, float] = {}
    wrong: list[str] = []
    with emptied(Path(job["scratch"])) as scratch:

        def timed(name: str, part: Callable[[], list[str]]) -> None:
            started = time.monotonic()
            try:
                wrong.extend(part())
            except BaseException as error:  # noqa: BLE001 - what is looked for
                wrong.append(f"{name}: {type(error).__name__}: {error}")
            seconds[name] = time.monotonic() - started

        records: list[dict[str, Any]] = []

        def predict() -> list[str]:
            found, said = by_predict(path, scratch / "predict", bool(job["objects"]))
            records.extend(found)
            return said

        timed("predict", predict)
        ends = [code_of(record) for record in records]
        least = int(job["least"])
        if len(records) < least or (job["exactly"] and len(records) != least):
            wrong.append(f"predict: {len(records)} results of {least}")
        names = [str(record["file"]) for record in records]
        wrong += [f"predict: {name} is left out" for name in job["names"] if not any(name in one for one in names)]
        timed("triage", lambda: by_triage(path, scratch, len(records), bool(job["exactly"])))
        timed("window", lambda: by_presenter(path, scratch / "unpacked", len(records)))
    return {"ends": ends, "seconds": seconds, "wrong": wrong + errors.seen}


def main() -> None:
    """Answer until the pipe is closed."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what decoders print is no answer
    faulthandler.enable()
    engine = FakeEngine(size=32)
    setattr(cli, "make_engine", lambda *_: engine)  # noqa: B010 - in place of the network
    errors = Errors()
    logging.getLogger().addHandler(errors)
    logging.raiseExceptions = False
    for line in sys.stdin:
        answers.write(json.dumps(tried(json.loads(line), errors)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
