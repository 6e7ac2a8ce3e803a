"""The engine: everything between a film and its maps that does not depend on the library which runs the network.

A runtime is a ``Runner`` (``core.engine``) and a function that starts it (``Start``). This module reads the card,
verifies the weights, prepares the film, checks that the output is finite, runs the augmented views of the band, and
moves the work to the CPU when a device has no memory left.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ptxviewer.core.answer import Band, ProbabilityMaps
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import Checkpoint, EngineInfo, OutOfMemory, Runner, RunResult, never_cancelled
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.disagreement import band_of
from ptxviewer.core.findings.upright import turns_upright
from ptxviewer.core.purposes import PurposeChoice
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.viewport import pixel_aspect
from ptxviewer.inference.boxed import view_of
from ptxviewer.inference.card import Card, info_of, read_card, verify
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.views import maps_of_views

Start = Callable[[Card, bytes], Runner]
"""Import the runtime and build the card's network from its verified weights. Raises ``ModelUnavailable``."""


def turned(grid: FloatMap, turns: int) -> FloatMap:
    """Return an input (1, S, S) after quarter turns clockwise; itself after none."""
    return np.ascontiguousarray(np.rot90(grid, -turns, (1, 2))) if turns else grid


def turned_back(result: RunResult, turns: int) -> RunResult:
    """Return the result of a turned input on the film as it lies in its file.

    Left and right are those of the picture: after half a turn the maps of the two lungs change places.
    """
    if not turns:
        return result
    maps = np.rot90(result.maps, turns, (1, 2))
    return replace(result, maps=np.ascontiguousarray(maps[[0, 2, 1]] if turns == 2 else maps))


class Shown(Protocol):
    """What a network is shown of a film, and how its maps come back to the film's grid."""

    @property
    def grid(self) -> FloatMap:
        """Input (1, S, S)."""
        ...

    @property
    def whole(self) -> bool:
        """True where a network that looks at lungs was shown the whole film."""
        ...

    def onto_film(self, maps: FloatMap) -> FloatMap:
        """(C, S, S) scores of what was shown to (C, T, T) on the letterboxed grid of the whole film."""
        ...


@dataclass(frozen=True, eq=False)
class WholeFilm:
    """The letterboxed film, as a network that was trained on whole films sees it: its grid is the film's."""

    grid: FloatMap
    whole: bool = False

    def onto_film(self, maps: FloatMap) -> FloatMap:
        """Return the maps as they are."""
        return maps


def answer_of(film: Radiograph, shown: Shown, turns: int, result: RunResult, info: EngineInfo) -> ProbabilityMaps:
    """Return the answer on the film as it is stored, of a network that was ``shown`` it after ``turns`` clockwise.

    Raises ``ModelUnavailable`` where the network's output is not a number: that must never read as "nothing found".
    """
    result = turned_back(replace(result, maps=shown.onto_film(result.maps)), turns)
    if not (np.isfinite(result.score) and np.isfinite(result.maps).all()):
        raise ModelUnavailable(Network.NO_USABLE_RESULT)
    return ProbabilityMaps(
        image_key=film.key,
        rows=film.rows,
        cols=film.cols,
        pneumothorax=result.maps[0],
        score=result.score,
        frontal=result.frontal,
        photographed=result.photographed,
        lung_image_left=result.maps[1],
        lung_image_right=result.maps[2],
        model_id=info.model_id,
        model_sha256=info.model_sha256,
        device=info.device,
        aspect=pixel_aspect(film.spacing),
        lungs_found=not shown.whole,
    )


