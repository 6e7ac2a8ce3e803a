"""``python -m ptxviewer``: get the process ready, then hand over to the command line."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Run the program; returns the exit status."""
    multiprocessing.freeze_support()  # first: a frozen helper process must not open another window
    from ptxviewer import bootstrap

    bootstrap.prepare()
    from ptxviewer.cli.main import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
