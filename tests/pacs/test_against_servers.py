"""Against DCMTK and Orthanc on loopback: what is sent is there, what is there is found, and comes back bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import RLELossless

from ptxviewer.core.archive import Query
from ptxviewer.core.engine import never_cancelled
from ptxviewer.core.errors import Cancelled, PtxError
from ptxviewer.core.pacs import Node, Station
from ptxviewer.core.reasons.pacs import Pacs, Refused
from ptxviewer.pacs import association
from ptxviewer.pacs.service import PacsService
from tests.dicom.made import in_study, ramp, save
from tests.pacs import hostile
from tests.pacs.servers import Orthanc, dcmqrscp, free_port, orthanc, program, running, storescp

UID = "1.2.826.0.1.3680043.10.777."


@pytest.fixture(scope="module")
def station() -> Station:
    return Station(port=free_port())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, station: Station) -> Iterator[Orthanc]:
    with orthanc(tmp_path_factory.mktemp("orthanc"), station) as one:
        yield one


@pytest.fixture
def service() -> PacsService:
    return PacsService()


def films(folder: Path, count: int = 2, **tags: object) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return [
        save(
            in_study(ramp(64, 48 + number), **{"StudyDate": f"202601{number + 1:02}", **tags}), folder / f"{number}.dcm"
        )
        for number in range(count)
    ]


def reason(call: Callable[..., object], *given: object) -> object:
    with pytest.raises(PtxError) as caught:
        call(*given)
    return caught.value.reason


# ---- send, find, fetch: by every kind of node


def round_trip(service: PacsService, node: Node, station: Station, folder: Path, patient: str) -> None:
    sent = films(folder / "sent", PatientID=patient)
    service.echo(node, station)
    deliveries = service.send(node, station, sent, never_cancelled)
    assert [(one.state, one.found) for one in deliveries] == [("stored", True)] * 2
    found = service.find(node, station, Query(patient), never_cancelled)
    assert [one.study.date for one in found] == ["2026-01-02", "2026-01-01"], "the newest first"
    assert {one.patient.id for one in found} == {patient}
    files = [file for one in found for file in service.fetch(node, station, one, folder / "in", never_cancelled).files]
    assert len(files) == 2
    for file, original in zip(reversed(files), sent, strict=True):
        assert pydicom.dcmread(file).PixelData == pydicom.dcmread(original).PixelData
        assert file.stat().st_mode & 0o077 == 0, "nobody else reads it"
        assert patient not in file.name
    again = service.fetch(node, station, found[0], folder / "in", never_cancelled)
    assert again.files[0] in files, "what was fetched before is not there twice"


def test_orthanc_by_dimse(service: PacsService, archive: Orthanc, station: Station, tmp_path: Path) -> None:
    round_trip(service, archive.dicom, station, tmp_path, "DIMSE-1")


def test_orthanc_by_dicomweb(service: PacsService, archive: Orthanc, station: Station, tmp_path: Path) -> None:
    round_trip(service, archive.web, station, tmp_path, "WEB-1")


def test_dcmqrscp_by_get_and_by_move(service: PacsService, station: Station, tmp_path: Path) -> None:
    with dcmqrscp(tmp_path / "get", station) as node:
        round_trip(service, node, station, tmp_path, "GET-1")
    with dcmqrscp(tmp_path / "move", station, "--disable-get") as node:
        round_trip(service, node, station, tmp_path / "move", "MOVE-1")


def test_move_comes_through_the_listener_that_runs(service: PacsService, station: Station, tmp_path: Path) -> None:
    arrived: list[Path] = []
    with dcmqrscp(tmp_path / "archive", station, "--disable-get") as node:
        service.send(node, station, films(tmp_path / "sent", 1), never_cancelled)
        stop = service.listen(station, [node.title], tmp_path / "in", arrived.append)
        try:
            [found] = service.find(node, station, Query("PAT-1"), never_cancelled)
            fetched = service.fetch(node, station, found, tmp_path / "in", never_cancelled)
        finally:
            stop()
    assert list(fetched.files) == arrived


def test_queries_narrow(service: PacsService, archive: Orthanc, station: Station, tmp_path: Path) -> None:
    films(tmp_path, 3, PatientID="NARROW", PatientName="Narrow^Mind", AccessionNumber="ACC-9")
    service.send(archive.dicom, station, sorted(tmp_path.glob("*.dcm")), never_cancelled)
    for node in (archive.dicom, archive.web):

        def count(query: Query, node: Node = node) -> int:
            return len(service.find(node, station, query, never_cancelled))

        assert count(Query("NARROW", since="2026-01-02")) == 2
        assert count(Query("NARROW", modalities=("SR",))) == 0
        assert count(Query(patient_name="narrow*")) == 3
        assert count(Query(accession="ACC-9")) == 3
        assert count(Query("NOBODY")) == 0
        assert reason(service.find, node, station, Query(patient_name="*"), never_cancelled) is Pacs.ASK_FOR_SOMETHING


def test_a_compressed_film_is_sent_and_fetched(service: PacsService, station: Station, tmp_path: Path) -> None:
    [film] = films(tmp_path / "sent", 1)
    ds = pydicom.dcmread(film)
    ds.compress(RLELossless)
    ds.save_as(film)
    with orthanc(tmp_path / "own", station) as one:
        for node in (one.dicom, one.web):
            assert service.send(node, station, [film], never_cancelled)[0].arrived
            [found] = service.find(node, station, Query("PAT-1"), never_cancelled)
            [file] = service.fetch(node, station, found, tmp_path / node.name, never_cancelled).files
            assert (pydicom.dcmread(file).pixel_array == ds.pixel_array).all()


# ---- partners that do not do as they should


def test_a_store_that_cannot_be_asked_is_no_failure(service: PacsService, station: Station, tmp_path: Path) -> None:
    with storescp(tmp_path / "store") as node:
        deliveries = service.send(node, station, films(tmp_path / "sent"), never_cancelled)
        assert [(one.state, one.found) for one in deliveries] == [("stored", None)] * 2
        assert len(list((tmp_path / "store").iterdir())) == 2


def test_what_is_no_dicom_costs_itself_alone(service: PacsService, station: Station, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 900)
    (tmp_path / "b.txt").write_text("no film")
    with storescp(tmp_path / "store") as node:
        sent = [tmp_path / "a.dcm", *films(tmp_path / "sent", 1), tmp_path / "b.txt", tmp_path / "gone.dcm"]
        states = [one.state for one in service.send(node, station, sent, never_cancelled)]
        assert states == ["failed", "stored", "failed", "failed"]
        deliveries = service.send(node, station, sent[:1], never_cancelled)
        assert deliveries[0].why is Pacs.NOT_DICOM


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--refuse",), Pacs.ASSOCIATION_REJECTED),
        (("--abort-after",), Pacs.DROPPED),
        (("--abort-during",), Pacs.DROPPED),
    ],
)
def test_a_partner_that_refuses_or_drops_the_line(
    service: PacsService, station: Station, tmp_path: Path, options: tuple[str, ...], why: Pacs
) -> None:
    with storescp(tmp_path / "store", *options) as node:
        assert reason(service.send, node, station, films(tmp_path / "sent"), never_cancelled) is why


def test_a_partner_that_takes_no_such_class(service: PacsService, station: Station, tmp_path: Path) -> None:
    [film] = films(tmp_path, 1)
    ds = pydicom.dcmread(film)
    ds.compress(RLELossless)
    ds.save_as(film)
    with storescp(tmp_path / "store") as node:
        both = [*films(tmp_path / "other", 1), film]
        assert [one.why for one in service.send(node, station, both, never_cancelled)] == [None, Pacs.CLASS_NOT_TAKEN]
        assert reason(service.send, node, station, [film], never_cancelled) is Pacs.NOT_OFFERED


def test_titles_that_are_not_known(service: PacsService, archive: Orthanc, station: Station) -> None:
    assert reason(service.echo, replace(archive.dicom, title="ELSE"), station) is Pacs.CALLED_UNKNOWN


def test_nobody_there(service: PacsService, station: Station) -> None:
    nobody = Node("x", title="X", host="127.0.0.1", port=free_port())
    assert reason(service.echo, nobody, station) is Pacs.NO_CONNECTION
    web = Node("x", "web", url=f"http://127.0.0.1:{free_port()}/dicom-web")
    assert reason(service.echo, web, station) is Pacs.NO_CONNECTION
    assert reason(service.echo, Node("x", title="X", host="nowhere.invalid"), station) is Pacs.NO_CONNECTION


def test_dicomweb_elsewhere_and_with_credentials(service: PacsService, station: Station, tmp_path: Path) -> None:
    users = {"AuthenticationEnabled": True, "RegisteredUsers": {"reader": "sécret"}}
    with orthanc(tmp_path / "own", station, **users) as one:
        assert reason(service.echo, one.web, station) is Pacs.UNAUTHORISED
        known = replace(one.web, auth="basic", user="reader", secret="sécret")
        service.echo(known, station)
        assert reason(service.echo, replace(known, url=known.url + "/x"), station) is Pacs.NO_SERVICE_THERE
        assert reason(service.echo, replace(one.web, auth="bearer", secret="x"), station) is Pacs.UNAUTHORISED


def test_cancelled_between_two_objects(
    service: PacsService, archive: Orthanc, station: Station, tmp_path: Path
) -> None:
    for node in (archive.dicom, archive.web):
        asked = iter([None, None])

        def checkpoint(asked: Iterator[None] = asked) -> None:
            try:
                next(asked)
            except StopIteration:
                raise Cancelled from None

        with pytest.raises(Cancelled):
            service.send(node, station, films(tmp_path / "sent", 5), checkpoint)


def test_a_full_disk_and_a_quota(service: PacsService, archive: Orthanc, station: Station, tmp_path: Path) -> None:
    service.send(archive.dicom, station, films(tmp_path / "sent", 1, PatientID="FULL"), never_cancelled)
    full = replace(station, quota_mb=0)
    for node in (archive.dicom, archive.web):
        [found] = service.find(node, station, Query("FULL"), never_cancelled)
        assert reason(service.fetch, node, full, found, tmp_path / "in", never_cancelled) is Pacs.QUOTA_REACHED
        assert list((tmp_path / "in").iterdir()) == []


# ---- encrypted


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ours.pem, ours.key of 127.0.0.1, signed by ca.pem; other.pem is an authority that signed nothing."""
    import subprocess

    folder = tmp_path_factory.mktemp("keys")
    tool = program("openssl", "openssl")

    def make(*words: str) -> None:
        subprocess.run([tool, *words], cwd=folder, check=True, capture_output=True)

    made_at_once = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj"]
    for name in ("ca", "other"):
        make(
            "req", "-x509", *made_at_once, f"/CN={name}", "-days", "2", "-keyout", f"{name}.key", "-out", f"{name}.pem"
        )
    make("req", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=ours", "-keyout", "ours.key", "-out", "ours.csr")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san"]
    make("x509", "-req", "-in", "ours.csr", *signing, "-out", "ours.pem")
    return folder


