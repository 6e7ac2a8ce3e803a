"""Every word and number of a report, as data: what the painter, and any other writer, puts on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from ptxviewer import __version__
from ptxviewer.core.answer import Findings, HemithoraxFinding, Lesion, ProbabilityMaps
from ptxviewer.core.drawing.measure import described
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.film import Radiograph, Voi, Window
from ptxviewer.core.findings.sizes import Size, sizes_of
from ptxviewer.core.review import Measurement
from ptxviewer.core.voi import describe
from ptxviewer.report.decision import NOT_SHOWN, detection_text, film_check, score_name
from ptxviewer.words import finding, measures, quantities, say, tr

RESEARCH_USE = "Research use only. Not a medical device: not for diagnosis."
NOT_EXCLUDED = "This does not exclude a pneumothorax."
MOST_ROWS = 6
VERDICTS = {"accept": "accepted", "reject": "rejected", "edited": "edited", "unsure": "unsure"}
COLUMNS = ("Side", "Area", "Largest width", "Highest score", "Mean score")


@dataclass(frozen=True)
class Analysis:
    """What the network and the decision rule said of one film."""

    findings: Findings
    maps: ProbabilityMaps
    info: EngineInfo


@dataclass(frozen=True)
class ReportModel:
    """The page. ``rows`` follow ``COLUMNS``; ``patient`` and ``facts`` are (label, value) pairs."""

    headline: str
    remark: str
    patient: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    facts: tuple[tuple[str, str], ...]
    provenance: str
    research_use: str = RESEARCH_USE
    window: Voi | None = None  # None = the film's default
    inverted: bool = False
    quarter_turns: int = 0  # clockwise, after the flip, as on the screen
    flipped: bool = False
    more: str = ""  # how many findings the table leaves out
    edited: bool = False  # the mask is the reader's
    measurements: tuple[Measurement, ...] = ()  # numbered on the film as in ``facts``


def nearness(score: float, operating_point: float) -> str:
    """Return where a score lies: above, near (within a fifth) or below the operating point."""
    if abs(score - operating_point) <= 0.2 * operating_point:
        return "near"
    return "above" if score > operating_point else "below"


def mask_origin(findings: Findings) -> str:
    """Return whose mask was measured, in the words that every export uses."""
    return "edited by reader" if findings.edited else "model"


def where_text(findings: Findings) -> str:
    """Return where the largest lesion lies: "right apex", "both sides", "side unknown"."""
    largest = findings.lesions[0]
    if len({lesion.side for lesion in findings.lesions}) > 1:
        return "both sides"
    return finding.place(largest.side, largest.zones[0] if largest.zones else None)


def sizes_of_half(film: Radiograph, half: HemithoraxFinding) -> tuple[Size, ...]:
    """Return the sizes of the literature for one half of the chest."""
    return sizes_of(half.distances, film.spacing, film.acquisition.view, loculated=half.loculated)


def headline(film: Radiograph, findings: Findings) -> str:
    """Return the decision in one line; on an edited mask it is the reader's, and says so."""
    if not findings.present:
        return "Nothing marked, edited by reader." if findings.edited else "AI: nothing above threshold."
    area = measures.area_with_origin(findings.area_px, findings.area_mm2, film.spacing.label)
    where = where_text(findings)
    if findings.edited:
        return f"Marked {where}, {area}, edited by reader."
    return f"AI: above threshold, {where}, {area}."


def _row(film: Radiograph, lesion: Lesion) -> tuple[str, ...]:
    width = quantities.length(lesion.width_px, lesion.width_mm)
    area = quantities.area_or_px(lesion.area_px, lesion.area_mm2)
    side = ", ".join((lesion.side.capitalize(), *lesion.zones))
    return side, area, width, f"{lesion.max_score:.2f}", f"{lesion.mean_score:.2f}"


