"""The report of the film on screen: asked for on the main thread, written on the disk lane."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ptxviewer.app import sentences
from ptxviewer.app.films.analysing import BUSY
from ptxviewer.app.jobs import Outcome
from ptxviewer.app.ports import ReportRequest, Services
from ptxviewer.app.sentences import sentence
from ptxviewer.app.state.first_read import MARK_FIRST, hidden
from ptxviewer.app.state.gating import as_withheld, withheld
from ptxviewer.app.store import Store


class Reporting:
    """Saves reports."""

    def __init__(self, store: Store, services: Services, settle: Callable[[], None]) -> None:
        """``settle`` ends what the hand is doing to the film, so that the report is of the film as it is seen."""
        self._store = store
        self._services = services
        self._settle = settle

    def save(self, target: Path | None = None, identified: bool | None = None) -> None:
        """Write the report of the film on screen; it says where, or why not. ``identified`` None: as set."""
        self._settle()
        state, settings = self._store.state, self._store.state.settings
        film, info = state.current, state.engine.info
        if film is None or film.radiograph is None:
            self._store.say(sentences.NO_REPORT_YET, "warning")
            return
        if film.status in BUSY:
            self._store.say(sentences.STILL_ANALYSING, "warning")
            return
        if hidden(state, film):
            self._store.say(MARK_FIRST, "warning")
            return
        if info is None:
            self._store.say(sentences.NO_MODEL_YET, "warning")
            return
        film = as_withheld(film) if withheld(film) else film
        named = settings.report_identified if identified is None else identified
        request = ReportRequest(film, state.overlay, info, named, settings.reader, target)

        def done(outcome: Outcome[Path]) -> None:
            if outcome.value is None:
                self._store.change(message="")
                self._store.say(sentence(outcome.error))
            else:
                self._store.change(message=f"Report saved: {outcome.value}")

        self._store.change(message="Saving the report ...")
        work = self._services.save_report
        self._services.disk.submit(lambda _checkpoint: work(request), done, must_finish=True)
