"""Capabilities of this computer's processor; imports only torch, so that the training can use it, too."""

from __future__ import annotations

import torch


def has_fast_bf16() -> bool:
    """True where the CPU multiplies bfloat16 in hardware (AVX512-BF16 or AMX); elsewhere it is slower than float32."""
    asked = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return any(question is not None and bool(question()) for question in asked)
