"""The base of all reasons: their codes, their arguments, and how they are logged."""

from __future__ import annotations

import dataclasses
import re
from enum import Enum
from typing import Any


class Reason:
    """The base of all reasons."""

    __slots__ = ()

    @property
    def code(self) -> str:
        """Stable name, for files, JSON and the catalogue of texts: ``"empty_file"``, ``"other_modality"``."""
        if isinstance(self, Enum):
            return str(self.value)
        return code_of(type(self))


def code_of(kind: type[Reason]) -> str:
    """Return the code of a reason that has arguments."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()


def kinds() -> list[type[Reason]]:
    """Return every class of reasons that has been imported."""
    return [kind for child in Reason.__subclasses__() for kind in (child, *child.__subclasses__())]


def arguments(reason: Reason) -> dict[str, Any]:
    """Return the arguments of a reason by name, ``{}`` for a member of an enum."""
    if isinstance(reason, Enum) or not dataclasses.is_dataclass(reason):
        return {}
    return {field.name: getattr(reason, field.name) for field in dataclasses.fields(reason)}


def logged(reason: Reason) -> str:
    """Return a reason for the log: its code and arguments, without those that are marked personal (``repr=False``)."""
    if isinstance(reason, Enum) or not dataclasses.is_dataclass(reason):
        return reason.code
    shown = {field.name: getattr(reason, field.name) for field in dataclasses.fields(reason) if field.repr}
    values = (f"{name}={logged(v) if isinstance(v, Reason) else v}" for name, v in shown.items())
    return f"{reason.code}({', '.join(values)})"
