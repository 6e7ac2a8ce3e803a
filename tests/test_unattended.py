"""``triage --watch`` left alone: objects and sending, each film once, the status file, and how it ends."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, cast

import pydicom
import pytest

from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.films.watched_folder import STILL_S
from ptxviewer.cli import health, triage
from ptxviewer.cli import main as cli
from ptxviewer.cli.arrivals import LOOK_S, arriving
from ptxviewer.cli.giving import Sender, Wanted, outbox_of
from ptxviewer.cli.health import BEAT_S, Health, read
from ptxviewer.core.archive import Network
from ptxviewer.core.errors import PtxError
from ptxviewer.core.locks import held
from ptxviewer.core.pacs import Delivery, Node
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.core.reasons.results import Results
from ptxviewer.core.reasons.writing import NotWritten, Unsaved, Unwritten, Writing
from ptxviewer.pacs import service
from ptxviewer.results.schema import Record
from ptxviewer.results.store import ResultStore
from ptxviewer.words import say
from tests.dicom.made import dataset, in_study, ramp, save
from tests.fakes import FakeEngine

NODE = "ARCHIVE@127.0.0.1:104"
NAME, ID = "Planted^Nomen", "PLANTED-7"


class Archive:
    """A network of one archive that takes everything, unless it is away. Counts the reports of each film."""

    def __init__(self) -> None:
        self.away = False
        self.reports: Counter[str] = Counter()
        self.objects = self.tries = 0
        self.arrived: Callable[[Path], None] | None = None
        self.folder = Path()

    def __call__(self) -> Archive:
        return self

    def send(self, _node: object, _station: object, files: Sequence[Path], _checkpoint: object) -> list[Delivery]:
        self.tries += 1
        if self.away:
            raise PtxError(Pacs.NO_CONNECTION)
        for file in files:
            ds = pydicom.dcmread(file)
            self.objects += 1
            if ds.Modality == "SR":
                self.reports[str(ds.StudyInstanceUID)] += 1
        return [Delivery("stored", None, True)] * len(files)

    def listen(
        self, _station: object, _callers: object, folder: Path, arrived: Callable[[Path], None]
    ) -> Callable[[], None]:
        self.folder, self.arrived = folder, arrived
        return lambda: None


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = Archive()
    monkeypatch.setattr(service, "PacsService", made)
    monkeypatch.setattr(cli, "make_engine", lambda *_: FakeEngine(size=32))
    return made


def film(folder: Path, number: int) -> Path:
    folder.mkdir(exist_ok=True)
    return save(in_study(ramp(80 + number, 70), PatientName=NAME, PatientID=ID), folder / f"Planted{number}.dcm")


def run(films: Path, out: Path, *more: str) -> int:
    return cli.main(["triage", str(films), "--out", str(out), *more])


def rows(out: Path) -> list[dict[str, Any]]:
    with ResultStore(out, writable=False) as store:
        return list(store.films(order="film"))


def seconds(monkeypatch: pytest.MonkeyPatch, happens: Callable[[int], None], end: int) -> None:
    """Let a watching run look once a second of a clock of its own, and be ended then."""
    clock = [0]

    def wait(_seconds: float) -> None:
        clock[0] += 1
        happens(clock[0])
        if clock[0] == end:
            raise KeyboardInterrupt

    monkeypatch.setattr(triage, "arriving", partial(arriving, now=lambda: float(clock[0]), wait=wait))


def test_what_arrives_is_analysed_written_and_sent_once(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    films, out, objects, status = (tmp_path / name for name in ("films", "r.sqlite", "objects", "status.json"))
    whole = film(films, 0).read_bytes()
    later = film(tmp_path / "elsewhere", 1).read_bytes()
    told: list[dict[str, Any]] = []

    def happens(second: int) -> None:
        if second <= 4:  # for four seconds it grows
            (films / "late.dcm").write_bytes(later[: second * len(later) // 4])
        if second == 1:
            (films / "broken.dcm").write_bytes(whole[:600])
            save(dataset(ramp(99, 70)), films / "no_study.dcm")
            (films / "twice.dcm").write_bytes(whole)
        told.append(json.loads(status.read_text()))

    monkeypatch.setattr(health, "BEAT_S", 0.0)
    seconds(monkeypatch, happens, 16)
    given = ("--watch", "--dicom", str(objects), "--send", NODE, "--status", str(status), "--sr", "--gsps")
    assert run(films, out, *given) == 0
    found = rows(out)
    assert Counter(row["status"] for row in found) == {"analysed": 3, "failed": 1}
    of_study = [row["film_id"] for row in found if row["status"] == "analysed" and row["patient_id"]]
    assert sorted(path.name for path in objects.iterdir()) == sorted(
        f"{name}.{kind}.dcm" for name in of_study for kind in ("sr", "gsps")
    )
    assert [one["state"] for one in told] == ["running"] * 16
    assert max(one["files_arriving"] for one in told) >= 3
    last = read(status)
    assert last is not None
    expected = {
        "state": "stopped", "reason": None, "films_done": 5, "films_failed": 1, "files_arriving": 0,
        "films_waiting": 0, "objects_written": 4, "objects_failed": 1, "not_sent": 0,
    }  # fmt: skip
    assert {name: last[name] for name in expected} == expected
    assert last["sent"] + last["to_send"] == 4
    run(films, out, "--send", NODE)  # what was not on its way yet goes with the next run
    assert sorted(archive.reports.values()) == [1, 1]
    assert archive.objects == 4
    assert not [path for path in outbox_of(out).iterdir() if path.is_dir()]
    said = status.read_text() + "".join(capfd.readouterr()).replace(str(tmp_path), "")
    assert say(Unsaved.NO_STUDY) in said
    assert not any(word in said for word in ("Planted", "Nomen", ID, 'ARCHIVE"'))


def test_ten_films_a_second_come_once_each_within_seconds(tmp_path: Path) -> None:
    """Half a minute of a clock of its own: every 10th film is written in two parts, every 25th stays torn."""
    whole = film(tmp_path / "elsewhere", 0).read_bytes()
    folder = tmp_path / "films"
    folder.mkdir()
    clock, written = [0.0], 0
    closed: dict[str, float] = {}
    torn: list[tuple[float, Path]] = []
    handed: dict[str, list[tuple[float, int]]] = {}

    def wait(pause: float) -> None:
        nonlocal written
        clock[0] += pause
        for one in [one for one in torn if one[0] <= clock[0]]:
            torn.remove(one)
            one[1].write_bytes(whole)
            closed[one[1].name] = clock[0]
        while clock[0] <= 30 and written < 10 * clock[0]:
            written += 1
            path = folder / f"{written}.dcm"
            if written % 25 == 0:
                path.write_bytes(whole[:600])
            elif written % 10 == 0:
                path.write_bytes(whole[: len(whole) // 2])
                torn.append((clock[0] + (4 if written % 40 == 0 else 1), path))
            else:
                path.write_bytes(whole)
                closed[path.name] = clock[0]
        if clock[0] > 40:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        for candidate in arriving([folder], tmp_path, lambda: clock[0], wait):
            if candidate is not None:
                size = candidate.path.stat().st_size
                handed.setdefault(candidate.path.name, []).append((clock[0], size))
    of_whole = {name: [when for when, size in times if size == len(whole)] for name, times in handed.items()}
    assert {name: len(of_whole[name]) for name in closed} == dict.fromkeys(closed, 1)
    assert len(handed) == written == 300
    assert max(of_whole[name][0] - when for name, when in closed.items()) <= STILL_S + 2 * LOOK_S


def test_killed_between_objects_and_row_a_film_is_sent_once_all_the_same(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, out = tmp_path / "films", tmp_path / "r.sqlite"
    for number in range(3):
        film(films, number)
    add = ResultStore.add

    def killed(store: ResultStore, row: Record, *rest: Any) -> None:
        if row["rows_px"] == 81:
            raise KeyboardInterrupt
        add(store, row, *rest)

    monkeypatch.setattr(ResultStore, "add", killed)
    assert run(films, out, "--send", NODE) == 130
    assert len(list(outbox_of(out).glob("*/parcel.json"))) >= 1
    monkeypatch.setattr(ResultStore, "add", add)
    assert run(films, out, "--send", NODE) == 0
    assert sorted(archive.reports.values()) == [1, 1, 1]


def test_an_archive_that_is_away_gets_everything_with_the_next_run(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    films, out = tmp_path / "films", tmp_path / "r.sqlite"
    film(films, 0)
    archive.away = True
    assert run(films, out, "--send", NODE, "--sr") == 1
    assert "1 still to be sent" in capsys.readouterr().out
    archive.away = False
    assert run(films, out, "--send", NODE, "--sr") == 0
    assert list(archive.reports.values()) == [1]


def test_a_parcel_is_tried_again_after_longer_and_longer_pauses(archive: Archive, tmp_path: Path) -> None:
    clock = [0.0]
    node, outbox = Node(NODE), Outbox(tmp_path / "outbox")
    sender = Sender(outbox, Wanted(nodes=(node,)), cast("Network", archive), Health(), lambda: clock[0])
    source = film(tmp_path, 0)
    sender.put(outbox.pack(NODE, "results", 0, "", lambda folder: [source.rename(folder / "one")]))
    archive.away = True
    tried: dict[int, int] = {}
    for second in range(0, 4000, 10):
        clock[0] = float(second)
        archive.away = second < 2000
        sender.pump()
        tried.setdefault(archive.tries, second)
    assert list(tried.values()) == [0, 30, 30 + 120, 30 + 120 + 600, 30 + 120 + 600 + 1800]
    assert (sender.left, archive.objects) == (0, 1)


def test_a_film_that_was_tried_half_written_counts_once_and_as_it_is_at_last(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, status = tmp_path / "films", tmp_path / "status.json"
    whole = film(films, 0).read_bytes()
    late, torn = films / "late.dcm", films / "torn.dcm"
    told: list[tuple[int, int]] = []

    def happens(second: int) -> None:
        if second == 1:
            late.write_bytes(whole[:600])
            torn.write_bytes(whole[:600])
        if second == 12:  # it stood still for longer than a file has to
            save(in_study(ramp(99, 70)), late)
            torn.write_bytes(whole[:700])
        record = json.loads(status.read_text())
        told.append((record["films_done"], record["films_failed"]))

    monkeypatch.setattr(health, "BEAT_S", 0.0)
    seconds(monkeypatch, happens, end=24)
    assert run(films, tmp_path / "r.sqlite", "--watch", "--status", str(status)) == 0
    assert (3, 2) in told
    assert told[-1] == (3, 1)
    assert [row["status"] for row in rows(tmp_path / "r.sqlite")].count("failed") == 1


def test_films_that_nodes_send_are_analysed(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    films, out, status = tmp_path / "incoming", tmp_path / "r.sqlite", tmp_path / "status.json"
    (tmp_path / "settings").mkdir()
    nodes = {"nodes": [{"name": "Room 1", "kind": "dicom", "title": "ROOM1", "host": "127.0.0.1", "port": 104}]}
    (tmp_path / "settings" / "pacs.json").write_text(json.dumps(nodes))
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path / "settings"))
    listening = []

    def happens(second: int) -> None:
        if second == 2 and archive.arrived is not None:
            archive.arrived(film(archive.folder, 0))
        listening.append(json.loads(status.read_text())["listening"])

    seconds(monkeypatch, happens, 10)
    assert run(films, out, "--watch", "--listen", "--status", str(status)) == 0
    assert [row["status"] for row in rows(out)] == ["analysed"]
    assert json.loads(status.read_text())["received"] == 1
    assert len(list(films.iterdir())) == 1
    assert cli.main(["triage", str(films), "--out", str(out), "--listen"]) == 2


def test_what_nodes_sent_is_deleted_where_that_is_wanted(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, out, own = tmp_path / "incoming", tmp_path / "r.sqlite", "0123456789abcdef" * 2
    (tmp_path / "settings").mkdir()
    nodes = {"nodes": [{"name": "Room 1", "kind": "dicom", "title": "ROOM1", "host": "127.0.0.1", "port": 104}]}
    (tmp_path / "settings" / "pacs.json").write_text(json.dumps(nodes))
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path / "settings"))
    film(films, 1)  # somebody else's
    film(films, 2).rename(films / f"{own}.dcm")
    torn = films / f"{own[::-1]}.dcm"
    torn.write_bytes((films / f"{own}.dcm").read_bytes()[:600])
    seconds(monkeypatch, lambda _second: None, 6)
    assert run(films, out, "--watch", "--listen", "--delete-received") == 0
    assert len(rows(out)) == 3
    assert {path.name for path in films.iterdir()} == {"Planted1.dcm", torn.name}
    assert run(films, out, "--delete-received") == 2


def test_two_runs_do_not_send_from_one_store(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    films, out = tmp_path / "films", tmp_path / "r.sqlite"
    film(films, 0)
    outbox_of(out).mkdir()
    with held(outbox_of(out) / ".lock", 0):
        assert run(films, out, "--send", NODE) == 1
    assert say(Results.STORE_BUSY) in capsys.readouterr().err


def test_why_a_run_failed_stands_in_its_status(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    films, status = tmp_path / "films", tmp_path / "status.json"
    film(films, 0)

    def full(*_: object, **__: object) -> None:
        raise PtxError(NotWritten(Unwritten.RESULTS, Writing.DISK_FULL))

    monkeypatch.setattr(triage, "_keep", full)
    assert run(films, tmp_path / "r.sqlite", "--status", str(status)) == 1
    record = read(status)
    assert record is not None
    assert (record["state"], record["reason"]) == ("failed", "not_written")
    assert cli.main(["health", str(status)]) == 1
    assert "not_written" in capsys.readouterr().err
    assert run(films, tmp_path / "r.sqlite", "--status", str(tmp_path / "missing" / "status.json")) == 1


def test_health_is_an_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, clock = tmp_path / "status.json", [0.0]
    now = datetime.now(timezone.utc)
    kept = Health(path, lambda: now, lambda: clock[0])
    assert cli.main(["health", str(path)]) == 1
    with kept.kept():
        kept.running(FakeEngine().load())
        for _ in range(30):
            clock[0] += BEAT_S
            kept.film(failed=False)
        record = read(path)
        assert record is not None
        assert (record["films_done"], record["films_per_s"]) == (30, 0.5)
        assert cli.main(["health", str(path)]) == 0
        assert cli.main(["health", str(path), "--max-age", "-1"]) == 1
    assert cli.main(["health", str(path)]) == 1
    path.write_text("{")
    assert cli.main(["health", str(path)]) == 1
    assert cli.main(["health"]) == 2


def test_a_folder_that_cannot_be_read_is_said_once_and_is_no_health(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A drive that is not mounted, rights that were forgotten: a run that waits for ever must not look well."""
    folder, status = tmp_path / "in", tmp_path / "status.json"
    health, looks = Health(status), 0

    def wait(_seconds: float) -> None:
        nonlocal looks
        looks += 1
        health.beat(now=True)
        if looks == 2:
            assert cli.main(["health", str(status)]) == 1
            folder.mkdir()
        if looks == 4:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt), health.kept():
        health.running(FakeEngine().load())
        found = arriving([folder, tmp_path], tmp_path, wait=wait, looked=health.looked, away=health.away)
        for _ in found:
            record = read(status)
            assert record is not None
            if looks == 3:
                assert cli.main(["health", str(status)]) == 0
                assert record["folders_away"] == 0
    said = [line for line in capsys.readouterr().err.splitlines() if str(folder) in line]
    assert len(said) == 2  # that it is away, and that it is back
