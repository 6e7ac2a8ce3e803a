"""What the reader does becomes a new state, and the view shows it: the whole behaviour of the window, without Qt.

Films cross the thread border three times (``collecting``, ``opening``). Everything else happens here and in
``reviewing``, on the main thread, from values that are already there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from ptxviewer.app import sentences
from ptxviewer.app.display.aids import Looking
from ptxviewer.app.display.comparing import Comparing
from ptxviewer.app.display.disagreement import Banding
from ptxviewer.app.display.overlay import Overlaying
from ptxviewer.app.display.view import Displaying
from ptxviewer.app.exporting import Exporting
from ptxviewer.app.films.analysing import Opening
from ptxviewer.app.films.background import Batch
from ptxviewer.app.films.collecting import Collecting
from ptxviewer.app.films.watching import Watching
from ptxviewer.app.jobs import Outcome, Ticket
from ptxviewer.app.ports import Services, View
from ptxviewer.app.preferences import Preferences
from ptxviewer.app.review.editor import at_frame
from ptxviewer.app.review.measurements import KIND_OF
from ptxviewer.app.review.wing import ReviewWing
from ptxviewer.app.sentences import NOTHING_FOUND, SHOW_ANYWAY, WENT_WRONG
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.app.state.gating import withheld
from ptxviewer.app.state.screen import EngineStatus, State, Tool
from ptxviewer.app.state.settings import Settings
from ptxviewer.app.store import Store
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.engine import SelfTest
from ptxviewer.core.review import Impression, Verdict


class Presenter:
    """The one owner of the state."""

    def __init__(self, view: View, services: Services, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self._services = services
        engine = EngineStatus(info=services.expected)
        self._store = Store(view, State(engine=engine, settings=settings, identified=settings.screen_identified))
        self.preferences = Preferences(self._store, services)
        self.review = ReviewWing(self._store, services)
        self.review.refused_again = self._after_undo
        self.editing = self.review.mask
        self.measuring = self.review.measurements
        self.detecting = self.review.thresholds
        self.lining = self.review.distances
        self.choosing = self.review.findings
        self.displaying = Displaying(self._store)
        self.overlaying = Overlaying(self._store, self.preferences)
        self.looking = Looking(self._store)
        self.banding = Banding(self._store, services)
        self._opening = Opening(
            self._store,
            services,
            self._film_budget,
            self.review.editor.restored,
            self.banding.pump,
        )
        self._collecting = Collecting(self._store, services, self._opening)
        self.exporting = Exporting(self._store, services, self.settle)
        self.batch = Batch(self._store, self._opening)
        self.comparing = Comparing(self._store, self._opening)
        self.watching = Watching(
            self._store,
            services,
            self._collecting,
            lambda folder: self.preferences.save(lambda settings: replace(settings, watch_folder=folder)),
        )

    @property
    def state(self) -> State:
        """What the screen shows."""
        return self._store.state

    @property
    def rule(self) -> DecisionRule | None:
        """The model's operating point, None until the model is loaded."""
        return self._store.rule

    def _film_budget(self) -> int:
        given = self._services.memory_bytes
        return self.state.settings.film_memory_mb * 1_000_000 if given is None else given

    def settle(self) -> None:
        """End what the hand is doing to the film on screen: the reader turns to something else."""
        self.review.settle()

    # ---- opening and analysing

    def open(self, paths: Iterable[Path]) -> None:
        """Open files, folders, archives; the first new film comes on screen, and the old one leaves it at once."""
        asked = tuple(paths)
        if asked and not self._store.closed:
            self._collecting.collect(asked)

    def open_sample(self) -> None:
        """Open the synthetic sample study."""
        if self._services.sample:
            self.open(self._services.sample)
        else:
            self._store.say(sentences.NO_SAMPLE)

    def warm_up(self) -> None:
        """Load the network while the window is empty. Called after the first paint."""
        self._opening.warm_up()

    def analyse_anyway(self) -> None:
        """Analyse the film on screen, or show its result, in spite of what speaks against it; or try again."""
        film = self.state.current
        radiograph = film.radiograph if film is not None else None
        refused = film is not None and film.status is FilmStatus.NOT_ANALYSED and radiograph and radiograph.not_analysed
        if film is not None and (withheld(film) or refused):
            self.review.editor.push(lambda film: replace(film.review, gate_overridden=True))
        if film is not None and withheld(film):
            self._opening.announce()
            self._opening.pump()
        else:
            self._opening.analyse_anyway()

    def look_at(self, film_ids: Iterable[int]) -> None:
        """The thumbnails of these films are in sight."""
        self._opening.look_at(film_ids)

    def cancel(self) -> None:
        """Stop analysing the film on screen, or everything in the background when it is not being analysed."""
        self._opening.cancel()

    def retry(self) -> None:
        """Read a failed film again, from its first frame, analyse one that was not, show a result kept back."""
        film = self.state.current
        if film is not None and film.status is not FilmStatus.FAILED:
            self.analyse_anyway()
            return
        if film is not None and film.status is FilmStatus.FAILED and film.view.frame:
            self._store.update(at_frame(film, 0))
        self._opening.retry()

    # ---- moving between films

    def select(self, film_id: int) -> None:
        """Bring a film on screen."""
        if self.state.film(film_id) is None or film_id == self.state.current_id:
            return
        self._collecting.unclaim()
        self._store.edit(lambda state: replace(state, current_id=film_id, message=""))
        self._opening.announce()
        self._opening.pump()

    def step(self, by: int) -> None:
        """Bring the film ``by`` places further on screen; the ends hold."""
        ids = self.batch.order()
        if not ids:
            return
        here = ids.index(self.state.current_id) if self.state.current_id in ids else (-1 if by > 0 else len(ids))
        self.select(ids[min(max(here + by, 0), len(ids) - 1)])

    def next_urgent(self) -> None:
        """Bring the most urgent film on screen that nobody has looked at."""
        film_id = self.batch.next_urgent()
        if film_id is not None:
            self.select(film_id)

    def next_unread(self) -> None:
        """Bring the next film of the list on screen that nobody has looked at."""
        film_id = self.batch.next_unread()
        if film_id is not None:
            self.select(film_id)

    def next(self) -> None:
        """The next film."""
        self.step(1)

    def previous(self) -> None:
        """The film before."""
        self.step(-1)

    def close_film(self, film_id: int | None = None) -> None:
        """Close a film (the one on screen by default); its neighbour comes on screen."""
        film_id = self.state.current_id if film_id is None else film_id
        if film_id is not None:
            self._close({film_id})

    def close_all(self) -> None:
        """Close every film, also those of a drop whose films have not been found yet."""
        self._collecting.stop()
        self._store.edit(lambda state: replace(state, opening=0))
        self._close({film.id for film in self.state.films})

    def _close(self, gone: set[int]) -> None:
        before = self.state
        left = tuple(film for film in before.films if film.id not in gone)
        if len(left) == len(before.films):
            return
        self._opening.close(gone)
        current = before.current_id
        if current in gone:
            place = [film.id for film in before.films].index(current)
            behind = [film for film in before.films[place:] if film.id not in gone]
            current = behind[0].id if behind else left[-1].id if left else None
        self._store.edit(lambda state: replace(state, films=left, current_id=current))
        if current != before.current_id:
            self._opening.announce()
        self._opening.pump()

    def set_frame(self, frame: int) -> None:
        """Show another frame of a multi-frame film; it is read and analysed like a film of its own."""
        film = self.state.current
        if film is None or frame == film.view.frame or not 0 <= frame < film.frames:
            return
        self.settle()
        film = self.state.current or film
        self._opening.reread(at_frame(film, frame))

    def step_frame(self, by: int) -> None:
        """Show the frame ``by`` places further of a multi-frame film; the ends hold."""
        film = self.state.current
        if film is not None:
            self.set_frame(min(max(film.view.frame + by, 0), film.frames - 1))

    # ---- the tool

    def set_tool(self, tool: Tool) -> None:
        """Choose what dragging with the left button does."""
        self._store.edit(
            lambda state: replace(state, tool=tool, measure_tool=tool if tool in KIND_OF else state.measure_tool)
        )

    # ---- the review

    def set_threshold(self, value: float, settled: bool = True) -> None:
        """Move the threshold; while dragging (not ``settled``) only the overlay follows: a drag is one undo step."""
        self.review.thresholds.set(value, settled)

    def step_threshold(self, steps: int) -> None:
        """Move the threshold by hundredths."""
        self.review.thresholds.step(steps)

    def reset_threshold(self) -> None:
        """Back to the model's operating point."""
        self.review.thresholds.reset()

    def undo(self) -> None:
        """Take back the last change to the film on screen: of a polygon that is being drawn, its last corner."""
        self.review.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.review.redo()

    def _after_undo(self) -> None:
        """What was overridden may be refused again, and a band may be wanted again."""
        film, banner = self.state.current, self.state.banner
        if film is not None and (withheld(film) or (banner is not None and SHOW_ANYWAY in banner.text)):
            self._opening.announce()
        self._opening.pump()

    def set_verdict(self, verdict: Verdict) -> None:
        """Record what the reader thinks of the model's answer; the same verdict again takes it back."""
        self.review.set_verdict(verdict)

    def set_note(self, note: str) -> None:
        """Keep a note with the film; an edit is one undo step."""
        self.review.set_note(note)

    def mark(self, impression: Impression) -> None:
        """Record what the reader sees on the film; the first mark shows the network's result."""
        if self.review.mark(impression):
            self._opening.announce()

    def save_reviews(self) -> None:
        """Try again to save the reviews that could not be saved."""
        self.review.save_again()

    def self_test(self, done: Callable[[Outcome[SelfTest]], None]) -> Ticket:
        """Try on this computer whether the network says what it said when it was made, after the film it is at."""
        return self._services.model.submit(self._services.self_test, done)

    # ---- the screen, settings, the end

    def toggle_annotations(self) -> None:
        """Show or hide the corner texts."""
        self.preferences.change(lambda settings: replace(settings, annotations=not settings.annotations))

    def toggle_identified(self) -> None:
        """Show or hide patient data on the screen."""
        self._store.edit(lambda state: replace(state, identified=not state.identified))

    def toggle_two_thresholds(self) -> None:
        """Give detection and extent sliders of their own, or one for both again, for every film."""
        self.settle()
        self.preferences.save(lambda settings: replace(settings, two_thresholds=not settings.two_thresholds))

    def toggle_film_only(self) -> None:
        """Hide or show everything around the film."""
        self._store.edit(lambda state: replace(state, film_only=not state.film_only))

    def toggle_strip(self) -> None:
        """Show or hide the film strip."""
        self.preferences.change(lambda settings: replace(settings, strip=not settings.strip))

    def toggle_panel(self) -> None:
        """Show or hide the reading panel."""
        self.preferences.change(lambda settings: replace(settings, panel=not settings.panel))

    def dismiss_banner(self) -> None:
        """Take the sentence off the film."""
        self._store.edit(lambda state: replace(state, banner=None))

    def show_problem(self, text: str = WENT_WRONG) -> None:
        """Show a sentence from outside, for example after a bug in the window itself."""
        self._store.say(text)

    def apply_settings(self, settings: Settings) -> None:
        """Take over and keep what the reader chose in the dialog."""
        self._store.show(replace(self.state, settings=settings, identified=settings.screen_identified))
        self.watching.follow(settings.watch_folder)
        self.preferences.save()

    def shut_down(self, timeout_s: float = 5.0) -> bool:
        """Retire all work, let a report be finished, wait for the lanes; True when both ended in time.

        Nothing is rendered after it.
        """
        self._store.closed = True
        self.banding.stop()
        self._collecting.stop()
        self._opening.shut_down()
        lanes = (
            self._services.disk,
            self._services.model,
            self._services.keep,
            self._services.cache,
            self._services.watch,
        )
        ended = [lane.close(timeout_s) for lane in lanes if lane is not None]  # every one, also after a failure
        return all(ended)


__all__ = ["NOTHING_FOUND", "WENT_WRONG", "Presenter", "Services", "View"]
