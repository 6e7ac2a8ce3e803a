"""Everything that a person reads, in their language: ``tr`` for texts, ``say`` for reasons.

English texts are the keys of gettext catalogues in ``locale/LANGUAGE/LC_MESSAGES/ptxviewer.mo``; a new language is one
file there. Only the edges (window, report, command line) speak; the rooms below hand them reasons and numbers.
"""

from __future__ import annotations

import gettext
import locale
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ptxviewer.core.msgid import Msgid
from ptxviewer.core.reasons import Reason, arguments, transition

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "ptxviewer"
SOURCE_LANGUAGE = "en"

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE_LANGUAGE


def languages() -> tuple[str, ...]:
    """Return the languages that there are, English first."""
    others = sorted(path.parents[1].name for path in CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *others)


def system_language() -> str:
    """Return the language of the system where there is a catalogue for it, else English."""
    try:
        named = locale.getlocale(locale.LC_MESSAGES)[0] if hasattr(locale, "LC_MESSAGES") else locale.getlocale()[0]
    except ValueError:
        named = None
    short = (named or "").replace("-", "_").partition("_")[0].lower()
    return short if short in languages() else SOURCE_LANGUAGE


def speak(language: str) -> None:
    """Choose the language of every text from now on. One without a catalogue is English."""
    global _catalogue, _language  # noqa: PLW0603 - one process speaks one language, as gettext's own install() has it
    _language = language if language in languages() else SOURCE_LANGUAGE
    _catalogue = gettext.translation(DOMAIN, CATALOGUES, [_language], fallback=True)


def language() -> str:
    """Return the language that is spoken."""
    return _language


def tr(text: str, **values: Any) -> str:
    """Return ``text`` in the language that is spoken, its ``{placeholders}`` filled with ``values``."""
    translated = _catalogue.gettext(text)
    return translated.format(**values) if values else translated


def trc(context: str, text: str) -> str:
    """Return a text that means different things in different places: ``context`` says which."""
    return _catalogue.pgettext(context, text)


def trn(one: str, many: str, count: int, **values: Any) -> str:
    """Return the form of a text that fits ``count``, which fills ``{count}``."""
    return _catalogue.ngettext(one, many, count).format(count=count, **values)


def say(reason: Reason) -> str:
    """Return a reason as one sentence (or the part of one that its text is)."""
    from ptxviewer.words.reasons import TEXTS

    values = {name: _spoken(value) for name, value in arguments(reason).items()}
    text: Msgid | Callable[..., str] = TEXTS[reason.code]
    return text(**values) if callable(text) else tr(text, **values)


def sentences(*parts: Reason | str | None) -> str:
    """Return reasons and sentences one behind the other, each once; what is empty is left out."""
    texts = (say(part) if isinstance(part, Reason) else part for part in parts)
    return " ".join(dict.fromkeys(text for text in texts if text))


def _spoken(value: Any) -> Any:
    return say(value) if isinstance(value, Reason) else value


def _label(spacing: Any) -> str:
    from ptxviewer.words.quantities import spacing_label

    return spacing_label(spacing)


transition.speaker.update(say=say, label=_label)
