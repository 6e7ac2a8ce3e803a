"""A second runtime is a runner and an export: behind the same engine, ONNX Runtime decides every film like PyTorch."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from model.to_onnx import export
from ptxviewer.core.errors import Cancelled, ModelUnavailable
from ptxviewer.core.findings.decide import find
from ptxviewer.inference.card import CARD_FILE, read_card, verify
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.inference.selftest import golden_film, self_test
from ptxviewer.inference.torch.loading import torch_engine
from ptxviewer.paths import bundle_dir
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom
from tests.bundles import write_bundle
from tests.inference.onnx_runner import start_onnx

MISSING = [name for name in ("onnxruntime", "onnx", "onnxscript") if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"the extra 'onnx' is not installed: {', '.join(MISSING)}")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small network in both formats: (bundle for PyTorch, bundle for ONNX Runtime)."""
    folder = tmp_path_factory.mktemp("small")
    export(write_bundle(folder / "torch"), folder / "onnx")
    return folder / "torch", folder / "onnx"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The shipped network for ONNX Runtime."""
    if not (bundle_dir() / CARD_FILE).exists():
        pytest.skip("no weights have been exported yet")
    folder = tmp_path_factory.mktemp("shipped")
    export(bundle_dir(), folder)
    return folder


def test_both_runtimes_give_the_same_maps(small):
    film = golden_film()
    expected = torch_engine("cpu", small[0], exact=True).predict(film)
    maps = BundleEngine(small[1], start_onnx).predict(film)
    np.testing.assert_allclose(maps.pneumothorax, expected.pneumothorax, atol=1e-4)
    np.testing.assert_allclose(maps.lung_image_left, expected.lung_image_left, atol=1e-4)
    np.testing.assert_allclose(maps.lung_image_right, expected.lung_image_right, atol=1e-4)
    assert maps.score == pytest.approx(expected.score, abs=1e-4)
    assert maps.image_key == film.key


def test_the_card_of_another_format_names_its_file_and_guards_it(small):
    folder = small[1]
    card = read_card(folder)
    assert verify(folder, card) == (folder / "network.onnx").read_bytes()
    with pytest.raises(ModelUnavailable):
        start_onnx(card, b"no network")


def test_a_retired_job_stops_in_the_other_runtime_too(small):
    def retired():
        raise Cancelled

    engine = BundleEngine(small[1], start_onnx)
    engine.load()
    with pytest.raises(Cancelled):
        engine.predict(golden_film(), retired)


@pytest.mark.weights
def test_the_shipped_network_passes_its_self_test_in_the_other_runtime(exported):
    result = self_test(BundleEngine(exported, start_onnx), exported)
    assert result.passed, result


@pytest.mark.weights
def test_both_runtimes_decide_alike_on_phantoms(exported):
    reference, other = torch_engine("cpu", exact=True), BundleEngine(exported, start_onnx)
    rule = other.load().rule
    for film in (golden_film(), film_of(make_phantom(PhantomSpec(side="none", rows=256, cols=224)))):
        expected, expected_mask = find(film, reference.predict(film), rule)
        findings, mask = find(film, other.predict(film), rule)
        assert findings.present == expected.present
        assert findings.score == pytest.approx(expected.score, abs=1e-3)
        assert [lesion.side for lesion in findings.lesions] == [lesion.side for lesion in expected.lesions]
        assert np.mean(mask != expected_mask) < 1e-4
