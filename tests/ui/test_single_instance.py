"""One window per user: a second start hands its films over, and a crash leaves nothing in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot

from ptxviewer.core.reasons.window import Notice
from ptxviewer.ui.platform.single_instance import hand_over, parsed, serve, server_name, shared_secret
from tests.ui.windows import started


def test_a_second_start_of_the_program_hands_its_files_over_and_ends(qtbot: QtBot, tmp_path: Path) -> None:
    got: list[Path] = []
    server = serve(server_name(tmp_path), got.extend, shared_secret(tmp_path))
    ended: list[int] = []

    def second() -> None:
        environment = os.environ | {"PTXVIEWER_SETTINGS_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "ptxviewer", "films with spaces/ä.dcm"]
        ended.append(subprocess.run(command, check=False, timeout=60, env=environment, cwd=REPOSITORY).returncode)

    thread = threading.Thread(target=second)
    thread.start()
    qtbot.waitUntil(lambda: bool(got) and bool(ended), timeout=60_000)
    thread.join()
    server.close()
    assert got == [REPOSITORY / "films with spaces" / "ä.dcm"]
    assert ended == [0]


REPOSITORY = Path(__file__).resolve().parents[2]
KEY = b"key"


def test_nobody_running_is_told_at_once(tmp_path: Path, qtbot: QtBot) -> None:
    assert not hand_over(server_name(tmp_path), [tmp_path], KEY)


CRASHES = """
import os, signal, sys
from PySide6.QtCore import QCoreApplication
from ptxviewer.ui.platform.single_instance import serve
application = QCoreApplication([])
server = serve(sys.argv[1], print, b"key")
assert server.isListening()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes a crashed program's pipe away by itself")
def test_the_socket_of_a_crashed_window_is_taken_over(tmp_path: Path, qtbot: QtBot) -> None:
    name = server_name(tmp_path)
    assert subprocess.run([sys.executable, "-c", CRASHES, name], check=False).returncode == -signal.SIGKILL
    assert not hand_over(name, [], KEY)
    server = serve(name, lambda _paths: None, KEY)
    assert server.isListening()
    server.close()


def test_a_stranger_on_the_socket_changes_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    got: list[Path] = []
    name = server_name(tmp_path)
    server = serve(name, got.extend, KEY)
    for lines in (b"x\n" + b'["film.dcm"]\n', b"x\n" + b"0" * 64 + b' ["film.dcm"]\n', b"\n\n", b"a" * 3_000_000):
        socket = QLocalSocket()
        socket.connectToServer(name)
        assert socket.waitForConnected(1000)
        with qtbot.waitSignal(socket.disconnected, timeout=5000):
            socket.write(lines)
    assert got == []
    server.close()


class Overhearing:
    """Somebody who listens under the name of a window, and notes what is said."""

    def __init__(self, name: str, answer: bytes) -> None:
        self.server, self.heard = QLocalServer(), b""
        assert self.server.listen(name)
        self._answer = answer

    def listen(self) -> None:
        self.server.waitForNewConnection(5000)
        socket = self.server.nextPendingConnection()
        socket.write(self._answer)
        socket.flush()
        while socket.state() == QLocalSocket.LocalSocketState.ConnectedState and socket.waitForReadyRead(1000):
            self.heard += bytes(socket.readAll().data())
        self.server.close()


STARTS = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from ptxviewer.ui.platform.single_instance import hand_over
application = QCoreApplication([])
sys.exit(0 if hand_over(sys.argv[1], [Path("Doe_Jane.dcm")], b"key") else 3)
"""


@pytest.mark.parametrize("answer", [b"", b"ok\n", b"nonce " + b"0" * 64 + b"\n"])
def test_a_stranger_who_listens_is_told_nothing(qtbot: QtBot, tmp_path: Path, answer: bytes) -> None:
    name = server_name(tmp_path)
    stranger = Overhearing(name, answer)
    with subprocess.Popen([sys.executable, "-c", STARTS, name], cwd=REPOSITORY) as start:
        stranger.listen()
    assert start.returncode == 3, "it opens a window of its own"
    assert b"Doe" not in stranger.heard


def test_without_a_secret_nobody_is_heard_or_spoken_to(qtbot: QtBot, tmp_path: Path) -> None:
    name = server_name(tmp_path)
    server = serve(name, lambda _paths: None, None)
    assert not server.isListening()
    assert not hand_over(name, [tmp_path], None)


@given(st.binary(max_size=200))
def test_no_message_breaks_the_parser(message: bytes) -> None:
    paths = parsed(message)
    assert paths is None or all(isinstance(path, Path) for path in paths)


def test_the_name_shows_no_login_name_and_throw_away_settings_have_their_own() -> None:
    assert Path.home().name not in server_name()
    assert server_name() != server_name(Path("a")) != server_name(Path("b"))


HOLDS = """
import sys
from pathlib import Path
from ptxviewer.app.disk.review_file import ReviewFolder
folder = ReviewFolder(Path(sys.argv[1]))
print(folder.claim(), flush=True)
sys.stdin.read()
"""


def test_a_window_beside_one_that_does_not_answer_says_that_they_share_their_reviews(
    qtbot: QtBot, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "reviews")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "True"
        with started(qtbot, tmp_path) as session:
            banner = session.presenter.state.banner
            assert banner is not None
            assert banner.reason is Notice.OTHER_WINDOW
        other.kill()
    with started(qtbot, tmp_path) as session:
        assert session.presenter.state.banner is None, "one that was killed holds nothing"


TOLD_TO_END = """
import os, signal
from ptxviewer.ui import application
from ptxviewer.ui.asking import Asking
Asking.for_consent = lambda self: os.kill(os.getpid(), signal.SIGTERM)
raise SystemExit(application.run([]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no POSIX signals")
def test_the_program_ends_cleanly_when_it_is_told_to(tmp_path: Path) -> None:
    environment = os.environ | {"PTXVIEWER_SETTINGS_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", TOLD_TO_END]
    ended = subprocess.run(command, check=False, timeout=60, env=environment, cwd=REPOSITORY)
    assert ended.returncode == 0
    assert (tmp_path / "settings.json").is_file()
