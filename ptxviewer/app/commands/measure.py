"""Measuring on the film: length, angle, statistics of a region, calibration on a known object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptxviewer.app.commands.base import BAR, SHOWN, Command, film
from ptxviewer.app.review.finding_selection import chosen
from ptxviewer.app.state.screen import KIND_OF, Tool
from ptxviewer.core.msgid import N_, Msgid

if TYPE_CHECKING:
    from ptxviewer.app.ports import Shell
    from ptxviewer.app.presenter import Presenter


def _tool(tool: Tool, text: Msgid, tip: Msgid) -> Command:
    return Command(
        f"tool_{tool}",
        text,
        "measure",
        (),
        tip,
        run=lambda presenter, _shell: presenter.display.set_tool(tool),
        enabled=SHOWN,
        checked=lambda state: state.tool == tool,
        icon=tool,
    )


def _delete(presenter: Presenter, _shell: Shell) -> None:
    """One key for both: what was chosen last is a measurement where one is chosen."""
    now = presenter.state.current
    if now is not None and now.chosen is None and chosen(now) is not None:
        presenter.review.findings.drop()
    else:
        presenter.review.measurements.delete()


MEASURED = film(lambda film: bool(film.review.measurements) or film.measurement is not None)
CHOICES = tuple(f"tool_{tool}" for tool in KIND_OF)
"""What the toolbar's button offers below itself."""

COMMANDS: tuple[Command, ...] = (
    Command(
        "measure",
        N_("Measure"),
        "measure",
        ("L",),
        N_("Measure on the film; again: length, angle, Cobb angle, ellipse, rectangle, polygon, calibration in turn"),
        run=lambda p, _shell: p.review.measurements.choose_next(),
        enabled=SHOWN,
        checked=lambda state: state.tool in KIND_OF,
        icon="length",
        places=BAR,
    ),
    _tool("length", N_("Length"), N_("Drag along what is to be measured; with Shift in steps of 45°")),
    _tool("angle", N_("Angle"), N_("Drag the first arm to the vertex, then click where the second arm ends")),
    _tool(
        "cobb",
        N_("Cobb angle"),
        N_("Drag along one endplate, then along the other: the angle between the two lines"),
    ),
    _tool(
        "ellipse", N_("Ellipse"), N_("Drag a region: mean, SD, smallest, largest value and area; with Shift a circle")
    ),
    _tool(
        "rectangle",
        N_("Rectangle"),
        N_("Drag a region: mean, SD, smallest, largest value and area; with Shift a square"),
    ),
    _tool(
        "area",
        N_("Polygon region"),
        N_("Click corners, double click to close: mean, SD, smallest, largest value and area"),
    ),
    _tool("calibrate", N_("Calibrate"), N_("Drag over an object of known size and type its length: all sizes follow")),
    Command(
        "delete_measurement",
        N_("Delete measurement or finding"),
        "measure",
        ("Del", "Backspace"),
        N_("Delete the chosen measurement or drop the chosen finding, else delete the last measurement"),
        run=_delete,
        enabled=lambda state: MEASURED(state) or chosen(state.current) is not None,
    ),
    Command(
        "delete_measurements",
        N_("Delete all measurements"),
        "measure",
        (),
        N_("Delete every measurement of this film, the calibration too"),
        run=lambda p, _shell: p.review.measurements.delete_all(),
        enabled=MEASURED,
    ),
)
