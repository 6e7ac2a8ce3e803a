"""Films in, outcomes out, like ``cli.stream``, by the workers of a cluster; in the order in which they come."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ptxviewer.cli.cluster.options import OnCluster
from ptxviewer.cli.cluster.places import is_address
from ptxviewer.cli.stream import Answered, Source
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.errors import PtxError
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.cluster import Cluster
from ptxviewer.core.review import Review
from ptxviewer.results.rows import Told
from ptxviewer.results.schema import Status

if TYPE_CHECKING:
    from ptxviewer.cli.cluster.dispatch import Workers


class ClusterStream:
    """Has films analysed by ``workers``; ``info`` is the network that all of them have."""

    def __init__(self, workers: Workers, info: EngineInfo, review: Review) -> None:
        self._workers = workers
        self._info = info
        self._review = review
        self._sources: dict[int, Source] = {}
        self._count = 0

    def answers(self, sources: Iterator[Source | None]) -> Iterator[Answered]:
        """Yield what comes of each source; a few are under way at a time. Raises ``PtxError``: no cluster any more."""
        for source in sources:
            if source is not None:
                reason = source.candidate.reason
                if reason is None and source.candidate.member is not None:
                    reason = Cluster.UNPACK_FIRST
                if reason is not None:
                    yield self._without(source, reason)
                    continue
                self._count += 1
                self._sources[self._count] = source
                name = source.candidate.name
                self._workers.hand_out(
                    self._count, name if is_address(name) else os.path.abspath(source.candidate.path)
                )
            yield from self._come(wait=False)
            while self._workers.full:
                yield from self._come(wait=True)
        while self._workers.busy:
            yield from self._come(wait=True)

    def _come(self, *, wait: bool) -> Iterator[Answered]:
        for number, done in self._workers.answers(wait=wait):
            source = self._sources.pop(number)
            if done is None:
                yield self._without(source, Cluster.WORKERS_ENDED)
            else:
                yield self._with(source, done.told, done.shape)

    def _without(self, source: Source, reason: Reason) -> Answered:
        return self._with(source, Told(Status.FAILED, reason))

    def _with(self, source: Source, told: Told, shape: tuple[int, int] = (1, 1)) -> Answered:
        """Give an outcome what its worker did not know or need to send: black pixels do for what is written."""
        film = None if told.film is None else replace(told.film, pixels=np.broadcast_to(np.uint16(0), shape))
        return Answered(
            source,
            replace(
                told,
                film=film,
                info=told.info or self._info,
                review=self._review,
                forced=self._review.gate_overridden,
                file=source.candidate.name,
            ),
        )


@contextmanager
def cluster_stream(
    cluster: OnCluster, review: Review, tell: Callable[[Reason], object], *, older: bool = False
) -> Iterator[ClusterStream]:
    """Provide the workers of a cluster, which are asked for their program and network first; ``tell`` takes cautions.

    ``older``: see ``cli.stream.Stream``. Raises ``PtxError``.
    """
    if importlib.util.find_spec("distributed") is None:
        raise PtxError(Cluster.NOT_INSTALLED)
    from ptxviewer.cli.cluster.dispatch import Workers

    asked = cluster.asked(forced=review.gate_overridden, older=older)
    with Workers(cluster.where, asked, cluster.make, cluster.patience, tell) as workers:
        yield ClusterStream(workers, cluster.info, review)
