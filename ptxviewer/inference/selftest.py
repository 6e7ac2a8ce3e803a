"""Is the network's output on this computer what it was at export? One phantom against the bundle's golden output."""

from __future__ import annotations

import functools
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, Engine, RunResult, SelfTest, never_cancelled
from ptxviewer.core.errors import PtxError
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.network import Network, SelfTestDiffers, SelfTestFailed, SelfTestPassed
from ptxviewer.inference.equivalence import same_decision
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom

GOLDEN_FILE = "golden.npz"
GOLDEN_SPEC = PhantomSpec(side="right", size=0.6, seed=7, rows=512, cols=448)

# In float32, processors differ in the last bits only, and the file keeps half precision. bfloat16 and graphics cards
# may differ more: there the decision has to be the same, by the rule with which bfloat16 was admitted.
MAP_TOLERANCE = 5e-3
SCORE_TOLERANCE = 2e-3
EXACT_DEVICE = "CPU"


@functools.cache
def golden_film() -> Radiograph:
    """Return the phantom whose output the bundle keeps; it takes longer to make than to analyse."""
    return film_of(make_phantom(GOLDEN_SPEC))


def self_test(engine: Engine, bundle: Path, checkpoint: Checkpoint = never_cancelled) -> SelfTest:
    """Run the golden phantom through ``engine`` and compare with ``bundle``; every failure is a result, none raises.

    Loading the engine compares the weights with the hash on their card, so that is tested as well.
    """
    try:
        info = engine.load()
    except PtxError as error:
        return SelfTest(False, SelfTestFailed(error.reason))
    try:
        with np.load(bundle / GOLDEN_FILE) as golden:
            expected, expected_score = golden["maps"].astype(np.float32), float(golden["score"])
    except (OSError, ValueError, KeyError):
        return SelfTest(False, SelfTestFailed(Network.GOLDEN_UNREADABLE), info)
    checkpoint()
    started = time.perf_counter()
    try:
        maps = engine.predict(golden_film(), checkpoint)
    except PtxError as error:
        return SelfTest(False, SelfTestFailed(error.reason), engine.info)
    took_ms = 1000 * (time.perf_counter() - started)
    info = engine.info or info
    scores = stacked(maps)
    if scores is None or scores.shape != expected.shape:
        return SelfTest(False, SelfTestFailed(Network.GOLDEN_OF_OTHER_NETWORK), info)
    difference = max(float(np.abs(scores - expected).max()), abs(maps.score - expected_score))
    if info.device == EXACT_DEVICE:
        passed = (
            np.abs(scores - expected).max() <= MAP_TOLERANCE and abs(maps.score - expected_score) <= SCORE_TOLERANCE
        )
    else:
        golden_result, result = RunResult(expected, expected_score), RunResult(scores, maps.score)
        passed = same_decision(golden_result, result, info.rule.threshold)
    reason = SelfTestPassed(info.device) if passed else SelfTestDiffers(info.device)
    return SelfTest(bool(passed), reason, info, difference, took_ms)


def stacked(maps: ProbabilityMaps) -> NDArray[np.float32] | None:
    """Return the three maps as one array (3, S, S) in the network's order, None where it gave no lungs."""
    if maps.lung_image_left is None or maps.lung_image_right is None:
        return None
    return np.stack((maps.pneumothorax, maps.lung_image_left, maps.lung_image_right))
