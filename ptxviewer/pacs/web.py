"""DICOMweb (PS3.18): QIDO-RS, STOW-RS and WADO-RS through dicomweb-client, every answer within bounds."""

from __future__ import annotations

import json
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from dicomweb_client.web import DICOMwebClient
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from requests.adapters import HTTPAdapter

from ptxviewer.core.archive import Fetched, FoundSeries, Query
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.core.errors import Cancelled, PtxError
from ptxviewer.core.files import open_regular
from ptxviewer.core.pacs import Delivery, Node
from ptxviewer.core.reasons.pacs import Pacs, Refused, TooMuchFound
from ptxviewer.pacs.association import ANSWER_S, CONNECT_S
from ptxviewer.pacs.incoming import LARGEST_OBJECT, Incoming
from ptxviewer.pacs.querying import MOST_FOUND, SERIES_KEYS, STUDY_KEYS, matching, newest_first, series_of
from ptxviewer.pacs.sending import Object, object_of
from ptxviewer.pacs.tls import client_context, reason_of

CHUNK = 1 << 20
LONGEST_S = 600.0  # that one answer may take, however steadily it drips
REASONS = {401: Pacs.UNAUTHORISED, 403: Pacs.UNAUTHORISED, 404: Pacs.NO_SERVICE_THERE, 405: Pacs.NO_SERVICE_THERE}


class _Bounded:
    """The body of an answer, read in pieces that are counted (urllib3's ``stream``)."""

    def __init__(self, body: Any, checkpoint: Checkpoint) -> None:
        self._body = body
        self._checkpoint = checkpoint

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def stream(self, _size: int, decode_content: bool = True) -> Iterator[bytes]:
        """Return the pieces. Raises ``PtxError`` for too many bytes, or seconds."""
        size, end = 0, time.monotonic() + LONGEST_S
        for piece in self._body.stream(CHUNK, decode_content=decode_content):
            self._checkpoint()
            size += len(piece)
            if size > LARGEST_OBJECT:
                raise PtxError(Pacs.ANSWER_TOO_LARGE)
            if time.monotonic() > end:
                raise PtxError(Pacs.TIMED_OUT)
            yield piece


class _Adapter(HTTPAdapter):
    """Trusts whom the node's settings trust, and bounds every answer in size and time."""

    def __init__(self, context: ssl.SSLContext, checkpoint: Checkpoint) -> None:
        self._context = context
        self._checkpoint = checkpoint
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **named: Any) -> None:
        """Make connections with our context."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **named)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context knows: requests would add its own list of authorities."""

    def send(self, request: requests.PreparedRequest, *given: Any, **named: Any) -> requests.Response:
        """Send, and count what is answered."""
        if request.url:
            request.url = request.url.replace("%2A", "*")  # some servers take the coded form literally, not as wild
        response = super().send(request, *given, **named)
        response.raw = _Bounded(response.raw, self._checkpoint)
        return response


@contextmanager
def _client(node: Node, checkpoint: Checkpoint) -> Iterator[DICOMwebClient]:
    """Provide a client of a node; what it raises is a ``PtxError``."""
    session = requests.Session()
    session.trust_env = False  # no credentials of a .netrc in place of ours, no proxy of the web for a hospital's host
    adapter = _Adapter(client_context(node), checkpoint)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    if node.auth == "basic":
        credentials = b64encode(f"{node.user}:{node.secret}".encode()).decode()
        session.headers["Authorization"] = f"Basic {credentials}"
    elif node.auth == "bearer":
        session.headers["Authorization"] = f"Bearer {node.secret}"
    try:
        client = DICOMwebClient(node.url.rstrip("/"), session=session, timeout=(CONNECT_S, ANSWER_S), chunk_size=CHUNK)
        client.set_http_retry_params(retry=False)
        yield client
    except (PtxError, Cancelled):
        raise
    except requests.HTTPError as error:
        raise PtxError(_why(error)) from None
    except requests.Timeout:
        raise PtxError(Pacs.TIMED_OUT) from None
    except requests.ConnectionError as error:
        raise PtxError(reason_of(error)) from None
    except requests.RequestException:
        raise PtxError(Pacs.ANSWER_UNREADABLE) from None
    except Exception:  # noqa: BLE001 - whatever an answer does to JSON, XML, multipart and DICOM parsers
        raise PtxError(Pacs.ANSWER_UNREADABLE) from None
    finally:
        session.close()


def _why(error: requests.HTTPError) -> Pacs | Refused:
    status = 0 if error.response is None else error.response.status_code
    return REASONS.get(status, Pacs.SERVER_FAILED if status >= 500 else Refused(status))


def echo(node: Node) -> None:
    """Ask for one study at most. Raises ``PtxError``."""
    with _client(node, never_cancelled) as client:
        client.search_for_studies(limit=1)


