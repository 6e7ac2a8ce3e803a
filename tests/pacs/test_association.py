"""Why no association came about, from what pynetdicom leaves of it: a refusal that nobody has read counts, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from pynetdicom.pdu import A_ASSOCIATE_RJ
from pynetdicom.pdu_primitives import A_ABORT, A_ASSOCIATE

from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.pacs.association import ANSWER_S, why_refused

if TYPE_CHECKING:
    from pynetdicom.association import Association


def refusal(source: int, diagnostic: int) -> A_ASSOCIATE:
    """What a partner's A-ASSOCIATE-RJ becomes (PS3.8 table 9-21)."""
    pdu = A_ASSOCIATE_RJ()
    pdu.decode(bytes((3, 0, 0, 0, 0, 4, 0, 1, source, diagnostic)))
    return pdu.to_primitive()


def accepted() -> A_ASSOCIATE:
    answer = A_ASSOCIATE()
    answer.result = 0
    return answer


def left(read: A_ASSOCIATE | None = None, unread: object = None, refused_contexts: int = 0) -> Association:
    """An association that was not established: the answer that was read, and the one that still lies in the queue."""
    return cast(
        "Association",
        SimpleNamespace(
            is_rejected=read is not None,
            acceptor=SimpleNamespace(primitive=read),
            dul=SimpleNamespace(peek_next_pdu=lambda: unread),
            rejected_contexts=[object()] * refused_contexts,
            accepted_contexts=[],
        ),
    )


REFUSALS = [
    ((1, 7), Pacs.CALLED_UNKNOWN),
    ((1, 3), Pacs.CALLING_UNKNOWN),
    ((1, 1), Pacs.ASSOCIATION_REJECTED),
    ((2, 2), Pacs.ASSOCIATION_REJECTED),
    ((3, 2), Pacs.PARTNER_BUSY),
]


@pytest.mark.parametrize(("said", "why"), REFUSALS)
def test_a_refusal_is_told_for_what_it_says(said: tuple[int, int], why: Pacs) -> None:
    assert why_refused(left(read=refusal(*said)), 0) is why


@pytest.mark.parametrize(("said", "why"), REFUSALS)
def test_a_refusal_that_pynetdicom_left_unread_is_told_like_one_that_it_read(said: tuple[int, int], why: Pacs) -> None:
    """Where the line was closed on it at once, pynetdicom gives up before it looks into its queue."""
    assert why_refused(left(unread=refusal(*said)), 0) is why


@pytest.mark.parametrize("unread", [None, accepted(), A_ABORT()])
def test_what_is_no_refusal_is_a_line_that_was_lost(unread: object) -> None:
    assert why_refused(left(unread=unread), 0) is Pacs.DROPPED
    assert why_refused(left(unread=unread), ANSWER_S) is Pacs.TIMED_OUT


def test_a_partner_that_takes_none_of_what_was_offered_says_so() -> None:
    assert why_refused(left(refused_contexts=2), 0) is Pacs.NOT_OFFERED