class BundleEngine:
    """``core.engine.Engine`` for the network in ``bundle``, the folder with metadata.json and weights.safetensors."""

    def __init__(self, bundle: Path, start: Start, purpose: PurposeChoice = "balanced") -> None:
        self._bundle = bundle
        self._start = start
        self._purpose = purpose
        self._loaded: tuple[Card, Runner] | None = None
        self._first: tuple[Card, Runner] | None = None  # of a network that looks at the lungs
        self._info: EngineInfo | None = None

    @property
    def info(self) -> EngineInfo | None:
        """See ``Engine.info``."""
        return self._info

    def load(self) -> EngineInfo:
        """See ``Engine.load``. The first call takes seconds: it imports the runtime."""
        if self._info is None:
            card = read_card(self._bundle)
            runner = self._start(card, verify(self._bundle, card))
            self._loaded = card, runner
            if (first := card.of_first_look) is not None:
                self._first = first, self._start(first, verify(self._bundle, first))
            self._info = info_of(card, self._purpose, runner.device, runner.note)
        return self._info

    def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
        """See ``Engine.predict``.

        Running out of a device's memory, and only that, moves the work to the CPU for good.
        Raises ``ModelUnavailable`` where the network's output is not a number: that must never read as "nothing found".
        """
        card, runner = self._ready()
        checkpoint()
        started = time.perf_counter()
        grid = prepare(film, card.size) if self._first is None else None  # once, however it is turned
        turns, believed = turns_upright(film), False
        shown = self._shown(film, turns, checkpoint, grid)
        result = self._run(runner, shown.grid, checkpoint)
        if turns and result.frontal is not None and result.frontal < card.rule.frontal_threshold:
            stored = self._shown(film, 0, checkpoint, grid)  # the tags may be wrong: what looks frontal is believed
            as_stored = self._run(runner, stored.grid, checkpoint)
            if as_stored.frontal is not None and as_stored.frontal > result.frontal:
                turns, shown, result, believed = 0, stored, as_stored, True
        answer = answer_of(film, shown, turns, result, self.load())
        return replace(answer, as_stored=believed, infer_ms=1000 * (time.perf_counter() - started))

    def share_cores(self) -> int:
        """See ``ManyFilms.share_cores``."""
        _, runner = self._ready()
        if self._first is not None:
            self._first[1].share_cores()
        return runner.share_cores()

    def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
        """See ``Engine.band``. A device without memory for it is not left: the band is then unavailable."""
        _, runner = self._ready()
        checkpoint()
        maps = None
        with contextlib.suppress(OutOfMemory):
            turns = turns_upright(film)
            shown = self._shown(film, turns, checkpoint)
            views = maps_of_views(shown.grid, lambda grid: runner.run(grid, checkpoint).maps[0])
            maps = tuple(np.ascontiguousarray(np.rot90(scores, turns)) for scores in shown.onto_film(np.stack(views)))
        if maps is None:
            raise ModelUnavailable(Network.NO_MEMORY_FOR_BAND)
        if not all(np.isfinite(single).all() for single in maps):
            raise ModelUnavailable(Network.NO_USABLE_BAND)
        return band_of(film.key, maps)

    def _shown(self, film: Radiograph, turns: int, checkpoint: Checkpoint, grid: FloatMap | None = None) -> Shown:
        """Return what the network is shown of a film after quarter turns clockwise; ``grid``: prepared already."""
        card, _ = self._ready()
        if self._first is None:
            return WholeFilm(turned(prepare(film, card.size) if grid is None else grid, turns))
        first, runner = self._first
        return view_of(film, card.size, lambda grid: self._run(runner, grid, checkpoint).maps, first.size, turns)

    def _run(self, runner: Runner, grid: FloatMap, checkpoint: Checkpoint) -> RunResult:
        """Run the network, on the CPU for good where its device has no memory left."""
        with contextlib.suppress(OutOfMemory):
            return runner.run(grid, checkpoint)
        # Outside the handler, whose traceback would keep the device's memory.
        runner.move_to_cpu()
        self._info = replace(self.load(), device=runner.device, note=Network.DEVICE_OUT_OF_MEMORY)
        return runner.run(grid, checkpoint)

    def _ready(self) -> tuple[Card, Runner]:
        self.load()
        if self._loaded is None:
            raise RuntimeError("a loaded engine has a card and a runner")
        return self._loaded
