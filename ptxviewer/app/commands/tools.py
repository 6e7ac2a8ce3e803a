"""What the left button does, and the tools that edit the mask."""

from __future__ import annotations

from ptxviewer.app.commands.base import BAR, Command, film
from ptxviewer.app.state.screen import Tool


def _tool(tool: Tool, text: str, key: str, tip: str) -> Command:
    return Command(
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


COMMANDS: tuple[Command, ...] = (
    _tool("window", "Window", "W", "Drag: window width and level"),
    _tool("zoom", "Zoom", "Z", "Drag up and down: zoom"),
    _tool("pan", "Pan", "P", "Drag: move the film"),
    _tool("brush", "Brush", "E", "Drag: add to the mask; with Ctrl: erase"),
    _tool("erase", "Erase", "Shift+E", "Drag: take away from the mask; with Ctrl: add"),
    _tool("polygon", "Polygon", "G", "Click corners, double click to close: add to the mask; with Ctrl: cut out"),
    _tool("fill", "Fill", "J", "Click into a hole: fill it; with Ctrl on a part of the mask: remove it"),
    _tool("shrink", "Shrink", "K", "Click on a part of the mask: shrink it to the film's edge, as deep as the ring"),
    Command(
        "finish_stroke",
        "Close polygon",
        "tools",
        ("Ctrl+Return",),
        "Close the polygon that is being drawn",
        run=lambda p: p.editing.finish(),
        enabled=film(lambda film: film.stroke is not None),
    ),
    Command("brush_smaller", "Smaller brush", "tools", (",",), "Shift + wheel", run=lambda p: p.editing.resize(-1)),
    Command("brush_larger", "Larger brush", "tools", (".",), "Shift + wheel", run=lambda p: p.editing.resize(1)),
    Command(
        "reset_mask",
        "Reset to the model's mask",
        "tools",
        ("Ctrl+Backspace",),
        "Drop all edits of the mask",
        run=lambda p: p.editing.reset(),
        enabled=film(lambda film: film.review.mask is not None),
    ),
)
