"""The tags of a DICOM file as a list to read: plain text only, bounded, without the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TagRow:
    """One element. Its repr is as empty of patient data as those of films."""

    depth: int  # 0 in the file itself, one more in each sequence
    tag: str  # "(0010,0010)"
    vr: str
    name: str
    value: str = field(repr=False)
    private: bool = False
    of_patient: bool = False  # who, when and where: marked
    text: bool = False  # words, dates and numbers of identity: hidden with the patient, since they may name anybody

    @property
    def hidden_with_patient(self) -> bool:
        """True where the value is hidden on a screen without patient data."""
        return self.of_patient or self.text


@dataclass(frozen=True)
class TagList:
    """All rows in the order of the file; ``cut``: there are more than are listed."""

    rows: tuple[TagRow, ...] = ()
    cut: bool = False


def shown_value(row: TagRow, identified: bool) -> str | None:
    """Return the value as it may be seen, None where it is hidden."""
    return None if row.hidden_with_patient and not identified and row.value else row.value


def found_in(row: TagRow, words: Sequence[str], identified: bool) -> bool:
    """True where every word occurs in the visible part of a row; hidden values are not found."""
    visible = " ".join((row.tag, row.vr, row.name, shown_value(row, identified) or "")).casefold()
    bare = visible.replace("(", "").replace(",", "").replace(")", "")
    return all(word in visible or word in bare for word in words)
