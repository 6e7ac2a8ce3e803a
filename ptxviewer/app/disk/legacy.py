"""Files in the format used before msgspec and NumPy archives; they are read, never written."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import numpy as np

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import NotAnalysed, OtherBodyPart, OtherModality, Reading

MAPS = ".maps"
MOST_GRID = 4096
NOT_ANALYSED: dict[str, Reason] = {
    "this is a CT image": OtherModality("CT"),
    "this is an MR image": OtherModality("MR"),
    "this is an ultrasound image": OtherModality("US"),
    "this is a nuclear medicine image": OtherModality("NM"),
    "this is a PET image": OtherModality("PT"),
    "this is a mammogram": OtherModality("MG"),
    "this is a fluoroscopy image": OtherModality("RF"),
    "this is an angiography image": OtherModality("XA"),
    "this is a photograph": OtherModality("XC"),
    "this is an endoscopy image": OtherModality("ES"),
    "this is a microscopy image": OtherModality("SM"),
    "this is an eye photograph": OtherModality("OP"),
    "this is a panoramic dental film": OtherModality("PX"),
    "this is a dental film": OtherModality("IO"),
    "this is not a radiograph": Reading.NOT_A_RADIOGRAPH,
    "this is a lateral view": Reading.LATERAL_VIEW,
    "this is a colour picture": Reading.COLOUR_PICTURE,
    "the picture is too small": Reading.PICTURE_TOO_SMALL,
}
"""The sentences that stood in entries of format 1, after "Not analysed: " and without their full stop."""


def why_not(sentence: str) -> Reason | None:
    """Return the reason for a sentence of format 1, None for "".

    Raises ``ValueError`` for any other one: the film is analysed again, and told anew.
    """
    if not sentence:
        return None
    reason_text = sentence.removeprefix("Not analysed: ").removesuffix(".")
    part = re.fullmatch(r"this is not a chest \((.+)\)", reason_text)
    why = OtherBodyPart(part[1].upper()) if part else NOT_ANALYSED.get(reason_text)
    if why is None:
        raise ValueError("an unknown sentence")
    return NotAnalysed(why)


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
