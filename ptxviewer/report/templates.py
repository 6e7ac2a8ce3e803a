"""The templates of findings and impression: plain files, one a language, which a site can change.

Each of ``folders()`` may hold LANGUAGE.txt; the first one counts, and what it lacks is the program's own
(``resources/sentences``, where the form is explained). A file that cannot be used is told once, as a reason, and the
program's own stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from ptxviewer.core.errors import PtxError
from ptxviewer.core.files import open_regular
from ptxviewer.core.reasons.stored import TemplateBroken, TemplateProblem
from ptxviewer.paths import resource, sentence_folders
from ptxviewer.words import SOURCE_LANGUAGE, language

Case = Literal["possible", "present", "unsure", "absent", "none marked", "missed"]
CASES: tuple[Case, ...] = get_args(Case)
OF_A_SIDE = frozenset({"side", "zones", "size", "distance", "guideline", "doubt"})
OF_THE_FILM = frozenset({"sides", "change", "interval", "caution", "drain"})
WORDS: Mapping[str, frozenset[str]] = {
    **{f"side {name}": frozenset() for name in ("right", "left", "unknown")},
    **{f"zone {name}": frozenset() for name in ("apical", "lateral", "basal", "medial")},
    **{f"caution {name}": frozenset() for name in ("supine", "ap")},
    **{f"drain {name}": frozenset() for name in ("yes", "no", "unknown")},
    **{f"change {name}": frozenset({"side", "older", "newer"}) for name in ("larger", "smaller", "same")},
    **{f"change {name}": frozenset({"side"}) for name in ("new", "gone")},
    "and": frozenset(),
    "doubt": frozenset(),
    "projected": frozenset({"percent"}),
    "area": frozenset({"area", "origin"}),
    "at hilum": frozenset({"length", "origin"}),
    "at apex": frozenset({"length", "origin"}),
}
"""The words of a template, and the names that each may use."""
MOST_BYTES = 65_536
SECTION = re.compile(r"==\s*(.+?)\s*==")
NAME = re.compile(r"\{(\w+)\}")
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Template:
    """Lines of text by case, and the words that fill them."""

    cases: Mapping[Case, tuple[str, ...]]
    words: Mapping[str, str]


class BrokenTemplate(PtxError):
    """A template cannot be used; the reason names its line."""


def _checked(text: str, names: frozenset[str], fail: BrokenTemplate) -> None:
    """Raise ``fail`` where a text has other names, or brackets that do not match."""
    bare = NAME.sub("", OPTIONAL.sub(r"\1", text))
    if any(sign in bare for sign in "{}[]") or not set(NAME.findall(text)) <= names:
        raise fail


@lru_cache(maxsize=8)
def parsed(text: str, name: str) -> Template:
    """Return the template in the text of the file ``name``; sections may be missing. Raises ``BrokenTemplate``."""
    cases: dict[Case, list[str]] = {}
    words: dict[str, str] = {}
    section = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            continue
        if head := SECTION.fullmatch(line):
            section = head[1].lower()
            if section != "words" and section not in CASES:
                raise BrokenTemplate(TemplateBroken(name, number, TemplateProblem.UNKNOWN_SECTION))
        elif section == "words" and line:
            key, sign, value = (part.strip() for part in line.partition("="))
            if not sign or key not in WORDS:
                raise BrokenTemplate(TemplateBroken(name, number, TemplateProblem.UNKNOWN_WORD))
            broken = BrokenTemplate(TemplateBroken(name, number, TemplateProblem.UNKNOWN_NAME))
            _checked(value, WORDS[key], broken)
            words[key] = value
        elif section:
            broken = BrokenTemplate(TemplateBroken(name, number, TemplateProblem.UNKNOWN_NAME))
            _checked(line, OF_A_SIDE | OF_THE_FILM, broken)
            cases.setdefault(next(case for case in CASES if case == section), []).append(line)
        elif line:
            raise BrokenTemplate(TemplateBroken(name, number, TemplateProblem.NO_SECTION))
    return Template({case: tuple(lines) for case, lines in cases.items()}, words)


def _read(path: Path) -> Template | None:
    """Return the template in a file, None where there is none. Raises ``BrokenTemplate``."""
    try:
        with open_regular(path) as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise BrokenTemplate(TemplateBroken(path.name, 0, TemplateProblem.TOO_LONG))
        return parsed(content.decode("utf-8-sig"), path.name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError):
        raise BrokenTemplate(TemplateBroken(path.name, 0, TemplateProblem.NOT_READABLE)) from None


_folders: Sequence[Path] | None = None


def use(folders: Iterable[Path]) -> None:
    """Look for templates in these folders from now on, in place of those of this user and of the site."""
    global _folders  # noqa: PLW0603 - one process writes one kind of text, as it speaks one language
    _folders = tuple(folders)
    _found.cache_clear()


@lru_cache(maxsize=8)
def _found(code: str) -> tuple[Template, TemplateBroken | None]:
    own = _read(resource("sentences") / f"{code}.txt")
    if own is None:
        return _found(SOURCE_LANGUAGE) if code != SOURCE_LANGUAGE else (Template({}, {}), None)
    for folder in sentence_folders() if _folders is None else _folders:
        try:
            given = _read(folder / f"{code}.txt")
        except BrokenTemplate as error:
            return own, error.reason if isinstance(error.reason, TemplateBroken) else None
        if given is not None:
            return Template({**own.cases, **given.cases}, {**own.words, **given.words}), None
    return own, None


def template() -> Template:
    """Return the template in the language that is spoken: the site's as far as it goes, else the program's own."""
    return _found(language())[0]


def problem() -> TemplateBroken | None:
    """Return why a site's template in the language that is spoken is not used, None where nothing is wrong."""
    return _found(language())[1]


def _line(text: str, values: Mapping[str, str]) -> str | None:
    """Return a line with its names filled, None where one that it needs has no value."""

    def part(match: re.Match[str]) -> str:
        return match[1] if all(values.get(name) for name in NAME.findall(match[1])) else ""

    kept = OPTIONAL.sub(part, text)
    if not all(values.get(name) for name in NAME.findall(kept)):
        return None
    return NAME.sub(lambda match: values[match[1]], kept)


def filled(lines: Iterable[str], film: Mapping[str, str], sides: Iterable[Mapping[str, str]]) -> str:
    """Return the text of a case: ``film`` are the values of the film, ``sides`` those of each side with a finding."""
    sides = tuple(sides)
    written: list[str] = []
    for text in lines:
        of_a_side = bool(set(NAME.findall(text)) & OF_A_SIDE)
        values = [{**film, **side} for side in sides] if of_a_side else [film]
        written += [line for value in values if (line := _line(text, value)) is not None]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(written)).strip()


def word(of: Template, key: str, **values: str) -> str:
    """Return a word of a template with its names filled, "" where the template leaves it out."""
    return _line(of.words.get(key, ""), values) or ""
