"""The engine says what the network says, can be interrupted, and never turns a failure into "nothing found"."""

import itertools

import numpy as np
import pytest
import torch

from ptxviewer.core.errors import Cancelled, ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.inference import runtime
from ptxviewer.inference.card import ALTERED, read_card, verify
from ptxviewer.inference.fused import fold_batch_norm
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.runtime import Choice, Result, Runner, choose_device, same_decision
from ptxviewer.inference.torch_engine import OUT_OF_MEMORY, TorchEngine, network_of, thread_count
from tests.bundles import SIZE, write_bundle
from tests.fakes import FakeEngine


def film(rows=90, cols=70, seed=0, key="film"):
    pixels = np.random.default_rng(seed).integers(0, 4096, (rows, cols)).astype(np.uint16)
    return Radiograph(key=key, pixels=pixels)


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "bundle")


@pytest.fixture
def engine(bundle):
    return TorchEngine("cpu", bundle)


@pytest.fixture(params=["fake", "torch"])
def any_engine(request, bundle):
    """Every engine keeps the same contract."""
    return FakeEngine(SIZE) if request.param == "fake" else TorchEngine("cpu", bundle)


def test_contract_the_maps_belong_to_the_film(any_engine):
    assert any_engine.info is None
    info = any_engine.load()
    assert any_engine.load() is info
    maps = any_engine.predict(film(key="this one"))
    assert maps.image_key == "this one"
    assert (maps.rows, maps.cols, maps.size) == (90, 70, SIZE)
    for grid in (maps.pneumothorax, maps.lung_image_left, maps.lung_image_right):
        assert grid.dtype == np.float32
        assert grid.min() >= 0
        assert grid.max() <= 1
    assert 0 <= maps.score <= 1
    assert (maps.model_id, maps.model_sha256, maps.device) == (info.model_id, info.model_sha256, info.device)


def test_contract_predicting_twice_gives_the_same(any_engine):
    first, second = any_engine.predict(film()), any_engine.predict(film())
    np.testing.assert_array_equal(first.pneumothorax, second.pneumothorax)
    assert first.score == second.score


def test_contract_a_retired_job_stops(any_engine):
    def retired():
        raise Cancelled

    any_engine.load()
    with pytest.raises(Cancelled):
        any_engine.predict(film(), retired)
    assert any_engine.predict(film()).image_key == "film"


def test_every_stage_asks_whether_it_is_still_wanted(engine):
    engine.load()
    calls = itertools.count()
    engine.predict(film(), lambda: next(calls) and None)
    total = next(calls)
    assert total >= 10  # once before, five stages of the encoder, four of the decoder
    for stop_at in range(total):
        left = iter(range(stop_at))

        def stop(left=left):
            if next(left, None) is None:
                raise Cancelled

        with pytest.raises(Cancelled):
            engine.predict(film(), stop)


def test_folding_batch_norm_changes_nothing_but_the_speed(bundle):
    card = read_card(bundle)
    net = network_of(card, verify(bundle, card)).eval()
    grid = torch.from_numpy(prepare(film(), SIZE))[None]
    with torch.inference_mode():
        before = net(grid)
        after = fold_batch_norm(net)(grid)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in net.modules())
    torch.testing.assert_close(after.maps, before.maps, atol=2e-4, rtol=1e-4)
    torch.testing.assert_close(after.film, before.film, atol=2e-4, rtol=1e-4)


def test_the_engine_says_what_the_plain_network_says(bundle, engine):
    card = read_card(bundle)
    net = network_of(card, verify(bundle, card)).eval()
    with torch.inference_mode():
        logits = net(torch.from_numpy(prepare(film(), SIZE))[None])
    maps = engine.predict(film())
    np.testing.assert_allclose(maps.pneumothorax, torch.sigmoid(logits.maps[0, 0]).numpy(), atol=1e-4)
    np.testing.assert_allclose(maps.lung_image_right, torch.sigmoid(logits.maps[0, 2]).numpy(), atol=1e-4)
    assert maps.score == pytest.approx(float(torch.sigmoid(logits.film[0])), abs=1e-4)


