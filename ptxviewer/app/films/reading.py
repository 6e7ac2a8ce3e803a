"""Reading a film on the disk lane: its pixels, its review, and its kept results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ptxviewer.app.disk.result_file import identity
from ptxviewer.app.ports import Services
from ptxviewer.app.review.saving import Kept, kept_review_of
from ptxviewer.app.state.facts import facts_of, summary_of
from ptxviewer.app.state.film import NO_RESULT, Film, FilmStatus, moved
from ptxviewer.core.answer import DecisionRule, Findings, ProbabilityMaps
from ptxviewer.core.arrays import GreyImage
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import as_reviewed, decisive, find_reviewed
from ptxviewer.core.keys import is_older, older_key
from ptxviewer.core.review import Review
from ptxviewer.core.thumbnail import thumbnail
from ptxviewer.core.viewport import pixel_aspect

Decisive = tuple[object, ...]
"""What of a review changes the findings."""
UNCHANGED: Decisive = decisive(Review())


@dataclass(frozen=True)
class ReadFilm:
    """A film as read, with all that was kept of it. ``findings`` hold for ``measured_for``."""

    radiograph: Radiograph
    kept: Kept
    thumbnail: GreyImage
    fingerprint: str = ""  # of the file, "" where it changed while it was read
    maps: ProbabilityMaps | None = None
    findings: Findings | None = None
    measured_for: Decisive = UNCHANGED
    listed_as: str = ""  # its key of earlier versions, where the lists had it under such a key
    older: EngineInfo | None = None  # the network that the maps are of, where they are not of the one that is loaded


def fingerprint_of(services: Services, path: Path) -> str:
    """Return the fingerprint of a file, "" where it cannot be read."""
    try:
        return services.fingerprint(path)
    except OSError:
        return ""


def kept_maps(services: Services, radiograph: Radiograph, model: str) -> ProbabilityMaps | None:
    """Return the maps of a film that the network with this ``identity`` has left, None where there are none."""
    if services.results is None or not model:
        return None
    maps = services.results.maps(radiograph.key, radiograph.shape, model, lambda: older_key(radiograph))
    if maps is None or maps.aspect != pixel_aspect(radiograph.spacing):  # those of a version that took it for square
        return None
    return maps


def read_film(services: Services, film: Film, model: str, rule: DecisionRule | None, writes: int) -> ReadFilm:
    """Read the pixels of ``film``, its review, and its maps where it has none. Raises ``PtxError``.

    ``writes``: see ``kept_review``.
    """
    before = fingerprint_of(services, film.path)
    radiograph = services.read_film(film.path, film.view.frame)
    fingerprint = before if before and fingerprint_of(services, film.path) == before else ""
    listed_as = older_key(radiograph) if is_older(film.key) and film.key != radiograph.key else ""
    kept = kept_review_of(services, radiograph, writes)
    if listed_as and film.review_name and kept.saved is None and kept.problem is None:
        kept = Kept(film.review_name, writes=writes)  # where the lists look for it
    read = ReadFilm(radiograph, kept, thumbnail(radiograph), fingerprint, listed_as=listed_as)
    if rule is None or film.maps is not None:
        return read
    if radiograph.not_analysed is not None and not film.insisted:
        return read
    maps, older = kept_maps(services, radiograph, model), None
    if maps is None:
        maps, older = _older_maps(services, radiograph)
        rule = rule if older is None else older.rule
    if maps is None:
        return read
    read = replace(read, maps=maps, older=older)
    if film.findings is not None and film.older == older:
        return read
    review = kept.saved.review if kept.saved is not None and film.review == Review() else film.review
    findings, _ = find_reviewed(as_reviewed(radiograph, review), maps, rule, review)
    return replace(read, findings=findings, measured_for=decisive(review))


def _older_maps(services: Services, radiograph: Radiograph) -> tuple[ProbabilityMaps | None, EngineInfo | None]:
    """Return what a network before the one that is loaded has left of a film, and which; the newest that left any."""
    for info in services.earlier:
        maps = kept_maps(services, radiograph, identity(info))
        if maps is not None:
            return maps, info
    return None, None


def with_pixels(film: Film, read: ReadFilm, restored: Callable[[Film, Kept], Film]) -> Film:
    """Return a film with what was just read of it: pixels, review (``restored``), and the maps that were kept."""
    radiograph = read.radiograph
    film = replace(
        film,
        radiograph=radiograph,
        key=radiograph.key,
        frames=radiograph.frames,
        thumbnail=read.thumbnail,
        facts=facts_of(radiograph),
        fingerprint=read.fingerprint,
    )
    film = restored(film, read.kept)
    if film.maps is not None or read.maps is None or read.maps.image_key != film.key:
        return film
    fits = read.findings is not None and read.measured_for == decisive(film.review)
    known = NO_RESULT if film.result is None or film.older != read.older else film.result
    result = replace(known, maps=read.maps, findings=read.findings if fits else known.findings, older=read.older)
    return moved(replace(film, result=result), FilmStatus.DONE, film.why if film.outdated else None)


def listed(film: Film, radiograph: Radiograph, findings: Findings) -> Film:
    """Return the film as the lists show it after the network's findings on its pixels; its urgency never falls.

    The score of an older network says nothing of its urgency: limits are each network's own.
    """
    summary = summary_of(findings, radiograph)
    if film.older is not None:
        return replace(film, result=replace(film.result or NO_RESULT, summary=summary))
    urgency = findings.score if film.urgency is None else max(film.urgency, findings.score)
    return replace(film, result=replace(film.result or NO_RESULT, summary=summary), urgency=urgency)
