"""Pseudonyms for films, patients and files: keyed hashes whose key never leaves this computer."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import reason_of_disk
from ptxviewer.core.private import secret
from ptxviewer.core.reasons.writing import NotWritten, Unwritten

KEY_FILE = "pseudonyms.key"
LENGTH = 20  # hexadecimal digits, 80 bits: a million films collide with a chance of 1 in 10^12


class Pseudonyms:
    """The same word gets the same pseudonym on this computer; without the key it cannot be reversed."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: str, *words: str) -> str:
        """Return the pseudonym of something of that kind; "" where all its words are empty."""
        if not any(words):
            return ""
        text = "\0".join((kind, *words)).encode("utf-8", "backslashreplace")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[:LENGTH]


def pseudonyms_in(folder: Path) -> Pseudonyms:
    """Return the pseudonyms of the key in ``folder``, which is made (only this user may read it) where there is none.

    Raises ``ExportFailed`` where it can be neither read nor made: other pseudonyms each time would make films of one
    patient look like those of many.
    """
    try:
        return Pseudonyms(secret(folder / KEY_FILE))
    except OSError as error:
        raise ExportFailed(NotWritten(Unwritten.PSEUDONYMS, reason_of_disk(error))) from None
