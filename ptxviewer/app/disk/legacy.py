"""Files as the version before msgspec and NumPy archives wrote them; they are read, never written."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np

from ptxviewer.core.answer import ProbabilityMaps

MAPS = ".maps"
MOST_GRID = 4096


def maps_from(content: bytes) -> ProbabilityMaps:
    """Return the maps in a file: a line of JSON, then each grid with its bytes sorted by weight, deflated, a checksum.

    Raises ``ValueError``, ``TypeError``, ``KeyError`` or ``zlib.error`` for a damaged file.
    """
    line, _, rest = content.partition(b"\n")
    if zlib.crc32(line).to_bytes(4, "big") != rest[-4:]:
        raise ValueError("damaged")
    head = json.loads(line)
    names, size = head.pop("grids"), int(head.pop("size"))
    if head.pop("format") != 1 or not 0 < size <= MOST_GRID:
        raise ValueError("another format")
    room = 4 * size * size * len(names)
    unpacked = zlib.decompressobj().decompress(rest[:-4], room + 1)
    if len(unpacked) != room:
        raise ValueError("damaged")
    planes = np.frombuffer(unpacked, np.uint8).reshape(len(names), 4, size * size)
    grids: dict[str, Any] = {
        name: np.ascontiguousarray(plane.T).view(np.float32).reshape(size, size)
        for name, plane in zip(names, planes, strict=True)
    }
    return ProbabilityMaps(**grids, **head)
