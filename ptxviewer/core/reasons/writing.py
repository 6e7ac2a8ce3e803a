"""Why a file could not be written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.reason import Reason


class Unwritten(Reason, Enum):
    """What could not be written."""

    FILE = "file_unwritten"
    REPORT = "report_unwritten"
    REVIEW = "review_unwritten"
    RESULTS = "results_unwritten"
    SETTINGS = "settings_unwritten"
    LIST = "list_unwritten"
    PSEUDONYMS = "pseudonyms_unwritten"
    OUTBOX = "outbox_unwritten"


class Writing(Reason, Enum):
    """Why not."""

    NO_PERMISSION = "no_permission"
    NO_SUCH_FOLDER = "no_such_folder"
    FOLDER_NOT_MADE = "folder_not_made"
    FOLDER_HAS_THAT_NAME = "folder_has_that_name"
    DISK_FULL = "disk_full"
    NAME_TOO_LONG = "name_too_long"
    DISK_REFUSED = "disk_refused"
    PNG_NOT_ENCODED = "png_not_encoded"


class Unsaved(Reason, Enum):
    """Why a result is not saved as DICOM objects, or a film without its patient."""

    NO_STUDY = "no_study"  # PNG, JPEG, a file without its UIDs
    NOTHING_TO_OUTLINE = "nothing_to_outline"
    NO_RESULT = "no_result"
    NOT_DICOM = "not_dicom_film"  # a picture file
    FILE_CHANGED = "file_changed_meanwhile"  # it is not the film that was looked at
    FRAMES_DIFFER = "frames_differ"  # in scale or size: one file cannot hold them
    TOO_MANY_FRAMES = "too_many_frames"
    SECRET_MISSING = "secret_missing"  # by which patients get their pseudonyms


@dataclass(frozen=True)
class NotWritten(Reason):
    """A file that was not written; an older one in its place is whole."""

    what: Unwritten
    why: Writing
