"""``N_`` marks texts for people: they are collected for the catalogues and translated where they are shown."""

from __future__ import annotations


class Msgid(str):
    """An English text with named placeholders, ``"{count} films"``; ``ptxviewer.words.tr`` translates and fills it."""

    __slots__ = ()


def N_(text: str) -> Msgid:  # noqa: N802 - the name that gettext's tools look for
    """Mark ``text`` for translation and return it untranslated."""
    return Msgid(text)
