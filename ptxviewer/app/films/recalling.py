"""Results of earlier sessions come back with their films, and new ones are kept for the next.

A folder is recognised by fingerprints, in batches on a lane of their own, before its films are decoded. What is
recalled so is shown in lists only: a film on screen gets the maps kept under the hash of the pixels just read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ptxviewer.app.disk.result_file import Entry, identity
from ptxviewer.app.disk.review_file import review_name
from ptxviewer.app.jobs import Lane, Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.review.saving import Kept, kept_review
from ptxviewer.app.sentences import sentence
from ptxviewer.app.state.facts import Facts, facts_of, summary_of
from ptxviewer.app.state.film import NO_RESULT, Film, FilmStatus, moved
from ptxviewer.app.store import Store
from ptxviewer.core.answer import DecisionRule, Findings, ProbabilityMaps
from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.calibration import calibrated
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.findings.reviewed import decisive, find_reviewed
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.core.reasons.transition import spoken
from ptxviewer.core.review import Review
from ptxviewer.core.thumbnail import thumbnail

BATCH, FACTS_BATCH = 64, 16  # files a job: short enough that their results appear as they come
NOT_KEPT = "Results are not kept for the next time."
CLEARED = "The results of earlier sessions were deleted from this computer."
Changed = tuple[object, ...]
"""What of a review changes the findings."""
UNCHANGED: Changed = decisive(Review())


def as_filed(film: Radiograph) -> Radiograph:
    """Return a film without the reader's calibration."""
    return film if film.file_spacing is None else replace(film, spacing=film.file_spacing, file_spacing=None)


def _mark(services: Services, path: Path) -> str:
    if services.results is None:
        return ""
    try:
        return services.fingerprint(path)
    except OSError:
        return ""


# ---- reading, on the disk lane


@dataclass(frozen=True)
class ReadFilm:
    """A film as read, with all that was kept of it. ``findings`` hold for ``measured_for``."""

    radiograph: Radiograph
    kept: Kept
    thumbnail: GreyImage
    mark: str = ""  # fingerprint of the file, "" where it changed while it was read
    maps: ProbabilityMaps | None = None
    findings: Findings | None = None
    measured_for: Changed = UNCHANGED


def read_film(services: Services, film: Film, model: str, rule: DecisionRule | None) -> ReadFilm:
    """Read the pixels of ``film``, its review, and its maps where it has none. Raises ``PtxError``."""
    before = _mark(services, film.path)
    radiograph = services.read_film(film.path, film.view.frame)
    mark = before if before and _mark(services, film.path) == before else ""
    kept = kept_review(services, review_name(radiograph), radiograph.shape)
    read = ReadFilm(radiograph, kept, thumbnail(radiograph), mark)
    if services.results is None or not model or rule is None or film.maps is not None:
        return read
    if radiograph.not_analysed and not film.insisted:
        return read
    maps = services.results.maps(radiograph.key, radiograph.shape, model)
    if maps is None:
        return read
    if film.findings is not None:
        return replace(read, maps=maps)
    review = kept.saved.review if kept.saved is not None and film.review == Review() else film.review
    findings, _ = find_reviewed(calibrated(radiograph, review.measurements), maps, rule, review)
    return replace(read, maps=maps, findings=findings, measured_for=decisive(review))


def with_recalled(film: Film, read: ReadFilm) -> Film:
    """Return a film that was just read, its review restored, with the maps that were kept of it."""
    film = replace(film, thumbnail=read.thumbnail, facts=facts_of(read.radiograph), fingerprint=read.mark)
    if film.maps is not None or read.maps is None or read.maps.image_key != film.key:
        return film
    fits = read.findings is not None and read.measured_for == decisive(film.review)
    known = film.result or NO_RESULT
    result = replace(known, maps=read.maps, findings=read.findings if fits else known.findings)
    return moved(replace(film, result=result), FilmStatus.DONE)


def listed(film: Film, findings: Findings) -> Film:
    """Return the film as the lists show it after the network's findings; its urgency never falls."""
    urgency = findings.score if film.urgency is None else max(film.urgency, findings.score)
    return replace(film, result=replace(film.result or NO_RESULT, summary=summary_of(findings)), urgency=urgency)


# ---- recalling and keeping


@dataclass(frozen=True)
class _Found:
    """What is known of one file."""

    film_id: int
    mark: str
    entry: Entry
    kept: Kept


