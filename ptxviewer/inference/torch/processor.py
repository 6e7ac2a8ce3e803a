"""What this computer's processor does well; torch and nothing else of the app, so that a training can ask it, too."""

from __future__ import annotations

import torch


def has_fast_bf16() -> bool:
    """True where the CPU multiplies bfloat16 in hardware (AVX512-BF16 or AMX); elsewhere it is slower than float32."""
    asked = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return any(question is not None and bool(question()) for question in asked)
