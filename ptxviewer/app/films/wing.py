"""What the reader does with films: opening, moving between them, analysing, closing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ptxviewer.app.films import worklist
from ptxviewer.app.films.background import Background
from ptxviewer.app.films.film_list import FilmList
from ptxviewer.app.films.intake import Intake
from ptxviewer.app.films.pipeline import Pipeline
from ptxviewer.app.films.recent import with_opened, without_recent
from ptxviewer.app.films.watched_folder import WatchedFolder
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.ports import Services
from ptxviewer.app.preferences import Preferences
from ptxviewer.app.review.editor import ReviewEditor, at_frame
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.withheld import agreed, as_seen, withheld
from ptxviewer.app.store import Store
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.tag_list import TagList


class FilmsWing:
    """The films that are open, and the one on screen."""

    def __init__(self, store: Store, services: Services, editor: ReviewEditor, preferences: Preferences) -> None:
        self._store = store
        self._services = services
        self._editor = editor
        self._preferences = preferences
        self.pipeline = Pipeline(store, services, editor)
        self._intake = Intake(store, services, self.pipeline)
        self.background = Background(store, self.pipeline)
        self.list = FilmList(store, services.now)
        self.watched = WatchedFolder(store, services, self._intake, preferences)

    # ---- opening and analysing

    def open(self, paths: Iterable[Path]) -> None:
        """Open files, folders, archives; the first new film comes on screen, and the old one leaves it at once."""
        asked = tuple(paths)
        if not asked or self._store.closed:
            return
        kept = with_opened(self._preferences.settings, (path for path in asked if path not in self._services.sample))
        if kept != self._preferences.settings:
            self._preferences.save(lambda settings: replace(settings, recent=kept.recent))
        self._intake.open(asked)

    def forget_recent(self) -> None:
        """Forget what was opened."""
        self._preferences.save(without_recent)

    def open_sample(self) -> None:
        """Open the synthetic sample study."""
        if self._services.sample:
            self.open(self._services.sample)
        else:
            self._store.say(Reading.SAMPLE_MISSING)

    def read_tags(self, done: Callable[[Outcome[TagList]], None]) -> None:
        """List the tags of the file of the film on screen."""
        film = self._store.state.current
        if film is not None:
            path, read = film.path, self._services.read_tags
            self._services.disk.submit(lambda _checkpoint: read(path), done)

    def retry(self) -> None:
        """Read a failed film again, from its first frame; analyse one that was not; show a result kept back."""
        film = self._store.state.current
        if film is not None and film.status is FilmStatus.FAILED:
            self.pipeline.read_again(at_frame(film, 0))
        else:
            self.analyse_anyway()

    def analyse_anyway(self) -> None:
        """Analyse the film on screen, or show its result, in spite of what speaks against it."""
        film = self._store.state.current
        if film is None:
            return
        if agreed(self._store.state, film):
            self._reveal(film)
            return
        kept_back = withheld(film)
        refused = film.radiograph is not None and film.radiograph.not_analysed is not None
        if kept_back or (refused and film.status is FilmStatus.NOT_ANALYSED):
            self._editor.push(lambda film: replace(film.review, gate_overridden=True))
        if kept_back:
            self.pipeline.announce()
            self.pipeline.pump()
        else:
            self.pipeline.analyse_anyway()

    def _reveal(self, film: Film) -> None:
        """Show the result that stays hidden because network and reader agree."""
        when = self._services.now().isoformat(timespec="seconds")
        film = replace(film, first_read=replace(film.first_read, revealed=when))
        self._store.update(film)
        self._editor.saving.changed(film)
        self.pipeline.announce()

    def cancel(self) -> None:
        """Stop analysing the film on screen, or everything in the background when it is not being analysed."""
        self.pipeline.cancel()

    def thumbnails_in_sight(self, film_ids: Iterable[int]) -> None:
        """The thumbnails of these films are in sight."""
        self.pipeline.thumbnails_in_sight(film_ids)

    def take_in(self, paths: Sequence[Path]) -> None:
        """Add films that came through the network, as those of a watched folder: nobody is interrupted."""
        self._intake.came(paths)

    # ---- moving between films

    def select(self, film_id: int) -> None:
        """Bring a film on screen."""
        if self._store.state.film(film_id) is None or film_id == self._store.state.current_id:
            return
        self._intake.unclaim()
        self._store.edit(lambda state: replace(state, current_id=film_id, message=None))
        self.pipeline.announce()
        self.pipeline.pump()

    @property
    def _seen(self) -> State:
        """The state as the reader may see it: no order gives away a result that is hidden or withheld."""
        return as_seen(self._store.state)

    def step(self, by: int) -> None:
        """Bring the film ``by`` places further on screen; the ends hold."""
        ids, current = worklist.reading_order(self._seen), self._store.state.current_id
        if not ids:
            return
        here = ids.index(current) if current in ids else (-1 if by > 0 else len(ids))
        self.select(ids[min(max(here + by, 0), len(ids) - 1)])

    def next(self) -> None:
        """The next film."""
        self.step(1)

    def previous(self) -> None:
        """The film before."""
        self.step(-1)

    def next_urgent(self) -> None:
        """Bring the most urgent unread film on screen."""
        self._select_unread(worklist.next_urgent(self._seen))

    def next_unread(self) -> None:
        """Bring the next unread film of the list on screen."""
        self._select_unread(worklist.next_unread(self._seen))

    def _select_unread(self, film_id: int | None) -> None:
        if film_id is not None:
            self.select(film_id)
        elif self._store.state.films:
            self._store.tell(Notice.ALL_SEEN)

    def set_frame(self, frame: int) -> None:
        """Show another frame of a multi-frame film; it is read and analysed like a film of its own."""
        film = self._store.state.current
        if film is None or frame == film.view.frame or not 0 <= frame < film.frames:
            return
        self._store.settle()
        film = self._store.state.current or film
        self.pipeline.read_again(at_frame(film, frame))

    def step_frame(self, by: int) -> None:
        """Show the frame ``by`` places further of a multi-frame film; the ends hold."""
        film = self._store.state.current
        if film is not None:
            self.set_frame(min(max(film.view.frame + by, 0), film.frames - 1))

    # ---- closing

    def close(self, film_id: int | None = None) -> None:
        """Close a film (the one on screen by default); its neighbour comes on screen."""
        film_id = self._store.state.current_id if film_id is None else film_id
        if film_id is not None:
            self._close({film_id})

    def close_all(self) -> None:
        """Close every film, also those of a drop whose films have not been found yet."""
        self._intake.stop()
        self._close({film.id for film in self._store.state.films})

    def _close(self, gone: set[int]) -> None:
        before = self._store.state
        if not any(film.id in gone for film in before.films):
            return
        self.pipeline.close(gone)

        def closed(state: State) -> State:
            left = tuple(film for film in state.films if film.id not in gone)
            current = state.current_id
            if current in gone:
                place = [film.id for film in state.films].index(current)
                behind = [film for film in state.films[place:] if film.id not in gone]
                current = behind[0].id if behind else left[-1].id if left else None
            gone_by_itself = state.worklist.by_itself and not left
            listed = replace(state.worklist, shown=False, by_itself=False) if gone_by_itself else state.worklist
            kept = state if left else replace(state, objects=(), documents=())  # nothing of a patient stays behind
            return replace(kept, films=left, current_id=current, worklist=listed)

        self._store.edit(closed)
        if self._store.state.current_id != before.current_id:
            self.pipeline.announce()
        self.pipeline.pump()

    def shut_down(self) -> None:
        """Retire all work."""
        self._intake.stop()
        self.pipeline.shut_down()
