"""The command line as scripts use it: one result per film, exit statuses, no traceback, nothing of a patient."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydicom.uid import generate_uid

from ptxviewer import words
from ptxviewer.app.disk import settings as settings_file
from ptxviewer.app.disk.review_file import ReviewFolder, Saved, review_name
from ptxviewer.app.state.settings import Settings
from ptxviewer.cli import main as cli
from ptxviewer.core.engine import SelfTest
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.reasons import encode
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.network import Network, SelfTestPassed
from ptxviewer.core.reasons.reading import NotAnalysed, Reading
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.core.review import Measurement, Review
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.read import read_film
from ptxviewer.paths import bundle_dir, reviews_folder, sample_study, sentence_folders
from ptxviewer.report import templates
from ptxviewer.ui.exports import WRITERS
from ptxviewer.words import say
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine

NAME, PATIENT_ID = "Planted^Nomen", "PAT-4711"
PROMISED = {
    "file", "status", "error", "reason", "score", "present", "threshold", "lesions", "spacing",
    "model", "device", "timing_ms",
}  # fmt: skip


class Asked(FakeEngine):
    """Knows which device was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []


class TorchBug(FakeEngine):
    """An engine with a bug whose text holds a name."""

    def predict(self, film, checkpoint=lambda: None):
        raise ZeroDivisionError(NAME)


@pytest.fixture
def engine(monkeypatch):
    """The network of these tests, in place of the shipped one; the device that was asked for is kept."""
    fake = Asked()

    def made(device, _rule="balanced"):
        fake.asked.append(device)
        return fake

    monkeypatch.setattr(cli, "make_engine", made)
    return fake


def frontal(path: Path, rows: int = 90, cols: int = 70, **tags) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    tags = {"ViewPosition": "PA", "PatientName": NAME, "PatientID": PATIENT_ID, "SOPInstanceUID": generate_uid()} | tags
    return save(dataset(ramp(rows, cols), **tags), path)


def predict(out: Path, *arguments: object) -> int:
    return cli.main(["predict", *map(str, arguments), "--out", str(out)])


def records(out: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(out.glob("*.json"))}


def grey(path: Path) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image


# ---- predict


def test_films_with_the_same_stem_do_not_overwrite_each_other(engine, tmp_path, capsys):
    films = [frontal(tmp_path / folder / name) for folder, name in (("a", "x.dcm"), ("b", "x.dcm"), ("b", "X.dicom"))]
    out = tmp_path / "new" / "out"
    assert predict(out, *films, "--save-mask") == 0
    got = records(out)
    assert {stem: record["file"] for stem, record in got.items()} == dict(
        zip(("x", "x-2", "X-3"), map(str, films), strict=True)
    )
    assert sorted(path.name for path in out.glob("*.mask.png")) == ["X-3.mask.png", "x-2.mask.png", "x.mask.png"]
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"3 films: 3 analysed, 0 failed. Results: {out}"]
    assert said.err == ""


def test_every_record_has_the_promised_fields_and_nothing_of_the_patient(engine, tmp_path):
    film = frontal(tmp_path / "x.dcm", ImagerPixelSpacing=[0.2, 0.2])
    assert predict(tmp_path, film) == 0
    text = (tmp_path / "x.json").read_text("ascii")
    record = json.loads(text)
    assert set(record) >= PROMISED
    assert (record["status"], record["error"], record["present"], record["score"]) == ("ok", None, True, 0.9)
    assert set(record["spacing"]) == {"row_mm", "col_mm", "origin"}
    assert record["model"] == {"id": "fake", "sha256": "0" * 64}
    assert set(record["timing_ms"]) == {"read", "infer", "total"}
    assert record["timing_ms"]["total"] >= record["timing_ms"]["read"] > 0
    assert NAME not in text
    assert PATIENT_ID not in text


