"""Turns the reader's actions into new states, which the view renders: the behaviour of the window, without Qt.

The presenter only wires: intents live in its wings, ``films``, ``review``, ``display``, ``exporting``, ``pacs``. Films
cross the thread border three times (``films.intake``, and twice in ``films.pipeline``). Everything else happens on
the main thread, from values that are already there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ptxviewer.app.display.wing import DisplayWing
from ptxviewer.app.exporting import Exporting
from ptxviewer.app.films.recent import without_recent
from ptxviewer.app.films.wing import FilmsWing
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.pacs.wing import PacsWing
from ptxviewer.app.ports import Services, View
from ptxviewer.app.preferences import Preferences
from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.review.saving import ReviewSaving
from ptxviewer.app.review.wing import ReviewWing
from ptxviewer.app.state.screen import EngineStatus, Level, State, state_at_start
from ptxviewer.app.state.settings import Settings
from ptxviewer.app.store import Store
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.engine import Checkpoint, SelfTest
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.window import Notice

if TYPE_CHECKING:
    from ptxviewer.core.site import SiteFigures

T = TypeVar("T")


class Presenter:
    """The one owner of the state."""

    def __init__(self, view: View, services: Services, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self._services = services
        self._store = Store(view, state_at_start(settings, EngineStatus(info=services.expected)))
        self.preferences = Preferences(self._store, services)
        editor = ReviewEditor(self._store, ReviewSaving(self._store, services))
        self.films = FilmsWing(self._store, services, editor, self.preferences)
        self.review = ReviewWing(self._store, services, editor, self.films.pipeline)
        self.display = DisplayWing(self._store, self.preferences, self.films.pipeline)
        self.exporting = Exporting(self._store, services)
        self._pacs = (
            None if services.pacs is None else PacsWing(self._store, services, services.pacs, self.films.take_in)
        )

    @property
    def pacs(self) -> PacsWing:
        """The hospital's network; only where the services have one."""
        assert self._pacs is not None
        return self._pacs

    @property
    def state(self) -> State:
        """What the screen shows."""
        return self._store.state

    @property
    def rule(self) -> DecisionRule | None:
        """The operating point that the film on screen is decided by, None until a network is known."""
        return self._store.rule

    def warm_up(self) -> None:
        """Load the network while the window is empty. Called after the first paint."""
        self.films.pipeline.warm_up()

    def self_test(self, done: Callable[[Outcome[SelfTest]], None]) -> Ticket:
        """Run the self-test of the network on this computer, after the film that is being analysed."""
        return self._services.model.submit(self._services.self_test, done)

    def site(self, done: Callable[[Outcome[SiteFigures]], None]) -> Ticket | None:
        """Count the network's results on the films of this computer; None where it cannot, with a message."""
        state, count = self._store.state, self._services.site
        info = state.engine.info or self._services.expected
        if count is None or info is None:
            self._store.say(Notice.NO_RESULTS_KEPT if count is None else Notice.NO_MODEL_YET, "warning")
            return None
        settings = state.settings
        return self._services.disk.submit(lambda _checkpoint: count(settings, info), done)

    def browse(self, work: Callable[[Checkpoint], T], done: Callable[[Outcome[T]], None]) -> Ticket:
        """Look through a store of results, on a lane that holds up no film."""
        return (self._services.browse or self._services.disk).submit(work, done)

    def dismiss_banner(self) -> None:
        """Take the sentence off the film."""
        self._store.edit(lambda state: replace(state, banner=None))

    def show_problem(self, why: Reason = Notice.WENT_WRONG, level: Level = "error") -> None:
        """Show a failure from outside, for example after a bug in the window itself."""
        self._store.say(why, level)

    def apply_settings(self, settings: Settings) -> None:
        """Take over and keep what the reader chose in the dialog."""
        if not settings.keep_recent:
            settings = without_recent(settings)
        self._store.edit(lambda state: replace(state, settings=settings, identified=settings.screen_identified))
        self.films.watched.follow(settings.watch_folder)
        self.preferences.save()

    def shut_down(self, timeout_s: float = 5.0) -> bool:
        """Retire all work, let a report be finished, wait for the lanes; True when they ended in time.

        Nothing is rendered after it.
        """
        self._store.closed = True
        self.films.shut_down()
        self.exporting.stop()
        lanes = (
            self._services.disk,
            self._services.model,
            self._services.keep,
            self._services.cache,
            self._services.watch,
            self._services.browse,
        )
        network = [] if self._pacs is None else self._pacs.shut_down(timeout_s)
        ended = network + [
            lane.close(timeout_s) for lane in lanes if lane is not None
        ]  # every one, also after a failure
        return all(ended)
