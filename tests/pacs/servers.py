"""Real archives on loopback, started for a test: DCMTK's and Orthanc; skipped with the reason where they are absent."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ptxviewer.core.pacs import Node, Station

START_S = 20
PLUGINS = (Path("/usr/share/orthanc/plugins"), Path("/usr/lib/orthanc"), Path("/usr/local/share/orthanc/plugins"))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def program(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    return found or absent(f"{name} is not installed (Debian package {package})")


def absent(why: str) -> str:
    """Skip the test; the gate installs what is needed here, and fails without it."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def running(command: Sequence[str], port: int, cwd: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers on ``port``; it ends with the test."""
    server = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + START_S
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert server.poll() is None, "the server ended at once"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.02)
        yield server
    finally:
        server.kill()  # Orthanc takes seconds to end by itself
        server.wait(10)


@contextmanager
def storescp(folder: Path, *options: str, title: str = "STORE") -> Iterator[Node]:
    folder.mkdir(exist_ok=True)
    port = free_port()
    with running([program("storescp", "dcmtk"), "-aet", title, "-od", str(folder), *options, str(port)], port):
        yield Node("store", title=title, host="127.0.0.1", port=port)


@contextmanager
def dcmqrscp(folder: Path, station: Station, *options: str) -> Iterator[Node]:
    """An archive that knows ``station`` alone, and moves to its address."""
    data, port = folder / "data", free_port()
    data.mkdir(parents=True)
    config = folder / "qr.cfg"
    config.write_text(
        f"""NetworkTCPPort = {port}
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
us = ({station.title}, localhost, {station.port})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
ARCHIVE {data} RW (500, 1024mb) us
AETable END
"""
    )
    with running([program("dcmqrscp", "dcmtk"), *options, "-c", str(config)], port, folder):
        yield Node("archive", title="ARCHIVE", host="127.0.0.1", port=port)


@dataclass(frozen=True)
class Orthanc:
    """One archive by both its doors. ``mover`` refuses C-GET, which makes us take C-MOVE."""

    dicom: Node
    web: Node
    http: int

    def delete_all(self) -> None:
        from urllib.request import Request, urlopen

        for study in json.load(urlopen(f"http://127.0.0.1:{self.http}/studies", timeout=10)):
            urlopen(Request(f"http://127.0.0.1:{self.http}/studies/{study}", method="DELETE"), timeout=10).close()

    def count(self) -> int:
        from urllib.request import urlopen

        return int(json.load(urlopen(f"http://127.0.0.1:{self.http}/statistics", timeout=10))["CountInstances"])


@contextmanager
def orthanc(folder: Path, station: Station, **config: object) -> Iterator[Orthanc]:
    executable = program("Orthanc", "orthanc")
    plugin = next((p for where in PLUGINS for p in where.glob("libOrthancDicomWeb.so*")), None)
    if plugin is None:
        absent("Orthanc's DICOMweb is not installed (Debian package orthanc-dicomweb)")
    folder.mkdir(exist_ok=True)
    dicom, http = free_port(), free_port()
    settings = {
        "Name": "test",
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "Plugins": [str(plugin)],
        "DicomAet": "ORTHANC",
        "DicomPort": dicom,
        "HttpPort": http,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomCheckCalledAet": True,
        "DicomModalities": {"us": [station.title, "127.0.0.1", station.port]},
        "DicomAlwaysAllowGet": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowMove": True,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        "SyncStorageArea": False,  # nothing here outlives the test
        "ConcurrentJobs": 2,
        **config,
    }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings))
    with running([executable, str(path)], http):
        yield Orthanc(
            Node("orthanc", title="ORTHANC", host="127.0.0.1", port=dicom),
            Node("web", "web", url=f"http://127.0.0.1:{http}/dicom-web"),
            http,
        )
