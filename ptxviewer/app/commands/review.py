"""The reader's own decision, and taking it back."""

from __future__ import annotations

from typing import Literal

from ptxviewer.app.commands.base import ANALYSED, FILM, SHOWN, Command, film
from ptxviewer.app.review.finding_selection import can_choose, chosen
from ptxviewer.core.review import Impression

Verdict = Literal["accept", "reject", "unsure"]


def _verdict(verdict: Verdict, text: str, key: str, tip: str) -> Command:
    return Command(
        f"verdict_{verdict}",
        text,
        "review",
        (key,),
        tip,
        run=lambda presenter: presenter.set_verdict(verdict),
        enabled=ANALYSED,
        checked=lambda state: (
            state.current is not None
            and (state.current.review.verdict or "none").replace("edited", "accept") == verdict
        ),
        icon=verdict,
        places=FILM,
    )


def _impression(impression: Impression, key: str) -> Command:
    return Command(
        f"mark_{impression}",
        f"First read: {impression}",
        "review",
        (key,),
        f"Mark a pneumothorax as {impression}; the first mark shows the result",
        run=lambda presenter: presenter.mark(impression),
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
        "Undo",
        "review",
        ("Ctrl+Z",),
        run=lambda p: p.undo(),
        enabled=film(lambda film: film.can_undo),
        icon="undo",
    ),
    Command(
        "redo",
        "Redo",
        "review",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        run=lambda p: p.redo(),
        enabled=film(lambda film: film.can_redo),
        icon="redo",
    ),
    _verdict("accept", "Accept", "Y", "The model is right"),
    _verdict("reject", "Reject", "N", "The model is wrong"),
    _verdict("unsure", "Unsure", "U", "The film does not tell"),
    Command(
        "write_note",
        "Write a note",
        "review",
        ("F2",),
        "Enter keeps it and goes back to the film",
        enabled=SHOWN,
        shell=True,
        places=FILM,
    ),
    _impression("present", "Shift+Y"),
    _impression("absent", "Shift+N"),
    Command(
        "next_finding",
        "Next finding",
        "review",
        ("C",),
        "Zoom to the next of the findings",
        enabled=can_choose,
        shell=True,
    ),
    Command(
        "drop_finding",
        "Drop finding",
        "review",
        (),
        "Delete: take the chosen finding out of the mask; undo brings it back",
        run=lambda p: p.choosing.drop(),
        enabled=film(lambda film: chosen(film) is not None),
    ),
    Command(
        "save_reviews",
        "Save reviews again",
        "review",
        (),
        "Try again to save what could not be saved",
        run=lambda p: p.save_reviews(),
        enabled=lambda state: state.unsaved > 0,
    ),
)
