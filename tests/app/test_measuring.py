"""Measuring from the reader's side: one step of undo each, kept with the film, calibrations that change every size."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.disk.review_file import DamagedReview, Saved, as_bytes, from_bytes
from ptxviewer.app.review.measurements import object_length, shown_measurements
from ptxviewer.app.state.screen import Tool
from ptxviewer.core.drawing.handles import Grip
from ptxviewer.core.drawing.measure import cobb_degrees, region_statistics
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons.measuring import Measured
from ptxviewer.core.reasons.reading import CalibrationDoubtful
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review
from ptxviewer.core.spacing import SpacingOrigin
from tests.app.rig import AppRig
from tests.fake_shell import FakeShell
from tests.fakes import FakeReviews
from tests.there import now

Point = tuple[float, float]


@pytest.fixture
def rig() -> AppRig:
    rig = AppRig()
    rig.open("a", "b")
    rig.settle()
    return rig


def draw(rig: AppRig, tool: Tool, *points: Point) -> None:
    rig.presenter.display.set_tool(tool)
    rig.presenter.review.measurements.begin(points[0])
    for point in points[1:]:
        rig.presenter.review.measurements.move(point)
        rig.presenter.review.measurements.place()


def calibrate(rig: AppRig, mm: float, *points: Point) -> None:
    draw(rig, "calibrate", *points)
    assert rig.presenter.review.measurements.asks
    rig.presenter.review.measurements.calibrate(mm)


def kept(rig: AppRig) -> tuple[Measurement, ...]:
    return rig.film.review.measurements


def test_each_measurement_is_one_step_and_the_mask_is_left_alone(rig: AppRig) -> None:
    findings = rig.film.findings
    draw(rig, "length", (1.0, 2.0), (30.0, 20.0))
    draw(rig, "angle", (1.0, 2.0), (10.0, 2.0), (10.0, 30.0))
    draw(rig, "ellipse", (3.0, 3.0), (20.0, 20.0))
    draw(rig, "rectangle", (3.0, 3.0), (20.0, 20.0))
    assert [one.kind for one in kept(rig)] == ["length", "angle", "ellipse", "rectangle"]
    assert rig.film.findings is findings
    assert rig.film.review.verdict == ""
    for left in (3, 2, 1, 0):
        rig.presenter.review.undo()
        assert len(kept(rig)) == left
    for _ in range(4):
        rig.presenter.review.redo()
    assert len(kept(rig)) == 4


def test_what_has_no_size_is_no_measurement(rig: AppRig) -> None:
    draw(rig, "length", (5.0, 5.0), (5.0, 5.0))
    draw(rig, "rectangle", (5.0, 5.0), (30.0, 5.2))
    assert kept(rig) == ()
    assert not rig.film.can_undo


def test_a_measurement_is_moved_by_its_handles_and_as_a_whole_each_in_one_step(rig: AppRig) -> None:
    draw(rig, "length", (1.0, 2.0), (30.0, 20.0))
    hand = rig.presenter.review.measurements
    rig.presenter.display.set_tool("window")  # whatever the tool
    hand.grab(Grip(0, 1), (30.0, 20.0))
    hand.move((25.0, 20.0))
    hand.move((20.0, 10.0))
    assert shown_measurements(rig.film)[0].points == ((1.0, 2.0), (20.0, 10.0))
    assert kept(rig)[0].points == ((1.0, 2.0), (30.0, 20.0))
    hand.place()
    hand.grab(Grip(0, None), (10.0, 5.0))
    hand.move((11.0, 4.0))
    hand.move((12.0, 3.0))
    hand.place()
    assert kept(rig)[0].points == ((3.0, 0.0), (22.0, 8.0))
    rig.presenter.review.undo()
    rig.presenter.review.undo()
    assert kept(rig)[0].points == ((1.0, 2.0), (30.0, 20.0))


def test_a_press_without_a_move_chooses_and_is_no_step(rig: AppRig) -> None:
    draw(rig, "length", (1.0, 2.0), (30.0, 20.0))
    draw(rig, "length", (5.0, 5.0), (30.0, 30.0))
    rig.presenter.review.measurements.grab(Grip(0, 0), (1.0, 2.0))
    rig.presenter.review.measurements.place()
    assert rig.film.chosen == 0
    rig.do("delete_measurement")
    assert [one.points for one in kept(rig)] == [((5.0, 5.0), (30.0, 30.0))]
    rig.presenter.review.undo()
    assert len(kept(rig)) == 2


def test_deleting_without_a_choice_takes_the_last_and_all_is_one_step(rig: AppRig) -> None:
    for x in (5.0, 10.0, 15.0):
        draw(rig, "length", (x, 1.0), (x, 30.0))
    rig.presenter.review.measurements.choose(None)
    rig.presenter.review.measurements.delete()
    assert [one.points[0][0] for one in kept(rig)] == [5.0, 10.0]
    rig.presenter.review.measurements.delete_all()
    assert kept(rig) == ()
    rig.presenter.review.undo()
    assert len(kept(rig)) == 2


def test_escape_drops_what_is_drawn_then_puts_the_tool_away(rig: AppRig) -> None:
    rig.do("measure")
    assert rig.state.tool == "length"
    rig.presenter.review.measurements.begin((3.0, 3.0))
    rig.presenter.review.measurements.move((9.0, 9.0))
    rig.do("back")
    assert rig.film.hand is None
    assert rig.state.tool == "length"
    rig.do("back")
    assert now(rig.state.tool) == "window"


def test_the_key_takes_the_tool_used_last_and_then_the_next(rig: AppRig) -> None:
    rig.presenter.display.set_tool("angle")
    rig.presenter.display.set_tool("window")
    seen = []
    for _ in range(8):
        rig.do("measure")
        seen.append(rig.state.tool)
    assert seen == ["angle", "cobb", "ellipse", "rectangle", "area", "calibrate", "length", "angle"]


def test_undo_in_the_middle_drops_what_is_drawn_only(rig: AppRig) -> None:
    draw(rig, "length", (1.0, 2.0), (30.0, 20.0))
    rig.presenter.review.measurements.begin((3.0, 3.0))
    rig.presenter.review.undo()
    assert len(kept(rig)) == 1
    assert rig.film.hand is None


def test_turning_to_another_film_drops_a_new_one_and_keeps_a_moved_one(rig: AppRig) -> None:
    draw(rig, "length", (1.0, 2.0), (30.0, 20.0))
    hand = rig.presenter.review.measurements
    hand.grab(Grip(0, 1), (30.0, 20.0))
    hand.move((20.0, 10.0))
    rig.presenter.films.next()
    assert rig.named("a").review.measurements[0].points[1] == (20.0, 10.0)
    hand.begin((3.0, 3.0))
    hand.move((30.0, 3.0))
    rig.presenter.films.previous()
    assert rig.named("b").review.measurements == ()
    assert all(film.hand is None for film in rig.state.films)


def test_nothing_is_drawn_without_a_film_or_with_another_tool() -> None:
    rig = AppRig()
    rig.presenter.display.set_tool("length")
    rig.presenter.review.measurements.begin((1.0, 1.0))
    rig.open("a")
    rig.settle()
    rig.presenter.display.set_tool("pan")
    rig.presenter.review.measurements.begin((1.0, 1.0))
    assert rig.film.hand is None


def test_a_calibration_gives_every_size_of_this_film_and_no_other(rig: AppRig) -> None:
    assert rig.film.findings is not None
    assert rig.film.findings.area_mm2 is None
    calibrate(rig, 10.0, (0.0, 0.0), (20.0, 0.0))
    assert rig.film.radiograph is not None
    assert rig.film.radiograph.spacing.origin is SpacingOrigin.MANUAL
    assert rig.film.findings.area_mm2 == pytest.approx(rig.film.findings.area_px * 0.25)
    assert rig.film.review.verdict == ""
    assert isinstance(rig.state.message, Measured)
    assert rig.state.banner is not None
    assert isinstance(rig.state.banner.reason, CalibrationDoubtful)  # 20 mm wide: no chest
    rig.presenter.films.next()
    assert rig.film.radiograph is not None
    assert not rig.film.radiograph.spacing.known
    rig.presenter.films.previous()
    rig.presenter.review.undo()
    assert rig.film.findings.area_mm2 is None
    assert not rig.film.radiograph.spacing.known


def test_a_second_calibration_stands_in_place_of_the_first(rig: AppRig) -> None:
    draw(rig, "length", (1.0, 2.0), (30.0, 20.0))
    calibrate(rig, 10.0, (0.0, 0.0), (20.0, 0.0))
    calibrate(rig, 10.0, (0.0, 0.0), (10.0, 0.0))
    assert [one.kind for one in kept(rig)] == ["length", "calibration"]
    assert rig.film.radiograph is not None
    assert rig.film.radiograph.spacing.col_mm == pytest.approx(1.0)
    hand = rig.presenter.review.measurements
    hand.grab(Grip(1, 1), (10.0, 0.0))  # the line of a calibration can be moved like any other
    hand.move((40.0, 0.0))
    hand.place()
    assert rig.film.radiograph.spacing.col_mm == pytest.approx(0.25)
    hand.delete()
    assert not rig.film.radiograph.spacing.known


def test_a_calibration_that_is_not_answered_changes_nothing(rig: AppRig) -> None:
    draw(rig, "calibrate", (0.0, 0.0), (20.0, 0.0))
    rig.presenter.review.measurements.calibrate(-3)
    assert rig.state.banner is not None
    assert rig.state.banner.reason is Notice.NO_OBJECT_LENGTH
    rig.presenter.review.measurements.cancel()
    assert kept(rig) == ()
    assert not rig.presenter.review.measurements.asks


@pytest.mark.parametrize(("typed", "mm"), [("25", 25.0), (" 25,4 mm", 25.4), ("0", None), ("", None), ("inf", None)])
def test_lengths_as_people_type_them(typed: str, mm: float | None) -> None:
    assert object_length(typed) == mm


def test_measurements_and_calibration_come_back_with_the_film() -> None:
    reviews = FakeReviews()
    first = AppRig(reviews=reviews)
    first.open("a")
    first.settle()
    draw(first, "angle", (1.0, 2.0), (10.0, 2.0), (10.0, 30.0))
    calibrate(first, 10.0, (0.0, 0.0), (20.0, 0.0))
    first.settle()
    again = AppRig(reviews=reviews)
    again.open("a")
    again.settle()
    assert again.film.review == first.film.review
    assert again.film.radiograph is not None
    assert again.film.radiograph.spacing.origin is SpacingOrigin.MANUAL
    assert again.film.findings == first.film.findings


def test_a_calibration_survives_a_film_that_is_put_away_and_read_again() -> None:
    rig = AppRig(memory_bytes=1)
    rig.open("a", "b")
    rig.settle()
    calibrate(rig, 10.0, (0.0, 0.0), (20.0, 0.0))
    area = rig.film.findings.area_mm2 if rig.film.findings is not None else None
    rig.presenter.films.next()
    rig.settle()
    assert rig.named("a").radiograph is None
    rig.presenter.films.previous()
    rig.settle()
    assert rig.film.radiograph is not None
    assert rig.film.radiograph.spacing.origin is SpacingOrigin.MANUAL
    assert rig.film.findings is not None
    assert rig.film.findings.area_mm2 == area is not None


def test_a_calibration_while_the_network_works_is_in_its_findings() -> None:
    rig = AppRig()
    rig.open("a")
    while rig.disk.jobs or rig.disk.results:
        rig.turn(rig.disk)
    rig.model.crank()
    rig.model.deliver()
    rig.model.crank()  # the answer waits to be delivered
    calibrate(rig, 10.0, (0.0, 0.0), (20.0, 0.0))
    rig.settle()
    assert rig.film.findings is not None
    assert rig.film.findings.area_mm2 is not None


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


def test_delete_takes_what_was_clicked_last(rig: AppRig) -> None:
    draw(rig, "length", (2, 2), (12, 2))
    assert rig.film.chosen == 0
    rig.presenter.review.findings.choose(0)
    rig.presenter.review.findings.choose(None)
    rig.presenter.review.findings.choose(0)
    assert rig.film.chosen is None
    BY_ID["delete_measurement"].run(rig.presenter, FakeShell())
    assert rig.film.review.measurements, "the finding was dropped"
    assert rig.film.review.mask is not None
    rig.presenter.review.measurements.choose(0)
    BY_ID["delete_measurement"].run(rig.presenter, FakeShell())
    assert not rig.film.review.measurements


def test_a_cobb_angle_is_two_lines_and_comes_back(rig: AppRig) -> None:
    draw(rig, "cobb", (2.0, 2.0), (30.0, 2.0), (2.0, 30.0), (30.0, 20.0))
    (one,) = kept(rig)
    assert one.points == ((2.0, 2.0), (30.0, 2.0), (2.0, 30.0), (30.0, 20.0))
    assert cobb_degrees(one.points) == pytest.approx(math.degrees(math.atan2(10, 28)))
    assert cobb_degrees((*one.points[2:], *one.points[:2])) == cobb_degrees(one.points)
    assert cobb_degrees(((0, 0), (10, 0), (10, 20), (0, 20))) == pytest.approx(0), "also where one is drawn backwards"
    assert from_bytes(as_bytes(Saved(rig.film.review))).review.measurements == (one,)
    rig.presenter.review.undo()
    assert not kept(rig)
    draw(rig, "cobb", (2.0, 2.0), (30.0, 2.0))
    rig.presenter.display.set_tool("window")
    assert not kept(rig), "one line is no angle"


def test_a_polygon_region_is_closed_by_hand_and_counts_the_pixels_inside(rig: AppRig) -> None:
    draw(rig, "area", (5.0, 5.0), (25.0, 5.0), (25.0, 15.0), (5.0, 15.0))
    assert not kept(rig)
    assert rig.presenter.review.measurements.close()
    (one,) = kept(rig)
    assert len(one.points) == 4
    shown = rig.state.shown
    assert shown is not None
    as_polygon = region_statistics(shown.radiograph, one)
    assert as_polygon == region_statistics(shown.radiograph, Measurement("rectangle", ((5.0, 5.0), (25.0, 15.0))))
    assert as_polygon is not None
    assert as_polygon.pixels == 200
    assert from_bytes(as_bytes(Saved(rig.film.review))).review.measurements == (one,)
    draw(rig, "area", (5.0, 5.0), (25.0, 5.0))
    assert rig.presenter.review.measurements.close()
    assert len(kept(rig)) == 1, "two corners hold nothing"
    assert not rig.presenter.review.measurements.close()


@pytest.mark.parametrize("points", [((0, 0), (400, 0), (400, 400)), ((-50, -50), (-10, -50), (-10, -10))])
def test_a_polygon_beyond_the_film_counts_what_is_on_it(rig: AppRig, points: tuple[Point, ...]) -> None:
    shown = rig.state.shown
    assert shown is not None
    found = region_statistics(shown.radiograph, Measurement("polygon", points))
    assert (found is None) is (points[0][0] < 0)
