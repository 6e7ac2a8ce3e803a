"""Minutes with a cluster (``make cluster-test``): workers killed every ten seconds, a scheduler that dies, TLS."""

from __future__ import annotations

import importlib.util
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import psutil
import pytest

from ptxviewer.cli.cluster.options import Patience, Where
from ptxviewer.cli.progress import Progress
from ptxviewer.core.errors import PtxError
from ptxviewer.core.reasons.cluster import Cluster, WaitsForWorkers
from ptxviewer.inference.card import info_of, read_card
from ptxviewer.inference.shipped import make_engine
from ptxviewer.paths import bundle_dir
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom
from ptxviewer.results.store import ResultStore
from ptxviewer.words import say
from tests.cluster import engines
from tests.cluster.rig import Site, site
from tests.cluster.test_cluster import kept, on, run, study
from tests.dicom.made import dataset, save

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the extra 'cluster' is missing"),
]
EVERY_S = 10.0


@contextmanager
def killing(made: Site, every_s: float = EVERY_S) -> Iterator[list[int]]:
    """Kill one worker after the other, as long as the context lasts; the result is which."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.wait(every_s):
            pids = sorted(made.pids().values())
            if pids:
                os.kill(pids[len(killed) % len(pids)], signal.SIGKILL)
                killed.append(len(killed))

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def cpu_s() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def test_two_thousand_films_over_four_workers_with_one_killed_every_ten_seconds(tmp_path: Path) -> None:
    begun, spent = time.monotonic(), cpu_s()
    folder = study(tmp_path / "films", 2000)
    assert run(None, tmp_path / "one.sqlite", folder) == 0
    with site(tmp_path / "site") as made:
        made.workers(4, CPU_MS="20")
        made.ready(4)
        started, before = time.monotonic(), cpu_s()
        with killing(made) as killed:
            assert run(on(made), tmp_path / "many.sqlite", folder) == 0
        took = time.monotonic() - started
        spent_by_workers = sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in made.pids().values())
    cpu = cpu_s() - before + spent_by_workers
    print(f"{len(killed)} killed in {took:.0f} s, CPU {cpu:.0f} s, load {os.getloadavg()[0]:.1f};", end=" ")
    print(f"with films and the run on one computer {time.monotonic() - begun:.0f} s, CPU {cpu_s() - spent:.0f} s")
    assert killed
    assert kept(tmp_path / "many.sqlite") == kept(tmp_path / "one.sqlite")
    assert len(kept(tmp_path / "many.sqlite")) == 2000


@pytest.mark.weights
def test_the_shipped_network_gives_the_store_of_one_computer_though_workers_are_killed(tmp_path: Path) -> None:
    folder = phantoms(tmp_path / "films", int(os.environ.get("FILMS", "200")))
    network = info_of(read_card(bundle_dir()), "balanced")
    with site(tmp_path / "site") as made:
        made.workers(2)
        made.ready(2)
        cluster = replace(on(made), info=network, make=make_engine, device="cpu")
        started = time.monotonic()
        run(cluster, tmp_path / "one.sqlite", folder)
        print(f"undisturbed {time.monotonic() - started:.0f} s")
        started = time.monotonic()
        with killing(made, float(os.environ.get("KILL_S", EVERY_S))) as killed:  # a worker has to load the network
            run(cluster, tmp_path / "many.sqlite", folder)
    print(f"{len(killed)} killed in {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")
    one = kept(tmp_path / "one.sqlite")
    assert {row["status"] for row in one.values()} <= {"analysed", "not shown"}
    assert kept(tmp_path / "many.sqlite") == one


def phantoms(folder: Path, count: int) -> Path:
    """Make films that look like a chest, each with pixels of its own."""
    folder.mkdir()
    for number in range(count):
        if number % max(1, count // 4) == 0:
            side: Literal["right", "left"] = "left" if number else "right"
            film = film_of(make_phantom(PhantomSpec(side=side, size=0.5, seed=number)))
            pixels = film.pixels.copy()
        pixels[0, 0] = number
        save(dataset(pixels, 16, ViewPosition="PA"), folder / f"{number}.dcm")
    return folder


def test_a_scheduler_that_dies_ends_the_run_with_a_sentence_and_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, out = study(tmp_path / "films", 60), tmp_path / "list.sqlite"
    written: list[bool] = []

    def count(_progress: Progress, *, failed: bool = False) -> None:
        written.append(failed)
        if len(written) == 20:
            made.kill_scheduler()

    monkeypatch.setattr(Progress, "count", count)
    with site(tmp_path / "first") as made:
        made.workers(2)
        made.ready(2)
        with pytest.raises(PtxError) as lost:
            run(on(made), out, folder)
    assert lost.value.reason is Cluster.SCHEDULER_LOST
    assert capfd.readouterr().err == ""
    with ResultStore(out, writable=False) as store:
        there = store.count()
    assert 20 <= there < 60
    with site(tmp_path / "second") as other:
        other.workers(1)
        other.ready(1)
        assert run(on(other), out, folder) == 0
    assert len(written) == 60
    assert len(kept(out)) == 60


def test_workers_that_the_nanny_ends_for_their_memory_cost_one_film_and_no_other(tmp_path: Path) -> None:
    folder = study(tmp_path / "films", 30)
    large = study(tmp_path / "large", 1, lambda _number: engines.FILLS)
    with site(tmp_path / "site") as made:
        made.workers(2, memory="1GB", TRIED=str(tmp_path / "tried"))
        made.ready(2)
        assert run(on(made), tmp_path / "list.sqlite", large, folder) == 1
    rows = kept(tmp_path / "list.sqlite")
    assert [row["reason"] for row in rows.values() if row["status"] == "failed"] == [Cluster.WORKERS_ENDED.code]
    assert len(rows) == 31
    assert len(set((tmp_path / "tried").read_text("ascii").splitlines())) == 2


def test_a_scheduler_without_workers_is_waited_for_and_that_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, patience = study(tmp_path / "films", 1), Patience(wait_s=1, silent_s=0.2)
    with site(tmp_path / "site") as made:
        made.written()
        with pytest.raises(PtxError) as alone:
            run(on(made, patience=patience), tmp_path / "list.sqlite", folder)
        assert alone.value.reason is Cluster.NO_WORKERS
        assert capfd.readouterr().err == f"ptxviewer: {say(WaitsForWorkers(1))}\n"
        command = [sys.executable, "-m", "ptxviewer", "triage", str(folder), "--out", str(tmp_path / "b.sqlite")]
        with subprocess.Popen(
            [*command, "--scheduler", str(made.file), "--language", "en"], stderr=subprocess.PIPE
        ) as waiting:
            assert waiting.stderr is not None
            assert waiting.stderr.readline().decode() == f"ptxviewer: {say(WaitsForWorkers(10))}\n"
            waiting.send_signal(signal.SIGINT)
            assert waiting.wait(30) == 130
            assert b"Traceback" not in waiting.stderr.read()


def test_two_schedulers_and_two_runs_on_one_keep_to_themselves(tmp_path: Path) -> None:
    folders = [study(tmp_path / name, 40) for name in ("a", "b", "c")]
    with site(tmp_path / "first") as first, site(tmp_path / "second") as second:
        for made in (first, second):
            made.workers(1, threads=2)
            made.ready(1)
        sites = (first, first, second)
        ended: list[int] = []
        threads = [
            threading.Thread(target=lambda made=made, folder=folder: ended.append(
                run(on(made), folder.with_suffix(".sqlite"), folder)))
            for made, folder in zip(sites, folders, strict=True)
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ended == [0, 0, 0]
    assert [len(kept(folder.with_suffix(".sqlite"))) for folder in folders] == [40, 40, 40]


def test_with_tls_only_who_has_a_certificate_gets_in(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    ca, key, certificate = certificates(tmp_path)
    folder = study(tmp_path / "films", 6)
    options = ("--protocol", "tls", "--tls-ca-file", str(ca), "--tls-cert", str(certificate), "--tls-key", str(key))
    with site(tmp_path / "site", *options) as made:
        made.workers(1)
        inside = Where(str(made.file), ca, certificate, key)
        made.written()
        assert run(on(made, where=inside), tmp_path / "list.sqlite", folder) == 0
        command = [sys.executable, "-m", "ptxviewer", "triage", str(folder), "--out", str(tmp_path / "other.sqlite")]
        outside = [*command, "--scheduler", inside.address(), "--tls-ca", str(ca), "--language", "en"]
        refused = subprocess.run(outside, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"ptxviewer: {say(Cluster.SCHEDULER_UNREACHABLE)}\n"
    assert len(kept(tmp_path / "list.sqlite")) == 6


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Make an authority, and a key with its certificate."""
    ca, ca_key, key, certificate = (folder / name for name in ("ca.pem", "ca.key", "node.key", "node.pem"))
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj"]
    authority = ["/CN=authority", "-keyout", str(ca_key), "-out", str(ca)]
    node = ["/CN=node", "-keyout", str(key), "-out", str(certificate), "-CA", str(ca), "-CAkey", str(ca_key)]
    for asked in (authority, node):
        subprocess.run([*new, *asked], check=True, capture_output=True)
    return ca, key, certificate
