"""Measuring from the reader's side: one step of undo each, kept with the film, calibrations that change every size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptxviewer.app.disk.review_file import DamagedReview, Saved, as_bytes, from_bytes
from ptxviewer.app.review.measurements import object_length, shown_measurements
from ptxviewer.core.drawing.handles import Grip
from ptxviewer.core.film import SpacingOrigin
from ptxviewer.core.reasons.reading import CalibrationDoubtful
from ptxviewer.core.reasons.window import Measured, Notice
from ptxviewer.core.review import Measurement, Review
from tests.app.house import Drawer, House

Point = tuple[float, float]


@pytest.fixture
def house() -> House:
    house = House()
    house.open("a", "b")
    house.settle()
    return house


def draw(house: House, tool: str, *points: Point) -> None:
    house.presenter.display.set_tool(tool)
    house.presenter.review.measurements.begin(points[0])
    for point in points[1:]:
        house.presenter.review.measurements.move(point)
        house.presenter.review.measurements.place()


def calibrate(house: House, mm: float, *points: Point) -> None:
    draw(house, "calibrate", *points)
    assert house.presenter.review.measurements.asks
    house.presenter.review.measurements.calibrate(mm)


def kept(house: House) -> tuple[Measurement, ...]:
    return house.film.review.measurements


def test_each_measurement_is_one_step_and_the_mask_is_left_alone(house: House) -> None:
    findings = house.film.findings
    draw(house, "length", (1.0, 2.0), (30.0, 20.0))
    draw(house, "angle", (1.0, 2.0), (10.0, 2.0), (10.0, 30.0))
    draw(house, "ellipse", (3.0, 3.0), (20.0, 20.0))
    draw(house, "rectangle", (3.0, 3.0), (20.0, 20.0))
    assert [one.kind for one in kept(house)] == ["length", "angle", "ellipse", "rectangle"]
    assert house.film.findings is findings
    assert house.film.review.verdict == ""
    for left in (3, 2, 1, 0):
        house.presenter.review.undo()
        assert len(kept(house)) == left
    for _ in range(4):
        house.presenter.review.redo()
    assert len(kept(house)) == 4


def test_what_has_no_size_is_no_measurement(house: House) -> None:
    draw(house, "length", (5.0, 5.0), (5.0, 5.0))
    draw(house, "rectangle", (5.0, 5.0), (30.0, 5.2))
    assert kept(house) == ()
    assert not house.film.can_undo


def test_a_measurement_is_moved_by_its_handles_and_as_a_whole_each_in_one_step(house: House) -> None:
    draw(house, "length", (1.0, 2.0), (30.0, 20.0))
    hand = house.presenter.review.measurements
    house.presenter.display.set_tool("window")  # whatever the tool
    hand.grab(Grip(0, 1), (30.0, 20.0))
    hand.move((25.0, 20.0))
    hand.move((20.0, 10.0))
    assert shown_measurements(house.film)[0].points == ((1.0, 2.0), (20.0, 10.0))
    assert kept(house)[0].points == ((1.0, 2.0), (30.0, 20.0))
    hand.place()
    hand.grab(Grip(0, None), (10.0, 5.0))
    hand.move((11.0, 4.0))
    hand.move((12.0, 3.0))
    hand.place()
    assert kept(house)[0].points == ((3.0, 0.0), (22.0, 8.0))
    house.presenter.review.undo()
    house.presenter.review.undo()
    assert kept(house)[0].points == ((1.0, 2.0), (30.0, 20.0))


def test_a_press_without_a_move_chooses_and_is_no_step(house: House) -> None:
    draw(house, "length", (1.0, 2.0), (30.0, 20.0))
    draw(house, "length", (5.0, 5.0), (30.0, 30.0))
    house.presenter.review.measurements.grab(Grip(0, 0), (1.0, 2.0))
    house.presenter.review.measurements.place()
    assert house.film.chosen == 0
    house.do("delete_measurement")
    assert [one.points for one in kept(house)] == [((5.0, 5.0), (30.0, 30.0))]
    house.presenter.review.undo()
    assert len(kept(house)) == 2


def test_deleting_without_a_choice_takes_the_last_and_all_is_one_step(house: House) -> None:
    for x in (5.0, 10.0, 15.0):
        draw(house, "length", (x, 1.0), (x, 30.0))
    house.presenter.review.measurements.choose(None)
    house.presenter.review.measurements.delete()
    assert [one.points[0][0] for one in kept(house)] == [5.0, 10.0]
    house.presenter.review.measurements.delete_all()
    assert kept(house) == ()
    house.presenter.review.undo()
    assert len(kept(house)) == 2


def test_escape_drops_what_is_drawn_then_puts_the_tool_away(house: House) -> None:
    house.do("measure")
    assert house.state.tool == "length"
    house.presenter.review.measurements.begin((3.0, 3.0))
    house.presenter.review.measurements.move((9.0, 9.0))
    house.do("back")
    assert house.film.hand is None
    assert house.state.tool == "length"
    house.do("back")
    assert house.state.tool == "window"


def test_the_key_takes_the_tool_used_last_and_then_the_next(house: House) -> None:
    house.presenter.display.set_tool("angle")
    house.presenter.display.set_tool("window")
    seen = []
    for _ in range(6):
        house.do("measure")
        seen.append(house.state.tool)
    assert seen == ["angle", "ellipse", "rectangle", "calibrate", "length", "angle"]


def test_undo_in_the_middle_drops_what_is_drawn_only(house: House) -> None:
    draw(house, "length", (1.0, 2.0), (30.0, 20.0))
    house.presenter.review.measurements.begin((3.0, 3.0))
    house.presenter.review.undo()
    assert len(kept(house)) == 1
    assert house.film.hand is None


def test_turning_to_another_film_drops_a_new_one_and_keeps_a_moved_one(house: House) -> None:
    draw(house, "length", (1.0, 2.0), (30.0, 20.0))
    hand = house.presenter.review.measurements
    hand.grab(Grip(0, 1), (30.0, 20.0))
    hand.move((20.0, 10.0))
    house.presenter.films.next()
    assert house.named("a").review.measurements[0].points[1] == (20.0, 10.0)
    hand.begin((3.0, 3.0))
    hand.move((30.0, 3.0))
    house.presenter.films.previous()
    assert house.named("b").review.measurements == ()
    assert all(film.hand is None for film in house.state.films)


def test_nothing_is_drawn_without_a_film_or_with_another_tool() -> None:
    house = House()
    house.presenter.display.set_tool("length")
    house.presenter.review.measurements.begin((1.0, 1.0))
    house.open("a")
    house.settle()
    house.presenter.display.set_tool("pan")
    house.presenter.review.measurements.begin((1.0, 1.0))
    assert house.film.hand is None


def test_a_calibration_gives_every_size_of_this_film_and_no_other(house: House) -> None:
    assert house.film.findings is not None
    assert house.film.findings.area_mm2 is None
    calibrate(house, 10.0, (0.0, 0.0), (20.0, 0.0))
    assert house.film.radiograph is not None
    assert house.film.radiograph.spacing.origin is SpacingOrigin.MANUAL
    assert house.film.findings.area_mm2 == pytest.approx(house.film.findings.area_px * 0.25)
    assert house.film.review.verdict == ""
    assert isinstance(house.state.message, Measured)
    assert house.state.banner is not None
    assert isinstance(house.state.banner.reason, CalibrationDoubtful)  # 20 mm wide: no chest
    house.presenter.films.next()
    assert house.film.radiograph is not None
    assert not house.film.radiograph.spacing.known
    house.presenter.films.previous()
    house.presenter.review.undo()
    assert house.film.findings.area_mm2 is None
    assert not house.film.radiograph.spacing.known


def test_a_second_calibration_stands_in_place_of_the_first(house: House) -> None:
    draw(house, "length", (1.0, 2.0), (30.0, 20.0))
    calibrate(house, 10.0, (0.0, 0.0), (20.0, 0.0))
    calibrate(house, 10.0, (0.0, 0.0), (10.0, 0.0))
    assert [one.kind for one in kept(house)] == ["length", "calibration"]
    assert house.film.radiograph is not None
    assert house.film.radiograph.spacing.col_mm == pytest.approx(1.0)
    hand = house.presenter.review.measurements
    hand.grab(Grip(1, 1), (10.0, 0.0))  # the line of a calibration can be moved like any other
    hand.move((40.0, 0.0))
    hand.place()
    assert house.film.radiograph.spacing.col_mm == pytest.approx(0.25)
    hand.delete()
    assert not house.film.radiograph.spacing.known


def test_a_calibration_that_is_not_answered_changes_nothing(house: House) -> None:
    draw(house, "calibrate", (0.0, 0.0), (20.0, 0.0))
    house.presenter.review.measurements.calibrate(-3)
    assert house.state.banner is not None
    assert house.state.banner.reason is Notice.NO_OBJECT_LENGTH
    house.presenter.review.measurements.cancel()
    assert kept(house) == ()
    assert not house.presenter.review.measurements.asks


@pytest.mark.parametrize(("typed", "mm"), [("25", 25.0), (" 25,4 mm", 25.4), ("0", None), ("", None), ("inf", None)])
def test_lengths_as_people_type_them(typed: str, mm: float | None) -> None:
    assert object_length(typed) == mm


def test_measurements_and_calibration_come_back_with_the_film() -> None:
    drawer = Drawer()
    first = House(drawer=drawer)
    first.open("a")
    first.settle()
    draw(first, "angle", (1.0, 2.0), (10.0, 2.0), (10.0, 30.0))
    calibrate(first, 10.0, (0.0, 0.0), (20.0, 0.0))
    first.settle()
    again = House(drawer=drawer)
    again.open("a")
    again.settle()
    assert again.film.review == first.film.review
    assert again.film.radiograph is not None
    assert again.film.radiograph.spacing.origin is SpacingOrigin.MANUAL
    assert again.film.findings == first.film.findings


def test_a_calibration_survives_a_film_that_is_put_away_and_read_again() -> None:
    house = House(memory_bytes=1)
    house.open("a", "b")
    house.settle()
    calibrate(house, 10.0, (0.0, 0.0), (20.0, 0.0))
    area = house.film.findings.area_mm2 if house.film.findings is not None else None
    house.presenter.films.next()
    house.settle()
    assert house.named("a").radiograph is None
    house.presenter.films.previous()
    house.settle()
    assert house.film.radiograph is not None
    assert house.film.radiograph.spacing.origin is SpacingOrigin.MANUAL
    assert house.film.findings is not None
    assert house.film.findings.area_mm2 == area is not None


def test_a_calibration_while_the_network_works_is_in_its_findings() -> None:
    house = House()
    house.open("a")
    while house.disk.jobs or house.disk.results:
        house.turn(house.disk)
    house.model.crank()
    house.model.deliver()
    house.model.crank()  # the answer waits to be delivered
    calibrate(house, 10.0, (0.0, 0.0), (20.0, 0.0))
    house.settle()
    assert house.film.findings is not None
    assert house.film.findings.area_mm2 is not None


@pytest.mark.parametrize(
    "wrong",
    [
        [{"kind": "volume", "points": [[0, 0], [1, 1]], "mm": None}],
        [{"kind": "length", "points": [[0, 0]], "mm": None}],
        [{"kind": "length", "points": [[0, 0], [1, "a"]], "mm": None}],
        [{"kind": "length", "points": [[0, 0], [1, 1]], "mm": True}],
        "length",
    ],
)
def test_a_damaged_measurement_is_a_damaged_review(wrong: object) -> None:
    import json

    record = json.loads(as_bytes(Saved(Review())))
    record["review"]["measurements"] = wrong
    with pytest.raises(DamagedReview):
        from_bytes(json.dumps(record).encode())


def test_reviews_of_earlier_versions_have_no_measurements() -> None:
    import json

    record = json.loads(as_bytes(Saved(replace(Review(), note="n"))))
    del record["review"]["measurements"]
    assert from_bytes(json.dumps(record).encode()).review == Review(note="n")
