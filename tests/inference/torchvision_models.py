"""torchvision's ResNets, which ours are compared with; nothing else of torchvision is used."""

from __future__ import annotations

from types import ModuleType

import torch

_library: torch.library.Library | None = None  # its operators live as long as it does


def torchvision_models() -> ModuleType:
    """Return ``torchvision.models``.

    Some package indexes hold only the CUDA build of torchvision, whose compiled operators do not load beside a CPU
    build of torch. Its import then fails because two of them are not declared. No ResNet calls them: declare them here.
    """
    global _library  # noqa: PLW0603
    try:
        from torchvision import models
    except RuntimeError:
        _library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            _library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        from torchvision import models
    return models
