"""Partners that hang, lie, flood and babble: every one costs a sentence, and nothing half done is left."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from ptxviewer.core.archive import FoundSeries, Query
from ptxviewer.core.engine import never_cancelled
from ptxviewer.core.errors import PtxError
from ptxviewer.core.pacs import Node, Station
from ptxviewer.core.reasons.pacs import Pacs, Refused
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.dicom.read import read_film
from ptxviewer.pacs import association, incoming, listener, web
from ptxviewer.pacs.service import PacsService
from ptxviewer.paths import sample_study
from tests.dicom.made import in_study, ramp, save
from tests.pacs import hostile
from tests.pacs.servers import free_port

ME = Station("SENDER")
SERIES = FoundSeries("1.2.3", "1.2.3.4")


@pytest.fixture
def service() -> PacsService:
    return PacsService()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return save(in_study(ramp(64, 64)), tmp_path / "film.dcm")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(association, "ANSWER_S", 0.2)
    monkeypatch.setattr(association, "CONNECT_S", 0.2)
    monkeypatch.setattr(web, "ANSWER_S", 0.2)


def reason(call: Callable[..., object], *given: object) -> object:
    with pytest.raises(PtxError) as caught:
        call(*given)
    return caught.value.reason


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("behave", "why"),
    [
        (hostile.silent, {Pacs.TIMED_OUT}),
        (hostile.hangs_up, {Pacs.DROPPED}),
        (hostile.babbles, {Pacs.DROPPED, Pacs.TIMED_OUT}),
    ],
)
def test_a_partner_that_speaks_no_dicom(
    service: PacsService, film: Path, behave: Callable[..., None], why: set[Pacs]
) -> None:
    with hostile.peer(behave) as node:
        assert reason(service.echo, node, ME) in why
        assert reason(service.send, node, ME, [film], never_cancelled) in why
        assert reason(service.find, node, ME, Query("X"), never_cancelled) in why


def test_a_refusal_that_was_lost_with_the_line_is_asked_for_once_more(service: PacsService) -> None:
    rejection = b"\x03\x00\x00\x00\x00\x04\x00\x01\x01\x07"  # PS3.8 table 9-21: called AE title not recognised
    lines: list[socket.socket] = []

    def loses_its_first_answer(line: socket.socket) -> None:
        lines.append(line)
        if len(lines) == 1:
            return hostile.hangs_up(line)
        line.recv(1 << 16)
        line.sendall(rejection)
        return hostile.silent(line)

    with hostile.peer(loses_its_first_answer) as node:
        assert reason(service.echo, node, ME) is Pacs.CALLED_UNKNOWN
    assert len(lines) == 2


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("behave", [hostile.silent, hostile.hangs_up, hostile.babbles])
def test_a_partner_that_speaks_no_tls(service: PacsService, behave: Callable[..., None]) -> None:
    with hostile.peer(behave) as node:
        secure = replace(node, tls=True)
        assert reason(service.echo, secure, ME) in (Pacs.TIMED_OUT, Pacs.DROPPED, Pacs.TLS_FAILED)


def assert_web(service: PacsService, film: Path, behave: Callable[..., None], why: Pacs) -> None:
    with hostile.peer(behave) as line:
        node = Node("web", "web", url=f"http://127.0.0.1:{line.port}/x")
        assert reason(service.echo, node, ME) is why
        assert reason(service.send, node, ME, [film], never_cancelled) is why


@pytest.mark.usefixtures("impatient")
def test_web_services_that_hang(service: PacsService, film: Path) -> None:
    assert_web(service, film, hostile.silent, Pacs.TIMED_OUT)


def test_web_services_that_end(service: PacsService, film: Path) -> None:
    """With the usual patience: a computer that is busy takes longer than an impatient one waits."""
    assert_web(service, film, hostile.hangs_up, Pacs.DROPPED)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"[[[",
        b'{"a": 1}',
        b'[{"00100010": 7}]',
        json.dumps([{"0020000D": {"vr": "UI", "Value": [{"x": []}]}}]).encode(),
        b"[" * 100_000,
    ],
)
def test_answers_that_mean_nothing(service: PacsService, body: bytes) -> None:
    with hostile.web(hostile.reply(body)) as node:
        assert reason(service.find, node, ME, Query("X"), never_cancelled) is Pacs.ANSWER_UNREADABLE


@pytest.mark.parametrize(
    ("status", "why"),
    [(401, Pacs.UNAUTHORISED), (404, Pacs.NO_SERVICE_THERE), (418, Refused(418)), (503, Pacs.SERVER_FAILED)],
)
def test_refusals_of_the_web(service: PacsService, status: int, why: object) -> None:
    with hostile.web(hostile.reply(b"Patient Doe is not here", status=status)) as node:
        assert reason(service.echo, node, ME) == why


def test_stow_says_why_an_object_was_not_stored_and_what_was_altered(service: PacsService, film: Path) -> None:
    failed = json.dumps({"00081198": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [272]}}]}}).encode()
    altered = json.dumps({"00081199": {"vr": "SQ", "Value": [{"00081196": {"vr": "US", "Value": [45056]}}]}}).encode()
    with hostile.web(hostile.reply(failed, status=409)) as node:
        [one] = service.send(node, ME, [film], never_cancelled)
        assert (one.state, one.why) == ("failed", Refused(272))
    with hostile.web(hostile.reply(altered)) as node:
        [one] = service.send(node, ME, [film], never_cancelled)
        assert (one.state, one.why, one.found) == ("warned", Pacs.STORED_ALTERED, True)


def multipart(*parts: bytes) -> tuple[bytes, str]:
    body = b"".join(b"\r\n--limit\r\nContent-Type: application/dicom\r\n\r\n" + part for part in parts)
    return body + b"\r\n--limit--", 'multipart/related; type="application/dicom"; boundary=limit'


def test_a_film_that_is_none_keeps_those_before_it(service: PacsService, film: Path, tmp_path: Path) -> None:
    with hostile.web(hostile.reply(*multipart(film.read_bytes(), b"rubbish"))) as node:
        fetched = service.fetch(node, ME, SERIES, tmp_path / "in", never_cancelled)
    assert len(fetched.files) == 1
    assert fetched.missing == 1


def test_a_line_that_ends_half_way_leaves_no_half_film(service: PacsService, film: Path, tmp_path: Path) -> None:
    body, kind = multipart(film.read_bytes())

    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])

    with hostile.web(half) as node:
        assert reason(service.fetch, node, ME, SERIES, tmp_path / "in", never_cancelled) in (
            Pacs.ANSWER_UNREADABLE, Pacs.DROPPED, Pacs.NO_CONNECTION,
        )  # fmt: skip
    assert list((tmp_path / "in").iterdir()) == []


def test_a_flood_is_cut(service: PacsService, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGEST_OBJECT", 1000)
    with hostile.web(hostile.reply(*multipart(film.read_bytes()))) as node:
        why = reason(service.fetch, node, ME, SERIES, tmp_path / "in", never_cancelled)
        assert why is Pacs.ANSWER_TOO_LARGE
    cut = association.Bounded(5000)
    monkeypatch.setattr("ptxviewer.pacs.listener.Bounded", lambda: cut)
    us = Node("us", title=ME.title, host="127.0.0.1", port=free_port())
    arrived: list[Path] = []
    stop = service.listen(replace(ME, port=us.port), ["ELSE"], tmp_path / "received", arrived.append)
    try:
        large = save(in_study(ramp(300, 300)), tmp_path / "large.dcm")
        assert reason(service.send, us, Station("ELSE"), [large], never_cancelled) in (Pacs.DROPPED, Pacs.TIMED_OUT)
        small = save(in_study(ramp(32, 32)), tmp_path / "small.dcm")
        assert service.send(us, Station("ELSE"), [small] * 3, never_cancelled)[2].arrived
    finally:
        stop()
    assert len(set(arrived)) == 1
    assert len(list((tmp_path / "received").iterdir())) == 1


@pytest.mark.usefixtures("impatient")
def test_a_partner_that_stops_reading_half_way_holds_nobody(service: PacsService, tmp_path: Path) -> None:
    large = save(in_study(ramp(1500, 3000)), tmp_path / "large.dcm")  # more than the system keeps for a slow reader
    us = Node("us", title=ME.title, host="127.0.0.1", port=free_port())
    stop = service.listen(replace(ME, port=us.port), ["KNOWN"], tmp_path / "in", print)
    with hostile.peer(hostile.stops_reading(us.port, 100_000)) as slow:
        try:
            node = replace(slow, title=ME.title)
            why = reason(service.send, node, Station("KNOWN"), [large], never_cancelled)
            assert why in (Pacs.TIMED_OUT, Pacs.DROPPED)
        finally:
            stop()
    assert list((tmp_path / "in").iterdir()) == [], "no half film"


# ---- our own listener


def test_connections_that_say_nothing_hold_up_neither_films_nor_the_end(
    service: PacsService, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "HELLO_S", 0.5)
    us = Node("us", title=ME.title, host="127.0.0.1", port=free_port())
    stop = service.listen(replace(ME, port=us.port), ["KNOWN"], tmp_path / "in", lambda _path: None)
    silent = [socket.create_connection(("127.0.0.1", us.port)) for _ in range(5)]
    try:
        silent[0].sendall(b"\x01\x00")
        silent[1].sendall(b"\xff" * 500)
        assert service.send(us, Station("KNOWN"), [film], never_cancelled)[0].arrived
    finally:
        stop()
        for one in silent:
            one.close()


def test_only_partners_that_are_known_by_the_name_that_we_have(
    service: PacsService, film: Path, tmp_path: Path
) -> None:
    us = Node("us", title=ME.title, host="127.0.0.1", port=free_port())
    arrived: list[Path] = []
    stop = service.listen(replace(ME, port=us.port), ["KNOWN"], tmp_path / "in", arrived.append)
    try:
        assert reason(service.send, us, Station("LIAR"), [film], never_cancelled) is Pacs.CALLING_UNKNOWN
        wrong = replace(us, title="ELSE")
        assert reason(service.send, wrong, Station("KNOWN"), [film], never_cancelled) is Pacs.CALLED_UNKNOWN
        assert arrived == []
        assert service.send(us, Station("KNOWN"), [film], never_cancelled)[0].arrived
        second = service.listen
        assert reason(second, replace(ME, port=us.port), ["KNOWN"], tmp_path / "in", arrived.append) is Pacs.PORT_TAKEN
    finally:
        stop()
    assert [path.parent for path in arrived] == [tmp_path / "in"]
    elsewhere = replace(ME, address="192.0.2.1", port=free_port())
    assert reason(service.listen, elsewhere, [], tmp_path / "in", arrived.append) is Pacs.ADDRESS_NOT_OURS


def test_no_room_and_no_permission_are_told_to_the_sender(
    service: PacsService, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    us = Node("us", title=ME.title, host="127.0.0.1", port=free_port())
    stop = service.listen(replace(ME, port=us.port, quota_mb=0), ["KNOWN"], tmp_path / "in", print)
    try:
        [one] = service.send(us, Station("KNOWN"), [film], never_cancelled)
        assert (one.state, one.why) == ("failed", Pacs.OUT_OF_RESOURCES)
        assert list((tmp_path / "in").iterdir()) == []
    finally:
        stop()
    full = NotWritten(Unwritten.FILE, Writing.DISK_FULL)

    def no_room(*_given: object, **_named: object) -> None:
        raise PtxError(full)

    monkeypatch.setattr(incoming, "write_atomic", no_room)
    stop = service.listen(replace(ME, port=us.port), ["KNOWN"], tmp_path / "in", print)
    try:
        assert service.send(us, Station("KNOWN"), [film], never_cancelled)[0].why is Pacs.OUT_OF_RESOURCES
    finally:
        stop()
    (tmp_path / "file").write_text("no folder")
    assert reason(service.listen, ME, [], tmp_path / "file" / "in", print) == NotWritten(
        Unwritten.FILE, Writing.FOLDER_NOT_MADE
    )


def test_a_deflated_film_arrives_as_it_is(service: PacsService, tmp_path: Path) -> None:
    us = Node("us", title=ME.title, host="127.0.0.1", port=free_port())
    arrived: list[Path] = []
    stop = service.listen(replace(ME, port=us.port), ["KNOWN"], tmp_path / "in", arrived.append)
    try:
        assert service.send(us, Station("KNOWN"), [sample_study()[0]], never_cancelled)[0].arrived
    finally:
        stop()
    assert read_film(arrived[0]).key == read_film(sample_study()[0]).key


# ---- nothing of a patient in any log


def test_no_name_no_id_no_uid_in_any_log(
    service: PacsService, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    traces = ("Planted", "PLANTED-7", "1.2.826.0.1.3680043.10.4711")
    film = save(
        in_study(ramp(32, 32), PatientName="Planted^Name", PatientID=traces[1], SOPInstanceUID=traces[2] + ".1",
                 StudyInstanceUID=traces[2]),
        tmp_path / "film.dcm",
    )  # fmt: skip
    us = Node("us", title=ME.title, host="127.0.0.1", port=free_port())
    stop = service.listen(replace(ME, port=us.port), ["KNOWN"], tmp_path / "in", lambda _path: None)
    try:
        service.send(us, Station("KNOWN"), [film], never_cancelled)
        reason(service.find, us, Station("KNOWN"), Query(traces[1]), never_cancelled)
    finally:
        stop()
    with hostile.web(hostile.reply(json.dumps(traces).encode())) as node:
        reason(service.find, node, ME, Query(traces[1], patient_name="Planted*"), never_cancelled)
        reason(service.send, node, ME, [film], never_cancelled)
    said = caplog.text + "".join(capfd.readouterr())
    assert not [trace for trace in traces if trace.lower() in said.lower()]
    assert {record.name.partition(".")[0] for record in caplog.records} <= {"ptxviewer"}
