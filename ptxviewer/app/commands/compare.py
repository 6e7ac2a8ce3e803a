"""Two films side by side."""

from __future__ import annotations

from ptxviewer.app.commands.base import FILM, Command
from ptxviewer.app.state.screen import State
from ptxviewer.core.msgid import N_


def _on(state: State) -> bool:
    return state.prior_id is not None


COMMANDS: tuple[Command, ...] = (
    Command(
        "compare",
        N_("Compare with prior"),
        "films",
        ("Ctrl+D",),
        N_("This film beside the last one of the same patient; again: one film"),
        run=lambda p, _shell: p.display.comparison.toggle(),
        enabled=lambda state: _on(state) or (state.current is not None and len(state.films) > 1),
        checked=_on,
        places=FILM,
    ),
    Command(
        "compare_with",
        N_("Compare with"),
        "films",
        ("Ctrl+Shift+D",),
        N_("Choose the film to show beside this one"),
        enabled=lambda state: state.current is not None and len(state.films) > 1,
        asks=True,
        run=lambda _p, shell: shell.ask_prior(),
    ),
    Command(
        "older_prior",
        N_("Older prior"),
        "films",
        ("Ctrl+Left",),
        N_("Compare with the next older film of the patient"),
        run=lambda p, _shell: p.display.comparison.step(1),
        enabled=_on,
    ),
    Command(
        "newer_prior",
        N_("Newer prior"),
        "films",
        ("Ctrl+Right",),
        N_("Compare with the next newer film of the patient"),
        run=lambda p, _shell: p.display.comparison.step(-1),
        enabled=_on,
    ),
    Command(
        "exchange",
        N_("Work on the other film"),
        "films",
        ("Shift+D",),
        N_("Tools, findings and verdict go to the other of the two films"),
        run=lambda p, _shell: p.display.comparison.exchange(),
        enabled=_on,
    ),
    Command(
        "link_films",
        N_("Move both films together"),
        "films",
        ("Ctrl+Shift+L",),
        N_("Window, zoom and pan of one film change those of the other"),
        run=lambda p, _shell: p.display.comparison.toggle_link(),
        enabled=_on,
        checked=lambda state: state.compare is not None and state.compare.linked,
    ),
)
