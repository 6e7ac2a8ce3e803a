"""What the network found, as it is drawn."""

from __future__ import annotations

from ptxviewer.app.actions.base import ANALYSED, FILM, KEYS_ONLY, Action, film
from ptxviewer.app.state import OverlayMode


def _mode(mode: OverlayMode, text: str, tip: str) -> Action:
    return Action(
        f"overlay_{mode}",
        text,
        "overlay",
        (),
        tip,
        run=lambda presenter: presenter.set_overlay_mode(mode),
        checked=lambda state: state.overlay.mode == mode,
        icon=mode,
    )


ACTIONS: tuple[Action, ...] = (
    Action(
        "peek",
        "Hide overlay while held",
        "overlay",
        ("Space",),
        enabled=ANALYSED,
        shell=True,
        held=True,
        places=KEYS_ONLY,
    ),
    Action(
        "toggle_overlay",
        "Show overlay",
        "overlay",
        ("X",),
        run=lambda p: p.toggle_overlay(),
        checked=lambda state: state.overlay.visible,
        places=FILM,
    ),
    Action(
        "cycle_overlay",
        "Outline, fill, heat map",
        "overlay",
        ("O",),
        "The next way of drawing the overlay",
        run=lambda p: p.cycle_overlay_mode(),
        places=KEYS_ONLY,
    ),
    _mode("outline", "Outline", "Draw the edge of the mask"),
    _mode("fill", "Fill", "Tint the mask"),
    _mode("heat", "Heat map", "Colour the film by score"),
    Action(
        "threshold_down", "Lower threshold", "overlay", ("[",), run=lambda p: p.step_threshold(-1), enabled=ANALYSED
    ),
    Action("threshold_up", "Higher threshold", "overlay", ("]",), run=lambda p: p.step_threshold(1), enabled=ANALYSED),
    Action(
        "reset_threshold",
        "Threshold at operating point",
        "overlay",
        ("\\",),
        "Back to the model's own threshold",
        run=lambda p: p.reset_threshold(),
        enabled=film(lambda film: film.review.threshold is not None or film.live_threshold is not None),
    ),
    Action("opacity_down", "Less opacity", "overlay", ("{",), run=lambda p: p.step_opacity(-1)),
    Action("opacity_up", "More opacity", "overlay", ("}",), run=lambda p: p.step_opacity(1)),
)
