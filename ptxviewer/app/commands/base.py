"""What a command is, and the conditions that many of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.core.msgid import Msgid

if TYPE_CHECKING:
    from ptxviewer.app.ports import Shell
    from ptxviewer.app.presenter import Presenter

Group = Literal["file", "pacs", "films", "view", "window", "tools", "measure", "overlay", "review", "screen", "help"]
NO_TEXT = Msgid("")
Place = Literal["menu", "toolbar", "context"]


def _nothing(_presenter: Presenter, _shell: Shell) -> None:
    """For a command that lasts while its key is down; the window listens to such keys."""


def _always(_state: State) -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """One thing that the reader can do. ``keys`` are Qt key sequences in the portable spelling.

    ``run`` changes the state through the presenter; what needs a dialog, the canvas or the clipboard it asks of the
    shell. ``values`` fill the placeholders of ``text`` and ``tip``.
    """

    id: str
    text: Msgid
    group: Group
    keys: tuple[str, ...] = ()
    tip: Msgid = NO_TEXT
    run: Callable[[Presenter, Shell], object] = _nothing
    enabled: Callable[[State], bool] = _always
    checked: Callable[[State], bool] | None = None
    icon: str = ""  # name of an SVG in resources/icons, without suffix
    held: bool = False  # lasts while the key is down
    places: frozenset[Place] = frozenset({"menu"})
    values: tuple[tuple[str, str], ...] = ()
    asks: bool = False  # something first: "..." stands behind its text in a menu
    short: Msgid = NO_TEXT  # on the toolbar, where the text is long


MENU: frozenset[Place] = frozenset({"menu"})
BAR: frozenset[Place] = frozenset({"menu", "toolbar"})
FILM: frozenset[Place] = frozenset({"menu", "context"})
BAR_AND_FILM: frozenset[Place] = frozenset({"menu", "toolbar", "context"})
KEYS_ONLY: frozenset[Place] = frozenset()


def film(test: Callable[[Film], bool] = lambda _film: True) -> Callable[[State], bool]:
    """Enabled when a film is on screen and passes ``test``."""
    return lambda state: state.current is not None and test(state.current)


SHOWN = film(lambda film: film.radiograph is not None)
ANALYSED = film(lambda film: film.maps is not None)
