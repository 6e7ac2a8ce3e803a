"""``triage --scheduler``: no film lost, none twice, whatever happens to workers; nothing of a patient in logs."""

from __future__ import annotations

import asyncio
import functools
import http.server
import importlib.util
import os
import pickle
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from ptxviewer import __version__
from ptxviewer.cli import main as cli
from ptxviewer.cli.cluster.options import OnCluster, Where
from ptxviewer.cli.cluster.places import fetch
from ptxviewer.cli.progress import Progress
from ptxviewer.cli.triage import TriageOptions, triage
from ptxviewer.core.errors import PtxError, UnreadableFilm
from ptxviewer.core.keys import older_key
from ptxviewer.core.reasons.cluster import Cluster, OtherNetwork, OtherProgram
from ptxviewer.core.reasons.reading import FileTooLarge, Reading
from ptxviewer.core.review import Review
from ptxviewer.dicom import read
from ptxviewer.results.store import ResultStore
from ptxviewer.words import say
from tests.cluster import engines
from tests.cluster.rig import Site
from tests.dicom.made import dataset, ramp, save

if TYPE_CHECKING:
    from distributed.worker import Worker

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra 'cluster' is missing"
)
ALONE = ("film", "file_id", "analysed_utc", "read_ms", "infer_ms", "rank")  # what may differ from one machine's rows
FAKE = engines.make("auto", "balanced").load()


def on(site: Site, **changes: Any) -> OnCluster:
    return replace(OnCluster(Where(str(site.file)), FAKE, engines.make), **changes)


def run(cluster: OnCluster | None, out: Path, *places: Path | str) -> int:
    paths = [place for place in places if isinstance(place, Path)]
    addresses = tuple(place for place in places if isinstance(place, str))
    options = TriageOptions(cluster=cluster, addresses=addresses, progress="none")
    return triage(paths, engines.make("cpu", "balanced"), out, Review(), lambda _text: None, options)


