"""The self-test passes where the network says what it said when it was made, and fails wherever it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.reasons.network import Network, SelfTestDiffers, SelfTestFailed, SelfTestPassed
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.selftest import GOLDEN_FILE, golden_film, self_test, stacked
from ptxviewer.inference.torch.loading import torch_engine
from ptxviewer.paths import bundle_dir
from tests.bundles import write_bundle
from tests.fakes import FakeEngine
from tests.inference.conftest import Shipped
from tests.there import there


def write_golden(folder: Path, engine: BundleEngine | FakeEngine, shift: float = 0.0, score: float = 0.0) -> Path:
    maps = engine.predict(golden_film())
    folder.mkdir(exist_ok=True)
    np.savez_compressed(
        folder / GOLDEN_FILE,
        maps=(there(stacked(maps)) + np.float32(shift)).astype(np.float16),
        score=np.float32(maps.score + score),
    )
    return folder


def test_the_network_of_a_bundle_passes_against_its_own_output(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    write_golden(bundle, torch_engine("cpu", bundle))
    result = self_test(torch_engine("cpu", bundle), bundle)
    assert result.passed, result
    assert result.info is not None
    assert result.difference is not None
    assert result.reason == SelfTestPassed("CPU")


def test_weights_that_were_altered_fail_before_anything_is_compared(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    write_golden(bundle, torch_engine("cpu", bundle))
    weights = bundle / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    result = self_test(torch_engine("cpu", bundle), bundle)
    assert not result.passed
    assert result.info is None
    assert result.reason == SelfTestFailed(Network.WEIGHTS_ALTERED)


@pytest.mark.parametrize(("shift", "score"), [(0.02, 0.0), (0.0, 0.05)])
def test_another_answer_fails_and_says_not_to_use_it(tmp_path: Path, shift: float, score: float) -> None:
    folder = write_golden(tmp_path, FakeEngine(), shift, score)
    result = self_test(FakeEngine(), folder)
    assert not result.passed
    assert result.reason == SelfTestDiffers("CPU")
    assert result.difference == pytest.approx(max(shift, score), abs=1e-3)


def test_a_missing_or_foreign_golden_output_fails(tmp_path: Path) -> None:
    assert self_test(FakeEngine(), tmp_path).reason == SelfTestFailed(Network.GOLDEN_UNREADABLE)
    write_golden(tmp_path, FakeEngine(size=32))
    result = self_test(FakeEngine(), tmp_path)
    assert not result.passed
    assert result.reason == SelfTestFailed(Network.GOLDEN_OF_OTHER_NETWORK)


def test_a_network_that_gives_nothing_fails_with_its_reason(tmp_path: Path) -> None:
    write_golden(tmp_path, FakeEngine())
    broken = FakeEngine(error=ModelUnavailable(Network.NO_USABLE_RESULT))
    assert self_test(broken, tmp_path).reason == SelfTestFailed(Network.NO_USABLE_RESULT)


def test_another_device_has_to_decide_the_same_not_to_compute_the_same(tmp_path: Path) -> None:
    class OnCard(FakeEngine):
        def load(self) -> Any:
            from dataclasses import replace

            self._info = replace(super().load(), device="CUDA of a test")
            return self._info

    assert self_test(OnCard(), write_golden(tmp_path, FakeEngine(), shift=0.006)).passed  # no mask hangs on it
    assert not self_test(OnCard(), write_golden(tmp_path, FakeEngine(), shift=-0.2)).passed


@pytest.mark.weights
def test_the_shipped_network_passes_on_this_machine(shipped: Shipped) -> None:
    result = self_test(shipped.engine, bundle_dir())
    assert result.passed, result
