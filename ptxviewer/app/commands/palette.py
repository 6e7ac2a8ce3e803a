"""What the command palette lists: commands whose words hold the letters that were typed, the best match first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from ptxviewer.app.commands import COMMANDS, GROUP_NAMES
from ptxviewer.app.commands.base import Command
from ptxviewer.app.state.screen import State

WORD_START, IN_A_ROW, ANY, LATE = 10, 11, 1, 0.01
NOT_NOW = 5.0  # what cannot be done now comes after what can, unless it is clearly what was typed
TIP_WEIGHT = 0.4  # a match in the explanation counts less than one in the name


@dataclass(frozen=True)
class PaletteEntry:
    """One line of the palette, in the reader's language; ``marks`` are the letters of the name that matched."""

    command: Command
    name: str
    tip: str
    group: str
    enabled: bool
    marks: tuple[int, ...] = ()


class Translate(Protocol):
    """Puts a text into the reader's language and fills its placeholders (``words.tr``)."""

    def __call__(self, text: str, **values: str) -> str:
        """Return the text to be read."""
        ...


def untranslated(text: str, **values: str) -> str:
    """Fill the placeholders and leave the text in English."""
    return text.format(**values) if values else text


def match(typed: str, text: str) -> tuple[float, tuple[int, ...]] | None:
    """Return (score, places) of the best way to find the letters typed, in order, in a text; None where they are not.

    Starts of words and letters in a row count more than letters that happen to be there: "rl" finds "Rotate left".
    """
    wanted, there = [letter for letter in typed.casefold() if not letter.isspace()], text.casefold()
    if len(there) != len(text):
        there = text.lower()
    if not wanted:
        return 0.0, ()
    if not _in_order(wanted, there):  # most texts, for most of what is typed
        return None
    # best[j]: the best (score, places) of the letters so far with the last of them at j
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for letter in wanted:
        found: dict[int, tuple[float, tuple[int, ...]]] = {}
        for place, other in enumerate(there):
            if other != letter:
                continue
            starts = place == 0 or not there[place - 1].isalnum()
            options = []
            for last, (score, places) in best.items():
                if last < place:
                    gain = IN_A_ROW if last == place - 1 and last >= 0 else WORD_START if starts else ANY
                    options.append((score + gain - LATE * (place - max(last, 0)), (*places, place)))
            if options:
                found[place] = max(options)
        best = found
    score, places = max(best.values())
    return score - LATE * len(there) / 10, places  # of equals the shorter name


def _in_order(letters: Sequence[str], text: str) -> bool:
    """True where a text has these letters in their order."""
    place = 0
    for letter in letters:
        place = text.find(letter, place) + 1
        if not place:
            return False
    return True


def entries(
    typed: str, state: State, spoken: Translate = untranslated, commands: Sequence[Command] = COMMANDS
) -> tuple[PaletteEntry, ...]:
    """Return the lines for what was typed, the best first; of equals what can be done now, then as in the menus.

    ``spoken`` puts a text into the reader's language and fills its placeholders: what is read is what is searched.
    """
    ranked: list[tuple[tuple[float, int], PaletteEntry]] = []
    for order, command in enumerate(commands):
        if command.held or command.id == "palette":
            continue
        values = {key: spoken(value) for key, value in command.values}
        group, name = spoken(GROUP_NAMES[command.group]), spoken(command.text, **values)
        tip = spoken(command.tip, **values) if command.tip else ""
        enabled = command.enabled(state)
        by_name = match(typed, name)
        if by_name is not None:
            score, places = by_name
        else:
            by_more = match(typed, f"{group} {name} {tip} {' '.join(command.keys)}")
            if by_more is None or (len(by_more[1]) > 2 and not _dense(by_more[1])):
                continue  # letters strewn over a sentence mean nothing
            score, places = TIP_WEIGHT * by_more[0] / 2, ()
        entry = PaletteEntry(command, name, tip, group, enabled, places)
        ranked.append(((-score if enabled else NOT_NOW - score, order), entry))
    return tuple(entry for _, entry in sorted(ranked, key=lambda one: one[0]))


def _dense(places: tuple[int, ...]) -> bool:
    """True when most of the letters found stand in a row."""
    in_a_row = sum(second == first + 1 for first, second in pairwise(places))
    return in_a_row >= 0.6 * (len(places) - 1)
