"""The keys that a reader chose, on disk: ``keys.json``, command ids with a key or a list of keys each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ptxviewer.app.commands.own_keys import Keys, settled
from ptxviewer.core.files import write_atomic
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.writing import Unwritten

NAME = "keys.json"


def load(path: Path, normal: Callable[[str], str], say: Callable[[Reason], None]) -> dict[str, tuple[str, ...]]:
    """Return the keys of every command; ``say`` is given the reason why some or all of the file are not used.

    ``normal`` as in ``settled``. No file is nothing to speak of, and the file is never touched.
    """
    try:
        stored = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return settled({}, normal)[0]
    except (OSError, ValueError, RecursionError):
        stored = None
    from ptxviewer.core.reasons.stored import KeysIgnored, Stored  # not at a start without the file

    if not isinstance(stored, dict):
        say(Stored.KEYS_DAMAGED)
        stored = {}
    own = {str(name): (keys,) if isinstance(keys, str) else keys for name, keys in stored.items()}
    if any(
        not isinstance(keys, (list, tuple)) or not all(isinstance(key, str) for key in keys) for keys in own.values()
    ):
        say(Stored.KEYS_DAMAGED)
        own = {}
    keys, problems = settled(own, normal)
    if problems:
        say(KeysIgnored(problems[0], len(problems) - 1))
    return keys


def save(path: Path, keys: Keys) -> None:
    """Write keys, or take the file away where there are none. Raises ``ExportFailed``."""
    if not keys:
        path.unlink(missing_ok=True)
        return
    kept: Mapping[str, Sequence[str]] = {name: list(of) for name, of in keys.items()}
    write_atomic(path, json.dumps(kept, indent=1).encode(), Unwritten.SETTINGS, private=True)
