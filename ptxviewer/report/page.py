"""The page of a report as data: the film as it was shown, what was found, by whom, and how; a painter draws it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Literal

import numpy as np

from ptxviewer import __version__
from ptxviewer.core.answer import Findings, HemithoraxFinding, Lesion, ProbabilityMaps
from ptxviewer.core.arrays import Mask
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.findings.change import Compared
from ptxviewer.core.findings.decide import decide, mask_at_film
from ptxviewer.core.findings.reviewed import Answer
from ptxviewer.core.findings.sizes import sizes_of_half
from ptxviewer.core.measurement import Measurement
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.review import FirstRead, Review, Verdict
from ptxviewer.core.view import FilmView, side_letters, voi_of
from ptxviewer.report.by_reader import Pair, by_reader, pair, text_of
from ptxviewer.report.decision import (
    Nearness,
    cautions,
    detection_text,
    film_check,
    headline,
    held_back_text,
    nearness,
    score_here,
    score_name,
    second_word,
)
from ptxviewer.words import finding, measures, quantities, sentences, tr
from ptxviewer.words.measuring import described
from ptxviewer.words.network import older_network
from ptxviewer.words.notices import NOT_EXCLUDED, RESEARCH_USE
from ptxviewer.words.purposes import purpose_name
from ptxviewer.words.windowing import describe, kind_of_film, preset_name

MOST_ROWS = 6
COLUMNS = (N_("Side"), N_("Area"), N_("Largest width"), N_("Highest score"), N_("Mean score"))
TITLES: dict[str, Msgid] = {
    "network": N_("Pneumothorax on a chest radiograph: what the network says"),
    "edited": N_("Pneumothorax on a chest radiograph: a network's result, edited by a reader"),
    "rejected": N_("Pneumothorax on a chest radiograph: a network's result, rejected by a reader"),
}
SCORE: dict[Nearness, Msgid] = {
    "above": N_("{score} ({kind}), above the operating point ({limit})"),
    "near": N_("{score} ({kind}), near the operating point ({limit})"),
    "below": N_("{score} ({kind}), below the operating point ({limit})"),
}


@dataclass(frozen=True)
class Overlay:
    """How the answer is drawn on the film; as on the screen, where there is one."""

    mode: Literal["outline", "fill", "heat"] = "outline"
    opacity: float = 0.25  # of fill and heat map
    distances: bool = False


@dataclass(frozen=True)
class PageOptions:
    """What the page says and draws beyond film, answer and review. ``when`` None is now."""

    identified: bool = False  # name the patient
    reader: str = ""
    when: datetime | None = None
    compared: Compared | None = None  # with the film's prior
    first_read: FirstRead = field(default_factory=FirstRead)
    overlay: Overlay = field(default_factory=Overlay)
    share_here: float | None = None  # of films with a pneumothorax, as the site has set it


@dataclass(frozen=True)
class Table:
    """The findings, the largest first; ``more`` tells how many are left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""


@dataclass(frozen=True, eq=False)
class Page:
    """Everything on the page. Pictures: ``film`` as it lies in ``view``, with mask, scores, distances, measurements."""

    film: Radiograph
    view: FilmView
    mask: Mask  # (rows, cols) of the film; all False: nothing is outlined
    edited: bool  # the mask is the reader's
    rejected: bool  # the reader says that it is wrong: it is drawn as nothing but the network's
    measurements: tuple[Measurement, ...]  # numbered on the film as in ``facts``
    title: str
    headline: str
    remark: str
    text: str  # findings and impression, "" where there is nothing to tell of
    text_by: str  # whose they are
    film_caption: str
    outline_caption: str
    patient: tuple[Pair, ...]
    how: tuple[Pair, ...]  # the film, and how the network came to its answer
    table: Table | None
    measures: tuple[Pair, ...]  # sizes and distances of what is marked, and what the reader measured
    by_reader: tuple[Pair, ...]  # verdict, note, what the reader changed
    research_use: str
    provenance: str
    overlay: Overlay = field(default_factory=Overlay)
    network: Mask | None = None  # the network's own mask, where the reader edited it
    heat: ProbabilityMaps | None = None  # whose scores are drawn in colour
    threshold: float | None = None
    halves: tuple[HemithoraxFinding, ...] = ()  # whose distances are drawn

    @property
    def facts(self) -> tuple[Pair, ...]:
        """All that is said beside the pictures."""
        return *self.how, *self.measures, *self.by_reader


