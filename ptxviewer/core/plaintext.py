"""Text from files and file names made harmless for screens, terminals, logs and tables.

What a file says may hold escape sequences, characters that turn the direction of what follows, and lines of its own.
"""

from __future__ import annotations

import unicodedata

MOST = 1024  # characters: the longest text of a descriptive tag (ST, PS3.5 6.2)
JOINERS = "\u200c\u200d"  # Persian and the scripts of India spell with them
FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"  # what a spreadsheet takes for the beginning of a formula
UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # categories of Unicode


def _harmless(letter: str) -> bool:
    if letter.isascii():
        return letter.isprintable()
    return letter in JOINERS or unicodedata.category(letter) not in UNPRINTABLE


def plain(text: str, most: int = MOST) -> str:
    """Return a text of a file as one line: no control character, no change of direction, at most ``most`` letters."""
    kept = text[: 4 * most]
    if not (kept.isascii() and kept.isprintable()):
        kept = "".join(one if _harmless(one) else " " if one.isspace() else "" for one in kept)
    kept = " ".join(kept.split())
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def escaped(text: str, keep: str = "") -> str:
    """Return a text with what is unprintable in it as escapes (``\\x1b``): file names stay recognisable.

    ``keep`` are the ones that may stay: ends of lines, where the text has several.
    """
    bare = text
    for sign in keep:
        bare = bare.replace(sign, "")
    if bare.isprintable():
        return text
    return "".join(one if _harmless(one) or one in keep else _escape(one) for one in text)


def _escape(letter: str) -> str:
    return ascii(letter)[1:-1]


def cell(text: str) -> str:
    """Return a text as a cell of a table: one line, and nothing that a spreadsheet would run."""
    shown = escaped(text)
    return f"'{shown}" if shown.lstrip()[:1] in tuple(FORMULA) else shown
