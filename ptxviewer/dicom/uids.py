"""UIDs by their names, also of transfer syntaxes that pydicom's dictionary does not have, and how these code images."""

from __future__ import annotations

from pydicom.uid import UID

LONGEST_UID = 64  # PS3.5 6.2
NEWER = {
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}
"""Transfer syntaxes of PS3.6 A since 2023; pydicom 3.0 is older."""
CODINGS = ("JPEG-LS", "High-Throughput JPEG 2000", "JPEG 2000", "JPEG XL", "JPEG", "RLE", "MPEG", "HEVC")


def uid_name(uid: str) -> str:
    """Return the name of a UID in PS3.6, itself where it has none; "" for what is no UID: that may say anything."""
    known = UID(str(uid).strip())
    if not known.is_valid or len(known) > LONGEST_UID:
        return ""
    return NEWER.get(known) or known.name


def coding_of(syntax: str) -> str:
    """Return how images of a transfer syntax are coded, "" where they are not compressed."""
    name = uid_name(syntax)
    return next((coding for coding in CODINGS if coding in name), "")
