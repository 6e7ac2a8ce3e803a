"""What the reader does becomes a new state, and the view shows it: the whole behaviour of the window, without Qt.

Films cross the thread border twice: read on the disk lane, analysed on the model lane. Everything else happens here,
on the main thread, from values that are already there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from ptxviewer.app.jobs import Lane, Outcome, Ticket
from ptxviewer.app.queue import next_to_analyse, next_to_read, put_away
from ptxviewer.app.settings import Settings
from ptxviewer.app.state import (
    Banner,
    EngineStatus,
    Film,
    FilmStatus,
    FilmView,
    Overlay,
    OverlayMode,
    State,
    Tool,
)
from ptxviewer.core.errors import PtxError, StaleResult
from ptxviewer.core.findings import find
from ptxviewer.core.history import History
from ptxviewer.core.types import DecisionRule, ProbabilityMaps, Radiograph, Review
from ptxviewer.inference.engine import Checkpoint, Engine, EngineInfo

NOTHING_FOUND = "Nothing above threshold. This does not exclude a pneumothorax."
WENT_WRONG = "Something went wrong inside the program; the film on screen is not affected."
MODES: tuple[OverlayMode, ...] = ("outline", "fill", "heat")


class View(Protocol):
    """What the presenter needs of a window."""

    def render(self, state: State) -> None:
        """Show ``state``."""
        ...


@dataclass(frozen=True)
class ReportRequest:
    """Everything that a report is made of, captured when the key was pressed."""

    film: Film
    overlay: Overlay
    info: EngineInfo
    identified: bool
    reader: str
    target: Path | None  # None: a neutral name in the reports folder


@dataclass(frozen=True)
class Services:
    """What the composition root hands in, so that nothing here knows DICOM, torch or Qt."""

    read_film: Callable[[Path, int], Radiograph]
    collect: Callable[[Sequence[Path]], list[Path]]
    engine: Engine
    disk: Lane
    model: Lane
    save_report: Callable[[ReportRequest], Path]
    save_settings: Callable[[Settings], None] = lambda _settings: None
    sample: tuple[Path, ...] = ()
    memory_bytes: int = 400_000_000  # of films kept ready besides the one on screen


class Presenter:
    """The one owner of the state."""

    def __init__(self, view: View, services: Services, settings: Settings | None = None) -> None:
        self._view = view
        self._services = services
        self.settings = settings or Settings()
        self.state = self._with_settings(State(), self.settings)
        self._ids = itertools.count(1)
        self._histories: dict[int, History[Review]] = {}
        self._reading: tuple[Ticket, int] | None = None
        self._analysing: tuple[Ticket, int] | None = None
        self._collecting: set[Ticket] = set()
        self._closed = False

    # ---- plumbing

    def _show(self, state: State) -> None:
        self.state = state
        if not self._closed:
            self._view.render(state)

    def _update(self, film: Film) -> None:
        self._show(self.state.with_film(film))

    def _change(self, **changes: object) -> None:
        self._show(replace(self.state, **changes))  # type: ignore[arg-type]

    def _say(self, text: str, level: Literal["info", "warning", "error"] = "error") -> None:
        self._change(banner=Banner(text, level))

    @staticmethod
    def _sentence(error: Exception) -> str:
        return str(error) if isinstance(error, PtxError) else WENT_WRONG

    @property
    def rule(self) -> DecisionRule | None:
        """The model's operating point, None until the model is loaded."""
        info = self.state.engine.info
        return info.rule if info else None

    def _pump(self) -> None:
        """Start whatever the lanes may do next; the film on screen always goes first."""
        if self._closed:
            return
        state = self.state
        wanted = next_to_read(state)
        if self._reading and wanted is not None and wanted == state.current_id != self._reading[1]:
            self._reading[0].cancel()  # the film on screen does not wait for one that is not
            self._reading = None
        if self._reading is None and wanted is not None:
            self._start_reading(wanted)
        candidate = next_to_analyse(state)
        if self._analysing and candidate is not None and candidate == state.current_id != self._analysing[1]:
            ticket, film_id = self._analysing
            ticket.cancel()
            self._analysing = None
            film = self.state.film(film_id)
            if film is not None:
                self._update(replace(film, status=FilmStatus.WAITING))  # not lost: it is analysed later
        if self._analysing is None and candidate is not None:
            self._start_analysing(candidate)
        kept = put_away(self.state, self._services.memory_bytes)
        if kept is not self.state:
            self._show(kept)

    # ---- opening

    def open(self, paths: Iterable[Path]) -> None:
        """Open files, folders, archives; the first new film comes on screen, and the old one leaves it at once."""
        asked = tuple(paths)
        if not asked or self._closed:
            return
        self._change(current_id=None, opening=self.state.opening + 1, banner=None, message="")

        def work(_checkpoint: Checkpoint) -> list[Path]:
            return self._services.collect(asked)

        def done(outcome: Outcome[list[Path]]) -> None:
            self._collecting.discard(ticket)
            self._collected(outcome)

        ticket = self._services.disk.submit(work, done)
        self._collecting.add(ticket)

    def open_sample(self) -> None:
        """Open the synthetic sample study."""
        if self._services.sample:
            self.open(self._services.sample)
        else:
            self._say("The sample study is missing from this installation.")

    def _collected(self, outcome: Outcome[list[Path]]) -> None:
        state = replace(self.state, opening=max(0, self.state.opening - 1))
        if outcome.error is not None or not outcome.value:
            text = self._sentence(outcome.error) if outcome.error else "There is nothing here that can be opened."
            fallback = state.current_id if state.current_id is not None else None
            self._show(replace(state, banner=Banner(text), current_id=fallback))
            self._pump()
            return
        known = {film.path: film for film in state.films}
        films = list(state.films)
        first: int | None = None
        for path in outcome.value:
            film = known.get(path)
            if film is None:
                film = Film(id=next(self._ids), path=path, number=len(films) + 1)
                self._histories[film.id] = History(film.review)
                films.append(film)
                known[path] = film
            elif film.status is FilmStatus.FAILED:
                films[films.index(film)] = film = replace(film, status=FilmStatus.OPENING, error="")
            first = film.id if first is None else first
        self._show(replace(state, films=tuple(films), current_id=first))
        self._announce_current()
        self._pump()

    def _start_reading(self, film_id: int) -> None:
        film = self.state.film(film_id)
        assert film is not None
        path, frame = film.path, film.view.frame

        def work(_checkpoint: Checkpoint) -> Radiograph:
            return self._services.read_film(path, frame)

        def done(outcome: Outcome[Radiograph]) -> None:
            self._reading = None
            self._read(film_id, frame, outcome)
            self._pump()

        self._reading = (self._services.disk.submit(work, done), film_id)

    def _read(self, film_id: int, frame: int, outcome: Outcome[Radiograph]) -> None:
        film = self.state.film(film_id)
        if film is None or film.view.frame != frame:
            return
        if outcome.error is not None or outcome.value is None:
            text = self._sentence(outcome.error) if outcome.error else WENT_WRONG
            self._update(replace(film, status=FilmStatus.FAILED, error=text, radiograph=None, maps=None, findings=None))
            if film_id == self.state.current_id:
                self._say(text)
            return
        radiograph = outcome.value
        if film.key and film.key != radiograph.key:  # the file changed, or another frame: nothing of the old one stays
            film = replace(film, maps=None, findings=None, insisted=False)
        film = replace(film, radiograph=radiograph, key=radiograph.key)
        if film.maps is not None:
            film = replace(film, status=FilmStatus.DONE)
        elif radiograph.not_analysed and not film.insisted:
            film = replace(film, status=FilmStatus.NOT_ANALYSED, note=radiograph.not_analysed)
        elif film.status is not FilmStatus.NOT_ANALYSED:
            film = replace(film, status=FilmStatus.WAITING)
        self._update(film)
        self._announce_current()

    def _announce_current(self) -> None:
        """Say what the reader must know of the film that has just come on screen."""
        film = self.state.current
        if film is None:
            return
        if film.status is FilmStatus.FAILED:
            self._say(film.error)
        elif film.status is FilmStatus.NOT_ANALYSED and film.note:
            self._say(film.note, "warning")
        elif film.findings is not None and not film.findings.present:
            self._say(NOTHING_FOUND, "info")
        elif film.radiograph is not None and film.radiograph.notes:
            self._say(film.radiograph.notes[0], "warning")
        else:
            self._change(banner=None)

    # ---- analysing

    def warm_up(self) -> None:
        """Load the network while the window is empty. Called after the first paint."""
        if self.state.engine.phase in ("loading", "ready"):
            return
        self._change(engine=EngineStatus("loading"))
        self._services.model.submit(lambda _checkpoint: self._services.engine.load(), self._loaded)

    def _loaded(self, outcome: Outcome[EngineInfo]) -> None:
        if outcome.value is None:
            self._engine_failed(outcome.error)
        else:
            self._change(engine=EngineStatus("ready", outcome.value))
            if outcome.value.note:
                self._change(message=outcome.value.note)
            self._pump()

    def _engine_failed(self, error: Exception | None) -> None:
        text = self._sentence(error) if error else WENT_WRONG
        films = tuple(
            replace(film, status=FilmStatus.NOT_ANALYSED, note=text)
            if film.status in (FilmStatus.WAITING, FilmStatus.ANALYSING)
            else film
            for film in self.state.films
        )
        self._change(engine=EngineStatus("failed", error=text), films=films, banner=Banner(text))

    def _start_analysing(self, film_id: int) -> None:
        film = self.state.film(film_id)
        assert film is not None
        assert film.radiograph is not None
        radiograph = film.radiograph
        engine = self._services.engine

        def work(checkpoint: Checkpoint) -> tuple[EngineInfo, ProbabilityMaps]:
            engine.load()
            maps = engine.predict(radiograph, checkpoint)
            return engine.info or engine.load(), maps

        def done(outcome: Outcome[tuple[EngineInfo, ProbabilityMaps]]) -> None:
            self._analysing = None
            self._analysed(film_id, radiograph.key, outcome)
            self._pump()

        self._update(replace(film, status=FilmStatus.ANALYSING, note=""))
        self._analysing = (self._services.model.submit(work, done), film_id)

    def _analysed(self, film_id: int, key: str, outcome: Outcome[tuple[EngineInfo, ProbabilityMaps]]) -> None:
        film = self.state.film(film_id)
        if film is None or film.key != key or film.status is not FilmStatus.ANALYSING:
            return  # closed, or another frame: the result belongs to nobody
        if outcome.value is None:
            if self._services.engine.info is None:
                self._engine_failed(outcome.error)
                return
            text = self._sentence(outcome.error) if outcome.error else WENT_WRONG
            self._update(replace(film, status=FilmStatus.NOT_ANALYSED, note=text))
            if film_id == self.state.current_id:
                self._say(text)
            return
        info, maps = outcome.value
        if maps.image_key != key:
            raise StaleResult("The result belongs to another film and was not shown.")
        known = self.state.engine.info
        if known != info:
            self._change(engine=EngineStatus("ready", info), message=info.note or self.state.message)
        self._update(self._with_findings(replace(film, status=FilmStatus.DONE, maps=maps, note="")))
        if film_id == self.state.current_id:
            self._announce_current()

    def _with_findings(self, film: Film) -> Film:
        """Measure at film resolution; findings are dropped where they cannot be measured now."""
        rule = self.rule
        if film.radiograph is None or film.maps is None or rule is None:
            return film
        findings, _ = find(film.radiograph, film.maps, rule, film.threshold(rule))
        return replace(film, findings=findings)

    def analyse_anyway(self) -> None:
        """Analyse the film on screen in spite of what speaks against it, or again after a failure."""
        film = self.state.current
        if film is None or film.status is not FilmStatus.NOT_ANALYSED:
            return
        if self.state.engine.phase == "failed":
            self._change(engine=EngineStatus("not loaded"))
        self._show(
            replace(self.state.with_film(replace(film, status=FilmStatus.WAITING, insisted=True, note="")), banner=None)
        )
        self._pump()

    def cancel(self) -> None:
        """Stop analysing the film on screen, or all others when it is not being analysed."""
        current = self.state.current
        waiting = (FilmStatus.WAITING, FilmStatus.ANALYSING)
        only = current.id if current is not None and current.status in waiting else None
        hit = {f.id for f in self.state.films if f.status in waiting and only in (None, f.id)}
        if not hit:
            return
        if self._analysing and self._analysing[1] in hit:
            self._analysing[0].cancel()
            self._analysing = None
        films = tuple(
            replace(f, status=FilmStatus.NOT_ANALYSED, note="Analysis cancelled.") if f.id in hit else f
            for f in self.state.films
        )
        self._change(films=films)
        self._announce_current()
        self._pump()

    def retry(self) -> None:
        """Read a failed film again, or analyse one that was not."""
        film = self.state.current
        if film is not None and film.status is FilmStatus.FAILED:
            fresh = replace(film, status=FilmStatus.OPENING, error="")
            self._show(replace(self.state.with_film(fresh), banner=None))
            self._pump()
        else:
            self.analyse_anyway()

    # ---- moving between films

    def select(self, film_id: int) -> None:
        """Bring a film on screen."""
        if self.state.film(film_id) is None or film_id == self.state.current_id:
            return
        self._settle()
        self._change(current_id=film_id, banner=None, message="")
        self._announce_current()
        self._pump()

    def step(self, by: int) -> None:
        """Bring the film ``by`` places further on screen; the ends hold."""
        ids = [film.id for film in self.state.films]
        if not ids:
            return
        here = ids.index(self.state.current_id) if self.state.current_id in ids else -by
        self.select(ids[min(max(here + by, 0), len(ids) - 1)])

    def next(self) -> None:
        """The next film."""
        self.step(1)

    def previous(self) -> None:
        """The film before."""
        self.step(-1)

    def close_film(self, film_id: int | None = None) -> None:
        """Close a film (the one on screen by default); its neighbour comes on screen."""
        film_id = self.state.current_id if film_id is None else film_id
        ids = [film.id for film in self.state.films]
        if film_id not in ids:
            return
        place = ids.index(film_id)
        for job in ("_reading", "_analysing"):
            running = getattr(self, job)
            if running and running[1] == film_id:
                running[0].cancel()
                setattr(self, job, None)
        films = tuple(film for film in self.state.films if film.id != film_id)
        self._histories.pop(film_id, None)
        current = self.state.current_id
        if current == film_id:
            current = films[min(place, len(films) - 1)].id if films else None
        self._change(films=films, current_id=current, banner=None)
        self._announce_current()
        self._pump()

    def close_all(self) -> None:
        """Close every film."""
        for film in self.state.films:
            self.close_film(film.id)

    # ---- how the film lies on the screen

    def set_view(self, film_id: int, view: FilmView) -> None:
        """Take over a view that the canvas made (window drag, zoom, pan)."""
        film = self.state.film(film_id)
        if film is not None and film.view != view:
            self._update(replace(film, view=replace(view, frame=film.view.frame)))

    def _view_changes(self, **changes: object) -> None:
        film = self.state.current
        if film is not None:
            self.set_view(film.id, replace(film.view, **changes))  # type: ignore[arg-type]

    def choose_voi(self, index: int) -> None:
        """Show the film through preset ``index`` (from 0)."""
        film = self.state.current
        if film is not None and film.radiograph is not None and 0 <= index < len(film.radiograph.vois):
            self._view_changes(voi_index=index, voi=None)

    def invert(self) -> None:
        """Turn black and white round, on screen only."""
        film = self.state.current
        if film is not None:
            self._view_changes(inverted=not film.view.inverted)

    def rotate(self, quarter_turns: int) -> None:
        """Turn the film clockwise."""
        film = self.state.current
        if film is not None:
            self._view_changes(quarter_turns=(film.view.quarter_turns + quarter_turns) % 4, center=None)

    def flip_horizontal(self) -> None:
        """Mirror the film left to right as it lies on the screen."""
        film = self.state.current
        if film is not None:
            turns = -film.view.quarter_turns % 4  # mirroring behind a turn is mirroring before the opposite turn
            self._view_changes(flipped=not film.view.flipped, quarter_turns=turns, center=None)

    def flip_vertical(self) -> None:
        """Mirror the film top to bottom as it lies on the screen: left to right, and half a turn."""
        film = self.state.current
        if film is not None:
            turns = (2 - film.view.quarter_turns) % 4
            self._view_changes(flipped=not film.view.flipped, quarter_turns=turns, center=None)

    def fit(self) -> None:
        """Show the whole film."""
        self._view_changes(zoom=None, center=None)

    def one_to_one(self) -> None:
        """One film pixel on one screen pixel."""
        self._view_changes(zoom=1.0)

    def zoom(self, zoom: float | None) -> None:
        """Zoom about the middle of the canvas."""
        self._view_changes(zoom=zoom)

    def reset_view(self) -> None:
        """Window, zoom, turn and flip as when the film was opened."""
        film = self.state.current
        if film is not None:
            self.set_view(film.id, FilmView(frame=film.view.frame))

    def set_frame(self, frame: int) -> None:
        """Show another frame of a multi-frame film; it is read and analysed like a film of its own."""
        film = self.state.current
        if film is None or film.radiograph is None or frame == film.view.frame:
            return
        if not 0 <= frame < film.radiograph.frames:
            return
        if self._analysing and self._analysing[1] == film.id:
            self._analysing[0].cancel()
            self._analysing = None
        if self._reading and self._reading[1] == film.id:
            self._reading[0].cancel()
            self._reading = None
        fresh = replace(
            film,
            view=replace(film.view, frame=frame),
            status=FilmStatus.OPENING,
            radiograph=None,
            maps=None,
            findings=None,
        )
        self._show(replace(self.state.with_film(fresh), banner=None))
        self._pump()

    def set_tool(self, tool: Tool) -> None:
        """Choose what dragging with the left button does."""
        self._change(tool=tool)

    # ---- the overlay

    def set_threshold(self, value: float, settled: bool = True) -> None:
        """Move the threshold; while dragging (not ``settled``) only the overlay follows: a drag is one undo step."""
        film = self.state.current
        if film is None:
            return
        value = min(max(round(value, 3), 0.01), 0.99)
        if not settled:
            self._update(replace(film, live_threshold=value))
        else:
            self._review(replace(film, live_threshold=None), replace(film.review, threshold=value))

    def step_threshold(self, steps: int) -> None:
        """Move the threshold by hundredths."""
        film, rule = self.state.current, self.rule
        if film is not None and rule is not None:
            self.set_threshold(film.threshold(rule) + 0.01 * steps)

    def reset_threshold(self) -> None:
        """Back to the model's operating point."""
        film = self.state.current
        if film is not None:
            self._review(replace(film, live_threshold=None), replace(film.review, threshold=None))

    def _settle(self) -> None:
        film = self.state.current
        if film is not None and film.live_threshold is not None:
            self.set_threshold(film.live_threshold)

    def set_opacity(self, value: float) -> None:
        """Opacity of fill and heat map, 0 to 1."""
        self._overlay(opacity=min(max(round(value, 2), 0.0), 1.0))

    def step_opacity(self, steps: int) -> None:
        """Move the opacity by twentieths."""
        self.set_opacity(self.state.overlay.opacity + 0.05 * steps)

    def set_overlay_mode(self, mode: OverlayMode) -> None:
        """Outline, fill or heat map; an overlay that was switched off comes back."""
        self._overlay(mode=mode, visible=True)

    def cycle_overlay_mode(self) -> None:
        """The next way of drawing the overlay."""
        self.set_overlay_mode(MODES[(MODES.index(self.state.overlay.mode) + 1) % len(MODES)])

    def peek(self, held: bool) -> None:
        """Hide the overlay while a key is held."""
        if self.state.overlay.peeking != held:
            self._overlay(peeking=held)

    def toggle_overlay(self) -> None:
        """Switch the overlay off or on."""
        self._overlay(visible=not self.state.overlay.visible)

    def _overlay(self, **changes: object) -> None:
        self._change(overlay=replace(self.state.overlay, **changes))  # type: ignore[arg-type]

    # ---- the review

    def _review(self, film: Film, review: Review) -> None:
        self._set_history(film, self._histories[film.id].push(review))

    def _set_history(self, film: Film, history: History[Review]) -> None:
        self._histories[film.id] = history
        film = replace(film, review=history.present, can_undo=bool(history.past), can_redo=bool(history.future))
        self._update(self._with_findings(film))

    def undo(self) -> None:
        """Take back the last change to the film on screen."""
        film = self.state.current
        if film is not None:
            self._set_history(replace(film, live_threshold=None), self._histories[film.id].undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        film = self.state.current
        if film is not None:
            self._set_history(replace(film, live_threshold=None), self._histories[film.id].redo())

    def set_verdict(self, verdict: Literal["", "accept", "reject", "unsure"]) -> None:
        """Record what the reader thinks of the model's answer; the same verdict again takes it back."""
        film = self.state.current
        if film is not None and film.maps is not None:
            self._review(film, replace(film.review, verdict="" if film.review.verdict == verdict else verdict))

    def set_note(self, note: str) -> None:
        """Keep a note with the film; an edit is one undo step."""
        film = self.state.current
        if film is not None:
            self._review(film, replace(film.review, note=note))

    # ---- reports, settings, the end

    def save_report(self, target: Path | None = None) -> None:
        """Write the report of the film on screen; it says where, or why not."""
        self._settle()
        film, info = self.state.current, self.state.engine.info
        if film is None or film.radiograph is None or info is None:
            self._say("There is no film to report on yet.", "warning")
            return
        if film.status in (FilmStatus.WAITING, FilmStatus.ANALYSING):
            self._say("The film is still being analysed: save the report in a moment.", "warning")
            return
        request = ReportRequest(
            film, self.state.overlay, info, self.settings.report_identified, self.settings.reader, target
        )

        def done(outcome: Outcome[Path]) -> None:
            if outcome.value is None:
                self._say(self._sentence(outcome.error) if outcome.error else WENT_WRONG)
            else:
                self._change(message=f"Report saved: {outcome.value}")

        self._change(message="Saving the report ...")
        self._services.disk.submit(lambda _checkpoint: self._services.save_report(request), done)

    def toggle_annotations(self) -> None:
        """Show or hide the corner texts."""
        self._change(annotations=not self.state.annotations)

    def toggle_identified(self) -> None:
        """Show or hide patient data on the screen."""
        self._change(identified=not self.state.identified)

    def toggle_film_only(self) -> None:
        """Hide or show everything around the film."""
        self._change(film_only=not self.state.film_only)

    def dismiss_banner(self) -> None:
        """Take the sentence off the film."""
        self._change(banner=None)

    def show_problem(self, text: str = WENT_WRONG) -> None:
        """Show a sentence from outside, for example after a bug in the window itself."""
        self._say(text)

    @staticmethod
    def _with_settings(state: State, settings: Settings) -> State:
        mode: OverlayMode = next((mode for mode in MODES if mode == settings.overlay_mode), "outline")
        overlay = replace(state.overlay, mode=mode, opacity=settings.overlay_opacity)
        folder = Path(settings.reports_folder) if settings.reports_folder else None
        return replace(
            state,
            overlay=overlay,
            annotations=settings.annotations,
            identified=settings.screen_identified,
            reports_folder=folder,
        )

    def apply_settings(self, settings: Settings) -> None:
        """Take over and keep what the reader chose."""
        self.settings = settings
        self._show(self._with_settings(self.state, settings))
        self.store_settings()

    def store_settings(self, **changes: object) -> None:
        """Keep the settings together with how the overlay is drawn now."""
        overlay = self.state.overlay
        kept = replace(
            self.settings,
            overlay_mode=overlay.mode,
            overlay_opacity=overlay.opacity,
            annotations=self.state.annotations,
            **changes,  # type: ignore[arg-type]
        )
        self.settings = kept
        try:
            self._services.save_settings(kept)
        except PtxError as error:
            self._say(str(error), "warning")

    def shut_down(self, timeout_s: float = 5.0) -> bool:
        """Retire all work and wait for the lanes; True when both ended in time. Nothing is rendered after it."""
        self._closed = True
        for job in (self._reading, self._analysing):
            if job is not None:
                job[0].cancel()
        for ticket in self._collecting:
            ticket.cancel()
        self._reading = self._analysing = None
        return all([self._services.disk.close(timeout_s), self._services.model.close(timeout_s)])
