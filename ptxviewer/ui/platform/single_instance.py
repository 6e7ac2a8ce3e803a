"""One window per user: a second start hands its files to the first and ends.

Both prove to each other that they know a secret of this user before a path is said: anybody may listen under the name
of a window that is closed, or speak to one that is open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtNetwork import QLocalServer, QLocalSocket

from ptxviewer.core.private import secret
from ptxviewer.paths import secrets_folder

CONNECT_MS = 300
ANSWER_MS = 2000  # a window that does not answer in this time hangs: a second one is opened
LARGEST_MESSAGE = 1 << 20
SECRET_NAME = "instance.key"
ANSWER = b"ok\n"


def server_name(settings_dir: Path | None = None) -> str:
    """Return the name of this user's one window; a hash, so that no login name shows.

    Throw-away settings make a window of their own: ``settings_dir`` enters the name.
    """
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    who = f"{Path.home()}|{user}|{settings_dir or ''}"
    return f"ptxviewer-{hashlib.sha256(who.encode()).hexdigest()[:16]}"


def shared_secret(settings_dir: Path | None = None) -> bytes | None:
    """Return what all starts of this user know, and nobody else; None where it cannot be kept."""
    try:
        return secret(secrets_folder(settings_dir) / SECRET_NAME)
    except OSError:
        return None


def _proof(key: bytes, who: bytes, *said: bytes) -> bytes:
    return hmac.new(key, b"\n".join((who, *said)), hashlib.sha256).hexdigest().encode()


def _line(socket: QLocalSocket) -> bytes:
    """Wait for a line; b"" where none comes in time."""
    while not socket.canReadLine():
        if not socket.waitForReadyRead(ANSWER_MS):
            return b""
    return bytes(socket.readLine().data())


def hand_over(name: str, paths: Sequence[Path], key: bytes | None) -> bool:
    """Give the files to a window that already runs and raise it; False when none answers that knows ``key``."""
    if key is None:
        return False
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(CONNECT_MS):
        return False
    mine = secrets.token_hex(16).encode()
    socket.write(mine + b"\n")
    theirs, _, proof = _line(socket).strip().partition(b" ")
    if not hmac.compare_digest(proof, _proof(key, b"window", mine, theirs)):
        socket.abort()
        return False
    names = json.dumps([str(path.absolute()) for path in paths]).encode()
    socket.write(_proof(key, b"start", mine, theirs, names) + b" " + names + b"\n")
    answered = _line(socket) == ANSWER
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


class _Visitor:
    """One second start, or a stranger: nobody is heard who does not know the secret."""

    def __init__(self, socket: QLocalSocket, key: bytes, received: Callable[[list[Path]], None]) -> None:
        self._socket = socket
        self._key = key
        self._received = received
        self._theirs = b""
        self._mine = secrets.token_hex(16).encode()

    def read(self) -> None:
        """Answer what has been said so far."""
        while self._socket.canReadLine():
            line = bytes(self._socket.readLine().data()).strip()
            if not self._theirs:
                self._theirs = line or b"-"
                self._say(self._mine + b" " + _proof(self._key, b"window", self._theirs, self._mine) + b"\n")
                continue
            proof, _, names = line.partition(b" ")
            known = hmac.compare_digest(proof, _proof(self._key, b"start", self._theirs, self._mine, names))
            paths = parsed(names) if known else None
            if paths is None:
                self._socket.abort()
                return
            self._say(ANSWER)
            self._received(paths)
            return
        if self._socket.bytesAvailable() >= LARGEST_MESSAGE:
            self._socket.abort()

    def _say(self, line: bytes) -> None:
        self._socket.write(line)
        self._socket.flush()


def serve(name: str, received: Callable[[list[Path]], None], key: bytes | None) -> QLocalServer:
    """Listen for second starts of this user; ``received`` gets their paths, none when only the window is wanted.

    Call it when ``hand_over`` found nobody: then a name in use was left behind by a crash, and is taken over. Without
    a ``key`` nobody could be told from anybody else, and nobody is listened to.
    """
    server = QLocalServer()
    server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
    if key is None:
        return server
    if not server.listen(name):
        QLocalServer.removeServer(name)
        server.listen(name)

    def connected() -> None:
        socket = server.nextPendingConnection()
        socket.setReadBufferSize(LARGEST_MESSAGE)
        visitor = _Visitor(socket, key, received)

        def heard() -> None:  # a function holds the visitor; Qt would not
            visitor.read()

        socket.readyRead.connect(heard)
        socket.disconnected.connect(socket.deleteLater)
        heard()

    server.newConnection.connect(connected)
    return server
