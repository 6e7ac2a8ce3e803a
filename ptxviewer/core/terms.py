"""Defined terms of DICOM, which may appear on de-identified output. Anything else in those tags counts as free text."""

from __future__ import annotations

from collections.abc import Collection

# PS3.3 C.7.3.1.1.1; DR never was one, and is written all the same
MODALITIES = frozenset((
    "AR", "ASMT", "AU", "BDUS", "BI", "BMD", "CFM", "CR", "CT", "DG", "DMS", "DOC", "DR", "DX", "ECG", "EEG", "EMG",
    "EOG", "EPS", "ES", "FID", "GM", "HC", "HD", "IO", "IOL", "IVOCT", "IVUS", "KER", "KO", "LEN", "LS", "MG", "MR",
    "M3D", "NM", "OAM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPTENF", "OPV", "OSS", "OT", "PA", "PLAN", "POS", "PR",
    "PT", "PX", "REG", "RESP", "RF", "RG", "RTDOSE", "RTIMAGE", "RTPLAN", "RTRECORD", "RTSTRUCT", "RWV", "SC", "SEG",
    "SM", "SMR", "SR", "SRF", "STAIN", "TG", "US", "VA", "XA", "XC",
))  # fmt: skip
# PS3.3 C.8.1.2.1.1 and C.8.11.7, and what writers say for a lateral view
VIEWS = frozenset((
    "AP", "PA", "LL", "RL", "RLD", "LLD", "RLO", "LLO", "LAT", "LATERAL", "L LAT", "R LAT", "OBLIQUE",
    "ML", "MLO", "LM", "LMO", "CC", "FB", "SIO", "ISO", "XCC", "XCCL", "XCCM",
))  # fmt: skip
# what devices call their windows and tables; not defined by DICOM, and nobody's name
LOOKS = frozenset(("NORMAL", "HARDER", "SOFTER", "HARD", "SOFT", "STANDARD", "LUNG", "BONE", "CHEST", "MEDIASTINUM"))


def term(text: str, terms: Collection[str]) -> str:
    """Return ``text`` where it is one of the terms, in whatever case, else ""."""
    return text if text.upper() in terms else ""
