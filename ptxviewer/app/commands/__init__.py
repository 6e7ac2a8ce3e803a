"""Everything that can be done with a key or a button, as one table: menus, toolbar and shortcuts derive from it."""

from __future__ import annotations

from ptxviewer.app.commands import aids as looking
from ptxviewer.app.commands import compare, files, measure, overlay, review, screen, tools, view
from ptxviewer.app.commands.base import Command, Group

COMMANDS: tuple[Command, ...] = (
    *files.COMMANDS,
    *compare.COMMANDS,
    *view.COMMANDS,
    *looking.COMMANDS,
    *tools.COMMANDS,
    *measure.COMMANDS,
    *overlay.COMMANDS,
    *review.COMMANDS,
    *screen.COMMANDS,
)
"""In the order of the menus."""

BY_ID: dict[str, Command] = {action.id: action for action in COMMANDS}
TOOLBAR: tuple[tuple[str, ...], ...] = (
    ("open_files",),
    ("tool_window", "tool_zoom", "tool_pan"),
    ("measure",),
    ("tool_brush", "tool_erase", "tool_polygon", "tool_fill", "tool_shrink"),
    ("invert", "rotate", "fit", "one_to_one", "apices"),
    ("save_report",),
)
"""Ids in the order of the toolbar, one tuple between two separators."""
GROUP_NAMES: dict[Group, str] = {
    "file": "File",
    "films": "Films",
    "view": "View",
    "window": "Window",
    "tools": "Tools",
    "measure": "Measure",
    "overlay": "Overlay",
    "review": "Review",
    "screen": "Screen",
    "help": "Help",
}
