"""Every action as a row of one table: menus, toolbar, keys and the shortcut sheet derive from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state import State

Enabled = Callable[[State], bool]


def always(_state: State) -> bool:
    """Enabled whatever is on screen."""
    return True


def has_film(state: State) -> bool:
    """Enabled while a film is on screen."""
    return state.current is not None and state.current.radiograph is not None


def has_films(state: State) -> bool:
    """Enabled while any film is open."""
    return bool(state.films)


def has_result(state: State) -> bool:
    """Enabled while the film on screen has been analysed."""
    return state.current is not None and state.current.maps is not None


@dataclass(frozen=True)
class Action:
    """One action. ``run`` None means that the window itself does it (dialogs, clipboard)."""

    id: str
    text: str
    keys: tuple[str, ...]
    menu: str
    run: Callable[[Presenter], None] | None
    enabled: Enabled = always
    checked: Callable[[State], bool] | None = None
    toolbar: bool = False
    separator: bool = False  # a line above it


def _preset(index: int) -> Action:
    def run(presenter: Presenter) -> None:
        presenter.choose_voi(index)

    def enabled(state: State) -> bool:
        film = state.current.radiograph if state.current else None
        return film is not None and index < len(film.vois)

    return Action(f"preset{index + 1}", f"Window preset {index + 1}", (str(index + 1),), "Film", run, enabled)


ACTIONS: tuple[Action, ...] = (
    Action("open", "Open files ...", ("Ctrl+O",), "File", None, toolbar=True),
    Action("open_folder", "Open folder ...", ("Ctrl+Shift+O",), "File", None),
    Action("sample", "Open sample study", (), "File", Presenter.open_sample),
    Action(
        "report", "Save report", ("Ctrl+S",), "File", lambda p: p.save_report(), has_film, toolbar=True, separator=True
    ),
    Action("report_as", "Save report as ...", ("Ctrl+Shift+S",), "File", None, has_film),
    Action("copy", "Copy picture", ("Ctrl+C",), "File", None, has_film),
    Action("close", "Close film", ("Ctrl+W",), "File", lambda p: p.close_film(), has_films, separator=True),
    Action("close_all", "Close all films", ("Ctrl+Shift+W",), "File", Presenter.close_all, has_films),
    Action("settings", "Settings ...", ("Ctrl+,",), "File", None, separator=True),
    Action("quit", "Quit", ("Ctrl+Q",), "File", None),
    Action("undo", "Undo", ("Ctrl+Z",), "Edit", Presenter.undo, lambda s: bool(s.current and s.current.can_undo)),
    Action("redo", "Redo", ("Ctrl+Shift+Z",), "Edit", Presenter.redo, lambda s: bool(s.current and s.current.can_redo)),
    Action(
        "window",
        "Window",
        ("W",),
        "View",
        lambda p: p.set_tool("window"),
        checked=lambda s: s.tool == "window",
        toolbar=True,
    ),
    Action(
        "zoom", "Zoom", ("Z",), "View", lambda p: p.set_tool("zoom"), checked=lambda s: s.tool == "zoom", toolbar=True
    ),
    Action("pan", "Pan", ("P",), "View", lambda p: p.set_tool("pan"), checked=lambda s: s.tool == "pan", toolbar=True),
    Action("fit", "Fit", ("F",), "View", Presenter.fit, has_film, toolbar=True, separator=True),
    Action("one", "1:1", ("0",), "View", None, has_film, toolbar=True),
    Action("zoom_in", "Zoom in", ("+", "="), "View", None, has_film),
    Action("zoom_out", "Zoom out", ("-",), "View", None, has_film),
    Action(
        "annotations",
        "Corner texts",
        ("T",),
        "View",
        Presenter.toggle_annotations,
        checked=lambda s: s.annotations,
        separator=True,
    ),
    Action(
        "identified",
        "Patient data on screen",
        ("D",),
        "View",
        Presenter.toggle_identified,
        checked=lambda s: s.identified,
    ),
    Action(
        "film_only", "Film alone", ("F11", "Tab"), "View", Presenter.toggle_film_only, checked=lambda s: s.film_only
    ),
    Action(
        "invert",
        "Invert",
        ("I",),
        "Film",
        Presenter.invert,
        has_film,
        lambda s: bool(s.current and s.current.view.inverted),
        toolbar=True,
    ),
    Action("rotate", "Rotate", ("R",), "Film", lambda p: p.rotate(1), has_film, toolbar=True),
    Action("flip_h", "Flip left to right", ("H",), "Film", Presenter.flip_horizontal, has_film),
    Action("flip_v", "Flip top to bottom", ("V",), "Film", Presenter.flip_vertical, has_film),
    Action("reset_view", "Reset view", ("Ctrl+0",), "Film", Presenter.reset_view, has_film),
    Action("next", "Next film", ("Right", "PgDown"), "Film", Presenter.next, has_films, separator=True),
    Action("previous", "Previous film", ("Left", "PgUp"), "Film", Presenter.previous, has_films),
    *(_preset(index) for index in range(9)),
    Action("mode", "Outline, fill, heat map", ("O",), "AI", Presenter.cycle_overlay_mode),
    Action("overlay", "Show overlay", ("S",), "AI", Presenter.toggle_overlay, checked=lambda s: s.overlay.visible),
    Action("down", "Lower threshold", ("[",), "AI", lambda p: p.step_threshold(-1), has_result, separator=True),
    Action("up", "Raise threshold", ("]",), "AI", lambda p: p.step_threshold(1), has_result),
    Action("operating", "Back to operating point", ("Backspace",), "AI", Presenter.reset_threshold, has_result),
    Action("fainter", "Lower opacity", ("{",), "AI", lambda p: p.step_opacity(-1)),
    Action("stronger", "Raise opacity", ("}",), "AI", lambda p: p.step_opacity(1)),
    Action("accept", "Accept", ("Y",), "AI", lambda p: p.set_verdict("accept"), has_result, separator=True),
    Action("reject", "Reject", ("N",), "AI", lambda p: p.set_verdict("reject"), has_result),
    Action("unsure", "Unsure", ("U",), "AI", lambda p: p.set_verdict("unsure"), has_result),
    Action("anyway", "Analyse anyway, or try again", ("Ctrl+R",), "AI", Presenter.retry, has_films, separator=True),
    Action("cancel", "Cancel analysis", ("Esc",), "AI", Presenter.cancel, has_films),
    Action("keys", "Keys", ("?",), "Help", None),
    Action("about", "About", ("F1",), "Help", None),
)
