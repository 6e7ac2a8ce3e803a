"""``ptxviewer triage``: films in, a store or a table of results out, the most urgent first, none left out.

Results go into a store (``results.store``) as they come; a table is written from it at the end, and until then the
store lies beside it under a hidden name. So a run that is killed goes on where it was. Rows name films by pseudonyms
and by their number in the order in which they were found: a file's name is often the patient's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer import __version__
from ptxviewer.cli.arrivals import arriving
from ptxviewer.cli.cluster.options import OnCluster
from ptxviewer.cli.cluster.places import sources_at
from ptxviewer.cli.cluster.stream import ClusterStream, cluster_stream
from ptxviewer.cli.export import made_folder
from ptxviewer.cli.giving import Giving, Wanted, giving
from ptxviewer.cli.giving import told as told_of
from ptxviewer.cli.health import Health
from ptxviewer.cli.progress import Progress, Style, progress_of
from ptxviewer.cli.speaking import complain
from ptxviewer.cli.stream import Answered, Source, Stream, sources_of
from ptxviewer.core.engine import Engine, EngineInfo
from ptxviewer.core.files import remove_parts
from ptxviewer.core.film import Radiograph
from ptxviewer.core.pacs import Station, is_received
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.command import Command
from ptxviewer.core.review import Review
from ptxviewer.core.scratch import ScratchFolder
from ptxviewer.paths import settings_folder
from ptxviewer.results import tables
from ptxviewer.results.pseudonyms import Pseudonyms, pseudonyms_in
from ptxviewer.results.rows import Told, id_in, rows_of
from ptxviewer.results.schema import Record, Status
from ptxviewer.results.store import By, ResultStore, Stamp, stamp_in
from ptxviewer.words import sentences, trn

if TYPE_CHECKING:
    from ptxviewer.dicom.candidates import Candidate


@dataclass(frozen=True)
class TriageOptions:
    """What was asked for besides films and target."""

    identified: bool = False
    resume: bool = False  # a table that is there is taken for what is done
    watch: bool = False
    progress: Style = "auto"
    wanted: Wanted = field(default_factory=Wanted)  # besides the rows
    status: Path | None = None  # the file that says how the run is
    listener: Station | None = None  # takes films that ``callers`` send into the first folder
    callers: tuple[str, ...] = ()
    delete_received: bool = False  # films that came in by the listener, once they have their row
    cluster: OnCluster | None = None  # whose workers analyse the films
    addresses: tuple[str, ...] = ()  # of films and folders in storage that the workers reach


def suffixes() -> tuple[str, ...]:
    """Return the suffixes of everything that results are written to."""
    return (tables.STORE, *(fmt.suffix for fmt in tables.FORMATS))


def working_store(target: Path) -> Path:
    """Return where the store of a table lies while it is made."""
    return target.with_name(f".{target.name}.ptxviewer{tables.STORE}")


def triage(
    paths: list[Path],
    engine: Engine,
    target: Path,
    review: Review,
    say: Callable[[str], None],
    options: TriageOptions = TriageOptions(),
) -> int:
    """Analyse every film among ``paths`` that ``target`` does not hold; returns 0 when all have an answer, else 1.

    A run that watches and is asked to end returns 0. Raises ``PtxError``: target not written, no network, a store of
    something else.
    """
    health = Health(options.status)
    with health.kept():
        return _triage(paths, engine, target, review, say, options, health)


def _triage(
    paths: list[Path],
    engine: Engine,
    target: Path,
    review: Review,
    say: Callable[[str], None],
    options: TriageOptions,
    health: Health,
) -> int:
    table = None if target.suffix.lower() == tables.STORE else target
    if table is not None:
        tables.check(table)
        remove_parts(table.parent)
    kept = target if table is None else working_store(target)
    pseudonyms = pseudonyms_in(settings_folder())
    with ResultStore(kept) as store:
        if table is not None and options.resume and table.is_file() and not store.count():
            _take_in(table, store)
        again = 0
        try:
            again = _run(paths, engine, kept, store, review, pseudonyms, options, health)
        except KeyboardInterrupt:
            if table is not None:
                if not options.watch:
                    _stopped(paths, store, pseudonyms, _network(engine, options), review, options)
                _write(table, store, options.identified)
            if not options.watch:
                raise
        if table is not None:
            _write(table, store, options.identified)
        count, without = store.count(), store.count("\"group\" = 'no answer'")
        above = store.count("\"group\" = 'above'")
    if table is not None:
        _remove(kept)
    say(
        trn(
            "{count} film: {above} above threshold, {without} without an answer. List: {file}",
            "{count} films: {above} above threshold, {without} without an answer. List: {file}",
            count,
            above=above,
            without=without,
            file=target,
        )
    )
    if again:
        say(
            trn(
                "{count} more file shows a film that has its line already.",
                "{count} more files show films that have their lines already.",
                again,
            )
        )
    if options.wanted.nodes:
        say(told_of(health))
    if options.watch:  # it ends when it is asked to, whatever films there were
        return 0
    counts = health.counts
    return 1 if without or counts.objects_failed or counts.to_send or counts.not_sent else 0


def _run(
    paths: list[Path],
    engine: Engine,
    place: Path,
    store: ResultStore,
    review: Review,
    pseudonyms: Pseudonyms,
    options: TriageOptions,
    health: Health,
) -> int:
    """Analyse what is to be done; returns how many files show a film that is in the list already."""
    again = 0
    info = _network(engine, options)
    by = By(info.model_sha256, info.purpose, review.gate_overridden)

    def known(film: Radiograph) -> bool:
        return store.number_of(id_in(store, film, pseudonyms), by) is not None

    def done(stamp: Stamp) -> bool:
        return store.done(stamp, by)

    with ExitStack() as stack:
        unpacked = stack.enter_context(ScratchFolder())
        progress = stack.enter_context(progress_of(options.progress))
        given = stack.enter_context(giving(options.wanted, place, store.holds, health, complain))
        stack.enter_context(_listening(options, paths, health))
        stream = stack.enter_context(_stream(engine, review, known, options, older=store.holds_older()))
        store.begin(_run_record(info, by))

        def skip() -> None:
            progress.skip()
            health.counts.skipped += 1

        failing: set[str] = set()  # files that failed, until they do not: one may have been half-written
        health.running(info)
        found = _found(paths, unpacked, options, pseudonyms, progress, health)
        for answered in stream.answers(health.handed_out(sources_of(found, pseudonyms, done, skip))):
            again += answered.told.film is not None and known(answered.told.film)  # asked before it is kept
            objects = _give(given, answered, store, pseudonyms)
            _keep(answered, store, pseudonyms, by, identified=options.identified)
            if given is not None:
                given.released()
            failed = answered.told.status is Status.FAILED
            if options.delete_received and objects and not failed:
                _delete_received(answered.source.candidate.path, paths[0])
            name = answered.source.stamp.file_id
            for counted in (progress, health) if name in failing else ():
                counted.tried_again()
            (failing.add if failed else failing.discard)(name)
            progress.count(failed=failed)
            health.film(failed=failed)
    return again


def _network(engine: Engine, options: TriageOptions) -> EngineInfo:
    """Return the network that is to answer; on a cluster, it is not loaded here."""
    return engine.load() if options.cluster is None else options.cluster.info


def _stream(
    engine: Engine, review: Review, known: Callable[[Radiograph], bool], options: TriageOptions, *, older: bool
) -> AbstractContextManager[Stream | ClusterStream]:
    if options.cluster is None:
        return Stream(engine, review, known, older=older)

    def tell(caution: Reason) -> None:
        complain(sentences(caution))

    if (caution := options.cluster.where.caution()) is not None:
        tell(caution)
    return cluster_stream(options.cluster, review, tell, older=older)


def _give(given: Giving | None, answered: Answered, store: ResultStore, pseudonyms: Pseudonyms) -> bool:
    """Make what is wanted besides the row (nothing of a film without an answer); returns whether all was made."""
    film, answer = answered.told.film, answered.answer
    if given is None or film is None or answer is None:
        return True
    return given.prepare(id_in(store, film, pseudonyms), answered.source.candidate.path, answer, answered.told.review)


def _delete_received(path: Path, folder: Path) -> None:
    """Delete a film that the listener took into ``folder``; nothing that anybody else has put there."""
    if path.parent == folder and is_received(path.name):
        with suppress(OSError):
            path.unlink()


@contextmanager
def _listening(options: TriageOptions, paths: list[Path], health: Health) -> Iterator[None]:
    """Take what nodes send into the first folder, which is watched. Raises ``PtxError``: the port is taken, ..."""
    if options.listener is None:
        yield
        return
    from ptxviewer.pacs.service import PacsService

    def arrived(_path: Path) -> None:
        health.counts.received += 1

    stop = PacsService().listen(options.listener, options.callers, made_folder(paths[0]), arrived)
    health.listening = True
    try:
        yield
    finally:
        stop()


def _found(
    paths: list[Path],
    unpacked: Path,
    options: TriageOptions,
    pseudonyms: Pseudonyms,
    progress: Progress,
    health: Health,
) -> Iterator[Candidate | Source | None]:
    from ptxviewer.dicom.collect import count_files

    if options.watch:
        return arriving(paths, unpacked, looked=health.looked, away=health.away)
    if progress.style != "none" and not options.addresses:
        progress.total = count_files(paths)
    return _each(paths, unpacked, options, pseudonyms)


def _each(
    paths: list[Path], unpacked: Path, options: TriageOptions, pseudonyms: Pseudonyms
) -> Iterator[Candidate | Source | None]:
    from ptxviewer.dicom.collect import each

    yield from each(paths, unpacked)
    for address in options.addresses:
        yield from sources_at(address, pseudonyms)


def _run_record(info: EngineInfo, by: By) -> Record:
    return {
        "started_utc": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "program": f"ptxviewer {__version__}",
        "network_id": info.model_id,
        "network_sha256": info.model_sha256,
        "device": info.device,
        "rule": by.rule,
        "forced": by.forced,
    }


def _keep(answered: Answered, store: ResultStore, pseudonyms: Pseudonyms, by: By, *, identified: bool) -> None:
    """Write what came of a film; of one that is there already, that this file shows it, too."""
    told, stamp = answered.told, answered.source.stamp
    if answered.known and told.film is not None:
        number = store.number_of(id_in(store, told.film, pseudonyms), by)
        if number is not None:
            with store.transaction():
                store.seen(stamp, number)
            return
    store.add(*rows_of(told, stamp, store, pseudonyms, identified=identified), stamp)


def _take_in(table: Path, store: ResultStore) -> None:
    """Read a table back into an empty store."""
    with store.transaction():
        for kind, row in tables.read(table):
            if kind == "film":
                store.put(row, (), stamp_in(row))
            else:
                store.put_finding(row)


def _stopped(
    paths: list[Path],
    store: ResultStore,
    pseudonyms: Pseudonyms,
    info: EngineInfo,
    review: Review,
    options: TriageOptions,
) -> None:
    """Give a row to every film that the run did not come to."""
    with ScratchFolder() as unpacked, store.transaction():
        found = _each(paths, unpacked, options, pseudonyms)
        for source in sources_of(found, pseudonyms, lambda stamp: store.has(stamp.file_id)):
            if source is not None and not store.has(source.stamp.file_id):
                failed = source.candidate.reason is not None
                told = Told(
                    Status.FAILED if failed else Status.NOT_ANALYSED,
                    source.candidate.reason or Command.STOPPED,
                    info=info,
                    forced=review.gate_overridden,
                    file=source.candidate.name,
                )
                rows = rows_of(told, source.stamp, store, pseudonyms, identified=options.identified)
                store.put(*rows, source.stamp)


def _write(table: Path, store: ResultStore, identified: bool) -> None:
    tables.write(table, store.films(), store.findings(), identified=identified)


def _remove(kept: Path) -> None:
    """Take the store of a table away, which is written."""
    for name in (kept, *(kept.with_name(kept.name + end) for end in ("-wal", "-shm"))):
        name.unlink(missing_ok=True)
