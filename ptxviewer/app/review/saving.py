"""Reviews are saved as they are made and come back with their film; what cannot be saved stays in memory.

Writing has a lane of its own: a folder that is being read must not hold back a stroke. Every change is a job that must
finish, unless a newer change of the same review overtakes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ptxviewer.app.disk.result_file import identity
from ptxviewer.app.disk.review_file import NOTHING, Saved, review_name
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.state.facts import Summary, summary_of
from ptxviewer.app.state.film import Film
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import decisive
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.window import Notice, ReviewNotSaved
from ptxviewer.core.review import Review

_UNCHANGED = decisive(Review())


@dataclass(frozen=True)
class Kept:
    """The review kept under a name. ``problem`` says why there is none that should be."""

    name: str
    saved: Saved | None = None
    problem: Reason | None = None


def kept_review(services: Services, name: str, shape: tuple[int, int]) -> Kept:
    """Return the review of a film of ``shape`` that is kept as ``name``. Never raises; runs on a lane."""
    if services.reviews is None:
        return Kept(name)
    try:
        return Kept(name, services.reviews.load(name, shape))
    except PtxError as error:
        return Kept(name, problem=error.reason)


def kept_review_of(services: Services, film: Radiograph) -> Kept:
    """As ``kept_review``, of a film that was read."""
    name = review_name(film) if services.reviews is None else services.reviews.name_of(film)
    return kept_review(services, name, film.shape)


class ReviewSaving:
    """Saves the reviews of all films."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services
        self._pending: dict[str, Saved] = {}  # by name: what is not on disk yet
        self._writing: dict[str, Ticket] = {}  # by name: the last job
        self._failed: set[str] = set()
        self._base: dict[str, Saved] = {}  # by name: the review of a film when it and the file were last the same

    def newest(self, kept: Kept) -> Saved | None:
        """Return the review of a film that was just read: what is still being written is newer than the file."""
        return self._pending.get(kept.name, kept.saved)

    def restored(self, kept: Kept) -> None:
        """A film has the review that was kept of it, or none where none was."""
        if kept.name not in self._pending:
            self._base[kept.name] = kept.saved or NOTHING

    def changed(self, film: Film) -> None:
        """Save the review of a film, and again all those that could not be saved before."""
        if not film.review_name or self._services.reviews is None:
            return
        when = self._services.now().isoformat(timespec="seconds")
        size, network = self._size(film)
        reader = self._store.state.settings.reader
        self._pending[film.review_name] = Saved(film.review, film.first_read, reader, when, size, network)
        for name in sorted(self._failed | {film.review_name}):
            self._write(name)

    def _size(self, film: Film) -> tuple[Summary | None, str]:
        """What the lists say of a film that its reader changed, and by which network: it comes back without pixels."""
        info = self._store.state.network_of(film)
        if info is None or film.findings is None or film.radiograph is None or decisive(film.review) == _UNCHANGED:
            return None, ""
        return summary_of(film.findings, film.radiograph), identity(info)

    def retry(self) -> None:
        """Try again to save what could not be saved."""
        for name in sorted(self._failed):
            self._write(name)

    def _write(self, name: str) -> None:
        reviews, saved = self._services.reviews, self._pending[name]
        assert reviews is not None
        if name in self._writing:
            self._writing[name].cancel()  # overtaken, unless it is being written this moment

        def work(_checkpoint: Checkpoint) -> tuple[Reason | None]:
            said = reviews.save(name, saved, self._base.get(name, NOTHING))
            self._base[name] = saved  # here, and not where it is delivered: a job that was overtaken may have written
            return (said,)

        def done(outcome: Outcome[tuple[Reason | None]]) -> None:
            newest = self._pending.get(name) is saved
            if outcome.value is None:
                if newest:
                    self._could_not(name, outcome.error)
                return
            if newest:
                del self._pending[name]
                self._could(name)
            if outcome.value[0] is not None:
                self._store.say(outcome.value[0], "warning")

        lane = self._services.keep or self._services.disk
        self._writing[name] = lane.submit(work, done, must_finish=True)

    def _could_not(self, name: str, error: BaseException | None) -> None:
        first = not self._failed
        self._failed.add(name)
        self._store.edit(lambda state: replace(state, unsaved=len(self._failed)))
        if first:  # once, not at every stroke
            self._store.say(ReviewNotSaved(reason_of(error)), "warning")

    def _could(self, name: str) -> None:
        self._failed.discard(name)
        if self._store.state.unsaved != len(self._failed):
            banner = self._store.state.banner
            if not self._failed and banner is not None and isinstance(banner.reason, ReviewNotSaved):
                self._store.edit(lambda state: replace(state, banner=None, message=Notice.REVIEWS_SAVED))
            self._store.edit(lambda state: replace(state, unsaved=len(self._failed)))
