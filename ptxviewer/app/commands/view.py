"""How the film is shown: turn, zoom, pan, window."""

from __future__ import annotations

from ptxviewer.app.commands.base import BAR, BAR_AND_FILM, FILM, KEYS_ONLY, SHOWN, Command, film


def _preset(index: int) -> Command:
    return Command(
        f"preset_{index + 1}",
        f"Window preset {index + 1}",
        "window",
        (str(index + 1),),
        "Show the film through this preset",
        run=lambda presenter: presenter.displaying.choose_voi(index),
        enabled=film(lambda film: film.radiograph is not None and len(film.radiograph.vois) > index),
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


def _pan(direction: str) -> Command:
    return Command(
        f"pan_{direction.lower()}",
        f"Pan {direction.lower()}",
        "view",
        (f"Shift+{direction}",),
        enabled=SHOWN,
        shell=True,
        places=KEYS_ONLY,
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "invert",
        "Invert",
        "view",
        ("I",),
        "Turn black and white round",
        run=lambda p: p.displaying.invert(),
        enabled=SHOWN,
        checked=lambda state: state.current is not None and state.current.view.inverted,
        icon="invert",
        places=BAR_AND_FILM,
    ),
    Command(
        "rotate",
        "Rotate right",
        "view",
        ("R",),
        "Turn the film clockwise",
        run=lambda p: p.displaying.rotate(1),
        enabled=SHOWN,
        icon="rotate",
        places=BAR_AND_FILM,
    ),
    Command(
        "rotate_left",
        "Rotate left",
        "view",
        ("Shift+R",),
        "Turn the film anticlockwise",
        run=lambda p: p.displaying.rotate(-1),
        enabled=SHOWN,
    ),
    Command(
        "flip_horizontal",
        "Flip left to right",
        "view",
        ("H",),
        "Mirror the film; the side letters follow",
        run=lambda p: p.displaying.flip_horizontal(),
        enabled=SHOWN,
        icon="flip",
        places=FILM,
    ),
    Command(
        "flip_vertical",
        "Flip top to bottom",
        "view",
        ("V",),
        "Turn the film upside down in the mirror",
        run=lambda p: p.displaying.flip_vertical(),
        enabled=SHOWN,
    ),
    Command(
        "fit",
        "Fit",
        "view",
        ("F",),
        "Fit the film to the window",
        run=lambda p: p.displaying.fit(),
        enabled=SHOWN,
        checked=lambda state: state.current is not None and state.current.view.zoom is None,
        icon="fit",
        places=BAR_AND_FILM,
    ),
    Command(
        "one_to_one",
        "1:1",
        "view",
        ("0",),
        "One film pixel on one screen pixel",
        run=lambda p: p.displaying.one_to_one(),
        enabled=SHOWN,
        checked=lambda state: state.current is not None and state.current.view.zoom == 1 / state.pixel_ratio,
        icon="one_to_one",
        places=BAR,
    ),
    Command("zoom_in", "Zoom in", "view", ("+", "="), enabled=SHOWN, shell=True),
    Command("zoom_out", "Zoom out", "view", ("-",), enabled=SHOWN, shell=True),
    *(_pan(direction) for direction in ("Left", "Right", "Up", "Down")),
    Command(
        "reset_view",
        "Reset view",
        "view",
        ("Home",),
        "Window, zoom, turn and flip as when the film was opened",
        run=lambda p: p.displaying.reset(),
        enabled=SHOWN,
        places=FILM,
    ),
    *(_preset(index) for index in range(9)),
)
