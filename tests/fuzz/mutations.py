"""Which mutation meets which seed: an input by the number of the run and its own, the same whenever it is asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

from tests.fuzz import archives, fragments, streams, structure
from tests.fuzz.seeds import Seed, seeds


@dataclass(frozen=True)
class Input:
    """What the program is given: ``files`` by name, of which ``first`` is opened, and where they come from."""

    index: int
    seed: str
    changes: tuple[str, ...]
    files: dict[str, bytes]
    first: str

    @property
    def holds_several(self) -> bool:
        """True where it may hold any number of films: an archive, also behind something else, or an index."""
        return self.first == "DICOMDIR" or b"PK\5\6" in self.files[self.first]


@lru_cache(maxsize=1)
def _seeds() -> tuple[Seed, ...]:
    return tuple(seeds())


def _spliced(rng: random.Random, content: bytes) -> bytes:
    """The beginning of one seed with the end of another."""
    other = rng.choice(_seeds())
    data = other.files[other.first]
    return content[: rng.randrange(len(content) + 1)] + data[rng.randrange(len(data)) :]


def _kinds(seed: Seed, content: bytes) -> tuple[str, ...]:
    """What may be done to an input, as often as it should be."""
    if seed.first.endswith(".zip"):
        return ("archive", "archive", "archive", "member", "bytes", "splice")
    if seed.first == "DICOMDIR":
        return ("index", "index", "structure", "structure", "bytes")
    if content[128:132] != b"DICM" and seed.first != "IM0001":
        return ("stream", "stream", "stream", "stream", "bytes", "splice")
    common = ("structure", "structure", "structure", "bytes", "splice")
    if structure.DEFLATED in content[:400]:
        return (*common, "deflate", "deflate", "deflate")
    return (*common, "fragments", "fragments", "stream", "stream", "stream", "stream")


def _changed(rng: random.Random, seed: Seed, kind: str, content: bytes) -> bytes:
    if kind == "structure":
        return structure.mutated(rng, content)
    if kind == "fragments":
        return fragments.mutated(rng, content, in_stream=False)
    if kind == "stream":
        return streams.mutated(rng, content) if _is_picture(seed) else fragments.mutated(rng, content, in_stream=True)
    if kind == "deflate":
        return streams.deflated(rng, content)
    if kind in ("archive", "member"):
        return archives.mutated(rng, content) if kind == "archive" else archives.with_changed_member(rng, content)
    if kind == "index":
        return archives.index_mutated(rng, content)
    return _spliced(rng, content) if kind == "splice" else streams.generic(rng, content)


def _is_picture(seed: Seed) -> bool:
    return seed.name.startswith(("picture", "deep picture"))


def made(run: int, index: int) -> Input:
    """The input ``index`` of the run that was seeded with ``run``."""
    rng = random.Random(f"{run}/{index}")
    seed = rng.choice(_seeds())
    content = seed.files[seed.first]
    changes = []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 6))):
        kind = rng.choice(_kinds(seed, content))
        try:
            content = _changed(rng, seed, kind, content)
        except Exception:  # an earlier change left nothing of this kind to be changed
            kind, content = "bytes", streams.generic(rng, content)
        changes.append(kind)
    return Input(index, seed.name, tuple(changes), seed.files | {seed.first: content}, seed.first)
