"""The texts of ``core.reasons.cluster``."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.reason import Reason
from ptxviewer.words import sentences, tr, trn


def _other_program(address: str, theirs: str, ours: str) -> str:
    if not theirs:
        return tr("PTXViewer is not installed at {address}; {ours} is needed there.", address=address, ours=ours)
    return tr(
        "Other versions of PTXViewer: {theirs} at {address}, {ours} here. No film was analysed.",
        theirs=theirs,
        address=address,
        ours=ours,
    )


def _waits(minutes: int) -> str:
    return trn(
        "The scheduler has no worker: waiting for one, at most {count} minute.",
        "The scheduler has no worker: waiting for one, at most {count} minutes.",
        minutes,
    )


def _not_ready(address: str, why: Reason) -> str:
    return sentences(tr("The worker {address} cannot analyse films.", address=address), why)


TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "cluster_not_installed": N_("Analysing on several computers needs Dask: pip install 'ptxviewer[cluster]'."),
    "scheduler_file_unreadable": N_("The scheduler file cannot be read, or names no address."),
    "cluster_certificate_unreadable": N_("A certificate or key for the scheduler cannot be read."),
    "scheduler_unreachable": N_("The scheduler does not answer, or refuses the connection."),
    "scheduler_lost": N_(
        "The connection to the scheduler was lost. What was analysed is kept: the same command goes on."
    ),
    "no_workers": N_("The scheduler has no worker."),
    "worker_unusable": N_(
        "A worker could not load PTXViewer: scheduler and workers need the same versions of it and its libraries."
    ),
    "workers_ended": N_("Two workers ended, or took too long, while they analysed this film."),
    "unpack_first": N_("Workers do not look into archives: unpack it first."),
    "needs_scheduler": N_("Films are fetched from such addresses by workers only: see --scheduler."),
    "unsafe_connection": N_(
        "The connection to the scheduler is not encrypted, and patient data travels on it: "
        "use a trusted network, or TLS (--tls-ca, --tls-cert, --tls-key)."
    ),
    "waits_for_workers": _waits,
    "other_program": _other_program,
    "other_network": N_("The worker {address} has another network. No film was analysed."),
    "worker_not_ready": _not_ready,
    "storage_unknown": N_("Films at {protocol}:// need a library for fsspec that is not installed."),
}
