"""Commands that choose a tool for the left button, and that edit the mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptxviewer.app.commands.base import ANALYSED, BAR, MENU, SHOWN, Command, film
from ptxviewer.app.state.screen import SHAPES, Tool
from ptxviewer.core.msgid import N_, Msgid

if TYPE_CHECKING:
    from ptxviewer.app.ports import Shell
    from ptxviewer.app.presenter import Presenter


def _tool(tool: Tool, text: Msgid, key: str, tip: Msgid) -> Command:
    return Command(
        f"tool_{tool}",
        text,
        "tools",
        (key,),
        tip,
        run=lambda presenter, _shell: presenter.display.set_tool(tool),
        enabled=ANALYSED if tool in SHAPES else SHOWN,
        checked=lambda state: state.tool == tool,
        icon=tool,
        places=BAR if tool != "region" else MENU,
    )


def _close_polygon(presenter: Presenter, _shell: Shell) -> None:
    """Close the polygon in the hand, of the mask or of a region."""
    if not presenter.review.measurements.close():
        presenter.review.mask.finish()


COMMANDS: tuple[Command, ...] = (
    _tool("window", N_("Window"), "W", N_("Drag: window width and level; with Ctrl coarse, with Shift fine")),
    _tool("region", N_("Window by region"), "Shift+W", N_("Drag over what matters: the window fits its values")),
    _tool("zoom", N_("Zoom"), "Z", N_("Drag up and down: zoom")),
    _tool("pan", N_("Pan"), "P", N_("Drag: move the film")),
    _tool("brush", N_("Brush"), "E", N_("Drag: add to the mask; with Ctrl: erase")),
    _tool("erase", N_("Erase"), "Shift+E", N_("Drag: take away from the mask; with Ctrl: add")),
    _tool(
        "polygon", N_("Polygon"), "G", N_("Click corners, double click to close: add to the mask; with Ctrl: cut out")
    ),
    _tool("fill", N_("Fill"), "J", N_("Click into a hole: fill it; with Ctrl on a part of the mask: remove it")),
    _tool(
        "shrink",
        N_("Shrink"),
        "K",
        N_("Click on a part of the mask: shrink it to the film's edge, as deep as the ring"),
    ),
    Command(
        "finish_stroke",
        N_("Close polygon"),
        "tools",
        ("Ctrl+Return",),
        N_("Close the polygon that is being drawn"),
        run=_close_polygon,
        enabled=film(lambda film: film.stroke is not None or film.measurement is not None),
    ),
    Command(
        "brush_smaller",
        N_("Smaller brush"),
        "tools",
        (",",),
        N_("Shift + wheel"),
        run=lambda p, _shell: p.review.mask.resize(-1),
        enabled=ANALYSED,
    ),
    Command(
        "brush_larger",
        N_("Larger brush"),
        "tools",
        (".",),
        N_("Shift + wheel"),
        run=lambda p, _shell: p.review.mask.resize(1),
        enabled=ANALYSED,
    ),
    Command(
        "reset_mask",
        N_("Reset to the network's mask"),
        "tools",
        ("Ctrl+Backspace",),
        N_("Drop all edits of the mask"),
        run=lambda p, _shell: p.review.mask.reset(),
        enabled=film(lambda film: film.review.mask is not None),
    ),
)
