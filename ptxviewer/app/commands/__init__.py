"""Everything that can be done with a key or a button, as one table: menus, toolbar and shortcuts derive from it."""

from __future__ import annotations

from ptxviewer.app.commands import aids as looking
from ptxviewer.app.commands import compare, files, measure, overlay, pacs, review, screen, tools, view
from ptxviewer.app.commands.base import Command, Group
from ptxviewer.core.msgid import N_, Msgid

COMMANDS: tuple[Command, ...] = (
    *files.COMMANDS,
    *pacs.COMMANDS,
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

BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}
TOOLBAR: tuple[tuple[str, ...], ...] = (
    ("open_files",),
    ("tool_window", "tool_zoom", "tool_pan"),
    ("measure",),
    ("tool_brush", "tool_erase", "tool_polygon", "tool_fill", "tool_shrink"),
    ("invert", "rotate", "fit", "one_to_one", "apices"),
    ("save_report",),
)
"""Ids in the order of the toolbar, one tuple between two separators."""
GROUP_NAMES: dict[Group, Msgid] = {
    "file": N_("File"),
    "pacs": N_("PACS"),
    "films": N_("Films"),
    "view": N_("View"),
    "window": N_("Window"),
    "tools": N_("Tools"),
    "measure": N_("Measure"),
    "overlay": N_("Overlay"),
    "review": N_("Review"),
    "screen": N_("Screen"),
    "help": N_("Help"),
}
