"""Convolutions that also do what follows them: batch norm, and on the CPU shift, addition and ReLU in the same pass.

Eager PyTorch writes a feature map, reads it to add the shortcut, and reads it again to cut off what is negative.
oneDNN, which computes the convolution, does all of it while the numbers are still at hand: at 512 px that saves an
eighth of the time in float32 and a quarter in bfloat16. The operators are what ``torch.compile`` emits for a CPU; they
need no compiler.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ptxviewer.inference.torch.network import Basic, Bottleneck, PneumothoraxNet, UpBlock

_OPS: Any = torch.ops.mkldnn  # named with an underscore, but what code compiled for inference calls


def convolutions(net: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Conv2d, nn.BatchNorm2d]]:
    """Every convolution with the batch norm behind it (``convN`` and ``bnN``, or a shortcut's two) and its place."""
    for module in list(net.modules()):
        children = list(module.named_children())
        for (_, first), (name, second) in itertools.pairwise(children):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                yield module, name, first, second


def affine(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Return what a batch norm with known statistics does to a channel: multiply by the first, then add the second."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    return scale, norm.bias - norm.running_mean * scale


def fold_batch_norm(net: PneumothoraxNet) -> PneumothoraxNet:
    """Fold every batch norm into the convolution before it, in place.

    torch's ``fuse_conv_bn_eval`` copies each convolution twice, half a second for ours.
    """
    with torch.no_grad():
        for parent, name, convolution, norm in convolutions(net):
            scale, shift = affine(norm)
            convolution.weight.mul_(scale[:, None, None, None])
            convolution.bias = nn.Parameter(shift)
            setattr(parent, name, nn.Identity())
    return net


class FusedConv(nn.Module):
    """A convolution with its bias that may add a map and cut off what is negative; weights in oneDNN's own layout."""

    def __init__(self, convolution: nn.Conv2d, relu: bool) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self._shape: list[list[int]] = [list(convolution.padding), list(convolution.stride), [1, 1]]  # type: ignore[arg-type]
        self._relu = "relu" if relu else "none"
        self._packed: Tensor | None = None

    def _apply(self, fn: Callable[..., Any], recurse: bool = True) -> FusedConv:
        self._packed = None  # of other weights than those that come
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_packed": None}  # a copy packs its own

    def _weights(self, x: Tensor) -> Tensor:
        if self._packed is None:
            self._packed = _OPS._reorder_convolution_weight(self.weight, *self._shape, 1, list(x.shape))  # noqa: SLF001
        return self._packed

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, K, H', W')."""
        out: Tensor = _OPS._convolution_pointwise(  # noqa: SLF001
            x, self._weights(x), self.bias, *self._shape, 1, self._relu, [], ""
        )
        return out

    def onto(self, x: Tensor, shortcut: Tensor) -> Tensor:
        """Return ReLU of the convolution of ``x`` plus ``shortcut``, which is overwritten."""
        out: Tensor = _OPS._convolution_pointwise_.binary(
            shortcut, x, self._weights(x), self.bias, *self._shape, 1, "add", 1.0, "relu", [], ""
        )
        return out


class FusedBlock(nn.Module):
    """A residual block. Where it has no convolution on its shortcut, it overwrites its input, which nobody reads again:
    the skips of the encoder are the ends of its stages, and the next stage starts with such a convolution."""

    def __init__(self, block: Bottleneck | Basic) -> None:
        super().__init__()
        *ahead, last = (
            [block.conv1, block.conv2, block.conv3] if isinstance(block, Bottleneck) else [block.conv1, block.conv2]
        )
        self.ahead = nn.Sequential(*(FusedConv(convolution, relu=True) for convolution in ahead))
        self.last = FusedConv(last, relu=True)
        self.downsample = None if block.downsample is None else FusedConv(block.downsample[0], relu=False)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, K, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.last.onto(self.ahead(x), shortcut)


def can_fuse() -> bool:
    """Try the operators on a tiny picture: they are not for every build and processor."""
    try:
        with torch.inference_mode():
            convolution = nn.Conv2d(3, 3, 3, padding=1)
            x, other = torch.randn(2, 1, 3, 8, 8)
            expected = torch.relu(convolution(x) + other)
            return torch.allclose(FusedConv(convolution, relu=True).onto(x, other), expected, atol=1e-5)
    except (RuntimeError, AttributeError, NotImplementedError):
        return False


def fuse(net: PneumothoraxNet) -> None:
    """Let every convolution of a folded ``net`` on the CPU do what follows it, in place; for inference only."""
    encoder = net.encoder
    if isinstance(encoder.conv1, FusedConv):
        return
    encoder.conv1, encoder.relu = FusedConv(encoder.conv1, relu=True), nn.Identity()  # type: ignore[assignment]
    for stage in (encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4):
        for name, block in stage.named_children():
            assert isinstance(block, (Bottleneck, Basic))
            setattr(stage, name, FusedBlock(block))
    for up in net.decoder:
        assert isinstance(up, UpBlock)
        up.conv1, up.conv2 = FusedConv(up.conv1, relu=True), FusedConv(up.conv2, relu=True)  # type: ignore[assignment]
        up.relu = nn.Identity()  # type: ignore[assignment]