class Recalling:
    """Recalls the results of films that were opened, and keeps new ones."""

    def __init__(
        self, store: Store, services: Services, restore: Callable[[Film, Kept], Film], recalled: Callable[[], None]
    ) -> None:
        self._store = store
        self._services = services
        self._restore = restore
        self._recalled = recalled
        self._wanted: list[int] = []
        self._nameless: list[int] = []
        self._job: Ticket | None = None
        self._said = False

    @property
    def model(self) -> str:
        """The network whose results are used, "" while it is not known."""
        info = self._store.state.engine.info
        return identity(info) if info is not None and self._services.results is not None else ""

    @property
    def _lane(self) -> Lane:
        return self._services.cache or self._services.disk

    def add(self, film_ids: Iterable[int]) -> None:
        """Look for the results of films that were opened."""
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
        elif self._nameless and self._services.read_facts is not None:
            batch, self._nameless = self._nameless[:FACTS_BATCH], self._nameless[FACTS_BATCH:]
            self._name(batch)

    def _films(self, film_ids: Iterable[int]) -> list[Film]:
        wanted = set(film_ids)
        return [film for film in self._store.state.films if film.id in wanted]

    def _recall(self, film_ids: list[int]) -> None:
        services, model, results = self._services, self.model, self._services.results
        asked = [(film.id, film.path) for film in self._films(film_ids) if not film.key]
        assert results is not None

        def work(checkpoint: Checkpoint) -> list[_Found]:
            found = []
            for film_id, path in asked:
                checkpoint()
                mark = _mark(services, path)
                entry = results.find(mark, model) if mark else None
                if entry is not None:
                    found.append(_Found(film_id, mark, entry, kept_review(services, entry.kept_as, entry.shape)))
            return found

        def done(outcome: Outcome[list[_Found]]) -> None:
            self._job = None
            if outcome.value and self.model == model:
                found = {one.film_id: one for one in outcome.value}
                films = self._store.state.films
                self._store.change(films=tuple(self._applied(f, found[f.id]) if f.id in found else f for f in films))
            self._recalled()

        self._job = self._lane.submit(work, done)

    def _applied(self, film: Film, found: _Found) -> Film:
        """Return a film that is still unread as it was left."""
        entry, summary = found.entry, found.entry.summary
        if film.status is not FilmStatus.OPENING or film.key or film.view.frame:
            return film
        film = replace(film, key=entry.key, cached_as=found.mark, frames=entry.frames)
        film = self._restore(film, found.kept)
        if summary is None:
            return moved(film, FilmStatus.NOT_ANALYSED, spoken(entry.why_not))
        urgency = summary.score if film.urgency is None else max(film.urgency, summary.score)
        if decisive(film.review) != UNCHANGED:
            summary = replace(summary, measured=False)
        return moved(replace(film, result=replace(NO_RESULT, summary=summary), urgency=urgency), FilmStatus.DONE)

    def _name(self, film_ids: list[int]) -> None:
        read = self._services.read_facts
        assert read is not None
        asked = [(film.id, film.path) for film in self._films(film_ids) if film.facts is None]

        def work(checkpoint: Checkpoint) -> dict[int, Facts]:
            found = {}
            for film_id, path in asked:
                checkpoint()
                facts = read(path)
                if facts is not None:
                    found[film_id] = facts
            return found

        def done(outcome: Outcome[dict[int, Facts]]) -> None:
            self._job = None
            if outcome.value:
                found, films = outcome.value, self._store.state.films
                named = (replace(f, facts=found[f.id]) if f.id in found and f.facts is None else f for f in films)
                self._store.change(films=tuple(named))
            self._recalled()

        self._job = self._lane.submit(work, done)

    def keep(self, film: Film, fresh: bool) -> Film:
        """Keep what is known of a film whose pixels are there; returns it marked as kept.

        ``fresh`` maps are not kept yet. What the reader insisted on is not kept: it would not be analysed unasked.
        """
        results, radiograph, model = self._services.results, film.radiograph, self.model
        info = self._store.state.engine.info
        mark = film.fingerprint if film.view.frame == 0 else ""
        known = not mark or film.cached_as == mark
        if results is None or radiograph is None or info is None or film.insisted or (known and not fresh):
            return film
        maps, review = film.maps, film.review
        findings = None if film.result is None else film.result.findings  # not those of a drag
        if maps is None and not radiograph.not_analysed:
            return film

        def work(_checkpoint: Checkpoint) -> bool:
            found = findings
            if maps is not None and (found is None or decisive(review) != UNCHANGED):
                found, _ = find(as_filed(radiograph), maps, info.rule)  # an entry is of the network, not of its reader
            why = None if maps is not None else radiograph.not_analysed
            why_not = None if why is None else NotAnalysed(why)
            entry = Entry(
                radiograph.key,
                review_name(radiograph),
                radiograph.shape,
                radiograph.frames,
                why_not,
                None if found is None or maps is None else summary_of(found),
            )
            results.save(mark, model, entry, maps if fresh else None)
            return True

        def done(outcome: Outcome[bool]) -> None:
            if outcome.value is None and not self._said:
                self._said = True  # once, not for every film of a folder
                self._store.say(f"{sentence(outcome.error)} {NOT_KEPT}", "warning")

        self._lane.submit(work, done, must_finish=True)
        return replace(film, cached_as=mark or film.cached_as)

    def clear(self) -> None:
        """Take away what was kept of all films; those that are open keep their results until they are closed."""
        results = self._services.results
        if results is None:
            return

        def work(_checkpoint: Checkpoint) -> bool:
            results.clear()
            return True

        self._lane.submit(work, lambda _outcome: self._store.change(message=CLEARED), must_finish=True)

    def forget(self, film_ids: Iterable[int]) -> None:
        """Leave out films that were closed."""
        gone = set(film_ids)
        self._wanted = [one for one in self._wanted if one not in gone]
        self._nameless = [one for one in self._nameless if one not in gone]

    def shut_down(self) -> None:
        """Retire what is being looked for; what is being kept is finished."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
