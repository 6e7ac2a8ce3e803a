"""Partners that do not do as they should, in a few lines each."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from ptxviewer.core.pacs import Node


@contextmanager
def peer(behave: Callable[[socket.socket], None]) -> Iterator[Node]:
    """A partner that does ``behave`` with every connection; its socket is closed afterwards, and at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listening.accept()
                lines.append(line)
                threading.Thread(target=attend, args=(line,), name="peer").start()

    def attend(line: socket.socket) -> None:
        with suppress(OSError), line:
            behave(line)

    thread = threading.Thread(target=serve, name="peers")
    thread.start()
    try:
        yield Node("peer", title="PEER", host="127.0.0.1", port=listening.getsockname()[1])
    finally:
        for one in (listening, *lines):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        thread.join(5)


def silent(line: socket.socket) -> None:
    """Read for ever, and say nothing."""
    while line.recv(1 << 16):
        pass


def hangs_up(line: socket.socket) -> None:
    """End the line at the first word."""
    line.recv(10)


def babbles(line: socket.socket) -> None:
    """Answer with what is no DICOM."""
    line.recv(1 << 16)
    line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"\xff" * 4000)
    silent(line)


def stops_reading(port: int, after: int) -> Callable[[socket.socket], None]:
    """Pass on to ``port`` the first ``after`` bytes, and its answers; then read nothing more, and keep the line."""

    def behave(line: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as there:
            answers = threading.Thread(target=pass_on, args=(there, line), name="answers")
            answers.start()
            passed = 0
            while passed < after and (piece := line.recv(4096)):
                passed += len(piece)
                there.sendall(piece)
            answers.join()

    return behave


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)


@contextmanager
def web(answer: Callable[[BaseHTTPRequestHandler], None], certificate: Path | None = None) -> Iterator[Node]:
    """A web service that gives every request to ``answer``; encrypted with a PEM file of certificate and key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                answer(self)

        do_POST = do_GET  # noqa: N815 - the library's own name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """A handshake that fails is what the test is about."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="web")
    thread.start()
    scheme = "http" if certificate is None else "https"
    try:
        yield Node("web", "web", url=f"{scheme}://127.0.0.1:{server.server_port}/dicom-web")
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def reply(
    body: bytes, kind: str = "application/dicom+json", status: int = 200
) -> Callable[[BaseHTTPRequestHandler], None]:
    """The same answer to everything."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer
