"""A command as it is shown: its texts translated, with its key; a small button that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton

from ptxviewer.app.commands import BY_ID
from ptxviewer.app.commands.base import Command
from ptxviewer.ui.controls import Toggle
from ptxviewer.words import tr

Made = TypeVar("Made", bound=QPushButton)


_own: dict[str, tuple[str, ...]] = {}
"""The keys of every command, where the reader has chosen some."""


def use_keys(keys: Mapping[str, tuple[str, ...]]) -> None:
    """From now on commands have these keys; one that is missing has its usual ones."""
    _own.clear()
    _own.update(keys)


def keys_of(command: Command) -> tuple[str, ...]:
    """Return the keys of a command: the reader's own, else the usual ones."""
    return _own.get(command.id, command.keys)


def normal_key(text: str) -> str:
    """Return a key as the table of commands spells it: "ctrl+o" as "Ctrl+O"; "" where it is none."""
    read = QKeySequence.fromString(text, QKeySequence.SequenceFormat.PortableText)
    return read.toString(QKeySequence.SequenceFormat.PortableText) if read.count() == 1 else ""


def _values(command: Command) -> dict[str, str]:
    return {name: tr(value) for name, value in command.values}


def menu_text(command: Command) -> str:
    """Return the text of a command in a menu; "..." at its end says that it asks something first."""
    return tr("{command}...", command=name_of(command)) if command.asks else name_of(command)


def name_of(command: Command) -> str:
    """Return the name of a command, as on a button."""
    return tr(command.text, **_values(command))


def short_name_of(command: Command) -> str:
    """Return the name of a command on the toolbar, where there is little room."""
    return capital(tr(command.short)) if command.short else name_of(command)


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def tip_of(command: Command) -> str:
    """Return the explanation of a command, "" where its name says it all."""
    return tr(command.tip, **_values(command)) if command.tip else ""


def tooltip_of(command: Command) -> str:
    """Return the explanation with the first key: "Fit the film to the window (F)"."""
    text = tip_of(command) or name_of(command)
    return f"{text} ({key_text(keys_of(command)[:1])})" if keys_of(command) else text


def key_text(keys: Sequence[str]) -> str:
    """Return keys as this system and language spell them: "Ctrl+O", "Strg+O", on a Mac with its signs."""
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def key_of(command_id: str) -> str:
    """Return the first key of a command, for texts that name it."""
    return key_text(keys_of(BY_ID[command_id])[:1])


def small_button(command_id: str, do: Callable[[str], None], text: str = "") -> QPushButton:
    """Return a button that does a command, named for it or as ``text`` says."""
    button = QPushButton(text or name_of(BY_ID[command_id]))
    button.clicked.connect(lambda _down=False: do(command_id))
    return _small(button, command_id)


def small_toggle(command_id: str, do: Callable[[str], None], text: str = "") -> Toggle:
    """Return a button that stays down while what its command switches is on."""
    return _small(Toggle(text or name_of(BY_ID[command_id]), lambda: do(command_id)), command_id)


def _small(button: Made, command_id: str) -> Made:
    button.setObjectName("small")
    button.setToolTip(tooltip_of(BY_ID[command_id]))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
