"""The hospital's network: send, find and fetch, the listener, the nodes."""

from __future__ import annotations

from ptxviewer.app.commands.base import SHOWN, Command, film
from ptxviewer.app.films.queue import BUSY
from ptxviewer.app.state.screen import State
from ptxviewer.core.msgid import N_


def _has_results(state: State) -> bool:
    film = state.current
    done = film is not None and film.radiograph is not None and film.status not in BUSY
    return done and state.network_of(film) is not None


COMMANDS: tuple[Command, ...] = (
    Command(
        "pacs_results",
        N_("Send results"),
        "pacs",
        (),
        N_("Send the results of this film, or of all, to an archive as DICOM objects"),
        asks=True,
        run=lambda _p, shell: shell.ask_send("results"),
        enabled=_has_results,
    ),
    Command(
        "pacs_film",
        N_("Send film"),
        "pacs",
        (),
        N_("Send this film, or all, to an archive, as it lies on the disk"),
        asks=True,
        run=lambda _p, shell: shell.ask_send("film"),
        enabled=SHOWN,
    ),
    Command(
        "pacs_queue",
        N_("Sent and to be sent"),
        "pacs",
        (),
        N_("What is waiting, what arrived, and what did not and why"),
        asks=True,
        run=lambda _p, shell: shell.show_queue(),
    ),
    Command(
        "pacs_find",
        N_("Find and fetch"),
        "pacs",
        (),
        N_("Look for films in an archive, and open them"),
        asks=True,
        run=lambda _p, shell: shell.ask_find(),
    ),
    Command(
        "pacs_priors",
        N_("Fetch the priors of this patient"),
        "pacs",
        (),
        N_("Earlier films of the patient on screen, from the first node of the list"),
        run=lambda p, _shell: p.pacs.fetching.priors(),
        enabled=film(lambda film: film.facts is not None),
    ),
    Command(
        "pacs_cancel",
        N_("Stop fetching"),
        "pacs",
        (),
        N_("Stop fetching; films that have arrived stay"),
        run=lambda p, _shell: p.pacs.fetching.cancel(),
        enabled=lambda state: state.pacs.fetching > 0 or state.pacs.asking,
    ),
    Command(
        "pacs_listener",
        N_("Listener"),
        "pacs",
        (),
        N_("Accept films that nodes of the list send to this computer, now and after the next start"),
        run=lambda p, _shell: p.pacs.toggle_listener(),
        checked=lambda state: state.pacs.listening,
    ),
    Command(
        "pacs_forget",
        N_("Delete received films"),
        "pacs",
        (),
        N_("Delete the films that were fetched and received from this computer, but for those that are open"),
        run=lambda p, _shell: p.pacs.forget_received(),
    ),
    Command(
        "pacs_nodes",
        N_("Nodes"),
        "pacs",
        (),
        N_("The archives in use, and how they know this computer"),
        asks=True,
        run=lambda _p, shell: shell.ask_nodes(),
    ),
)
