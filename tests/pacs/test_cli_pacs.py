"""The network from the command line: one sentence for what fails, nothing sent without a yes."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pydicom
import pytest

from ptxviewer.app.disk import pacs_file
from ptxviewer.cli import main as cli
from ptxviewer.cli import pacs
from ptxviewer.core.pacs import Node, PacsSettings, Station
from ptxviewer.core.reasons.pacs import Pacs, UnknownNode
from ptxviewer.paths import SETTINGS_DIR
from ptxviewer.words import say
from tests.dicom.made import in_study, ramp, save
from tests.fakes import FakeEngine
from tests.pacs.servers import dcmqrscp, free_port, orthanc, storescp


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SETTINGS_DIR, str(tmp_path / "settings"))
    return tmp_path / "settings" / pacs_file.NAME


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return save(in_study(ramp(300, 240)), tmp_path / "film.dcm")


def test_echo_by_name_and_spelled_out(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with storescp(tmp_path / "store") as node:
        pacs_file.save(settings, PacsSettings(nodes=(node,)))
        assert cli.main(["echo", "store"]) == 0
        assert cli.main(["echo", f"STORE@127.0.0.1:{node.port}"]) == 0
    assert capsys.readouterr().out == f"{say(Pacs.ECHOED)}\n" * 2
    assert cli.main(["echo", "store"]) == 1
    assert cli.main(["echo", "nobody"]) == 1
    assert cli.main(["echo", "ftp://x"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"ptxviewer: {say(Pacs.NO_CONNECTION)}"
    assert said[1] == f"ptxviewer: {say(UnknownNode('nobody'))}"
    assert len(said) == 3


def test_nothing_is_sent_without_a_yes(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    with storescp(tmp_path / "store") as node:
        to = ["--to", f"STORE@127.0.0.1:{node.port}"]
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
        assert cli.main(["send", str(film), *to]) == 2, "a pipe is nobody who says yes"
        monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
        assert cli.main(["send", str(film), *to]) == 2
        assert not list((tmp_path / "store").iterdir())
        monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
        assert cli.main(["send", str(film), *to]) == 0
        assert len(list((tmp_path / "store").iterdir())) == 1
    assert "STORE@127.0.0.1" in capsys.readouterr().err, "the question says where it goes"


def test_what_failed_is_named_and_sent_again(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.txt").write_text("no film")
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    with storescp(tmp_path / "store") as node:
        sent = ["send", str(film), str(tmp_path / "text.txt"), "--to", f"STORE@127.0.0.1:{node.port}", "--yes"]
        assert cli.main(sent) == 1
    said = capsys.readouterr()
    assert said.err.count("text.txt") == 1
    assert say(Pacs.NOT_DICOM) in said.err
    waits.clear()
    assert cli.main(["send", str(film), "--to", f"X@127.0.0.1:{free_port()}", "--yes", "--retries", "1"]) == 1
    assert pacs.RETRY_S in waits
    assert say(Pacs.NO_CONNECTION) in capsys.readouterr().err


def test_results_of_export_go_there_and_come_back(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "make_engine", lambda *_: FakeEngine())
    assert cli.main(["export", str(film), "--out", str(tmp_path / "out")]) == 0
    with orthanc(tmp_path / "orthanc", Station()) as archive:
        where = f"ORTHANC@127.0.0.1:{archive.dicom.port}"
        assert cli.main(["send", str(tmp_path / "out"), str(film), "--to", where, "--yes"]) == 0
        capsys.readouterr()
        modalities = [word for kind in ("SR", "DX") for word in ("--modality", kind)]
        assert cli.main(["query", "--from", where, "--patient-id", "PAT-1", "--json", *modalities]) == 0
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {one["modality"] for one in found} == {"SR", "DX"}
        assert cli.main(["query", "--from", where, "--patient-id", "PAT-1"]) == 0
        assert "\tDX\t1\tPAT-1\t" in capsys.readouterr().out
        for node in (where, archive.web.url):
            back = tmp_path / node[:5]
            got = ["fetch", "--from", node, "--patient-id", "PAT-1", "--modality", "SR", "--out", str(back)]
            assert cli.main(got) == 0
            [report] = [pydicom.dcmread(path) for path in back.iterdir()]
            assert report.Modality == "SR"
    assert cli.main(["query", "--from", where]) == 1
    assert say(Pacs.ASK_FOR_SOMETHING) in capsys.readouterr().err


def test_nothing_found_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with dcmqrscp(tmp_path / "qr", Station()) as node:
        where = f"ARCHIVE@127.0.0.1:{node.port}"
        assert cli.main(["query", "--from", where, "--patient-id", "X"]) == 1
        assert cli.main(["fetch", "--from", where, "--patient-id", "X", "--out", str(tmp_path / "in")]) == 1
    assert capsys.readouterr().err.count(say(Pacs.NOTHING_THERE)) == 2


def test_listen_takes_films_until_it_is_stopped(film: Path, tmp_path: Path) -> None:
    port, out = free_port(), tmp_path / "in"
    words = [
        "listen",
        "--out",
        str(out),
        "--port",
        str(port),
        "--caller",
        "SENDER",
        "--title",
        "US",
        "--language",
        "en",
    ]
    environment = {**os.environ, SETTINGS_DIR: str(tmp_path / "settings")}
    with subprocess.Popen(
        [sys.executable, "-m", "ptxviewer", *words], stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        assert f"port {port}" in server.stdout.readline()
        to = ["--to", f"US@127.0.0.1:{port}", "--title", "SENDER", "--yes"]
        assert cli.main(["send", str(film), *to]) == 0
        server.send_signal(signal.SIGTERM)
        assert "1 object received." in server.stdout.read()
        assert server.wait(20) == 0
    assert len(list(out.iterdir())) == 1


def test_the_nodes_are_kept_for_this_user_alone_and_damage_is_put_aside(settings: Path) -> None:
    node = Node("web", "web", url="https://x.example/dicom", auth="bearer", secret="token")
    kept = PacsSettings(Station("US", listen=True, port=104), (node,), 3)
    pacs_file.save(settings, kept)
    assert pacs_file.load(settings) == kept
    assert settings.stat().st_mode & 0o777 == 0o600
    assert "token" not in repr(kept)
    for damage in (b"{", b"[]", b'{"nodes":[{"name":"x","port":"a"}]}', b'{"nodes":[{"name":"x"}]}', b'{"years":-1}'):
        settings.write_bytes(damage)
        told: list[object] = []
        assert pacs_file.load(settings, told.append) == PacsSettings()
        assert len(told) == 1
        assert settings.with_suffix(".damaged").read_bytes() == damage
        assert not settings.exists()


def test_no_network_library_is_imported_before_it_is_used() -> None:
    rooms = "ptxviewer.pacs.service, ptxviewer.cli.main, ptxviewer.cli.pacs, ptxviewer.ui.services"
    code = (
        f"import sys, {rooms}; print({{'pynetdicom', 'dicomweb_client', 'requests', 'highdicom'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
