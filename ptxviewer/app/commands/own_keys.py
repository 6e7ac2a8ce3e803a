"""Keys that a reader chose for commands: which of them are valid, and the keys that each command then has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ptxviewer.app.commands import BY_ID, COMMANDS
from ptxviewer.core.reason import Reason

Keys = Mapping[str, Sequence[str]]
"""Command ids with the keys of each, the first of them the one that is told."""

HELD = frozenset(key for command in COMMANDS if command.held for key in command.keys)
"""Keys that last while they are held: no other command can have them."""


def usual() -> dict[str, tuple[str, ...]]:
    """Return the keys that the program comes with."""
    return {command.id: command.keys for command in COMMANDS}


def settled(own: Keys, normal: Callable[[str], str]) -> tuple[dict[str, tuple[str, ...]], list[Reason]]:
    """Return the keys of every command given a reader's ``own`` ones, and the reasons why some of these are not used.

    ``normal`` spells a key as the tables do, "" where there is no such key. A key that was chosen for one command is
    taken from the command that usually has it. Where it was chosen for two, the first keeps it. A key that lasts while
    it is held cannot be changed, nor given away.
    """
    held = {normal(key) for key in HELD}
    problems: list[Reason] = []
    chosen: dict[str, tuple[str, ...]] = {}
    owner: dict[str, str] = {}
    for name, keys in own.items():
        from ptxviewer.core.reasons.stored import KeyNotKnown, KeyOfTwo, NoSuchCommand  # not at a usual start

        if name not in BY_ID or BY_ID[name].held:
            problems.append(NoSuchCommand(name))
            continue
        kept = []
        for key in keys:
            spelt = normal(key)
            if not spelt or spelt in held:
                problems.append(KeyNotKnown(key, name))
            elif owner.setdefault(spelt, name) != name:
                problems.append(KeyOfTwo(spelt, owner[spelt], name))
            elif spelt not in kept:
                kept.append(spelt)
        chosen[name] = tuple(kept)
    given = {name: tuple(key for key in keys if normal(key) not in owner) for name, keys in usual().items()}
    return {**given, **chosen}, problems


def differing(keys: Keys) -> dict[str, tuple[str, ...]]:
    """Return the commands whose keys differ from the usual ones, which are those to store."""
    return {name: tuple(keys[name]) for name, before in usual().items() if tuple(keys.get(name, before)) != before}


def owner_of(keys: Keys, key: str) -> str | None:
    """Return the command that has a key, None where none has."""
    return next((name for name, given in keys.items() if key in given), None)


def with_keys(keys: Keys, command: str, given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return keys in which a command has ``given`` and no others, taken from the commands that had them."""
    left = {name: tuple(key for key in have if key not in given) for name, have in keys.items()}
    return {**left, command: tuple(given)}