def test_one_bad_file_never_stops_the_rest(engine, tmp_path, capsys):
    (tmp_path / "torn.dcm").write_bytes(frontal(tmp_path / "good.dcm").read_bytes()[:700])
    (tmp_path / "page.dcm").write_text("<html>Not found</html>")
    out = tmp_path / "out"
    chosen = [tmp_path / name for name in ("torn.dcm", "page.dcm", "missing.dcm", "good.dcm")]
    assert predict(out, *chosen, "--save-mask", "--save-probability") == 1
    got = records(out)
    assert {stem: record["status"] for stem, record in got.items()} == {
        "torn": "error", "page": "error", "missing": "error", "good": "ok",
    }  # fmt: skip
    for stem in ("torn", "page", "missing"):
        assert set(got[stem]) >= PROMISED
        assert got[stem]["error"].endswith(".")
        assert got[stem]["score"] is None
        assert got[stem]["lesions"] == []
    assert sorted(path.name for path in out.glob("*.png")) == ["good.mask.png", "good.prob.png"]
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].startswith("4 films: 1 analysed, 3 failed.")
    assert said.err.count("ptxviewer: ") == len(said.err.splitlines()) == 3


def test_a_folder_without_films_has_its_place_in_the_results(engine, tmp_path):
    (tmp_path / "empty").mkdir()
    assert predict(tmp_path / "out", tmp_path / "empty", frontal(tmp_path / "x.dcm")) == 1
    assert {stem: record["reason"] for stem, record in records(tmp_path / "out").items()} == {
        "empty": encode(Reading.FOLDER_WITHOUT_FILMS),
        "x": None,
    }


def test_without_a_network_every_film_says_why(tmp_path, monkeypatch, capsys):
    class NoNetwork(FakeEngine):
        def load(self):
            raise ModelUnavailable(Network.WEIGHTS_MISSING)

        def predict(self, film, checkpoint=lambda: None):
            return self.load()

    monkeypatch.setattr(cli, "make_engine", lambda *_: NoNetwork())
    films = [frontal(tmp_path / name) for name in ("a.dcm", "b.dcm")]
    assert predict(tmp_path / "out", *films) == 1
    assert [record["reason"] for record in records(tmp_path / "out").values()] == [encode(Network.WEIGHTS_MISSING)] * 2
    assert cli.main(["triage", *map(str, films), "--out", str(tmp_path / "list.csv")]) == 1
    assert not (tmp_path / "list.csv").exists()
    assert say(Network.WEIGHTS_MISSING) in capsys.readouterr().err


def test_a_report_of_what_is_not_analysed_unasked_is_not_written(engine, tmp_path, qapp, capsys):
    lateral = frontal(tmp_path / "x.dcm", ViewPosition="LL")
    assert cli.main(["report", str(lateral), "-o", str(tmp_path / "x.png")]) == 1
    assert capsys.readouterr().err == f"ptxviewer: {say(NotAnalysed(Reading.LATERAL_VIEW))}\n"
    assert not (tmp_path / "x.png").exists()
    assert cli.main(["report", str(lateral), "-o", str(tmp_path / "x.png"), "--force"]) == 0


def test_a_bug_in_one_film_does_not_stop_the_rest_and_is_logged_without_its_text(tmp_path, monkeypatch, capsys, caplog):
    monkeypatch.setattr(cli, "make_engine", lambda *_: TorchBug())
    films = [frontal(tmp_path / name) for name in ("a.dcm", "b.dcm")]
    assert predict(tmp_path / "out", *films) == 1
    assert [record["reason"] for record in records(tmp_path / "out").values()] == [encode(Command.FILM_FAILED)] * 2
    assert [log.getMessage() for log in caplog.records] == ["A film ended unexpectedly"] * 2
    assert NAME not in capsys.readouterr().err


def test_mask_and_scores_lie_on_the_films_own_rows_and_columns(engine, tmp_path):
    film = frontal(tmp_path / "tall.dcm", rows=331, cols=207)
    assert predict(tmp_path, film, "--save-mask", "--save-probability") == 0
    mask, score = grey(tmp_path / "tall.mask.png"), grey(tmp_path / "tall.prob.png")
    assert mask.shape == score.shape == (331, 207)
    assert mask.dtype == score.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 255}
    (record,) = records(tmp_path).values()
    assert (mask == 255).sum() == sum(lesion["area_px"] for lesion in record["lesions"])
    x, y, width, height = record["lesions"][0]["bbox"]
    assert cv2.boundingRect(mask) == (x, y, width, height)
    np.testing.assert_array_equal(score[mask == 255] >= round(255 * record["threshold"]), True)


