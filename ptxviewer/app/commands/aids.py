"""Aids to the eye: apices, magnifier, sharpening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptxviewer.app.commands.base import BAR, FILM, KEYS_ONLY, SHOWN, Command
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import INTERPOLATIONS, Interpolation
from ptxviewer.core.msgid import N_, Msgid

if TYPE_CHECKING:
    from ptxviewer.core.sharpen import Sharpening


def _alone(state: State) -> bool:
    """True while one film has the whole canvas: side by side there is no room for these."""
    return SHOWN(state) and state.prior_id is None


def _sharpening(how: Sharpening, text: Msgid, tip: Msgid) -> Command:
    return Command(
        f"sharpen_{how}",
        text,
        "view",
        (),
        tip,
        run=lambda presenter, _shell: presenter.display.aids.sharpen(how),
        enabled=SHOWN,
        checked=lambda state: state.sharpening == how,
    )


def _interpolation(how: Interpolation, name: Msgid) -> Command:
    return Command(
        f"interpolation_{how}",
        N_("Enlarged: {name}"),
        "view",
        (),
        N_("How films are drawn that are larger on the screen than their pixels; display only"),
        run=lambda presenter, _shell: presenter.display.set_interpolation(how),
        enabled=SHOWN,
        checked=lambda state: state.settings.interpolation == how,
        places=KEYS_ONLY,
        values=(("name", name),),
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "apices",
        N_("Apices"),
        "view",
        ("A",),
        N_("Both apices side by side, the right one mirrored; the overlay follows"),
        run=lambda p, _shell: p.display.aids.toggle_pair("apices"),
        enabled=_alone,
        checked=lambda state: state.pair == "apices",
        icon="apices",
        places=BAR,
    ),
    Command(
        "bases",
        N_("Bases"),
        "view",
        ("Shift+A",),
        N_("Both lung bases side by side, the right one mirrored: where air collects in a patient who lies"),
        run=lambda p, _shell: p.display.aids.toggle_pair("bases"),
        enabled=_alone,
        checked=lambda state: state.pair == "bases",
        icon="apices",
        places=FILM,
    ),
    Command(
        "magnifier",
        N_("Magnifier"),
        "view",
        ("M",),
        N_("A lens under the pointer, through the same window"),
        run=lambda p, _shell: p.display.aids.toggle_magnifier(),
        enabled=_alone,
        checked=lambda state: state.magnifier,
        icon="magnifier",
        places=FILM,
    ),
    Command(
        "next_sharpening",
        N_("Sharpen"),
        "view",
        ("S",),
        N_("Off, edges and local contrast in turn: display only; network and reports use the film as it is"),
        run=lambda p, _shell: p.display.aids.next_sharpening(),
        enabled=SHOWN,
        places=KEYS_ONLY,
    ),
    _sharpening("off", N_("No sharpening"), N_("Show the film as it is")),
    _sharpening(
        "unsharp", N_("Sharpen edges"), N_("Enhance edges such as the pleural line (unsharp mask); display only")
    ),
    _sharpening(
        "clahe", N_("Sharpen local contrast"), N_("Raise contrast where the film is evenly dark (CLAHE); display only")
    ),
    *(_interpolation(how, name) for how, name in INTERPOLATIONS),
)
