"""How the film is shown: turn, zoom, pan, window."""

from __future__ import annotations

from ptxviewer.app.commands.base import BAR, BAR_AND_FILM, FILM, KEYS_ONLY, SHOWN, Command
from ptxviewer.app.state.screen import State
from ptxviewer.core.msgid import N_, Msgid

ZOOM_STEP = 1.25
PAN_STEP = 60  # screen pixels


def _preset(index: int) -> Command:
    return Command(
        f"preset_{index + 1}",
        N_("Window preset {number}"),
        "window",
        (str(index + 1),),
        N_("Show the film through this preset"),
        values=(("number", str(index + 1)),),
        run=lambda presenter, _shell: presenter.display.view.choose_voi(index),
        enabled=SHOWN,
        checked=lambda state: chosen_preset(state) == index,
        places=KEYS_ONLY,
    )


def chosen_preset(state: State) -> int | None:
    """Return which of the presets the film on screen is shown through, None where its window was dragged."""
    if state.shown is None:
        return None
    film, view = state.shown.radiograph, state.shown.film.view
    if view.voi is None:
        return film.default_voi if view.voi_index is None else view.voi_index
    if not view.voi.explanation:
        return None
    from ptxviewer.core.presets import preset_at  # not at a start: NumPy comes with it

    return preset_at(film, state.settings.own_windows, view.voi)


def _pan(direction: str, text: Msgid, x: int, y: int) -> Command:
    return Command(
        f"pan_{direction.lower()}",
        text,
        "view",
        (f"Shift+{direction}",),
        run=lambda _p, shell: shell.pan_by(x * PAN_STEP, y * PAN_STEP),
        enabled=SHOWN,
        places=KEYS_ONLY,
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "invert",
        N_("Invert"),
        "view",
        ("I",),
        N_("Swap black and white"),
        run=lambda p, _shell: p.display.view.invert(),
        enabled=SHOWN,
        checked=lambda state: state.current is not None and state.current.view.inverted,
        icon="invert",
        places=BAR_AND_FILM,
    ),
    Command(
        "rotate",
        N_("Rotate right"),
        "view",
        ("R",),
        N_("Turn the film clockwise"),
        run=lambda p, _shell: p.display.view.rotate(1),
        enabled=SHOWN,
        icon="rotate",
        places=BAR_AND_FILM,
        short=N_("Rotate"),
    ),
    Command(
        "rotate_left",
        N_("Rotate left"),
        "view",
        ("Shift+R",),
        N_("Turn the film anticlockwise"),
        run=lambda p, _shell: p.display.view.rotate(-1),
        enabled=SHOWN,
    ),
    Command(
        "flip_horizontal",
        N_("Flip left to right"),
        "view",
        ("H",),
        N_("Mirror the film; the side letters follow"),
        run=lambda p, _shell: p.display.view.flip_horizontal(),
        enabled=SHOWN,
        icon="flip",
        places=FILM,
    ),
    Command(
        "flip_vertical",
        N_("Flip top to bottom"),
        "view",
        ("V",),
        N_("Mirror the film top to bottom"),
        run=lambda p, _shell: p.display.view.flip_vertical(),
        enabled=SHOWN,
    ),
    Command(
        "fit",
        N_("Fit"),
        "view",
        ("F",),
        N_("Fit the film to the window"),
        run=lambda p, _shell: p.display.view.fit(),
        enabled=SHOWN,
        checked=lambda state: state.current is not None and state.current.view.zoom is None,
        icon="fit",
        places=BAR_AND_FILM,
    ),
    Command(
        "one_to_one",
        N_("1:1"),
        "view",
        ("0",),
        N_("One film pixel on one screen pixel"),
        run=lambda p, _shell: p.display.view.one_to_one(),
        enabled=SHOWN,
        checked=lambda state: state.current is not None and state.current.view.zoom == 1 / state.pixel_ratio,
        icon="one_to_one",
        places=BAR,
    ),
    Command(
        "true_size",
        N_("True size"),
        "view",
        ("Shift+F9",),
        N_("One millimetre of the film on one of the monitor, which is calibrated once"),
        run=lambda _p, shell: shell.true_size(),
        enabled=SHOWN,
    ),
    Command(
        "calibrate_monitor",
        N_("Calibrate monitor"),
        "view",
        (),
        N_("Measure a bar on this monitor with a ruler"),
        asks=True,
        run=lambda _p, shell: shell.calibrate_monitor(),
        enabled=SHOWN,
    ),
    Command(
        "zoom_in", N_("Zoom in"), "view", ("+", "="), enabled=SHOWN, run=lambda _p, shell: shell.zoom_by(ZOOM_STEP)
    ),
    Command(
        "zoom_out", N_("Zoom out"), "view", ("-",), enabled=SHOWN, run=lambda _p, shell: shell.zoom_by(1 / ZOOM_STEP)
    ),
    _pan("Left", N_("Pan left"), 1, 0),
    _pan("Right", N_("Pan right"), -1, 0),
    _pan("Up", N_("Pan up"), 0, 1),
    _pan("Down", N_("Pan down"), 0, -1),
    Command(
        "reset_view",
        N_("Reset view"),
        "view",
        ("Home",),
        N_("Window, zoom, turn and flip as when the film was opened"),
        run=lambda p, _shell: p.display.view.reset(),
        enabled=SHOWN,
        places=FILM,
    ),
    *(_preset(index) for index in range(9)),
    Command(
        "keep_window",
        N_("Keep this window"),
        "view",
        ("Shift+F8",),
        N_("Keep this window under a name; it adapts to films with other values"),
        asks=True,
        run=lambda _p, shell: shell.ask_window_name(),
        enabled=SHOWN,
        places=KEYS_ONLY,
    ),
)
