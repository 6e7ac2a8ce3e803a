"""The tools of a canvas, in one list: what has handles is asked first, then the tool in the hand.

A new tool is a class here and a line of ``all_tools``; its name and its row of the menu are in ``app``.
"""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.app.presenter import Presenter
from ptxviewer.ui.canvas.tools.base import Tool
from ptxviewer.ui.canvas.tools.distances import DistanceTool
from ptxviewer.ui.canvas.tools.mask import MaskTool, PolygonTool
from ptxviewer.ui.canvas.tools.measuring import MeasureTool
from ptxviewer.ui.canvas.tools.view import PanTool, WheelKeys, WindowTool, ZoomTool


def view_tools(presenter: Presenter) -> tuple[Tool, ...]:
    """Return the tools that leave the film and its result alone."""
    keys = WheelKeys(presenter.review.thresholds.step, presenter.display.overlay.step_opacity)
    return keys, WindowTool(), ZoomTool(), PanTool()


def all_tools(presenter: Presenter, place: Callable[[], None]) -> tuple[Tool, ...]:
    """Return every tool; ``place``: see ``MeasureTool``."""
    editing = presenter.review.mask
    return (
        MeasureTool(presenter.review.measurements, place),
        DistanceTool(presenter.review.distances),
        MaskTool(editing),
        PolygonTool(editing),
        *view_tools(presenter),
    )
