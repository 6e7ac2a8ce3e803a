"""In which order films are to be read: a pure function of what is known of each, for the worklist and ``triage``.

Films above threshold come first, then those without an answer, then those with nothing above threshold: a film that
failed or waits never ranks below one that was looked at. Pictures of other kinds, for which no answer will come, stand
at the end. No order drops a film.

Films that nobody has looked at for longer than the reader allows take turns with the unread ones above threshold
(``worklist.by_urgency``, ADR 0033).
"""

from __future__ import annotations

from typing import Literal, get_args

from ptxviewer.app.state.facts import Summary

Group = Literal["above", "no answer", "below", "other"]
GROUPS: tuple[Group, ...] = get_args(Group)


def group_of(
    summary: Summary | None, urgency: float | None, score_threshold: float | None, other: bool = False
) -> Group:
    """Return where a film stands; once above threshold it stays there, whatever is done to it.

    ``urgency`` is the highest film score seen of it, ``score_threshold`` the model's own. ``other``: the network is
    not for pictures of its kind.
    """
    reached = urgency is not None and score_threshold is not None and urgency >= score_threshold
    if reached or (summary is not None and summary.present):
        return "above"
    if summary is None:
        return "other" if other else "no answer"
    return "below"


def rank(group: Group, urgency: float | None, number: int) -> tuple[int, float, int]:
    """Return the sort key of a film: its group, its urgency, then the order in which the films came."""
    return GROUPS.index(group), -(urgency or 0.0), number
