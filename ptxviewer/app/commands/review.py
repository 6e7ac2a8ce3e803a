"""The reader's own decision, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ptxviewer.app.commands.base import ANALYSED, FILM, SHOWN, Command, film
from ptxviewer.app.review.finding_selection import can_choose, chosen
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.review import Drain, Impression, Posture, given

if TYPE_CHECKING:
    from ptxviewer.app.ports import Shell
    from ptxviewer.app.presenter import Presenter

Verdict = Literal["accept", "reject", "unsure"]


def _verdict(verdict: Verdict, text: Msgid, key: str, tip: Msgid) -> Command:
    return Command(
        f"verdict_{verdict}",
        text,
        "review",
        (key,),
        tip,
        run=lambda presenter, _shell: presenter.review.set_verdict(verdict),
        enabled=ANALYSED,
        checked=lambda state: state.current is not None and given(state.current.review.verdict) == verdict,
        icon=verdict,
        places=FILM,
    )


def _drain(drain: Drain, text: Msgid) -> Command:
    return Command(
        f"drain_{drain}",
        text,
        "review",
        (),
        N_("For the report text and the cautions; again: not stated"),
        run=lambda presenter, _shell: presenter.review.set_drain(drain),
        enabled=ANALYSED,
        checked=lambda state: state.current is not None and state.current.review.drain == drain,
    )


def _posture(posture: Posture, text: Msgid) -> Command:
    return Command(
        f"posture_{posture}",
        text,
        "review",
        (),
        N_("Whatever the file says; again: as the file says"),
        run=lambda presenter, _shell: presenter.review.set_posture(posture),
        enabled=ANALYSED,
        checked=lambda state: state.current is not None and state.current.review.posture == posture,
    )


def _next_finding(presenter: Presenter, shell: Shell) -> None:
    presenter.review.findings.next()
    shell.look_at_finding()


def _impression(impression: Impression, text: Msgid, key: str, tip: Msgid) -> Command:
    return Command(
        f"mark_{impression}",
        text,
        "review",
        (key,),
        tip,
        run=lambda presenter, _shell: presenter.review.mark(impression),
        enabled=lambda state: state.settings.first_read and SHOWN(state),
        checked=lambda state: (
            state.current is not None
            and bool(state.current.first_read.marks)
            and state.current.first_read.marks[-1][0] == impression
        ),
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        "undo",
        N_("Undo"),
        "review",
        ("Ctrl+Z",),
        run=lambda p, _shell: p.review.undo(),
        enabled=film(lambda film: film.can_undo),
        icon="undo",
    ),
    Command(
        "redo",
        N_("Redo"),
        "review",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        run=lambda p, _shell: p.review.redo(),
        enabled=film(lambda film: film.can_redo),
        icon="redo",
    ),
    _verdict("accept", N_("Accept"), "Y", N_("The network is right")),
    _verdict("reject", N_("Reject"), "N", N_("The network is wrong")),
    _verdict("unsure", N_("Unsure"), "U", N_("The film leaves it open")),
    Command(
        "write_note",
        N_("Write a note"),
        "review",
        ("F2",),
        N_("Enter keeps it and goes back to the film"),
        enabled=SHOWN,
        run=lambda _p, shell: shell.write_note(),
        places=FILM,
    ),
    _drain("yes", N_("Chest drain: yes")),
    _drain("no", N_("Chest drain: no")),
    _posture("erect", N_("Posture: erect")),
    _posture("supine", N_("Posture: supine")),
    Command(
        "write_text",
        N_("Edit the report text"),
        "review",
        ("F3",),
        N_("Findings and impression; Esc goes back to the film"),
        enabled=ANALYSED,  # before, a text would not take the keyboard, and what is typed would be commands
        run=lambda _p, shell: shell.write_text(),
        places=FILM,
    ),
    Command(
        "copy_text",
        N_("Copy the report text"),
        "review",
        ("Ctrl+Shift+C",),
        N_("Findings and impression, as they stand in the panel"),
        enabled=ANALYSED,
        run=lambda _p, shell: shell.copy_text(),
        places=FILM,
    ),
    Command(
        "reset_text",
        N_("Report text as prefilled"),
        "review",
        (),
        N_("Drop what the reader wrote and take findings and impression from what is marked and decided"),
        enabled=film(lambda film: film.review.text is not None),
        run=lambda p, _shell: p.review.set_text("", ""),
    ),
    _impression(
        "present",
        N_("First read: present"),
        "Shift+Y",
        N_("Mark a pneumothorax as present; the first mark shows the result"),
    ),
    _impression(
        "absent",
        N_("First read: absent"),
        "Shift+N",
        N_("Mark a pneumothorax as absent; the first mark shows the result"),
    ),
    Command(
        "next_finding",
        N_("Next finding"),
        "review",
        ("C",),
        N_("Zoom to the next of the findings"),
        run=_next_finding,
        enabled=can_choose,
    ),
    Command(
        "drop_finding",
        N_("Drop finding"),
        "review",
        (),
        N_("Delete: take the chosen finding out of the mask; undo brings it back"),
        run=lambda p, _shell: p.review.findings.drop(),
        enabled=film(lambda film: chosen(film) is not None),
    ),
    Command(
        "save_reviews",
        N_("Save reviews again"),
        "review",
        (),
        N_("Try again to save what could not be saved"),
        run=lambda p, _shell: p.review.save_again(),
        enabled=lambda state: state.unsaved > 0,
    ),
)
