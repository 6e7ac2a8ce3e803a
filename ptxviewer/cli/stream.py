"""Films in, rows and findings out, in order, with a few under way, for ``triage`` and cluster workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ptxviewer.cli.outcome import Item
from ptxviewer.cli.pipeline import Pipeline
from ptxviewer.core.cpu import cores
from ptxviewer.core.engine import Engine
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.review import Review
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.rows import Told, stamp_of
from ptxviewer.results.store import Stamp

if TYPE_CHECKING:
    from ptxviewer.dicom.candidates import Candidate

PATIENCE_S = 60.0  # for one film: nobody waits for it, and a computer that does other work takes longer than 10 s
AHEAD = 4  # films under way for each that runs on a core


@dataclass(frozen=True, eq=False)
class Source:
    """A file that may be a film, and its state when it was found."""

    candidate: Candidate
    stamp: Stamp


@dataclass(frozen=True, eq=False)
class Answered:
    """What came of a source; ``known``: the film was there, and the network did not run.

    ``answer`` is there of films that the network was asked about, also where the gate refuses them.
    """

    source: Source
    told: Told
    known: bool = False
    answer: Answer | None = field(default=None, repr=False)


def sources_of(
    found: Iterator[Candidate | Source | None],
    pseudonyms: Pseudonyms,
    done: Callable[[Stamp], bool],
    skipped: Callable[[], None] = lambda: None,
) -> Iterator[Source | None]:
    """Yield what is still to be done; a None ("nothing more for now") goes through."""
    for one in found:
        if one is None:
            yield None
            continue
        source = one if isinstance(one, Source) else _source(one, pseudonyms)
        if source.candidate.reason is None and done(source.stamp):
            skipped()
        else:
            yield source


def _source(candidate: Candidate, pseudonyms: Pseudonyms) -> Source:
    return Source(candidate, stamp_of(candidate.path, candidate.name, pseudonyms, member=candidate.member is not None))


class Stream:
    """Analyses films with ``engine``. A context manager: leaving it ends its threads and child processes."""

    def __init__(
        self, engine: Engine, review: Review, known: Callable[[Radiograph], bool], *, older: bool = False
    ) -> None:
        """``known`` is asked from several threads whether a film that was read needs no analysis.

        ``older``: films get the key of earlier versions, too; somebody knows them by it.
        """
        from ptxviewer.dicom.isolated.pool import Pool

        self._engine = engine
        self._review = review
        self._known = known
        self._pool = Pool(most=cores() + 1, timeout_s=PATIENCE_S)
        self._pipeline = Pipeline(engine, self._pool, ahead=AHEAD, older=older)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipeline.__exit__()
        self._pool.close()

    def answers(self, sources: Iterator[Source | None]) -> Iterator[Answered]:
        """Yield what comes of each source, in order; whatever happens with one film, the others go on."""
        return self._pipeline.each(sources, self.answer)

    def answer(self, source: Source) -> Answered:
        """Return what comes of one source, whatever happens with it; for any thread.

        The film comes back black, in its full size: a row needs its facts, and its findings were measured on maps.
        """
        candidate = source.candidate
        item = Item(0, candidate.name, "", None if candidate.reason else candidate.path, candidate.reason)
        outcome = self._pipeline.outcome(item, self._review, self._known)
        film, answer = outcome.film, outcome.answer
        told = Told(
            outcome.status,
            outcome.reason,
            None if film is None else replace(film, pixels=np.broadcast_to(np.uint16(0), film.shape), graphics=None),
            None if answer is None or answer.withheld else answer.findings,
            self._engine.info,
            self._review,
            self._review.gate_overridden,
            candidate.name,
            outcome.timing,
        )
        return Answered(source, told, outcome.known, answer)
