"""A command-line parser whose own messages follow the reader's language."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

from ptxviewer.core.plaintext import escaped
from ptxviewer.words import languages, tr


class _Help(argparse.HelpFormatter):
    """Prints "usage:" in the current language."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, tr("usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Has headings and help of its own; what Python says of a wrong argument stays English."""

    def __init__(self, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(prog=prog, description=description, epilog=epilog, formatter_class=_Help, add_help=False)
        self._places = self.add_argument_group(tr("arguments"))
        self._options = self.add_argument_group(tr("options"))
        self.add_argument("-h", "--help", action="help", help=tr("show this help"))

    def error(self, message: str) -> NoReturn:
        """Print what is wrong with the arguments, made plain, and exit."""
        super().error(escaped(message))

    def add_argument(self, *names: Any, **how: Any) -> argparse.Action:
        """Add an argument to the group that it belongs to: a name with a dash is an option."""
        return (self._options if names[0].startswith("-") else self._places).add_argument(*names, **how)


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add ``--language``, which every command has."""
    parser.add_argument(
        "--language",
        choices=languages(),
        help=tr("language of texts and reports; by default as in the settings, else the system's"),
    )
