"""PyTorch behind the engine: the plain network's output, interruptible, on a device that works, exact or proven."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ptxviewer.core.engine import OutOfMemory, RunResult
from ptxviewer.core.errors import Cancelled, ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.network import DeviceRefused, DeviceUnusable, Network
from ptxviewer.inference.card import read_card, verify
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.torch import runner as runtime
from ptxviewer.inference.torch.fused import fold_batch_norm
from ptxviewer.inference.torch.loading import network_of, thread_count, torch_engine
from ptxviewer.inference.torch.network import PneumothoraxNet
from ptxviewer.inference.torch.runner import Choice, TorchRunner, choose_device
from tests.bundles import SIZE, write_bundle
from tests.refusals import reason_of
from tests.there import there

CPU = Choice(torch.device("cpu"), "CPU")


def film(rows: Any = 90, cols: Any = 70, seed: Any = 0, key: Any = "film") -> Radiograph:
    pixels = np.random.default_rng(seed).integers(0, 4096, (rows, cols)).astype(np.uint16)
    return Radiograph(key=key, pixels=pixels)


def always(*_: RunResult | float) -> bool:
    return True


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle")


@pytest.fixture
def network(bundle: Path) -> PneumothoraxNet:
    card = read_card(bundle)
    return network_of(card, verify(bundle, card)).eval()


@pytest.fixture
def runner(network: PneumothoraxNet) -> TorchRunner:
    return TorchRunner(network, CPU)


def test_every_stage_asks_whether_it_is_still_wanted(runner: TorchRunner) -> None:
    grid = prepare(film(), SIZE)
    calls = itertools.count()

    def counted() -> None:
        next(calls)

    runner.run(grid, counted)
    total = next(calls)
    assert total >= 9  # five stages of the encoder, four of the decoder
    for stop_at in range(total):
        left = iter(range(stop_at))

        def stop(left: Any = left) -> None:
            if next(left, None) is None:
                raise Cancelled

        with pytest.raises(Cancelled):
            runner.run(grid, stop)


def test_folding_batch_norm_changes_nothing_but_the_speed(network: PneumothoraxNet) -> None:
    grid = torch.from_numpy(prepare(film(), SIZE))[None]
    with torch.inference_mode():
        before = network(grid)
        after = fold_batch_norm(network)(grid)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
    torch.testing.assert_close(after.maps, before.maps, atol=2e-4, rtol=1e-4)
    torch.testing.assert_close(after.film, before.film, atol=2e-4, rtol=1e-4)


def test_the_engine_says_what_the_plain_network_says(bundle: Path, network: PneumothoraxNet) -> None:
    with torch.inference_mode():
        logits = network(torch.from_numpy(prepare(film(), SIZE))[None])
    maps = torch_engine("cpu", bundle).predict(film())
    np.testing.assert_allclose(maps.pneumothorax, torch.sigmoid(logits.maps[0, 0]).numpy(), atol=1e-4)
    np.testing.assert_allclose(there(maps.lung_image_right), torch.sigmoid(logits.maps[0, 2]).numpy(), atol=1e-4)
    assert maps.score == pytest.approx(float(torch.sigmoid(logits.film[0])), abs=1e-4)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    other = {"blocks": [1, 1, 1, 1], "planes": [8, 8, 8, 16], "stem": 8, "decoder": [8, 8, 8, 8]}
    for changes in (other, {**other, "planes": [8, 8, 8]}, {"surprise": 1}):
        engine = torch_engine("cpu", write_bundle(tmp_path / "other", architecture=changes))
        assert reason_of(engine.load, kind=ModelUnavailable) is Network.WEIGHTS_DO_NOT_FIT


def test_weights_that_are_no_safetensors_are_refused(bundle: Path) -> None:
    assert reason_of(network_of, read_card(bundle), b"not weights") is Network.WEIGHTS_DO_NOT_FIT


def test_a_device_that_is_asked_for_but_absent_is_said(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    info = torch_engine("cuda", bundle).load()
    assert info.device.startswith("CPU")
    assert info.note == DeviceRefused("cuda")


def test_a_device_that_is_listed_but_has_no_kernels_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(runtime, "works", lambda _device: False)
    choice = choose_device("auto")
    assert choice.device.type == "cpu"
    assert choice.note == DeviceUnusable("cuda")
    assert choose_device("cpu").note is None


def test_the_probe_believes_only_a_right_answer() -> None:
    assert runtime.works(torch.device("cpu"))
    if not torch.cuda.is_available():
        assert not runtime.works(torch.device("cuda"))


def test_out_of_memory_is_told_apart_from_a_bug(runner: TorchRunner) -> None:
    """Whatever is raised between two stages arrives as it would from a kernel."""

    def raising(error: Any) -> Any:
        def checkpoint() -> None:
            raise error

        return checkpoint

    grid = prepare(film(), SIZE)
    with pytest.raises(OutOfMemory):
        runner.run(grid, raising(torch.cuda.OutOfMemoryError()))
    with pytest.raises(RuntimeError, match="a bug"):
        runner.run(grid, raising(RuntimeError("a bug")))
    runner.move_to_cpu()
    assert runner.device == "CPU"
    assert np.isfinite(runner.run(grid).maps).all()


def test_bf16_is_used_only_where_it_wins_and_changes_no_mask(runner: TorchRunner) -> None:
    grid = prepare(film(), SIZE)
    assert runner.try_bf16(grid, 0.1, repeats=1, min_gain=0.0, same=always)
    assert runner.device == "CPU bf16"
    result = runner.run(grid)
    assert result.maps.dtype == np.float32
    assert np.isfinite(result.maps).all()
    assert np.isfinite(result.score)


@pytest.mark.parametrize(("gain", "same"), [(1e9, True), (0.0, False)])
def test_bf16_that_does_not_win_leaves_no_trace(runner: TorchRunner, gain: float, same: bool) -> None:
    grid = prepare(film(), SIZE)
    before = runner.run(grid)
    assert not runner.try_bf16(grid, 0.1, repeats=1, min_gain=gain, same=lambda *_: same)
    after = runner.run(grid)
    assert runner.device == "CPU"
    np.testing.assert_array_equal(after.maps, before.maps)
    assert after.score == before.score


def test_cancelling_works_in_bf16_too(runner: TorchRunner) -> None:
    grid = prepare(film(), SIZE)
    assert runner.try_bf16(grid, 0.1, repeats=1, min_gain=0.0, same=always)

    def retired() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        runner.run(grid, retired)


def test_one_core_is_left_to_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for cores, threads in ((1, 1), (2, 2), (3, 2), (16, 15)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert thread_count() == threads
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert thread_count() == 1


@pytest.mark.parametrize(
    ("asked", "threads"), [("1", 1), ("2,1", 2), ("64", 7), ("0", 1), ("", 7), ("-1", 7), ("many", 7)]
)
def test_fewer_threads_are_used_where_the_environment_asks_for_fewer(
    monkeypatch: pytest.MonkeyPatch, asked: str, threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert thread_count() == threads
