"""Why a store or a table of results cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.reason import Reason


class Results(Reason, Enum):
    """Reasons without arguments."""

    STORE_MISSING = "store_missing"
    STORE_NOT_OURS = "store_not_ours"
    STORE_NEWER = "store_newer"
    STORE_UNREADABLE = "store_unreadable"  # the disk, no permission
    STORE_DAMAGED = "store_damaged"
    STORE_GONE = "store_gone"  # moved or deleted while it was written
    STORE_BUSY = "store_busy"  # another program writes it
    NO_TABLE_OF_OURS = "no_table_of_ours"
    NO_PARQUET = "no_parquet"  # the library is not installed
    NO_TRUTH = "no_truth"  # no line of the labels fits a film
    LABELS_UNREADABLE = "labels_unreadable"  # the file is not there, or may not be read
    NOTHING_SELECTED = "nothing_selected"


@dataclass(frozen=True)
class QueryNotUnderstood(Reason):
    """A part of a query is no comparison."""

    part: str


@dataclass(frozen=True)
class UnknownColumn(Reason):
    """A query names an unknown column."""

    name: str


@dataclass(frozen=True)
class LabelsNotUnderstood(Reason):
    """A line of the labels is not understood; 0 is the heading."""

    line: int
