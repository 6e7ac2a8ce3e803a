"""Two films side by side."""

from __future__ import annotations

from ptxviewer.app.commands.base import FILM, Command
from ptxviewer.app.state.screen import State


def _on(state: State) -> bool:
    return state.prior_id is not None


COMMANDS: tuple[Command, ...] = (
    Command(
        "compare",
        "Compare with prior",
        "films",
        ("Ctrl+D",),
        "This film beside the last one of the same patient; again: one film",
        run=lambda p: p.comparing.toggle(),
        enabled=lambda state: _on(state) or (state.current is not None and len(state.films) > 1),
        checked=_on,
        places=FILM,
    ),
    Command(
        "compare_with",
        "Compare with...",
        "films",
        ("Ctrl+Shift+D",),
        "Choose the film beside this one",
        enabled=lambda state: state.current is not None and len(state.films) > 1,
        shell=True,
    ),
    Command(
        "older_prior",
        "Older prior",
        "films",
        ("Ctrl+Left",),
        "Compare with the next older film of the patient",
        run=lambda p: p.comparing.step(1),
        enabled=_on,
    ),
    Command(
        "newer_prior",
        "Newer prior",
        "films",
        ("Ctrl+Right",),
        "Compare with the next newer film of the patient",
        run=lambda p: p.comparing.step(-1),
        enabled=_on,
    ),
    Command(
        "exchange",
        "Work on the other film",
        "films",
        ("Shift+D",),
        "Tools, findings and verdict go to the other of the two films",
        run=lambda p: p.comparing.exchange(),
        enabled=_on,
    ),
    Command(
        "link_films",
        "Move both films together",
        "films",
        ("Ctrl+Shift+L",),
        "Window, zoom and pan of one film change those of the other",
        run=lambda p: p.comparing.toggle_link(),
        enabled=_on,
        checked=lambda state: state.compare is not None and state.compare.linked,
    ),
)
