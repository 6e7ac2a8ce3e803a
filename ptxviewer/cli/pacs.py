"""``ptxviewer echo``, ``send``, ``query``, ``fetch`` and ``listen``: a hospital's network for scripts. No Qt here."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ptxviewer.cli.parser import Parser, add_language
from ptxviewer.cli.speaking import complain, say
from ptxviewer.core.archive import FILM_MODALITIES, Fetched, FoundSeries, Query
from ptxviewer.core.engine import never_cancelled
from ptxviewer.core.errors import PtxError
from ptxviewer.core.pacs import Delivery, Node, PacsSettings, Station, problem_of, problem_of_station
from ptxviewer.core.plaintext import escaped
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.pacs import TRANSIENT, Pacs, UnknownNode
from ptxviewer.words import pacs as words
from ptxviewer.words import say as sentence
from ptxviewer.words import sentences, tr, trn

if TYPE_CHECKING:
    from ptxviewer.pacs.service import PacsService

RETRY_S = 5.0  # between two tries


# ---- arguments


def _parser(name: str, description: str) -> Parser:
    epilog = tr("A NODE is the name of one in the settings, TITLE@HOST:PORT, or the URL of a DICOMweb service.")
    return Parser(prog=f"ptxviewer {name}", description=description, epilog=epilog)


def _ours(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title", metavar="AE", help=tr("our AE title; as in the settings if not given"))


def _matching(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="node", required=True, metavar=tr("NODE"), help=tr("the archive to ask"))
    parser.add_argument("--patient-id", default="", metavar="ID", help=tr("the patient's ID"))
    parser.add_argument("--name", default="", metavar=tr("NAME"), help=tr("the patient's name; * and ? are wildcards"))
    parser.add_argument("--accession", default="", metavar=tr("NUMBER"), help=tr("the accession number"))
    parser.add_argument("--study", default="", metavar="UID", help=tr("the UID of a study"))
    parser.add_argument("--years", type=int, default=0, metavar="N", help=tr("only studies of the last N years"))
    parser.add_argument(
        "--modality", action="append", metavar="M", help=tr("only series of this modality; CR and DX if not given")
    )


def echo_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer echo``."""
    parser = _parser("echo", tr("Checks that a node answers and knows us."))
    parser.add_argument("node", metavar=tr("NODE"), help=tr("the node to ask"))
    _ours(parser)
    add_language(parser)
    return parser


def send_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer send``."""
    parser = _parser(
        "send", tr("Sends DICOM files to an archive: for research, and it cannot be taken back from here.")
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar=tr("PATH"), help=tr("DICOM files, or folders of them"))
    parser.add_argument("--to", dest="node", required=True, metavar=tr("NODE"), help=tr("the node that they go to"))
    parser.add_argument("--yes", action="store_true", help=tr("do not ask whether they may be sent"))
    parser.add_argument(
        "--retries", type=int, default=2, metavar="N", help=tr("how often to try again what did not arrive (2)")
    )
    _ours(parser)
    add_language(parser)
    return parser


def query_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer query``."""
    parser = _parser("query", tr("Lists the series of an archive that match, one a line; it names patients."))
    _matching(parser)
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object a line"))
    _ours(parser)
    add_language(parser)
    return parser


def fetch_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer fetch``."""
    parser = _parser("fetch", tr("Fetches the series of an archive that match into a folder."))
    _matching(parser)
    parser.add_argument("--out", type=Path, required=True, metavar=tr("DIR"), help=tr("folder for the films"))
    _ours(parser)
    add_language(parser)
    return parser


def listen_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer listen``."""
    parser = _parser("listen", tr("Receives films from known nodes into a folder, until it is stopped (Ctrl+C)."))
    parser.add_argument("--out", type=Path, required=True, metavar=tr("DIR"), help=tr("folder for the films"))
    parser.add_argument("--address", help=tr("the address to listen on; as in the settings if not given"))
    parser.add_argument("--port", type=int, help=tr("the port to listen on; as in the settings if not given"))
    parser.add_argument(
        "--caller", action="append", default=[], metavar="AE", help=tr("an AE title that may send, besides the nodes'")
    )
    _ours(parser)
    add_language(parser)
    return parser