AS_OPENED, UNTOUCHED, BY_DEFAULT = FilmView(), Review(), PageOptions()


def _without_drawings(film: Radiograph) -> Radiograph:
    """A film without the overlay planes of its file: they may hold a name."""
    if film.graphics is None:
        return film
    return replace(film, graphics=replace(film.graphics, overlay=None))


def page(
    film: Radiograph,
    answer: Answer | None,
    review: Review = UNTOUCHED,
    view: FilmView = AS_OPENED,
    options: PageOptions = BY_DEFAULT,
) -> Page:
    """Return the page of a film, de-identified unless asked; ``answer`` None: the film was not analysed.

    What the gate refused is not on the page unless the reader has overridden it. ``film`` has the spacing that the
    answer was measured with: the reader's, where the review holds a calibration.
    """
    shown = None if answer is None or answer.withheld else answer
    mask = np.zeros(film.shape, bool) if shown is None else shown.mask
    edited = shown is not None and shown.findings.edited
    rejected = shown is not None and review.verdict == "reject"
    text, text_by = text_of(film, shown, review, options.compared, options.first_read)
    network = _network_mask(film, shown) if edited and shown is not None else None
    overlay = options.overlay
    drawn = shown is not None and not rejected
    heat = shown.maps if shown is not None and drawn and overlay.mode == "heat" else None
    halves = shown.findings.halves if shown is not None and drawn and overlay.distances else ()
    return Page(
        film=film if options.identified else _without_drawings(film),
        view=view,
        mask=mask,
        edited=edited,
        rejected=rejected,
        measurements=review.measurements,
        title=tr(TITLES["rejected" if rejected else "edited" if edited else "network"]),
        headline=headline_of(film, answer, review.verdict),
        remark=sentences(
            *_remarks(film, answer, review.verdict),
            film.spacing.note,
            *film.notes,
            burnt_in(film, options.identified),
        ),
        text=text,
        text_by=text_by,
        film_caption=tr("Film as displayed."),
        outline_caption=_outline_caption(film, view, mask, edited, review, heat is not None, bool(halves)),
        patient=_patient(film) if options.identified else ((tr("Patient"), tr("De-identified")),),
        how=(
            (tr("Film"), _film_text(film, options.identified)),
            (tr("Shown"), _shown_text(film, view, options.identified)),
            (tr("Spacing"), quantities.spacing_label(film.spacing)),
            *(() if shown is None else _answer_facts(film, shown, review, options.share_here)),
        ),
        table=None if shown is None or rejected else _table(shown.findings),
        measures=(
            *(() if shown is None or rejected else _measure_facts(film, shown, network)),
            *_measured(film, review),
        ),
        by_reader=by_reader(film, shown, review, options.first_read, options.reader),
        research_use=tr(RESEARCH_USE),
        provenance=_provenance(film, answer, options.when or datetime.now(timezone.utc)),
        overlay=overlay,
        network=network,
        heat=heat,
        threshold=None if shown is None else shown.findings.threshold,
        halves=halves,
    )


def _network_mask(film: Radiograph, answer: Answer) -> Mask:
    findings = answer.findings
    decision = decide(answer.maps, answer.info.rule, findings.threshold, findings.detection)
    return mask_at_film(decision, film.rows, film.cols)


def headline_of(film: Radiograph, answer: Answer | None, verdict: Verdict = "") -> str:
    """Return the decision in one sentence."""
    if answer is None:
        return tr("Not analysed.")
    if answer.withheld:
        return tr("Result not shown.")
    decision = headline(film, answer.findings, answer.info.rule.score_threshold, verdict)
    return sentences(decision, older_network(answer.info))


