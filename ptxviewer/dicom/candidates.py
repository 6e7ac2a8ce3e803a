"""Which files may be films: by their first bytes, and where these say nothing, by their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath

from ptxviewer.core.files import NotRegular, open_regular
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.dicom.harmless import PICTURE_STARTS
from ptxviewer.dicom.objects.kinds import KINDS, START, class_in
from ptxviewer.dicom.read import why_not_opened

FILM_SUFFIXES = frozenset((".dcm", ".dicom", ".dic", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"))
FIRST_ELEMENTS = frozenset((0x0000, 0x0001, 0x0005, 0x0008, 0x0012, 0x0013, 0x0014, 0x0016, 0x0018))
"""Of groups 0002 and 0008: those with which a dataset without preamble may begin, whatever its VR."""
FIRST_VRS = frozenset(
    (b"AE", b"CS", b"DA", b"DT", b"IS", b"LO", b"LT", b"PN", b"SH", b"SQ", b"ST", b"TM", b"UI", b"UL", b"US")
)
"""Of group 0008, as explicit datasets have them behind the tag: then it may begin with any element, in either order."""


@dataclass(frozen=True)
class Candidate:
    """A file that may be a film, or what has to be said in its place."""

    path: Path  # where it lies now; of one that is refused, where it would lie: nothing else has this path
    name: str  # what it is called in results: its path, or archive/member
    reason: Reason | None = None  # why it cannot be read
    is_input: bool = False  # the reason is of what was given (a folder, an archive), not of a film in it
    member: int | None = None  # of an archive: its number there
    sop_class: str | None = None  # of its meta information, "" where that has none; None: not looked at

    @property
    def identity(self) -> tuple[str, int | None]:
        """The same for one that is found again; an archive is unpacked anew then."""
        return (str(self.path), None) if self.member is None else (self.name, self.member)


def is_object(found: Candidate) -> bool:
    """True for what belongs to films and is none: a report, a segmentation, a presentation state, a document."""
    if found.reason is not None:
        return False
    if found.sop_class is not None:
        return found.sop_class in KINDS
    try:
        with open_regular(found.path) as file:
            return class_in(file.read(START)) in KINDS
    except OSError:
        return False


def starts_like_film(start: bytes) -> bool:
    """True when the first 132 bytes may be those of a film."""
    if start[128:132] == b"DICM" or start.startswith(PICTURE_STARTS):
        return True
    # Without a preamble a DICOM file starts with a low group, little or big endian, and a small element.
    group, element = int.from_bytes(start[:2], "little"), int.from_bytes(start[2:4], "little")
    explicit = start[:2] in (b"\x08\0", b"\0\x08") and start[4:6] in FIRST_VRS
    return len(start) > 8 and (explicit or (group in (2, 8) and element in FIRST_ELEMENTS))


def looks_like_film(path: Path) -> bool:
    """True when the first bytes may be those of a film; no more than 132 bytes are read."""
    try:
        with open_regular(path) as file:
            return starts_like_film(file.read(132))
    except OSError:
        return False


def is_named_like_film(name: PurePath) -> bool:
    """True for the suffixes of films, and for names without one: discs have IM000001, archives have UIDs."""
    return name.suffix.lower() in FILM_SUFFIXES or not name.suffix or name.suffix[1:].isdigit()


def candidate(path: Path) -> Candidate | None:
    """Return a file of a folder where it may be a film, also one that is empty, torn or cannot be opened; else None."""
    try:
        with open_regular(path) as file:
            first = file.read(START)
    except NotRegular:
        named = path.suffix.lower() in FILM_SUFFIXES
        return Candidate(path, str(path), Reading.NOT_A_FILE) if named else None
    except OSError as error:
        return Candidate(path, str(path), why_not_opened(error)) if is_named_like_film(path) else None
    start = first[:132]
    torn = not start.strip(b"\0") and is_named_like_film(path)  # nothing, or as far as it goes a preamble
    if starts_like_film(start) or torn or path.suffix.lower() in FILM_SUFFIXES:
        return Candidate(path, str(path), sop_class=class_in(first))
    return None
