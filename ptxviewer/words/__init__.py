"""Everything that a person reads, in their language: ``tr`` for texts, ``say`` for reasons.

English texts are the keys of gettext catalogues in ``locale/LANGUAGE/LC_MESSAGES/ptxviewer.mo``; a new language is one
file there. Only the edges (window, report, command line) speak; the rooms below hand them reasons and numbers.
"""

from __future__ import annotations

import gettext
import locale
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ptxviewer.core.msgid import Msgid
from ptxviewer.core.plaintext import escaped
from ptxviewer.core.reason import Reason, arguments

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "ptxviewer"
SOURCE_LANGUAGE = "en"

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE_LANGUAGE


def languages() -> tuple[str, ...]:
    """Return the languages that there are, English first."""
    others = sorted(path.parents[1].name for path in CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *others)


def name_of(language: str) -> str:
    """Return what a language calls itself: "Deutsch"."""
    # Translators: the name of your language, in your language.
    return _open(language).pgettext("name of this language", "English")


def system_language(preferred: Iterable[str] = ()) -> str:
    """Return the first language of the reader that has a catalogue, English where none has.

    ``preferred`` are names such as ``de-CH``, best first, where the system gives them (``QLocale``); without any the
    variables of POSIX count, LANGUAGE first, and on Windows the language of its menus.
    """
    names = list(preferred) or _names_of_the_environment()
    available = languages()
    for name in names:
        whole = name.partition(".")[0].replace("-", "_")
        for candidate in (whole, whole.partition("_")[0].lower()):
            if candidate in available:
                return candidate
    return SOURCE_LANGUAGE


def _names_of_the_environment() -> list[str]:
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if not named and sys.platform == "win32":
        import ctypes

        named = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return [*os.environ.get("LANGUAGE", "").split(":"), named]


def _open(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)


def speak(language: str) -> None:
    """Choose the language of every text from now on. One without a catalogue is English."""
    global _catalogue, _language  # noqa: PLW0603 - one process speaks one language, as gettext's own install() has it
    _language = language if language in languages() else SOURCE_LANGUAGE
    _catalogue = _open(_language)


def language() -> str:
    """Return the language that is spoken."""
    return _language


def tr(text: str, **values: Any) -> str:
    """Return ``text`` in the language that is spoken, its ``{placeholders}`` filled with ``values``."""
    translated = _catalogue.gettext(text) if text else ""  # gettext answers "" with the catalogue's own header
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
    """A reason among the arguments of another as its sentence; a name of a file does nothing to screen or terminal."""
    if isinstance(value, Reason):
        return say(value)
    return escaped(value) if isinstance(value, str) else value
