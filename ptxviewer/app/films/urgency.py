"""In which order films are to be read: a pure function of what is known of each, for the worklist and ``triage``.

Films above threshold come first, then those that nobody has looked at for longer than the reader allows, then those
without an answer, then those with nothing above threshold: a film that failed or waits never ranks below one that was
looked at. Pictures of other kinds, for which no answer will come, stand at the end. No order drops a film.

The age limit: where films above threshold are raised, one that the network misses waits longer than without any list
(1,293 minutes at most, against 890), and an upper limit repairs it (Baltruschat 2021, PMC8128725). Films above
threshold stay before those that have waited, so that a fresh one does not sink under a backlog.
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


def rank(group: Group, urgency: float | None, number: int, overdue: bool = False) -> tuple[int, bool, float, int]:
    """Return the sort key of a film: its group, its urgency, then the order in which the films came.

    One that is ``overdue`` rises to the end of the films above threshold, whatever its score.
    """
    raised = overdue and group != "above"
    return 0 if raised else GROUPS.index(group), raised, -(urgency or 0.0), number
