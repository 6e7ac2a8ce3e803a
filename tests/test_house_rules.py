"""The rules of conftest.py and of the rooms bite: each is broken once by a small run or a line of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import platformdirs
import pytest

import ptxviewer
from ptxviewer.core.errors import PtxError

pytest_plugins = ["pytester"]

PACKAGE = Path(ptxviewer.__file__).parent
SPEECHLESS = ("core", "dicom", "inference", "app", "phantom")  # rooms that hold reasons, never sentences
ERRORS: list[type[PtxError]] = [PtxError, *PtxError.__subclasses__()]
TOLD = {"Banner", *(kind.__name__ for kind in ERRORS)}

CONFTEST = Path(__file__).with_name("conftest.py")


@pytest.fixture
def house(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("CI", raising=False)
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8").replace("THREAD_END_S = 5", "THREAD_END_S = 0.05"))
    pytester.makeini("[pytest]\nmarkers =\n    weights: needs the bundle\n")
    return pytester


def run(house: pytest.Pytester, code: str) -> pytest.RunResult:
    house.makepyfile(code)
    return house.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:pytest-qt")


@pytest.mark.usefixtures("caplog")  # the run below logs in this process
def test_a_warning_in_the_log_fails_unless_the_test_looks_at_the_log(house: pytest.Pytester) -> None:
    code = """
        import logging
        log = logging.getLogger("ptxviewer.some.module")
        def test_unannounced(): log.warning("odd")
        def test_looked_at(caplog): log.warning("odd"); assert "odd" in caplog.text
        def test_no_warning(): log.info("fine")
    """
    result = run(house, code)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*WARNING ptxviewer.some.module: odd*"])


def test_a_thread_left_running_fails(house: pytest.Pytester) -> None:
    code = """
        import threading
        stop = threading.Event()
        def test_leaves(): threading.Thread(target=stop.wait, name="left-behind").start()
        def test_ends(): stop.set()
    """
    result = run(house, code)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*threads left running: left-behind*"])


def test_a_lane_that_nobody_closed_fails(house: pytest.Pytester) -> None:
    code = """
        import threading
        from ptxviewer.app.jobs import ThreadLane
        stop = threading.Event()
        model, disk, pictures = (ThreadLane(name, lambda call: call()) for name in ("model", "disk", "pictures"))
        def test_busy(): model.submit(lambda checkpoint: stop.wait(), print)
        def test_idle(): disk.submit(lambda checkpoint: None, print)
        def test_closed():
            pictures.submit(lambda checkpoint: None, print)
            assert pictures.close(5)
        def test_ends():
            stop.set()
            assert model.close(5) and disk.close(5)
    """
    result = run(house, code)
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["*threads left running: *model*", "*threads left running: *disk*"])


def test_in_ci_a_skipped_test_of_the_weights_fails(house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
        import pytest
        @pytest.mark.weights
        def test_weights(): pytest.skip("no weights")
        def test_other(): pytest.skip("no films")
    """
    run(house, code).assert_outcomes(skipped=2)
    monkeypatch.setenv("CI", "true")
    run(house, code).assert_outcomes(failed=1, skipped=1)


def test_no_test_sees_the_developers_own_settings(tmp_path: Path) -> None:
    for folder in (platformdirs.user_config_dir("ptxviewer"), platformdirs.user_log_dir("ptxviewer")):
        assert Path(folder).is_relative_to(tmp_path.parent)


def sentences_in(code: str) -> list[int]:
    """Return the lines in which an error or a banner is made of a text instead of a reason."""
    calls = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    return [
        call.lineno
        for call in calls
        if (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")) in TOLD
        for value in (*call.args, *(keyword.value for keyword in call.keywords))
        if isinstance(value, (ast.JoinedStr, ast.BinOp)) or (isinstance(value, ast.Constant) and is_text(value.value))
    ]


def is_text(value: object) -> bool:
    return isinstance(value, str) and (" " in value or not value.islower())


@pytest.mark.parametrize("room", SPEECHLESS)
def test_errors_and_banners_are_made_of_reasons(room: str) -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for line in sentences_in(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_rule_against_sentences_bites() -> None:
    assert sentences_in('raise UnreadableFilm("This file is empty.")') == [1]
    assert sentences_in('raise errors.ExportFailed(f"The {what} could not be written.")') == [1]
    assert sentences_in('Banner("Saved.", "info")') == [1]
    assert sentences_in('raise UnreadableFilm(Reading.FILE_EMPTY)\nBanner(Notice.NO_PRIOR, "info")') == []
