"""What is in the hand: it counts when the reader turns to something else, and only one way leads into it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import ptxviewer.app
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.film import DetectionDrag, Film, LineDrag, MeasurementInHand, StrokeInHand, ThresholdDrag
from ptxviewer.app.state.screen import State
from ptxviewer.core.drawing.handles import Grip
from tests.app.rig import AppRig
from tests.there import now


@pytest.fixture
def rig() -> AppRig:
    rig = AppRig()
    rig.open("a", "b")
    rig.settle()
    rig.presenter.display.set_tool("length")
    rig.presenter.review.measurements.begin((5, 5))
    rig.presenter.review.measurements.move((25, 5))
    rig.presenter.review.measurements.place()
    return rig


def drag_threshold(presenter: Presenter) -> None:
    presenter.review.thresholds.set(0.7, settled=False)


def drag_detection(presenter: Presenter) -> None:
    presenter.review.thresholds.set_peak(0.3, settled=False)


def drag_line(presenter: Presenter) -> None:
    presenter.review.distances.begin(True, "a", "lung", (12.0, 12.0))
    presenter.review.distances.move((13.0, 12.0))


def paint(presenter: Presenter) -> None:
    presenter.display.set_tool("brush")
    presenter.review.mask.begin((39, 30), removes=False)
    presenter.review.mask.extend([(39, 32)])


def drag_measurement(presenter: Presenter) -> None:
    presenter.review.measurements.grab(Grip(0, 1), (25, 5))
    presenter.review.measurements.move((35, 5))


def exchange(presenter: Presenter) -> None:
    presenter.display.comparison.choose(2)
    presenter.display.comparison.exchange()


HANDS: dict[type, tuple[Callable[[Presenter], None], Callable[[Film], bool]]] = {
    ThresholdDrag: (drag_threshold, lambda film: film.review.threshold == 0.7),
    DetectionDrag: (drag_detection, lambda film: film.review.detection.peak == 0.3),
    LineDrag: (drag_line, lambda film: bool(film.review.lines)),
    StrokeInHand: (paint, lambda film: film.review.mask is not None),
    MeasurementInHand: (drag_measurement, lambda film: film.review.measurements[0].points[1] == (35, 5)),
}
NO_PAIR = [(StrokeInHand, ThresholdDrag), (StrokeInHand, DetectionDrag)]  # an edited mask has no threshold
ELSEWHERE: dict[str, Callable[[Presenter], None]] = {
    "verdict": lambda p: p.review.set_verdict("unsure"),
    "note": lambda p: p.review.set_note("apex"),
    "next film": lambda p: p.films.next(),
    "another frame": lambda p: p.films.set_frame(1),
    "another tool": lambda p: p.display.set_tool("pan"),
    "compare with the other film": exchange,
    "report": lambda p: p.exporting.save(),
    "open": lambda p: p.films.open([Path("c")]),
    "redo": lambda p: p.review.redo(),
    "reset the lines of the other kind": lambda p: p.review.distances.toggle(),
}


def with_hand(rig: AppRig, kind: type) -> None:
    HANDS[kind][0](rig.presenter)
    assert isinstance(rig.named("a").hand, kind)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("kind", HANDS)
def test_what_is_in_the_hand_counts_when_the_reader_turns_to_something_else(
    rig: AppRig, kind: type, elsewhere: str
) -> None:
    with_hand(rig, kind)
    ELSEWHERE[elsewhere](rig.presenter)
    film = rig.named("a")
    if elsewhere == "another frame":
        film = replace(film, history=film.other_frames[0])
    assert film.hand is None
    assert HANDS[kind][1](film)


@pytest.mark.parametrize(("first", "second"), [pair for pair in product(HANDS, HANDS) if pair not in NO_PAIR])
def test_another_thing_taken_in_the_hand_settles_the_first(rig: AppRig, first: type, second: type) -> None:
    with_hand(rig, first)
    with_hand(rig, second)
    if first is not second:
        assert HANDS[first][1](rig.film)


def test_a_verdict_in_a_detection_drag_keeps_both(rig: AppRig) -> None:
    rig.presenter.review.thresholds.set_score(0.6, settled=False)
    rig.presenter.review.set_verdict("accept")
    assert rig.film.review.detection.score == 0.6
    assert rig.film.review.verdict == "accept"
    rig.presenter.review.undo()
    assert rig.film.review.detection.score == 0.6
    assert now(rig.film.review.verdict) == ""


def test_one_module_puts_things_into_the_hand() -> None:
    """``ReviewEditor`` settles what is in the hand first; whoever sets it past that loses a drag of the reader's."""
    app = Path(ptxviewer.app.__file__).parent
    setters = {
        path.relative_to(app).as_posix()
        for path in app.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and any(word.arg in ("hand", "history") for word in call.keywords)
    }
    assert setters == {"review/editor.py", "state/film.py"}


def test_the_film_on_screen_is_looked_up_once() -> None:
    class Counted(tuple[Film, ...]):
        walks = 0

        def __iter__(self) -> Any:
            Counted.walks += 1
            return super().__iter__()

    state = State(films=Counted([Film(1, Path("a")), Film(2, Path("b"))]), current_id=2)
    for _ in range(100):
        assert state.current is not None
        assert state.current.id == 2
        assert state.film(1) is not None
    assert Counted.walks <= 1
