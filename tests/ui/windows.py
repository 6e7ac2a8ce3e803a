"""The whole program in a window, with a network that answers at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot

from ptxviewer.app.state.film import FilmStatus
from ptxviewer.paths import sample_study
from ptxviewer.ui.application import Session
from tests.fakes import FakeEngine


@contextmanager
def started(
    qtbot: QtBot, folder: Path, engine: FakeEngine | None = None, size: tuple[int, int] = (1200, 800)
) -> Iterator[Session]:
    """A window that has the keyboard and no film yet; its settings are in ``folder``."""
    one = Session(folder / "settings.json", engine or FakeEngine())
    qtbot.addWidget(one.window)
    one.window.resize(*size)
    with qtbot.waitActive(one.window):
        one.window.show()
        one.window.activateWindow()
    yield one
    assert one.close()


def open_films(session: Session, qtbot: QtBot, count: int = 1) -> None:
    """Open films of the sample study and wait for their results."""
    session.window.open_paths(list(sample_study()[:count]))
    newest, done = slice(-count, None), [FilmStatus.DONE] * count
    qtbot.waitUntil(lambda: [film.status for film in session.presenter.state.films[newest]] == done, timeout=20_000)
