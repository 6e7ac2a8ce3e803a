"""The result as a structured report: Comprehensive 3D SR with TID 1500 as its root (PS3.16).

What the network says and what a reader says are kept apart: present or absent of the film is the reader's once there
is a verdict. Without one, "nothing above threshold" is never called absent; that the algorithm ran and found nothing
is a code of its own, and so is that the film was refused.
"""

from __future__ import annotations

import numpy as np
from highdicom import sr
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid

from ptxviewer import __version__
from ptxviewer.core.answer import HemithoraxFinding, Lesion, Side
from ptxviewer.core.findings.change import SideChange, direction_of
from ptxviewer.core.findings.sizes import disagreement, sizes_of_half
from ptxviewer.dicom.objects.common import UNNAMED_READER
from ptxviewer.dicom.write import codes
from ptxviewer.dicom.write.base import (
    MAKER,
    Job,
    device_uid,
    equipment,
    finished,
    own_series,
    serial_number,
)

Group = sr.PlanarROIMeasurementsAndQualitativeEvaluations | sr.MeasurementsAndQualitativeEvaluations


def structured_report(job: Job, mask: Dataset | None) -> Dataset:
    """Return the report; ``mask`` is the segmentation written beside it, which it names as evidence."""
    groups: list[Group] = [_film_group(job)]
    groups += [_lesion_group(job, number, *lesion) for number, lesion in enumerate(job.lesion_lines(), 1)]
    if job.outlined:
        groups += [_half_group(job, half) for half in job.answer.findings.halves]
    if not job.answer.withheld and not job.rejected and job.compared is not None:
        groups += [_change_group(job, side) for side in job.compared.sides if side.percent is not None]
    content = sr.MeasurementReport(
        observation_context=_observers(job),
        procedure_reported=codes.CHEST_FILM,
        imaging_measurements=groups,
        title=codes.REPORT,
    )
    header = job.source.header
    dataset = sr.Comprehensive3DSR(
        evidence=[header] if mask is None else [header, mask],
        content=content[0],
        is_complete=True,
        is_final=False,
        is_verified=False,
        coding_schemes=[codes.own_scheme()],
        contributing_equipment=equipment(),
        **own_series("SR"),
    )
    return finished(dataset, job.source)


def device_observer() -> sr.ObserverContext:
    """Return this installation as the observer."""
    return sr.ObserverContext(
        sr.CodedConcept("121007", "DCM", "Device"),
        sr.DeviceObserverIdentifyingAttributes(
            device_uid(), name=MAKER, manufacturer_name=MAKER, model_name=f"{MAKER} {__version__}",
            serial_number=serial_number(),
        ),
    )  # fmt: skip


def person_observer(job: Job) -> sr.ObserverContext | None:
    """Return the reader beside it, once there is a verdict; else None."""
    if not job.review.verdict:
        return None
    name = job.reader.strip().replace("\\", " ")[:60]
    name = name if "^" in name else f"{name}^"
    return sr.ObserverContext(
        sr.CodedConcept("121006", "DCM", "Person"),
        sr.PersonObserverIdentifyingAttributes(name if name != "^" else UNNAMED_READER),
    )


def _observers(job: Job) -> sr.ObservationContext:
    return sr.ObservationContext(
        observer_person_context=person_observer(job), observer_device_context=device_observer()
    )


def _presence(job: Job) -> Code | None:
    """Whether the film shows a pneumothorax; None where it is undecided."""
    if job.answer.withheld:
        return None
    marked = bool(job.answer.mask.any())
    if job.review.verdict == "unsure":
        return codes.INDETERMINATE
    if job.review.verdict == "reject":  # of a finding: there is none; of nothing found: there may be one
        return codes.ABSENT if marked else codes.INDETERMINATE
    if marked:
        return codes.PRESENT
    return codes.ABSENT if job.review.verdict else None


def _outcome(job: Job) -> Code:
    """The outcome of the algorithm, independent of the reader."""
    if job.answer.withheld:
        return codes.REFUSED
    findings = job.answer.findings
    found = findings.score >= findings.score_threshold if findings.edited else findings.present
    return codes.FOUND if found else codes.NOTHING_FOUND


def _film_group(job: Job) -> sr.MeasurementsAndQualitativeEvaluations:
    evaluations = [sr.QualitativeEvaluation(codes.SUMMARY, _outcome(job))]
    presence = _presence(job)
    if presence is not None:
        evaluations.append(sr.QualitativeEvaluation(codes.PRESENCE, presence))
    if job.review.verdict:
        evaluations.append(sr.QualitativeEvaluation(codes.VERDICT, codes.VERDICTS[job.review.verdict]))
    score = (
        []
        if job.answer.withheld
        else [sr.Measurement(codes.FILM_SCORE, round(job.answer.findings.score, 4), codes.ONE)]
    )
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking("Film"),
        finding_type=codes.PNEUMOTHORAX,
        finding_category=codes.ABNORMAL,
        algorithm_id=_algorithm(job),
        measurements=score,
        qualitative_evaluations=evaluations,
        source_images=[_measured_image(job)],
    )


