"""What commands print: results on stdout, failures on stderr, both without control characters."""

from __future__ import annotations

import sys

from ptxviewer.core.plaintext import escaped


def say(text: str) -> None:
    """Print a result. No name of a file does anything to the terminal."""
    print(escaped(text, keep="\n"))


def complain(text: str) -> None:
    """Print one sentence of a failure."""
    if sys.stderr is not None:
        print(f"ptxviewer: {escaped(text)}", file=sys.stderr)
