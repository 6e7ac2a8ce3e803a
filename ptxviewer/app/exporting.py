"""Saves the film on screen in one of the formats: asked for on the main thread, written on the disk lane."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ptxviewer.app.contents import content_for
from ptxviewer.app.exports import EXPORTS, USUAL, Content, Export, export_of, neutral_name, neutral_stem
from ptxviewer.app.films.queue import BUSY
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.ports import Services
from ptxviewer.app.saving_all import SavingAll
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.withheld import agreed, hidden
from ptxviewer.app.store import Store
from ptxviewer.core.errors import reason_of
from ptxviewer.core.reasons.window import Notice, Saved
from ptxviewer.core.view import voi_of
from ptxviewer.core.voi import display_lut

if TYPE_CHECKING:
    from ptxviewer.core.arrays import GreyImage
    from ptxviewer.core.burnt_in import Region

T = TypeVar("T")


class Exporting:
    """Saves reports and what else there is a format for."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services
        self._looked_at: set[str] = set()  # keys of films
        self.everything = SavingAll(store, services, self._looked_at)

    @property
    def asks_first(self) -> bool:
        """True where what is saved of the film on screen is to name nobody and its pixels may: the reader is asked."""
        state = self._store.state
        film = state.current.radiograph if state.current is not None else None
        if film is None or state.settings.report_identified or film.key in self._looked_at:
            return False
        return film.acquisition.may_carry_text

    def looked_at(self) -> None:
        """The reader has seen that no name stands in the pixels of the film on screen, and is not asked again."""
        film = self._store.state.current
        if film is not None:
            self._looked_at.add(film.key)

    def save_to(self, target: Path, identified: bool | None = None) -> None:
        """Save the film on screen as the suffix of ``target`` says; a suffix of no format is refused."""
        export = export_of(target)
        if export is None:
            self._store.say(Notice.NO_SUCH_FORMAT, "warning")
        elif not export.of_result:
            self.save_film(export, target)
        else:
            self.save(export, target, identified)

    def save(self, export: Export = EXPORTS[0], target: Path | None = None, identified: bool | None = None) -> None:
        """Save the film on screen; it says where, or why not.

        ``target`` None: a neutral name in the reports folder. ``identified`` None: as set.
        """

        def saved(film: Film) -> Callable[[Content], Path]:
            path = self._path(export, film.number) if target is None else target
            return lambda content: self._written(export, path, _named(content, identified))

        self._save(saved)

    def look_for_text(self, then: Callable[[GreyImage, list[Region]], None]) -> None:
        """Give the film on screen, as displayed and with nothing over it, to ``then``, with what looks like text."""
        film = self._store.state.current
        if film is None or film.radiograph is None:
            self._store.say(Notice.NO_FILM_YET, "warning")
            return
        radiograph, voi, inverted = film.radiograph, voi_of(film.radiograph, film.view), film.view.inverted

        def work(_checkpoint: object) -> tuple[GreyImage, list[Region]]:
            from ptxviewer.core.burnt_in import text_regions

            grey = display_lut(radiograph, voi, inverted)[radiograph.pixels]
            return grey, text_regions(grey)

        def done(outcome: Outcome[tuple[GreyImage, list[Region]]]) -> None:
            now = self._store.state.current
            self._store.tell(None)
            if outcome.value is None:
                self._store.say(reason_of(outcome.error))
            elif now is not None and now.key == radiograph.key:
                then(*outcome.value)

        self._store.tell(Notice.LOOKING_FOR_TEXT)
        self._services.disk.submit(work, done)

    def save_film(self, export: Export, target: Path | None = None, black_out: Sequence[Region] = ()) -> None:
        """Save the film on screen itself, whatever was found on it; it says where, or why not."""
        film = self._store.state.current
        if film is None or film.radiograph is None:
            self._store.say(Notice.NO_FILM_YET, "warning")
            return
        radiograph = film.radiograph
        self.write(
            Content(radiograph, None, source=film.path, number=film.number, black_out=tuple(black_out)), export, target
        )

    def write(self, content: Content, export: Export, target: Path | None = None) -> None:
        """Save what ``prepare`` gave, which may have been changed since; it says where, or why not."""
        path = self._path(export, content.number) if target is None else target
        self._store.tell(Notice.SAVING)
        work = lambda _checkpoint: self._written(export, path, content)  # noqa: E731 - a job
        self._services.disk.submit(work, self._told, must_finish=True)

    def prepare(self, then: Callable[[Content], None]) -> None:
        """Measure the film on screen, as it would be saved, and give it to ``then``; it says why not."""

        def done(outcome: Outcome[Content]) -> None:
            if outcome.value is None:
                self._store.say(reason_of(outcome.error))
            else:
                self._store.tell(None)
                then(outcome.value)

        self._measure(lambda _film: lambda content: content, done)

    def save_objects(self, folder: Path, kinds: Collection[str] | None = None) -> None:
        """Save the result of the film on screen as DICOM objects of these kinds (None: the usual) in ``folder``.

        Of a result that the gate refuses the report alone is written, which says no more than that.
        """
        chosen = USUAL if kinds is None else tuple(kinds)

        def saved(film: Film) -> Callable[[Content], Path]:
            write, target = self._services.objects, folder / neutral_stem("dicom", film.number, self._services.now())

            def work(content: Content) -> Path:
                write(content, target, chosen)
                return folder

            return work

        self._save(saved)

    def _path(self, export: Export, number: int) -> Path:
        folder = self._services.reports_folder(self._store.state.settings.reports_folder)
        return folder / neutral_name(export, number, self._services.now())

    def _written(self, export: Export, path: Path, content: Content) -> Path:
        self._services.exports[export.id](content, path)
        return path

    def _save(self, work: Callable[[Film], Callable[[Content], Path]]) -> None:
        self._measure(work, self._told)

    def save_other(self, write: Callable[[], Path]) -> None:
        """Write something else on the disk lane; it says where, or why not."""
        self._store.tell(Notice.SAVING)
        self._services.disk.submit(lambda _checkpoint: write(), self._told, must_finish=True)

    def _told(self, outcome: Outcome[Path]) -> None:
        if outcome.value is None:
            self._store.tell(None)
            self._store.say(reason_of(outcome.error))
        else:
            self._store.tell(Saved(str(outcome.value)))

    def _measure(self, of: Callable[[Film], Callable[[Content], T]], done: Callable[[Outcome[T]], None]) -> None:
        """Measure the film on screen on the disk lane, and go on with it there; nothing of a withheld answer is shown.

        ``of`` is called at once, what it returns on the lane, ``done`` with what came of that on this thread.
        """
        self._store.settle()  # what is saved is the film as it is seen
        state, film = self._store.state, self._store.state.current
        info = state.network_of(film)
        if film is None or film.radiograph is None:
            self._store.say(Notice.NO_REPORT_YET, "warning")
            return
        if film.status in BUSY:
            self._store.say(Notice.STILL_ANALYSING, "warning")
            return
        if hidden(state, film):
            self._store.say(Notice.NO_DISAGREEMENT if agreed(state, film) else Notice.MARK_FIRST, "warning")
            return
        if info is None:
            self._store.say(Notice.NO_MODEL_YET, "warning")
            return
        radiograph, maps = film.radiograph, film.maps
        content_of, go_on = content_for(state, film), of(film)
        work = lambda _checkpoint: go_on(content_of(radiograph, maps, info))  # noqa: E731 - a job
        self._store.tell(Notice.SAVING)
        self._services.disk.submit(work, done, must_finish=True)


def _named(content: Content, identified: bool | None) -> Content:
    return content if identified is None else replace(content, identified=identified)
