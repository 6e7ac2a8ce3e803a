"""Earlier results and overlays of others: shown beside the network's answer, taken over by one key, never mixed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptxviewer.app.display.presentation import is_applied, offered
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.objects import earlier_of, objects_of
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.drawing.shutter import Shutter
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Study, VoiLut, Window
from ptxviewer.core.findings.decide import decide, mask_at_film
from ptxviewer.core.objects import Brought, Document, FilmObject, Mark, Presentation, Region
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.view import orientation_letters
from ptxviewer.core.voi import display_lut
from tests.app.rig import AppRig
from tests.app.test_decision import Doubtful
from tests.films import ORIENTED
from tests.there import now, there

UID = "1.2.3"
REPORT = FilmObject(
    uid="r", film_uid=UID, own=True, made="2026-01-01 10:00", verdict="accept", presence="present", threshold=0.5
)
FOREIGN = FilmObject(uid="f", film_uid=UID, maker="ACME", marks=(Mark(((1.0, 2.0), (3.0, 4.0))),))
LETTER = Document(uid="d", kind="pdf", title="Letter")


def opened(rig: AppRig, *found: Brought, film: str = "a") -> None:
    """Open a film, and objects with it."""

    rig.brought = list(found)
    rig.open(*([film] if film else []), "objects")
    rig.settle()


def of_film(rig: AppRig) -> AppRig:
    """Films of this one have the identity that the objects name."""
    rig.reader.facts = lambda _path: Facts(study=Study(sop_uid=UID))
    return rig


def network_mask(rig: AppRig, threshold: float | None = None) -> np.ndarray:
    rule, maps = there(rig.presenter.rule), there(rig.film.maps)
    return mask_at_film(decide(maps, rule, threshold or rule.threshold), maps.rows, maps.cols)


def segmented(mask: np.ndarray, **about: Any) -> FilmObject:
    return FilmObject(
        uid="s", film_uid=UID, kind="segmentation", own=True, made="2026-01-01 10:00",
        regions=(Region("Pneumothorax", PackedMask.pack(mask)),), **about,
    )  # fmt: skip


def test_objects_belong_to_the_film_that_they_name() -> None:
    rig = AppRig()
    opened(rig, Brought((REPORT, FOREIGN)))
    assert objects_of(rig.state, rig.film) == ()
    opened(of_film(rig), film="b")
    assert set(objects_of(rig.state, rig.film)) == {REPORT, FOREIGN}
    assert there(earlier_of(rig.state, rig.film)).verdict == "accept"


def test_an_edited_mask_and_its_verdict_are_taken_over_as_one_step() -> None:
    rig = of_film(AppRig())
    opened(rig)
    mask = network_mask(rig)
    mask[0, 0] = True
    opened(rig, Brought((replace(REPORT, verdict="edited"),)), Brought((segmented(mask),)), film="")
    rig.do("take_over")
    rig.settle()
    assert np.array_equal(there(rig.film.review.mask).unpack(), mask)
    assert rig.film.review.verdict == "edited"
    assert there(rig.film.findings).edited
    rig.do("undo")
    assert (rig.film.review.mask, rig.film.review.verdict) == (None, "")


def test_the_networks_own_mask_is_no_edit() -> None:
    rig = of_film(AppRig())
    opened(rig)
    opened(rig, Brought((REPORT, segmented(network_mask(rig)))), film="")
    rig.do("take_over")
    rig.settle()
    assert (rig.film.review.mask, rig.film.review.verdict) == (None, "accept")


def test_nothing_of_another_program_is_taken_over_or_measured() -> None:
    rig = of_film(AppRig())
    opened(rig)
    before = rig.film.findings
    opened(rig, Brought((FOREIGN,)), film="")
    assert rig.film.findings == before
    rig.do("take_over")
    assert there(rig.state.banner).reason is Notice.NOTHING_TO_TAKE_OVER
    assert rig.film.review.verdict == ""


def test_a_mask_of_other_pixels_is_none_of_this_film() -> None:
    rig = of_film(AppRig())
    opened(rig)
    opened(rig, Brought((segmented(np.ones((5, 5), bool)),)), film="")
    assert there(earlier_of(rig.state, rig.film)).mask is None


def test_before_a_first_read_nothing_of_others_is_shown_either() -> None:
    rig = of_film(AppRig(settings=Settings(reading_mode="first")))
    opened(rig, Brought((REPORT, FOREIGN)))
    assert objects_of(rig.state, rig.film) == ()
    rig.presenter.review.mark("present")
    assert set(objects_of(rig.state, rig.film)) == {REPORT, FOREIGN}


def test_a_result_that_the_gate_refuses_takes_nothing_over() -> None:
    rig = of_film(AppRig(Doubtful(size=16)))
    opened(rig, Brought((REPORT,)))
    rig.do("take_over")
    assert rig.film.review.verdict == ""


def test_documents_alone_are_shown_at_once_and_films_stay_on_screen() -> None:
    rig = AppRig()
    rig.open("a")
    rig.settle()
    opened(rig, Brought(document=LETTER), film="")
    assert rig.state.documents == (LETTER,)
    assert rig.state.documents_asked == 1
    assert rig.film.path.name == "a"
    assert len(rig.state.films) == 1


def test_many_objects_are_read_some_at_a_time_behind_the_film() -> None:
    rig = AppRig()
    read: list[int] = []

    def read_objects(paths: Sequence[Path]) -> list[Brought]:
        read.append(len(paths))
        return [Brought((replace(FOREIGN, uid=f"{sum(read)}-{n}"),)) for n in range(len(paths))]

    rig.bring = read_objects
    names = [f"object{n}" for n in range(45)]
    rig.objects_named.update(names)
    rig.open(*names)
    rig.settle()
    assert read == [20, 20, 5]
    assert len(rig.state.objects) == 45


def test_objects_without_their_film_say_so() -> None:
    rig = AppRig()
    opened(rig, Brought((FOREIGN,)), film="")
    assert there(rig.state.banner).reason is Notice.NO_FILM_FOR_OBJECTS
    assert rig.state.opening == 0


def test_the_same_objects_again_are_there_once_and_go_with_the_last_film() -> None:
    rig = AppRig()
    opened(rig, Brought((FOREIGN,), LETTER))
    opened(rig, Brought((FOREIGN,), LETTER))
    assert len(rig.state.objects) == len(rig.state.documents) == 1
    rig.presenter.films.close_all()
    assert now((rig.state.objects, rig.state.documents)) == ((), ())


def test_the_oldest_pdfs_make_room_and_keep_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptxviewer.app.state.objects.MOST_BYTES", 25)
    rig = AppRig()
    opened(rig, *(Brought(document=replace(LETTER, uid=f"{n}", text="text", pdf=b"%" * 10)) for n in range(4)))
    assert [document.pdf is not None for document in rig.state.documents] == [False, False, True, True]
    assert all(document.text == "text" for document in rig.state.documents)


@pytest.mark.parametrize("count", [1, 3])
def test_the_newest_of_several_earlier_results_counts(count: int) -> None:
    rig = of_film(AppRig())
    many = [replace(REPORT, uid=f"{n}", made=f"2026-01-0{n + 1}", verdict="unsure" if n == count - 1 else "accept")
            for n in range(count)]  # fmt: skip
    opened(rig, Brought(tuple(reversed(many))))
    assert there(earlier_of(rig.state, rig.film)).verdict == "unsure"


def test_a_presentation_state_is_applied_when_the_reader_asks_and_taken_off_again() -> None:
    rig = of_film(AppRig())
    wanted = Presentation(Window(15, 10), inverse=True, shutter=Shutter((3, 20, 3, 20)), quarter_turns=1, flipped=True)
    opened(rig, Brought((replace(FOREIGN, presentation=wanted),)))
    before = rig.film.view
    assert (before.voi, before.shutter) == (None, None)  # not unasked
    rig.do("toggle_presentation")
    view = rig.film.view
    assert (view.voi, view.inverted, view.shutter) == (wanted.voi, True, wanted.shutter)
    assert is_applied(rig.state, rig.film)
    radiograph = rig.film.radiograph
    assert radiograph is not None
    letters = orientation_letters(replace(radiograph, acquisition=ORIENTED), view)
    assert letters == ("H", "F", "R", "L")  # turned clockwise, then mirrored
    rig.presenter.display.view.set_view(rig.film.id, replace(view, zoom=2.0))
    assert is_applied(rig.state, rig.film)  # however it is zoomed
    rig.do("toggle_presentation")
    assert rig.film.view == replace(before, zoom=2.0)


def test_a_window_of_a_presentation_state_that_shows_nothing_of_the_film_is_not_applied() -> None:
    rig = of_film(AppRig())
    opened(
        rig, Brought((replace(FOREIGN, presentation=Presentation(Window(9000, 10), shutter=Shutter((2, 9, 2, 9)))),))
    )
    rig.do("toggle_presentation")
    assert rig.film.view.voi is None
    assert rig.film.view.shutter is not None
    assert is_applied(rig.state, rig.film)


def test_a_presentation_table_is_applied_behind_the_window_and_taken_off_again() -> None:
    rig = of_film(AppRig())
    curve = VoiLut(np.array([0, 10, 255], np.uint16), 0, 8)
    opened(rig, Brought((replace(FOREIGN, presentation=Presentation(Window(15, 10), inverse=False, lut=curve)),)))
    rig.do("toggle_presentation")
    radiograph, voi = there(rig.film.radiograph), rig.film.view.voi
    assert voi is not None
    assert display_lut(radiograph, voi)[[0, 15, 40]].tolist() == [0, pytest.approx(10, abs=1), 255]
    assert is_applied(rig.state, rig.film)
    rig.do("toggle_presentation")
    assert rig.film.view.voi is None


def test_a_film_without_a_presentation_state_is_offered_none() -> None:
    rig = of_film(AppRig())
    opened(rig, Brought((FOREIGN, REPORT)))
    assert offered(rig.state, rig.film) is None
    rig.do("toggle_presentation")
    assert rig.film.view.voi is None
