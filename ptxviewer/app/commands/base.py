"""What an action is, and the conditions that many of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State

Group = Literal["file", "films", "view", "window", "tools", "measure", "overlay", "review", "screen", "help"]
Place = Literal["menu", "toolbar", "context"]


def _nothing(_presenter: Presenter) -> None:
    """What a shell action does here: the window does it, because it needs a dialog, the canvas or the clipboard."""


def _always(_state: State) -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """One thing that the reader can do. ``keys`` are Qt key sequences in the portable spelling."""

    id: str
    text: str
    group: Group
    keys: tuple[str, ...] = ()
    tip: str = ""
    run: Callable[[Presenter], None] = _nothing
    enabled: Callable[[State], bool] = _always
    checked: Callable[[State], bool] | None = None
    icon: str = ""  # name of an SVG in resources/icons, without suffix
    shell: bool = False  # the window runs it
    held: bool = False  # lasts while the key is down (shell)
    places: frozenset[Place] = frozenset({"menu"})

    @property
    def tooltip(self) -> str:
        """The tip with its first key: "Fit the film to the window (F)"."""
        text = self.tip or self.text.rstrip(".")
        return f"{text} ({self.keys[0]})" if self.keys else text


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
BUSY = (FilmStatus.WAITING, FilmStatus.ANALYSING)
