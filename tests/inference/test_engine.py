"""The engine, whatever runs the network: maps belong to their film, work can be retired, and no failure reads as
"nothing found"."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptxviewer.core.engine import OutOfMemory, RunResult
from ptxviewer.core.errors import Cancelled, ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.network import DeviceRefused, Network
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.equivalence import same_decision
from ptxviewer.inference.torch.loading import torch_engine
from tests.bundles import SIZE, write_bundle
from tests.fakes import FakeEngine, FakeRunner
from tests.refusals import reason_of
from tests.there import there


def film(rows: Any = 90, cols: Any = 70, seed: int = 0, key: str = "film") -> Radiograph:
    pixels = np.random.default_rng(seed).integers(0, 4096, (rows, cols)).astype(np.uint16)
    return Radiograph(key=key, pixels=pixels)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle")


def engine_of(bundle: Path, runner: FakeRunner) -> BundleEngine:
    return BundleEngine(bundle, lambda _card, _weights: runner)


@pytest.fixture(params=["fake engine", "fake runner", "torch"])
def any_engine(request: pytest.FixtureRequest, bundle: Path) -> BundleEngine | FakeEngine:
    """Every engine keeps the same contract, the one that stands in for it in other tests as well."""
    if request.param == "fake engine":
        return FakeEngine(SIZE)
    return torch_engine("cpu", bundle) if request.param == "torch" else engine_of(bundle, FakeRunner())


def test_contract_the_maps_belong_to_the_film(any_engine: BundleEngine | FakeEngine) -> None:
    assert any_engine.info is None
    info = any_engine.load()
    assert any_engine.load() is info
    maps = any_engine.predict(film(key="this one"))
    assert maps.image_key == "this one"
    assert (maps.rows, maps.cols, maps.size) == (90, 70, SIZE)
    for grid in (maps.pneumothorax, there(maps.lung_image_left), there(maps.lung_image_right)):
        assert grid.dtype == np.float32
        assert grid.min() >= 0
        assert grid.max() <= 1
    assert 0 <= maps.score <= 1
    assert (maps.model_id, maps.model_sha256, maps.device) == (info.model_id, info.model_sha256, info.device)


def test_contract_predicting_twice_gives_the_same(any_engine: BundleEngine | FakeEngine) -> None:
    first, second = any_engine.predict(film()), any_engine.predict(film())
    np.testing.assert_array_equal(first.pneumothorax, second.pneumothorax)
    assert first.score == second.score


def test_contract_a_retired_job_stops(any_engine: BundleEngine | FakeEngine) -> None:
    def retired() -> None:
        raise Cancelled

    any_engine.load()
    with pytest.raises(Cancelled):
        any_engine.predict(film(), retired)
    assert any_engine.predict(film()).image_key == "film"


def test_contract_a_band_belongs_to_the_film_and_encloses_the_views(any_engine: BundleEngine | FakeEngine) -> None:
    band = any_engine.band(film(key="this one"))
    assert band.image_key == "this one"
    assert band.low.shape == band.high.shape == (SIZE, SIZE)
    assert (band.low <= band.high).all()


def test_altered_weights_never_reach_a_runtime(bundle: Path) -> None:
    with (bundle / "weights.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelUnavailable) as refusal:
        BundleEngine(bundle, lambda *_: pytest.fail("altered weights were handed on")).load()
    assert refusal.value.reason is Network.WEIGHTS_ALTERED


def test_the_runtime_is_started_once_with_the_very_bytes_that_were_verified(bundle: Path) -> None:
    starts = []

    def start(card: Any, weights: Any) -> Any:
        starts.append((card.id, weights))
        return FakeRunner(note=DeviceRefused("cuda"))

    engine = BundleEngine(bundle, start)
    assert not starts
    engine.load()
    engine.predict(film())
    assert starts == [("random-test-network", (bundle / "weights.safetensors").read_bytes())]
    assert engine.load().note == DeviceRefused("cuda")


def test_out_of_memory_moves_to_the_cpu_for_good_and_says_so(bundle: Path) -> None:
    runner = FakeRunner("CUDA of a test", [OutOfMemory()])
    engine = engine_of(bundle, runner)
    assert engine.load().device == "CUDA of a test"
    maps = engine.predict(film())
    np.testing.assert_array_equal(maps.pneumothorax, engine_of(bundle, FakeRunner()).predict(film()).pneumothorax)
    assert there(engine.info).note is Network.DEVICE_OUT_OF_MEMORY
    assert maps.device == there(engine.info).device == "CPU"
    engine.predict(film())
    assert runner.runs == ["CUDA of a test", "CPU", "CPU"]


def test_a_band_that_finds_no_memory_is_not_to_be_had_and_the_device_stays(bundle: Path) -> None:
    runner = FakeRunner("CUDA of a test", [OutOfMemory()])
    engine = engine_of(bundle, runner)
    assert reason_of(engine.band, film(), kind=ModelUnavailable) is Network.NO_MEMORY_FOR_BAND
    assert engine.predict(film()).device == "CUDA of a test"


def test_any_other_error_is_not_taken_for_lack_of_memory(bundle: Path) -> None:
    runner = FakeRunner("CUDA of a test", [RuntimeError("a bug")])
    with pytest.raises(RuntimeError, match="a bug"):
        engine_of(bundle, runner).predict(film())
    assert runner.runs == ["CUDA of a test"]


@pytest.mark.parametrize(("fill", "score"), [(np.nan, 0.5), (np.inf, 0.5), (0.5, float("nan"))])
def test_a_result_that_is_not_a_number_is_never_nothing_found(bundle: Path, fill: float, score: float) -> None:
    output = RunResult(np.full((3, SIZE, SIZE), fill, np.float32), score)
    engine = engine_of(bundle, FakeRunner(output=output))
    assert reason_of(engine.predict, film(), kind=ModelUnavailable) is Network.NO_USABLE_RESULT


def test_what_the_network_says_of_being_frontal_travels_with_the_maps(bundle: Path) -> None:
    assert engine_of(bundle, FakeRunner()).predict(film()).frontal == 0.75
    assert torch_engine("cpu", bundle).predict(film()).frontal is None  # a network without that head


def test_same_decision_needs_masks_to_compare() -> None:
    maps = np.zeros((3, 8, 8), np.float32)
    assert not same_decision(RunResult(maps, 0.5), RunResult(maps, 0.5), 0.4)
    maps[:, 2:6, 2:6] = 0.9
    shifted = np.roll(maps, 1, axis=2)
    assert same_decision(RunResult(maps, 0.5), RunResult(maps.copy(), 0.505), 0.4)
    assert not same_decision(RunResult(maps, 0.5), RunResult(maps, 0.52), 0.4)
    assert not same_decision(RunResult(maps, 0.5), RunResult(shifted, 0.5), 0.4)


def test_several_films_at_once_get_the_answers_that_they_get_one_by_one(bundle: Path) -> None:
    engine = torch_engine("cpu", bundle)
    engine.share_cores()
    films = [film(seed=seed, key=str(seed)) for seed in range(6)]
    alone = [engine.predict(one) for one in films]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(engine.predict, films * 3))
    for maps, expected in zip(together, alone * 3, strict=True):
        assert maps.image_key == expected.image_key
        np.testing.assert_array_equal(maps.pneumothorax, expected.pneumothorax)
