"""The fused network answers what the plain one does, for every block, size, copy and precision, or is not used."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch

from ptxviewer.inference.torch import fused
from ptxviewer.inference.torch.fused import FusedConv, can_fuse, fold_batch_norm, fuse
from ptxviewer.inference.torch.network import Logits, NetworkConfig, PneumothoraxNet
from ptxviewer.inference.torch.runner import Choice, TorchRunner
from tests.there import there

SHAPES = {
    "bottleneck": NetworkConfig(blocks=(2, 1, 2, 1), planes=(8, 8, 8, 8), stem=8, decoder=(8, 8, 8, 8), evidence=True),
    # a first block without a convolution on its shortcut, as in ResNet-34
    "basic": NetworkConfig(blocks=(2, 2, 1, 1), planes=(8, 8, 16, 8), stem=8, decoder=(8, 8, 8, 8), block="basic"),
}
needs_operators = pytest.mark.skipif(not can_fuse(), reason="this build of PyTorch has no fused convolutions")


def network(kind: str) -> PneumothoraxNet:
    torch.manual_seed(3)
    net = PneumothoraxNet(SHAPES[kind]).eval()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            there(module.running_mean).uniform_(-0.3, 0.3)
            there(module.running_var).uniform_(0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.3, 0.3)
    return net


def same(first: Logits, second: Logits, tolerance: float = 1e-4) -> None:
    torch.testing.assert_close(first.maps.float(), second.maps.float(), atol=tolerance, rtol=tolerance)
    torch.testing.assert_close(first.film.float(), second.film.float(), atol=tolerance, rtol=tolerance)
    torch.testing.assert_close(first.summary.float(), second.summary.float(), atol=tolerance, rtol=tolerance)


@needs_operators
@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_a_fused_network_says_what_the_plain_one_says_at_any_size(kind: str) -> None:
    plain = network(kind)
    quick = fold_batch_norm(copy.deepcopy(plain)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    fuse(quick)
    assert not any(isinstance(module, (torch.nn.BatchNorm2d, torch.nn.ReLU)) for module in quick.modules())
    with torch.inference_mode():
        for shape in ((1, 1, 64, 64), (2, 1, 96, 64), (1, 1, 70, 101), (2, 1, 64, 64)):
            film = torch.randn(shape).contiguous(memory_format=torch.channels_last)
            kept = film.clone()
            same(quick(film), plain(film))
            assert torch.equal(film, kept)  # blocks overwrite their own input only


@needs_operators
def test_copies_and_other_precisions_pack_their_own_weights() -> None:
    quick = fold_batch_norm(network("bottleneck")).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    fuse(quick)
    film = torch.randn(1, 1, 64, 64).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        before = quick(film)
        twin = copy.deepcopy(quick)
        same(twin(film), before)
        for module in twin.modules():
            if isinstance(module, FusedConv):
                module.weight.mul_(0)
        same(twin.to(torch.float64).to(torch.float32)(film), twin(film))
        assert not torch.equal(twin(film).maps, before.maps)
        same(quick(film), before)


def test_a_build_without_the_operators_runs_the_plain_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def __getattr__(self, name: Any) -> None:
            raise AttributeError(name)

    film = torch.randn(1, 64, 64).numpy()
    quick = TorchRunner(network("bottleneck"), Choice(torch.device("cpu"), "CPU")).run(film)
    monkeypatch.setattr(fused, "_OPS", Nothing())
    assert not fused.can_fuse()
    plain = TorchRunner(network("bottleneck"), Choice(torch.device("cpu"), "CPU"))
    result = plain.run(film)  # a fused convolution would ask for what is not there
    assert abs(result.maps - quick.maps).max() < 1e-4
    assert result.score == pytest.approx(quick.score, abs=1e-4)
