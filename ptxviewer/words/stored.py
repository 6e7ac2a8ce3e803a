"""The texts of ``core.reasons.stored``."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.words import sentences, tr, trn


def _template_broken(file: str, line: int, why: str) -> str:
    if line:
        text = tr("The report template {file} is not used, line {line}: {why}", file=file, line=line, why=why)
    else:
        text = tr("The report template {file} is not used: {why}", file=file, why=why)
    return sentences(text, tr("The built-in one is used."))


def _keys_ignored(why: str, more: int) -> str:
    left = trn("{count} more line of the file is not used.", "{count} more lines of the file are not used.", more)
    return sentences(why, left if more else "")


TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "review_damaged": N_("The saved review of this film could not be read; it was set aside."),
    "review_unreadable": N_("The saved review of this film could not be read."),
    "review_of_both": N_("Another window changed the review of this film meanwhile: the changes of both are kept."),
    "review_of_both_aside": N_(
        "Another window changed the review of this film meanwhile, in another way: yours is kept, the other one was "
        "put aside."
    ),
    "settings_damaged": N_("The settings could not be read and were set aside: the defaults are used."),
    "pacs_damaged": N_("The list of PACS nodes was damaged: it was set aside, and the list is now empty."),
    "pacs_unreadable": N_(
        "The list of PACS nodes could not be read: it counts as empty for now and is left unchanged."
    ),
    "keys_damaged": N_("The file of your own keys, keys.json, could not be read: the usual keys are used."),
    "no_such_command": N_("Your file of keys names {command}: no command of that name has keys that can be changed."),
    "key_not_known": N_("Your file of keys gives {command} the key {key}, which does not exist or cannot be changed."),
    "key_of_two": N_("Your file of keys gives {key} to {first} and to {second}: {first} has it."),
    "keys_ignored": _keys_ignored,
    "site_settings_damaged": N_("The site's default settings could not be read: the program's own are used."),
    "template_no_section": N_("A section must come first, such as == present ==."),
    "template_unknown_section": N_("There is no section of this name."),
    "template_unknown_word": N_("There is no word of this name; the form is: name = text."),
    "template_unknown_name": N_("A name in braces is not known here, or a bracket has no partner."),
    "template_too_long": N_("The file is too long."),
    "template_not_readable": N_("The file cannot be read as UTF-8 text."),
    "template_broken": _template_broken,
}