def test_altered_weights_are_never_loaded(bundle):
    with (bundle / "weights.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelUnavailable) as refusal:
        TorchEngine("cpu", bundle).load()
    assert str(refusal.value) == ALTERED


def test_weights_of_another_network_are_refused(tmp_path):
    other = {"blocks": [1, 1, 1, 1], "planes": [8, 8, 8, 16], "stem": 8, "decoder": [8, 8, 8, 8]}
    for changes in (other, {**other, "planes": [8, 8, 8]}, {"surprise": 1}):
        with pytest.raises(ModelUnavailable, match="does not fit its card"):
            TorchEngine("cpu", write_bundle(tmp_path / "other", architecture=changes)).load()


def test_weights_that_are_no_safetensors_are_refused(bundle):
    card = read_card(bundle)
    with pytest.raises(ModelUnavailable, match="does not fit its card"):
        network_of(card, b"not weights")


def test_a_device_that_is_asked_for_but_absent_is_said(bundle, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    info = TorchEngine("cuda", bundle).load()
    assert info.device.startswith("CPU")
    assert info.note == "CUDA was asked for but is not usable: using the CPU."


def test_a_device_that_is_listed_but_has_no_kernels_is_not_used(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(runtime, "works", lambda _device: False)
    choice = choose_device("auto")
    assert choice.device.type == "cpu"
    assert choice.note == "CUDA is present but not usable: using the CPU."
    assert choose_device("cpu").note == ""


def test_the_probe_believes_only_a_right_answer():
    assert runtime.works(torch.device("cpu"))
    if not torch.cuda.is_available():
        assert not runtime.works(torch.device("cuda"))


def test_out_of_memory_moves_to_the_cpu_for_good_and_says_so(bundle, engine, monkeypatch):
    engine.load()
    expected = engine.predict(film())
    real_run, runs = Runner.run, []

    def run(self, grid, checkpoint):
        runs.append(self.name)
        if len(runs) == 1:
            raise torch.cuda.OutOfMemoryError
        return real_run(self, grid, checkpoint)

    monkeypatch.setattr(Runner, "run", run)
    maps = engine.predict(film())
    np.testing.assert_array_equal(maps.pneumothorax, expected.pneumothorax)
    assert engine.info.note == OUT_OF_MEMORY
    assert maps.device == engine.info.device == "CPU"
    engine.predict(film())
    assert len(runs) == 3


def test_any_other_error_is_not_taken_for_lack_of_memory(engine, monkeypatch):
    engine.load()
    monkeypatch.setattr(Runner, "run", lambda *_: (_ for _ in ()).throw(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        engine.predict(film())


def test_a_result_that_is_not_a_number_is_never_nothing_found(engine, monkeypatch):
    engine.load()
    grids = np.full((3, SIZE, SIZE), np.nan, np.float32)
    monkeypatch.setattr(Runner, "run", lambda *_: Result(grids, 0.5))
    with pytest.raises(ModelUnavailable, match="no usable result"):
        engine.predict(film())


@pytest.fixture
def runner(bundle):
    card = read_card(bundle)
    return Runner(network_of(card, verify(bundle, card)), Choice(torch.device("cpu"), "CPU"))


def test_bf16_is_used_only_where_it_wins_and_changes_no_mask(runner, monkeypatch):
    grid = prepare(film(), SIZE)
    monkeypatch.setattr(runtime, "same_decision", lambda *_: True)
    monkeypatch.setattr(runtime, "BF16_MIN_GAIN", 0.0)
    assert runner.try_bf16(grid, 0.1, repeats=1)
    assert runner.name == "CPU bf16"
    result = runner.run(grid)
    maps, score = result.maps, result.score
    assert maps.dtype == np.float32
    assert np.isfinite(maps).all()
    assert np.isfinite(score)


@pytest.mark.parametrize(("gain", "same"), [(1e9, True), (0.0, False)])
def test_bf16_that_does_not_win_leaves_no_trace(runner, monkeypatch, gain, same):
    grid = prepare(film(), SIZE)
    before = runner.run(grid)
    monkeypatch.setattr(runtime, "same_decision", lambda *_: same)
    monkeypatch.setattr(runtime, "BF16_MIN_GAIN", gain)
    assert not runner.try_bf16(grid, 0.1, repeats=1)
    after = runner.run(grid)
    assert runner.name == "CPU"
    np.testing.assert_array_equal(after.maps, before.maps)
    assert after.score == before.score


def test_cancelling_works_in_bf16_too(runner, monkeypatch):
    grid = prepare(film(), SIZE)
    monkeypatch.setattr(runtime, "same_decision", lambda *_: True)
    monkeypatch.setattr(runtime, "BF16_MIN_GAIN", 0.0)
    assert runner.try_bf16(grid, 0.1, repeats=1)

    def retired():
        raise Cancelled

    with pytest.raises(Cancelled):
        runner.run(grid, retired)


def test_same_decision_needs_masks_to_compare():
    maps = np.zeros((3, 8, 8), np.float32)
    assert not same_decision(Result(maps, 0.5), Result(maps, 0.5), 0.4)
    maps[:, 2:6, 2:6] = 0.9
    shifted = np.roll(maps, 1, axis=2)
    assert same_decision(Result(maps, 0.5), Result(maps.copy(), 0.505), 0.4)
    assert not same_decision(Result(maps, 0.5), Result(maps, 0.52), 0.4)
    assert not same_decision(Result(maps, 0.5), Result(shifted, 0.5), 0.4)


def test_one_core_is_left_to_the_window(monkeypatch):
    import os

    for cores, threads in ((1, 1), (2, 2), (3, 2), (16, 15)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert thread_count() == threads
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert thread_count() == 1


def test_the_card_says_from_where_on_a_film_is_frontal(tmp_path):
    import json

    folder = write_bundle(tmp_path)
    path = folder / "metadata.json"
    record = json.loads(path.read_text())
    record["rule"]["frontal_threshold"] = 0.25
    path.write_text(json.dumps(record))
    assert read_card(folder).rule.frontal_threshold == 0.25
