"""The ResNet-U-Net: one definition, shared by training and by the app.

Encoder: a ResNet with bottleneck or basic blocks in torchvision's naming, one grey input channel (PyTorch module names
equal ``torchvision.models.resnet50``, widths are free; arXiv 1512.03385). Decoder: U-Net (arXiv 1505.04597)
that upsamples to the size of the skip, so sizes need not be multiples of 32. Heads: one logit per pixel for
pneumothorax and for the lung on either side of the picture, one logit for the film, and, where they were fitted, one
for being a frontal chest radiograph at all and one for being a photograph of one on a screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody knows

from ptxviewer.inference.torch.evidence import SideHead

CHANNELS = ("pneumothorax", "lung_image_left", "lung_image_right")


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that shapes the network; stored in the model card so that the app builds the same one."""

    blocks: tuple[int, int, int, int] = (3, 4, 6, 3)
    planes: tuple[int, int, int, int] = (32, 64, 128, 256)  # half of torchvision's resnet50
    stem: int = 64
    decoder: tuple[int, int, int, int] = (256, 128, 64, 32)
    stride_on_conv1: bool = True  # Caffe's ResNet strides on the first 1x1, torchvision's on the 3x3
    block: Literal["bottleneck", "basic"] = "bottleneck"  # resnet50 has the one, resnet18 and resnet34 the other
    frontal: bool = False  # a head that says whether this is a frontal chest radiograph
    photographed: bool = False  # a head that says whether a camera took this film from a screen
    evidence: bool = False  # the film head reads the strongest features and the top of the map, too, not the mean only
    sides: bool = False  # the film is decided from the evidence of either half of the chest (``inference.evidence``)


class Logits(NamedTuple):
    """``maps`` (N, 3, H, W) in the order of ``CHANNELS``; ``film`` (N,); the rest where there are heads for it.

    ``frontal`` and ``photographed`` are (N,). ``summary`` (N, F) is the mean of the last encoder stage, from which
    heads can be fitted later. ``sides`` (N, 2), for the left and right of the picture, and the (N, 2, h, w) ``halves``
    they speak of, where the network decides by side.
    """

    maps: Tensor
    film: Tensor
    frontal: Tensor | None
    summary: Tensor
    sides: Tensor | None = None
    halves: Tensor | None = None
    photographed: Tensor | None = None


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 with a shortcut; names as in torchvision."""

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int, stride_on_conv1: bool) -> None:
        super().__init__()
        out_channels = planes * self.expansion
        first, second = (stride, 1) if stride_on_conv1 else (1, stride)
        self.conv1 = nn.Conv2d(in_channels, planes, 1, stride=first, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride=second, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, 4 * planes, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        out: Tensor = self.relu(x + shortcut)
        return out


class Basic(nn.Module):
    """3x3, 3x3 with a shortcut; names as in torchvision's resnet18 and resnet34."""

    expansion = 1

    def __init__(self, in_channels: int, planes: int, stride: int, stride_on_conv1: bool) -> None:
        super().__init__()
        del stride_on_conv1  # a basic block has one place for it
        self.conv1 = nn.Conv2d(in_channels, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or in_channels != planes:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, planes, 1, stride=stride, bias=False), nn.BatchNorm2d(planes)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, planes, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        out: Tensor = self.relu(self.bn2(self.conv2(x)) + shortcut)
        return out


BLOCKS: dict[str, type[Bottleneck] | type[Basic]] = {"bottleneck": Bottleneck, "basic": Basic}


class Encoder(nn.Module):
    """The ResNet without its classifier; returns the five skips at 1/2, 1/4, 1/8, 1/16 and 1/32."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, config.stem, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(config.stem)
        self.relu = nn.ReLU(inplace=True)
        # Caffe's pooling: no padding, the last window may hang over the edge.
        self.maxpool = (
            nn.MaxPool2d(3, stride=2, ceil_mode=True)
            if config.stride_on_conv1
            else nn.MaxPool2d(3, stride=2, padding=1)
        )
        block = BLOCKS[config.block]
        channels = config.stem
        stages: list[nn.Module] = []
        self.channels = [config.stem]
        for index, (count, planes) in enumerate(zip(config.blocks, config.planes, strict=True)):
            blocks: list[nn.Module] = []
            for number in range(count):
                stride = 2 if number == 0 and index > 0 else 1
                blocks.append(block(channels, planes, stride, config.stride_on_conv1))
                channels = planes * block.expansion
            stages.append(nn.Sequential(*blocks))
            self.channels.append(channels)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages

    def forward(self, x: Tensor) -> list[Tensor]:
        """(N, 1, H, W) to five feature maps, finest first."""
        stem = self.relu(self.bn1(self.conv1(x)))
        c2 = self.layer1(self.maxpool(stem))
        c3 = self.layer2(c2)
        c4 = self.layer3(c3)
        return [stem, c2, c3, c4, self.layer4(c4)]


def beside(x: Tensor, skip: Tensor) -> Tensor:
    """Upsample (N, C, h, w) to the size of ``skip`` (N, K, H, W) and lay both into one (N, C + K, H, W).

    Where nothing is learned and the size doubles, both are written straight into their place: the picture of ``cat``
    and ``interpolate`` without the memory in between, a twentieth of the whole network's time.
    """
    (n, channels, h, w), size = x.shape, skip.shape[-2:]
    if not torch.is_inference_mode_enabled() or size != (2 * h, 2 * w):
        return torch.cat((F.interpolate(x, size=size, mode="nearest"), skip), 1)
    layout = torch.channels_last if skip.is_contiguous(memory_format=torch.channels_last) else torch.contiguous_format
    shape = (n, channels + skip.shape[1], *size)
    joined = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=layout)
    joined[:, :channels].view(n, channels, h, 2, w, 2).copy_(x[:, :, :, None, :, None])
    joined[:, channels:].copy_(skip)
    return joined


class UpBlock(nn.Module):
    """Upsample to the size of the skip, join, two 3x3 convolutions."""

    def __init__(self, in_channels: int, skip_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels + skip_channels, out_channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(N, C, h, w) and (N, K, H, W) to (N, out, H, W)."""
        x = self.relu(self.bn1(self.conv1(beside(x, skip))))
        out: Tensor = self.relu(self.bn2(self.conv2(x)))
        return out


