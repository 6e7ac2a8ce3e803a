"""Fixtures that every test may use, and what every test is held to; Qt runs offscreen unless a display is asked for.

- No test reads or writes the developer's own settings, logs and caches.
- A warning in the app's log fails the test, unless it asks for ``caplog`` and so looks at the log itself.
- A test that leaves a thread running fails, a lane that nobody closed included: daemon threads count.
- In CI a skipped test of the shipped weights is a failure.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun in the background of a shell: Ctrl+C is tested there, too
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

REPOSITORY = Path(__file__).resolve().parents[1]
ONE_FOR_ALL = ("fsspecIO",)  # threads that a library starts once for the whole process
FOREIGN = "Dummy-"  # how Python names a thread that it has not started
THREAD_END_S = 5  # how long a thread that was told to end may take
WAITING = (  # tests that mostly wait for other processes, the longest first: files, or single tests
    "tests/ui/test_pacs.py::test_a_day_with_an_archive", "tests/test_real_files.py", "tests/pacs/",
    "tests/dicom/test_isolated", "tests/ui/test_screen_reader.py", "tests/cluster/",
    "tests/test_triage_interrupted.py", "tests/test_architecture.py",
    "tests/ui/test_single_instance.py", "tests/dicom/test_against_dcmtk.py", "tests/test_unattended.py",
    "tests/test_cli.py", "tests/test_paths.py", "tests/ui/test_processes.py",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option of our own."""
    parser.addoption("--update-snapshots", action="store_true", help="keep the pictures of this run: look at them")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits is begun first, by one process, while the others compute: at the end nobody waits for it."""

    def place(item: pytest.Item) -> int:
        return next((place for place, name in enumerate(WAITING) if item.nodeid.startswith(name)), len(WAITING))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look through a million objects again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The films and DICOM files that lie beside the checkout; they never enter the repository."""
    path = REPOSITORY.parent / "shared"
    if not path.is_dir():
        pytest.skip("the shared films and DICOM files do not lie beside this checkout")
    return path


@pytest.fixture(scope="session", autouse=True)
def _application(_home_of_its_own: None, request: pytest.FixtureRequest) -> None:
    """A process has one: where a report of the command line came first, it would be one that has no widgets."""
    if request.config.pluginmanager.hasplugin("pytest-qt"):
        request.getfixturevalue("qapp")


@pytest.fixture(scope="session", autouse=True)
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    folders = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_CONFIG_DIRS": home / "site",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_DOCUMENTS_DIR": home / "documents",
        # platformdirs' own names for the same on Windows
        "WIN_PD_OVERRIDE_APPDATA": home / "config",
        "WIN_PD_OVERRIDE_COMMON_APPDATA": home / "site",
        "WIN_PD_OVERRIDE_LOCAL_APPDATA": home / "data",
        "WIN_PD_OVERRIDE_PERSONAL": home / "documents",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in folders.items():
            folder.mkdir(exist_ok=True)
            patch.setenv(name, str(folder))
        yield


class _Listener(logging.Handler):
    """Keeps what the app logs at WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unannounced_log_warning(request: pytest.FixtureRequest) -> Iterator[None]:
    listener = _Listener()
    logger = logging.getLogger("ptxviewer")
    logger.addHandler(listener)
    yield
    logger.removeHandler(listener)
    if "caplog" not in request.fixturenames and listener.lines:
        pytest.fail("the app logged, and the test did not ask for caplog:\n" + "\n".join(listener.lines))


def _is_ours(thread: threading.Thread) -> bool:
    """Was this thread started in Python? Python also lists those of Qt and torch that have called into it once."""
    return not thread.name.startswith(FOREIGN) and thread.name not in ONE_FOR_ALL


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and _is_ours(thread)]
    for thread in left:
        thread.join(THREAD_END_S)
    running = [thread.name for thread in left if thread.is_alive()]
    if running:
        pytest.fail(f"threads left running: {', '.join(running)}")


@pytest.fixture
def one_thread() -> Iterator[None]:
    """For tiny networks: a second thread of torch only waits, and on a busy machine it waits for minutes."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI the shipped weights are there: a skipped test of them would hide that they are not tested."""
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and os.environ.get("CI") and item.get_closest_marker("weights"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where tests of the weights must run: {report.longrepr}"
    return report
