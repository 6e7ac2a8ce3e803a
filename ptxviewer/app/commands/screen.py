"""What stands around the film, and help."""

from __future__ import annotations

from ptxviewer.app.commands.base import FILM, KEYS_ONLY, SHOWN, Command
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.review.editing import SHAPES
from ptxviewer.app.review.finding_selection import chosen
from ptxviewer.app.review.measuring import KIND_OF
from ptxviewer.app.state.screen import State


def _can_go_back(state: State) -> bool:
    return (
        state.prior_id is not None
        or state.tool in SHAPES
        or state.tool in KIND_OF
        or state.magnifier
        or state.apices
        or state.film_only
        or state.banner is not None
        or chosen(state.current) is not None
    )


def _back(presenter: Presenter) -> None:
    if presenter.editing.cancel() or presenter.measuring.cancel() or presenter.lining.cancel():
        return
    if presenter.state.banner is not None:
        presenter.dismiss_banner()
    elif presenter.state.tool in SHAPES or presenter.state.tool in KIND_OF:
        presenter.set_tool("window")
    elif presenter.looking.back():
        return
    elif presenter.state.prior_id is not None:
        presenter.comparing.leave()
    elif chosen(presenter.state.current) is not None:
        presenter.choosing.choose(None)
    elif presenter.state.film_only:
        presenter.toggle_film_only()


COMMANDS: tuple[Command, ...] = (
    Command(
        "toggle_annotations",
        "Corner texts",
        "screen",
        ("T",),
        "Show or hide the texts in the corners of the film",
        run=lambda p: p.toggle_annotations(),
        checked=lambda state: state.settings.annotations,
        places=FILM,
    ),
    Command(
        "toggle_identified",
        "Patient data",
        "screen",
        ("Shift+T",),
        "Show or hide patient data on the screen",
        run=lambda p: p.toggle_identified(),
        checked=lambda state: state.identified,
        places=FILM,
    ),
    Command(
        "toggle_film_only",
        "Film alone",
        "screen",
        ("F11", "Tab"),
        "Hide or show everything around the film",
        run=lambda p: p.toggle_film_only(),
        checked=lambda state: state.film_only,
    ),
    Command(
        "toggle_strip",
        "Film strip",
        "screen",
        ("Ctrl+B",),
        "Show or hide the film strip",
        run=lambda p: p.toggle_strip(),
        checked=lambda state: state.settings.strip,
    ),
    Command(
        "toggle_panel",
        "Reading panel",
        "screen",
        ("Ctrl+Shift+B",),
        "Show or hide the reading panel",
        run=lambda p: p.toggle_panel(),
        checked=lambda state: state.settings.panel,
    ),
    Command(
        "next_part",
        "Next part of the window",
        "screen",
        ("F6",),
        "Give the keyboard to the panel, the list, the toolbar, the film in turn; Esc gives it back to the film",
        shell=True,
        places=KEYS_ONLY,
    ),
    Command("previous_part", "Part before", "screen", ("Shift+F6",), shell=True, places=KEYS_ONLY),
    Command("back", "Back", "screen", ("Esc",), run=_back, enabled=_can_go_back, places=KEYS_ONLY),
    Command("palette", "Command palette...", "help", ("Ctrl+K",), "Find anything by a few letters", shell=True),
    Command("shortcuts", "Keys and mouse", "help", ("?", "F1"), "Everything that the keys do", shell=True),
    Command("about_film", "About this film", "help", (), "Its technical facts", enabled=SHOWN, shell=True),
    Command("about", "About PTXViewer", "help", (), shell=True),
)
