"""The texts of ``core.reasons.pacs``: what came through the network, and why something did not."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.pacs import Delivery
from ptxviewer.core.reasons.pacs import Pacs
from ptxviewer.words import say, sentences, tr, trn

TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "no_nodes": N_("No PACS is set up yet: File > PACS > Nodes."),
    "node_without_name": N_("The node needs a name."),
    "node_name_taken": N_("Another node has this name."),
    "bad_title": N_("An AE title has 1 to 16 letters, digits or signs, no backslash and no space at its ends."),
    "bad_host": N_("The host is a name or an address, such as pacs.example or 10.0.0.7."),
    "bad_port": N_("A port is a number from 1 to 65535."),
    "bad_url": N_("The URL begins with http:// or https:// and has no user name and no question mark in it."),
    "listener_without_certificate": N_("An encrypted listener needs a certificate and its key."),
    "no_connection": N_("There is no answer at this address."),
    "timed_out": N_("The node did not answer in time."),
    "dropped": N_("The node ended the connection."),
    "called_unknown": N_("The node does not have this AE title."),
    "calling_unknown": N_("The node does not know our AE title: it has to be entered there."),
    "association_rejected": N_("The node refuses the connection."),
    "partner_busy": N_("The node is busy."),
    "not_offered": N_("The node does not offer this service."),
    "certificate_refused": N_("The node's certificate is not trusted."),
    "tls_failed": N_("No encrypted connection could be established."),
    "certificate_unreadable": N_("A certificate file cannot be read."),
    "unauthorised": N_("The node refuses the user name, password or token."),
    "no_service_there": N_("There is no DICOMweb service at this URL."),
    "server_failed": N_("The node reports an internal error."),
    "answer_unreadable": N_("The node's answer cannot be understood."),
    "answer_too_large": N_("The node's answer is too large."),
    "echoed": N_("The node answers."),
    "not_sendable": N_("This is no DICOM file that can be sent."),
    "class_not_taken": N_("The node does not take this kind of object."),
    "out_of_resources": N_("The node has no room left."),
    "stored_altered": N_("The node changed something when it stored the object."),
    "not_there": N_("The node accepted the object but does not find it when asked."),
    "ask_for_something": N_("Enter a patient ID, a name, an accession number or a study."),
    "nothing_there": N_("Nothing was found."),
    "moved_elsewhere": N_(
        "The node sent the films, but none arrived here: our AE title has to be entered there with our address."
    ),
    "no_patient_id": N_("The film on screen has no patient ID by which priors could be found."),
    "no_priors_there": N_("The archive has no earlier film of this patient that is not open."),
    "port_taken": N_("The port of the listener is taken by another program, or only administrators may use it."),
    "address_not_ours": N_("The listener's address does not belong to this computer."),
    "quota_reached": N_("The folder of received films is full: File > PACS > Delete received films."),
    "searching": N_("Asking the PACS ..."),
    "stopped_listening": N_("The listener is off."),
    "received_deleted": N_("The films that were fetched and received were deleted from this computer."),
    "queue_unreadable": N_("Part of the send queue could not be read; it was set aside."),
    "still_sending": N_("Not everything has been sent; sending continues at the next start."),
    "refused": lambda status: tr("The node refused it (status {status}).", status="0x" + format(status, "04X")),
    "sent": lambda count, node: trn(
        "Sent: {count} object to {node}.", "Sent: {count} objects to {node}.", count, node=node
    ),
    "films_fetched": lambda count, missing: sentences(
        trn("{count} object fetched.", "{count} objects fetched.", count),
        trn("{count} did not arrive.", "{count} did not arrive.", missing) if missing else "",
    ),
    "unknown_node": N_("No node is called {name}."),
    "too_much_found": N_("There are more than {limit} matches: narrow the search."),
}


def outcome(delivery: Delivery) -> str:
    """Return what became of one object, in one or two sentences."""
    if delivery.state == "waiting":
        return sentences(tr("Waiting."), delivery.why)
    if delivery.state == "failed":
        return sentences(tr("Not sent."), delivery.why)
    if delivery.why is Pacs.NOT_THERE:
        return say(delivery.why)
    found = tr("Sent, and found there.") if delivery.found else tr("Sent.")
    return sentences(found, delivery.why)
