"""The scale of a monitor as people type it."""

from __future__ import annotations

from ptxviewer.ui.dialogs.monitor import bar_length


def test_a_bar_as_no_monitor_shows_it_is_refused() -> None:
    assert bar_length("103,5 mm") == 103.5
    assert [bar_length(text) for text in ("", "x", "5", "5000", "nan")] == [None] * 5