class PneumothoraxNet(nn.Module):
    """Encoder, decoder, heads."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config or NetworkConfig()
        self.encoder = Encoder(self.config)
        *skips, deepest = self.encoder.channels
        channels = deepest
        ups: list[nn.Module] = []
        for skip, out in zip(reversed(skips), self.config.decoder, strict=True):
            ups.append(UpBlock(channels, skip, out))
            channels = out
        self.decoder = nn.ModuleList(ups)
        self.map_head = nn.Conv2d(channels, len(CHANNELS), 3, padding=1)
        # Most pixels are neither: start from that prior, so that evidence is learned as something that is there.
        # From a bias of 0 a first run learned only what speaks against, and its map could not rise above one half.
        assert self.map_head.bias is not None
        nn.init.constant_(self.map_head.bias, -2.5)
        self.film_head: nn.Linear | None = None
        self.side_head: SideHead | None = None
        if self.config.sides:
            self.side_head = SideHead(deepest, self.config.decoder[1], channels)
        else:
            self.film_head = nn.Linear(2 * deepest + 1 if self.config.evidence else deepest, 1)
        self.frontal_head = nn.Linear(deepest, 1) if self.config.frontal else None
        self.photographed_head = nn.Linear(deepest, 1) if self.config.photographed else None

    def forward(self, x: Tensor) -> Logits:
        """(N, 1, H, W) float32, normalised by ``preprocess``, to logits at the input's size."""
        if x.ndim != 4 or x.shape[1] != 1 or min(x.shape[-2:]) < 32:
            raise ValueError(f"expected (N, 1, H, W) with sides of at least 32, got {tuple(x.shape)}")
        features = self.encoder(x)
        y = features[-1]
        eighth = y
        for number, (up, skip) in enumerate(zip(self.decoder, reversed(features[:-1]), strict=True)):
            y = up(y, skip)
            eighth = y if number == 1 else eighth
        coarse = self.map_head(y)
        maps = F.interpolate(coarse, size=x.shape[-2:], mode="bilinear", align_corners=False)
        summary = features[-1].mean((2, 3))
        frontal, photographed = (
            None if head is None else head(summary).squeeze(1) for head in (self.frontal_head, self.photographed_head)
        )
        if self.side_head is not None:
            sides, halves = self.side_head(features[-1], eighth, y, coarse)
            return Logits(maps, sides.amax(1), frontal, summary, sides, halves, photographed)
        assert self.film_head is not None
        # A thin rim of air hardly moves the mean over the film: let its strongest trace speak for itself.
        read = (
            torch.cat((summary, features[-1].amax((2, 3)), top(coarse[:, 0])), 1) if self.config.evidence else summary
        )
        return Logits(maps, self.film_head(read).squeeze(1), frontal, summary, photographed=photographed)


def top(logits: Tensor) -> Tensor:
    """Mean of the highest 0.1 % of each map; (N, H, W) to (N, 1)."""
    flat = logits.flatten(1)
    return flat.topk(max(1, flat.shape[1] // 1000), dim=1).values.mean(1, keepdim=True)


def load_rgb_encoder(encoder: Encoder, state: dict[str, Tensor]) -> None:
    """Start the encoder from weights of a colour ResNet with torchvision's names: the stem sees grey as R = G = B."""
    own = {name: value.float() for name, value in state.items() if not name.startswith("fc.")}
    own["conv1.weight"] = own["conv1.weight"].sum(1, keepdim=True)
    missing, unexpected = encoder.load_state_dict(own, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"encoder weights do not fit: missing {missing[:3]}, unexpected {unexpected[:3]}")
