"""What the network found, as it is drawn."""

from __future__ import annotations

from ptxviewer.app.commands.base import ANALYSED, FILM, KEYS_ONLY, Command, film
from ptxviewer.app.state.film import ThresholdDrag
from ptxviewer.app.state.settings import OverlayMode
from ptxviewer.core.answer import BY_CARD


def _mode(mode: OverlayMode, text: str, tip: str) -> Command:
    return Command(
        f"overlay_{mode}",
        text,
        "overlay",
        (),
        tip,
        run=lambda presenter: presenter.overlaying.set_mode(mode),
        checked=lambda state: state.settings.overlay_mode == mode,
        icon=mode,
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "peek",
        "Hide overlay while held",
        "overlay",
        ("Space",),
        enabled=ANALYSED,
        shell=True,
        held=True,
        places=KEYS_ONLY,
    ),
    Command(
        "toggle_overlay",
        "Show overlay",
        "overlay",
        ("X",),
        run=lambda p: p.overlaying.toggle(),
        checked=lambda state: state.overlay.visible,
        places=FILM,
    ),
    Command(
        "cycle_overlay",
        "Outline, fill, heat map",
        "overlay",
        ("O",),
        "The next way of drawing the overlay",
        run=lambda p: p.overlaying.next_mode(),
        places=KEYS_ONLY,
    ),
    _mode("outline", "Outline", "Draw the edge of the mask"),
    _mode("fill", "Fill", "Tint the mask"),
    _mode("heat", "Heat map", "Colour the film by score"),
    Command(
        "threshold_down", "Lower threshold", "overlay", ("[",), run=lambda p: p.step_threshold(-1), enabled=ANALYSED
    ),
    Command("threshold_up", "Higher threshold", "overlay", ("]",), run=lambda p: p.step_threshold(1), enabled=ANALYSED),
    Command(
        "reset_threshold",
        "Threshold at operating point",
        "overlay",
        ("\\",),
        "Back to the model's own threshold",
        run=lambda p: p.reset_threshold(),
        enabled=film(
            lambda film: (
                film.review.threshold is not None or isinstance(film.hand, ThresholdDrag) or film.detection != BY_CARD
            )
        ),
    ),
    Command(
        "sensitivity_up",
        "More sensitive",
        "overlay",
        ("Ctrl+[",),
        "Mark films from a lower film score on",
        run=lambda p: p.detecting.step_score(-1),
        enabled=ANALYSED,
    ),
    Command(
        "sensitivity_down",
        "Less sensitive",
        "overlay",
        ("Ctrl+]",),
        "Mark films from a higher film score on",
        run=lambda p: p.detecting.step_score(1),
        enabled=ANALYSED,
    ),
    Command(
        "two_thresholds",
        "Sensitivity and extent apart",
        "overlay",
        ("Ctrl+\\",),
        "Two sliders: from which score a film counts, and how far the mask reaches",
        run=lambda p: p.toggle_two_thresholds(),
        checked=lambda state: state.settings.two_thresholds,
    ),
    Command(
        "toggle_band",
        "Disagreement band",
        "overlay",
        ("B",),
        "How far the outline moves when the network looks again, mirrored and scaled a little",
        run=lambda p: p.banding.toggle(),
        checked=lambda state: state.overlay.band,
        places=FILM,
    ),
    Command(
        "toggle_lines",
        "Interpleural distances",
        "overlay",
        ("D",),
        "Draw A, B, C on the film; drag an end or the line to move it",
        run=lambda p: p.lining.toggle(),
        checked=lambda state: state.overlay.lines,
        places=FILM,
    ),
    Command(
        "reset_lines",
        "Distances as found",
        "overlay",
        (),
        "Put all distances back where they were found in the masks",
        run=lambda p: p.lining.reset(),
        enabled=film(lambda film: bool(film.review.lines)),
    ),
    Command("opacity_down", "Less opacity", "overlay", ("{",), run=lambda p: p.overlaying.step_opacity(-1)),
    Command("opacity_up", "More opacity", "overlay", ("}",), run=lambda p: p.overlaying.step_opacity(1)),
)
