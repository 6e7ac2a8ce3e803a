"""DICOM objects opened with the films: which belong to the film on screen, and the content of an earlier result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ptxviewer.app.state.film import Film
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.withheld import hidden

if TYPE_CHECKING:
    from ptxviewer.core.drawing.tiles import PackedMask
    from ptxviewer.core.objects import Brought, Document, FilmObject, Presence
    from ptxviewer.core.review import Verdict

MOST = 2000  # objects, and documents, that are kept
MOST_BYTES = 200 << 20  # of PDFs that are kept as they came; of older ones the text stays


def uid_of(film: Film) -> str:
    """Return the SOP instance of a film, "" while it is not known or where it has none."""
    if film.radiograph is not None:
        return film.radiograph.study.sop_uid
    return "" if film.facts is None else film.facts.study.sop_uid


def objects_of(state: State, film: Film) -> tuple[FilmObject, ...]:
    """Return the objects of a film in the order of their making; none while a first read is to see the film alone."""
    uid = uid_of(film)
    if not uid or not state.objects or hidden(state, film):
        return ()
    return tuple(item for item in state.objects if item.film_uid == uid and item.frame in (None, film.view.frame))


def brought(state: State, found: Iterable[Brought]) -> State:
    """Return the state with objects and documents added, each once."""
    objects = {(item.uid, item.film_uid, item.frame): item for item in state.objects}
    documents: dict[str, Document] = {one.uid or f"{number}": one for number, one in enumerate(state.documents)}
    for one in found:
        objects |= {(each.uid, each.film_uid, each.frame): each for each in one.objects}
        if one.document is not None:
            documents[one.document.uid or f"{len(documents)}"] = one.document
    kept = sorted(objects.values(), key=lambda one: one.made)[-MOST:]
    return replace(
        state,
        objects=tuple(kept),
        documents=_within_memory(tuple(documents.values())[-MOST:]),
    )


def _within_memory(documents: tuple[Document, ...]) -> tuple[Document, ...]:
    """Let go of the oldest PDFs where all of them together are too large."""
    kept: list[Document] = []
    held = 0
    for document in reversed(documents):
        held += len(document.pdf or b"")
        kept.append(document if held <= MOST_BYTES else replace(document, pdf=None))
    return tuple(reversed(kept))


@dataclass(frozen=True)
class Earlier:
    """The newest result of this program that came along with a film."""

    made: str
    verdict: Verdict
    presence: Presence
    reader: str
    mask: PackedMask | None  # as it was saved, on the pixels of the film
    threshold: float | None


def earlier_of(state: State, film: Film) -> Earlier | None:
    """Return the earlier result of a film, None where none came along; a mask of another size is none of this film."""
    own = [item for item in objects_of(state, film) if item.own and item.kind != "presentation state"]
    if not own:
        return None
    report = next((one for one in reversed(own) if one.kind == "report"), None)
    shape = None if film.radiograph is None else film.radiograph.shape
    masks = [one for one in own if one.regions and one.regions[0].mask.shape == shape]
    mask = masks[-1] if masks else None
    threshold = next((one.threshold for one in (mask, report) if one is not None and one.threshold is not None), None)
    return Earlier(
        made=max(one.made for one in own),
        verdict="" if report is None else report.verdict,
        presence="" if report is None else report.presence,
        reader="" if report is None else report.reader,
        mask=None if mask is None else mask.regions[0].mask,
        threshold=threshold,
    )
