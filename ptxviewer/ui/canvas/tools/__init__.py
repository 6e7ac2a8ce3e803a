"""The tools of a canvas, in one list: those with handles come first, then the selected tool.

A new tool is a class in the module of its family and a line of the family's list there; its name and its row of the
menu are in ``app``.
"""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.app.presenter import Presenter
from ptxviewer.ui.canvas.tools.base import Tool
from ptxviewer.ui.canvas.tools.distances import DistanceTool
from ptxviewer.ui.canvas.tools.mask import mask_tools
from ptxviewer.ui.canvas.tools.measuring import MeasureTool
from ptxviewer.ui.canvas.tools.view import view_tools


def all_tools(presenter: Presenter, place: Callable[[], None]) -> tuple[Tool, ...]:
    """Return every tool; ``place``: see ``MeasureTool``."""
    return (
        MeasureTool(presenter.review.measurements, place),
        DistanceTool(presenter.review.distances),
        *mask_tools(presenter),
        *view_tools(presenter),
    )


__all__ = ["all_tools", "view_tools"]
