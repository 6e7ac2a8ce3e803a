"""What bounds a decision besides the threshold: the reader's own limits for detection, and the gate's answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detection:
    """Is there one? As a reader set it apart from how far it reaches; None is what the model's card says.

    ``score`` is the film score, ``peak`` the highest score of a component, ``min_area`` its area as a fraction of the
    film's: what lies below is not marked. Without a ``score`` of its own the gate goes with the threshold.
    """

    score: float | None = None
    peak: float | None = None
    min_area: float | None = None


BY_CARD = Detection()
"""Nothing set by the reader."""


@dataclass(frozen=True, slots=True)
class Gate:
    """``passed`` False: the network's answer on this film means nothing. ``reason``, ``cautions``: for the screen."""

    passed: bool
    reason: str = ""
    cautions: tuple[str, ...] = ()


OPEN = Gate(True)
"""Nothing speaks against the film."""
