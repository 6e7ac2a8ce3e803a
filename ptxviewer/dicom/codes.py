"""View and body part by their codes, beside the defined terms that they stand for (PS3.16 CID 4010, 4031, Annex L)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydicom.dataset import Dataset

from ptxviewer.core.film import Posture

Term = TypeVar("Term", bound=str)

SCHEMES = ("SCT", "SRT", "SNM3", "99SDM", "NCIT")  # SNOMED CT, its forerunners' letters and numbers, NCI Thesaurus

VIEWS: Mapping[str, str] = {
    "399348003": "AP", "R-10206": "AP", "272479007": "PA", "R-40888": "PA", "R-10214": "PA",
    "399173006": "LL", "R-10236": "LL", "399198007": "RL", "R-10232": "RL", "399067008": "LATERAL",
    "R-102CD": "LATERAL", "399352003": "LATERAL", "R-10228": "LATERAL", "399260004": "LATERAL", "R-10224": "LATERAL",
}  # fmt: skip
"""The terms of ViewPosition, and LATERAL where the code does not say which side is at the detector."""

POSTURES: Mapping[str, Posture] = {
    "C86043": "erect", "10904000": "erect", "F-10310": "prone", "1240000": "prone",
    "40199007": "supine", "F-10340": "supine", "102538003": "recumbent", "F-10450": "recumbent", "F-10440": "erect",
}  # fmt: skip
"""Postures of the patient (PS3.16 CID 19 and 20)."""

_OF_PARTS: Mapping[str, str] = {
    "ABDOMEN": "818981001 113345001 T-D4000 818982008 R-FAB57",
    "ANKLE": "70258002 T-15750 344001 T-D9500",
    "ARM": "40983000 T-D8200 53120007 T-D8000 371195002 T-D0821",
    "BREAST": "76752008 T-04000",
    "CHEST": "816094009 51185008 T-D3000 416550000 R-FAB55 417437006 R-FAB52 416319003 R-FAB53 416152001 R-FAB54"
    " 416775004 R-FAB56 113197003 T-11300 56873002 T-11210 51299004 T-12310 72410000 T-D3300 86598002 T-280A0"
    " 80891009 T-32000 38266002 T-D0010 39607008 T-28000",
    "CSPINE": "122494005 T-11501 1217257000",
    "ELBOW": "16953009 T-15430 76248009 T-D8300",
    "EXTREMITY": "66019005 T-D0300",
    "FEMUR": "71341001 T-12710 68367000 T-D9100",
    "FINGER": "7569003 T-D8800",
    "FOOT": "56459004 T-D9700 80144004 T-12770 27949001 T-15770",
    "FOREARM": "14975008 T-D8500",
    "HAND": "85562004 T-D8700",
    "HEAD": "69536005 T-D1100 774007 T-D1000",
    "HIP": "24136001 T-15710 29836001 T-D2500",
    "HUMERUS": "85050009 T-12410",
    "JAW": "661005 T-D1213 91609006 T-11180 53620006 T-15290 70925003 T-11170",
    "KNEE": "72696002 T-D9200 64234005 T-12730",
    "LEG": "61685007 T-D9000 30021000 T-D9400 87342007 T-12750 72001000 T-12700",
    "LSPINE": "122496007 T-11503 1217253001",
    "NECK": "45048000 T-D1600",
    "PELVIS": "816092008 12921003 T-D6000 39723000 T-15680 22356005 T-12340",
    "SHOULDER": "16982005 T-D2220 79601000 T-12280 85856004 T-15420",
    "SKULL": "89546000 T-11100 91397008 T-11196 2095001 T-22000 74386004 T-11149 363654007 T-D14AE 13881006 T-11166",
    "SPINE": "421060004 T-D04FF 54735007 T-11AD0 64688005 T-11BF0 122495006 T-11502 1217254007 1217256009",
    "TEETH": "38199008 T-54010",
    "THUMB": "76505004 T-D8810",
    "TIBIA": "12611008 T-12740",
    "TOE": "29707007 T-D9800",
    "WRIST": "74670003 T-15460 8205005 T-D8600",
}
PARTS: Mapping[str, str] = {code: part for part, codes in _OF_PARTS.items() for code in codes.split()}
"""The defined terms of BodyPartExamined; what holds the chest is CHEST."""


def _terms(ds: Dataset, keyword: str, terms: Mapping[str, Term]) -> Iterator[Term]:
    with contextlib.suppress(Exception):  # a broken item of a descriptive sequence must not cost the film
        for item in ds.get(keyword) or ():
            if str(item.get("CodingSchemeDesignator") or "").strip().upper() in SCHEMES:
                term = terms.get(str(item.get("CodeValue") or "").strip().upper())
                if term is not None:
                    yield term


def coded_view(ds: Dataset) -> str:
    """Return the view that ViewCodeSequence names, as a term of ViewPosition; "" where it names none that matters."""
    return next(_terms(ds, "ViewCodeSequence", VIEWS), "")


def coded_posture(ds: Dataset) -> Posture:
    """Return the posture that PatientOrientationCodeSequence names, the more exact word of its modifier first."""
    with contextlib.suppress(Exception):
        for item in ds.get("PatientOrientationCodeSequence") or ():
            for exact in _terms(item, "PatientOrientationModifierCodeSequence", POSTURES):
                return exact
    return next(_terms(ds, "PatientOrientationCodeSequence", POSTURES), "")


def coded_part(ds: Dataset) -> str:
    """Return the body part of AnatomicRegionSequence; CHEST where it is one of several; "" where none is known."""
    parts = list(_terms(ds, "AnatomicRegionSequence", PARTS))
    return "CHEST" if "CHEST" in parts else next(iter(parts), "")
