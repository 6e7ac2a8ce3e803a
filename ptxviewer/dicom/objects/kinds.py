"""Which SOP classes (PS3.4 B.5) are read back, and as what."""

from __future__ import annotations

import struct
from typing import Literal

Kind = Literal["segmentation", "presentation state", "report", "key objects", "pdf"]
SOP_CLASS = b"\x02\x00\x02\x00UI"
"""Media Storage SOP Class UID in a file's meta information, which is always explicit little endian (PS3.10 7.1)."""
START = 1024  # bytes of a file in which it stands
_STORAGE = "1.2.840.10008.5.1.4.1.1."
KINDS: dict[str, Kind] = {
    f"{_STORAGE}66.4": "segmentation",
    f"{_STORAGE}66.7": "segmentation",  # label map
    f"{_STORAGE}11.1": "presentation state",  # greyscale
    f"{_STORAGE}11.2": "presentation state",  # colour
    f"{_STORAGE}88.11": "report",  # basic text
    f"{_STORAGE}88.22": "report",  # enhanced
    f"{_STORAGE}88.33": "report",  # comprehensive
    f"{_STORAGE}88.34": "report",  # comprehensive 3D
    f"{_STORAGE}88.35": "report",  # extensible
    f"{_STORAGE}88.50": "report",  # mammography CAD
    f"{_STORAGE}88.65": "report",  # chest CAD
    f"{_STORAGE}88.67": "report",  # radiation dose
    f"{_STORAGE}88.59": "key objects",
    f"{_STORAGE}104.1": "pdf",
}


def class_in(start: bytes) -> str:
    """Return the SOP class that the meta information at the start of a file names, "" where it has none."""
    at = start.find(SOP_CLASS, 132) if start[128:132] == b"DICM" else -1
    if at < 0 or at + 8 > len(start):
        return ""
    (length,) = struct.unpack_from("<H", start, at + 6)
    return start[at + 8 : at + 8 + min(length, 64)].decode("ascii", "replace").strip("\0 ")
