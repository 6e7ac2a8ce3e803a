"""The way of a film from its path to its findings: read on the disk lane, analysed on the model lane.

Everything here runs on the main thread; what a lane brings home is refused when its film has gone or changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ptxviewer.app.films.disagreement import Disagreement
from ptxviewer.app.films.queue import BUSY, Pace, next_to_analyse, next_to_read, put_away
from ptxviewer.app.films.reading import ReadFilm, listed, read_film, with_pixels
from ptxviewer.app.films.result_cache import ResultCache
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services
from ptxviewer.app.review.editor import ReviewEditor, measured
from ptxviewer.app.state.banner import banner_for
from ptxviewer.app.state.film import Film, FilmStatus, Result, cancelled, moved, not_analysed, without_result
from ptxviewer.app.state.screen import Banner, EngineStatus
from ptxviewer.app.state.withheld import challenged, question
from ptxviewer.app.store import Store
from ptxviewer.core.answer import Findings, ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, EngineInfo
from ptxviewer.core.errors import ModelUnavailable, StaleResult, reason_of
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import decisive, find_reviewed
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review
from ptxviewer.core.view import FilmView

Analysis = tuple[EngineInfo, ProbabilityMaps, Findings]


@dataclass(frozen=True)
class _Running:
    """The one job of a kind that is under way."""

    ticket: Ticket
    film_id: int


class Pipeline:
    """Feeds both lanes; the film on screen always goes first."""

    def __init__(self, store: Store, services: Services, editor: ReviewEditor) -> None:
        self._store = store
        self._services = services
        self._editor = editor
        self.cache = ResultCache(store, services, editor, self.pump)
        self.disagreement = Disagreement(store, services)
        self._visible: frozenset[int] = frozenset()  # films whose thumbnails are on screen
        self._pace = Pace()
        self._reading: _Running | None = None
        self._analysing: _Running | None = None

    def pump(self) -> None:
        """Start whatever the lanes may do next."""
        if self._store.closed:
            return
        self.cache.pump()
        if self._store.state.paused:
            self.halt_background()
        state = self._store.state
        wanted = next_to_read(state, self._visible)
        if self._reading and wanted is not None and wanted == state.current_id != self._reading.film_id:
            self._reading.ticket.cancel()  # the film on screen does not wait for one that is not
            self._reading = None
        if self._reading is None and wanted is not None:
            self._read(wanted)
        candidate = next_to_analyse(state)
        if self._analysing and candidate is not None and candidate == state.current_id != self._analysing.film_id:
            film = state.film(self._analysing.film_id)
            self._stop(self._analysing.film_id)
            if film is not None and film.status is FilmStatus.ANALYSING:
                self._store.update(moved(film, FilmStatus.WAITING))  # not lost: it is analysed later
        self.disagreement.pump()  # for the film on screen: before the analysis of any other film
        if self._analysing is None and candidate is not None:
            self._analyse(candidate)
        budget = self._services.memory_bytes
        if budget is None:
            budget = self._store.state.settings.film_memory_mb * 1_000_000
        kept = put_away(self._store.state, budget)
        if kept is not self._store.state:
            self._store.edit(lambda _state: kept)

    def thumbnails_in_sight(self, film_ids: Iterable[int]) -> None:
        """The thumbnails of these films are on screen: read those that lack one, when nothing else is to be done."""
        visible = frozenset(film_ids)
        if visible != self._visible:
            self._visible = visible
            self.pump()

    def announce(self) -> None:
        """Say what the reader must know of the film that has just come on screen."""
        film = self._store.state.current
        seen = None
        if film is not None:
            before = film.first_read
            film = challenged(self._store.state, film, self._services.now().isoformat(timespec="seconds"))
            if film.first_read != before:
                self._editor.saving.changed(film)
                self._store.tell(question(film))
            outdated = film.notice is not None and film.status not in (*BUSY, FilmStatus.OPENING)
            seen = replace(film, seen=True, notice=None if outdated else film.notice)
        self._store.edit(
            lambda state: replace(state if seen is None else state.with_film(seen), banner=banner_for(film))
        )

    def _stop(self, film_id: int) -> None:
        """Retire what is under way for a film."""
        if self._reading and self._reading.film_id == film_id:
            self._reading.ticket.cancel()
            self._reading = None
        if self._analysing and self._analysing.film_id == film_id:
            self._analysing.ticket.cancel()
            self._analysing = None

    # ---- from a path to a radiograph

    def _read(self, film_id: int) -> None:
        film = self._store.state.film(film_id)
        assert film is not None
        frame, services, model, info = film.view.frame, self._services, self.cache.model, self._store.state.engine.info
        rule, writes = None if info is None else info.rule, self._editor.saving.writes

        def work(_checkpoint: Checkpoint) -> ReadFilm:
            return read_film(services, film, model, rule, writes)

        def done(outcome: Outcome[ReadFilm]) -> None:
            self._reading = None
            with self._store.together():
                self._was_read(film_id, frame, outcome)
                if film_id == self._store.state.current_id:  # what comes next would take the film's time to be drawn
                    services.after_paint(self.pump)
                else:
                    self.pump()

        self._reading = _Running(services.disk.submit(work, done), film_id)

    def _was_read(self, film_id: int, frame: int, outcome: Outcome[ReadFilm]) -> None:
        state = self._store.state
        film = state.film(film_id)
        if film is None or film.view.frame != frame:
            return
        on_screen = film_id == state.current_id
        read = outcome.value
        if read is None:
            bare = replace(without_result(film), radiograph=None)
            self._store.update(moved(bare, FilmStatus.FAILED, reason_of(outcome.error)))
            if on_screen:
                self.announce()
            return
        radiograph = read.radiograph
        if film.key and film.key not in (radiograph.key, read.listed_as):  # the file has changed: this is another film
            film = Film(
                film.id,
                film.path,
                film.number,
                view=FilmView(frame=frame),
                seen=on_screen,
                since=film.since,
                arrived=film.arrived,
                notice=Notice.FILE_CHANGED,
            )
        if read.listed_as:
            film = replace(film, cached_as="")  # its entry is written anew, under the key of today
        film = with_pixels(film, read, self._editor.restored)
        if film.older is not None and radiograph.not_analysed is not None and not film.insisted:
            film = without_result(film)  # an older version took it for a chest film
        answered = film.status is FilmStatus.DONE and film.result is not None and not film.due
        if answered and film.maps is None and not on_screen and film_id != state.prior_id:
            self._store.update(replace(film, radiograph=None))  # only its thumbnail was wanted
            return
        if film.maps is not None:
            film = moved(film, FilmStatus.DONE, film.why if film.outdated else None)
            if film.findings is None:
                info = state.network_of(film)
                film = measured(film, film.radiograph, None if info is None else info.rule)
            if film.findings is not None and film.summary is None:
                film = listed(film, radiograph, film.findings)
        elif radiograph.not_analysed is not None and not film.insisted:
            film = moved(film, FilmStatus.NOT_ANALYSED, NotAnalysed(radiograph.not_analysed))
        elif film.status is not FilmStatus.NOT_ANALYSED and film.older is None:
            film = moved(film, FilmStatus.WAITING)
        if film.awaited and state.engine.phase == "failed":
            film = not_analysed(film, state.engine.why)
        self._store.update(self.cache.keep(film, fresh=False))
        if on_screen:
            self.announce()

    # ---- from a radiograph to findings

    def warm_up(self) -> None:
        """Load the network while the window is empty."""
        if self._store.state.engine.phase in ("loading", "ready"):
            return
        self._loading()
        engine = self._services.engine
        self._services.model.submit(lambda _checkpoint: engine.load(), self._loaded)

    def _loading(self) -> None:
        self._store.edit(lambda state: replace(state, engine=replace(state.engine, phase="loading")))

    def _loaded(self, outcome: Outcome[EngineInfo]) -> None:
        if outcome.value is None:
            self._engine_failed(outcome.error)
        else:
            self._ready(outcome.value)
        self.pump()

    def _ready(self, info: EngineInfo) -> None:
        """Take over what the engine says of itself: also that it moved to another device."""
        ready = EngineStatus("ready", info)
        if self._store.state.engine != ready:
            self._store.edit(lambda state: replace(state, engine=ready, message=info.note or state.message))

    def _engine_failed(self, error: BaseException | None) -> None:
        why = reason_of(error)
        self._store.edit(
            lambda state: replace(
                state,
                engine=EngineStatus("failed", why=why),
                films=tuple(not_analysed(film, why) if film.awaited else film for film in state.films),
                banner=Banner(why),
            )
        )

    def _analyse(self, film_id: int) -> None:
        film = self._store.state.film(film_id)
        assert film is not None
        assert film.radiograph is not None
        radiograph, engine, review = film.radiograph, self._services.engine, film.review

        def work(checkpoint: Checkpoint) -> Analysis:
            engine.load()
            maps = engine.predict(radiograph, checkpoint)
            info = engine.info or engine.load()
            return info, maps, find_reviewed(radiograph, maps, info.rule, review)[0]

        def done(outcome: Outcome[Analysis]) -> None:
            self._analysing = None
            with self._store.together():
                self._analysed(film_id, radiograph, review, outcome)
                self.pump()

        if self._store.state.engine.phase == "not loaded":
            self._loading()
        if not film.due:  # what an older network said stays until then
            self._store.update(moved(film, FilmStatus.ANALYSING))
        self._analysing = _Running(self._services.model.submit(work, done), film_id)

    def _analysed(self, film_id: int, radiograph: Radiograph, review: Review, outcome: Outcome[Analysis]) -> None:
        film = self._store.state.film(film_id)
        key = radiograph.key
        if film is None or film.key != key or not (film.status is FilmStatus.ANALYSING or film.due):
            return  # closed, or another frame: the result belongs to nobody
        error = outcome.error
        if outcome.value is not None and outcome.value[1].image_key != key:
            error = StaleResult(Finding.RESULT_OF_OTHER_FILM)
        if outcome.value is None or error is not None:
            if isinstance(error, ModelUnavailable) or self._services.engine.info is None:
                self._engine_failed(error)
                return
            self._store.update(not_analysed(film, reason_of(error)))
        else:
            info, maps, findings = outcome.value
            self._ready(info)
            if film.older is not None:
                film = self._let_go(film)
            film = moved(replace(film, result=Result(maps, findings)), FilmStatus.DONE)
            spacing = film.radiograph.spacing if film.radiograph is not None else radiograph.spacing
            if (decisive(film.review), spacing) != (decisive(review), radiograph.spacing):
                film = measured(film, film.radiograph, info.rule)  # moved while the network was at work
            self._store.update(self.cache.keep(listed(film, radiograph, findings), fresh=True))
            pace = self._pace.tick(self._services.now())
            self._store.edit(lambda state: replace(state, pace_s=pace))
        if film_id == self._store.state.current_id:
            self.announce()

    def _let_go(self, film: Film) -> Film:
        """Return a film whose older result is about to be replaced; what its reader decided was about that one."""
        if film.id == self._store.state.current_id:
            self._editor.settle()
            film = self._store.state.film(film.id) or film
        return replace(film, notice=Notice.ANALYSED_AGAIN) if film.review.verdict else film

    # ---- the reader interferes

    def analyse_anyway(self) -> None:
        """Analyse the film on screen in spite of what speaks against it, or again after a failure."""
        state = self._store.state
        film = state.current
        if film is None or not (film.status is FilmStatus.NOT_ANALYSED or film.outdated):
            return
        again, engine = {film.id}, state.engine
        if engine.phase == "failed":  # a second try of the engine is one for all films that it failed
            again |= {other.id for other in state.films if other.why == engine.why}
            engine = EngineStatus("not loaded")

        def waiting(other: Film) -> Film:
            if other.id in again and other.outdated:
                return moved(other, FilmStatus.DONE)
            if other.id not in again or other.status is not FilmStatus.NOT_ANALYSED:
                return other
            return moved(replace(other, insisted=other.insisted or other.id == film.id), FilmStatus.WAITING)

        self._store.edit(
            lambda state: replace(state, films=tuple(map(waiting, state.films)), engine=engine, banner=None)
        )
        self.pump()

    def cancel(self) -> None:
        """Stop analysing the film on screen; where it is not being analysed, stop everything in the background.

        Films are never lost by it: what was dropped is still opened, and can be analysed on demand.
        """
        current = self._store.state.current
        if current is not None and current.awaited:
            self._cancel({current.id})
        else:
            self.stop_background()

    def stop_background(self) -> None:
        """Stop everything but the film on screen."""
        state = self._store.state
        unread = (film for film in state.films if film.awaited or film.status is FilmStatus.OPENING)
        self._cancel({film.id for film in unread if film.id != state.current_id})

    def _cancel(self, film_ids: set[int]) -> None:
        for film_id in film_ids:
            self._stop(film_id)
        self._store.edit(
            lambda state: replace(
                state,
                films=tuple(
                    not_analysed(film, Notice.CANCELLED) if film.id in film_ids else film for film in state.films
                ),
            )
        )
        if self._store.state.current_id in film_ids:
            self.announce()
        self.pump()

    def halt_background(self) -> None:
        """Interrupt what is under way for other films than the one on screen; they wait, and lose nothing."""
        state = self._store.state
        for running in (self._reading, self._analysing):
            film = state.film(running.film_id) if running is not None else None
            if film is not None and film.id not in (state.current_id, state.prior_id):
                self._stop(film.id)
                if film.status is FilmStatus.ANALYSING:
                    self._store.update(moved(film, FilmStatus.WAITING))

    def analyse_stopped(self) -> None:
        """Take up again what was stopped."""

        def resumed(film: Film) -> Film:
            if cancelled(film) and film.outdated:
                return moved(film, FilmStatus.DONE)
            if film.status is not FilmStatus.NOT_ANALYSED or not cancelled(film):
                return film
            return moved(film, FilmStatus.OPENING if film.radiograph is None else FilmStatus.WAITING)

        self._store.edit(lambda state: replace(state, films=tuple(map(resumed, state.films))))
        self.announce()
        self.pump()

    def read_again(self, film: Film) -> None:
        """Read a film as it is asked for now, another frame or one that failed; nothing of the old pixels stays."""
        self._stop(film.id)
        bare = replace(without_result(film), radiograph=None, thumbnail=None, key="", fingerprint="", cached_as="")
        fresh = moved(bare, FilmStatus.OPENING)
        self._store.edit(lambda state: replace(state.with_film(fresh), banner=None))
        self.pump()

    def start_over(self, film_ids: Collection[int]) -> None:
        """Retire what is under way for files that have changed: others lie at their places now."""
        for film_id in film_ids:
            self._stop(film_id)
        self.cache.look_up(film_ids)

    def close(self, film_ids: Collection[int]) -> None:
        """Retire what is under way for films that are closed."""
        for film_id in film_ids:
            self._stop(film_id)
        self.cache.forget(film_ids)

    def shut_down(self) -> None:
        """Retire everything."""
        self.cache.shut_down()
        self.disagreement.stop()
        for running in (self._reading, self._analysing):
            if running is not None:
                running.ticket.cancel()
        self._reading = self._analysing = None
