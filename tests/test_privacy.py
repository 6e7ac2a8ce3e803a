"""A film with planted names is opened, read, reported and exported; nothing of the patient may be found afterwards."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ptxviewer.app.disk import settings as settings_file
from ptxviewer.app.state.film import FilmStatus
from ptxviewer.bootstrap import ScrubbingFormatter
from ptxviewer.cli import main as cli
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.film import Radiograph
from ptxviewer.core.reasons.window import Saved
from ptxviewer.ui.application import Session
from ptxviewer.words import sentences
from tests.dicom.made import dataset, ramp, save
from tests.fakes import FakeEngine
from tests.there import there

PLANTED = {
    "PatientName": "Plantedname^Nomen",
    "PatientID": "PLANTED-ID-4711",
    "PatientBirthDate": "19010203",
    "AccessionNumber": "PLANTEDACC",
    "InstitutionName": "Plantedhospital",
    "ReferringPhysicianName": "Planteddoctor^A",
    "StudyDescription": "Plantedstudy",
    "StudyInstanceUID": "1.2.826.0.1.3680043.10.9999.1",
    "SeriesInstanceUID": "1.2.826.0.1.3680043.10.9999.2",
    "SOPInstanceUID": "1.2.826.0.1.3680043.10.9999.3",
}
FILE = "Plantedfile.dcm"  # a file's name is often the patient's
TRACES = [
    part for value in [*PLANTED.values(), FILE.removesuffix(".dcm")] for part in value.split("^") if len(part) > 2
]


def traces_in(content: str | bytes) -> list[str]:
    text = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
    forms = ("utf-8", "utf-16-le", "utf-16-be")
    return [trace for trace in TRACES if any(trace.encode(form).lower() in text.lower() for form in forms)]


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return save(dataset(ramp(200, 160), ViewPosition="PA", **PLANTED), folder / FILE)


@pytest.fixture
def log_text(caplog: pytest.LogCaptureFixture) -> Any:
    """Everything that went into the log on disk: the app's records as its own formatter writes them."""
    caplog.set_level(logging.DEBUG, "ptxviewer")
    return lambda: "\n".join(ScrubbingFormatter("%(name)s %(message)s").format(record) for record in caplog.records)


class Buggy(FakeEngine):
    """Analyses one film, then fails with the patient's name in its text."""

    films = 0

    def predict(self, film: Radiograph, checkpoint: Checkpoint = lambda: None) -> ProbabilityMaps:
        self.films += 1
        if self.films == 2:
            raise ZeroDivisionError(film.patient.name)
        return super().predict(film, checkpoint)


def test_the_window_leaves_no_trace_of_the_patient(planted: Path, tmp_path: Path, qtbot: QtBot, log_text: Any) -> None:
    kept = tmp_path / "kept"
    session = Session(kept / "settings.json", Buggy())
    try:
        session.presenter.preferences.save(lambda s: replace(s, accepted_notice=True, reports_folder=str(kept)))
        session.window.show()
        session.window.open_paths([planted])
        presenter = session.presenter
        qtbot.waitUntil(lambda: presenter.state.current is not None and presenter.state.current.findings is not None)
        assert there(there(presenter.state.current).radiograph).patient.name, "the film does name its patient"
        presenter.review.thresholds.set(0.6)
        presenter.review.set_verdict("accept")
        presenter.exporting.save()
        qtbot.waitUntil(lambda: isinstance(presenter.state.message, Saved))
        assert not traces_in(session.window.windowTitle())
        assert not traces_in(repr(presenter.state)), "a state that ends in a log names nobody"
        presenter.films.close()
        other = save(dataset(ramp(180, 160), ViewPosition="PA", **PLANTED), planted.with_name("Plantedfile3.dcm"))
        session.window.open_paths([other])  # the network has a bug now
        qtbot.waitUntil(
            lambda: presenter.state.current is not None and presenter.state.current.status is FilmStatus.NOT_ANALYSED
        )
        (tmp_path / "films" / "Plantedfile2.dcm").write_bytes(planted.read_bytes()[:600])
        session.window.open_paths([tmp_path / "films" / "Plantedfile2.dcm"])
        qtbot.waitUntil(
            lambda: presenter.state.current is not None and presenter.state.current.status is FilmStatus.FAILED
        )
        assert presenter.state.banner is not None
        assert not traces_in(sentences(presenter.state.banner.reason, *presenter.state.banner.details))
    finally:
        session.window.close()
        assert session.close()
    text = log_text()
    assert "ZeroDivisionError" in text, "the bug is in the log"
    assert not traces_in(text)
    places = (kept, Path(os.environ["HOME"]), *map(Path, {os.environ["XDG_DATA_HOME"], os.environ["XDG_STATE_HOME"]}))
    written = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} >= {".json", ".npz", ".png"}, "review, result and report are there"
    reports = [path for path in written if path.suffix == ".png"]
    assert len(reports) == 1
    for path in written:
        assert not traces_in(path.name), "no name in a file's name"
        assert not traces_in(path.read_bytes()), f"no name in {path.suffix} files"
    assert not QImage(str(reports[0])).textKeys(), "the picture carries no words beside its pixels"
    assert settings_file.load(kept / "settings.json", lambda _problem: None).accepted_notice


def test_the_command_line_leaves_no_trace_but_the_file_that_was_named(
    planted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qapp: QApplication,
    capsys: pytest.CaptureFixture[str],
    log_text: Any,
) -> None:
    engine = Buggy()
    monkeypatch.setattr(cli, "make_engine", lambda *_: engine)
    out = tmp_path / "out"
    assert cli.main(["predict", str(planted), "--out", str(out), "--save-mask", "--save-probability"]) == 0
    assert cli.main(["predict", str(planted), "--out", str(tmp_path / "again")]) == 1
    assert cli.main(["report", str(planted), "-o", str(out / "page.png")]) == 0
    assert cli.main(["render", str(planted), "-o", str(out / "film.png")]) == 0
    said = capsys.readouterr()
    asked = planted.stem  # what the user typed may be repeated to the user: in the record's "file", in file names
    assert not [trace for trace in traces_in(said.out + said.err + log_text()) if trace != asked]
    assert asked not in log_text()
    for path in [*out.iterdir(), *(tmp_path / "again").iterdir()]:
        assert not [trace for trace in traces_in(path.read_bytes()) if trace != asked], path.suffix
        if path.suffix == ".png":
            assert not traces_in(path.read_bytes())
