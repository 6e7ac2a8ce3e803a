"""Settings on disk: one JSON file of what differs from the defaults, read field by field, saved atomically."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_type_hints

from ptxviewer.app.state.settings import DEFAULTS, ROWS, Row, Settings
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.private import put_aside
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing

TYPES: dict[str, Any] = get_type_hints(Settings)


def load_site(path: Path, say: Callable[[Reason], None] = lambda _reason: None) -> Settings:
    """Return the defaults that a site has put at ``path`` for all its readers: a settings file like a reader's own."""
    stored = _read(path)
    if stored is None:
        from ptxviewer.core.reasons.stored import Stored  # not at a usual start

        say(Stored.SITE_SETTINGS_DAMAGED)
    personal = {row.key: getattr(DEFAULTS, row.key) for row in ROWS if row.personal}
    return replace(_taken(stored or {}, DEFAULTS), **personal)


def load(path: Path, say: Callable[[Reason], None] | None = None, default: Settings = DEFAULTS) -> Settings:
    """Return the settings at ``path``; what is missing, unknown or of the wrong type is as in ``default``.

    With ``say``, which is given the reason, a file that cannot be read is put aside as ``settings.damaged``: the next
    save does not overwrite it. No file yet is nothing to speak of.
    """
    stored = _read(path)
    if stored is None and say is not None:
        from ptxviewer.core.reasons.stored import Stored  # not at a usual start

        with contextlib.suppress(OSError):
            put_aside(path)
        say(Stored.SETTINGS_DAMAGED)
    return _taken(stored or {}, default)


def _read(path: Path) -> dict[str, Any] | None:
    """Return the object in a JSON file, ``{}`` where there is no file, None where it is no such file."""
    try:
        stored = json.loads(path.read_bytes(), parse_constant=_no_number)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError):
        return None
    return stored if isinstance(stored, dict) else None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _taken(stored: Mapping[str, Any], default: Settings) -> Settings:
    if isinstance(first_read := stored.get("first_read"), bool):  # in files of earlier versions
        stored = {"reading_mode": "first" if first_read else "beside", **stored}
    if isinstance(kinds := stored.get("dicom_kinds"), str):  # "sr,seg" in those, too
        stored = {**stored, "dicom_kinds": [kind for kind in kinds.split(",") if kind]}
    values: dict[str, Any] = {}
    for row in ROWS:
        if row.key in stored:
            with contextlib.suppress(ValueError, OverflowError):  # msgspec's errors are ``ValueError``s
                values[row.key] = _within(row, _typed(stored[row.key], TYPES[row.key]))
    return replace(default, **values)


def _typed(value: Any, kind: Any) -> Any:
    """Return a value of JSON as one of ``kind``. Raises ``ValueError``."""
    if kind in (bool, str) and type(value) is kind:
        return value  # a start rarely meets anything else, and need not wait for msgspec
    import msgspec

    return msgspec.convert(value, kind)


def _within(row: Row, value: Any) -> Any:
    """Return a number brought into the range of its row, anything else as it is."""
    value = value if row.lowest is None else max(value, type(value)(row.lowest))
    return value if row.highest is None else min(value, type(value)(row.highest))


def save(path: Path, settings: Settings, default: Settings = DEFAULTS) -> None:
    """Write what differs from ``default``; the file is whole or as it was before. Raises ``ExportFailed``.

    What the reader has left alone is not kept, so that a default that the site changes later reaches them.
    """
    own, given = asdict(settings), asdict(default)
    kept = {key: value for key, value in own.items() if value != given[key]}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise ExportFailed(NotWritten(Unwritten.SETTINGS, Writing.FOLDER_NOT_MADE)) from None
    write_atomic(path, json.dumps(kept, indent=1).encode(), Unwritten.SETTINGS, private=True)
