"""Reads films: a path in, a ``Radiograph`` or ``UnreadableFilm`` with its reason out, never a crash.

DICOM with or without preamble and file meta in every transfer syntax that the installed decoders read, and
ordinary pictures (PNG, JPEG, TIFF, BMP, WebP), which carry no calibration.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import math
import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeVar

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
)

from ptxviewer.core import voi
from ptxviewer.core.calibration import spacing_from_tags
from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.files import NotRegular
from ptxviewer.core.film import Acquisition, Patient, Radiograph, Study, Voi, Window
from ptxviewer.core.keys import key_of
from ptxviewer.core.msgid import N_
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import (
    ImageNotDecoded,
    InflatesTooLarge,
    NotAnImage,
    ObjectKind,
    Reading,
    StreamDamaged,
    TookTooLong,
    TooMuchMemory,
)
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.dicom import harmless, tags
from ptxviewer.dicom.bounds import LARGEST_INFLATED_HERE
from ptxviewer.dicom.dataset import PIXELS, dataset_of
from ptxviewer.dicom.graphics import graphics_of
from ptxviewer.dicom.isolated.pool import CallFailed, Cause, Pool, shared_pool
from ptxviewer.dicom.pixels import Decoded, decode
from ptxviewer.dicom.repair import repair
from ptxviewer.dicom.uids import coding_of, uid_name
from ptxviewer.dicom.values import frames_of, number

T = TypeVar("T")
SMALLEST_SPAN = 0.3  # of all greys: a window that gives all possible values less was made for more bits than there are
AS_STORED = N_("As stored")  # name of the window over all that a picture file can hold
NOT_CALIBRATED = PixelSpacing(None, None, SpacingOrigin.NONE, Reading.PICTURE_NOT_CALIBRATED)

NOT_OPENED: tuple[tuple[type[OSError], Reading], ...] = (
    (FileNotFoundError, Reading.FILE_GONE),
    (NotADirectoryError, Reading.FILE_GONE),
    (PermissionError, Reading.FILE_FORBIDDEN),
    (IsADirectoryError, Reading.FILE_IS_FOLDER),
    (NotRegular, Reading.NOT_A_FILE),
)
HEADER: list[str] = [
    "SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge", "StudyDate",
    "AcquisitionDate", "AcquisitionTime", "ContentTime", "StudyTime", "StudyDescription", "SeriesDescription",
    "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "Modality", "ViewPosition",
    "ViewCodeSequence", "PatientOrientation", "Manufacturer",
]  # fmt: skip
KINDS = (  # by a word in the name of the SOP class (PS3.6 A); the first that fits
    ("SR", ObjectKind.STRUCTURED_REPORT), ("Report", ObjectKind.STRUCTURED_REPORT), ("PDF", ObjectKind.PDF_DOCUMENT),
    ("CDA", ObjectKind.DOCUMENT), ("Key Object", ObjectKind.KEY_OBJECTS),
    ("Presentation State", ObjectKind.PRESENTATION_STATE), ("Waveform", ObjectKind.WAVEFORM),
    ("ECG", ObjectKind.WAVEFORM), ("RT ", ObjectKind.RADIOTHERAPY), ("Segmentation", ObjectKind.SEGMENTATION),
    ("Directory", ObjectKind.DICOMDIR), ("Raw Data", ObjectKind.RAW_DATA), ("Spectroscopy", ObjectKind.SPECTROSCOPY),
    ("Registration", ObjectKind.REGISTRATION), ("Fiducials", ObjectKind.FIDUCIALS),
    ("Encapsulated", ObjectKind.DOCUMENT),
)  # fmt: skip

# pydicom's messages may quote values of patient tags, and a film with a slip in one tag is still a film.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
with contextlib.suppress(ImportError):
    import gdcm

    gdcm.Trace.WarningOff()
    gdcm.Trace.ErrorOff()
    gdcm.Trace.DebugOff()


def read_film(path: Path, frame: int = 0, pool: Pool | None = None) -> Radiograph:
    """Return frame ``frame`` (from 0) of the film at ``path``. Raises ``UnreadableFilm`` and nothing else.

    In a child process (of ``pool``, or of the program's own), unless nothing in the file can do harm: see ``harmless``.
    """
    if multiprocessing.current_process().daemon:  # daemons may have no children
        return read_here(path, frame)
    film = _harmless_film(path, frame)
    if film is not None:
        return film
    return in_child(read_here, path, frame, pool=pool)


def in_child(function: Callable[..., T], path: Path, *arguments: object, pool: Pool | None = None) -> T:
    """Return ``function(path, *arguments)``, made in a child process. Raises ``UnreadableFilm`` and nothing else."""
    pool = pool or shared_pool()
    try:
        return pool.call(function, path, *arguments)
    except CallFailed as failure:
        raise UnreadableFilm(_reason(failure, path, pool)) from None
    except UnreadableFilm as error:
        if error.reason is Reading.OUT_OF_MEMORY:
            raise UnreadableFilm(TooMuchMemory(pool.memory_bytes)) from None
        raise


def warm_up() -> None:
    """Start the child process that reads films, so that the first one need not wait for it; returns at once."""
    if not multiprocessing.current_process().daemon:
        shared_pool().warm()


def _reason(failure: CallFailed, path: Path, pool: Pool) -> Reason:
    """Return what ended the child at a file."""
    cause = failure.cause
    if cause is Cause.TOO_SLOW:
        return TookTooLong(round(failure.limit_s or pool.timeout_s))
    if cause is Cause.TOO_MUCH_MEMORY:
        return TooMuchMemory(pool.memory_bytes)
    if cause is Cause.NOT_STARTED:
        return Reading.READER_NOT_STARTED
    if cause is Cause.KILLED:
        return Reading.READER_KILLED
    syntax = harmless.syntax_of(path)
    if syntax is None:
        return Reading.PICTURE_UNREADABLE
    coding = coding_of(syntax)
    return StreamDamaged(coding) if coding else Reading.FILE_DAMAGED


def read_here(path: Path, frame: int = 0) -> Radiograph:
    """Do the work of ``read_film`` in this process, whatever the file does to it."""
    with refusals(), harmless.content_of(path) as content:
        return _film(content, frame)


def _harmless_film(path: Path, frame: int) -> Radiograph | None:
    """Read a film that can do no harm; None for any other."""
    with refusals():
        try:
            with harmless.content_of(path, LARGEST_INFLATED_HERE) as content:
                return _film(content, frame) if harmless.is_harmless(content) else None
        except UnreadableFilm as error:
            if isinstance(error.reason, InflatesTooLarge):
                return None
            raise


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Make one reason of whatever a parser trips over: the one boundary to hostile files."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadableFilm:
        raise
    except MemoryError:
        raise UnreadableFilm(Reading.OUT_OF_MEMORY) from None
    except OSError as error:
        raise UnreadableFilm(why_not_opened(error)) from None
    except Exception:  # noqa: BLE001 - see above
        raise UnreadableFilm(Reading.FILE_DAMAGED) from None


def why_not_opened(error: OSError) -> Reading:
    """Return why the system did not open or read a file."""
    for kind, reason in NOT_OPENED:
        if isinstance(error, kind):
            return reason
    if error.errno is None:  # not of the disk: pydicom met the end of the file
        return Reading.FILE_DAMAGED
    return Reading.PATH_TOO_LONG if error.errno == errno.ENAMETOOLONG else Reading.FILE_UNREADABLE


def read_header(path: Path) -> tuple[Patient, Study, Acquisition] | None:
    """Return who and when from a DICOM file without decoding its film; None for a picture, or where it cannot be read.

    Never raises: what is wrong with the file is said when the film is read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ds = harmless.tags_before_pixels(path, HEADER)
            return None if ds is None else (tags.patient(ds), tags.study(ds), tags.acquisition(ds))
    except Exception:  # noqa: BLE001 - see ``read_here``
        return None


def _film(content: BinaryIO, frame: int) -> Radiograph:
    start = content.read(1024)
    content.seek(0)
    if harmless.is_picture(start):
        return _picture(content.read())
    if start[128:132] != b"DICM":
        if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{") or start.startswith((b"%PDF", b"PK\x03\x04")):
            raise UnreadableFilm(Reading.OTHER_FILE_TYPE)
        if harmless.is_something_else(start):
            raise UnreadableFilm(Reading.NOT_DICOM)
    ds, whole = dataset_of(content)
    if isinstance(content, harmless.Inflated):
        ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    film = _dicom(ds, frame)
    return film if whole else replace(film, notes=(*film.notes, Reading.END_OF_FILE_DAMAGED))


def _check_pixels(ds: Dataset) -> None:
    """Refuse an object without an image, with what it is."""
    if any(keyword in ds for keyword in PIXELS):
        return
    sop_class = ds.get("SOPClassUID") or ds.file_meta.get("MediaStorageSOPClassUID") or ""
    name = UID(str(sop_class)).name if sop_class else ""
    for word, kind in KINDS:
        if word in name:
            raise UnreadableFilm(NotAnImage(kind))
    if "DirectoryRecordSequence" in ds:
        raise UnreadableFilm(NotAnImage(ObjectKind.DICOMDIR))
    if not sop_class and "Rows" not in ds:
        raise UnreadableFilm(Reading.NOT_DICOM)
    raise UnreadableFilm(Reading.IMAGE_ON_SERVER if "PixelDataProviderURL" in ds else Reading.NO_IMAGE)


def _dicom(ds: Dataset, frame: int) -> Radiograph:
    _check_pixels(ds)
    repaired = repair(ds)
    notes: list[Reason] = list(repaired.notes)
    decoded = _decoded(ds, frame, repaired.says_grey)
    rows, cols = decoded.pixels.shape
    facts = tags.acquisition(ds)
    notes.extend(decoded.notes)
    spacing = spacing_from_tags(tags.spacing_tags(ds), cols, tags.is_chest_projection(ds))
    if spacing.note and spacing.origin is SpacingOrigin.IMPLAUSIBLE:
        notes.append(spacing.note)
    if "Image Storage - For Processing" in facts.sop_class:
        notes.append(Reading.FOR_PROCESSING)
    graphics = graphics_of(ds, frame, (rows, cols), spacing.aspect)
    if graphics is not None:
        notes.extend([Reading.HAS_OVERLAY] if graphics.overlay is not None else [])
        notes.extend([Reading.HAS_SHUTTER] if graphics.covered is not None else [])
    is_colour = decoded.top is not None
    signed = number(ds, "PixelRepresentation") == 1
    padding = None if is_colour else decoded.padding or _padding(ds, decoded, signed)
    if padding is not None and padding[0] <= decoded.ends[0] and decoded.ends[1] <= padding[1]:
        padding = None
        notes.append(Reading.ALL_IS_PADDING)
    film = Radiograph(
        key="",
        pixels=decoded.pixels,
        slope=decoded.slope,
        intercept=decoded.intercept,
        inverse=not is_colour and _inverse(ds),
        padding=padding,
        vois=(Window(127.5, 255, "LINEAR_EXACT", voi.AUTOMATIC),),
        spacing=spacing,
        patient=tags.patient(ds),
        study=tags.study(ds),
        acquisition=facts,
        frame=frame,
        frames=frames_of(ds),
        notes=tuple(notes),
        not_analysed=tags.why_not_analysed(ds, decoded.colour, rows, cols),
        stored_offset=decoded.offset,
        graphics=graphics,
    )
    if decoded.top is not None:
        return _finished((Window(decoded.top / 2, decoded.top, "LINEAR_EXACT", AS_STORED),), film)
    return _with_windows(ds, film, decoded, signed)


def _with_windows(ds: Dataset, film: Radiograph, decoded: Decoded, signed: bool) -> Radiograph:
    """Add the windows and tables of the file to a film; those that cannot be meant for its pixels are told."""
    possible = _possible_values(ds, film, decoded, signed)
    vois, notes = tags.file_vois(ds, film, possible)
    counts = voi.counts_of(film.pixels, film.padding)
    usable = tuple(preset for preset in vois if voi.shows_something(film, preset, counts))
    meant = tuple(preset for preset in usable if voi.grey_span(preset, *possible) >= SMALLEST_SPAN)
    if usable and not meant:
        notes = (*notes, Reading.WINDOW_OF_OTHER_BITS)
    return _finished(meant if usable else vois, replace(film, notes=(*film.notes, *notes)), counts)


def _possible_values(ds: Dataset, film: Radiograph, decoded: Decoded, signed: bool) -> tuple[float, float]:
    """The smallest and the largest modality value that the stored bits can hold, or that a table or a float has."""
    bits, offset = int(number(ds, "BitsStored", 16)), decoded.offset
    if offset is None or not 0 < bits <= 16:
        first, last = decoded.ends
    elif signed:
        low = offset - (1 << (bits - 1))
        first, last = min(decoded.ends[0], low), max(decoded.ends[1], low + (1 << bits) - 1)
    else:  # larger ones have lost their upper bits (``pixels.decode``): nothing needs to be looked for
        first, last = 0, (1 << bits) - 1
    low_value, high_value = sorted((first * film.slope + film.intercept, last * film.slope + film.intercept))
    return low_value, high_value


def _decoded(ds: Dataset, frame: int, says_grey: bool) -> Decoded:
    try:
        return decode(ds, frame, says_grey)
    except (UnreadableFilm, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - decoders fail in their own ways: missing plugin, broken stream, wrong length
        syntax = uid_name(ds.file_meta.TransferSyntaxUID)
        raise UnreadableFilm(ImageNotDecoded(syntax) if syntax else Reading.FILE_DAMAGED) from None


def _inverse(ds: Dataset) -> bool:
    """PresentationLUTShape decides where it is present, else MONOCHROME1: one inversion, never two (PS3.3 C.11.6)."""
    shape = tags.text(ds, "PresentationLUTShape").upper()
    if shape in ("INVERSE", "IDENTITY"):
        return shape == "INVERSE"
    return tags.text(ds, "PhotometricInterpretation").upper() == "MONOCHROME1"


def _padding(ds: Dataset, decoded: Decoded, signed: bool) -> tuple[int, int] | None:
    """Pixel Padding Value and Range Limit in pixels (PS3.3 C.7.5.1.1.2)."""
    first = _padding_value(ds, "PixelPaddingValue")
    if first is None or decoded.offset is None:
        return None
    limit = _padding_value(ds, "PixelPaddingRangeLimit")
    ends = [first, first if limit is None else limit]
    for index, value in enumerate(ends):
        if signed and value > 32767:
            ends[index] = value - 65536
        elif not signed and value < 0:
            ends[index] = value + 65536
    low, high = min(ends) + decoded.offset, max(ends) + decoded.offset
    return (max(low, 0), min(high, 65535)) if high >= 0 and low <= 65535 else None


def _padding_value(ds: Dataset, keyword: str) -> int | None:
    """A value of a pixel, also where it was written as a word (OW); None where it is absent, which empty is, too."""
    value = ds.get(keyword)
    if value is None or value == b"":
        return None
    if isinstance(value, bytes):
        return int.from_bytes(value[:2], "little" if ds.original_encoding[1] is not False else "big")
    stated = number(ds, keyword, math.inf)
    return None if math.isinf(stated) else int(stated)


def _finished(from_file: tuple[Voi, ...], film: Radiograph, counts: NDArray[np.intp] | None = None) -> Radiograph:
    """Add presets, default window and key."""
    counts = voi.counts_of(film.pixels, film.padding) if counts is None else counts
    automatic = voi.window_over(counts, film.slope, film.intercept)
    usable = tuple(preset for preset in from_file if voi.shows_something(film, preset, counts))
    notes = (*film.notes, Reading.WINDOW_SHOWS_NOTHING) if from_file and not usable else film.notes
    return replace(film, key=key_of(film), vois=(*usable, automatic), notes=notes)


def _picture(content: bytes) -> Radiograph:
    """Open PNG, JPEG and their like; colour becomes luminance, nothing is calibrated."""
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        image = None  # also where its header claims more than OPENCV_IO_MAX_IMAGE_PIXELS
    if image is None or image.size == 0:
        raise UnreadableFilm(Reading.PICTURE_UNREADABLE)
    array: NDArray[np.generic] = np.asarray(image)
    colour = False
    if array.ndim == 3:
        blue_green_red = array[..., :3].astype(np.float32)
        scale = 1.0 if array.dtype == np.uint8 else 1 / 257
        colour = float((blue_green_red.max(2) - blue_green_red.min(2)).mean()) * scale > 4
        array = blue_green_red @ np.array([0.114, 0.587, 0.299], np.float32)
    deep = float(array.astype(np.float32).max()) > 255
    pixels = np.clip(np.round(array.astype(np.float32)), 0, 65535).astype(np.uint16)
    top = 65535 if deep else 255
    whole = Window(top / 2, top, "LINEAR_EXACT", AS_STORED)
    rows, cols = pixels.shape
    film = Radiograph(
        key="",
        pixels=pixels,
        vois=(whole,),
        spacing=NOT_CALIBRATED,
        acquisition=Acquisition(
            photometric="MONOCHROME2", bits_stored=16 if deep else 8, calibrated_source=False, may_carry_text=True
        ),
        notes=(Reading.PICTURE_NOT_CALIBRATED, *((Reading.COLOUR_SHOWN_GREY,) if colour else ())),
        not_analysed=tags.why_no_radiograph(colour, rows, cols),
    )
    return _finished((whole,), film)
