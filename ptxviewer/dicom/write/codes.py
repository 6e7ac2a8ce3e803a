"""The codes of the objects: SNOMED CT and DICOM where there is one, else the private scheme 99PTXV."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom.sr.coding import Code

from ptxviewer.core.answer import LineName, Side
from ptxviewer.core.findings.change import Direction

PNEUMOTHORAX = Code("36118008", "SCT", "Pneumothorax")
ABNORMAL = Code("49755003", "SCT", "Morphologically Abnormal Structure")
LUNG = Code("39607008", "SCT", "Lung")
SIDES: Mapping[Side, Code] = MappingProxyType(
    {"right": Code("24028007", "SCT", "Right"), "left": Code("7771000", "SCT", "Left")}
)

PRESENCE = Code("705057003", "SCT", "Presence")
PRESENT = Code("52101004", "SCT", "Present")
ABSENT = Code("2667000", "SCT", "Absent")
INDETERMINATE = Code("82334004", "SCT", "Indeterminate")

SUMMARY = Code("111017", "DCM", "CAD Processing and Findings Summary")
NOTHING_FOUND = Code("111241", "DCM", "All algorithms succeeded; without findings")
FOUND = Code("111242", "DCM", "All algorithms succeeded; with findings")
REFUSED = Code("111245", "DCM", "No algorithms succeeded; without findings")

CHEST_FILM = Code("399208008", "SCT", "Plain chest X-ray")
REPORT = Code("126000", "DCM", "Imaging Measurement Report")
OF_INTEREST = Code("113000", "DCM", "Of Interest")
AI = Code("123110", "DCM", "Artificial Intelligence")
PROCESSING = Code("109102", "DCM", "Processing Equipment")

DISTANCE = Code("121206", "DCM", "Distance")
AREA = Code("42798000", "SCT", "Area")
WIDTH = Code("103355008", "SCT", "Width")
SMALL = Code("255507004", "SCT", "Small")
LARGE = Code("255509001", "SCT", "Large")

MM = Code("mm", "UCUM", "millimeter")
CM2 = Code("cm2", "UCUM", "square centimeter")
PERCENT = Code("%", "UCUM", "percent")
ONE = Code("1", "UCUM", "no units")
PIXELS = Code("{pixels}", "UCUM", "pixels")

OWN = "99PTXV"
FILM_SCORE = Code("FILM-SCORE", OWN, "Film score, not calibrated")
PEAK_SCORE = Code("PEAK-SCORE", OWN, "Highest score in the region, not calibrated")
SHARE = Code("SHARE", OWN, "Projected share of the hemithorax")
PRIOR_SHARE = Code("PRIOR-SHARE", OWN, "Projected share of the hemithorax on the prior")
CHANGE = Code("CHANGE", OWN, "Change from the prior")
CHANGES: Mapping[Direction, Code] = MappingProxyType(
    {
        "new": Code("7147002", "SCT", "New"),
        "larger": Code("35105006", "SCT", "Increased"),
        "smaller": Code("1250004", "SCT", "Decreased"),
        "gone": Code("RESOLVED", OWN, "Resolved"),
        "same": Code("260388006", "SCT", "No status change"),
    }
)
SIZE = Code("SIZE", OWN, "Pneumothorax size")
SIZE_CLASS = Code("CLASS", OWN, "Pneumothorax size class")
VERDICT = Code("VERDICT", OWN, "Verdict of the reader on the result")
VERDICTS: Mapping[str, Code] = MappingProxyType(
    {
        "accept": Code("ACCEPTED", OWN, "Accepted"),
        "edited": Code("EDITED", OWN, "Edited"),
        "reject": Code("REJECTED", OWN, "Rejected"),
        "unsure": Code("UNSURE", OWN, "Unsure"),
    }
)
PROJECTED = Code("PROJECTED", OWN, "Area of air over area of air and lung")
LINES: Mapping[LineName, Code] = MappingProxyType(
    {
        "a": Code("LINE-A", OWN, "Interpleural, over the apex of the lung (A)"),
        "b": Code("LINE-B", OWN, "Interpleural, middle of the upper half of the lung (B)"),
        "c": Code("LINE-C", OWN, "Interpleural, middle of the lower half of the lung (C)"),
        "rim": Code("LINE-RIM", OWN, "Interpleural, at the hilum"),
        "across": Code("LINE-ACROSS", OWN, "Hemithorax at the hilum"),
    }
)
SIZE_METHODS: Mapping[str, Code] = MappingProxyType(
    {
        "collins": Code("COLLINS", OWN, "Collins 1995"),
        "rhea": Code("RHEA", OWN, "Rhea 1982"),
        "light": Code("LIGHT", OWN, "Light index"),
        "bts_2010": Code("BTS-2010", OWN, "BTS 2010"),
        "accp_2001": Code("ACCP-2001", OWN, "ACCP 2001"),
    }
)
"""By the id of the measure (``core.findings.sizes``)."""


def own_scheme() -> CodingSchemeIdentificationItem:
    """Return who is responsible for the private codes."""
    return CodingSchemeIdentificationItem(OWN, name="PTXViewer", responsible_organization="PTXViewer")
