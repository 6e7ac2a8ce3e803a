"""Reads weights in the safetensors format with torch alone, for machines that have nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import torch

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Return every tensor of a safetensors file: a length, a JSON table of names, then the numbers."""
    content = bytearray(path.read_bytes())
    length = int.from_bytes(content[:8], "little")
    table = json.loads(content[8 : 8 + length])
    found = {}
    for name, entry in table.items():
        if name == "__metadata__":
            continue
        first, last = (8 + length + place for place in entry["data_offsets"])
        kind = TYPES[entry["dtype"]]
        numbers = torch.frombuffer(content[first:last], dtype=kind) if last > first else torch.empty(0, dtype=kind)
        found[name] = numbers.reshape(entry["shape"]).clone()
    return found
