"""The one place where the state of the window is kept, changed and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ptxviewer.app.ports import View
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import Banner, Level, State
from ptxviewer.app.state.withheld import as_seen
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.reason import Reason


def leaves(before: State, after: State) -> bool:
    """True when the reader turns away from the film, the frame or the tool that is in use."""
    film, then = before.current, after.current
    if film is None:
        return False
    same = then is not None and then.id == film.id and then.view.frame == film.view.frame
    return not same or after.tool != before.tool


def outlived(before: State, after: State) -> bool:
    """True when the message in the status line was told before, and speaks of what the reader has turned away from."""
    if after.message is None or after.message is not before.message:
        return False
    film, then = before.current, after.current
    same = film is not None and then is not None and (film.id, film.view.frame) == (then.id, then.view.frame)
    if (film is None and then is None) or after.tells_of_saved:
        return False
    if not same or after.tool != before.tool:
        return True
    looks = (before.magnifier, before.pair, before.prior_id) != (after.magnifier, after.pair, after.prior_id)
    assert film is not None
    assert then is not None
    return looks or film.history is not then.history or (film.hand is None and then.hand is not None)


class Store:
    """Holds the state and shows every change of it.

    Nobody has to remember to settle what is in the hand before the film, the frame or the tool changes: ``edit`` does.
    """

    def __init__(self, view: View, state: State) -> None:
        self._view = view
        self.state = state
        self.settle: Callable[[], None] = lambda: None  # what is in the hand counts as it is; see ``ReviewEditor``
        self.closed = False
        self._together = 0  # how many ``together`` are under way
        self._unseen = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Show the changes that are made inside once, at the end: what one job brings home is one change to the eye."""
        self._together += 1
        try:
            yield
        finally:
            self._together -= 1
            if self._unseen and not self._together:
                self._show()

    @property
    def rule(self) -> DecisionRule | None:
        """The operating point that the film on screen is decided by, None until a network is known."""
        info = self.state.network_of(self.state.current)
        return info.rule if info else None

    def edit(self, change: Callable[[State], State]) -> None:
        """Replace the state by ``change`` of it and show it.

        ``change`` is a pure function: it is asked a second time when something had to be settled first.
        """
        before = self.state
        after = change(before)
        if leaves(before, after):
            self.settle()
            if self.state is not before:
                after = change(self.state)
        if outlived(before, after):
            after = replace(after, message=None)
        self.state = after
        self._unseen = True
        if not self._together:
            self._show()

    def _show(self) -> None:
        self._unseen = False
        if not self.closed:
            self._view.render(as_seen(self.state))

    def update(self, film: Film) -> None:
        """Replace one film; nothing happens when it was closed."""
        self.edit(lambda state: state.with_film(film))

    def say(self, why: Reason, level: Level = "error") -> None:
        """Put one sentence over the film."""
        self.edit(lambda state: replace(state, banner=Banner(why, level)))

    def tell(self, message: Reason | None) -> None:
        """Put one quiet line into the status bar."""
        self.edit(lambda state: replace(state, message=message))
