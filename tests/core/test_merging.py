"""What two readers do to one film at the same time is in one review afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.answer import Line
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.merging import merged
from ptxviewer.core.review import FirstRead, MovedLine, Review

LENGTH = Measurement("length", ((0.0, 0.0), (1.0, 1.0)))
ANGLE = Measurement("angle", ((0.0, 0.0), (1.0, 1.0), (2.0, 0.0)))
CALIBRATIONS = [Measurement("calibration", ((0.0, 0.0), (9.0, 9.0)), mm) for mm in (25.0, 30.0)]
LINES = [MovedLine(True, "b", Line((0.0, y), (5.0, y))) for y in (1.0, 2.0)]
MASKS = [PackedMask.pack(np.eye(8, k=k) > 0) for k in (0, 1)]
FRESH = FirstRead()


def both(base: Review, ours: Review, theirs: Review) -> tuple[Review, bool]:
    one = merged((base, FRESH), (ours, FRESH), (theirs, FRESH))
    return one.review, one.lost


def test_what_only_one_changed_is_kept() -> None:
    base = Review(note="base", measurements=(LENGTH,))
    ours = replace(base, verdict="accept", measurements=(LENGTH, ANGLE))
    theirs = replace(base, note="drain", threshold=0.4, mask=MASKS[0])
    review, lost = both(base, ours, theirs)
    assert review == Review(0.4, "accept", "drain", MASKS[0], (LENGTH, ANGLE))
    assert not lost


def test_notes_are_joined_and_drawings_are_put_together() -> None:
    base = Review(measurements=(LENGTH,), lines=())
    ours = replace(base, note="drain", measurements=(ANGLE,), lines=(LINES[0],))
    theirs = replace(base, note="supine", measurements=(LENGTH, CALIBRATIONS[0]))
    review, lost = both(base, ours, theirs)
    assert set(review.note.split(" | ")) == {"drain", "supine"}
    assert review.measurements == (ANGLE, CALIBRATIONS[0]), "what was deleted stays deleted"
    assert review.lines == (LINES[0],)
    assert not lost


def test_where_both_changed_the_same_ours_counts_and_it_is_said() -> None:
    cases: tuple[tuple[str, Any, Any], ...] = (
        ("verdict", "accept", "reject"),
        ("mask", MASKS[0], MASKS[1]),
        ("threshold", 0.1, 0.2),
        ("lines", (LINES[0],), (LINES[1],)),
        ("measurements", (CALIBRATIONS[0],), (CALIBRATIONS[1],)),
    )
    for name, own, other in cases:
        review, lost = both(Review(), replace(Review(), **{name: own}), replace(Review(), **{name: other}))
        assert getattr(review, name) == own
        assert lost


def test_the_record_of_a_first_read_has_the_marks_of_both() -> None:
    ours, theirs = FirstRead((("present", "2"),), ""), FirstRead((("absent", "1"),), "3")
    one = merged((Review(), FRESH), (Review(), ours), (Review(), theirs))
    assert one.first_read == FirstRead((("absent", "1"), ("present", "2")), "3")


REVIEWS = st.builds(
    Review,
    threshold=st.sampled_from([None, 0.1, 0.2]),
    verdict=st.sampled_from(["", "accept", "reject"]),
    note=st.sampled_from(["", "a", "b"]),
    mask=st.sampled_from([None, *MASKS]),
    measurements=st.sampled_from([(), (LENGTH,), (LENGTH, ANGLE), (CALIBRATIONS[0],)]),
    lines=st.sampled_from([(), (LINES[0],), (LINES[1],)]),
)


@given(REVIEWS, REVIEWS, REVIEWS)
def test_nothing_is_lost_unsaid(base: Review, ours: Review, theirs: Review) -> None:
    review, lost = both(base, ours, theirs)
    assert both(base, ours, base) == (ours, False)
    assert both(base, base, theirs)[0].verdict == theirs.verdict
    assert both(base, ours, ours) == (ours, False)
    for name in ("threshold", "verdict", "mask"):
        before, own, other = (getattr(one, name) for one in (base, ours, theirs))
        assert getattr(review, name) == (other if own == before else own)
        assert lost or other in (before, own) or own == before
    assert sum(one.kind == "calibration" for one in review.measurements) <= 1
