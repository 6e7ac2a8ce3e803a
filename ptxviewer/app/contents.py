"""The content that is saved or sent for a film, measured as displayed: one definition for every export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ptxviewer.app.disk.result_file import identity
from ptxviewer.app.display.comparison import compared_with_prior
from ptxviewer.app.exports import Content, content_by
from ptxviewer.app.films.reading import kept_maps
from ptxviewer.app.ports import Services
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import Settings
from ptxviewer.app.state.withheld import as_seen
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, EngineInfo
from ptxviewer.core.errors import ExportFailed, PtxError
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import answer_of, as_reviewed
from ptxviewer.core.reasons.reading import NotAnalysed
from ptxviewer.core.reasons.writing import Unsaved
from ptxviewer.core.review import Review

Measure = Callable[[Radiograph, ProbabilityMaps | None, EngineInfo], Content]


def content_for(state: State, film: Film) -> Measure:
    """Return what measures a film as it is seen in ``state``, so that it can be saved or sent; for the disk lane."""
    settings, overlay, review = state.settings, state.overlay, film.review
    compared = compared_with_prior(as_seen(state), film)  # of a hidden prior nothing is told

    def content(radiograph: Radiograph, maps: ProbabilityMaps | None, info: EngineInfo) -> Content:
        measured = as_reviewed(radiograph, review)
        answer = None if maps is None else answer_of(measured, maps, info, review)
        return replace(
            content_by(settings, measured, answer, review, film.path, film.number),
            view=film.view,
            overlay_mode=settings.overlay_mode if overlay.shown else "outline",
            overlay_opacity=settings.overlay_opacity,
            distances=overlay.lines and overlay.shown,
            compared=compared,
            first_read=film.first_read,
        )

    return content


def content_now(services: Services, film: Film, content_of: Measure, info: EngineInfo | None) -> Content:
    """Measure a film of the list, also one whose pixels and maps have left the memory; for the disk lane.

    Raises ``ExportFailed`` where there is no result of it, ``PtxError`` where it cannot be read.
    """
    if info is None:
        raise ExportFailed(Unsaved.NO_RESULT)
    radiograph = film.radiograph or services.read_film(film.path, film.view.frame)
    maps = film.maps or kept_maps(services, radiograph, identity(info))
    if maps is None:
        raise ExportFailed(Unsaved.NO_RESULT)
    return content_of(radiograph, maps, info)


def content_anew(
    services: Services, settings: Settings, film: Radiograph, path: Path, number: int, checkpoint: Checkpoint
) -> Content:
    """Analyse and measure a film as the network sees it, without any review; for the model lane.

    Maps that were kept are not computed again. Raises ``PtxError`` for a film that is not for the network, too.
    """
    if film.not_analysed:
        raise PtxError(NotAnalysed(film.not_analysed))
    info, review = services.engine.load(), Review()
    maps = kept_maps(services, film, identity(info)) or services.engine.predict(film, checkpoint)
    measured = as_reviewed(film, review)
    return content_by(settings, measured, answer_of(measured, maps, info, review), review, path, number)
