"""Pages and pictures of films: report, render, and the program without a display."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from ptxviewer.app.disk.review_file import ReviewFolder, Saved, review_name
from ptxviewer.cli import main as cli
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.reasons.reading import NotAnalysed, Reading
from ptxviewer.core.review import Review
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.read import read_film
from ptxviewer.paths import reviews_folder, sentence_folders
from ptxviewer.report import templates
from ptxviewer.ui.exports import WRITERS
from ptxviewer.words import say
from tests.command_line import NAME, Asked, asked_engine, frontal, grey
from tests.fakes import FakeEngine


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return asked_engine(monkeypatch)


def test_a_report_of_what_is_not_analysed_unasked_is_not_written(
    engine: Asked, tmp_path: Path, qapp: QApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    lateral = frontal(tmp_path / "x.dcm", ViewPosition="LL")
    assert cli.main(["report", str(lateral), "-o", str(tmp_path / "x.pdf")]) == 1
    assert capsys.readouterr().err == f"ptxviewer: {say(NotAnalysed(Reading.LATERAL_VIEW))}\n"
    assert not (tmp_path / "x.pdf").exists()
    assert cli.main(["report", str(lateral), "-o", str(tmp_path / "x.pdf"), "--force"]) == 0


def test_a_report_is_a_page_without_the_patient(engine: Asked, tmp_path: Path, qapp: QApplication) -> None:
    film = frontal(tmp_path / "x.dcm", 400, 300)
    assert cli.main(["report", str(film), "-o", str(tmp_path / "plain.PNG"), "--paper", "a4"]) == 0
    assert cli.main(["report", str(film), "-o", str(tmp_path / "named.png"), "--identified", "--paper", "a4"]) == 0
    plain, named = grey(tmp_path / "plain.PNG"), grey(tmp_path / "named.png")
    assert plain.shape[:2] == named.shape[:2] == (3508, 2480)
    assert (plain != named).any()
    assert NAME.encode() not in (tmp_path / "plain.PNG").read_bytes()


def test_a_broken_template_of_the_report_text_is_told_and_the_report_written(
    engine: Asked,
    tmp_path: Path,
    qapp: QApplication,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path))
    (tmp_path / "sentences").mkdir()
    (tmp_path / "sentences" / "en.txt").write_text("== presence ==")
    templates.use(sentence_folders())
    film = frontal(tmp_path / "x.dcm", 400, 300)
    assert cli.main(["report", str(film), "-o", str(tmp_path / "a.pdf")]) == 0
    assert "en.txt is not used, line 1" in capsys.readouterr().err
    templates.use(())


def test_many_films_get_reports_of_all_formats_in_a_folder(
    engine: Asked, tmp_path: Path, qapp: QApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    films = [str(frontal(tmp_path / name, 400, 300)) for name in (f"{NAME}.dcm", "b.dcm")]
    (tmp_path / "bad.dcm").write_text("<html>")
    out = tmp_path / "out"
    assert cli.main(["report", *films, str(tmp_path / "bad.dcm"), "-o", str(out), "--pdf", "--picture"]) == 1
    assert sorted(path.name for path in out.iterdir()) == [
        f"ptx-report-{number:04d}.{suffix}" for number in (1, 2) for suffix in ("film.png", "pdf")
    ]
    said = capsys.readouterr()
    assert f"ptx-report-0001  {films[0]}" in said.out
    assert "bad.dcm" in said.err
    assert cli.main(["report", films[0], "-o", str(out), "--picture", "--identified"]) == 0
    assert (out / f"{NAME}.film.png").exists()


def test_reports_and_objects_carry_what_a_reader_decided_in_the_window(
    engine: Asked, tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path / "settings"))
    film = frontal(tmp_path / "x.dcm", 400, 300)
    review = Review(
        verdict="unsure", note="Look at the apex", measurements=(Measurement("length", ((9, 9), (90, 90))),)
    )
    ReviewFolder(reviews_folder()).save(review_name(read_film(film)), Saved(review))
    seen = []
    monkeypatch.setitem(WRITERS, "report_pdf", lambda content, _target: seen.append(content.review))
    for more in ((), ("--reviews",), ("--reviews", "--threshold", "0.3")):
        assert cli.main(["report", str(film), "-o", str(tmp_path / "out"), "--pdf", *more]) == 0
    assert seen == [Review(), review, replace(review, threshold=0.3)]


def test_a_format_is_what_the_suffix_says(engine: Asked, tmp_path: Path, qapp: QApplication) -> None:
    film = frontal(tmp_path / "x.dcm", 400, 300)
    assert cli.main(["report", str(film), "-o", str(tmp_path / "x.pdf")]) == 0
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-")
    assert cli.main(["report", str(film), "-o", str(tmp_path / "x.film.png")]) == 0
    assert grey(tmp_path / "x.film.png").shape[1] < 2000


def test_a_report_into_a_folder_that_is_not_there_gets_one_sentence(
    engine: Asked, tmp_path: Path, qapp: QApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    film = frontal(tmp_path / "x.dcm")
    assert cli.main(["report", str(film), "-o", str(tmp_path / "no" / "x.pdf")]) == 1
    assert capsys.readouterr().err == "ptxviewer: The report could not be written. That folder does not exist.\n"


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(cli, "has_display", lambda: False)
    return folder


def test_without_a_display_the_sample_study_is_reported(
    engine: Asked, no_display: Path, qapp: QApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--sample"]) == 0
    written = sorted(no_display.iterdir())
    assert [path.name for path in written] == ["ptxviewer-report-2.png", "ptxviewer-report.png"]
    said = capsys.readouterr().out
    assert all(f"Report: {path}" in said for path in written)


def test_without_a_display_one_bad_file_does_not_stop_the_rest(
    no_display: Path,
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    class OnceBroken(FakeEngine):
        films = 0

        def predict(self, film: Any, checkpoint: Checkpoint = lambda: None) -> Any:
            self.films += 1
            if self.films == 1:
                raise ZeroDivisionError(NAME)
            return super().predict(film, checkpoint)

    engine = OnceBroken()
    monkeypatch.setattr(cli, "make_engine", lambda *_: engine)
    (tmp_path / "bad.dcm").write_text("<html>")
    chosen = [frontal(tmp_path / "a.dcm"), tmp_path / "bad.dcm", frontal(tmp_path / "b.dcm")]
    assert cli.main([str(path) for path in chosen]) == 1
    assert [path.name for path in no_display.iterdir()] == ["ptxviewer-report-3.png"]
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert NAME not in said


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_render_writes_the_film_through_its_default_window_and_nothing_else(photometric: str, tmp_path: Path) -> None:
    film = frontal(
        tmp_path / "x.dcm", 61, 83, PhotometricInterpretation=photometric, WindowCenter=2000, WindowWidth=1500
    )
    assert cli.main(["render", str(film), "-o", str(tmp_path / "x.png")]) == 0
    picture = grey(tmp_path / "x.png")
    opened = read_film(film)
    np.testing.assert_array_equal(picture, display_lut(opened, opened.vois[0])[opened.pixels])
    assert picture.shape == (61, 83)
    assert (picture[0, 0] > picture[0, -1]) == (photometric == "MONOCHROME1")


def test_a_film_that_cannot_be_rendered_gets_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.dcm").write_text("<html>")
    assert cli.main(["render", str(tmp_path / "page.dcm"), "-o", str(tmp_path / "x.png")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert not (tmp_path / "x.png").exists()
