"""Reviews are saved as they are made and come back with their film; what cannot be saved stays in memory.

Writing has a lane of its own: a folder that is being read must not hold back a stroke. Every change is a job that must
finish, unless a newer change of the same review overtakes it.

Films are read on other lanes meanwhile. What was read before a change was written, and is delivered after it, is older
than what this window knows: writes are counted, and a job that reads a review is given how many had come home.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
    writes: int = 0  # that had come home when the job was handed in that read it


def kept_review(services: Services, name: str, shape: tuple[int, int], writes: int) -> Kept:
    """Return the review of a film of ``shape`` that is kept as ``name``. Never raises; runs on a lane.

    ``writes``: ``ReviewSaving.writes`` when the job was handed in.
    """
    if services.reviews is None:
        return Kept(name)
    try:
        return Kept(name, services.reviews.load(name, shape), writes=writes)
    except PtxError as error:
        return Kept(name, problem=error.reason, writes=writes)


def kept_review_of(services: Services, film: Radiograph, writes: int) -> Kept:
    """As ``kept_review``, of a film that was read."""
    name = review_name(film) if services.reviews is None else services.reviews.name_of(film)
    return kept_review(services, name, film.shape, writes)


@dataclass
class _Agreed:
    """The review of a film when this window and the file were last the same; of the lane while it is being written."""

    saved: Saved


@dataclass(frozen=True)
class _Written:
    """What this window wrote last of a film, and its number among all writes."""

    saved: Saved
    number: int


@dataclass
class _Pending:
    """A review that is not on disk yet: the newest, and the job that is to write it."""

    saved: Saved
    agreed: _Agreed
    job: Ticket = field(default_factory=Ticket)


class ReviewSaving:
    """Saves the reviews of all films."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services
        self._pending: dict[str, _Pending] = {}  # by name
        self._written: dict[str, _Written] = {}  # by name
        self._failed: set[str] = set()
        self._base: dict[str, Saved] = {}  # by name: see ``_Agreed``
        self.writes = 0  # that have come home

    def newest(self, kept: Kept) -> Saved | None:
        """Return the review of a film that was just read: what was written since, or still is, is newer than that."""
        pending = self._pending.get(kept.name)
        if pending is not None:
            return pending.saved
        written = self._written.get(kept.name)
        return written.saved if written is not None and written.number > kept.writes else kept.saved

    def restored(self, kept: Kept) -> None:
        """A film has the review that was kept of it, or none where none was."""
        if kept.name not in self._pending:
            self._base[kept.name] = self.newest(kept) or NOTHING

    def changed(self, film: Film) -> None:
        """Save the review of a film, and again all those that could not be saved before."""
        if not film.review_name or self._services.reviews is None:
            return
        when = self._services.now().isoformat(timespec="seconds")
        size, network = self._size(film)
        reader = self._store.state.settings.reader
        saved = Saved(film.review, film.first_read, reader, when, size, network)
        pending = self._pending.get(film.review_name)
        if pending is None:
            agreed = _Agreed(self._base.get(film.review_name, NOTHING))
            self._pending[film.review_name] = _Pending(saved, agreed)
        else:
            pending.saved = saved
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
        reviews, pending = self._services.reviews, self._pending[name]
        saved, agreed = pending.saved, pending.agreed
        assert reviews is not None
        pending.job.cancel()  # overtaken, unless it is being written this moment

        def work(_checkpoint: Checkpoint) -> tuple[Reason | None]:
            notice = reviews.save(name, saved, agreed.saved)
            agreed.saved = saved  # here, and not where it is delivered: a job that was overtaken may have written
            return (notice,)

        def done(outcome: Outcome[tuple[Reason | None]]) -> None:
            newest = self._pending.get(name) is pending and pending.saved is saved
            if outcome.value is None:
                if newest:
                    self._could_not(name, outcome.error)
                return
            if newest:
                del self._pending[name]
                self.writes += 1
                self._written[name] = _Written(saved, self.writes)
                self._base[name] = saved
                self._could(name)
            if outcome.value[0] is not None:
                self._store.say(outcome.value[0], "warning")

        lane = self._services.keep or self._services.disk
        pending.job = lane.submit(work, done, must_finish=True)

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
