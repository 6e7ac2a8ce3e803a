"""The losses: pixels, film and lungs, each only where it is known."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ptxviewer.inference.torch.network import Logits


def soft_dice(logits: Tensor, target: Tensor) -> Tensor:
    """1 - Dice of each film; (N, H, W) to (N,)."""
    score = torch.sigmoid(logits)
    overlap = (score * target).sum((1, 2))
    return 1 - (2 * overlap + 1) / (score.sum((1, 2)) + target.sum((1, 2)) + 1)


def masked_mean(values: Tensor, known: Tensor) -> Tensor:
    """Mean of (N,) ``values`` over the films where ``known`` is 1; 0 when there is none."""
    return (values * known).sum() / known.sum().clamp(min=1)


SHARE_OF_A_SIDE = 0.25  # of a mask: a half that holds as much of it is a side with a pneumothorax
SPILL = 0.05  # of a mask: a half that holds less has none; between the two nothing is said


def side_targets(mask: Tensor, halves: Tensor) -> tuple[Tensor, Tensor]:
    """(N, H, W) masks and (N, 2, h, w) halves to (N, 2): has the half a pneumothorax, and can that be said."""
    coarse = F.adaptive_avg_pool2d(mask[:, None], (halves.shape[-2], halves.shape[-1]))
    area = (coarse * halves).sum((2, 3))
    share = area / area.sum(1, keepdim=True).clamp(min=1e-6)
    return (share >= SHARE_OF_A_SIDE).float(), ((share >= SHARE_OF_A_SIDE) | (share < SPILL)).float()


def total_loss(logits: Logits, targets: Tensor, present: Tensor, known: Tensor) -> tuple[Tensor, dict[str, float]]:
    """2 x pixel BCE (positive weight 3) + Dice on positive films + 0.5 x film BCE + 0.25 x sides + 0.25 x lungs.

    ``targets`` (N, 3, H, W); ``present`` (N,); ``known`` (N, 3): is the mask, the film label, the lung mask known.
    """
    weight = targets.new_tensor(3.0)
    pixel = F.binary_cross_entropy_with_logits(logits.maps[:, 0], targets[:, 0], pos_weight=weight, reduction="none")
    bce = masked_mean(pixel.mean((1, 2)), known[:, 0])
    positive = known[:, 0] * (targets[:, 0].sum((1, 2)) > 0)
    dice = masked_mean(soft_dice(logits.maps[:, 0], targets[:, 0]), positive)
    film = masked_mean(F.binary_cross_entropy_with_logits(logits.film, present, reduction="none"), known[:, 1])
    lung = logits.maps.new_zeros(())
    for channel in (1, 2):
        one = F.binary_cross_entropy_with_logits(logits.maps[:, channel], targets[:, channel], reduction="none")
        lung = lung + masked_mean(
            one.mean((1, 2)) + soft_dice(logits.maps[:, channel], targets[:, channel]), known[:, 2]
        )
    side = logits.maps.new_zeros(())
    if logits.sides is not None and logits.halves is not None:
        halves, told = side_targets(targets[:, 0], logits.halves)
        each = F.binary_cross_entropy_with_logits(logits.sides, halves, reduction="none")
        side = masked_mean((each * told).sum(1), known[:, 0])
    loss = 2 * bce + dice + 0.5 * film + 0.25 * (side + lung)
    parts = {"bce": bce, "dice": dice, "film": film, "side": side, "lung": lung}
    return loss, {name: float(part.detach()) for name, part in parts.items()}
