"""The English text of every reason, by its code; the catalogues hold the other languages.

A text is a ``Msgid`` whose placeholders are the arguments of its reason, or a function of them where a number is to be
formatted or has to agree with its noun. Each is a whole sentence, so that sentences can stand one behind the other in
any language; the few that are not are named by another reason.
"""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.words import cluster, command, comparison, finding, network, pacs, reading, results, stored, window

TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "unknown_reason": N_("A newer version of the program wrote a reason that this one does not know ({written})."),
    **reading.TEXTS,
    **finding.TEXTS,
    **network.TEXTS,
    **cluster.TEXTS,
    **command.TEXTS,
    **pacs.TEXTS,
    **comparison.TEXTS,
    **results.TEXTS,
    **stored.TEXTS,
    **window.TEXTS,
}
