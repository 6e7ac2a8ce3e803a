"""Files and films: open, save, close, move between films, analyse."""

from __future__ import annotations

from ptxviewer.app.commands.base import BAR, BAR_AND_FILM, BUSY, FILM, KEYS_ONLY, MENU, SHOWN, Command, film
from ptxviewer.app.exports import EXPORTS, Export
from ptxviewer.app.films.worklist import at_rest
from ptxviewer.app.state.film import FilmStatus, cancelled
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.withheld import agreed
from ptxviewer.core.msgid import N_


def _can_report(state: State) -> bool:
    film = state.current
    done = film is not None and film.radiograph is not None and film.status not in BUSY
    return done and state.network_of(film) is not None


def _save_film(export: Export) -> Command:
    return Command(
        f"save_{export.id}",
        N_("Save {name}..."),
        "file",
        export.keys,
        N_("Save the {name} as {format}; first look for burnt-in text"),
        run=lambda _p, shell: shell.save(export),
        enabled=SHOWN,
        values=(("name", export.name), ("format", export.format)),
        short=export.name,
    )


def _save(export: Export, first: bool) -> Command:
    return Command(
        f"save_{export.id}",
        N_("Save {name}") if first else N_("Save {name} as {format}"),
        "file",
        export.keys,
        N_("Save the {name} as {format}"),
        run=lambda _p, shell: shell.save(export),
        enabled=_can_report,
        icon="report" if first else "",
        places=BAR_AND_FILM if first else MENU,
        values=(("name", export.name), ("format", export.format)),
        short=export.name,
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "open_files",
        N_("Open files..."),
        "file",
        ("Ctrl+O",),
        N_("Open chest X-rays"),
        run=lambda _p, shell: shell.open_files(),
        icon="open",
        places=BAR,
        short=N_("Open"),
    ),
    Command(
        "open_folder",
        N_("Open folder..."),
        "file",
        ("Ctrl+Shift+O",),
        N_("Open all films of a folder"),
        run=lambda _p, shell: shell.open_folder(),
    ),
    Command(
        "open_results",
        N_("Open store of results..."),
        "file",
        ("Ctrl+Alt+O",),
        N_("The results of many films, of 'triage' or a saved list, as a list to filter and to export"),
        run=lambda _p, shell: shell.open_results(),
    ),
    Command(
        "open_sample",
        N_("Open sample study"),
        "file",
        (),
        N_("A synthetic film"),
        run=lambda p, _shell: p.films.open_sample(),
    ),
    Command(
        "forget_recent",
        N_("Forget recent files"),
        "file",
        (),
        N_("Delete the list of files that were opened"),
        run=lambda p, _shell: p.films.forget_recent(),
        enabled=lambda state: bool(state.settings.recent),
        places=KEYS_ONLY,
    ),
    _save(EXPORTS[0], first=True),
    Command(
        "save_report_as",
        N_("Save {name} as..."),
        "file",
        ("Ctrl+Shift+S",),
        N_("Choose where, and in which format"),
        run=lambda _p, shell: shell.save_as(),
        enabled=_can_report,
        values=(("name", EXPORTS[0].name),),
    ),
    *(_save(export, first=False) if export.of_result else _save_film(export) for export in EXPORTS[1:]),
    Command(
        "save_pictures",
        N_("Save pictures of all films..."),
        "file",
        (),
        N_("Every film that has a result, as PNG with what is drawn on it, into one folder"),
        run=lambda _p, shell: shell.save_pictures(),
        enabled=lambda state: state.engine.info is not None and len(state.films) > 1,
    ),
    Command(
        "preview_report",
        N_("Preview and print report..."),
        "file",
        ("Ctrl+Shift+P",),
        N_("See the page before it is printed or saved"),
        run=lambda _p, shell: shell.preview_report(),
        enabled=_can_report,
    ),
    Command(
        "open_saved",
        N_("Open what was saved"),
        "file",
        (),
        N_("Open the file or folder that was saved last"),
        run=lambda _p, shell: shell.open_saved(),
        enabled=lambda state: state.tells_of_saved,
    ),
    Command(
        "show_saved",
        N_("Show in folder"),
        "file",
        (),
        N_("Open the folder of what was saved last"),
        run=lambda _p, shell: shell.show_saved(),
        enabled=lambda state: state.tells_of_saved,
    ),
    Command(
        "save_list",
        N_("Save list as table..."),
        "file",
        (),
        N_("All films with their results as CSV, JSON Lines, Parquet or SQLite; no names unless reports name them"),
        run=lambda _p, shell: shell.save_list(),
        enabled=lambda state: bool(state.films),
    ),
    Command(
        "save_objects",
        N_("Save results as DICOM..."),
        "file",
        (),
        N_("Report, outline, mask and picture as DICOM objects, for an archive; they name the patient"),
        run=lambda _p, shell: shell.save_objects(),
        enabled=_can_report,
    ),
    Command(
        "copy_picture",
        N_("Copy picture"),
        "file",
        ("Ctrl+C",),
        N_("Copy the film as displayed"),
        enabled=SHOWN,
        run=lambda _p, shell: shell.copy_picture(),
        places=FILM,
    ),
    Command(
        "close_film",
        N_("Close film"),
        "file",
        ("Ctrl+W",),
        run=lambda p, _shell: p.films.close(),
        enabled=film(),
        places=FILM,
    ),
    Command(
        "close_all",
        N_("Close all films"),
        "file",
        ("Ctrl+Shift+W",),
        run=lambda p, _shell: p.films.close_all(),
        enabled=lambda state: bool(state.films),
    ),
    Command(
        "watch_folder",
        N_("Watch folder..."),
        "file",
        ("Ctrl+Shift+F",),
        N_("Add the films of a folder as they arrive, now and after the next start"),
        run=lambda _p, shell: shell.ask_watched_folder(),
    ),
    Command(
        "stop_watching",
        N_("Stop watching"),
        "file",
        (),
        N_("Add no more films by themselves; those that are open stay"),
        run=lambda p, _shell: p.films.watched.choose(None),
        enabled=lambda state: state.watch is not None,
    ),
    Command(
        "forget_results",
        N_("Delete kept results"),
        "file",
        (),
        N_("Delete the results of earlier sessions from this computer; verdicts and notes stay"),
        run=lambda p, _shell: p.films.background.forget_results(),
    ),
    Command("settings", N_("Settings..."), "file", ("Ctrl+,",), run=lambda _p, shell: shell.ask_settings()),
    Command("quit", N_("Quit"), "file", ("Ctrl+Q",), run=lambda _p, shell: shell.quit()),
    Command(
        "next",
        N_("Next film"),
        "films",
        ("Right", "PgDown"),
        run=lambda p, _shell: p.films.next(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Command(
        "previous",
        N_("Previous film"),
        "films",
        ("Left", "PgUp"),
        run=lambda p, _shell: p.films.previous(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Command(
        "next_urgent",
        N_("Next most urgent film"),
        "films",
        ("Q",),
        N_("The film with the highest score that nobody has looked at"),
        run=lambda p, _shell: p.films.next_urgent(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Command(
        "next_unread",
        N_("Next unread film"),
        "films",
        ("Shift+Q",),
        N_("The next film of the list that nobody has looked at"),
        run=lambda p, _shell: p.films.next_unread(),
        enabled=lambda state: len(state.films) > 1,
    ),
    Command(
        "next_frame",
        N_("Next frame"),
        "films",
        ("Ctrl+Down",),
        N_("The next picture of a film with several"),
        run=lambda p, _shell: p.films.step_frame(1),
        enabled=film(lambda film: film.view.frame < film.frames - 1),
    ),
    Command(
        "previous_frame",
        N_("Previous frame"),
        "films",
        ("Ctrl+Up",),
        N_("The picture before"),
        run=lambda p, _shell: p.films.step_frame(-1),
        enabled=film(lambda film: film.view.frame > 0),
    ),
    Command(
        "analyse",
        N_("Analyse anyway"),
        "films",
        ("Ctrl+R",),
        N_("Analyse this film, or show its result, in spite of what speaks against it"),
        run=lambda p, _shell: p.films.analyse_anyway(),
        enabled=lambda state: (
            state.current is not None
            and (
                state.current.status in (FilmStatus.NOT_ANALYSED, FilmStatus.NOT_SHOWN)
                or state.current.outdated
                or agreed(state, state.current)
            )
        ),
        places=FILM,
    ),
    Command(
        "retry",
        N_("Try again"),
        "films",
        ("F5",),
        N_("Read or analyse this film again"),
        run=lambda p, _shell: p.films.retry(),
        enabled=film(lambda film: film.status in (FilmStatus.FAILED, FilmStatus.NOT_ANALYSED) or film.outdated),
    ),
    Command(
        "cancel",
        N_("Stop analysing"),
        "films",
        ("Ctrl+.",),
        N_("Stop analysing this film, or all the others"),
        run=lambda p, _shell: p.films.cancel(),
        enabled=lambda state: any(film.awaited for film in state.films),
    ),
    Command(
        "documents",
        N_("Documents..."),
        "films",
        ("Ctrl+I",),
        N_("Reports, PDFs and key images that came along with the films"),
        run=lambda _p, shell: shell.show_documents(),
        enabled=lambda state: bool(state.documents),
    ),
    Command(
        "worklist",
        N_("Worklist"),
        "films",
        ("Ctrl+L",),
        N_("All films as a list, the most urgent first"),
        run=lambda p, _shell: p.films.list.toggle(),
        enabled=lambda state: bool(state.films),
        checked=lambda state: state.worklist.shown,
    ),
    Command(
        "filter_films",
        N_("Find in worklist"),
        "films",
        ("Ctrl+F",),
        N_("Show only films with the words that you type"),
        enabled=lambda state: bool(state.films),
        run=lambda _p, shell: shell.find_film(),
    ),
    Command(
        "pause",
        N_("Pause the background"),
        "films",
        ("Ctrl+P",),
        N_("Analyse no film but the one on screen; again: go on"),
        run=lambda p, _shell: p.films.background.toggle_pause(),
        enabled=lambda state: state.paused or not all(map(at_rest, state.films)),
        checked=lambda state: state.paused,
    ),
    Command(
        "stop_background",
        N_("Stop the background"),
        "films",
        ("Ctrl+Shift+.",),
        N_("Analyse none of the other films; they stay in the list"),
        run=lambda p, _shell: p.films.background.stop(),
        enabled=lambda state: any(not at_rest(film) for film in state.films if film.id != state.current_id),
    ),
    Command(
        "go_on",
        N_("Analyse the rest"),
        "films",
        (),
        N_("Analyse the films whose analysis was stopped"),
        run=lambda p, _shell: p.films.background.go_on(),
        enabled=lambda state: any(cancelled(film) for film in state.films),
    ),
)
