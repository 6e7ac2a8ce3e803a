"""Why a file is not read, or not analysed, and what is to be known of one that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.reason import Reason


class Reading(Reason, Enum):
    """Reasons without arguments."""

    # The file
    FILE_GONE = "file_gone"
    FILE_FORBIDDEN = "file_forbidden"
    FILE_UNREADABLE = "file_unreadable"  # the disk, the network drive
    FILE_DAMAGED = "file_damaged"  # or no DICOM: a parser tripped over it
    FILE_EMPTY = "file_empty"
    FILE_IS_FOLDER = "file_is_folder"
    OTHER_FILE_TYPE = "other_file_type"  # XML, JSON, PDF, ZIP by its first bytes
    NOT_DICOM = "not_dicom"
    OUT_OF_MEMORY = "out_of_memory"
    NOT_A_FILE = "not_a_file"  # a pipe, a device, a socket
    PATH_TOO_LONG = "path_too_long"
    READER_NOT_STARTED = "reader_not_started"  # the child process that reads films
    READER_KILLED = "reader_killed"  # from outside, twice

    # Its image
    NO_IMAGE = "no_image"
    IMAGE_ON_SERVER = "image_on_server"  # JPIP: the file has its address
    NO_ROWS_OR_COLUMNS = "no_rows_or_columns"
    NO_SUCH_FRAME = "no_such_frame"
    IMAGE_INCOMPLETE = "image_incomplete"
    RESCALE_UNUSABLE = "rescale_unusable"  # a slope or an intercept that no film has
    NO_FINITE_VALUES = "no_finite_values"
    STREAM_OF_OTHER_COMPONENTS = "stream_of_other_components"
    PICTURE_UNREADABLE = "picture_unreadable"  # PNG, JPEG and their like
    PICTURE_WITHOUT_TAGS = "picture_without_tags"

    # What films are collected from
    FOLDER_FORBIDDEN = "folder_forbidden"
    FOLDER_UNREADABLE = "folder_unreadable"  # the disk, the network drive, or it is gone
    FOLDER_WITHOUT_FILMS = "folder_without_films"
    DICOMDIR_WITHOUT_FILMS = "dicomdir_without_films"
    NOT_ON_DISC = "not_on_disc"  # a DICOMDIR names it
    ZIP_WITHOUT_FILMS = "zip_without_films"
    ZIP_ENCRYPTED = "zip_encrypted"
    ZIP_DAMAGED = "zip_damaged"
    ZIP_MEMBER_DAMAGED = "zip_member_damaged"
    ZIP_METHOD_UNKNOWN = "zip_method_unknown"
    ZIP_NOT_UNPACKED = "zip_not_unpacked"  # the disk refused, or is full
    SAMPLE_MISSING = "sample_missing"

    # Why the network is not applied to a film
    NOT_A_RADIOGRAPH = "not_a_radiograph"
    LATERAL_VIEW = "lateral_view"
    COLOUR_PICTURE = "colour_picture"
    PICTURE_TOO_SMALL = "picture_too_small"
    OWN_PICTURE = "own_picture"  # of an earlier result, with the outline burnt in

    # Notes on a film that is shown
    COLOUR_SHOWN_GREY = "colour_shown_grey"
    WINDOW_SHOWS_NOTHING = "window_shows_nothing"
    WINDOW_OF_OTHER_BITS = "window_of_other_bits"  # a window for 12 bits on a copy of 8
    TABLE_NARROWER = "table_narrower"  # a VOI LUT uses less than half of the bits that it claims
    HAS_OVERLAY = "has_overlay"  # planes that are drawn over the film
    HAS_SHUTTER = "has_shutter"
    ALL_IS_PADDING = "all_is_padding"
    END_OF_FILE_DAMAGED = "end_of_file_damaged"  # behind pixels that are whole
    FOR_PROCESSING = "for_processing"
    PICTURE_NOT_CALIBRATED = "picture_not_calibrated"
    SIZES_AT_DETECTOR = "sizes_at_detector"
    MAY_CARRY_TEXT = "may_carry_text"  # in its pixels: a name, a date
    SYNTHETIC_PHANTOM = "synthetic_phantom"


class ObjectKind(Reason, Enum):
    """What a DICOM object without an image is."""

    STRUCTURED_REPORT = "structured_report"
    PDF_DOCUMENT = "pdf_document"
    DOCUMENT = "document"
    KEY_OBJECTS = "key_objects"
    PRESENTATION_STATE = "presentation_state"
    WAVEFORM = "waveform"
    RADIOTHERAPY = "radiotherapy"
    SEGMENTATION = "segmentation"
    DICOMDIR = "dicomdir"
    RAW_DATA = "raw_data"
    SPECTROSCOPY = "spectroscopy"
    REGISTRATION = "registration"
    FIDUCIALS = "fiducials"


@dataclass(frozen=True)
class NotAnImage(Reason):
    """A DICOM object of another kind."""

    kind: ObjectKind


@dataclass(frozen=True)
class FileTooLarge(Reason):
    """More than is read into memory."""

    limit_bytes: int


@dataclass(frozen=True)
class ImageTooLarge(Reason):
    """The file claims more pixels than are decoded."""

    cols: int
    rows: int


@dataclass(frozen=True)
class ImageNotDecoded(Reason):
    """No decoder for the image, or its stream is broken; ``transfer_syntax`` is the name in PS3.6."""

    transfer_syntax: str


@dataclass(frozen=True)
class TagMissing(Reason):
    """An image cannot be decoded without this tag; ``keyword`` is its name in PS3.6."""

    keyword: str


@dataclass(frozen=True)
class ColoursNotRead(Reason):
    """A picture in colours that are not read; ``photometric`` is a defined term of PS3.3 C.7.6.3.1.2, or empty."""

    photometric: str


@dataclass(frozen=True)
class FramesMissing(Reason):
    """The file says more frames than it holds; those that are there are shown."""

    stated: int
    present: int


@dataclass(frozen=True)
class WindowsLeftOut(Reason):
    """A note: the file holds more windows and tables than are offered."""

    kept: int


@dataclass(frozen=True)
class StreamDamaged(Reason):
    """The decoder did not survive the compressed image; ``coding`` is its name: JPEG-LS, RLE."""

    coding: str


@dataclass(frozen=True)
class StreamOfOtherSize(Reason):
    """The compressed image is not of the size that the tags say."""

    cols: int
    rows: int
    stream_cols: int
    stream_rows: int


@dataclass(frozen=True)
class TookTooLong(Reason):
    """Reading was given up."""

    limit_s: int


@dataclass(frozen=True)
class TooMuchMemory(Reason):
    """Reading would have taken more memory than is allowed."""

    limit_bytes: int


@dataclass(frozen=True)
class InflatesTooLarge(Reason):
    """A deflated file that is larger than is read into memory."""

    limit_bytes: int


@dataclass(frozen=True)
class ZipTooManyFiles(Reason):
    """An archive of more files than are unpacked."""

    limit: int


@dataclass(frozen=True)
class ZipTooLarge(Reason):
    """An archive that would fill the disk."""

    limit_bytes: int


@dataclass(frozen=True)
class TooManyFilms(Reason):
    """A folder of more films than one list holds."""

    limit: int


@dataclass(frozen=True)
class OtherModality(Reason):
    """Not a radiograph but a CT, an ultrasound image ...; ``modality`` is one of ``words.reading.MODALITIES``."""

    modality: str


@dataclass(frozen=True)
class OtherBodyPart(Reason):
    """Not a chest; ``body_part`` is a defined term of BodyPartExamined, one of ``words.reading.BODY_PARTS``."""

    body_part: str


@dataclass(frozen=True)
class NotAnalysed(Reason):
    """A film that is shown but not analysed unless the reader asks for it."""

    why: Reason


@dataclass(frozen=True)
class FieldNotPlausible(Reason):
    """The spacing in the file gives a field that no chest film has; it is not used."""

    width_cm: float


@dataclass(frozen=True)
class CalibratedByReader(Reason):
    """Sizes come from a line over an object of known length."""

    object_mm: float


@dataclass(frozen=True)
class CalibrationDoubtful(Reason):
    """With the reader's calibration the field is one that no chest film has."""

    width_cm: float