def study(folder: Path, count: int, rows: Callable[[int], int] = lambda number: 120 + number % 50) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(len(list(folder.iterdir())), count):
        film = dataset(ramp(rows(number), 70 + number // 50), ViewPosition="PA", PatientName=f"Planted^Nomen{number}")
        save(film, folder / f"Planted{number}.dcm")
    return folder


def kept(path: Path) -> dict[str, dict[str, Any]]:
    """The films of a store by their keys, with their findings, without what depends on when and where."""
    kept: dict[str, dict[str, Any]] = {}
    with ResultStore(path, writable=False) as store:
        for row in list(store.films()):
            assert row["film_id"] not in kept
            found = [{**one, "film": 0} for one in store.findings_of(int(row["film"] or 0))]
            same = {name: value for name, value in row.items() if name not in ALONE}
            kept[str(row["film_id"])] = {**same, "found": found}
    return kept


def test_every_film_once_though_workers_are_killed_and_a_film_ends_two(
    two_workers: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = study(tmp_path / "Planted_folder", 99)
    bad = study(tmp_path / "Planted_bad", 1, lambda _number: engines.KILLS)
    assert run(None, tmp_path / "one.sqlite", folder) == 0
    written: list[int] = []

    def count(progress: Progress, *, failed: bool = False) -> None:
        written.append(failed)
        if len(written) == 40:
            os.kill(min(two_workers.pids().values()), signal.SIGKILL)

    monkeypatch.setattr(Progress, "count", count)
    assert run(on(two_workers), tmp_path / "many.sqlite", bad, folder) == 1
    one, many = kept(tmp_path / "one.sqlite"), kept(tmp_path / "many.sqlite")
    failed = {key: row for key, row in many.items() if row["status"] == "failed"}
    assert [row["reason"] for row in failed.values()] == [Cluster.WORKERS_ENDED.code]
    assert {key: row for key, row in many.items() if key not in failed} == one
    assert len(written) == 100
    assert "Planted" not in two_workers.said()


def test_a_second_run_asks_for_what_is_new(two_workers: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, out = study(tmp_path / "films", 4), tmp_path / "list.sqlite"
    assert run(on(two_workers), out, folder) == 0
    study(folder, 6)
    done: list[bool] = []
    monkeypatch.setattr(Progress, "count", lambda _progress, failed=False: done.append(failed))
    assert run(on(two_workers), out, folder) == 0
    assert len(done) == 6 - 4
    assert len(kept(out)) == 6


def test_a_film_of_a_store_of_an_earlier_version_keeps_its_row_though_it_has_moved(
    two_workers: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = study(tmp_path / "films", 3), tmp_path / "list.sqlite"
    with monkeypatch.context() as earlier:
        earlier.setattr(read, "key_of", older_key)
        assert run(None, out, folder) == 0
    before = set(kept(out))
    assert run(on(two_workers), out, folder.rename(tmp_path / "moved")) == 0
    assert set(kept(out)) == before


def test_films_at_addresses_are_fetched_by_the_workers(two_workers: Site, tmp_path: Path) -> None:
    folder = study(tmp_path / "films", 3)
    (folder / ".hidden.dcm").write_bytes(b"")
    (folder / "notes.txt").write_text("no film")
    assert run(None, tmp_path / "one.sqlite", folder) == 0
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            web = f"http://127.0.0.1:{server.server_port}"
            places = (f"file://{folder}", f"{web}/Planted0.dcm", f"{web}/missing.dcm", "odd://x/y.dcm")
            assert run(on(two_workers), tmp_path / "many.sqlite", *places) == 1
        finally:
            server.shutdown()
            serving.join()
    many = kept(tmp_path / "many.sqlite")
    reasons = {row["reason"] for row in many.values() if row["status"] == "failed"}
    assert reasons == {Reading.FILE_GONE.code, "storage_unknown"}
    one = kept(tmp_path / "one.sqlite")
    sizes = {"file_bytes", "file_mtime_ns"}
    assert {key: row.keys() - sizes for key, row in many.items() if row["status"] != "failed"} == {
        key: row.keys() - sizes for key, row in one.items()
    }


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        pass


def test_a_film_for_which_a_worker_has_no_memory_is_tried_by_another(two_workers: Site, tmp_path: Path) -> None:
    folder = study(tmp_path / "films", 6)
    study(tmp_path / "large", 1, lambda _number: engines.LACKS)
    assert run(on(two_workers), tmp_path / "list.sqlite", tmp_path / "large", folder) == 1
    reasons = [row["reason"] for row in kept(tmp_path / "list.sqlite").values() if row["status"] == "failed"]
    assert reasons == [Reading.OUT_OF_MEMORY.code]
    tried = two_workers.file.with_name("tried").read_text("ascii").splitlines()
    assert len(set(tried)) == len(tried) == 2


def test_a_film_in_an_archive_is_named_with_what_to_do(two_workers: Site, tmp_path: Path) -> None:
    import shutil

    shutil.make_archive(str(tmp_path / "films"), "zip", study(tmp_path / "folder", 2))
    assert run(on(two_workers), tmp_path / "list.sqlite", tmp_path / "films.zip") == 1
    assert [row["reason"] for row in kept(tmp_path / "list.sqlite").values()] == [Cluster.UNPACK_FIRST.code] * 2


def refusal(cluster: OnCluster, tmp_path: Path) -> Any:
    folder = study(tmp_path / "films", 1)
    with pytest.raises(PtxError) as refused:
        run(cluster, tmp_path / "list.sqlite", folder)
    with ResultStore(tmp_path / "list.sqlite") as store:
        assert not store.count()
        assert not store.runs()
    assert say(refused.value.reason)
    return refused.value.reason


def test_another_network_or_program_is_refused_before_the_first_film(
    two_workers: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = two_workers.file.with_name("other")
    other.touch()
    assert isinstance(refusal(on(two_workers), tmp_path), OtherNetwork)
    other.unlink()
    monkeypatch.setattr("ptxviewer.cli.cluster.dispatch.__version__", "0.0.1")
    reason = refusal(on(two_workers), tmp_path)
    assert isinstance(reason, OtherProgram)
    assert (reason.theirs, reason.ours) == (__version__, "0.0.1")


def test_no_scheduler_no_worker_no_library_is_one_sentence(
    two_workers: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ptxviewer.cli.cluster.dispatch.CONNECT_S", 0.2)
    away = replace(on(two_workers), where=Where("tcp://127.0.0.1:9"))
    assert refusal(away, tmp_path) is Cluster.SCHEDULER_UNREACHABLE
    assert refusal(replace(away, where=Where("nonsense://1")), tmp_path) is Cluster.SCHEDULER_UNREACHABLE
    assert refusal(replace(away, where=Where(str(tmp_path / "none.json"))), tmp_path) is (
        Cluster.SCHEDULER_FILE_UNREADABLE
    )
    with_key = Where("tls://127.0.0.1:9", tls_ca=tmp_path / "none.pem")
    assert refusal(replace(away, where=with_key), tmp_path) is Cluster.CERTIFICATE_UNREADABLE
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert refusal(on(two_workers), tmp_path) is Cluster.NOT_INSTALLED


def test_an_unencrypted_connection_to_another_computer_is_cautioned() -> None:
    cautions = {place: Where(place).caution() for place in ("tcp://10.0.0.7:8786", "tls://10.0.0.7:8786")}
    assert list(cautions.values()) == [Cluster.UNSAFE_CONNECTION, None]
    assert Where("tcp://127.0.0.1:8786").caution() is None
    assert Where("tcp://[::1]:8786").caution() is None


def test_what_does_not_go_together_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "list.sqlite")]
    assert cli.main(["triage", "s3://films/", *out]) == 1
    assert say(Cluster.NEEDS_SCHEDULER) in capsys.readouterr().err
    assert cli.main(["triage", "films", "--tls-ca", "x", *out]) == 2
    assert cli.main(["triage", "films", "--scheduler", "tcp://x:1", "--dicom", "x", *out]) == 2
    assert cli.main(["triage", "https://x/y", "--watch", "--scheduler", "tcp://x:1", *out]) == 2


def test_what_a_worker_sends_back_has_no_pixels_and_what_it_may_log_names_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ptxviewer.cli.cluster.work.log_without_patients", lambda: None)  # this process has other tests
    from ptxviewer.cli.cluster import work

    film = study(tmp_path / "Planted", 1) / "Planted0.dcm"
    films = work.Films(OnCluster(Where("tcp://x:1"), FAKE, engines.make).asked(forced=False), engines.make)
    asyncio.run(films.setup(cast("Worker", SimpleNamespace(address="tcp://x:2"))))
    asked = [
        work.Work("run", number, place) for number, place in enumerate((str(film), f"file://{film}", "file:///no"))
    ]
    done = [films.done(one) for one in asked]
    films.teardown(cast("Worker", None))
    assert [one.told.status for one in done] == ["analysed", "analysed", "failed"]
    assert [one.shape for one in done] == [(120, 70), (120, 70), (1, 1)]
    assert all(len(pickle.dumps(one)) < 5000 for one in done)
    assert "Planted" not in repr(asked) + repr(done)


def test_a_worker_that_has_another_version_refuses_itself() -> None:
    from ptxviewer.cli.cluster import work

    asked = OnCluster(Where("tcp://x:1"), FAKE, engines.make).asked(forced=False)
    here = cast("Worker", SimpleNamespace(address="tcp://x:2"))
    with pytest.raises(PtxError) as refused:
        asyncio.run(work.Films(replace(asked, version="0.0.1"), engines.make).setup(here))
    assert refused.value.reason == OtherProgram("tcp://x:2", __version__, "0.0.1")


def test_a_film_that_hangs_ends_its_worker(caplog: pytest.LogCaptureFixture) -> None:
    from ptxviewer.cli.cluster.work import HUNG, Watch

    ended = threading.Event()
    statuses: list[int] = []

    def end(status: int) -> None:
        statuses.append(status)
        ended.set()

    watch = Watch(0.05, end)
    with watch.film(1):
        assert ended.wait(20)
    watch.close()
    assert statuses == [HUNG]
    assert len(caplog.records) == 1


def test_no_more_is_fetched_than_a_file_may_be_large(tmp_path: Path) -> None:
    (tmp_path / "large.dcm").write_bytes(bytes(3_000_000))
    (tmp_path / "copy").mkdir()
    with pytest.raises(UnreadableFilm) as refused:
        fetch(f"file://{tmp_path}/large.dcm", tmp_path / "copy", 2_000_000)
    assert refused.value.reason == FileTooLarge(2_000_000)
    assert fetch(f"file://{tmp_path}/large.dcm", tmp_path / "copy", 3_000_000).stat().st_size == 3_000_000


def test_a_run_that_is_stopped_leaves_the_workers_free_and_the_next_one_goes_on(
    two_workers: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = study(tmp_path / "films", 20), tmp_path / "list.csv"
    written: list[bool] = []

    def count(_progress: Progress, *, failed: bool = False) -> None:
        written.append(failed)
        if len(written) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "count", count)
    with pytest.raises(KeyboardInterrupt):
        run(on(two_workers), out, folder)
    assert len(out.read_text("utf-8").splitlines()) == 1 + 20
    with two_workers.client() as client:
        assert not client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.tasks)
    assert run(on(two_workers), tmp_path / "list.sqlite", folder) == 0
