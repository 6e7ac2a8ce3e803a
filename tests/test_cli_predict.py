"""predict as scripts use it: one result per film, exit statuses, no traceback, nothing of a patient."""

from __future__ import annotations

import csv
import io
import itertools
import json
import signal
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ptxviewer.cli import main as cli
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, EngineInfo
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons import encode
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.reasons.network import DeviceUnusable, Network
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.words import say
from tests.command_line import NAME, PATIENT_ID, Asked, asked_engine, frontal, grey, predict, records
from tests.fakes import FakeEngine

PROMISED = {
    "file", "status", "error", "reason", "score", "present", "threshold", "lesions", "spacing",
    "model", "device", "timing_ms",
}  # fmt: skip


class TorchBug(FakeEngine):
    """An engine with a bug whose text holds a name."""

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        raise ZeroDivisionError(NAME)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return asked_engine(monkeypatch)


def test_films_with_the_same_stem_do_not_overwrite_each_other(
    engine: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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


def test_every_record_has_the_promised_fields_and_nothing_of_the_patient(engine: Asked, tmp_path: Path) -> None:
    film = frontal(tmp_path / "x.dcm", ImagerPixelSpacing=[0.2, 0.2])
    assert predict(tmp_path, film) == 0
    text = (tmp_path / "x.json").read_text("ascii")
    record = json.loads(text)
    assert set(record) >= PROMISED
    assert (record["status"], record["error"], record["present"], record["score"]) == ("ok", None, True, 0.9)
    assert set(record["spacing"]) == {"row_mm", "col_mm", "origin"}
    assert record["model"] == {"id": "fake", "sha256": "0" * 64, "older": False}
    assert set(record["timing_ms"]) == {"read", "infer", "total"}
    assert record["timing_ms"]["total"] >= record["timing_ms"]["read"] > 0
    assert NAME not in text
    assert PATIENT_ID not in text


def test_one_bad_file_never_stops_the_rest(engine: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_a_folder_without_films_has_its_place_in_the_results(engine: Asked, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert predict(tmp_path / "out", tmp_path / "empty", frontal(tmp_path / "x.dcm")) == 1
    assert {stem: record["reason"] for stem, record in records(tmp_path / "out").items()} == {
        "empty": encode(Reading.FOLDER_WITHOUT_FILMS),
        "x": None,
    }


def test_without_a_network_every_film_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class NoNetwork(FakeEngine):
        def load(self) -> EngineInfo:
            raise ModelUnavailable(Network.WEIGHTS_MISSING)

        def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
            raise ModelUnavailable(Network.WEIGHTS_MISSING)

    monkeypatch.setattr(cli, "make_engine", lambda *_: NoNetwork())
    films = [frontal(tmp_path / name) for name in ("a.dcm", "b.dcm")]
    assert predict(tmp_path / "out", *films) == 1
    assert [record["reason"] for record in records(tmp_path / "out").values()] == [encode(Network.WEIGHTS_MISSING)] * 2
    assert cli.main(["triage", *map(str, films), "--out", str(tmp_path / "list.csv")]) == 1
    assert not (tmp_path / "list.csv").exists()
    assert say(Network.WEIGHTS_MISSING) in capsys.readouterr().err


def test_a_bug_in_one_film_does_not_stop_the_rest_and_is_logged_without_its_text(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: TorchBug())
    films = [frontal(tmp_path / name) for name in ("a.dcm", "b.dcm")]
    assert predict(tmp_path / "out", *films) == 1
    assert [record["reason"] for record in records(tmp_path / "out").values()] == [encode(Command.FILM_FAILED)] * 2
    assert [log.getMessage() for log in caplog.records] == ["A film ended unexpectedly"] * 2
    assert NAME not in capsys.readouterr().err


def test_mask_and_scores_lie_on_the_films_own_rows_and_columns(engine: Asked, tmp_path: Path) -> None:
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


def test_the_threshold_moves_the_mask_and_is_told(engine: Asked, tmp_path: Path) -> None:
    film = frontal(tmp_path / "x.dcm")
    areas = {}
    for threshold in ("0.2", "0.8"):
        assert predict(tmp_path / threshold, film, "--threshold", threshold) == 0
        (record,) = records(tmp_path / threshold).values()
        assert record["threshold"] == float(threshold)
        areas[threshold] = record["lesions"][0]["area_px"]
    assert areas["0.2"] > areas["0.8"] > 0


def test_a_folder_an_archive_and_a_file_named_twice(engine: Asked, tmp_path: Path) -> None:
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


def test_results_are_called_as_the_films_are(engine: Asked, tmp_path: Path) -> None:
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


def test_every_path_has_its_line_and_the_exit_status_says_so(
    engine: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        self._films += 1
        if self._films == 2:
            signal.raise_signal(self._number)
        return super().predict(film, checkpoint)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_asked_to_end_keeps_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: Any, status: int
) -> None:
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


def test_what_would_not_be_analysed_unasked_is_an_error_unless_it_is_forced(
    engine: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lateral = frontal(tmp_path / "x.dcm", ViewPosition="LL")
    assert predict(tmp_path, lateral) == 1
    (record,) = records(tmp_path).values()
    assert record["status"] == "error"
    assert "lateral" in record["error"]
    assert record["error"] in capsys.readouterr().err
    assert predict(tmp_path, lateral, "--force") == 0
    (record,) = records(tmp_path).values()
    assert record["status"] == "ok"


def test_results_that_cannot_be_written_end_the_run_with_one_sentence(
    engine: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = frontal(tmp_path / "x.dcm")
    assert predict(film / "out", film) == 1
    assert capsys.readouterr().err == f"ptxviewer: {say(NotWritten(Unwritten.RESULTS, Writing.FOLDER_NOT_MADE))}\n"


def test_the_device_is_handed_on_and_what_the_engine_notes_is_said(
    engine: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.note = DeviceUnusable("cuda")
    assert predict(tmp_path, frontal(tmp_path / "x.dcm"), "--device", "cuda") == 0
    assert engine.asked == ["cuda"]
    assert capsys.readouterr().err == f"ptxviewer: {say(engine.note)}\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_progress_bar_on_a_terminal_only(
    engine: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
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


def test_predict_says_what_the_gate_says_and_keeps_the_numbers(
    engine: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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


class SideBySide(FakeEngine):
    """An engine that takes films from several threads; see ``core.engine.ManyFilms``."""

    def __init__(self, stop_at: int = 0) -> None:
        super().__init__()
        self.load()
        self._stop_at = stop_at
        self._began = itertools.count(1)

    def share_cores(self) -> int:
        return 2

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        if next(self._began) == self._stop_at:
            signal.raise_signal(signal.SIGTERM)
        return super().predict(film, checkpoint)


def test_films_side_by_side_give_what_they_give_one_by_one_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        frontal(tmp_path / "study" / f"{number:02}.dcm", rows=90 + number)
    (tmp_path / "study" / "05.dcm").write_bytes(b"")
    told = []
    for name, engine in (("one", FakeEngine()), ("many", SideBySide())):
        monkeypatch.setattr(cli, "make_engine", lambda *_, engine=engine: engine)
        assert predict(tmp_path / name, tmp_path / "study", "--save-mask") == 1
        told.append(capsys.readouterr().err)
    one, many = ({stem: {**record, "timing_ms": 0} for stem, record in records(tmp_path / name).items()}
                 for name in ("one", "many"))  # fmt: skip
    assert one == many
    assert len(one) == 12
    assert told[0] == told[1]
    for path in (tmp_path / "one").glob("*.png"):
        assert path.read_bytes() == (tmp_path / "many" / path.name).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_side_by_side_a_run_that_is_asked_to_end_names_what_has_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: SideBySide(stop_at=4))
    for number in range(12):
        frontal(tmp_path / "study" / f"{number:02}.dcm")
    assert predict(tmp_path / "out", tmp_path / "study") == 143
    done = set(records(tmp_path / "out"))
    said = capsys.readouterr().err
    assert len(done) < 12
    assert [f"{number:02}.dcm: {say(Command.STOPPED)}" in said for number in range(12)] == [
        f"{number:02}" not in done for number in range(12)
    ]