def test_the_threshold_moves_the_mask_and_is_told(engine, tmp_path):
    film = frontal(tmp_path / "x.dcm")
    areas = {}
    for threshold in ("0.2", "0.8"):
        assert predict(tmp_path / threshold, film, "--threshold", threshold) == 0
        (record,) = records(tmp_path / threshold).values()
        assert record["threshold"] == float(threshold)
        areas[threshold] = record["lesions"][0]["area_px"]
    assert areas["0.2"] > areas["0.8"] > 0


def test_a_folder_an_archive_and_a_file_named_twice(engine, tmp_path):
    folder = tmp_path / "study"
    frontal(folder / "2.dcm")
    frontal(folder / "deep" / "no-suffix")
    (folder / "notes.txt").write_text("not a film")
    with zipfile.ZipFile(tmp_path / "films.zip", "w") as archive:
        archive.write(folder / "2.dcm", "inside/other.dcm")
    out = tmp_path / "out"
    assert predict(out, folder, folder / "2.dcm", tmp_path / "films.zip", tmp_path / "films.zip") == 0
    files = sorted(record["file"] for record in records(out).values())
    assert len(files) == 3, "the film that is named twice is analysed once"
    assert files[0] == f"{tmp_path / 'films.zip'}/inside/other.dcm"
    assert files[1:] == [str(folder / "2.dcm"), str(folder / "deep" / "no-suffix")]


def test_results_are_called_as_the_films_are(engine, tmp_path):
    """By the member's name in an archive, by all of a UID, and within what file systems allow."""
    film = frontal(tmp_path / "1.2.840.10008.17")
    with zipfile.ZipFile(tmp_path / "names.zip", "w") as archive:
        for name in ("bed4.dcm", "ward/bed7.dcm", "odd:na\nme.dcm"):
            archive.write(film, name)
    long = frontal(tmp_path / f"{'ü' * 120}.dcm")
    out = tmp_path / "out"
    assert predict(out, film, tmp_path / "names.zip", long, "--save-mask") == 0
    assert set(records(out)) == {"1.2.840.10008.17", "bed4", "bed7", "odd_na_me", "ü" * 100}
    assert len(list(out.glob("*.mask.png"))) == 5


def test_every_path_has_its_line_and_the_exit_status_says_so(engine, tmp_path, capsys):
    study = tmp_path / "study"
    frontal(study / "a.dcm")
    (study / "b.dcm").write_bytes(b"")
    with zipfile.ZipFile(study / "c.zip", "w") as archive:
        archive.write(study / "a.dcm", "d.dcm")
        archive.writestr("e.dcm", b"")
    out = tmp_path / "out"
    assert predict(out, study, tmp_path / "gone", "x" * 300) == 1
    codes = {name: (record["reason"] or {}).get("code") for name, record in records(out).items()}
    expected = {"a": None, "b": "file_empty", "d": None, "e": "file_empty", "gone": "file_gone"}
    assert codes == {**expected, "x" * 200: "path_too_long"}
    assert len(capsys.readouterr().err.splitlines()) == 4


