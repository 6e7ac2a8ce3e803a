"""The gate: what is no frontal chest radiograph is refused with its reason; a dense lung is only a caution."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.findings.gate import judge
from ptxviewer.core.reasons.finding import Finding

SIDE = 100


def maps(left: Any = (20, 80), right: Any = (20, 80), frontal: float | None = 0.9) -> ProbabilityMaps:
    """Lungs as bars from the first to the last row given; None = that lung is not seen."""
    lungs = []
    for rows, cols in ((left, (10, 40)), (right, (60, 90))):
        lung = np.zeros((SIDE, SIDE), np.float32)
        if rows is not None:
            lung[rows[0] : rows[1], cols[0] : cols[1]] = 0.9
        lungs.append(lung)
    nothing = np.zeros((SIDE, SIDE), np.float32)
    return ProbabilityMaps("film", 1000, 1000, nothing, 0.1, lungs[0], lungs[1], frontal=frontal)


def test_a_frontal_film_passes_without_a_word() -> None:
    gate = judge(maps(), 0.5)
    assert gate.passed
    assert not gate.reason
    assert not gate.cautions


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ((20, 80), None, Finding.ONE_LUNG_FIELD),
        (None, (20, 80), Finding.ONE_LUNG_FIELD),
        (None, None, Finding.NOT_FRONTAL),
        ((20, 80), (20, 80), Finding.NOT_FRONTAL),
    ],
)
def test_what_is_no_frontal_film_is_refused_with_its_reason(left: Any, right: Any, reason: Finding) -> None:
    gate = judge(maps(left, right, frontal=0.2), 0.5)
    assert not gate.passed
    assert gate.reason is reason


def test_a_white_lung_is_read_with_a_caution() -> None:
    gate = judge(maps(left=(20, 24)), 0.5)
    assert gate.passed
    assert gate.cautions == (Finding.LUNG_HARDLY_SEEN,)


def test_a_photograph_of_a_screen_is_read_with_a_caution() -> None:
    assert judge(replace(maps(), photographed=0.6), 0.5).cautions == (Finding.PHOTOGRAPHED,)
    assert not judge(replace(maps(), photographed=0.4), 0.5).cautions
    assert not judge(maps(frontal=0.2), 0.5).cautions


def test_an_apex_at_the_upper_edge_is_said() -> None:
    assert judge(maps(left=(0, 60)), 0.5).cautions == (Finding.APEX_CUT_OFF,)


def test_the_letterbox_beside_a_film_is_not_its_edge() -> None:
    """A wide film's first row lies far below the grid's first row."""
    tall_lungs = maps(left=(25, 75), right=(25, 75))
    wide = ProbabilityMaps(
        "film",
        500,
        1000,
        tall_lungs.pneumothorax,
        0.1,
        tall_lungs.lung_image_left,
        tall_lungs.lung_image_right,
        frontal=1,
    )
    assert judge(wide, 0.5).cautions == (Finding.APEX_CUT_OFF,)


@pytest.mark.parametrize(("frontal", "threshold"), [(None, 0.5), (0.0, 0.0)])
def test_a_network_without_that_head_refuses_nothing(frontal: float | None, threshold: float) -> None:
    assert judge(maps(None, None, frontal=frontal), threshold).passed


def test_air_at_the_upper_edge_is_an_apex_cut_off_as_well() -> None:
    plain = maps(left=(10, 60))
    assert judge(plain, 0.5).cautions == ()
    air = np.zeros_like(plain.pneumothorax)
    air[0:12, 15:30] = 0.9
    assert judge(replace(plain, pneumothorax=air), 0.5).cautions == (Finding.APEX_CUT_OFF,)
