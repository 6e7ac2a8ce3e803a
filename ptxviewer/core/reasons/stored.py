"""Why a file that the program itself keeps is not used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ptxviewer.core.reason import Reason


class Stored(Reason, Enum):
    """Reasons without arguments."""

    REVIEW_DAMAGED = "review_damaged"  # it was put aside
    REVIEW_UNREADABLE = "review_unreadable"  # the disk, or no permission; it stays where it is
    REVIEW_OF_BOTH = "review_of_both"  # what another window changed is in it, too
    REVIEW_OF_BOTH_ASIDE = "review_of_both_aside"  # and what it changed in another way was put aside
    SETTINGS_DAMAGED = "settings_damaged"  # put aside; the defaults are used
    PACS_DAMAGED = "pacs_damaged"
    PACS_UNREADABLE = "pacs_unreadable"  # no permission, a disk that fails: the file may be good
    KEYS_DAMAGED = "keys_damaged"  # of the reader's own keys; it stays, and the usual ones are used
    SITE_SETTINGS_DAMAGED = "site_settings_damaged"  # the program's own defaults are used


class TemplateProblem(Reason, Enum):
    """What is wrong with a line of a template of report texts."""

    NO_SECTION = "template_no_section"
    UNKNOWN_SECTION = "template_unknown_section"
    UNKNOWN_WORD = "template_unknown_word"
    UNKNOWN_NAME = "template_unknown_name"
    TOO_LONG = "template_too_long"
    NOT_READABLE = "template_not_readable"


@dataclass(frozen=True)
class TemplateBroken(Reason):
    """A site's template of report texts is not used; ``line`` 0 is the file as a whole."""

    file: str
    line: int
    why: Reason


@dataclass(frozen=True)
class NoSuchCommand(Reason):
    """The file of keys names a command that does not exist, or whose key is fixed."""

    command: str


@dataclass(frozen=True)
class KeyNotKnown(Reason):
    """What the file of keys has for a command is no key, or one that is fixed."""

    key: str
    command: str


@dataclass(frozen=True)
class KeyOfTwo(Reason):
    """The file of keys gives one key to two commands; ``first`` has it."""

    key: str
    first: str
    second: str


@dataclass(frozen=True)
class KeysIgnored(Reason):
    """Lines of the file of keys are not used: why the first, and how many more."""

    why: Reason
    more: int
