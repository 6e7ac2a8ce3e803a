"""Why something did not come through the network, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ptxviewer.core.reason import Reason


class Pacs(Reason, Enum):
    """Reasons without arguments."""

    # Settings
    NO_NODES = "no_nodes"
    NODE_WITHOUT_NAME = "node_without_name"
    NODE_NAME_TAKEN = "node_name_taken"
    BAD_TITLE = "bad_title"
    BAD_HOST = "bad_host"
    BAD_PORT = "bad_port"
    BAD_URL = "bad_url"
    LISTENER_WITHOUT_CERTIFICATE = "listener_without_certificate"

    # Connections
    NO_CONNECTION = "no_connection"
    TIMED_OUT = "timed_out"
    DROPPED = "dropped"
    CALLED_UNKNOWN = "called_unknown"
    CALLING_UNKNOWN = "calling_unknown"
    ASSOCIATION_REJECTED = "association_rejected"
    PARTNER_BUSY = "partner_busy"
    NOT_OFFERED = "not_offered"
    CERTIFICATE_REFUSED = "certificate_refused"
    TLS_FAILED = "tls_failed"
    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    UNAUTHORISED = "unauthorised"
    NO_SERVICE_THERE = "no_service_there"
    SERVER_FAILED = "server_failed"
    ANSWER_UNREADABLE = "answer_unreadable"
    ANSWER_TOO_LARGE = "answer_too_large"
    ECHOED = "echoed"

    # Objects
    NOT_DICOM = "not_sendable"
    CLASS_NOT_TAKEN = "class_not_taken"
    OUT_OF_RESOURCES = "out_of_resources"
    STORED_ALTERED = "stored_altered"
    NOT_THERE = "not_there"

    # Queries
    ASK_FOR_SOMETHING = "ask_for_something"
    NOTHING_THERE = "nothing_there"
    MOVED_ELSEWHERE = "moved_elsewhere"
    NO_PATIENT_ID = "no_patient_id"
    NO_PRIORS_THERE = "no_priors_there"

    # Listener
    PORT_TAKEN = "port_taken"
    ADDRESS_NOT_OURS = "address_not_ours"
    QUOTA_REACHED = "quota_reached"

    # What the window tells
    SEARCHING = "searching"
    STOPPED_LISTENING = "stopped_listening"
    RECEIVED_DELETED = "received_deleted"
    QUEUE_UNREADABLE = "queue_unreadable"
    STILL_SENDING = "still_sending"


TRANSIENT = frozenset(
    {
        Pacs.NO_CONNECTION,
        Pacs.TIMED_OUT,
        Pacs.DROPPED,
        Pacs.PARTNER_BUSY,
        Pacs.OUT_OF_RESOURCES,
        Pacs.SERVER_FAILED,
    }
)
"""What may be otherwise in a minute: the queue tries again by itself."""


@dataclass(frozen=True)
class Refused(Reason):
    """The partner answered with a failure status (PS3.7 annex C)."""

    status: int


@dataclass(frozen=True)
class Sent(Reason):
    """Objects that arrived at a node."""

    count: int
    node: str = field(repr=False)


@dataclass(frozen=True)
class FilmsFetched(Reason):
    """What a retrieval brought, and what did not come."""

    count: int
    missing: int


@dataclass(frozen=True)
class UnknownNode(Reason):
    """No node of that name is in the settings."""

    name: str = field(repr=False)


@dataclass(frozen=True)
class TooMuchFound(Reason):
    """More matches than are shown."""

    limit: int
