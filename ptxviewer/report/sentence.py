"""Findings and impression of a film as a reader would dictate them, prefilled from what is marked and decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ptxviewer.core.answer import Findings, HemithoraxFinding, LineName
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.change import Compared, SideChange, direction_of
from ptxviewer.core.findings.sizes import contradicted, sizes_of_half, without_contradictions
from ptxviewer.core.review import Impression, Review
from ptxviewer.report.decision import zones_of_side
from ptxviewer.report.templates import Case, Template, filled, template, word
from ptxviewer.words import measures, quantities, tr
from ptxviewer.words.comparison import days_apart
from ptxviewer.words.network import older_network

LINES: tuple[tuple[LineName, str], ...] = (("rim", "at hilum"), ("a", "at apex"))
GUIDELINES = ("bts_2010", "accp_2001")


@dataclass(frozen=True)
class Prefilled:
    """The text that the template gives, and the name of the facts that it tells: two equal names, the same facts."""

    text: str
    basis: str


def case_of(findings: Findings, review: Review, impression: Impression | None = None) -> Case:
    """Return which kind of film this is: by the reader's verdict or edit, else by a first read, else by the network."""
    verdict, present = review.verdict, findings.present
    if verdict == "unsure":
        return "unsure"
    if verdict == "reject":
        return "absent" if present else "missed"
    if verdict or findings.edited:
        return "present" if present else "absent"
    if impression == "absent":
        return "absent"
    if impression == "present":
        return "present" if present else "missed"
    return "possible" if present else "none marked"


def prefilled(
    film: Radiograph,
    findings: Findings,
    review: Review,
    compared: Compared | None = None,
    impression: Impression | None = None,
    network: EngineInfo | None = None,
) -> Prefilled:
    """Return the text for a film and the name of its facts; ``impression`` is the reader's last word of a first read.

    Where the ``network`` is an older one, the text ends with its name.
    No size is in it where two measures contradict each other, none in mm that the tags do not support, and nothing of
    what the reader rejected.
    """
    case, of = case_of(findings, review, impression), template()
    told = without_contradictions(film, findings)
    halves = told.halves if case in ("possible", "present", "unsure") else ()
    sides = [_side_values(film, told, half, of) for half in halves]
    values = {
        "sides": f" {word(of, 'and')} ".join(side["side"] for side in sides),
        "change": "; ".join(_changes(compared, of)),
        "interval": "" if compared is None or compared.days is None else days_apart(compared.days),
        "caution": _caution(film, of),
        "drain": word(of, f"drain {review.drain or 'unknown'}"),
    }
    text = "\n".join(line for line in (filled(of.cases.get(case, ()), values, sides), older_network(network)) if line)
    return Prefilled(text, _basis(film, told, case, review))


Author = Literal["template", "reader", "reader, before the findings changed"]


def text_for(
    film: Radiograph,
    findings: Findings,
    review: Review,
    compared: Compared | None = None,
    impression: Impression | None = None,
    network: EngineInfo | None = None,
) -> tuple[str, Author]:
    """Return the text of a film, and whose it is; arguments as in ``prefilled``."""
    given = prefilled(film, findings, review, compared, impression, network)
    if review.text is None:
        return given.text, "template"
    same = review.text.basis == given.basis
    return review.text.text, "reader" if same else "reader, before the findings changed"


def _side_values(film: Radiograph, findings: Findings, half: HemithoraxFinding, of: Template) -> dict[str, str]:
    doubtful = contradicted(half)
    zones = zones_of_side(findings, half.side)
    return {
        "side": word(of, f"side {half.side}"),
        "zones": ", ".join(word(of, f"zone {zone}") for zone in zones),
        "size": "" if doubtful else _size(film, half, of),
        "distance": "" if doubtful else _distance(film, half, of),
        "guideline": "" if doubtful else "; ".join(_guidelines(film, half)),
        "doubt": word(of, "doubt") if doubtful else "",
    }


def _size(film: Radiograph, half: HemithoraxFinding, of: Template) -> str:
    if half.percent is not None:
        return word(of, "projected", percent=measures.rounded_share(half.percent))
    each = film.spacing.pixel_area_mm2
    if each is None:
        return ""
    origin = quantities.spacing_label(film.spacing)
    return word(of, "area", area=quantities.area_of(half.area_px * each), origin=origin)


def _distance(film: Radiograph, half: HemithoraxFinding, of: Template) -> str:
    for name, key in LINES:
        line = None if half.distances is None else half.distances.line(name)
        mm = None if line is None else line.mm(film.spacing)
        if mm:
            return word(of, key, length=quantities.cm(mm), origin=quantities.spacing_label(film.spacing))
    return ""


def _guidelines(film: Radiograph, half: HemithoraxFinding) -> Iterator[str]:
    for size in sizes_of_half(film, half):
        if size.measure.id in GUIDELINES and size.value is not None:
            yield f"{tr(size.measure.name)}: {measures.size(size)}"


def _caution(film: Radiograph, of: Template) -> str:
    lying = film.posture in ("supine", "recumbent")
    return word(of, "caution supine") if lying else word(of, "caution ap") if film.acquisition.view == "AP" else ""


def _changes(compared: Compared | None, of: Template) -> Iterator[str]:
    for change in () if compared is None else compared.sides:
        change_text = _change(change, of)
        if change_text:
            yield change_text


def _change(change: SideChange, of: Template) -> str:
    side = word(of, f"side {change.side}")
    if change.percent is None:
        return ""
    older, newer = change.percent
    how = direction_of(older, newer)
    if how in ("new", "gone"):
        return word(of, f"change {how}", side=side)
    shares = measures.rounded_share(older), measures.rounded_share(newer)
    return word(of, f"change {how}", side=side, older=shares[0], newer=shares[1])


def _basis(film: Radiograph, findings: Findings, case: Case, review: Review) -> str:
    """A short name of what a text may tell of this film, in no language; a prior that is open makes no difference."""

    def half(finding: HemithoraxFinding) -> list[object]:
        lines = {} if finding.distances is None else dict(finding.distances.lines)
        lengths = [round(lines[name].mm(film.spacing) or 0) if name in lines else None for name, _ in LINES]
        area = round(finding.area_px * (film.spacing.pixel_area_mm2 or 0))
        size = area if finding.percent is None else round(finding.percent)
        return [finding.side, list(zones_of_side(findings, finding.side)), size, contradicted(finding), lengths]

    halves = [half(each) for each in findings.halves] if case in ("possible", "present", "unsure") else []
    facts = [case, halves, film.posture, film.acquisition.view, review.drain]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
