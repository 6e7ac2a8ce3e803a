"""Until the rooms above hold reasons themselves: the text of a reason, told by whoever imports ``ptxviewer.words``.

This module goes with its last caller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ptxviewer.core.reasons import Reason


def _code(reason: Reason) -> str:
    return reason.code


speaker: dict[str, Callable[[Any], str]] = {"say": _code, "label": lambda _spacing: ""}


def spoken_label(spacing: Any) -> str:
    """Return what stands beside a size: where the millimetres of a ``PixelSpacing`` come from."""
    return speaker["label"](spacing)


def spoken(reason: Reason | str | None) -> str:
    """Return the text of a reason; a text stays as it is, None is empty."""
    if reason is None:
        return ""
    return speaker["say"](reason) if isinstance(reason, Reason) else str(reason)
