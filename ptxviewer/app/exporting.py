"""Saves the film on screen in one of the formats: asked for on the main thread, written on the disk lane."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ptxviewer.app.contents import content_anew, content_for, content_now
from ptxviewer.app.exporting_many import ManyExports, Progress
from ptxviewer.app.exports import (
    EXPORTS,
    USUAL,
    Content,
    Export,
    export_of,
    film_alone,
    may_name,
    neutral_name,
    neutral_stem,
)
from ptxviewer.app.films.queue import BUSY
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.ports import Services
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.withheld import agreed, hidden
from ptxviewer.app.store import Store
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError, reason_of
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.window import FilmsLeftOut, FilmsNotSaved, Notice, Saved
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.core.view import voi_of
from ptxviewer.core.voi import display_lut

if TYPE_CHECKING:
    from ptxviewer.core.arrays import GreyImage
    from ptxviewer.core.burnt_in import Region

T = TypeVar("T")
LEFT_OUT = (Unsaved.NO_RESULT, Reading.MAY_CARRY_TEXT)
"""Why no picture of a film is saved with those of the others, without anything having failed."""


@dataclass(frozen=True)
class Source:
    """A film of a store of results: ``number`` of its row, its file (None: it is not there)."""

    number: int
    path: Path | None


class Exporting:
    """Saves reports and what else there is a format for."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services
        self._looked_at: set[str] = set()  # keys of films
        self._stored: list[ManyExports] = []  # runs of films of stores

    @property
    def busy(self) -> bool:
        """True while films of a store of results are being saved."""
        return any(run.busy for run in self._stored)

    def stop(self) -> None:
        """Save no more films of stores."""
        for run in self._stored:
            run.stop()

    @property
    def asks_first(self) -> bool:
        """True where the output is de-identified but the film's pixels may hold a name: the reader is asked first."""
        state = self._store.state
        film = state.current.radiograph if state.current is not None else None
        return film is not None and may_name(film, state.settings.report_identified, self._looked_at)

    def looked_at(self) -> None:
        """Record that the reader found no name in the pixels of the film on screen; the question is not repeated."""
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
        """Save the film on screen and report where, or why not.

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
        self.write(film_alone(film.radiograph, film.path, film.number, black_out), export, target)

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

    # ---- many films

    def save_all(self, export: Export, folder: Path) -> None:
        """Save every film of the list that has a result which may be seen; it says where, and how many are left out.

        Left out is, too, a film whose pixels may carry a name, where what is saved is to name nobody and nobody has
        looked at it.
        """
        self._store.settle()
        state, services, write = self._store.state, self._services, self._services.exports[export.id]
        if state.engine.info is None:
            self._store.say(Notice.NO_MODEL_YET, "warning")
            return
        films = [film for film in state.films if film.status is FilmStatus.DONE and not hidden(state, film)]
        left_out = len(state.films) - len(films)
        if not films:
            self._store.say(FilmsLeftOut(left_out), "warning")
            return

        def content_of(film: Film) -> Callable[[Checkpoint], Content]:
            now, looked_at = self._store.state, frozenset(self._looked_at)
            info, measure = now.network_of(film), content_for(now, film)

            def make(_checkpoint: Checkpoint) -> Content:
                content = content_now(services, film, measure, info)
                if content.answer is None or content.answer.withheld:
                    raise PtxError(Unsaved.NO_RESULT)
                _refuse_unseen(content.film, content.identified, looked_at)
                return content

            return make

        def told(now: Progress) -> None:
            if not now.ended:
                return
            self._store.tell(Saved(str(folder)) if now.saved and not now.refused else None)
            if now.refused and now.why is not None:
                self._store.say(now.why)
            elif left_out + now.failed:
                count = left_out + now.failed
                failure = None if now.why in LEFT_OUT else now.why
                self._store.say(FilmsLeftOut(count) if failure is None else FilmsNotSaved(count, failure), "warning")

        self._store.tell(Notice.SAVING)
        ManyExports(services.disk, must_finish=True).run(
            films,
            content_of,
            lambda content: write(content, folder / neutral_name(export, content.number, services.now())),
            told,
        )

    def save_stored(
        self, films: Sequence[Source], export: Export, folder: Path, told: Callable[[Progress], None]
    ) -> ManyExports:
        """Save films of a store of results in one format, as the network sees them; ``told`` is called after each.

        Returns the run, which can be stopped. Runs of several stores take turns.
        """
        write = self._services.exports[export.id]
        return self._run_stored(
            films,
            lambda film: self._anew(film, export.of_result, named=False),
            lambda content: write(content, folder / neutral_name(export, content.number)),
            told,
        )

    def save_stored_objects(
        self, films: Sequence[Source], kinds: Collection[str], folder: Path, told: Callable[[Progress], None]
    ) -> ManyExports:
        """Save the results of films of a store as DICOM objects, which name their patients as the films do."""
        write = self._services.objects
        return self._run_stored(
            films,
            lambda film: self._anew(film, of_result=True, named=True),
            lambda content: write(content, folder / neutral_stem("dicom", content.number, None), kinds),
            told,
        )

    def _run_stored(
        self,
        films: Sequence[Source],
        content_of: Callable[[Source], Callable[[Checkpoint], Content]],
        write: Callable[[Content], object],
        told: Callable[[Progress], None],
    ) -> ManyExports:
        run = ManyExports(self._services.model)
        self._stored = [*(one for one in self._stored if one.busy), run]
        run.run(films, content_of, write, told)
        return run

    def _anew(self, source: Source, of_result: bool, *, named: bool) -> Callable[[Checkpoint], Content]:
        """Return what reads a film and, for what is made ``of_result``, analyses it; ``named``: whatever is set."""
        services, settings, looked_at = self._services, self._store.state.settings, frozenset(self._looked_at)

        def make(checkpoint: Checkpoint) -> Content:
            if source.path is None:
                raise PtxError(Reading.FILE_GONE)
            film = services.read_film(source.path, 0)
            _refuse_unseen(film, named or (of_result and settings.report_identified), looked_at)
            if of_result:
                return content_anew(services, settings, film, source.path, source.number, checkpoint)
            return film_alone(film, source.path, source.number)

        return make

    # ---- on the lane

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


def _refuse_unseen(film: Radiograph, identified: bool, looked_at: Collection[str]) -> None:
    if may_name(film, identified, looked_at):
        raise PtxError(Reading.MAY_CARRY_TEXT)
