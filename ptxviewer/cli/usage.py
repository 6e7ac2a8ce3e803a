"""The messages of argparse itself (usage, headings, errors) in the current language.

argparse asks two functions of gettext that it holds under its own names, for the catalogue of whatever program it is in
(CPython docs, "argparse", uses gettext): there is no other way in than to put ours in their place.
"""

from __future__ import annotations

import argparse

from ptxviewer.core.msgid import N_
from ptxviewer.words import tr, trn

TEXTS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("show program's version number and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("not allowed with argument %s"),
    N_("ignored explicit argument %r"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("expected at least one argument"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
)
"""Those of CPython 3.11; what a later one words otherwise stays English."""


def _counted(one: str, many: str, count: int) -> str:
    if one == "expected %s argument":
        return trn("expected %s argument", "expected %s arguments", count)
    return one if count == 1 else many


def speak_usage() -> None:
    """Let every parser speak the language of the program from now on."""
    vars(argparse).update(_=tr, ngettext=_counted)