def send(node: Node, files: Sequence[Path], checkpoint: Checkpoint) -> list[Delivery]:
    """STOW-RS, one object a request, so that each has an answer of its own; then QIDO-RS for each."""
    objects = [object_of(path) for path in files]
    results = [Delivery("failed", Pacs.NOT_DICOM) if item is None else Delivery() for item in objects]
    taken = False
    try:
        with _client(node, checkpoint) as client:
            for number, one in enumerate(objects):
                if one is not None:
                    checkpoint()
                    results[number] = _store(client, one)
                    taken = True
    except PtxError as error:
        if not taken:
            raise
        results = [Delivery("waiting", error.reason) if one.state == "waiting" else one for one in results]
    return [
        result if one is None or not result.arrived else _looked_for(node, one, result, checkpoint)
        for one, result in zip(objects, results, strict=True)
    ]


def _store(client: DICOMwebClient, one: Object) -> Delivery:
    with open_regular(one.path) as file:
        dataset = dcmread(file)
        try:
            answer = client.store_instances([dataset])
        except requests.HTTPError as error:
            status = 0 if error.response is None else error.response.status_code
            if status in (401, 403, 404) or status >= 500:
                raise
            return Delivery("failed", _why_not_stored(error))
    failed = answer.get("FailedSOPSequence")
    if failed:
        return Delivery("failed", Refused(int(failed[0].get("FailureReason") or 0)))
    stored = answer.get("ReferencedSOPSequence") or ()
    warned = any(item.get("WarningReason") for item in stored)
    return Delivery("warned", Pacs.STORED_ALTERED) if warned else Delivery("stored")


def _why_not_stored(error: requests.HTTPError) -> Refused:
    """The failure reason of the object where the answer has one, else the status of HTTP."""
    assert error.response is not None
    try:
        response = Dataset.from_json(json.loads(error.response.content))
        return Refused(int(response.FailedSOPSequence[0].FailureReason))
    except Exception:  # noqa: BLE001 - many servers say nothing of the kind
        return Refused(error.response.status_code)


def _looked_for(node: Node, one: Object, result: Delivery, checkpoint: Checkpoint) -> Delivery:
    try:
        with _client(node, checkpoint) as client:
            exists = bool(
                client.search_for_instances(one.study, one.series, search_filters={"SOPInstanceUID": one.sop_instance})
            )
    except PtxError:
        return result
    return Delivery(result.state, result.why if exists else Pacs.NOT_THERE, exists)


def find(node: Node, query: Query, checkpoint: Checkpoint) -> list[FoundSeries]:
    """Return the series that match, the newest study first. Raises ``PtxError``."""
    if not query.asks:
        raise PtxError(Pacs.ASK_FOR_SOMETHING)
    found: list[FoundSeries] = []
    with _client(node, checkpoint) as client:
        studies = client.search_for_studies(
            search_filters=matching(query), fields=list(STUDY_KEYS), limit=MOST_FOUND + 1
        )
        for study in map(Dataset.from_json, studies):
            checkpoint()
            uid = str(study.get("StudyInstanceUID", ""))
            modalities = study.get("ModalitiesInStudy")
            held = {modalities} if isinstance(modalities, str) else set(modalities or ())
            if not uid or (query.modalities and held and not held & set(query.modalities)):
                continue
            for series in client.search_for_series(uid, fields=list(SERIES_KEYS), limit=MOST_FOUND):
                one = series_of(study, Dataset.from_json(series))
                if one.series_uid and (not query.modalities or one.modality in query.modalities):
                    found.append(one)
            if len(found) > MOST_FOUND:
                raise PtxError(TooMuchFound(MOST_FOUND))
    return newest_first(found)


def fetch(node: Node, series: FoundSeries, incoming: Incoming, checkpoint: Checkpoint) -> Fetched:
    """WADO-RS of a series, in the form in which the archive has it. Raises ``PtxError`` where nothing came."""
    files: list[Path] = []
    why: PtxError | None = None
    try:
        with _client(node, checkpoint) as client:
            for dataset in _parts(client, series):
                checkpoint()
                buffer = BytesIO()
                dcmwrite(buffer, dataset, enforce_file_format=True)
                files.append(incoming.write(buffer.getvalue()))
    except PtxError as error:
        why = error
    if why is not None and not files:
        raise why
    if not files:
        raise PtxError(Pacs.NOTHING_THERE)
    expected = series.count or len(files)
    return Fetched(tuple(dict.fromkeys(files)), max(expected - len(files), int(why is not None)))


def _parts(client: DICOMwebClient, series: FoundSeries) -> Iterator[Dataset]:
    any_form: tuple[tuple[str, str], ...] = (("application/dicom", "*"),)
    parts: Iterator[Dataset] = client.iter_series(series.study_uid, series.series_uid, media_types=any_form)
    return parts
