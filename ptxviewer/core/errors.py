"""What can go wrong in ways we expect: ``str(error)`` is one sentence for the screen, without patient data."""

from __future__ import annotations


class PtxError(Exception):
    """An expected failure. Its text is shown to the reader as it stands: one sentence, no names, no paths."""


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
