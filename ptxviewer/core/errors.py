"""Expected errors: each carries its reason, which window, report and command line turn into a sentence."""

from __future__ import annotations

from ptxviewer.core.reason import Reason, logged


class PtxError(Exception):
    """An expected failure with its ``reason``, which the reader sees as a sentence."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        """Return the reason for the log; what a person reads comes from ``words.say``."""
        return logged(self.reason)


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
    """Return the reason to show for an error: its own if it was expected, never the text of a bug."""
    if isinstance(error, PtxError):
        return error.reason
    # Only now: every start of the program imports this module, and making these classes takes it 10 ms.
    from ptxviewer.core.reasons.reading import Reading
    from ptxviewer.core.reasons.window import Notice

    return Reading.OUT_OF_MEMORY if isinstance(error, MemoryError) else Notice.WENT_WRONG
