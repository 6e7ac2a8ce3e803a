"""Which services and kinds of objects we speak of, by their UIDs (PS3.4 B.5, C.6, PS3.6 A)."""

from __future__ import annotations

VERIFICATION = "1.2.840.10008.1.1"
FIND = "1.2.840.10008.5.1.4.1.2.2.1"
MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
GET = "1.2.840.10008.5.1.4.1.2.2.3"
"""Query and retrieve with the study as root."""

_STORAGE = "1.2.840.10008.5.1.4.1.1."
FILMS = tuple(
    _STORAGE + kind
    for kind in (
        "1",  # CR
        "1.1",  # DX for presentation
        "1.1.1",  # DX for processing
        "7",  # Secondary Capture
        "7.2",  # its forms of several frames, 8 and 16 bits
        "7.3",
        "12.1",  # XA
        "12.2",  # RF
    )
)
RESULTS = tuple(
    _STORAGE + kind
    for kind in (
        "11.1",  # presentation state
        "66.4",  # segmentation
        "88.11",  # structured reports: basic text, enhanced, comprehensive, comprehensive 3D
        "88.22",
        "88.33",
        "88.34",
        "88.59",  # key objects
        "104.1",  # encapsulated PDF
    )
)
TAKEN = FILMS + RESULTS
"""What is fetched and received."""

UNCOMPRESSED = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2")
COMPRESSED = (
    "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.99",
)  # fmt: skip
"""What the app can decode besides the uncompressed forms."""
