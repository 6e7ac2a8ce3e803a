"""The hospital's network in the window's behaviour: nothing is lost that was to be sent, priors are the patient's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ptxviewer.app.disk.outbox import LIST
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.archive import FoundSeries
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.film import Patient, Study
from ptxviewer.core.pacs import Delivery, PacsSettings, Station
from ptxviewer.core.reasons.pacs import FilmsFetched, Pacs, Refused, Sent, UnknownNode
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from tests.app.hospital import ARCHIVE, JANE, Hospital
from tests.fakes import FakeResults


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    one = Hospital(tmp_path)
    one.open("a.dcm")
    one.settle()
    return one


# ---- sending


def test_results_are_sent_and_leave_the_disk(hospital: Hospital) -> None:
    hospital.send()
    hospital.settle()
    assert hospital.network.sent == [("Archive", [b"a.dcm .sr", b"a.dcm .gsps"])]
    assert hospital.state.message == Sent(2, "Archive")
    assert [one.arrived for one in hospital.parcels] == [True]
    assert hospital.on_disk == []


def test_what_is_sent_tells_the_change_to_the_prior_as_what_is_saved_does(hospital: Hospital) -> None:
    hospital.open("prior.dcm", "now.dcm")
    hospital.settle()
    hospital.presenter.pacs.sending.results("Archive", [film.id for film in hospital.state.films[1:]], ("sr",))
    hospital.settle()
    prior, now = hospital.written
    assert prior.compared is None
    assert now.compared is not None


def test_a_film_is_sent_as_it_lies_there(hospital: Hospital, tmp_path: Path) -> None:
    film = tmp_path / "film.dcm"
    film.write_bytes(b"as it is")
    hospital.open(str(film))
    hospital.settle()
    hospital.presenter.pacs.sending.film("Web", [hospital.film.id])
    hospital.settle()
    assert hospital.network.sent == [("Web", [b"as it is"])]


def test_what_does_not_arrive_waits_and_is_tried_again_by_itself(hospital: Hospital) -> None:
    hospital.network.why = Pacs.NO_CONNECTION
    hospital.send()
    hospital.settle()
    assert hospital.state.banner is not None
    assert hospital.state.banner.reason is Pacs.NO_CONNECTION
    hospital.network.why = None
    hospital.presenter.pacs.sending.pump()
    hospital.settle()
    assert hospital.network.sent == [], "not at once"
    hospital.when += timedelta(minutes=1)
    hospital.presenter.pacs.sending.pump()
    hospital.settle()
    assert len(hospital.network.sent) == 1
    assert hospital.on_disk == []


def test_the_queue_survives_a_restart(hospital: Hospital) -> None:
    hospital.network.why = Pacs.TIMED_OUT
    hospital.send()
    hospital.settle()
    after = hospital.restarted()
    assert after.network.sent == [("Archive", [b"a.dcm .sr", b"a.dcm .gsps"])]
    assert after.on_disk == []


def test_a_program_that_is_killed_while_it_sends_sends_again(hospital: Hospital) -> None:
    hospital.send()
    while not hospital.sender.jobs:
        hospital.turn(hospital.disk)
    hospital.sender.jobs.clear()  # no goodbye
    after = Hospital(hospital.folder)
    assert len(after.network.sent) == 1


def test_a_parcel_that_was_being_packed_when_the_program_was_killed_is_gone(hospital: Hospital) -> None:
    half = hospital.folder / "outbox" / "0123"
    half.mkdir(parents=True)
    (half / "0.dcm").write_bytes(b"half")
    after = hospital.restarted()
    assert after.on_disk == []
    assert not after.parcels


@pytest.mark.parametrize("damage", ["{", "[]", '{"version": 1}', '{"version": 1, "deliveries": [{"why": 3}]}'])
def test_a_damaged_parcel_is_put_aside_and_told(hospital: Hospital, damage: str) -> None:
    hospital.network.why = Pacs.TIMED_OUT
    hospital.send()
    hospital.settle()
    [record] = (hospital.folder / "outbox").glob(f"*/{LIST}")
    record.write_text(damage)
    after = hospital.restarted()
    assert not after.parcels
    assert after.state.banner is not None
    assert after.state.banner.reason is Pacs.QUEUE_UNREADABLE
    assert len(after.on_disk) == 3, "nothing is deleted"
    assert after.restarted().state.banner is None, "told once"


def test_nobody_else_reads_the_queue_and_it_names_no_patient(hospital: Hospital) -> None:
    hospital.network.why = Pacs.TIMED_OUT
    hospital.send()
    hospital.settle()
    for path in (hospital.folder / "outbox").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
        if path.name == LIST:
            assert not [trace for trace in ("Doe", "PAT-1", "a.dcm") if trace in path.read_text()]


@pytest.mark.parametrize(
    "error",
    [ExportFailed(NotWritten(Unwritten.FILE, Writing.DISK_FULL)), PermissionError(), ZeroDivisionError()],
)
def test_what_cannot_be_packed_leaves_nothing(
    hospital: Hospital, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    hospital.broken_disk = error
    hospital.send()
    hospital.settle()
    assert hospital.state.banner is not None
    assert hospital.on_disk == []
    assert hospital.state.pacs.left == 0
    assert hospital.network.sent == []


def test_an_outbox_that_cannot_be_made(hospital: Hospital) -> None:
    (hospital.folder / "outbox").write_text("no folder")
    hospital.send()
    hospital.settle()
    assert hospital.state.banner is not None
    assert hospital.state.banner.reason == NotWritten(Unwritten.OUTBOX, Writing.FOLDER_NOT_MADE)


def test_of_a_part_that_failed_only_that_is_tried_again(hospital: Hospital) -> None:
    hospital.network.outcomes = [Delivery("stored", None, True), Delivery("failed", Pacs.OUT_OF_RESOURCES)]
    hospital.send()
    hospital.settle()
    assert [one.state for one in hospital.parcels[0].deliveries] == ["stored", "waiting"]
    after = hospital.restarted()
    assert after.network.sent == [("Archive", [b"a.dcm .gsps"])]


def test_a_refusal_for_good_waits_for_the_reader(hospital: Hospital) -> None:
    hospital.network.outcomes = [Delivery("failed", Refused(0xC000))]
    hospital.send(kinds=("sr",))
    hospital.settle()
    assert hospital.state.pacs.left == 0
    after = hospital.restarted()
    assert after.network.sent == []
    assert after.parcels[0].why == Refused(0xC000)
    after.presenter.pacs.sending.retry()
    after.settle()
    assert after.network.sent == [("Archive", [b"a.dcm .sr"])]


def test_a_node_that_is_no_longer_in_the_list(hospital: Hospital) -> None:
    hospital.send("Elsewhere")
    hospital.settle()
    assert hospital.parcels[0].why == UnknownNode("Elsewhere")


def test_discarded_while_it_is_being_sent(hospital: Hospital) -> None:
    hospital.send()
    while not hospital.sender.jobs:
        hospital.turn(hospital.disk)
    hospital.presenter.pacs.sending.discard([hospital.parcels[0].id])
    hospital.settle()
    assert not hospital.parcels
    assert hospital.on_disk == []
    hospital.send()
    hospital.settle()
    assert hospital.parcels[0].arrived, "the queue goes on"


def test_a_result_that_is_hidden_is_not_sent(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, Settings(reading_mode="first"))
    hospital.open("a.dcm", "b.dcm")
    hospital.settle()
    hospital.send()
    hospital.settle()
    assert hospital.state.banner is not None
    assert hospital.state.banner.reason is Notice.MARK_FIRST
    hospital.presenter.pacs.sending.results("Archive", [film.id for film in hospital.state.films])
    hospital.settle()
    assert hospital.network.sent == []


def test_results_of_all_films_one_parcel_each(hospital: Hospital) -> None:
    hospital.open("b.dcm", "c.dcm")
    hospital.settle()
    hospital.presenter.pacs.sending.results("Archive", [film.id for film in hospital.state.films], ("sr",))
    hospital.settle()
    assert [contents for _, contents in hospital.network.sent] == [[b"a.dcm .sr"], [b"b.dcm .sr"], [b"c.dcm .sr"]]
    assert [parcel.film_number for parcel in hospital.parcels] == [1, 2, 3]


def test_a_result_of_an_earlier_session_is_sent_without_a_look_at_its_film(tmp_path: Path) -> None:
    results = FakeResults()
    before = Hospital(tmp_path / "before", results=results)
    before.open("a.dcm", "b.dcm")
    before.settle()
    hospital = Hospital(tmp_path / "now", results=results)
    hospital.presenter.warm_up()
    hospital.turn(hospital.model)
    hospital.open("a.dcm", "b.dcm")
    hospital.settle()
    recalled = hospital.state.films[1]
    assert recalled.maps is None
    assert recalled.summary is not None
    hospital.presenter.pacs.sending.results("Archive", [recalled.id], ("sr",))
    hospital.settle()
    assert [contents for _, contents in hospital.network.sent] == [[b"b.dcm .sr"]]


# ---- fetching


def series(uid: str, patient: Patient = JANE, date: str = "2025-01-01", modality: str = "DX") -> FoundSeries:
    return FoundSeries("study", uid, patient, Study(date=date), modality, 1)


def test_priors_are_the_patients_own_earlier_and_not_open(hospital: Hospital) -> None:
    hospital.network.found = [
        series("later", date="2026-05-02"),
        series("same-day", date="2026-05-01"),
        series("older"),
        series("open-a.dcm"),
        series("other-id", Patient("Doe, Jane", "PAT-12", "1960-02-03")),
        series("other-person", Patient("Roe, Max", "PAT-1", "1999-09-09")),
        series("no-birth-date", Patient("Doe, Jane", "PAT-1")),
    ]
    hospital.do("pacs_priors")
    hospital.settle()
    assert [one.series_uid for one in hospital.network.fetched] == ["same-day", "older", "no-birth-date"]
    assert hospital.network.queries[0].patient_id == "PAT-1"
    assert hospital.network.queries[0].since == "2021-05-06"
    assert len(hospital.state.films) == 4
    assert hospital.film.path.name == "a.dcm", "the reader is not interrupted"
    assert hospital.state.message == FilmsFetched(3, 0)


@pytest.mark.parametrize("name", ["", "*", "PAT*", "PAT?", "A\\B"])
def test_no_priors_without_an_id_that_means_one_patient(
    hospital: Hospital, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.app.hospital.JANE", Patient("Doe", name))
    hospital.open("b.dcm")
    hospital.settle()
    hospital.presenter.films.select(hospital.named("b.dcm").id)
    hospital.do("pacs_priors")
    hospital.settle()
    assert hospital.network.queries == []
    assert hospital.state.banner is not None
    assert hospital.state.banner.reason is Pacs.NO_PATIENT_ID


def test_no_priors_there_and_an_archive_that_does_not_answer(hospital: Hospital) -> None:
    hospital.do("pacs_priors")
    hospital.settle()
    assert hospital.state.message is Pacs.NO_PRIORS_THERE
    hospital.network.why = Pacs.TIMED_OUT
    hospital.do("pacs_priors")
    hospital.settle()
    assert hospital.state.banner is not None
    assert hospital.state.banner.reason is Pacs.TIMED_OUT
    assert not hospital.state.pacs.asking


def test_results_that_are_fetched_are_no_films(hospital: Hospital) -> None:
    hospital.objects_named = {"report.dcm"}
    hospital.presenter.pacs.fetching.fetch(ARCHIVE, [series("report", modality="SR"), series("film")])
    hospital.settle()
    assert [film.path.name for film in hospital.state.films] == ["a.dcm", "film.dcm"]


def test_fetching_can_be_stopped(hospital: Hospital) -> None:
    hospital.presenter.pacs.fetching.fetch(ARCHIVE, [series(str(number)) for number in range(5)])
    hospital.turn(hospital.lane)
    hospital.do("pacs_cancel")
    hospital.settle()
    assert len(hospital.state.films) == 2
    assert hospital.state.pacs.fetching == 0
    hospital.presenter.pacs.fetching.fetch(ARCHIVE, [series("again")])
    hospital.settle()
    assert hospital.state.message == FilmsFetched(1, 0)


# ---- the listener


def test_the_listener_is_off_until_it_is_asked_for_and_then_after_the_next_start_too(hospital: Hospital) -> None:
    assert hospital.network.listening == []
    hospital.do("pacs_listener")
    hospital.settle()
    [(_, callers)] = hospital.network.listening
    assert callers == ("ARCHIVE",), "known titles only"
    assert hospital.state.pacs.listening
    hospital.network.arrived(Path("received.dcm"))
    hospital.settle()
    assert [film.path.name for film in hospital.state.films] == ["a.dcm", "received.dcm"]
    assert hospital.film.path.name == "a.dcm"
    after = hospital.restarted()
    assert after.state.pacs.listening
    after.do("pacs_listener")
    after.settle()
    assert not after.state.pacs.listening
    assert after.network.listening == []
    assert not after.kept.station.listen


def test_a_port_that_is_taken_is_told(hospital: Hospital) -> None:
    hospital.network.why = Pacs.PORT_TAKEN
    hospital.do("pacs_listener")
    hospital.settle()
    assert hospital.state.banner is not None
    assert hospital.state.banner.reason is Pacs.PORT_TAKEN
    assert not hospital.state.pacs.listening


def test_new_settings_are_kept_and_start_the_listener_anew(hospital: Hospital) -> None:
    station = Station("OURS", listen=True, port=104)
    hospital.presenter.pacs.apply(PacsSettings(station, (ARCHIVE,)))
    hospital.settle()
    assert hospital.network.listening == [(station, ("ARCHIVE",))]
    assert hospital.kept.station == station
    other = replace(station, port=105)
    hospital.presenter.pacs.apply(PacsSettings(other, (ARCHIVE, replace(ARCHIVE, name="B", title="B"))))
    hospital.settle()
    assert hospital.network.listening == [(other, ("ARCHIVE", "B"))]


def test_without_nodes_nothing_can_send_to_us(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, kept=PacsSettings())
    hospital.do("pacs_listener")
    hospital.settle()
    assert hospital.network.listening == []
    assert hospital.state.banner is not None
    assert hospital.state.banner.reason is Pacs.NO_NODES


def test_received_films_are_deleted_but_for_those_that_are_open(hospital: Hospital) -> None:
    folder = hospital.folder / "received"
    folder.mkdir()
    for name in ("open", "closed"):
        (folder / f"{name}.dcm").write_bytes(b"film")
    hospital.open(str(folder / "open.dcm"))
    hospital.settle()
    hospital.do("pacs_forget")
    hospital.settle()
    assert [path.name for path in folder.iterdir()] == ["open.dcm"]
    assert hospital.state.message is Pacs.RECEIVED_DELETED
