"""Two films side by side: which is the prior, what has changed, what speaks against it, views that move together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptxviewer.app.display.comparison import (
    change_of,
    compared_with_prior,
    days_apart,
    is_newer,
    linked,
    prior_of,
    roles_of,
)
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.film import Film, FilmStatus, Result, with_review
from ptxviewer.app.state.screen import Compare, EngineStatus, State
from ptxviewer.core.answer import Findings, HemithoraxFinding, Side
from ptxviewer.core.film import Patient, Radiograph, Study, Window
from ptxviewer.core.findings.change import SideChange
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.comparison import Caveat, SpacingsDiffer, ThresholdsDiffer, ViewsDiffer
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.review import Review
from ptxviewer.core.spacing import NO_SPACING, PixelSpacing, SpacingOrigin
from ptxviewer.core.view import FilmView
from tests import films
from tests.app.rig import AppRig
from tests.fakes import FakeResults, ScoringEngine
from tests.there import now, there

CANVAS = (500.0, 600.0)
FIT = FilmView()


def half(side: Side, percent: float | None, area_px: int) -> HemithoraxFinding:
    reason = Finding.NO_LUNG_ON_SIDE if percent is None else None
    return HemithoraxFinding(side, side == "right", area_px, percent, reason)


def film(
    number: int, taken: str = "", patient: str = "P1", view: str = "PA", halves: tuple[HemithoraxFinding, ...] = (),
    spacing: PixelSpacing = films.AT_DETECTOR, status: FilmStatus = FilmStatus.DONE,
) -> Film:  # fmt: skip
    date, _, time = taken.partition(" ")
    findings = Findings(bool(halves), 0.8, 0.5, 0.4, halves=halves)
    return Film(
        id=number, path=Path(f"f{number}"), number=number, status=status, result=Result(findings=findings),
        radiograph=films.film(key=f"k{number}", spacing=spacing), key=f"k{number}",
        facts=Facts(Patient(id=patient), Study(date=date, time=time), "DX", view),
    )  # fmt: skip


def state(*shown: Film, current: int = 1, other: int | None = None) -> State:
    compare = None if other is None else Compare(current, other, canvas=CANVAS)
    return State(films=shown, current_id=current, compare=compare, engine=EngineStatus("ready", films.INFO))


# ---- which film


def test_the_prior_is_the_newest_earlier_film_of_the_same_patient() -> None:
    shown = (
        film(1, "2026-03-01 10:00"), film(2, "2026-01-01 10:00"), film(3, "2026-02-01 10:00"),
        film(4, "2026-04-01 10:00"), film(5, "2026-02-20 10:00", patient="P2"), film(6),
        film(7, "2026-02-25 10:00", status=FilmStatus.FAILED),
    )  # fmt: skip
    found = prior_of(state(*shown), shown[0])
    assert found is shown[2]
    assert prior_of(state(*shown), shown[1]) is None
    nobody = tuple(replace(one, facts=replace(one.facts, patient=Patient())) for one in shown)  # type: ignore[type-var]
    assert prior_of(state(*nobody), nobody[0]) is None, "films without an ID are not of one patient"


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [
        ("2026-01-02 10:00", "2026-01-01 11:00", True),
        ("2026-01-01 10:00", "2026-01-01 11:00", False),
        ("2026-01-01", "2026-01-01 11:00", None),
        ("2026-01-02", "2026-01-01 11:00", True),
        ("2026-01-01 10:00", "2026-01-01 10:00", None),
        ("", "2026-01-01 10:00", None),
    ],
)
def test_newer_is_said_only_where_the_files_say_it(one: str, other: str, newer: bool | None) -> None:
    assert is_newer(film(1, one), film(2, other)) is newer


def test_the_newer_film_is_current_and_left_whichever_is_worked_on() -> None:
    new, old, undated = film(1, "2026-03-01 10:00"), film(2, "2026-01-01 10:00"), film(3)
    for current, other in ((1, 2), (2, 1)):
        roles = roles_of(state(new, old, undated, current=current, other=other))
        assert roles is not None
        assert [(role.part, role.film.id) for role in roles] == [("current", 1), ("prior", 2)]
        assert roles[0].taken == "2026-03-01 10:00"
    unknown = roles_of(state(new, old, undated, current=2, other=3))
    assert unknown is not None
    assert [(role.part, role.film.id) for role in unknown] == [("this", 2), ("other", 3)]
    hidden = roles_of(replace(state(new, old, other=2), identified=False))
    assert hidden is not None
    assert hidden[0].taken is None
    assert days_apart(new, old) == 59
    assert days_apart(new, undated) is None


# ---- what has changed


def test_change_of_area_and_percent_side_by_side() -> None:
    new = film(1, "2026-03-01 10:00", halves=(half("right", 18.0, 50_000), half("left", 4.0, 10_000)))
    old = film(2, "2026-01-01 10:00", halves=(half("right", 28.0, 100_000),))
    found = change_of(new, old)
    right, left = found.sides
    assert (right.side, right.percent, left.side, left.percent) == ("right", (28.0, 18.0), "left", (0.0, 4.0))
    assert right.area_mm2 == pytest.approx((4000.0, 2000.0))
    assert left.area_mm2 == pytest.approx((0.0, 400.0))
    assert found.reason is None
    assert found.cautions == ()


def test_nothing_on_both_does_not_exclude() -> None:
    assert change_of(film(1, "2026-03-01"), film(2, "2026-01-01")).reason is Caveat.NOTHING_ON_BOTH


def test_no_change_before_both_have_a_result_or_between_two_patients() -> None:
    new, old = film(1, "2026-03-01", halves=(half("right", 1.0, 9),)), film(2, "2026-01-01")
    assert change_of(new, replace(old, result=None)).reason is Caveat.NO_RESULT_YET
    assert change_of(new, film(2, "2026-01-01", patient="P2")).reason is Caveat.OTHER_PATIENT


MANUAL = PixelSpacing(0.2, 0.2, SpacingOrigin.MANUAL)


@pytest.mark.parametrize(
    ("old", "caution"),
    [
        (film(2, "2026-01-01", view="AP"), ViewsDiffer("AP", "PA")),
        (film(2, "2026-01-01", view=""), ViewsDiffer("", "PA")),
        (
            film(2, "2026-01-01", spacing=MANUAL),
            SpacingsDiffer(SpacingOrigin.MANUAL, SpacingOrigin.DETECTOR),
        ),
        (film(2, "2026-01-01", spacing=NO_SPACING), Caveat.NO_COMMON_SPACING),
        (film(2, "2026-01-01", patient=""), Caveat.PATIENT_UNKNOWN),
        (film(2), Caveat.ORDER_UNKNOWN),
        (
            replace(film(2, "2026-01-01"), result=Result(findings=Findings(False, 0.8, 0.3, 0.4))),
            ThresholdsDiffer(0.3, 0.5),
        ),
        (
            replace(film(2, "2026-01-01"), result=Result(findings=Findings(False, 0.8, 0.5, 0.4, edited=True))),
            Caveat.MASK_EDITED,
        ),
    ],
)
def test_what_speaks_against_comparing_is_said(old: Film, caution: Reason) -> None:
    new = film(1, "2026-03-01", halves=(half("right", 18.0, 50_000),))
    found = change_of(new, old)
    assert caution in found.cautions
    if old.radiograph is not None and not old.radiograph.spacing.known:
        assert found.sides[0].area_mm2 is None


def test_films_of_unknown_posture_say_so() -> None:
    both = [film(n, f"2026-0{n}-01", view="AP") for n in (1, 2)]
    assert Caveat.BOTH_AP in change_of(both[1], both[0]).cautions


def test_a_percent_that_was_refused_is_not_compared() -> None:
    new = film(1, "2026-03-01", halves=(half("right", None, 50_000),), spacing=NO_SPACING)
    old = film(2, "2026-01-01", halves=(half("right", 3.0, 50_000),), spacing=NO_SPACING)
    assert change_of(new, old).sides == (SideChange("right", None, None),)


# ---- views that move together


def pair() -> tuple[Radiograph, Radiograph]:
    large = films.film(400, 320, "large", vois=(Window(1000, 2000),))
    return large, films.film(200, 160, "small", vois=(Window(100, 400),))


def test_zoom_and_place_follow_in_parts_of_the_film() -> None:
    large, small = pair()
    moved = linked(FIT, FilmView(zoom=2.0, center=(80.0, 300.0)), large, small, FIT, CANVAS)
    assert moved.center == (40.0, 150.0)
    assert moved.zoom == pytest.approx(4.0)
    assert linked(FilmView(zoom=2.0, center=(80.0, 300.0)), FIT, large, small, moved, CANVAS) == FIT


def test_what_was_set_apart_stays_apart() -> None:
    large, small = pair()
    view = FilmView(zoom=3.0, center=(100.0, 100.0))
    moved = linked(FilmView(zoom=2.0, center=(100.0, 100.0)), FilmView(zoom=2.0, center=(120.0, 100.0)), large, small,
                   view, CANVAS)  # fmt: skip
    assert moved == FilmView(zoom=3.0, center=(110.0, 100.0))


def test_the_window_follows_in_parts_of_the_default_one() -> None:
    large, small = pair()
    moved = linked(FIT, FilmView(voi=Window(1500, 1000)), large, small, FIT, CANVAS)
    assert moved.voi == Window(200, 200)
    assert linked(FilmView(voi=Window(1500, 1000)), FIT, large, small, moved, CANVAS).voi is None
    assert linked(FIT, FilmView(inverted=True), large, small, FIT, CANVAS).inverted


# ---- the mode, in a rig


def rig() -> AppRig:
    def facts(path: Path) -> Facts:
        day = int(path.name[-1])
        return Facts(Patient(id="P1" if day < 8 else ""), Study(date=f"2026-01-0{day}"), "DX", "PA")

    made = AppRig(ScoringEngine(size=16), facts=facts)
    made.presenter.warm_up()
    made.turn(made.model)
    return made


def test_comparing_begins_with_the_prior_and_ends_with_a_key_or_another_film() -> None:
    made = rig()
    made.open("film3", "film1", "film2", "film8", "film9")
    made.settle()
    presenter = made.presenter
    presenter.display.comparison.toggle()
    assert made.state.prior is not None
    assert made.state.prior.path.name == "film2"
    presenter.display.comparison.step(1)
    assert made.state.prior.path.name == "film1"
    presenter.display.comparison.step(-1)
    assert made.state.prior.path.name == "film2"
    presenter.display.comparison.exchange()
    assert made.film.path.name == "film2"
    assert made.state.prior.path.name == "film3"
    presenter.display.comparison.toggle()
    assert made.state.prior_id is None
    presenter.display.comparison.choose(made.named("film9").id)
    presenter.films.next()
    assert made.state.prior_id is None, "another film on screen ends it"
    presenter.films.select(made.named("film1").id)
    presenter.display.comparison.toggle()
    assert made.state.prior_id is None
    assert made.state.message is Notice.NO_PRIOR
    presenter.display.comparison.choose(made.named("film9").id)
    presenter.films.close(made.named("film9").id)
    assert made.state.prior_id is None
    presenter.films.close_all()
    made.open("film1")
    made.settle()
    presenter.display.comparison.toggle()
    assert now(made.state.message) is Notice.NO_OTHER_FILM


def test_the_film_beside_is_read_and_analysed_next_and_its_view_follows() -> None:
    made = rig()
    made.open(*(f"film{n}" for n in range(1, 8)))
    made.turn(made.disk)
    made.turn(made.disk)
    made.presenter.films.background.toggle_pause()
    made.presenter.display.comparison.choose(made.named("film6").id)
    made.settle()
    prior = made.state.prior
    assert prior is not None
    assert prior.maps is not None
    assert made.film.maps is not None
    assert sum(film.status is FilmStatus.DONE for film in made.state.films) == 2
    made.presenter.display.comparison.set_canvas(*CANVAS)
    made.presenter.display.view.set_view(made.film.id, FilmView(zoom=20.0, center=(10.0, 10.0)))
    assert there(made.state.prior).view.center == (10.0, 10.0)
    made.presenter.display.comparison.toggle_link()
    made.presenter.display.view.set_view(made.film.id, FilmView(zoom=30.0, center=(15.0, 10.0)))
    assert there(made.state.prior).view.center == (10.0, 10.0)


def test_a_recalled_film_beside_gets_its_pixels_and_maps() -> None:
    results = FakeResults()
    for _ in range(2):
        made = AppRig(ScoringEngine(size=16), results=results)
        made.presenter.warm_up()
        made.turn(made.model)
        made.open(*(f"film{n}" for n in range(30)))
        made.settle()
    results.grids.clear()  # evicted: it is analysed again, once
    made.presenter.display.comparison.choose(made.named("film25").id)
    made.settle()
    assert made.state.prior is not None
    assert made.state.prior.maps is not None
    assert made.state.prior.maps.image_key == "film25|0|0"
    assert made.reader.read.count("film25") == 1


def test_what_the_reader_rejected_is_no_change_and_no_sentence() -> None:
    new = film(1, "2026-03-01 10:00", halves=(half("right", 18.0, 50_000),))
    old = film(2, "2026-01-01 10:00", halves=(half("right", 28.0, 100_000),))
    rejected = with_review(old, Review(verdict="reject"))
    found = change_of(new, rejected)
    assert found.sides[0].percent == (0.0, 18.0)
    assert Caveat.RESULT_REJECTED in found.cautions
    screen = state(new, old)
    compared = compared_with_prior(screen, new)
    assert compared is not None
    assert compared.sides[0].percent == (28.0, 18.0)
    assert compared.days == 59
    assert compared_with_prior(screen.with_film(rejected), new) is None
    assert compared_with_prior(screen, old) is None
    bedside = film(1, "2026-03-01 10:00", view="AP", halves=there(new.findings).halves)
    assert compared_with_prior(state(bedside, old), bedside) is None
