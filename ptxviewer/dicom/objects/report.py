"""Structured reports (PS3.3 A.35): their content as text, what they draw on films, and what one of ours decided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pydicom.dataset import Dataset

from ptxviewer.core.objects import Document, FilmObject, Mark, Presence
from ptxviewer.core.plaintext import plain
from ptxviewer.core.review import Verdict
from ptxviewer.dicom import tags
from ptxviewer.dicom.objects.common import (
    LONGEST,
    UNNAMED_READER,
    is_own,
    items,
    made_of,
    maker_of,
    numbers,
    points_of,
    references,
    shape_of,
)
from ptxviewer.dicom.objects.parameters import threshold_in

MOST_NODES, DEEPEST = 5000, 40
LONGEST_TEXT = 200_000  # letters of a document
FINDING, TRACKING = "121071", "112039"  # DCM
READER, PARAMETERS = "121008", "111002"  # DCM: Person Observer Name, Algorithm Parameters
PRESENCE, VERDICT = "705057003", "VERDICT"
PRESENCES: dict[str, Presence] = {"52101004": "present", "2667000": "absent", "82334004": "indeterminate"}
VERDICTS: dict[str, Verdict] = {"ACCEPTED": "accept", "EDITED": "edited", "REJECTED": "reject", "UNSURE": "unsure"}
Film = tuple[str, int | None]


@dataclass
class _Read:
    """What has been read of a report so far."""

    lines: list[str] = field(default_factory=list)
    marks: dict[Film, list[Mark]] = field(default_factory=dict)
    films: dict[Film, None] = field(default_factory=dict)
    verdict: Verdict = ""
    presence: Presence = ""
    reader: str = ""
    parameters: list[str] = field(default_factory=list)
    nodes: int = 0
    cut: bool = False


def report(ds: Dataset) -> tuple[tuple[FilmObject, ...], Document]:
    """Return what a report says of films, and its content to be read."""
    found = _Read()
    _walk(ds, 0, "", found)
    for film in list(found.marks):
        found.films.setdefault(film)
    own = is_own(ds)
    base = FilmObject(
        uid=tags.text(ds, "SOPInstanceUID"),
        film_uid="",
        maker=maker_of(ds),
        own=own,
        made=made_of(ds),
        label=_meaning(ds, "ConceptNameCodeSequence"),
        cut=found.cut,
    )
    if own:
        base = replace(
            base,
            verdict=found.verdict,
            presence=found.presence,
            reader=found.reader,
            threshold=threshold_in(found.parameters),
        )
    objects = tuple(
        replace(base, film_uid=uid, frame=frame, marks=tuple(found.marks.get((uid, frame), ())))
        for uid, frame in found.films
        if own or (uid, frame) in found.marks
    )
    text = "\n".join(found.lines)
    document = Document(
        uid=base.uid,
        kind="report",
        title=base.label or plain(tags.text(ds, "SeriesDescription"), LONGEST),
        maker=base.maker,
        made=base.made,
        patient=tags.person_name(ds),
        text=text[:LONGEST_TEXT],
        cut=found.cut or len(text) > LONGEST_TEXT,
    )
    return objects, document


def _walk(node: Dataset, depth: int, finding: str, found: _Read) -> None:
    """Read the content of a node, depth first; ``finding`` is what the group around it is about."""
    children = items(node, "ContentSequence")
    if depth > DEEPEST:
        found.cut = True
        return
    about = _about(children) or finding
    for child in children:
        found.nodes += 1
        if found.nodes > MOST_NODES:
            found.cut = True
            return
        concept, value = _meaning(child, "ConceptNameCodeSequence"), _value(child)
        if (concept or value) and tags.text(child, "ValueType") != "UIDREF":  # identifiers are for programs
            found.lines.append(
                "  " * min(depth, 12) + (f"{concept}: {value}" if concept and value else concept or value)
            )
        _note(child, found)
        kind = tags.text(child, "ValueType")
        if kind == "IMAGE":
            for film in references(child, "ReferencedSOPSequence"):
                found.films.setdefault(film)
        elif kind == "SCOORD":
            _draw(child, about, found)
        _walk(child, depth + 1, about, found)


def _about(children: list[Dataset]) -> str:
    """What a group of items is about: its finding, else the name under which it is tracked."""
    for code in (FINDING, TRACKING):
        for child in children:
            if _code(child, "ConceptNameCodeSequence") == code:
                return _value(child)
    return ""


def _draw(item: Dataset, about: str, found: _Read) -> None:
    shape = shape_of(tags.text(item, "GraphicType").upper(), points_of(numbers(item.get("GraphicData"))))
    if shape is None:
        return
    for child in items(item, "ContentSequence"):
        for film in references(child, "ReferencedSOPSequence"):
            found.marks.setdefault(film, []).append(Mark(*shape, about))


def _note(item: Dataset, found: _Read) -> None:
    """Keep what a report of this program decided."""
    name, code = _code(item, "ConceptNameCodeSequence"), _code(item, "ConceptCodeSequence")
    if name == VERDICT:
        found.verdict = VERDICTS.get(code, "")
    elif name == PRESENCE:
        found.presence = PRESENCES.get(code, "")
    elif name == READER:
        found.reader = "" if item.get("PersonName") == UNNAMED_READER else _person(item)
    elif name == PARAMETERS:
        found.parameters.append(tags.text(item, "TextValue"))


def _code(ds: Dataset, keyword: str) -> str:
    first = items(ds, keyword, 1)
    return (tags.text(first[0], "CodeValue") or tags.text(first[0], "LongCodeValue")) if first else ""


def _meaning(ds: Dataset, keyword: str) -> str:
    first = items(ds, keyword, 1)
    return plain(tags.text(first[0], "CodeMeaning"), 2 * LONGEST) if first else ""


def _value(item: Dataset) -> str:
    """Return what an item says, by its type (PS3.3 C.17.3)."""
    kind = tags.text(item, "ValueType")
    if kind == "PNAME":
        return _person(item)
    if kind == "CODE":
        return _meaning(item, "ConceptCodeSequence")
    if kind == "NUM":
        measured = items(item, "MeasuredValueSequence", 1)
        if not measured:
            return ""
        first = items(measured[0], "MeasurementUnitsCodeSequence", 1)
        unit = tags.text(first[0], "CodeValue") if first else ""
        return f"{tags.text(measured[0], 'NumericValue')} {'' if unit in ('1', '') else unit}".strip()
    keyword = {
        "TEXT": "TextValue",
        "DATE": "Date",
        "TIME": "Time",
        "DATETIME": "DateTime",
    }.get(kind)
    if keyword is None:
        return {"SCOORD": tags.text(item, "GraphicType").lower(), "IMAGE": "image"}.get(kind, "")
    return tags.text(item, keyword)


def _person(item: Dataset) -> str:
    return plain(str(item.get("PersonName") or "").replace("^", " "), LONGEST)
