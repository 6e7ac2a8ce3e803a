"""The real window, in which films are dropped as from a file manager: one drop after the other, each on an empty list.

``python -m tests.hostile.window DROPS.json ANSWERS.json``: lists of paths in, a line of JSON of each drop out. The
presenter says when a drop has come to its end; what is judged is what the window would show.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import cv2
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.view import voi_of
from ptxviewer.core.voi import display_lut
from ptxviewer.ui.application import Application, Session
from ptxviewer.words import say, speak
from tests.hostile.watching import LOOK_S, cpu_s, held_bytes
from tests.logged import Errors

ENDED = {FilmStatus.DONE, FilmStatus.NOT_ANALYSED, FilmStatus.NOT_SHOWN, FilmStatus.FAILED}
HUNG_S = 300.0
STEP_MS = 10


def drop(session: Session, paths: list[Path]) -> None:
    """Let files fall on the window, as the system does."""
    data = QMimeData()
    data.setUrls([QUrl.fromEncoded(path.as_uri().encode()) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    session.window.dropEvent(QDropEvent(QPointF(400, 300), copy, data, left, none))


def settled(state: State) -> bool:
    """Is there nothing left to do?"""
    return not state.opening and all(film.status in ENDED for film in state.films)


def looked_at(state: State, picture: Path) -> tuple[int, list[str], bool]:
    """Films that have their line, what is wrong, and whether the film on screen was written as a picture."""
    wrong = []
    for film in state.films:
        if film.why is Notice.WENT_WRONG:
            wrong.append(f"{film.path.name}: something went wrong inside the program")
        if film.status is FilmStatus.FAILED and (film.why is None or len(say(film.why).splitlines()) != 1):
            wrong.append(f"{film.path.name}: not one sentence: {film.why}")
    banner = state.banner
    if banner is not None and banner.reason is Notice.WENT_WRONG:
        wrong.append("a banner says that something went wrong")
    if not state.films and banner is None and not state.documents:
        wrong.append("no film, and nothing says why")
    shown = state.shown
    if shown is not None:
        pixels, view = shown.radiograph, shown.film.view
        cv2.imwrite(str(picture), display_lut(pixels, voi_of(pixels, view), view.inverted)[pixels.pixels])
    return len(state.films) or int(banner is not None), wrong, shown is not None


def tried(session: Session, paths: list[Path], picture: Path, errors: Errors) -> dict[str, Any]:
    """Drop, wait for the end, look, and close what was opened."""
    mine = os.getpid()
    errors.seen.clear()
    peak, before, started = 0, cpu_s(mine), time.monotonic()
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(LOOK_S):
            peak = max(peak, held_bytes(mine))

    watcher = threading.Thread(target=watch)
    watcher.start()
    drop(session, paths)
    while not (ended := settled(session.presenter.state)) and time.monotonic() - started < HUNG_S:
        QTest.qWait(STEP_MS)
    wall, used = time.monotonic() - started, cpu_s(mine) - before
    done.set()
    watcher.join()
    lines, wrong, has_picture = looked_at(session.presenter.state, picture)
    if not ended:
        wrong.append(f"no end after {HUNG_S:.0f} s")
    session.presenter.films.close_all()
    session.presenter.dismiss_banner()
    QTest.qWait(STEP_MS)
    return {
        "lines": lines, "wrong": [*wrong, *errors.seen], "wall_s": wall, "cpu_s": used, "peak_bytes": peak,
        "picture": str(picture) if has_picture else "",
    }  # fmt: skip


def main() -> int:
    """Answer every drop."""
    drops = [[Path(path) for path in paths] for paths in json.loads(Path(sys.argv[1]).read_bytes())]
    application = Application(sys.argv[:1])
    speak("en")
    application.dress()
    errors = Errors()
    logging.getLogger().addHandler(errors)
    with tempfile.TemporaryDirectory() as home, open(sys.argv[2], "w", encoding="utf-8") as answers:
        session = Session(Path(home) / "settings.json")
        sys.excepthook = session.report_bug
        session.window.resize(1440, 900)
        session.window.show()
        session.warm_up()
        while session.presenter.state.engine.phase not in ("ready", "failed"):
            QTest.qWait(STEP_MS)
        for number, paths in enumerate(drops):
            picture = Path(sys.argv[2]).with_name(f"shown-{number}.png")
            answers.write(json.dumps(tried(session, paths, picture, errors)) + "\n")
            answers.flush()
        ended = session.close()
    return 0 if ended else 1


if __name__ == "__main__":
    sys.exit(main())
