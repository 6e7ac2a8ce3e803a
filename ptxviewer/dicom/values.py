"""Single values out of a dataset: numbers as writers write them, functional groups."""

from __future__ import annotations

import math
from typing import Any

from pydicom.dataset import Dataset


def as_number(value: Any) -> float:
    """Return a number of a tag; some writers set a decimal comma. Raises ``ValueError`` and ``TypeError``."""
    if isinstance(value, (str, bytes)):
        text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
        return float(text.strip(" \0").replace(",", "."))
    return float(value)


def number(ds: Dataset, keyword: str, default: float = 0.0, *, infinite: bool = False) -> float:
    """Return a number of a tag, or ``default`` where it is absent, empty or nonsense, which NaN is; and what is
    infinite, too, unless ``infinite``."""
    try:
        value = ds.get(keyword)
        if value is not None and not isinstance(value, (str, bytes)) and hasattr(value, "__len__"):
            value = value[0] if len(value) else None
        result = as_number(value) if value not in (None, "", b"") else default
    except (TypeError, ValueError):
        return default
    return result if math.isfinite(result) or (infinite and math.isinf(result)) else default


def functional(ds: Dataset, frame: int, group: str) -> Dataset | None:
    """Return the functional group item of a frame (PS3.3 C.7.6.16): its own, else the shared one, else None."""
    own = ds.get("PerFrameFunctionalGroupsSequence")
    for item in (
        own[frame] if own and frame < len(own) else None,
        (ds.get("SharedFunctionalGroupsSequence") or [None])[0],
    ):
        inner = item.get(group) if item is not None else None
        if inner:
            group_item: Dataset = inner[0]
            return group_item
    return None


def frames_of(ds: Dataset) -> int:
    """Return the number of frames, at least 1."""
    return max(1, int(number(ds, "NumberOfFrames", 1)))