def test_tls_with_the_right_and_a_wrong_certificate(
    service: PacsService, station: Station, tmp_path: Path, keys: Path
) -> None:
    (tmp_path / "store").mkdir()
    port = free_port()
    tls = ["+tls", str(keys / "ours.key"), str(keys / "ours.pem"), "-ic"]
    command = [program("storescp", "dcmtk"), *tls, "-od", str(tmp_path / "store"), str(port)]
    with running(command, port):
        node = Node("tls", title="STORE", host="127.0.0.1", port=port, tls=True, ca=str(keys / "ca.pem"))
        service.echo(node, station)
        assert service.send(node, station, films(tmp_path / "sent", 1), never_cancelled)[0].arrived
        assert reason(service.echo, replace(node, ca=str(keys / "other.pem")), station) is Pacs.CERTIFICATE_REFUSED
        assert reason(service.echo, replace(node, ca=""), station) is Pacs.CERTIFICATE_REFUSED
        assert reason(service.echo, replace(node, ca=str(keys / "san")), station) is Pacs.CERTIFICATE_UNREADABLE
        assert reason(service.echo, replace(node, host="localhost"), station) is Pacs.CERTIFICATE_REFUSED
    with storescp(tmp_path / "plain") as plain:
        assert reason(service.echo, replace(plain, tls=True), station) in (
            Pacs.TLS_FAILED,
            Pacs.DROPPED,
            Pacs.TIMED_OUT,
        )


