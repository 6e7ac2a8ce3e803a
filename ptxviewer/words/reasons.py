"""The English text of every reason, by its code; the catalogues hold the other languages.

A text is a ``Msgid`` whose placeholders are the arguments of its reason, or a function of them where a number has to
agree with its noun.
"""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.words import finding

TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "unknown_reason": N_("A newer version of the program wrote a reason that this one does not know ({written})."),
    **finding.TEXTS,
}
