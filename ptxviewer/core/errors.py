"""What can go wrong in ways that are expected: each error carries its reason, which the edges turn into a sentence."""

from __future__ import annotations

from ptxviewer.core.reasons import Reason
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.transition import spoken
from ptxviewer.core.reasons.window import Notice


class PtxError(Exception):
    """An expected failure, with the ``reason`` that the reader is told."""

    def __init__(self, reason: Reason | str) -> None:
        super().__init__(reason)
        self._given = reason

    @property
    def reason(self) -> Reason:
        """Why it failed."""
        if not isinstance(self._given, Reason):
            raise TypeError("raised with a text: a reason is wanted")
        return self._given

    def __str__(self) -> str:
        return spoken(self._given)


class UnreadableFilm(PtxError):
    """The file holds no image that can be shown (truncated, not DICOM, no pixels, no decoder)."""


class ModelUnavailable(PtxError):
    """The bundled network cannot be used: missing, altered, or the device refused it."""


class ExportFailed(PtxError):
    """A report or export could not be written."""


class StaleResult(PtxError):
    """A result belongs to another film than the one it was about to be shown on."""


class Cancelled(Exception):
    """Work that was retired before it ended; never shown to the reader."""


def reason_of(error: BaseException | None) -> Reason:
    """Return what a person is told of an error: its own reason when it was expected, never the text of a bug."""
    if isinstance(error, PtxError):
        return error.reason
    return Reading.OUT_OF_MEMORY if isinstance(error, MemoryError) else Notice.WENT_WRONG
