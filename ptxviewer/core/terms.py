"""Defined terms of DICOM: what may be repeated of a film that is to name nobody. Anything else there is free text."""

from __future__ import annotations

from collections.abc import Collection

# PS3.3 C.7.3.1.1.1, as far as films have them; RG and DR are retired or never were
MODALITIES = frozenset((
    "CR", "DX", "RG", "DR", "SC", "OT", "RF", "XA", "CT", "MR", "US", "NM", "PT", "MG", "IO", "PX", "ES", "SM",
    "OP", "XC",
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
