"""Measuring on the film: length, angle, statistics of a region, calibration on a known object."""

from __future__ import annotations

from ptxviewer.app.commands.base import BAR, SHOWN, Command, film
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.review.finding_selection import chosen
from ptxviewer.app.review.measuring import KIND_OF
from ptxviewer.app.state.screen import Tool


def _tool(tool: Tool, text: str, tip: str) -> Command:
    return Command(
        f"tool_{tool}",
        text,
        "measure",
        (),
        tip,
        run=lambda presenter: presenter.set_tool(tool),
        checked=lambda state: state.tool == tool,
        icon=tool,
    )


def _delete(presenter: Presenter) -> None:
    """One key for both: what was chosen last is a measurement where one is chosen."""
    now = presenter.state.current
    if now is not None and now.chosen is None and chosen(now) is not None:
        presenter.choosing.drop()
    else:
        presenter.measuring.delete()


MEASURED = film(lambda film: bool(film.review.measurements) or film.measurement is not None)
CHOICES = tuple(f"tool_{tool}" for tool in KIND_OF)
"""What the toolbar's button offers below itself."""

COMMANDS: tuple[Command, ...] = (
    Command(
        "measure",
        "Measure",
        "measure",
        ("L",),
        "Measure on the film; again: length, angle, ellipse, rectangle, calibration in turn",
        run=lambda p: p.measuring.choose_next(),
        enabled=SHOWN,
        checked=lambda state: state.tool in KIND_OF,
        icon="length",
        places=BAR,
    ),
    _tool("length", "Length", "Drag along what is to be measured; with Shift in steps of 45°"),
    _tool("angle", "Angle", "Drag the first arm to the vertex, then click where the second arm ends"),
    _tool("ellipse", "Ellipse", "Drag a region: mean, SD, smallest, largest value and area; with Shift a circle"),
    _tool("rectangle", "Rectangle", "Drag a region: mean, SD, smallest, largest value and area; with Shift a square"),
    _tool("calibrate", "Calibrate", "Drag over an object of known size and type its length: all sizes follow"),
    Command(
        "delete_measurement",
        "Delete measurement or finding",
        "measure",
        ("Del", "Backspace"),
        "Delete the chosen measurement or drop the chosen finding, else delete the last measurement",
        run=_delete,
        enabled=lambda state: MEASURED(state) or chosen(state.current) is not None,
    ),
    Command(
        "delete_measurements",
        "Delete all measurements",
        "measure",
        (),
        "Delete every measurement of this film, the calibration too",
        run=lambda p: p.measuring.delete_all(),
        enabled=MEASURED,
    ),
)
