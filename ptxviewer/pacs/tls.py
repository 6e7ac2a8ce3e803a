"""Encrypted connections: whom we trust, and what we show of ourselves. TLS 1.2 at least (PS3.15 B.9, BCP 195)."""

from __future__ import annotations

import socket
import ssl

from ptxviewer.core.errors import PtxError
from ptxviewer.core.pacs import Node, Station
from ptxviewer.core.reasons.pacs import Pacs

HANDSHAKE_S = 5.0  # that the listener waits for a partner's part of it


class _ListeningContext(ssl.SSLContext):
    """Lets no partner that keeps silent hold up the others."""

    def wrap_socket(self, sock: socket.socket, *given: object, **named: object) -> ssl.SSLSocket:
        """Do the handshake within bounds, then wait for data as long as it takes."""
        before = sock.gettimeout()
        sock.settimeout(HANDSHAKE_S)
        wrapped: ssl.SSLSocket = super().wrap_socket(sock, *given, **named)  # type: ignore[arg-type]
        wrapped.settimeout(before)
        return wrapped


def client_context(node: Node) -> ssl.SSLContext:
    """Return how a node is talked to: its certificate must be of its host and signed by somebody trusted.

    Raises ``PtxError`` for a file that is no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=node.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if node.certificate:
            context.load_cert_chain(node.certificate, node.key or None, password=_no_password)
    except (OSError, ValueError):
        raise PtxError(Pacs.CERTIFICATE_UNREADABLE) from None
    return context


def server_context(station: Station) -> ssl.SSLContext | None:
    """Return how partners talk to our listener, None where it is not encrypted. Raises ``PtxError`` likewise."""
    if not station.tls:
        return None
    context = _ListeningContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(station.certificate, station.key, password=_no_password)
        if station.ca:
            context.load_verify_locations(station.ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ValueError):
        raise PtxError(Pacs.CERTIFICATE_UNREADABLE) from None
    return context


def _no_password() -> str:
    """A key with a password is refused: without this OpenSSL asks for it on the terminal."""
    raise ValueError("no password")


def why_not_connected(host: str, port: int, context: ssl.SSLContext | None, timeout_s: float) -> Pacs:
    """Try a connection once more, for the reason that a library kept to itself."""
    try:
        with socket.create_connection((host, port), timeout_s) as plain:
            if context is not None:
                with context.wrap_socket(plain, server_hostname=host):
                    pass
    except OSError as error:
        return reason_of(error)
    return Pacs.DROPPED


def reason_of(error: BaseException | None) -> Pacs:
    """Return what an error of a socket, or what caused it, is to the reader."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ssl.SSLCertVerificationError):
            return Pacs.CERTIFICATE_REFUSED
        if isinstance(error, ssl.SSLError):
            return Pacs.TLS_FAILED
        if isinstance(error, TimeoutError):
            return Pacs.TIMED_OUT
        if isinstance(error, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)):
            return Pacs.DROPPED
        error = next(
            (inner for inner in error.args if isinstance(inner, BaseException)), error.__cause__ or error.__context__
        )
    return Pacs.NO_CONNECTION