class Ended(FakeEngine):
    """While it analyses its second film, the system asks the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._films = 0

    def predict(self, film, checkpoint=lambda: None):
        self._films += 1
        if self._films == 2:
            signal.raise_signal(self._number)
        return super().predict(film, checkpoint)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_asked_to_end_keeps_what_is_done(tmp_path, monkeypatch, capsys, number, status):
    monkeypatch.setattr(cli, "make_engine", lambda *_: Ended(number))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for name in "abc":
        frontal(tmp_path / "study" / f"{name}.dcm")
    assert predict(tmp_path / "out", tmp_path / "study") == status
    assert list(records(tmp_path / "out")) == ["a"]
    said = capsys.readouterr().err
    assert f"b.dcm: {say(Command.STOPPED)}" in said
    assert f"c.dcm: {say(Command.STOPPED)}" in said

    assert cli.main(["triage", str(tmp_path / "study"), "--out", str(tmp_path / "list.csv")]) == status
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["reason"] for row in csv.DictReader(file)) == ["", "stopped", "stopped"]
    assert list((tmp_path / "temporary").iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_what_would_not_be_analysed_unasked_is_an_error_unless_it_is_forced(engine, tmp_path, capsys):
    lateral = frontal(tmp_path / "x.dcm", ViewPosition="LL")
    assert predict(tmp_path, lateral) == 1
    (record,) = records(tmp_path).values()
    assert record["status"] == "error"
    assert "lateral" in record["error"]
    assert record["error"] in capsys.readouterr().err
    assert predict(tmp_path, lateral, "--force") == 0
    (record,) = records(tmp_path).values()
    assert record["status"] == "ok"


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", "x.dcm"],
        ["predict", "--out", "out"],
        ["predict", "x.dcm", "--out", "out", "--threshold", "1.5"],
        ["predict", "x.dcm", "--out", "out", "--threshold", "high"],
        ["predict", "x.dcm", "--out", "out", "--device", "abacus"],
        ["render", "x.dcm"],
        ["render", "x.dcm", "-o", "picture.jpg"],
        ["report", "x.dcm", "-o", "page"],
        ["report", "x.dcm", "y.dcm", "-o", "page.pdf"],
        ["--no-such-option"],
    ],
)
def test_bad_usage_ends_with_2_and_changes_nothing(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    assert "usage: ptxviewer" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["predict", "--help"], ["report", "-h"]])
def test_help_and_version_end_with_0(arguments, capsys):
    assert cli.main(arguments) == 0
    assert "ptxviewer" in capsys.readouterr().out


def test_results_that_cannot_be_written_end_the_run_with_one_sentence(engine, tmp_path, capsys):
    film = frontal(tmp_path / "x.dcm")
    assert predict(film / "out", film) == 1
    assert capsys.readouterr().err == f"ptxviewer: {say(NotWritten(Unwritten.RESULTS, Writing.FOLDER_NOT_MADE))}\n"


def test_the_device_is_handed_on_and_what_the_engine_notes_is_said(engine, tmp_path, capsys):
    from dataclasses import replace

    engine._info = replace(engine.load(), note="CUDA is not usable: using the CPU.")
    assert predict(tmp_path, frontal(tmp_path / "x.dcm"), "--device", "cuda") == 0
    assert engine.asked == ["cuda"]
    assert capsys.readouterr().err == "ptxviewer: CUDA is not usable: using the CPU.\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_progress_bar_on_a_terminal_only(engine, tmp_path, monkeypatch, capsys):
    films = [frontal(tmp_path / name) for name in ("a.dcm", "b.dcm")]
    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        assert predict(tmp_path / "out", *films) == 0
    drawn = terminal.getvalue()
    assert [f"{done} of 2 films" in drawn for done in range(3)] == [True] * 3
    assert drawn.endswith("\r\x1b[K"), "the bar leaves nothing behind"
    assert predict(tmp_path / "out", *films) == 0
    assert "of 2 films" not in capsys.readouterr().err


# ---- render


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_render_writes_the_film_through_its_default_window_and_nothing_else(photometric, tmp_path):
    film = frontal(
        tmp_path / "x.dcm", 61, 83, PhotometricInterpretation=photometric, WindowCenter=2000, WindowWidth=1500
    )
    assert cli.main(["render", str(film), "-o", str(tmp_path / "x.png")]) == 0
    picture = grey(tmp_path / "x.png")
    opened = read_film(film)
    np.testing.assert_array_equal(picture, display_lut(opened, opened.vois[0])[opened.pixels])
    assert picture.shape == (61, 83)
    assert (picture[0, 0] > picture[0, -1]) == (photometric == "MONOCHROME1")


def test_a_film_that_cannot_be_rendered_gets_one_sentence(tmp_path, capsys):
    (tmp_path / "page.dcm").write_text("<html>")
    assert cli.main(["render", str(tmp_path / "page.dcm"), "-o", str(tmp_path / "x.png")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert not (tmp_path / "x.png").exists()


# ---- a film that is no frontal chest radiograph


def test_predict_says_what_the_gate_says_and_keeps_the_numbers(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(FakeEngine, "RULE", replace(FakeEngine.RULE, frontal_threshold=0.5))
    plain = FakeEngine.predict
    monkeypatch.setattr(FakeEngine, "predict", lambda self, film, *more: replace(plain(self, film, *more), frontal=0.1))
    film = frontal(tmp_path / "x.dcm")
    assert predict(tmp_path / "out", film) == 0
    assert predict(tmp_path / "forced", film, "--force") == 0
    record, forced = (records(tmp_path / folder)["x"] for folder in ("out", "forced"))
    assert (record["gate"]["passed"], record["gate"]["overridden"]) == (False, False)
    assert len(record["gate"]["reasons"]) == 1
    assert (record["score"], record["present"]) == (0.9, True)
    assert forced["gate"]["overridden"]
    assert forced["lesions"] == record["lesions"]


# ---- report, and the window's job without a window


def test_a_report_is_a_page_without_the_patient(engine, tmp_path, qapp):
    film = frontal(tmp_path / "x.dcm", 400, 300)
    assert cli.main(["report", str(film), "-o", str(tmp_path / "plain.PNG"), "--paper", "a4"]) == 0
    assert cli.main(["report", str(film), "-o", str(tmp_path / "named.png"), "--identified", "--paper", "a4"]) == 0
    plain, named = grey(tmp_path / "plain.PNG"), grey(tmp_path / "named.png")
    assert plain.shape[:2] == named.shape[:2] == (3508, 2480)
    assert (plain != named).any()
    assert NAME.encode() not in (tmp_path / "plain.PNG").read_bytes()


def test_a_broken_template_of_the_report_text_is_told_and_the_report_written(
    engine, tmp_path, qapp, capsys, monkeypatch
):
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path))
    (tmp_path / "sentences").mkdir()
    (tmp_path / "sentences" / "en.txt").write_text("== presence ==")
    templates.use(sentence_folders())
    film = frontal(tmp_path / "x.dcm", 400, 300)
    assert cli.main(["report", str(film), "-o", str(tmp_path / "a.png")]) == 0
    assert "en.txt is not used, line 1" in capsys.readouterr().err
    templates.use(())


def test_many_films_get_reports_of_all_formats_in_a_folder(engine, tmp_path, qapp, capsys):
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
    assert cli.main(["report", films[0], "-o", str(out), "--png", "--identified"]) == 0
    assert (out / f"{NAME}.png").exists()


def test_reports_and_objects_carry_what_a_reader_decided_in_the_window(engine, tmp_path, qapp, monkeypatch):
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


def test_a_format_is_what_the_suffix_says(engine, tmp_path, qapp):
    film = frontal(tmp_path / "x.dcm", 400, 300)
    assert cli.main(["report", str(film), "-o", str(tmp_path / "x.pdf")]) == 0
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-")
    assert cli.main(["report", str(film), "-o", str(tmp_path / "x.film.png")]) == 0
    assert grey(tmp_path / "x.film.png").shape[1] < 2000


def test_a_report_into_a_folder_that_is_not_there_gets_one_sentence(engine, tmp_path, qapp, capsys):
    film = frontal(tmp_path / "x.dcm")
    assert cli.main(["report", str(film), "-o", str(tmp_path / "no" / "x.png")]) == 1
    assert capsys.readouterr().err == "ptxviewer: The report could not be written. That folder does not exist.\n"


@pytest.fixture
def no_display(monkeypatch, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(cli, "has_display", lambda: False)
    return folder


def test_without_a_display_the_sample_study_is_reported(engine, no_display, qapp, capsys):
    assert cli.main(["--sample"]) == 0
    written = sorted(no_display.iterdir())
    assert [path.name for path in written] == ["ptxviewer-report-2.png", "ptxviewer-report.png"]
    said = capsys.readouterr().out
    assert all(f"Report: {path}" in said for path in written)


def test_without_a_display_one_bad_file_does_not_stop_the_rest(no_display, qapp, tmp_path, monkeypatch, capsys, caplog):
    class OnceBroken(FakeEngine):
        films = 0

        def predict(self, film, checkpoint=lambda: None):
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


@pytest.fixture
def language(monkeypatch, tmp_path):
    """A throw-away folder of settings, and English again afterwards."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path))
    yield tmp_path
    words.speak("en")


@pytest.mark.parametrize(
    ("setting", "option", "spoken"),
    [("", [], "en"), ("de", [], "de"), ("de", ["--language", "en"], "en"), ("", ["--language=de"], "de")],
)
def test_the_option_goes_before_the_setting_and_the_setting_before_the_system(
    language, capsys, setting, option, spoken
):
    settings_file.save(language / "settings.json", Settings(language=setting))
    assert cli.main(["report", *option, "--help"]) == 0
    assert words.language() == spoken
    assert words.tr("show this help") in capsys.readouterr().out


def test_damaged_settings_leave_the_command_line_alone_and_stay(language, capsys):
    (language / "settings.json").write_text("{")
    assert cli.main(["--version"]) == 0
    assert (language / "settings.json").read_text() == "{"


# ---- the whole program, as a process of its own


def program(home: Path, *arguments: object, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "ptxviewer"]
    folders = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config")}
    return subprocess.run(
        [*command, *map(str, arguments)],
        env={**os.environ, **folders},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


BUG = f"""
import sys
from ptxviewer import bootstrap; from ptxviewer import words
from ptxviewer.app.disk import settings as settings_file
from ptxviewer.app.disk.review_file import ReviewFolder, Saved, review_name
from ptxviewer.app.state.settings import Settings
from ptxviewer.cli import main as cli
bootstrap.prepare()
def broken(arguments):
    raise ZeroDivisionError({NAME!r})
cli.COMMANDS["render"] = (cli.parsers.render_parser, broken)
sys.exit(cli.main())
"""


def test_a_bug_is_one_sentence_and_a_place_in_the_log(tmp_path):
    done = program(tmp_path, "render", f"{NAME}.dcm", "-o", "x.png", code=BUG)
    assert done.returncode == 1
    assert done.stderr == "ptxviewer: Unexpected failure (ZeroDivisionError): this is a bug in ptxviewer.\n"
    (log,) = tmp_path.rglob("ptxviewer.log")
    text = log.read_text()
    assert "ZeroDivisionError at main.py" in text
    assert NAME not in text


def test_a_bug_where_no_log_can_be_written_says_no_more(tmp_path):
    (tmp_path / "state").write_text("a file where the log's folder should be")
    done = program(tmp_path, "render", f"{NAME}.dcm", "-o", "x.png", code=BUG)
    assert done.stderr == "ptxviewer: Unexpected failure (ZeroDivisionError): this is a bug in ptxviewer.\n"


@pytest.mark.weights
def test_the_shipped_network_finds_the_samples_pneumothorax_and_none_on_the_normal_film(tmp_path):
    if not (bundle_dir() / "metadata.json").exists() and not os.environ.get("CI"):
        pytest.skip("no weights have been exported yet")
    done = program(tmp_path, "predict", *sample_study(), "--out", tmp_path / "out", "--device", "cpu", "--save-mask")
    assert (done.returncode, done.stderr) == (0, "")
    sick, normal = records(tmp_path / "out").values()
    assert sick["present"]
    assert [lesion["side"] for lesion in sick["lesions"]] == ["right"]
    assert not normal["present"]
    assert normal["lesions"] == []


def test_selftest_ends_with_the_result_and_prints_what_support_asks_for(engine, capsys, monkeypatch):
    assert cli.main(["selftest", "--json"]) == 1  # the fake network is not the one that the golden output is of
    facts = json.loads(capsys.readouterr().out)
    assert facts["passed"] is False
    assert facts["Film decoders"] == "all there"
    assert facts["Device"] == "CPU"
    assert cli.main(["selftest", "--device", "cuda"]) == 1
    assert engine.asked == ["auto", "cuda"]
    assert "Self-test failed" in capsys.readouterr().out
    from ptxviewer.inference import selftest

    monkeypatch.setattr(selftest, "self_test", lambda *_: SelfTest(True, SelfTestPassed("CPU")))
    assert cli.main(["selftest"]) == 0
    from ptxviewer.dicom import decoders

    monkeypatch.setattr(decoders, "missing", lambda: ["RLE Lossless"])
    assert cli.main(["selftest"]) == 1
    assert "missing for RLE Lossless" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "command", "rest"),
    [
        (["predict", "a.dcm"], "predict", ["a.dcm"]),
        (["--language", "de", "predict", "a.dcm"], "predict", ["--language", "de", "a.dcm"]),
        (["--language=de", "triage", "--help"], "triage", ["--language=de", "--help"]),
        (["--language", "de", "a.dcm"], "", ["--language", "de", "a.dcm"]),
        (["--language"], "", ["--language"]),
        ([], "", []),
    ],
)
def test_the_language_may_come_before_the_command(given: list[str], command: str, rest: list[str]):
    assert cli.split(given) == (command, rest)


@pytest.mark.parametrize("command", ["", *cli.COMMANDS])
def test_the_help_is_in_the_language_that_is_asked_for(language, capsys, command: str):
    assert cli.main([*([command] if command else []), "--language", "de", "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Aufruf: ptxviewer")
    assert words.tr("show this help") in said
    assert "show this help" not in said
    assert "positional arguments" not in said