def _lesion_group(
    job: Job, number: int, lesion: Lesion, line: NDArray[np.float64]
) -> sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    header, frame = job.source.header, job.source.frame
    image = sr.SourceImageForRegion(header.SOPClassUID, header.SOPInstanceUID, None if frame is None else [frame])
    area = (
        sr.Measurement(codes.AREA, lesion.area_px, codes.PIXELS)
        if lesion.area_mm2 is None
        else sr.Measurement(codes.AREA, round(lesion.area_mm2 / 100, 3), codes.CM2)
    )
    width = (
        sr.Measurement(codes.WIDTH, round(lesion.width_px, 1), codes.PIXELS)
        if lesion.width_mm is None
        else sr.Measurement(codes.WIDTH, round(lesion.width_mm, 2), codes.MM)
    )
    peak = sr.Measurement(codes.PEAK_SCORE, round(lesion.max_score, 4), codes.ONE)
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(f"Lesion {number}"),
        referenced_region=sr.ImageRegion("POLYLINE", line, image),
        finding_type=codes.PNEUMOTHORAX,
        finding_category=codes.ABNORMAL,
        finding_sites=_site(lesion.side),
        algorithm_id=_algorithm(job),
        measurements=[area, width, peak],
    )


def _half_group(job: Job, half: HemithoraxFinding) -> sr.MeasurementsAndQualitativeEvaluations:
    """Percent, distances and sizes of one hemithorax, each with its method; what does not hold is not there."""
    film = job.film
    measurements, evaluations = [], []
    doubtful = disagreement(film, half) is not None  # then no percent is told: neither of two that contradict
    if half.percent is not None and not doubtful:
        measurements.append(sr.Measurement(codes.SHARE, round(half.percent, 2), codes.PERCENT, method=codes.PROJECTED))
    if half.distances is not None:
        for name, line in half.distances.lines:
            length = line.mm(film.spacing)
            if length is not None:
                measurements.append(
                    sr.Measurement(codes.DISTANCE, round(length, 2), codes.MM, method=codes.LINES[name])
                )
    for size in sizes_of_half(film, half):
        method = codes.SIZE_METHODS[size.measure.id]
        if size.value is None or (doubtful and size.value.unit == "%"):
            continue
        if size.value.unit == "%":
            measurements.append(sr.Measurement(codes.SIZE, round(size.value.number, 2), codes.PERCENT, method=method))
        if size.value.large is not None:
            size_class = Code(f"CLASS-{method.value}", codes.OWN, f"{codes.SIZE_CLASS.meaning}, {method.meaning}")
            evaluations.append(sr.QualitativeEvaluation(size_class, codes.LARGE if size.value.large else codes.SMALL))
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(f"Hemithorax, {half.side}"),
        finding_type=codes.PNEUMOTHORAX,
        finding_category=codes.ABNORMAL,
        finding_sites=_site(half.side),
        algorithm_id=_algorithm(job),
        measurements=measurements,
        qualitative_evaluations=evaluations,
        source_images=[_measured_image(job)],
    )


def _change_group(job: Job, change: SideChange) -> sr.MeasurementsAndQualitativeEvaluations:
    """How the share of one hemithorax has changed since the prior: its share then, and in which direction."""
    assert change.percent is not None
    older, newer = change.percent
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(f"Change, {change.side}"),
        finding_type=codes.PNEUMOTHORAX,
        finding_category=codes.ABNORMAL,
        finding_sites=_site(change.side),
        algorithm_id=_algorithm(job),
        measurements=[
            sr.Measurement(codes.PRIOR_SHARE, round(older, 2), codes.PERCENT, method=codes.PROJECTED),
            sr.Measurement(codes.SHARE, round(newer, 2), codes.PERCENT, method=codes.PROJECTED),
        ],
        qualitative_evaluations=[sr.QualitativeEvaluation(codes.CHANGE, codes.CHANGES[direction_of(older, newer)])],
        source_images=[_measured_image(job)],
    )


def _site(side: Side) -> list[sr.FindingSite]:
    return [sr.FindingSite(codes.LUNG, laterality=codes.SIDES.get(side))]


def _tracking(name: str) -> sr.TrackingIdentifier:
    return sr.TrackingIdentifier(uid=generate_uid(prefix=None), identifier=name)


def _algorithm(job: Job) -> sr.AlgorithmIdentification:
    parameters = [f"{name} {value}" for name, value in job.parameters().items()]
    return sr.AlgorithmIdentification(
        job.answer.info.model_id[:64] or MAKER, __version__, parameters, family=codes.AI, manufacturer=MAKER
    )


def _measured_image(job: Job) -> sr.SourceImageForMeasurementGroup:
    header, frame = job.source.header, job.source.frame
    return sr.SourceImageForMeasurementGroup(
        header.SOPClassUID, header.SOPInstanceUID, None if frame is None else [frame]
    )
