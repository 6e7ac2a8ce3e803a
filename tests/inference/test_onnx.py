"""A second runtime is a runner and an export: behind the same engine, ONNX Runtime decides every film like PyTorch."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from model.to_onnx import export
from ptxviewer.core.errors import Cancelled, ModelUnavailable
from ptxviewer.core.findings.decide import find
from ptxviewer.inference.card import read_card, verify
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.selftest import golden_film, self_test
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom
from tests.inference.conftest import Shipped, bundle_that_ships
from tests.inference.onnx_runner import start_onnx
from tests.there import there

MISSING = [name for name in ("onnxruntime", "onnx", "onnxscript") if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.weights,
    pytest.mark.skipif(bool(MISSING), reason=f"the extra 'onnx' is not installed: {', '.join(MISSING)}"),
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped network for ONNX Runtime."""
    folder = tmp_path_factory.mktemp("shipped")
    export(bundle_that_ships(), folder)
    return folder


@pytest.fixture(scope="module")
def other(exported: Path) -> Shipped:
    """The engine that runs it; no test may change it."""
    return Shipped(BundleEngine(exported, start_onnx))


def test_both_runtimes_give_the_same_maps(other: Shipped, exact: Shipped) -> None:
    expected, maps = exact.golden, other.golden
    np.testing.assert_allclose(maps.pneumothorax, expected.pneumothorax, atol=1e-4)
    np.testing.assert_allclose(there(maps.lung_image_left), there(expected.lung_image_left), atol=1e-4)
    np.testing.assert_allclose(there(maps.lung_image_right), there(expected.lung_image_right), atol=1e-4)
    assert maps.score == pytest.approx(expected.score, abs=1e-4)
    assert maps.image_key == golden_film().key


def test_the_card_of_another_format_names_its_file_and_guards_it(exported: Path) -> None:
    card = read_card(exported)
    assert verify(exported, card) == (exported / "network.onnx").read_bytes()
    with pytest.raises(ModelUnavailable):
        start_onnx(card, b"no network")


def test_a_retired_job_stops_in_the_other_runtime_too(other: Shipped) -> None:
    def retired() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        other.engine.predict(golden_film(), retired)


def test_the_shipped_network_passes_its_self_test_in_the_other_runtime(other: Shipped, exported: Path) -> None:
    result = self_test(other.engine, exported)
    assert result.passed, result


def test_both_runtimes_decide_alike_on_phantoms(other: Shipped, exact: Shipped) -> None:
    rule = other.engine.load().rule
    normal = film_of(make_phantom(PhantomSpec(side="none", rows=256, cols=224)))
    for film, said, said_too in (
        (golden_film(), exact.golden, other.golden),
        (normal, exact.engine.predict(normal), other.engine.predict(normal)),
    ):
        expected, expected_mask = find(film, said, rule)
        findings, mask = find(film, said_too, rule)
        assert findings.present == expected.present
        assert findings.score == pytest.approx(expected.score, abs=1e-3)
        assert [lesion.side for lesion in findings.lesions] == [lesion.side for lesion in expected.lesions]
        assert np.mean(mask != expected_mask) < 1e-4