def settings() -> PacsSettings:
    """Return the nodes of this user, else those of the site."""
    from ptxviewer.app.disk import pacs_file
    from ptxviewer.paths import settings_folder, site_settings

    def told(reason: Reason) -> None:
        complain(sentence(reason))

    site = pacs_file.load(site_settings().with_name(pacs_file.NAME))
    return pacs_file.load(settings_folder() / pacs_file.NAME, told, site)


def node_of(text: str, known: PacsSettings) -> Node:
    """Return the node that was named, or spelled out. Raises ``PtxError``."""
    found = known.node(text)
    if found is not None:
        return found
    title, at, rest = text.partition("@")
    host, colon, port = rest.rpartition(":")
    if text.startswith(("http://", "https://")):
        found = Node(text, "web", url=text)
    elif at and colon and port.isdecimal():
        found = Node(text, title=title, host=host.strip("[]"), port=int(port))
    else:
        raise PtxError(UnknownNode(text))
    problem = problem_of(found)
    if problem is not None:
        raise PtxError(problem)
    return found


def _station(
    arguments: argparse.Namespace, known: PacsSettings, address: str | None = None, port: int | None = None
) -> Station:
    own = known.station
    station = replace(
        own,
        title=own.title if arguments.title is None else arguments.title,
        address=own.address if address is None else address,
        port=own.port if port is None else port,
    )
    problem = problem_of_station(station)
    if problem is not None:
        raise PtxError(problem)
    return station


def _service() -> PacsService:
    from ptxviewer.pacs.service import PacsService

    return PacsService()


# ---- commands


def echo_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer echo``."""
    known = settings()
    _service().echo(node_of(arguments.node, known), _station(arguments, known))
    say(sentence(Pacs.ECHOED))
    return 0


def files_of(paths: list[Path]) -> list[Path]:
    """Return the files among ``paths`` and those of folders among them, hidden ones left out, in order."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found |= dict.fromkeys(one for one in inside if not one.name.startswith(".") and not one.is_dir())
    return list(found)


def _consents(count: int, node: Node) -> bool:
    """Ask on the terminal; where nobody can answer, only ``--yes`` is a yes."""
    question = trn(
        "{count} object goes to {node}, for research only. This cannot be taken back from here. Send? [y/N] ",
        "{count} objects go to {node}, for research only. This cannot be taken back from here. Send? [y/N] ",
        count,
        node=node.name,
    )
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja")


def send_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer send``."""
    known = settings()
    node, station, files = node_of(arguments.node, known), _station(arguments, known), files_of(arguments.paths)
    if not files:
        raise PtxError(Pacs.NOT_DICOM)
    if not arguments.yes and not _consents(len(files), node):
        complain(tr("Nothing was sent: sending has to be allowed with --yes."))
        return 2
    outcomes = dict(
        _deliveries(files, lambda some: _service().send(node, station, some, never_cancelled), arguments.retries)
    )
    good = 0
    for file, delivery in outcomes.items():
        arrived = delivery.arrived and delivery.found is not False
        good += arrived
        if not arrived or delivery.why is not None:
            complain(f"{file}: {words.outcome(delivery)}")
    verified = sum(delivery.found is True for delivery in outcomes.values())
    say(
        trn(
            "{count} object: {sent} sent, {verified} of them found there when asked.",
            "{count} objects: {sent} sent, {verified} of them found there when asked.",
            len(files),
            sent=good,
            verified=verified,
        )
    )
    return 0 if good == len(files) else 1


def _deliveries(
    files: list[Path], send: Callable[[list[Path]], list[Delivery]], retries: int
) -> Iterator[tuple[Path, Delivery]]:
    """Send, and send again what may be otherwise in a moment."""
    left = files
    for tries in range(max(retries, 0) + 1):
        try:
            sent = send(left)
        except PtxError as error:
            sent = [Delivery("failed", error.reason)] * len(left)
        yield from zip(left, sent, strict=True)
        left = [file for file, one in zip(left, sent, strict=True) if not one.arrived and one.why in TRANSIENT]
        if not left:
            return
        if tries < retries:
            time.sleep(RETRY_S)


def _query(arguments: argparse.Namespace) -> Query:
    since = date.today() - timedelta(days=round(365.25 * arguments.years)) if arguments.years > 0 else None
    return Query(
        arguments.patient_id,
        arguments.name,
        arguments.accession,
        arguments.study,
        since.isoformat() if since else "",
        tuple(arguments.modality or FILM_MODALITIES),
    )


def _found(arguments: argparse.Namespace) -> tuple[Node, Station, list[FoundSeries]]:
    known = settings()
    node, station = node_of(arguments.node, known), _station(arguments, known)
    return node, station, _service().find(node, station, _query(arguments), never_cancelled)


def record_of(one: FoundSeries) -> Mapping[str, object]:
    """Return what is said of a series, in the order of the list."""
    return {
        "date": one.study.date,
        "time": one.study.time,
        "modality": one.modality,
        "count": one.count,
        "patient_id": one.patient.id,
        "name": one.patient.name,
        "birth_date": one.patient.birth_date,
        "study": one.study.description,
        "series": one.study.series_description,
        "accession": one.study.accession,
        "study_uid": one.study_uid,
        "series_uid": one.series_uid,
    }


def query_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer query``."""
    _, _, found = _found(arguments)
    for one in found:
        record = record_of(one)
        columns = ("" if value is None else escaped(str(value)) for value in record.values())
        print(json.dumps(record) if arguments.json else "\t".join(columns))
    if not found:
        complain(sentence(Pacs.NOTHING_THERE))
    return 0 if found else 1