def _remarks(film: Radiograph, answer: Answer | None, verdict: Verdict) -> tuple[Reason | str | None, ...]:
    if answer is None:
        return (film.not_analysed,)
    if answer.withheld:
        return (answer.findings.gate.reason,)
    findings, limit = answer.findings, answer.info.rule.score_threshold
    return (
        second_word(film, findings, limit, verdict),
        "" if findings.present else tr(NOT_EXCLUDED),
        held_back_text(findings, limit),
        findings.side_note,
    )


def _outline_caption(
    film: Radiograph, view: FilmView, mask: Mask, edited: bool, review: Review, heat: bool, distances: bool
) -> str:
    if not mask.any():
        outline = tr("Nothing is outlined.")
    elif review.verdict == "reject":
        outline = tr("Grey dashes: what was marked, rejected by reader.")
    elif edited:
        outline = tr("Outline: solid as the network has it, dashed where a reader changed it.")
    else:
        outline = tr("Outline: mask of the network, not corrected by a reader.")
    return sentences(
        outline,
        tr("Colours: scores of the network.") if heat else "",
        tr("Lines with letters: distances between chest wall and lung.") if distances else "",
        tr("White lines with numbers: measured by reader.") if review.measurements else "",
        ""
        if not any(side_letters(film, view)) or film.orientation_known
        else tr("Side letters in brackets: the file does not say, usual view assumed."),
    )


def _patient(film: Radiograph) -> tuple[Pair, ...]:
    patient, study = film.patient, film.study
    pairs = (
        (tr("Patient"), patient.name),
        (tr("ID"), patient.id),
        (tr("Born"), patient.birth_date),
        (tr("Sex"), patient.sex),
        (tr("Age"), quantities.age(patient.age)),
        (tr("Study"), " ".join(part for part in (study.date, study.time) if part)),
        ("", study.description),
    )
    return tuple(pair for pair in pairs if pair[1]) or ((tr("Patient"), tr("Not named in the file")),)


def burnt_in(film: Radiograph, identified: bool) -> Reason | None:
    """Return the caution that the pixels may name somebody where the page is to name nobody, else None."""
    return Reading.MAY_CARRY_TEXT if film.acquisition.may_carry_text and not identified else None


def _film_text(film: Radiograph, identified: bool) -> str:
    acquisition = film.acquisition
    kind = kind_of_film(acquisition, identified) or tr("picture")
    parts = [kind, tr("{cols} x {rows} pixels", cols=film.cols, rows=film.rows)]
    if film.frames > 1:
        parts.append(tr("frame {number} of {count}", number=film.frame + 1, count=film.frames))
    if acquisition.lossy:
        parts.append(tr("lossy compression"))
    return ", ".join(parts)


def _shown_text(film: Radiograph, view: FilmView, identified: bool) -> str:
    voi = voi_of(film, view)
    name = preset_name(voi, identified) if isinstance(voi, Window) else ""
    parts = [describe(voi, identified) + (f" ({name})" if name else "")]
    if view.inverted:
        parts.append(tr("inverted"))
    if view.flipped:
        parts.append(tr("flipped"))
    if view.quarter_turns % 4:
        parts.append(tr("turned {degrees}°", degrees=90 * (view.quarter_turns % 4)))
    return ", ".join(parts)


def _answer_facts(film: Radiograph, answer: Answer, review: Review, here: float | None) -> tuple[Pair, ...]:
    """How the decision came about, and what lowers the trust in it."""
    findings, info = answer.findings, answer.info
    limit = info.rule.score_threshold
    score = tr(
        SCORE[nearness(findings.score, limit)],
        score=quantities.score(findings.score, limit),
        kind=score_name(info.calibrated),
        limit=quantities.limit(limit),
    )
    threshold = tr(
        "{threshold} (default {limit})",
        threshold=quantities.score(findings.threshold, info.rule.threshold),
        limit=quantities.limit(info.rule.threshold),
    )
    return (
        (tr("Film score"), score),
        *pair(tr("Score for this site"), score_here(findings.score, info.prevalence, here)),
        (tr("Threshold"), threshold),
        *pair(tr("Rule"), "" if info.purpose == "balanced" else purpose_name(info.purpose)),
        *pair(tr("Sensitivity"), detection_text(film, findings)),
        *pair(tr("Film check"), film_check(film, findings.gate, answer.overridden)),
        *pair(tr("Caution"), sentences(*cautions(film, review))),
    )


