"""Files and films: open, save, close, move between films, analyse."""

from __future__ import annotations

from ptxviewer.app.actions.base import BAR, BAR_AND_FILM, BUSY, FILM, SHOWN, Action, film
from ptxviewer.app.sentences import CANCELLED
from ptxviewer.app.state import FilmStatus, State
from ptxviewer.app.worklist import AT_REST


def _can_report(state: State) -> bool:
    film = state.current
    done = film is not None and film.radiograph is not None and film.status not in BUSY
    return done and state.engine.info is not None


ACTIONS: tuple[Action, ...] = (
    Action(
        "open_files", "Open files...", "file", ("Ctrl+O",), "Open chest X-rays", shell=True, icon="open", places=BAR
    ),
    Action("open_folder", "Open folder...", "file", ("Ctrl+Shift+O",), "Open all films of a folder", shell=True),
    Action("open_sample", "Open sample study", "file", (), "A synthetic film", run=lambda p: p.open_sample()),
    Action(
        "save_report",
        "Save report",
        "file",
        ("Ctrl+S",),
        "Save an annotated PNG report",
        run=lambda p: p.save_report(),
        enabled=_can_report,
        icon="report",
        places=BAR_AND_FILM,
    ),
    Action("save_report_as", "Save report as...", "file", ("Ctrl+Shift+S",), enabled=_can_report, shell=True),
    Action(
        "copy_picture",
        "Copy picture",
        "file",
        ("Ctrl+C",),
        "Copy the film as displayed",
        enabled=SHOWN,
        shell=True,
        places=FILM,
    ),
    Action(
        "close_film",
        "Close film",
        "file",
        ("Ctrl+W",),
        run=lambda p: p.close_film(),
        enabled=film(),
        places=FILM,
    ),
    Action(
        "close_all",
        "Close all films",
        "file",
        ("Ctrl+Shift+W",),
        run=lambda p: p.close_all(),
        enabled=lambda state: bool(state.films),
    ),
    Action("settings", "Settings...", "file", ("Ctrl+,",), shell=True),
    Action("quit", "Quit", "file", ("Ctrl+Q",), shell=True),
    Action(
        "next",
        "Next film",
        "films",
        ("Right", "PgDown"),
        run=lambda p: p.next(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Action(
        "previous",
        "Previous film",
        "films",
        ("Left", "PgUp"),
        run=lambda p: p.previous(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Action(
        "next_urgent",
        "Next most urgent film",
        "films",
        ("Q",),
        "The film with the highest score that nobody has looked at",
        run=lambda p: p.next_urgent(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Action(
        "next_unread",
        "Next unread film",
        "films",
        ("Shift+Q",),
        "The next film of the list that nobody has looked at",
        run=lambda p: p.next_unread(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Action(
        "next_frame",
        "Next frame",
        "films",
        ("Ctrl+Down",),
        "The next picture of a film with several",
        run=lambda p: p.step_frame(1),
        enabled=film(lambda film: film.view.frame < film.frames - 1),
    ),
    Action(
        "previous_frame",
        "Previous frame",
        "films",
        ("Ctrl+Up",),
        "The picture before",
        run=lambda p: p.step_frame(-1),
        enabled=film(lambda film: film.view.frame > 0),
    ),
    Action(
        "analyse",
        "Analyse anyway",
        "films",
        ("Ctrl+R",),
        "Analyse this film, or show its result, in spite of what speaks against it",
        run=lambda p: p.analyse_anyway(),
        enabled=film(lambda film: film.status in (FilmStatus.NOT_ANALYSED, FilmStatus.NOT_SHOWN)),
        places=FILM,
    ),
    Action(
        "retry",
        "Try again",
        "films",
        ("F5",),
        "Read or analyse this film again",
        run=lambda p: p.retry(),
        enabled=film(lambda film: film.status in (FilmStatus.FAILED, FilmStatus.NOT_ANALYSED)),
    ),
    Action(
        "cancel",
        "Stop analysing",
        "films",
        ("Ctrl+.",),
        "Stop analysing this film, or all the others",
        run=lambda p: p.cancel(),
        enabled=lambda state: any(film.status in BUSY for film in state.films),
    ),
    Action(
        "worklist",
        "Worklist",
        "films",
        ("Ctrl+L",),
        "All films as a list, the most urgent first",
        run=lambda p: p.batch.toggle_list(),
        enabled=lambda state: bool(state.films),
        checked=lambda state: state.worklist.shown,
    ),
    Action(
        "filter_films",
        "Find in worklist",
        "films",
        ("Ctrl+F",),
        "Show only films with the words that you type",
        enabled=lambda state: bool(state.films),
        shell=True,
    ),
    Action(
        "pause",
        "Pause the background",
        "films",
        ("Ctrl+P",),
        "Analyse no film but the one on screen; again: go on",
        run=lambda p: p.batch.toggle_pause(),
        enabled=lambda state: state.paused or any(film.status not in AT_REST for film in state.films),
        checked=lambda state: state.paused,
    ),
    Action(
        "stop_background",
        "Stop the background",
        "films",
        ("Ctrl+Shift+.",),
        "Analyse none of the other films; they stay in the list",
        run=lambda p: p.batch.stop(),
        enabled=lambda state: any(film.status not in AT_REST for film in state.films if film.id != state.current_id),
    ),
    Action(
        "go_on",
        "Analyse the rest",
        "films",
        (),
        "Analyse the films whose analysis was stopped",
        run=lambda p: p.batch.go_on(),
        enabled=lambda state: any(film.note == CANCELLED for film in state.films),
    ),
)
