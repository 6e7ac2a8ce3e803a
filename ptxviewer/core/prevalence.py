"""Adjusts a calibrated score to a share of pneumothoraces other than that of the calibration.

By Bayes' rule the odds are multiplied by the ratio of the prior odds: a shift of the logit (Saerens, Latinne and
Decaestecker, Neural Comput 2002;14:21). It holds where only the share differs, not the films of either kind.
"""

from __future__ import annotations

import math

NEAREST = 1e-6  # to 0 and 1: a share or a score of exactly 0 or 1 has no logit


def _logit(value: float) -> float:
    inside = min(max(value, NEAREST), 1 - NEAREST)
    return math.log(inside / (1 - inside))


def shifted(score: float, taught: float, here: float) -> float:
    """Return a score in [0, 1], calibrated where a share ``taught`` shows one, for where a share ``here`` does."""
    return 1 / (1 + math.exp(-(_logit(score) + _logit(here) - _logit(taught))))
