"""The list of the window as rows of the schema: what the lists show of each film, under its reader's decision."""

from __future__ import annotations

from datetime import datetime, timezone

from ptxviewer.app.films.urgency import Group, group_of, rank
from ptxviewer.app.state.facts import Summary, facts_of, summary_of
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import State
from ptxviewer.core.engine import EngineInfo
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.rows import (
    by_network,
    film_name,
    findings_of,
    measured,
    path_text,
    stamp_of,
    summed_up,
    taken_how,
    who_and_when,
)
from ptxviewer.results.schema import VERSION, Record, Status
from ptxviewer.words import sentences
from ptxviewer.words.network import older_network

STATUS = {
    FilmStatus.DONE: Status.ANALYSED,
    FilmStatus.NOT_SHOWN: Status.NOT_SHOWN,
    FilmStatus.FAILED: Status.FAILED,
}


def listed(state: State, pseudonyms: Pseudonyms, *, identified: bool) -> tuple[list[Record], list[Record]]:
    """Return the rows of all films, the most urgent first, and those of their findings.

    ``state`` is the one that is shown: a result that is withheld is in none of it. Findings are there of films whose
    pixels are; the lists have a summary of the others.
    """
    films, findings = [], []
    for film in state.films:
        info = state.network_of(film)
        record, own = _rows(film, info, pseudonyms, identified)
        films.append((_place(film, info), record))
        findings += [{**one, "film": record["film"], "film_id": record["film_id"]} for one in own]
    ordered = [record for _, record in sorted(films, key=lambda placed: placed[0])]
    return [{**record, "rank": place} for place, record in enumerate(ordered, 1)], findings


def _place(film: Film, info: EngineInfo | None) -> tuple[object, ...]:
    summary = _summary(film)
    urgency = None if summary is None else film.urgency
    return rank(_group(film, info), urgency, film.number)


def _group(film: Film, info: EngineInfo | None) -> Group:
    summary = _summary(film)
    limit = None if info is None else info.rule.score_threshold
    return group_of(summary, None if summary is None else film.urgency, limit)


def _summary(film: Film) -> Summary | None:
    """What is told of a film that was answered, under its reader's decision where it is measured."""
    if film.status is not FilmStatus.DONE:
        return None
    if film.findings is not None and film.radiograph is not None:
        return summary_of(film.findings, film.radiograph)
    return film.summary


def _rows(film: Film, info: EngineInfo | None, pseudonyms: Pseudonyms, identified: bool) -> tuple[Record, list[Record]]:
    radiograph, found = film.radiograph, film.findings
    summary = _summary(film)
    facts = film.facts if radiograph is None else facts_of(radiograph)
    stamp = stamp_of(film.path, str(film.path), pseudonyms)
    name = film_name(facts.study.sop_uid if facts else "", film.key, pseudonyms) if film.key else ""
    record: Record = {
        "film": film.number,
        "group": _group(film, info),
        "score": None,
        "status": STATUS.get(film.status, Status.NOT_ANALYSED).value,
        "note": sentences(older_network(film.older), film.why),
        "reason": "" if film.why is None else film.why.code,
        "film_id": name or pseudonyms.of("place", stamp.file_id),
        "verdict": film.review.verdict,
        "drain": film.review.drain,
        **by_network(info),
        "forced": film.review.gate_overridden,
        "analysed_utc": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "file_id": stamp.file_id,
        "file_bytes": stamp.size,
        "file_mtime_ns": stamp.mtime_ns,
        "schema_version": VERSION,
    }
    if facts is not None:
        record |= who_and_when(facts.patient, facts.study, pseudonyms, identified=identified)
        record |= {"modality": facts.modality, "view": facts.view}
    if radiograph is not None:
        record |= taken_how(radiograph)
    if summary is not None:
        record |= summed_up(summary)
    if identified:
        record["file"] = path_text(str(film.path))
    if summary is None or found is None:
        return record, []
    return record | measured(found), findings_of(found)
