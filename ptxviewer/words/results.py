"""The texts of ``core.reasons.results``."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.words import tr


def _labels(line: int) -> str:
    if line:
        return tr("Line {line} of the labels is not understood: it needs a film and 0 or 1.", line=line)
    return tr(
        "The labels need a heading with film_id, sop_instance_uid, file or film, and with present (0 or 1) or mask."
    )


TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "store_missing": N_("There is no store of results of this name."),
    "store_not_ours": N_("This file is no store of results; it is left as it is."),
    "store_newer": N_("A newer version of the program wrote this store of results."),
    "store_unreadable": N_("The store of results could not be read: there is no permission, or the disk refused it."),
    "store_damaged": N_("The store of results is damaged."),
    "store_gone": N_("The store of results was moved or deleted while it was written."),
    "store_busy": N_("Another program is writing this store of results."),
    "no_table_of_ours": N_("This file is no table of results of this program."),
    "no_parquet": N_("Parquet needs the library pyarrow: pip install 'ptxviewer[parquet]'."),
    "no_truth": N_("No line of the labels belongs to a film of the store."),
    "nothing_selected": N_("No film of the store matches the query."),
    "query_not_understood": N_("This part of the query is not understood: {part}"),
    "unknown_column": N_("There is no column of this name: {name}"),
    "labels_not_understood": _labels,
    "labels_unreadable": N_("The file with the labels cannot be read."),
}
