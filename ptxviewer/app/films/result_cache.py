"""Results of earlier sessions are restored with their films, and new ones are kept for the next session.

A folder is recognised by fingerprints, in batches on a lane of their own, before its films are decoded. What is
recalled so is shown in lists only: a film on screen gets the maps kept under the hash of the pixels just read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ptxviewer.app.disk.result_file import Entry, identity
from ptxviewer.app.disk.review_file import review_name
from ptxviewer.app.films.reading import UNCHANGED, fingerprint_of
from ptxviewer.app.jobs import Lane, Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.review.editor import ReviewEditor
from ptxviewer.app.review.saving import Kept, kept_review
from ptxviewer.app.state.facts import Facts, summary_of
from ptxviewer.app.state.film import NO_RESULT, Film, FilmStatus, moved
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint, EngineInfo
from ptxviewer.core.errors import reason_of
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.reviewed import decisive
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.core.reasons.window import Notice, ResultsNotKept

BATCH, FACTS_BATCH = 64, 16  # files a job: short enough that their results appear as they come


def as_filed(film: Radiograph) -> Radiograph:
    """Return a film without the reader's calibration."""
    return film if film.file_spacing is None else replace(film, spacing=film.file_spacing, file_spacing=None)


@dataclass(frozen=True)
class _Recalled:
    """What is known of one file."""

    film_id: int
    fingerprint: str
    entry: Entry
    kept: Kept
    older: EngineInfo | None = None  # whose it is, where it is not of the network that is loaded


def _find(services: Services, fingerprint: str, model: str) -> tuple[Entry, EngineInfo | None] | None:
    """Return what is kept of a file, and the network that it is of, where that is an older one."""
    results = services.results
    if results is None:
        return None
    entry = results.find(fingerprint, model)
    if entry is not None:
        return entry, None
    for info in services.earlier:
        entry = results.find(fingerprint, identity(info))
        if entry is not None and entry.summary is not None:  # what could not be analysed then may be now
            return entry, info
    return None


