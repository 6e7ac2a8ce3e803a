"""Two films side by side: the change of each side with its sign, a caption that hides what is hidden."""

from __future__ import annotations

from ptxviewer.core.findings.change import SideChange
from ptxviewer.words.comparison import caption, days_apart, side_change


def test_a_change_has_its_sign_and_the_share_of_the_older_area() -> None:
    assert side_change(SideChange("right", (32.0, 18.0), (4000.0, 2000.0))) == (
        "Right: 32 % → 18 % of the hemithorax (−14 points); 40.0 → 20.0 cm² (−20.0 cm², −50 %)"
    )
    assert side_change(SideChange("left", (0.0, 4.0), (0.0, 400.0))) == (
        "Left: 0 % → 4 % of the hemithorax (+4 points); 0.0 → 4.0 cm² (+4.0 cm²)"
    )
    assert side_change(SideChange("unknown", None, None)) == "Side unknown: no size that could be compared"


def test_the_caption_says_what_is_known_and_not_hidden() -> None:
    assert caption(2, "2026-01-01", "PA", 0.914) == "Film 2   2026-01-01   PA   score 0.91"
    assert caption(2, "", "", None) == "Film 2   no date   view unknown"
    assert caption(2, None, "PA", None) == "Film 2   PA"


def test_days_are_counted() -> None:
    assert [days_apart(days) for days in (None, 0, 1, 59)] == ["", "same day", "1 day apart", "59 days apart"]