def report_of(
    film: Radiograph,
    analysis: Analysis | None,
    *,
    identified: bool = False,
    voi: Voi | None = None,
    inverted: bool = False,
    quarter_turns: int = 0,
    flipped: bool = False,
    reader: str = "",
    verdict: str = "",
    note: str = "",
    measurements: tuple[Measurement, ...] = (),
    gate_overridden: bool = False,
    when: datetime | None = None,
) -> ReportModel:
    """Build the page of a film; de-identified unless asked. ``analysis`` None: the film was not analysed.

    What the gate refused is not on the page unless the reader has overridden it.
    """
    shown = voi or film.vois[film.default_voi]
    when = when or datetime.now(timezone.utc)
    patient: tuple[tuple[str, str], ...] = (("Patient", "De-identified"),)
    if identified:
        who, study = film.patient, film.study
        pairs = (
            ("Patient", who.name), ("ID", who.id), ("Born", who.birth_date), ("Sex", who.sex), ("Age", who.age),
            ("Study", " ".join(part for part in (study.date, study.time) if part)), ("", study.description),
        )  # fmt: skip
        patient = tuple((label, value) for label, value in pairs if value) or (("Patient", "Not named in the file"),)
    facts = [
        ("Film", _film_text(film)),
        ("Shown", _shown_text(shown, inverted, quarter_turns, flipped)),
        ("Spacing", film.spacing.label or "none"),
    ]
    rows: tuple[tuple[str, ...], ...] = ()
    more = ""
    if analysis is None:
        line, remark = "Not analysed.", film.not_analysed.removeprefix("Not analysed: ")
        provenance = f"ptxviewer {__version__}"
    elif not analysis.findings.gate.passed and not gate_overridden:
        line, remark = NOT_SHOWN, analysis.findings.gate.reason
        provenance = f"ptxviewer {__version__}, model {analysis.info.model_id}, {_sha(analysis.info)}"
        analysis = None
    else:
        findings, info = analysis.findings, analysis.info
        line, remark = headline(film, findings), "" if findings.present else NOT_EXCLUDED
        rows = tuple(_row(film, lesion) for lesion in findings.lesions[:MOST_ROWS])
        left_out = len(findings.lesions) - len(rows)
        more = f"and {left_out} smaller" if left_out else ""
        where = nearness(findings.score, info.rule.score_threshold)
        facts += [
            (
                "Film score",
                f"{findings.score:.2f} ({score_name(info.calibrated)}), {where} the operating point "
                f"({info.rule.score_threshold:.2f})",
            ),
            ("Threshold", f"{findings.threshold:.2f} (operating point {info.rule.threshold:.2f})"),
            *_pair("Sensitivity", detection_text(findings, *film.shape, film.spacing)),
            *_pair("Film check", film_check(film, findings.gate, gate_overridden)),
            *((("Mask", mask_origin(findings)),) if findings.edited else ()),
            *(("Projected area", measures.percent(half)) for half in findings.halves),
            *_sizes(film, findings),
        ]
        remark = " ".join(
            part for part in (remark, "" if findings.side_note is None else say(findings.side_note)) if part
        )
        provenance = (
            f"ptxviewer {__version__}, model {info.model_id}, {_sha(info)}, "
            f"threshold {findings.threshold:.3f}, on {analysis.maps.device or info.device}, "
            f"spacing: {film.spacing.origin.value}" + (f", mask {mask_origin(findings)}" if findings.edited else "")
        )
    facts += [
        ("Measured" if number == 0 else "", f"{name}: {text}")
        for number, (name, text) in enumerate(described(film, measurements))
    ]
    if verdict:
        facts.append(("Reader's verdict", VERDICTS.get(verdict, verdict)))
    if note:
        facts.append(("Reader's note", note))
    if reader:
        facts.append(("Reader", reader))
    remark = " ".join(dict.fromkeys(part for part in (remark, film.spacing.note, *film.notes) if part))
    return ReportModel(
        line,
        remark,
        patient,
        rows,
        tuple(facts),
        f"{provenance}, {when:%Y-%m-%d %H:%M} UTC",
        window=shown,
        inverted=inverted,
        quarter_turns=quarter_turns % 4,
        flipped=flipped,
        more=more,
        edited=analysis is not None and analysis.findings.edited,
        measurements=measurements,
    )


def _sizes(film: Radiograph, findings: Findings) -> list[tuple[str, str]]:
    """Distances and sizes of the side with the larger area, refused ones with their reason, and what was moved."""
    if not findings.halves:
        return []
    half = findings.halves[0]
    moved = measures.moved_lines(findings.halves)
    lengths = ", ".join(text for text in (measures.distances(half, film.spacing), moved) if text)
    sizes = sizes_of_half(film, half)
    return [
        *_pair("Distances", lengths),
        *((tr(size.measure.name), measures.size(size)) for size in sizes if size.value is not None),
        *(("Not given", f"{names}: {reason}") for names, reason in measures.refusals(sizes)),
    ]


def _pair(name: str, text: str) -> tuple[tuple[str, str], ...]:
    return ((name, text),) if text else ()


def _sha(info: EngineInfo) -> str:
    return f"weights sha256 {info.model_sha256[:16]}"


def _film_text(film: Radiograph) -> str:
    kind = " ".join(part for part in (film.acquisition.modality, film.acquisition.view) if part) or "picture"
    frame = f", frame {film.frame + 1} of {film.frames}" if film.frames > 1 else ""
    lossy = ", lossy compression" if film.acquisition.lossy else ""
    return f"{kind}, {film.cols} x {film.rows} pixels{frame}{lossy}"


def _shown_text(voi: Voi, inverted: bool, quarter_turns: int, flipped: bool) -> str:
    name = f" ({voi.explanation})" if isinstance(voi, Window) and voi.explanation else ""
    changes = ["inverted"] * inverted + ["flipped"] * flipped
    if quarter_turns % 4:
        changes.append(f"turned {90 * (quarter_turns % 4)}°")
    return ", ".join([describe(voi) + name, *changes])