def fetch_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer fetch``."""
    from ptxviewer.cli.export import made_folder

    node, station, found = _found(arguments)
    if not found:
        raise PtxError(Pacs.NOTHING_THERE)
    made_folder(arguments.out)
    service = _service()

    def fetched(one: FoundSeries) -> Fetched:
        try:
            return service.fetch(node, station, one, arguments.out, never_cancelled)
        except PtxError as error:
            complain(sentences(error.reason))
            return Fetched(missing=one.count or 1)

    brought = [fetched(one) for one in found]
    files = sum(len(one.files) for one in brought)
    missing = sum(one.missing for one in brought)
    say(
        trn(
            "{count} object fetched, {missing} missing: {folder}",
            "{count} objects fetched, {missing} missing: {folder}",
            files,
            missing=missing,
            folder=arguments.out,
        )
    )
    return 1 if missing else 0


def options_of_triage(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what ``triage`` is to give away and take in; says where the results go. Raises ``PtxError``."""
    from ptxviewer.app.exports import USUAL
    from ptxviewer.cli.giving import Wanted

    if not (arguments.dicom or arguments.send or arguments.listen):
        return {}
    known = settings()
    station = _station(arguments, known)
    nodes = tuple(dict.fromkeys(node_of(one, known) for one in arguments.send))
    if nodes:
        names = ", ".join(node.name for node in nodes)
        say(tr("The results of every film go to {node}, for research only.", node=names))
    wanted = Wanted(arguments.dicom, tuple(arguments.kinds or USUAL), nodes, station)
    if not arguments.listen:
        return {"wanted": wanted}
    if not known.callers:
        raise PtxError(Pacs.NO_NODES)
    deletes = bool(arguments.delete_received)
    return {"wanted": wanted, "listener": station, "callers": known.callers, "delete_received": deletes}


def listen_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer listen``: ends with Ctrl+C, or when the system asks."""
    from ptxviewer.cli.export import made_folder

    known = settings()
    station = _station(arguments, known, address=arguments.address, port=arguments.port)
    callers = (*known.callers, *arguments.caller)
    if not callers:
        raise PtxError(Pacs.NO_NODES)
    made_folder(arguments.out)
    count = 0

    def arrived(_path: Path) -> None:
        nonlocal count
        count += 1

    stop = _service().listen(station, callers, arguments.out, arrived)
    say(
        tr(
            "Listening as {title} on {address}, port {port}.",
            title=station.title,
            address=station.address,
            port=station.port,
        )
    )
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        stop()
    say(trn("{count} object received.", "{count} objects received.", count))
    return 0


COMMANDS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[[argparse.Namespace], int]]] = {
    "echo": (echo_parser, echo_command),
    "send": (send_parser, send_command),
    "query": (query_parser, query_command),
    "fetch": (fetch_parser, fetch_command),
    "listen": (listen_parser, listen_command),
}
