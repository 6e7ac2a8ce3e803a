"""Everything that can be done with a key or a button, as one table: menus, toolbar and shortcuts derive from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ptxviewer.app.editing import SHAPES
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state import Film, FilmStatus, OverlayMode, State, Tool
from ptxviewer.core.types import Impression

Group = Literal["file", "films", "view", "window", "tools", "overlay", "review", "screen", "help"]
Place = Literal["menu", "toolbar", "context"]
Verdict = Literal["accept", "reject", "unsure"]


def _nothing(_presenter: Presenter) -> None:
    """What a shell action does here: the window does it, because it needs a dialog, the canvas or the clipboard."""


def _always(_state: State) -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """One thing that the reader can do. ``keys`` are Qt key sequences in the portable spelling."""

    id: str
    text: str
    group: Group
    keys: tuple[str, ...] = ()
    tip: str = ""
    run: Callable[[Presenter], None] = _nothing
    enabled: Callable[[State], bool] = _always
    checked: Callable[[State], bool] | None = None
    icon: str = ""  # name of an SVG in resources/icons, without suffix
    shell: bool = False  # the window runs it
    held: bool = False  # lasts while the key is down (shell)
    places: frozenset[Place] = frozenset({"menu"})

    @property
    def tooltip(self) -> str:
        """The tip with its first key: "Fit the film to the window (F)"."""
        text = self.tip or self.text.rstrip(".")
        return f"{text} ({self.keys[0]})" if self.keys else text


MENU: frozenset[Place] = frozenset({"menu"})
BAR: frozenset[Place] = frozenset({"menu", "toolbar"})
FILM: frozenset[Place] = frozenset({"menu", "context"})
BAR_AND_FILM: frozenset[Place] = frozenset({"menu", "toolbar", "context"})
KEYS_ONLY: frozenset[Place] = frozenset()


def _film(test: Callable[[Film], bool] = lambda _film: True) -> Callable[[State], bool]:
    """Enabled when a film is on screen and passes ``test``."""
    return lambda state: state.current is not None and test(state.current)


_SHOWN = _film(lambda film: film.radiograph is not None)
_ANALYSED = _film(lambda film: film.maps is not None)
_BUSY = (FilmStatus.WAITING, FilmStatus.ANALYSING)


def _can_report(state: State) -> bool:
    film = state.current
    done = film is not None and film.radiograph is not None and film.status not in _BUSY
    return done and state.engine.info is not None


def _can_go_back(state: State) -> bool:
    return state.tool in SHAPES or state.film_only or state.banner is not None


def _back(presenter: Presenter) -> None:
    if presenter.editing.cancel():
        return
    if presenter.state.banner is not None:
        presenter.dismiss_banner()
    elif presenter.state.tool in SHAPES:
        presenter.set_tool("window")
    elif presenter.state.film_only:
        presenter.toggle_film_only()


def _tool(tool: Tool, text: str, key: str, tip: str) -> Action:
    return Action(
        f"tool_{tool}",
        text,
        "tools",
        (key,),
        tip,
        run=lambda presenter: presenter.set_tool(tool),
        checked=lambda state: state.tool == tool,
        icon=tool,
        places=BAR,
    )


def _mode(mode: OverlayMode, text: str, tip: str) -> Action:
    return Action(
        f"overlay_{mode}",
        text,
        "overlay",
        (),
        tip,
        run=lambda presenter: presenter.set_overlay_mode(mode),
        checked=lambda state: state.overlay.mode == mode,
        icon=mode,
    )


def _verdict(verdict: Verdict, text: str, key: str, tip: str) -> Action:
    return Action(
        f"verdict_{verdict}",
        text,
        "review",
        (key,),
        tip,
        run=lambda presenter: presenter.set_verdict(verdict),
        enabled=_ANALYSED,
        checked=lambda state: (
            state.current is not None
            and (state.current.review.verdict or "none").replace("edited", "accept") == verdict
        ),
        icon=verdict,
        places=FILM,
    )


def _impression(impression: Impression, key: str) -> Action:
    return Action(
        f"mark_{impression}",
        f"First read: {impression}",
        "review",
        (key,),
        f"Mark a pneumothorax as {impression}; the first mark shows the result",
        run=lambda presenter: presenter.mark(impression),
        enabled=lambda state: state.first_read_mode and _SHOWN(state),
        checked=lambda state: (
            state.current is not None
            and bool(state.current.first_read.marks)
            and state.current.first_read.marks[-1][0] == impression
        ),
    )


def _preset(index: int) -> Action:
    return Action(
        f"preset_{index + 1}",
        f"Window preset {index + 1}",
        "window",
        (str(index + 1),),
        "Show the film through this preset",
        run=lambda presenter: presenter.choose_voi(index),
        enabled=_film(lambda film: film.radiograph is not None and len(film.radiograph.vois) > index),
        checked=lambda state: (
            state.current is not None
            and state.current.radiograph is not None
            and state.current.view.voi is None
            and index
            == (
                state.current.radiograph.default_voi
                if state.current.view.voi_index is None
                else state.current.view.voi_index
            )
        ),
        places=KEYS_ONLY,
    )


def _pan(direction: str) -> Action:
    return Action(
        f"pan_{direction.lower()}",
        f"Pan {direction.lower()}",
        "view",
        (f"Shift+{direction}",),
        enabled=_SHOWN,
        shell=True,
        places=KEYS_ONLY,
    )


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
        enabled=_SHOWN,
        shell=True,
        places=FILM,
    ),
    Action(
        "close_film",
        "Close film",
        "file",
        ("Ctrl+W",),
        run=lambda p: p.close_film(),
        enabled=_film(),
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
        "next_frame",
        "Next frame",
        "films",
        ("Ctrl+Down",),
        "The next picture of a film with several",
        run=lambda p: p.step_frame(1),
        enabled=_film(lambda film: film.view.frame < film.frames - 1),
    ),
    Action(
        "previous_frame",
        "Previous frame",
        "films",
        ("Ctrl+Up",),
        "The picture before",
        run=lambda p: p.step_frame(-1),
        enabled=_film(lambda film: film.view.frame > 0),
    ),
    Action(
        "analyse",
        "Analyse anyway",
        "films",
        ("Ctrl+R",),
        "Analyse this film in spite of what speaks against it",
        run=lambda p: p.analyse_anyway(),
        enabled=_film(lambda film: film.status is FilmStatus.NOT_ANALYSED),
        places=FILM,
    ),
    Action(
        "retry",
        "Try again",
        "films",
        ("F5",),
        "Read or analyse this film again",
        run=lambda p: p.retry(),
        enabled=_film(lambda film: film.status in (FilmStatus.FAILED, FilmStatus.NOT_ANALYSED)),
    ),
    Action(
        "cancel",
        "Stop analysing",
        "films",
        ("Ctrl+.",),
        "Stop analysing this film, or all the others",
        run=lambda p: p.cancel(),
        enabled=lambda state: any(film.status in _BUSY for film in state.films),
    ),
    Action(
        "invert",
        "Invert",
        "view",
        ("I",),
        "Turn black and white round",
        run=lambda p: p.invert(),
        enabled=_SHOWN,
        checked=lambda state: state.current is not None and state.current.view.inverted,
        icon="invert",
        places=BAR_AND_FILM,
    ),
    Action(
        "rotate",
        "Rotate right",
        "view",
        ("R",),
        "Turn the film clockwise",
        run=lambda p: p.rotate(1),
        enabled=_SHOWN,
        icon="rotate",
        places=BAR_AND_FILM,
    ),
    Action(
        "rotate_left",
        "Rotate left",
        "view",
        ("Shift+R",),
        "Turn the film anticlockwise",
        run=lambda p: p.rotate(-1),
        enabled=_SHOWN,
    ),
    Action(
        "flip_horizontal",
        "Flip left to right",
        "view",
        ("H",),
        "Mirror the film; the side letters follow",
        run=lambda p: p.flip_horizontal(),
        enabled=_SHOWN,
        icon="flip",
        places=FILM,
    ),
    Action(
        "flip_vertical",
        "Flip top to bottom",
        "view",
        ("V",),
        "Turn the film upside down in the mirror",
        run=lambda p: p.flip_vertical(),
        enabled=_SHOWN,
    ),
    Action(
        "fit",
        "Fit",
        "view",
        ("F",),
        "Fit the film to the window",
        run=lambda p: p.fit(),
        enabled=_SHOWN,
        checked=lambda state: state.current is not None and state.current.view.zoom is None,
        icon="fit",
        places=BAR_AND_FILM,
    ),
    Action(
        "one_to_one",
        "1:1",
        "view",
        ("0",),
        "One film pixel on one screen pixel",
        run=lambda p: p.one_to_one(),
        enabled=_SHOWN,
        checked=lambda state: state.current is not None and state.current.view.zoom == 1 / state.pixel_ratio,
        icon="one_to_one",
        places=BAR,
    ),
    Action("zoom_in", "Zoom in", "view", ("+", "="), enabled=_SHOWN, shell=True),
    Action("zoom_out", "Zoom out", "view", ("-",), enabled=_SHOWN, shell=True),
    *(_pan(direction) for direction in ("Left", "Right", "Up", "Down")),
    Action(
        "reset_view",
        "Reset view",
        "view",
        ("Home",),
        "Window, zoom, turn and flip as when the film was opened",
        run=lambda p: p.reset_view(),
        enabled=_SHOWN,
        places=FILM,
    ),
    *(_preset(index) for index in range(9)),
    _tool("window", "Window", "W", "Drag: window width and level"),
    _tool("zoom", "Zoom", "Z", "Drag up and down: zoom"),
    _tool("pan", "Pan", "P", "Drag: move the film"),
    _tool("brush", "Brush", "E", "Drag: add to the mask; with Ctrl: erase"),
    _tool("erase", "Erase", "Shift+E", "Drag: take away from the mask; with Ctrl: add"),
    _tool("polygon", "Polygon", "G", "Click corners, double click to close: add to the mask; with Ctrl: cut out"),
    _tool("fill", "Fill", "J", "Click into a hole: fill it; with Ctrl on a part of the mask: remove it"),
    _tool("shrink", "Shrink", "K", "Click on a part of the mask: shrink it to the film's edge, as deep as the ring"),
    Action(
        "finish_stroke",
        "Close polygon",
        "tools",
        ("Ctrl+Return",),
        "Close the polygon that is being drawn",
        run=lambda p: p.editing.finish(),
        enabled=_film(lambda film: film.live_stroke is not None),
    ),
    Action("brush_smaller", "Smaller brush", "tools", (",",), "Shift + wheel", run=lambda p: p.editing.resize(-1)),
    Action("brush_larger", "Larger brush", "tools", (".",), "Shift + wheel", run=lambda p: p.editing.resize(1)),
    Action(
        "reset_mask",
        "Reset to the model's mask",
        "tools",
        ("Ctrl+Backspace",),
        "Drop all edits of the mask",
        run=lambda p: p.editing.reset(),
        enabled=_film(lambda film: film.review.mask is not None),
    ),
    Action(
        "save_reviews",
        "Save reviews again",
        "review",
        (),
        "Try again to save what could not be saved",
        run=lambda p: p.save_reviews(),
        enabled=lambda state: state.unsaved > 0,
    ),
    Action(
        "peek",
        "Hide overlay while held",
        "overlay",
        ("Space",),
        enabled=_ANALYSED,
        shell=True,
        held=True,
        places=KEYS_ONLY,
    ),
    Action(
        "toggle_overlay",
        "Show overlay",
        "overlay",
        ("X",),
        run=lambda p: p.toggle_overlay(),
        checked=lambda state: state.overlay.visible,
        places=FILM,
    ),
    Action(
        "cycle_overlay",
        "Outline, fill, heat map",
        "overlay",
        ("O",),
        "The next way of drawing the overlay",
        run=lambda p: p.cycle_overlay_mode(),
        places=KEYS_ONLY,
    ),
    _mode("outline", "Outline", "Draw the edge of the mask"),
    _mode("fill", "Fill", "Tint the mask"),
    _mode("heat", "Heat map", "Colour the film by score"),
    Action(
        "threshold_down", "Lower threshold", "overlay", ("[",), run=lambda p: p.step_threshold(-1), enabled=_ANALYSED
    ),
    Action("threshold_up", "Higher threshold", "overlay", ("]",), run=lambda p: p.step_threshold(1), enabled=_ANALYSED),
    Action(
        "reset_threshold",
        "Threshold at operating point",
        "overlay",
        ("\\",),
        "Back to the model's own threshold",
        run=lambda p: p.reset_threshold(),
        enabled=_film(lambda film: film.review.threshold is not None or film.live_threshold is not None),
    ),
    Action("opacity_down", "Less opacity", "overlay", ("{",), run=lambda p: p.step_opacity(-1)),
    Action("opacity_up", "More opacity", "overlay", ("}",), run=lambda p: p.step_opacity(1)),
    Action(
        "undo",
        "Undo",
        "review",
        ("Ctrl+Z",),
        run=lambda p: p.undo(),
        enabled=_film(lambda film: film.can_undo),
        icon="undo",
    ),
    Action(
        "redo",
        "Redo",
        "review",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        run=lambda p: p.redo(),
        enabled=_film(lambda film: film.can_redo),
        icon="redo",
    ),
    _verdict("accept", "Accept", "Y", "The model is right"),
    _verdict("reject", "Reject", "N", "The model is wrong"),
    _verdict("unsure", "Unsure", "U", "The film does not tell"),
    _impression("present", "Shift+Y"),
    _impression("absent", "Shift+N"),
    Action(
        "toggle_annotations",
        "Corner texts",
        "screen",
        ("T",),
        "Show or hide the texts in the corners of the film",
        run=lambda p: p.toggle_annotations(),
        checked=lambda state: state.annotations,
        places=FILM,
    ),
    Action(
        "toggle_identified",
        "Patient data",
        "screen",
        ("Shift+T",),
        "Show or hide patient data on the screen",
        run=lambda p: p.toggle_identified(),
        checked=lambda state: state.identified,
        places=FILM,
    ),
    Action(
        "toggle_film_only",
        "Film alone",
        "screen",
        ("F11", "Tab"),
        "Hide or show everything around the film",
        run=lambda p: p.toggle_film_only(),
        checked=lambda state: state.film_only,
    ),
    Action("back", "Back", "screen", ("Esc",), run=_back, enabled=_can_go_back, places=KEYS_ONLY),
    Action("shortcuts", "Keys and mouse", "help", ("?", "F1"), "Everything that the keys do", shell=True),
    Action("about_film", "About this film", "help", (), "Its technical facts", enabled=_SHOWN, shell=True),
    Action("about", "About PTXViewer", "help", (), shell=True),
)
"""In the order of the menus."""

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}
TOOLBAR: tuple[tuple[str, ...], ...] = (
    ("open_files",),
    ("tool_window", "tool_zoom", "tool_pan"),
    ("tool_brush", "tool_erase", "tool_polygon", "tool_fill", "tool_shrink"),
    ("invert", "rotate", "fit", "one_to_one"),
    ("save_report",),
)
"""Ids in the order of the toolbar, one tuple between two separators."""
GROUP_NAMES: dict[Group, str] = {
    "file": "File",
    "films": "Films",
    "view": "View",
    "window": "Window",
    "tools": "Tools",
    "overlay": "Overlay",
    "review": "Review",
    "screen": "Screen",
    "help": "Help",
}
