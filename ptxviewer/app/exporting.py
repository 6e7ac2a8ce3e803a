"""Saves the film on screen in one of the formats: asked for on the main thread, written on the disk lane."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from ptxviewer.app.display.comparison import compared_with_prior
from ptxviewer.app.exports import EXPORTS, OBJECTS, Content, Export, export_of, neutral_name, neutral_stem
from ptxviewer.app.films.queue import BUSY
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.ports import Services
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.withheld import hidden
from ptxviewer.app.store import Store
from ptxviewer.core.errors import reason_of
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.reasons.window import Notice, Saved
from ptxviewer.core.review import said


class Exporting:
    """Saves reports and what else there is a format for."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services
        self._looked_at: set[str] = set()  # keys of films

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
        else:
            self.save(export, target, identified)

    def save(self, export: Export = EXPORTS[0], target: Path | None = None, identified: bool | None = None) -> None:
        """Save the film on screen; it says where, or why not.

        ``target`` None: a neutral name in the reports folder. ``identified`` None: as set.
        """
        settings = self._store.state.settings
        named = settings.report_identified if identified is None else identified

        def writer(film: Film) -> Callable[[Content], Path]:
            path = target
            if path is None:
                folder = self._services.reports_folder(settings.reports_folder)
                path = folder / neutral_name(export, film.number, self._services.now())
            write, file = self._services.exports[export.id], path

            def work(content: Content) -> Path:
                write(replace(content, identified=named), file)
                return file

            return work

        self._save(writer)

    def save_objects(self, folder: Path, kinds: Collection[str] | None = None) -> None:
        """Save the result of the film on screen as DICOM objects of these kinds (None: all) in ``folder``.

        Of a result that the gate refuses the report alone is written, which says no more than that.
        """
        chosen = tuple(row.id for row in OBJECTS) if kinds is None else tuple(kinds)

        def writer(film: Film) -> Callable[[Content], Path]:
            write, target = self._services.objects, folder / neutral_stem("dicom", film.number, self._services.now())

            def work(content: Content) -> Path:
                write(content, target, chosen)
                return folder

            return work

        self._save(writer)

    def _save(self, writer: Callable[[Film], Callable[[Content], Path]]) -> None:
        """Measure the film on screen and write it on the disk lane; a writer shows nothing of a withheld answer."""
        self._store.settle()  # what is saved is the film as it is seen
        state, info = self._store.state, self._store.state.engine.info
        film = state.current
        if film is None or film.radiograph is None:
            self._store.say(Notice.NO_REPORT_YET, "warning")
            return
        if film.status in BUSY:
            self._store.say(Notice.STILL_ANALYSING, "warning")
            return
        if hidden(state, film):
            self._store.say(Notice.MARK_FIRST, "warning")
            return
        if info is None:
            self._store.say(Notice.NO_MODEL_YET, "warning")
            return
        radiograph, maps, review, view = film.radiograph, film.maps, film.review, film.view
        path, reader, write = film.path, state.settings.reader, writer(film)
        compared, impression = compared_with_prior(state, film), said(film.first_read)

        def work(_checkpoint: object) -> Path:
            assert radiograph is not None
            measured = as_reviewed(radiograph, review)
            answer = None if maps is None else answer_of(measured, maps, info, review)
            return write(
                Content(
                    measured, answer, review, view, reader=reader, source=path, compared=compared, impression=impression
                )
            )

        def done(outcome: Outcome[Path]) -> None:
            if outcome.value is None:
                self._store.tell(None)
                self._store.say(reason_of(outcome.error))
            else:
                self._store.tell(Saved(str(outcome.value)))

        self._store.tell(Notice.SAVING)
        self._services.disk.submit(work, done, must_finish=True)
