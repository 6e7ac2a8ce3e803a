"""Films of several threads in one pass: the same results, smaller batches where memory runs out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import OutOfMemory, RunResult
from ptxviewer.inference.batches import Batches


class Device:
    """Says of each input its first number; takes at most ``holds`` at once. The first pass waits for ``go``."""

    def __init__(self, holds: int = 8) -> None:
        self.go, self.begun = threading.Event(), threading.Event()
        self.passes: list[int] = []
        self._holds = holds

    def run(self, grids: Sequence[FloatMap]) -> list[RunResult]:
        """See ``batches.Run``."""
        self.passes.append(len(grids))
        self.begun.set()
        assert self.go.wait(20)
        if len(grids) > self._holds:
            raise OutOfMemory
        if any(grid[0, 0, 0] < 0 for grid in grids):
            raise ValueError("a bug")
        return [RunResult(grid, float(grid[0, 0, 0])) for grid in grids]


def grid(number: int) -> FloatMap:
    return np.full((1, 1, 1), number, np.float32)


def together(device: Device, batches: Batches, numbers: Sequence[int]) -> list[float | BaseException]:
    """The results of inputs that come while the device is busy with the first of them."""

    def ask(number: int) -> float | BaseException:
        asking.release()
        try:
            return batches.run(grid(number)).score
        except (OutOfMemory, ValueError) as error:
            return error

    asking = threading.Semaphore(0)
    with ThreadPoolExecutor(len(numbers)) as threads:
        asked = [threads.submit(ask, numbers[0])]
        assert device.begun.wait(20)
        asked += [threads.submit(ask, number) for number in numbers[1:]]
        for _ in numbers:
            asking.acquire()
        while batches.waiting < len(numbers) - 1:
            threading.Event().wait(0.001)
        device.go.set()
        return [one.result(20) for one in asked]


def test_what_comes_while_the_device_is_busy_is_one_pass() -> None:
    device = Device()
    assert together(device, Batches(device.run, 4), range(10)) == list(range(10))
    assert device.passes == [1, 4, 4, 1]


def test_where_memory_runs_out_the_batches_get_smaller_and_stay_so() -> None:
    device = Device(holds=2)
    batches = Batches(device.run, 8)
    assert together(device, batches, range(9)) == list(range(9))
    assert device.passes == [1, 8, 4, 2, 2, 4, 2, 2]
    assert batches.most == 2


def test_an_input_that_finds_no_memory_alone_is_told_so_and_the_others_go_on() -> None:
    device = Device(holds=0)
    results = together(device, Batches(device.run, 4), range(3))
    assert [type(one) for one in results] == [OutOfMemory] * 3


def test_a_bug_is_told_to_all_of_its_pass_and_the_next_one_runs() -> None:
    device = Device()
    results = together(device, Batches(device.run, 2), [0, -1, -2, 3, 4])
    assert [type(one) for one in results] == [float, ValueError, ValueError, float, float]


def test_a_runner_that_is_made_for_batches_gives_the_results_of_single_passes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from ptxviewer.inference.card import read_card, verify
    from ptxviewer.inference.selftest import MAP_TOLERANCE, SCORE_TOLERANCE
    from ptxviewer.inference.torch.loading import network_of
    from ptxviewer.inference.torch.runner import Choice, TorchRunner
    from tests.bundles import SIZE, write_bundle

    bundle = write_bundle(tmp_path / "bundle")
    card = read_card(bundle)
    runner = TorchRunner(network_of(card, verify(bundle, card)), Choice(torch.device("cpu"), "CPU"), batch=4)
    grids = [np.random.default_rng(seed).normal(size=(1, SIZE, SIZE)).astype(np.float32) for seed in range(10)]
    alone = [runner.run(one) for one in grids]
    at_once = runner.run_many(grids[:4])
    assert runner.share_cores() == 8
    with ThreadPoolExecutor(8) as threads:
        batched = list(threads.map(runner.run, grids))
    for result, expected in zip((*at_once, *batched), (*alone[:4], *alone), strict=True):
        assert np.abs(result.maps - expected.maps).max() <= MAP_TOLERANCE
        assert result.score == pytest.approx(expected.score, abs=SCORE_TOLERANCE)
    assert len({result.score for result in batched}) == len(grids)  # each has its own


def test_only_graphics_cards_take_batches() -> None:
    from ptxviewer.core.devices import batch_of

    assert [batch_of(kind) for kind in ("cpu", "cuda", "mps", "unknown")] == [1, 8, 8, 1]