def test_dicomweb_with_the_right_and_a_wrong_certificate(
    service: PacsService, station: Station, tmp_path: Path, keys: Path
) -> None:
    both = tmp_path / "both.pem"
    both.write_text((keys / "ours.pem").read_text() + (keys / "ours.key").read_text())
    with hostile.web(hostile.reply(b"[]"), both) as one:
        node = replace(one, ca=str(keys / "ca.pem"))
        service.echo(node, station)
        assert reason(service.echo, replace(node, ca=str(keys / "other.pem")), station) is Pacs.CERTIFICATE_REFUSED
        assert reason(service.echo, replace(node, ca=""), station) is Pacs.CERTIFICATE_REFUSED


def test_the_listener_may_be_encrypted(service: PacsService, station: Station, tmp_path: Path, keys: Path) -> None:
    secure = replace(
        station, tls=True, certificate=str(keys / "ours.pem"), key=str(keys / "ours.key"), ca=str(keys / "ca.pem")
    )
    arrived: list[Path] = []
    stop = service.listen(secure, ["SENDER"], tmp_path / "in", arrived.append)
    try:
        us = Node("us", title=station.title, host="127.0.0.1", port=station.port, tls=True, ca=str(keys / "ca.pem"))
        anonymous = reason(service.echo, us, Station("SENDER"))
        assert anonymous in (Pacs.TLS_FAILED, Pacs.DROPPED), "who shows no certificate is not let in"
        known = replace(us, certificate=str(keys / "ours.pem"), key=str(keys / "ours.key"))
        assert service.send(known, Station("SENDER"), films(tmp_path / "sent", 1), never_cancelled)[0].arrived
    finally:
        stop()
    assert len(arrived) == 1


def test_the_status_of_a_refusal_is_told() -> None:
    assert association.why_status(0xA701) is Pacs.OUT_OF_RESOURCES
    assert association.why_status(0xC123) == Refused(0xC123)