class ResultCache:
    """Recalls the results of films that were opened, and keeps new ones."""

    def __init__(self, store: Store, services: Services, editor: ReviewEditor, done: Callable[[], None]) -> None:
        """``done`` is called after each job: the lanes may have something else to do then."""
        self._store = store
        self._services = services
        self._editor = editor
        self._done = done
        self._wanted: list[int] = []
        self._nameless: list[int] = []
        self._job: Ticket | None = None
        self._told = False

    @property
    def model(self) -> str:
        """The network whose results are used, "" while it is not known."""
        info = self._store.state.engine.info
        return identity(info) if info is not None and self._services.results is not None else ""

    @property
    def idle(self) -> bool:
        """True when nothing is being looked up, and nothing waits for it."""
        return self._job is None and not self._wanted and not self._nameless

    @property
    def _lane(self) -> Lane:
        return self._services.cache or self._services.disk

    def look_up(self, film_ids: Iterable[int]) -> None:
        """Look for the results of films that were opened, with the next ``pump``."""
        ids = list(film_ids)
        self._wanted += ids
        self._nameless += ids

    def pump(self) -> None:
        """Start the next job, if there is one to do: first what was found in films, then whose they are."""
        if self._job is not None or self._store.closed:
            return
        if self._wanted and self.model:
            batch, self._wanted = self._wanted[:BATCH], self._wanted[BATCH:]
            self._recall(batch)
        elif self._nameless and self._services.read_facts is not None and not self._tells_itself():
            batch, self._nameless = self._nameless[:FACTS_BATCH], self._nameless[FACTS_BATCH:]
            self._name(batch)

    def _tells_itself(self) -> bool:
        """True where the only nameless film is on its way to the screen: its pixels bring its name with them."""
        film = self._store.state.current
        return film is not None and film.status is FilmStatus.OPENING and self._nameless == [film.id]

    def _films(self, film_ids: Iterable[int]) -> list[Film]:
        return [film for film_id in film_ids if (film := self._store.state.film(film_id)) is not None]

    def _edit_films(self, changed: dict[int, Film]) -> None:
        self._store.edit(lambda state: replace(state, films=tuple(changed.get(film.id, film) for film in state.films)))

    def _recall(self, film_ids: list[int]) -> None:
        services, model, writes = self._services, self.model, self._editor.saving.writes
        asked = [(film.id, film.path) for film in self._films(film_ids) if not film.key]

        def work(checkpoint: Checkpoint) -> list[_Recalled]:
            recalled = []
            for film_id, path in asked:
                checkpoint()
                fingerprint = fingerprint_of(services, path)
                found = _find(services, fingerprint, model) if fingerprint else None
                if found is not None:
                    kept = kept_review(services, found[0].kept_as, found[0].shape, writes)
                    recalled.append(_Recalled(film_id, fingerprint, found[0], kept, found[1]))
            return recalled

        def done(outcome: Outcome[list[_Recalled]]) -> None:
            self._job = None
            if outcome.value and self.model == model:
                by_id = {recalled.film_id: recalled for recalled in outcome.value}
                self._edit_films({film.id: self._applied(film, by_id[film.id]) for film in self._films(by_id)})
            self._done()

        self._job = self._lane.submit(work, done)

    def _applied(self, film: Film, recalled: _Recalled) -> Film:
        """Return a film that is still unread as it was left."""
        entry, summary, older = recalled.entry, recalled.entry.summary, recalled.older
        if film.status is not FilmStatus.OPENING or film.key or film.view.frame:
            return film
        cached_as = recalled.fingerprint if older is None else ""
        film = replace(film, key=entry.key, cached_as=cached_as, frames=entry.frames)
        film = self._editor.restored(film, recalled.kept)
        if summary is None:
            return moved(film, FilmStatus.NOT_ANALYSED, entry.why_not)
        urgency = summary.score if film.urgency is None else max(film.urgency, summary.score)
        model = self.model if older is None else identity(older)
        if decisive(film.review) != UNCHANGED:
            saved = self._editor.saving.newest(recalled.kept)
            known = saved is not None and saved.network == model and saved.review == film.review
            summary = saved.size if saved is not None and saved.size and known else replace(summary, measured=False)
        result = replace(NO_RESULT, summary=summary, older=older)
        if older is None:  # else see ``listed``
            film = replace(film, urgency=urgency)
        return moved(replace(film, result=result), FilmStatus.DONE)

    def _name(self, film_ids: list[int]) -> None:
        read = self._services.read_facts
        assert read is not None
        asked = [(film.id, film.path) for film in self._films(film_ids) if film.facts is None]

        def work(checkpoint: Checkpoint) -> dict[int, Facts]:
            facts_by_id = {}
            for film_id, path in asked:
                checkpoint()
                facts = read(path)
                if facts is not None:
                    facts_by_id[film_id] = facts
            return facts_by_id

        def done(outcome: Outcome[dict[int, Facts]]) -> None:
            self._job = None
            if outcome.value:
                named = outcome.value
                nameless = (film for film in self._films(named) if film.facts is None)
                self._edit_films({film.id: replace(film, facts=named[film.id]) for film in nameless})
            self._done()

        self._job = self._lane.submit(work, done)

    def keep(self, film: Film, fresh: bool) -> Film:
        """Keep what is known of a film whose pixels are there; returns it marked as kept.

        ``fresh`` maps are not kept yet. What the reader insisted on is not kept: it would not be analysed unasked.
        """
        results, radiograph, model = self._services.results, film.radiograph, self.model
        info = self._store.state.engine.info
        fingerprint = film.fingerprint if film.view.frame == 0 else ""
        known = not fingerprint or film.cached_as == fingerprint
        if film.older is not None or film.insisted or (known and not fresh):
            return film
        if results is None or radiograph is None or info is None:
            return film
        maps, review, why_not = film.maps, film.review, radiograph.not_analysed
        findings = None if film.result is None else film.result.findings  # not those of a drag
        if maps is None and why_not is None:
            return film

        def work(_checkpoint: Checkpoint) -> bool:
            own = findings
            if maps is not None and (own is None or decisive(review) != UNCHANGED):
                own, _ = find(as_filed(radiograph), maps, info.rule)  # an entry is of the network, not of its reader
            entry = Entry(
                radiograph.key,
                film.review_name or review_name(radiograph),
                radiograph.shape,
                radiograph.frames,
                None if maps is not None or why_not is None else NotAnalysed(why_not),
                None if own is None or maps is None else summary_of(own, as_filed(radiograph)),
                radiograph.acquisition.view,
                as_filed(radiograph).spacing.origin,
            )
            results.save(fingerprint, model, entry, maps if fresh else None)
            return True

        def done(outcome: Outcome[bool]) -> None:
            if outcome.value is None and not self._told:
                self._told = True  # once, not for every film of a folder
                self._store.say(ResultsNotKept(reason_of(outcome.error)), "warning")

        self._lane.submit(work, done, must_finish=True)
        return replace(film, cached_as=fingerprint or film.cached_as)

    def clear(self) -> None:
        """Take away what was kept of all films; those that are open keep their results until they are closed."""
        results = self._services.results
        if results is None:
            return

        def work(_checkpoint: Checkpoint) -> bool:
            results.clear()
            return True

        self._lane.submit(work, lambda _outcome: self._store.tell(Notice.RESULTS_DELETED), must_finish=True)

    def forget(self, film_ids: Iterable[int]) -> None:
        """Leave out films that were closed."""
        gone = set(film_ids)
        self._wanted = [film_id for film_id in self._wanted if film_id not in gone]
        self._nameless = [film_id for film_id in self._nameless if film_id not in gone]

    def shut_down(self) -> None:
        """Retire what is being looked for; what is being kept is finished."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
