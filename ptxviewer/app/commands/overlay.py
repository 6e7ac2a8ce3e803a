"""What the network found, as it is drawn."""

from __future__ import annotations

from ptxviewer.app.commands.base import ANALYSED, FILM, KEYS_ONLY, Command, film
from ptxviewer.app.display.presentation import is_applied, offered
from ptxviewer.app.state.film import ThresholdDrag
from ptxviewer.app.state.objects import earlier_of, objects_of
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import OverlayMode
from ptxviewer.core.answer import BY_CARD
from ptxviewer.core.msgid import N_, Msgid


def _mode(mode: OverlayMode, text: Msgid, tip: Msgid) -> Command:
    return Command(
        f"overlay_{mode}",
        text,
        "overlay",
        (),
        tip,
        run=lambda presenter, _shell: presenter.display.overlay.set_mode(mode),
        checked=lambda state: state.settings.overlay_mode == mode,
        icon=mode,
    )


def _can_take_over(state: State) -> bool:
    film = state.current
    return film is not None and film.maps is not None and earlier_of(state, film) is not None


COMMANDS: tuple[Command, ...] = (
    Command(
        "peek",
        N_("Hide overlay while held"),
        "overlay",
        ("Space",),
        enabled=ANALYSED,
        held=True,
        places=KEYS_ONLY,
    ),
    Command(
        "toggle_overlay",
        N_("Show overlay"),
        "overlay",
        ("X",),
        run=lambda p, _shell: p.display.overlay.toggle(),
        checked=lambda state: state.overlay.visible,
        places=FILM,
    ),
    Command(
        "cycle_overlay",
        N_("Outline, fill, heat map"),
        "overlay",
        ("O",),
        N_("The next way of drawing the overlay"),
        run=lambda p, _shell: p.display.overlay.next_mode(),
        places=KEYS_ONLY,
    ),
    _mode("outline", N_("Outline"), N_("Draw the edge of the mask")),
    _mode("fill", N_("Fill"), N_("Tint the mask")),
    _mode("heat", N_("Heat map"), N_("Colour the film by score")),
    Command(
        "threshold_down",
        N_("Lower threshold"),
        "overlay",
        ("[",),
        run=lambda p, _shell: p.review.thresholds.step(-1),
        enabled=ANALYSED,
    ),
    Command(
        "threshold_up",
        N_("Higher threshold"),
        "overlay",
        ("]",),
        run=lambda p, _shell: p.review.thresholds.step(1),
        enabled=ANALYSED,
    ),
    Command(
        "reset_threshold",
        N_("Threshold at its default"),
        "overlay",
        ("\\",),
        N_("Back to the default, of detection too"),
        run=lambda p, _shell: p.review.thresholds.reset(),
        enabled=film(
            lambda film: (
                film.review.threshold is not None or isinstance(film.hand, ThresholdDrag) or film.detection != BY_CARD
            )
        ),
    ),
    Command(
        "sensitivity_up",
        N_("More sensitive"),
        "overlay",
        ("Ctrl+[",),
        N_("Mark films already from a lower film score"),
        run=lambda p, _shell: p.review.thresholds.step_score(-1),
        enabled=ANALYSED,
    ),
    Command(
        "sensitivity_down",
        N_("Less sensitive"),
        "overlay",
        ("Ctrl+]",),
        N_("Mark films only from a higher film score"),
        run=lambda p, _shell: p.review.thresholds.step_score(1),
        enabled=ANALYSED,
    ),
    Command(
        "show_held_back",
        N_("Show areas held back"),
        "overlay",
        ("Shift+X",),
        N_("Mark what the map shows although the film score is too low"),
        run=lambda p, _shell: p.review.thresholds.show_held_back(),
        enabled=film(lambda film: film.findings is not None and film.findings.held_back),
    ),
    Command(
        "two_thresholds",
        N_("Sensitivity and extent apart"),
        "overlay",
        ("Ctrl+\\",),
        N_("Separate sliders for what counts and for how far the mask reaches"),
        run=lambda p, _shell: p.display.toggle_two_thresholds(),
        checked=lambda state: state.settings.two_thresholds,
    ),
    Command(
        "toggle_band",
        N_("Disagreement band"),
        "overlay",
        ("B",),
        N_("How far the outline moves when the network analyses the film again, mirrored and scaled a little"),
        run=lambda p, _shell: p.display.disagreement.toggle(),
        checked=lambda state: state.overlay.band,
        places=FILM,
    ),
    Command(
        "toggle_others",
        N_("Other overlays"),
        "overlay",
        ("Shift+O",),
        N_("What other programs drew on the film, and earlier results"),
        run=lambda p, _shell: p.display.overlay.toggle_others(),
        enabled=lambda state: state.current is not None and bool(objects_of(state, state.current)),
        checked=lambda state: state.overlay.others,
        places=FILM,
    ),
    Command(
        "toggle_presentation",
        N_("Presentation state"),
        "overlay",
        ("Ctrl+Shift+G",),
        N_("Window, shutter and turn that somebody saved for this film, or the film's own again"),
        run=lambda p, _shell: p.display.presentation.toggle(),
        enabled=lambda state: offered(state, state.current) is not None,
        checked=lambda state: is_applied(state, state.current),
        places=FILM,
    ),
    Command(
        "take_over",
        N_("Take over earlier result"),
        "overlay",
        ("Ctrl+E",),
        N_("Mask and verdict as they were saved as DICOM"),
        run=lambda p, _shell: p.review.earlier.take_over(),
        enabled=_can_take_over,
    ),
    Command(
        "toggle_lines",
        N_("Interpleural distances"),
        "overlay",
        ("D",),
        N_("Draw A, B, C on the film; drag an end or the line to move it"),
        run=lambda p, _shell: p.review.distances.toggle(),
        checked=lambda state: state.overlay.lines,
        places=FILM,
    ),
    Command(
        "reset_lines",
        N_("Distances as found"),
        "overlay",
        (),
        N_("Put all distances back where they were found in the masks"),
        run=lambda p, _shell: p.review.distances.reset(),
        enabled=film(lambda film: bool(film.review.lines)),
    ),
    Command(
        "opacity_down", N_("Less opacity"), "overlay", ("{",), run=lambda p, _shell: p.display.overlay.step_opacity(-1)
    ),
    Command(
        "opacity_up", N_("More opacity"), "overlay", ("}",), run=lambda p, _shell: p.display.overlay.step_opacity(1)
    ),
)
