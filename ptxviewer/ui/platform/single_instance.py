"""One window per user: a second start hands its files to the first and ends."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtNetwork import QLocalServer, QLocalSocket

CONNECT_MS = 300
ANSWER_MS = 2000  # a window that does not answer in this time hangs: a second one is opened
LARGEST_MESSAGE = 1 << 20
ANSWER = b"ok\n"


def server_name(settings_dir: Path | None = None) -> str:
    """Return the name of this user's one window; a hash, so that no login name shows.

    Throw-away settings make a window of their own: ``settings_dir`` enters the name.
    """
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    who = f"{Path.home()}|{user}|{settings_dir or ''}"
    return f"ptxviewer-{hashlib.sha256(who.encode()).hexdigest()[:16]}"


def hand_over(name: str, paths: Sequence[Path]) -> bool:
    """Give the files to a window that already runs and raise it; False when none answers."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(CONNECT_MS):
        return False
    socket.write(json.dumps([str(path.absolute()) for path in paths]).encode() + b"\n")
    socket.waitForBytesWritten(ANSWER_MS)
    answered = socket.waitForReadyRead(ANSWER_MS) and bytes(socket.readAll().data()) == ANSWER
    socket.disconnectFromServer()
    return answered


def parsed(message: bytes) -> list[Path] | None:
    """Return the paths of a message, or None where it is not one of ours."""
    try:
        names = json.loads(message)
    except ValueError:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return [Path(name) for name in names]


def serve(name: str, received: Callable[[list[Path]], None]) -> QLocalServer:
    """Listen for second starts of this user; ``received`` gets their paths, none when only the window is wanted.

    Call it when ``hand_over`` found nobody: then a name in use was left behind by a crash, and is taken over.
    """
    server = QLocalServer()
    server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
    if not server.listen(name):
        QLocalServer.removeServer(name)
        server.listen(name)

    def connected() -> None:
        socket = server.nextPendingConnection()
        socket.setReadBufferSize(LARGEST_MESSAGE)

        def read() -> None:
            if not socket.canReadLine():
                return
            paths = parsed(bytes(socket.readLine().data()))
            if paths is None:
                socket.abort()
                return
            socket.write(ANSWER)
            socket.flush()
            received(paths)

        socket.readyRead.connect(read)
        socket.disconnected.connect(socket.deleteLater)
        read()

    server.newConnection.connect(connected)
    return server
