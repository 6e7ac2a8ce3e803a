"""Commands for what surrounds the film (panels, lists, texts), and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptxviewer.app.commands.base import FILM, KEYS_ONLY, SHOWN, Command, film
from ptxviewer.app.review.finding_selection import chosen
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.screen import KIND_OF, SHAPES, State
from ptxviewer.core.msgid import N_

if TYPE_CHECKING:
    from ptxviewer.app.ports import Shell
    from ptxviewer.app.presenter import Presenter


def _can_go_back(state: State) -> bool:
    return (
        state.prior_id is not None
        or state.tool in SHAPES
        or state.tool in KIND_OF
        or state.magnifier
        or state.pair is not None
        or state.film_only
        or state.banner is not None
        or chosen(state.current) is not None
    )


def _back(presenter: Presenter, _shell: Shell) -> None:
    if presenter.review.mask.cancel() or presenter.review.measurements.cancel() or presenter.review.distances.cancel():
        return
    if presenter.state.banner is not None:
        presenter.dismiss_banner()
    elif presenter.state.tool in SHAPES or presenter.state.tool in KIND_OF:
        presenter.display.set_tool("window")
    elif presenter.display.aids.back():
        return
    elif presenter.state.prior_id is not None:
        presenter.display.comparison.leave()
    elif chosen(presenter.state.current) is not None:
        presenter.review.findings.choose(None)
    elif presenter.state.film_only:
        presenter.display.toggle_film_only()


COMMANDS: tuple[Command, ...] = (
    Command(
        "toggle_annotations",
        N_("Corner texts"),
        "screen",
        ("T",),
        N_("Show or hide the texts in the corners of the film"),
        run=lambda p, _shell: p.display.toggle_annotations(),
        checked=lambda state: state.settings.annotations,
        places=FILM,
    ),
    Command(
        "toggle_file_graphics",
        N_("Drawings of the file"),
        "screen",
        ("Shift+G",),
        N_("Show or hide the overlay planes and the shutter that the file brings along"),
        run=lambda p, _shell: p.display.toggle_file_graphics(),
        enabled=film(
            lambda film: (
                film.view.shutter is not None or (film.radiograph is not None and film.radiograph.graphics is not None)
            )
        ),
        checked=lambda state: state.file_graphics,
        places=FILM,
    ),
    Command(
        "toggle_identified",
        N_("Patient data"),
        "screen",
        ("Shift+T",),
        N_("Show or hide patient data on the screen"),
        run=lambda p, _shell: p.display.toggle_identified(),
        checked=lambda state: state.identified,
        places=FILM,
    ),
    Command(
        "toggle_film_only",
        N_("Film alone"),
        "screen",
        ("F11", "Tab"),
        N_("Hide or show everything around the film"),
        run=lambda p, _shell: p.display.toggle_film_only(),
        checked=lambda state: state.film_only,
    ),
    Command(
        "toggle_strip",
        N_("Film strip"),
        "screen",
        ("Ctrl+B",),
        N_("Show or hide the film strip"),
        run=lambda p, _shell: p.display.toggle_strip(),
        checked=lambda state: state.settings.strip,
    ),
    Command(
        "toggle_panel",
        N_("Reading panel"),
        "screen",
        ("Ctrl+Shift+B",),
        N_("Show or hide the reading panel"),
        run=lambda p, _shell: p.display.toggle_panel(),
        checked=lambda state: state.settings.panel,
    ),
    Command(
        "next_part",
        N_("Next part of the window"),
        "screen",
        ("F6",),
        N_("Move the keyboard focus to the panel, list, toolbar and film in turn; Esc returns it to the film"),
        run=lambda _p, shell: shell.go_to_part(1),
        places=KEYS_ONLY,
    ),
    Command(
        "previous_part",
        N_("Previous part"),
        "screen",
        ("Shift+F6",),
        run=lambda _p, shell: shell.go_to_part(-1),
        places=KEYS_ONLY,
    ),
    Command("back", N_("Back"), "screen", ("Esc",), run=_back, enabled=_can_go_back, places=KEYS_ONLY),
    Command(
        "palette",
        N_("Command palette"),
        "help",
        ("Ctrl+K",),
        N_("Find any command by a few letters"),
        asks=True,
        run=lambda _p, shell: shell.open_palette(),
    ),
    Command(
        "guide",
        N_("Guide"),
        "help",
        ("F1",),
        N_("How to read with this program, with pictures; works offline"),
        run=lambda _p, shell: shell.show_guide(),
    ),
    Command(
        "shortcuts",
        N_("Keys and mouse"),
        "help",
        ("?",),
        N_("Everything that the keys do"),
        run=lambda _p, shell: shell.show_shortcuts(),
    ),
    Command(
        "change_keys",
        N_("Change keys"),
        "help",
        (),
        N_("Keys as you want them"),
        asks=True,
        run=lambda _p, shell: shell.change_keys(),
    ),
    Command(
        "about_film",
        N_("About this film"),
        "help",
        (),
        N_("Its technical data"),
        enabled=SHOWN,
        run=lambda _p, shell: shell.about_film(),
    ),
    Command(
        "tags",
        N_("Tags of this file"),
        "help",
        ("Ctrl+T",),
        N_("Everything that the file says about it, to search and to copy"),
        enabled=film(lambda film: film.radiograph is not None or film.status is FilmStatus.FAILED),
        asks=True,
        run=lambda _p, shell: shell.show_tags(),
    ),
    Command(
        "site",
        N_("This site's films"),
        "help",
        (),
        N_("How the network does on the films of this computer; no names"),
        run=lambda _p, shell: shell.show_site(),
    ),
    Command("about", N_("About PTXViewer"), "help", (), run=lambda _p, shell: shell.about_program()),
)