def _measure_facts(film: Radiograph, answer: Answer, network: Mask | None) -> tuple[Pair, ...]:
    """What is marked, measured; beside a reader's mask, how large the network's own is."""
    findings = answer.findings
    return (
        *pair(tr("Mask"), tr("edited by reader") if findings.edited else ""),
        *pair(tr("Network alone"), "" if network is None else _alone(film, network)),
        *_size_facts(film, findings),
    )


def _alone(film: Radiograph, network: Mask) -> str:
    pixels, per_pixel = int(network.sum()), film.spacing.pixel_area_mm2
    if not pixels:
        return tr("nothing marked")
    return quantities.area_or_px(pixels, None if per_pixel is None else pixels * per_pixel)


def _size_facts(film: Radiograph, findings: Findings) -> tuple[Pair, ...]:
    """Distances and sizes of the side with the larger area, refused ones with their reason, and what was moved."""
    if not findings.halves:
        return ()
    half = findings.halves[0]
    area = measures.area_with_origin(findings.area_px, findings.area_mm2, film.spacing)
    lengths = measures.distances(half, film.spacing), measures.moved_lines(findings.halves)
    measured = (", ".join(text for text in lengths if text), *measures.missing_lines(half))
    sizes = sizes_of_half(film, half)
    return (
        *((tr("Projected area"), measures.percent(half)) for half in findings.halves),
        (tr("Area"), area),
        *pair(tr("Caution"), measures.disagreements(film, findings.halves)),
        *((tr("Distances") if index == 0 else "", text) for index, text in enumerate(filter(None, measured))),
        *((tr(size.measure.name), measures.size(size)) for size in sizes if size.value is not None),
        *((tr("Not given"), f"{names}: {reason}") for names, reason in measures.refusals(sizes)),
    )


def _measured(film: Radiograph, review: Review) -> tuple[Pair, ...]:
    return tuple(
        (tr("Measured") if index == 0 else "", f"{name}: {text}")
        for index, (name, text) in enumerate(described(film, review.measurements))
    )


def _table(findings: Findings) -> Table | None:
    if not findings.lesions:
        return None
    rows = tuple(_row(lesion) for lesion in findings.lesions[:MOST_ROWS])
    left_out = len(findings.lesions) - len(rows)
    more = tr("and {count} smaller", count=left_out) if left_out else ""
    return Table(tuple(tr(column) for column in COLUMNS), rows, more)


def _row(lesion: Lesion) -> tuple[str, ...]:
    return (
        ", ".join((finding.place(lesion.side, *lesion.zones[:1]), *map(finding.zone, lesion.zones[1:]))),
        quantities.area_or_px(lesion.area_px, lesion.area_mm2),
        quantities.length(lesion.width_px, lesion.width_mm),
        quantities.score(lesion.max_score),
        quantities.score(lesion.mean_score),
    )


def _provenance(film: Radiograph, answer: Answer | None, when: datetime) -> str:
    parts = [f"ptxviewer {__version__}"]
    if answer is not None:
        info, findings = answer.info, answer.findings
        parts += [
            tr("older network {network}", network=info.model_id)
            if info.older
            else tr("network {network}", network=info.model_id),
            tr("weights sha256 {digest}", digest=info.model_sha256[:16]),
        ]
        if not answer.withheld:
            parts += [
                tr("threshold {threshold}", threshold=quantities.decimal(findings.threshold, 3)),
                tr("on {device}", device=answer.maps.device or info.device),
                tr("spacing: {origin}", origin=quantities.spacing_label(film.spacing)),
                *([tr("mask edited by reader")] if findings.edited else []),
            ]
    return ", ".join((*parts, f"{when:%Y-%m-%d %H:%M} UTC"))
