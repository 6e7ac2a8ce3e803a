"""Films and results made by hand, for tests that need to know every number."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ptxviewer.core.answer import DecisionRule, ProbabilityMaps
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import Acquisition, Age, Patient, Radiograph, Study, Window
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.core.voi import AUTOMATIC
from ptxviewer.phantom.film import Phantom, PhantomSpec, make_phantom

RULE = DecisionRule(threshold=0.5, score_threshold=0.4, min_area=0.001)
INFO = EngineInfo("test-net 1", "ab" * 32, "CPU", RULE, version="1")
AT_DETECTOR = PixelSpacing(0.2, 0.2, SpacingOrigin.DETECTOR, Reading.SIZES_AT_DETECTOR)
ORIENTED = Acquisition(modality="DX", view="PA", row_direction="L", column_direction="F")
NAMED = Patient(name="Ångström, 田中", id="PAT-0815", birth_date="1960-02-03", sex="F", age=Age(66, "Y"))
STUDIED = Study(date="2026-01-02", time="10:11", description="Thorax p.a.", institution="St. Elsewhere")


@cache
def phantom(spec: PhantomSpec) -> Phantom:
    """A phantom that is made once for all tests, which takes a sixth of a second: none may change its arrays."""
    return make_phantom(spec)


def film(rows: Any = 200, cols: Any = 160, key: Any = "film", **changes: Any) -> Radiograph:
    """A grey ramp with a window that shows all of it."""
    ramp = np.linspace(0, 4095, rows * cols).reshape(rows, cols).astype(np.uint16)
    changes.setdefault("vois", (Window(2047.5, 4095, "LINEAR_EXACT", AUTOMATIC),))
    return Radiograph(key=key, pixels=ramp, **changes)


def maps(of: Radiograph, grid: Any = None, score: Any = 0.9, size: Any = 64, lungs: Any = True) -> ProbabilityMaps:
    """Scores on a grid; by default a block in the upper left quarter of the film, at wall and top of its lung."""
    if grid is None:
        grid = np.zeros((size, size), np.float32)
        grid[12:24, 14:26] = 0.8
    left, right = np.zeros_like(grid), np.zeros_like(grid)
    left[12:56, 14:30] = 1
    right[8:56, 34:54] = 1
    return ProbabilityMaps(
        of.key, of.rows, of.cols, grid, score, left if lungs else None, right if lungs else None,
        model_id=INFO.model_id, model_sha256=INFO.model_sha256, device="CPU", infer_ms=12.0,
    )  # fmt: skip
