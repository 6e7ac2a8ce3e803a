"""Why something was refused, failed or needs a caution: values with their arguments, never sentences.

A reason without arguments is a member of an enum that derives from ``Reason``; one with arguments is a frozen
dataclass that does. ``ptxviewer.words.say`` turns either into a sentence of the reader's language. Programs, files
and tests compare reasons; nothing compares or parses a sentence.

    class Reading(Reason, Enum):
        EMPTY_FILE = "empty_file"

    @dataclass(frozen=True)
    class OtherModality(Reason):
        modality: str

(Not ``slots=True``: that makes a second class, which would be listed twice.)
"""

from __future__ import annotations

import dataclasses
import importlib
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ptxviewer.core.reason import Reason, arguments, code_of, kinds

TOPICS = ("cluster", "command", "finding", "network", "pacs", "reading", "results", "stored", "writing")
"""Modules with reasons: those that may be in a file."""


@dataclass(frozen=True)
class UnknownReason(Reason):
    """A reason that a newer version wrote into a file."""

    written: str


def encode(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON can hold it; ``decode`` is the inverse."""
    values = {name: encode(v) if isinstance(v, Reason) else v for name, v in arguments(reason).items()}
    return {"code": reason.code, **values}


def decode(written: dict[str, Any]) -> Reason:
    """Return the reason that ``encode`` wrote.

    One that this version does not know, or whose arguments are not of its types, is an ``UnknownReason``.
    """
    for topic in TOPICS:
        importlib.import_module(f"{__name__}.{topic}")
    code = str(written.get("code", ""))
    values = {n: _read(v) for n, v in written.items() if n != "code"}
    for kind in kinds():
        if issubclass(kind, Enum):
            member = next((m for m in kind if m.value == code), None)
            if isinstance(member, Reason):
                return member
        elif dataclasses.is_dataclass(kind) and code_of(kind) == code and _fits(kind, values):
            reason: Reason = kind(**values)
            return reason
    return UnknownReason(code)


def _read(value: Any) -> Any:
    """Return an argument as ``encode`` was given it: JSON has no tuples."""
    if isinstance(value, dict):
        return decode(value)
    return tuple(value) if isinstance(value, list) else value


def _fits(kind: type[Any], values: dict[str, Any]) -> bool:
    hints = get_type_hints(kind)
    return values.keys() == hints.keys() and all(_is_a(values[name], hint) for name, hint in hints.items())


def _is_a(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_is_a(one, get_args(hint)[0]) for one in value)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(hint, type) and isinstance(value, hint)
