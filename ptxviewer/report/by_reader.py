"""The reader's part of a report page: verdict, first read, changes, the text and its author."""

from __future__ import annotations

from ptxviewer.core.answer import BY_CARD
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.change import Compared
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.review import FirstRead, Impression, Review, said
from ptxviewer.report.sentence import Author, text_for
from ptxviewer.words import finding, tr

Pair = tuple[str, str]
"""A label and its value; a label may be empty, the value never is."""

AUTHORS: dict[Author, Msgid] = {
    "template": N_("Prefilled text, not edited by reader"),
    "reader": N_("Text by reader"),
    "reader, before the findings changed": N_("Text by reader, written before the findings changed"),
}
IMPRESSIONS: dict[tuple[Impression, bool], Msgid] = {
    ("present", False): N_("present, before the network's result was shown"),
    ("absent", False): N_("absent, before the network's result was shown"),
    ("present", True): N_("present, after the network's result was shown"),
    ("absent", True): N_("absent, after the network's result was shown"),
}


def pair(label: str, value: str) -> tuple[Pair, ...]:
    """Return a pair, none where its value is empty."""
    return ((label, value),) if value else ()


def text_of(
    film: Radiograph, shown: Answer | None, review: Review, compared: Compared | None, first_read: FirstRead
) -> tuple[str, str]:
    """Return findings and impression, and whose they are; of a result that is not ``shown``, what the reader wrote."""
    if shown is None:
        text = review.text.text if review.text is not None else ""
        return text, tr(AUTHORS["reader"]) if text else ""
    text, by = text_for(film, shown.findings, review, compared, said(first_read), shown.info)
    return text, tr(AUTHORS[by]) if text else ""


def by_reader(
    film: Radiograph, shown: Answer | None, review: Review, first_read: FirstRead, name: str
) -> tuple[Pair, ...]:
    """Return verdict, first read, what was changed, note and ``name`` of the reader."""
    return (
        (tr("Verdict"), finding.verdict(review.verdict) if review.verdict else tr("none given")),
        *_first_read(first_read),
        *pair(tr("Changed"), _changed(film, shown, review)),
        *pair(tr("Note"), review.note.strip()),
        *pair(tr("Name"), name),
    )


def _first_read(record: FirstRead) -> tuple[Pair, ...]:
    """What the reader said before and after seeing the network's result, and whether that disagreed."""
    after = [bool(record.revealed) and when > record.revealed for _, when in record.marks]
    impressions = [tr(IMPRESSIONS[mark[0], late]) for mark, late in zip(record.marks, after, strict=True)]
    asked = [tr("the network disagreed")] if record.challenged else []
    before = after.count(False)
    lines = [*impressions[:before], *asked, *impressions[before:]]
    return tuple((tr("First read") if not number else "", line) for number, line in enumerate(lines))


def _changed(film: Radiograph, answer: Answer | None, review: Review) -> str:
    """What on the page is the reader's and not the network's, "" where nothing is."""
    findings = None if answer is None else answer.findings
    parts = (
        tr("mask") if findings is not None and findings.edited else "",
        tr("threshold") if findings is not None and review.threshold is not None else "",
        tr("sensitivity") if findings is not None and findings.detection != BY_CARD else "",
        tr("distances") if findings is not None and any(half.moved for half in findings.halves) else "",
        tr("calibration") if film.file_spacing is not None else "",
    )
    return ", ".join(part for part in parts if part)
