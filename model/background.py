"""How a long computation leaves a computer to its user: options of the command line that all of them have."""

from __future__ import annotations

import argparse
import os


def add_options(parser: argparse.ArgumentParser, threads: int = 1, nice: int = 15) -> None:
    """Add ``--threads`` and ``--nice`` with these defaults."""
    parser.add_argument("--threads", type=int, default=threads)
    parser.add_argument("--nice", type=int, default=nice, help="how far other programs go first, up to 19")


def give_way(nice: int) -> None:
    """Let other programs go first, where the system knows that."""
    if hasattr(os, "nice"):
        os.nice(nice)
