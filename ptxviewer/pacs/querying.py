"""Looking for series in an archive by C-FIND: study root, from the study down (PS3.4 C.6.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ptxviewer.core.archive import FoundSeries, Query
from ptxviewer.core.engine import Checkpoint
from ptxviewer.core.errors import PtxError
from ptxviewer.core.film import Patient, Study
from ptxviewer.core.pacs import Node, Station
from ptxviewer.core.plaintext import plain
from ptxviewer.core.reasons.pacs import Pacs, TooMuchFound
from ptxviewer.pacs.association import Line, associated, between, why_status
from ptxviewer.pacs.classes import FIND

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MOST_FOUND = 500  # series
UTF_8 = "ISO_IR 192"
STUDY_KEYS = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyDescription",
    "AccessionNumber", "StudyInstanceUID", "ModalitiesInStudy",
)  # fmt: skip
SERIES_KEYS = ("SeriesInstanceUID", "Modality", "SeriesDescription", "NumberOfSeriesRelatedInstances")


def find(node: Node, station: Station, query: Query, checkpoint: Checkpoint) -> list[FoundSeries]:
    """Return the series that match, the newest study first. Raises ``PtxError``."""
    from pynetdicom.presentation import build_context

    if not query.asks:
        raise PtxError(Pacs.ASK_FOR_SOMETHING)
    found: list[FoundSeries] = []
    with associated(node, station, [build_context(FIND)]) as line:
        studies = list(_answers(line, _study_request(query), checkpoint))
        for study in studies:
            if not _may_hold(study, query):
                continue
            asked = request("SERIES", dict.fromkeys(SERIES_KEYS, ""))
            asked.StudyInstanceUID = study.get("StudyInstanceUID", "")
            for series in _answers(line, asked, checkpoint):
                one = series_of(study, series)
                if one.series_uid and (not query.modalities or one.modality in query.modalities):
                    found.append(one)
            if len(found) > MOST_FOUND:
                raise PtxError(TooMuchFound(MOST_FOUND))
    return newest_first(found)


def newest_first(found: list[FoundSeries]) -> list[FoundSeries]:
    """Return series in the order in which a reader looks for them."""
    return sorted(found, key=lambda one: (one.study.date, one.study.time), reverse=True)


def request(level: str, keys: dict[str, Any]) -> Dataset:
    """Return the identifier of a query; empty keys are asked for."""
    from pydicom.dataset import Dataset

    asked = Dataset()
    asked.SpecificCharacterSet = UTF_8
    asked.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(asked, keyword, value)
    return asked


def _study_request(query: Query) -> Dataset:
    return request("STUDY", {**dict.fromkeys(STUDY_KEYS, ""), **matching(query)})


def matching(query: Query) -> dict[str, str]:
    """Return the keys that are matched, by keyword; dates as a range (PS3.4 C.2.2.2.5)."""
    wanted = {
        "PatientID": query.patient_id,
        "PatientName": query.patient_name,
        "AccessionNumber": query.accession,
        "StudyInstanceUID": query.study_uid,
        "StudyDate": f"{query.since.replace('-', '')}-" if query.since else "",
    }
    return {keyword: value.strip() for keyword, value in wanted.items() if value.strip()}


def _may_hold(study: Dataset, query: Query) -> bool:
    """False where the study says that it has none of the modalities; many archives do not say."""
    modalities = text(study, "ModalitiesInStudy").split("\\")
    return not query.modalities or modalities == [""] or bool(set(modalities) & set(query.modalities))


def _answers(line: Line, asked: Dataset, checkpoint: Checkpoint) -> Iterator[Dataset]:

    between(checkpoint, line)
    line.asking()
    count = 0
    for answer, match in line.association.send_c_find(asked, FIND):
        checkpoint()
        status = line.status_of(answer)
        if status in (0xFF00, 0xFF01):
            line.asking()
            count += 1
            if count > MOST_FOUND:
                raise PtxError(TooMuchFound(MOST_FOUND))
            if match is None:
                raise PtxError(Pacs.ANSWER_UNREADABLE)
            yield match
        elif status:
            raise PtxError(why_status(status))


def text(ds: Dataset, keyword: str) -> str:
    """Return a value of an answer as one line of plain text, "" for nonsense."""
    from pydicom.multival import MultiValue

    try:
        value = ds.get(keyword)
        if isinstance(value, (list, MultiValue)):
            return plain("\\".join(map(str, value)))
        return "" if value is None else plain(str(value))
    except Exception:  # noqa: BLE001 - an archive's broken value costs itself, not the list
        return ""


def series_of(study: Dataset, series: Dataset) -> FoundSeries:
    """Return what two answers say of a series."""
    count = text(series, "NumberOfSeriesRelatedInstances")
    return FoundSeries(
        text(study, "StudyInstanceUID") or text(series, "StudyInstanceUID"),
        text(series, "SeriesInstanceUID"),
        Patient(
            _name(study), text(study, "PatientID"), _date(text(study, "PatientBirthDate")), text(study, "PatientSex")
        ),
        Study(
            date=_date(text(study, "StudyDate")),
            time=_time(text(study, "StudyTime")),
            description=text(study, "StudyDescription"),
            series_description=text(series, "SeriesDescription"),
            accession=text(study, "AccessionNumber"),
        ),
        text(series, "Modality"),
        int(count) if count.isdecimal() else None,
    )


def _name(ds: Dataset) -> str:
    written = text(ds, "PatientName").split("=")[0]
    return ", ".join(part for part in written.split("^")[:2] if part)


def _date(value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:8]}" if len(value) >= 8 and value[:8].isdigit() else ""


def _time(value: str) -> str:
    return f"{value[:2]}:{value[2:4]}" if len(value) >= 4 and value[:4].isdigit() else ""
