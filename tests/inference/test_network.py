"""What every network of this shape has to do, whatever its widths, blocks and heads: forward and backward, any
resolution, saved and loaded, exported. The list of tests follows segmentation_models.pytorch's inherited suite."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from ptxviewer.inference.torch.network import (
    CHANNELS,
    Encoder,
    Logits,
    NetworkConfig,
    PneumothoraxNet,
    beside,
    load_rgb_encoder,
)
from tests.inference.torchvision_models import torchvision_models
from tests.there import there

SMALL: dict[str, Any] = {"blocks": (1, 2, 1, 1), "planes": (4, 8, 8, 8), "stem": 8, "decoder": (8, 8, 8, 4)}
pytestmark = pytest.mark.usefixtures("one_thread")

CONFIGS = {
    "bottleneck": NetworkConfig(**SMALL),
    "bottleneck, strides of torchvision": NetworkConfig(**SMALL, stride_on_conv1=False),
    "basic": NetworkConfig(**SMALL, block="basic"),
    "all heads": NetworkConfig(**SMALL, frontal=True, evidence=True),
}
FULL_WIDTH = (64, 128, 256, 512)


@pytest.fixture(params=sorted(CONFIGS))
def config(request: pytest.FixtureRequest) -> NetworkConfig:
    return CONFIGS[request.param]


def network(config: NetworkConfig) -> PneumothoraxNet:
    """A network with the statistics of one that has learned something."""
    torch.manual_seed(1)
    net = PneumothoraxNet(config)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(there(module.running_mean), -0.2, 0.2)
            torch.nn.init.uniform_(there(module.running_var), 0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
    return net.eval()


def assert_same(first: Logits, second: Logits, tolerance: float = 0) -> None:
    for ours, theirs in zip(first, second, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            torch.testing.assert_close(ours, theirs, atol=tolerance, rtol=tolerance)


def test_every_parameter_takes_part_in_what_is_learned(config: NetworkConfig) -> None:
    net = network(config).train()
    logits = net(torch.randn(2, 1, 64, 64))
    loss = logits.maps.square().mean() + logits.film.square().mean()
    if logits.frontal is not None:
        loss = loss + logits.frontal.square().mean()
    loss.backward()
    without = [name for name, value in net.named_parameters() if value.grad is None or not value.grad.any()]
    assert not without


@pytest.mark.parametrize("shape", [(32, 32), (64, 96), (33, 47), (70, 101)])
def test_any_resolution_gives_maps_of_that_resolution(config: NetworkConfig, shape: Any) -> None:
    with torch.inference_mode():
        logits = network(config)(torch.randn(2, 1, *shape))
    assert logits.maps.shape == (2, len(CHANNELS), *shape)
    assert logits.film.shape == (2,)
    assert logits.summary.shape[0] == 2
    assert (logits.frontal is not None) == config.frontal
    assert torch.isfinite(logits.maps).all()


@pytest.mark.parametrize("shape", [(1, 64, 64), (1, 3, 64, 64), (1, 1, 31, 64)])
def test_what_is_no_batch_of_grey_films_is_refused(shape: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        network(CONFIGS["basic"])(torch.zeros(shape))


def test_films_of_a_batch_do_not_change_each_other(config: NetworkConfig) -> None:
    net, films = network(config), torch.randn(3, 1, 64, 64)
    with torch.inference_mode():
        together = net(films)
        alone = net(films[1:2])
    second: list[Any] = [None if part is None else part[1:2] for part in together]
    assert_same(alone, Logits(*second), tolerance=1e-5)


def test_a_saved_network_is_the_same_network(config: NetworkConfig) -> None:
    net, film = network(config), torch.randn(1, 1, 64, 64)
    other = PneumothoraxNet(config).eval()
    other.load_state_dict(load(save(net.state_dict())))
    with torch.inference_mode():
        assert_same(other(film), net(film))


@pytest.mark.parametrize("config", ["all heads", "basic"], indirect=True)
def test_an_exported_network_is_the_same_network(config: NetworkConfig) -> None:
    """``torch.export`` is how other runtimes get a network: as a graph, without a line of our code."""
    net, film = network(config), torch.randn(1, 1, 64, 64)
    exported = torch.export.export(net, (film,)).module()
    with torch.no_grad():
        assert_same(exported(film), net(film), tolerance=1e-5)


def test_golden_logits() -> None:
    """The arithmetic of the network, written down: a change of a layer shows here, not only in a retrained network."""
    numbers = np.random.default_rng(0)  # NumPy's stream stays as it is from version to version, torch's may change
    net = PneumothoraxNet(CONFIGS["all heads"]).eval()
    with torch.inference_mode():
        for value in net.state_dict().values():
            if value.dtype.is_floating_point:
                scale, shift = (0.1, 1.0) if value.ndim == 1 else ((2 / value[0].numel()) ** 0.5, 0.0)
                value.copy_(torch.from_numpy(shift + scale * numbers.standard_normal(value.shape)))
        logits = net(torch.from_numpy(numbers.standard_normal((1, 1, 64, 64)).astype(np.float32)))
    figures = [*logits.maps.mean((0, 2, 3)).tolist(), *logits.maps.std((0, 2, 3)).tolist()]
    figures += [float(logits.film), float(logits.frontal)]
    np.testing.assert_allclose(figures, GOLDEN, rtol=1e-4)


GOLDEN = [-0.559045, 2.321672, 1.40607, 1.18744, 1.707263, 1.666632, 9.739281, -33.6152]  # means, deviations, heads


@pytest.mark.parametrize(
    ("name", "block"), [("resnet50", "bottleneck"), ("resnet34", "basic")], ids=["resnet50", "resnet34"]
)
def test_the_encoder_at_full_width_is_torchvisions(name: str, block: Literal["bottleneck", "basic"]) -> None:
    """The same names in the same order, shapes and numbers, so that anybody's weights of a ResNet can be taken."""
    torch.manual_seed(0)
    reference = getattr(torchvision_models(), name)(weights=None).eval()
    encoder = Encoder(NetworkConfig(planes=FULL_WIDTH, stride_on_conv1=False, block=block)).eval()
    expected = {key: value.shape for key, value in reference.state_dict().items() if not key.startswith("fc.")}
    expected["conv1.weight"] = torch.Size([64, 1, 7, 7])  # grey films
    assert {key: value.shape for key, value in encoder.state_dict().items()} == expected
    assert list(encoder.state_dict()) == list(expected)
    load_rgb_encoder(encoder, reference.state_dict())
    film = torch.randn(1, 1, 64, 96)
    with torch.inference_mode():
        x = reference.relu(reference.bn1(reference.conv1(film.expand(-1, 3, -1, -1))))
        stages = [x]
        x = reference.maxpool(x)
        for stage in (reference.layer1, reference.layer2, reference.layer3, reference.layer4):
            x = stage(x)
            stages.append(x)
        for ours, theirs in zip(encoder(film), stages, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4 * float(theirs.abs().max()))


@pytest.mark.parametrize("size", [(6, 10), (5, 9), (7, 7)])  # twice the size, and what odd sizes come to
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_upsampling_beside_the_skip_is_the_same_with_and_without_learning(size: Any, layout: Any, dtype: Any) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, 3, 5).to(dtype).contiguous(memory_format=layout)
    skip = torch.randn(2, 4, *size).to(dtype).contiguous(memory_format=layout)
    training = beside(x, skip)
    with torch.inference_mode():
        inference = beside(x, skip)
    assert torch.equal(inference, training)
    assert inference.stride() == training.stride()
