"""The decision from the evidence of each lung: one logit for either half of the chest, pooled inside that half only.

Each place of a grid at an eighth of the input gets a logit of its own from what the decoder sees there (context at an
eighth, detail at a half, the pneumothorax map). A half's logit is the mean of its strongest places plus a reading of
the encoder's last stage and of the top of the map, all inside that half: a map that shows air cannot be outvoted by
the rest of the film, and the side is part of the decision. The film's logit is the larger of the two.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody knows

STRONGEST = 16  # places whose mean speaks for a half: 0.4 % of a 64 x 64 grid
HIDDEN = 48
REACH = 31  # places; how far a lung's nearness is felt when the halves are told apart
TOP_SHARE = 0.001  # of the map, as in ``network.top``


def halves(lungs: Tensor) -> Tensor:
    """(N, 2, h, w) scores of the lungs on the left and right of the picture to (N, 2, h, w) zeros and ones.

    A place belongs to the lung that is nearer: the one with more of itself around it. Far from both, and where no lungs
    are seen, the middle of the picture divides.
    """
    # Along one side, then along the other: the same mean for a fifteenth of the work.
    along = F.avg_pool2d(lungs, (REACH, 1), stride=1, padding=(REACH // 2, 0))
    around = F.avg_pool2d(along, (1, REACH), stride=1, padding=(0, REACH // 2))
    middle = torch.linspace(1e-4, -1e-4, lungs.shape[-1], device=lungs.device, dtype=lungs.dtype)
    left = (around[:, 0] - around[:, 1] + middle > 0).to(lungs.dtype)
    return torch.stack((left, 1 - left), 1)


def strongest(places: Tensor, inside: Tensor, count: int) -> Tensor:
    """Mean of the ``count`` highest of (N, h, w) inside each of (N, 2, h, w) halves; (N, 2)."""
    lowest = torch.finfo(places.dtype).min / 4096  # a half without places gives a very low mean, not an infinite one
    values = torch.where(inside > 0, places[:, None], lowest).flatten(2)
    return values.topk(min(count, values.shape[2]), dim=2).values.mean(2).clamp(min=-50)


def mean_inside(features: Tensor, inside: Tensor) -> Tensor:
    """Mean of (N, C, h, w) features inside each of (N, 2, h, w) halves (shares of a place count); (N, 2, C)."""
    total = torch.einsum("nchw,nshw->nsc", features, inside)
    return total / inside.sum((2, 3)).clamp(min=1e-3)[..., None]


def most_inside(features: Tensor, inside: Tensor) -> Tensor:
    """Highest of (N, C, h, w) features, which are not negative, inside each of (N, 2, h, w) halves; (N, 2, C)."""
    return torch.stack([(features * (inside[:, side, None] >= 0.5)).amax((2, 3)) for side in (0, 1)], 1)


class SideHead(nn.Module):
    """Reads the two halves of the chest; see the module's text."""

    def __init__(self, deepest: int, eighth: int, finest: int) -> None:
        super().__init__()
        self.gather = nn.Conv2d(eighth + finest + 1, HIDDEN, 3, padding=1)
        self.place = nn.Conv2d(HIDDEN, 1, 1)
        self.read = nn.Linear(2 * deepest + 1, 1)
        # Starts silent, so that a network that already decides goes on from its own decision.
        nn.init.zeros_(self.place.weight)
        assert self.place.bias is not None
        nn.init.zeros_(self.place.bias)

    def forward(self, deep: Tensor, eighth: Tensor, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N, 2) logits for the left and right of the picture, and the (N, 2, h, w) halves they are from.

        ``deep`` (N, D, h / 4, w / 4) the encoder's last stage, ``eighth`` (N, E, h, w) and ``fine`` (N, F, 4 h, 4 w) of
        the decoder, ``coarse`` (N, 3, 4 h, 4 w) the logits of the maps. Where the halves lie teaches nothing.
        """
        size = (eighth.shape[-2], eighth.shape[-1])
        lungs = F.adaptive_avg_pool2d(torch.sigmoid(coarse[:, 1:].detach().float()), size)
        inside = halves(lungs)
        here = torch.cat((eighth, F.adaptive_max_pool2d(fine, size), F.adaptive_max_pool2d(coarse[:, :1], size)), 1)
        places = self.place(F.relu(self.gather(here))).float()[:, 0]
        deep, top = deep.float(), coarse[:, 0].float()
        inside_deep = F.adaptive_avg_pool2d(inside, (deep.shape[-2], deep.shape[-1]))
        inside_top = F.interpolate(inside, size=top.shape[-2:], mode="nearest")
        count = max(1, int(TOP_SHARE * top[0].numel()))
        seen = torch.cat(
            (
                mean_inside(deep, inside_deep),
                most_inside(deep, inside_deep),
                strongest(top, inside_top, count)[..., None],
            ),
            2,
        )
        read = F.linear(seen, self.read.weight.float(), self.read.bias.float()).squeeze(2)  # in full precision: small
        return read + strongest(places, inside, STRONGEST), inside
