"""The shift of a calibrated score to another share of films."""

from __future__ import annotations

import pytest

from ptxviewer.core.prevalence import shifted
from ptxviewer.core.purposes import RuleFigures
from ptxviewer.core.site import Share, SiteFigures, expected_band


def test_a_score_moves_as_bayes_says() -> None:
    assert shifted(0.5, 0.5, 0.1) == pytest.approx(0.1)
    assert shifted(0.3, 0.2, 0.2) == pytest.approx(0.3)
    odds = (0.6 / 0.4) * (0.02 / 0.98) / (0.17 / 0.83)
    assert shifted(0.6, 0.17, 0.02) == pytest.approx(odds / (1 + odds))
    assert 0 < shifted(0.0, 0.17, 0.02) < shifted(1.0, 0.17, 0.02) < 1


def test_what_is_expected_follows_from_the_card_and_the_share_here() -> None:
    rule = RuleFigures(0.8, 0.1)
    assert expected_band(rule, 0.1) == pytest.approx((0.05 * 0.8 + 0.95 * 0.1, 0.2 * 0.8 + 0.8 * 0.1))
    low, high = expected_band(rule, None)
    assert low == pytest.approx(0.05)
    assert high == pytest.approx(0.24)


@pytest.mark.parametrize(("hits", "of", "outside"), [(15, 100, False), (60, 100, True), (0, 100, True), (3, 5, False)])
def test_it_is_said_when_chance_does_not_explain_the_share_above_threshold(hits: int, of: int, outside: bool) -> None:
    none = Share(0, 0)
    found = SiteFigures(of, Share(hits, of), none, (), (0,) * 10, (), (), none, none, (0.1, 0.24))
    assert found.outside is outside
