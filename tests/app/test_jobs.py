"""The lanes: results come home in order, retired ones never, bugs tell no patient data, and the end is bounded."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import pytest

from ptxviewer.app.jobs import Outcome, ThreadLane, Ticket, outcome_of
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import Cancelled, UnreadableFilm, reason_of
from ptxviewer.core.reasons.reading import Reading

Home = queue.SimpleQueue[Callable[[], None]]
PATIENCE_S = 30.0


def raising(error: BaseException) -> Callable[[Checkpoint], int]:
    def work(_checkpoint: Checkpoint) -> int:
        raise error

    return work


def test_results_come_home_in_order_on_the_thread_that_takes_them() -> None:
    home: Home = queue.SimpleQueue()
    lane = ThreadLane("test", home.put)
    got: list[tuple[int | None, str]] = []
    for index in range(5):
        lane.submit(
            lambda _checkpoint, index=index: index,  # type: ignore[misc]
            lambda outcome: got.append((outcome.value, threading.current_thread().name)),
        )
    for _ in range(5):
        home.get(timeout=PATIENCE_S)()
    assert got == [(index, threading.current_thread().name) for index in range(5)]
    assert lane.close(PATIENCE_S)


def test_a_retired_job_stops_at_its_checkpoint_and_delivers_nothing() -> None:
    home: Home = queue.SimpleQueue()
    lane = ThreadLane("test", home.put)
    started, go = threading.Event(), threading.Event()
    passed: list[str] = []
    got: list[Outcome[None]] = []

    def work(checkpoint: Checkpoint) -> None:
        started.set()
        go.wait(PATIENCE_S)
        checkpoint()
        passed.append("checkpoint")

    ticket = lane.submit(work, got.append)
    assert started.wait(PATIENCE_S)
    ticket.cancel()
    go.set()
    assert lane.close(PATIENCE_S)
    assert not passed
    assert not got
    assert home.empty()


def test_a_result_that_is_on_its_way_is_refused_when_its_ticket_is_retired_or_the_lane_closed() -> None:
    home: Home = queue.SimpleQueue()
    lane = ThreadLane("test", home.put)
    got: list[Outcome[int]] = []
    retired = lane.submit(lambda _checkpoint: 1, got.append)
    lane.submit(lambda _checkpoint: 2, got.append)
    on_their_way = [home.get(timeout=PATIENCE_S), home.get(timeout=PATIENCE_S)]
    retired.cancel()
    assert lane.close(PATIENCE_S)
    for deliver in on_their_way:
        deliver()
    assert not got


class RustPanic(BaseException):
    """Panics of Rust extensions are no ``Exception``."""


@pytest.mark.parametrize("error", [ValueError("Doe^Jane"), RustPanic("Doe^Jane"), SystemExit(1)])
def test_a_bug_comes_back_as_an_error_tells_no_text_and_the_lane_goes_on(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    home: Home = queue.SimpleQueue()
    lane = ThreadLane("test", home.put)
    got: list[Outcome[int]] = []
    lane.submit(raising(error), got.append)
    lane.submit(lambda _checkpoint: 1, got.append)
    for _ in range(2):
        home.get(timeout=PATIENCE_S)()
    assert got[0].error is error
    assert got[0].error.__traceback__ is None, "a traceback would keep the pixels of the film alive"
    assert got[1].value == 1
    assert type(error).__name__ in caplog.text
    assert "Doe" not in caplog.text
    assert lane.close(PATIENCE_S)


def test_a_hop_home_that_is_gone_does_not_end_the_lane(caplog: pytest.LogCaptureFixture) -> None:
    ran = threading.Event()

    def post(_closure: Callable[[], None]) -> None:
        raise RuntimeError("Internal C++ object already deleted.")

    lane = ThreadLane("test", post)
    lane.submit(lambda _checkpoint: 1, lambda _outcome: None)
    lane.submit(lambda _checkpoint: ran.set(), lambda _outcome: None)
    assert ran.wait(PATIENCE_S)
    assert lane.close(PATIENCE_S)
    assert lane.pending == 0


def test_expected_errors_come_back_as_they_are_and_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    outcome = outcome_of(raising(UnreadableFilm(Reading.IMAGE_INCOMPLETE)), Ticket())
    assert outcome is not None
    assert reason_of(outcome.error) is Reading.IMAGE_INCOMPLETE
    assert not caplog.text


def test_cancelled_without_a_retired_ticket_is_delivered_so_that_nobody_waits_forever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcome = outcome_of(raising(Cancelled()), Ticket())
    assert outcome is not None
    assert isinstance(outcome.error, Cancelled)


def test_closing_lets_a_report_end_and_drops_the_rest() -> None:
    lane = ThreadLane("test", lambda closure: closure())
    started, go = threading.Event(), threading.Event()
    done: list[str] = []

    def first(_checkpoint: Checkpoint) -> None:
        started.set()
        go.wait(PATIENCE_S)

    lane.submit(first, lambda _outcome: None)
    lane.submit(lambda _checkpoint: done.append("film"), lambda _outcome: None)
    lane.submit(lambda _checkpoint: done.append("report"), lambda _outcome: None, must_finish=True)
    assert started.wait(PATIENCE_S)
    go.set()
    assert lane.close(PATIENCE_S)
    assert "report" in done
    assert lane.pending == 0
    assert lane.submit(lambda _checkpoint: 1, lambda _outcome: None).retired


def test_closing_does_not_wait_for_a_call_that_never_returns() -> None:
    lane = ThreadLane("test", lambda closure: closure())
    started, go = threading.Event(), threading.Event()

    def stuck(_checkpoint: Checkpoint) -> None:
        started.set()
        go.wait(PATIENCE_S)

    ticket = lane.submit(stuck, lambda _outcome: None)
    assert started.wait(PATIENCE_S)
    assert not lane.close(0.0)
    assert ticket.retired
    go.set()
    assert lane.close(PATIENCE_S)


def test_a_lane_that_never_worked_has_no_thread() -> None:
    before = threading.active_count()
    assert ThreadLane("test", lambda closure: closure()).close(0.0)
    assert threading.active_count() == before
