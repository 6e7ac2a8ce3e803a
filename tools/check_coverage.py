"""Holds each package to its coverage with branches: `make coverage` runs it on the tests' coverage.json.

    python tools/check_coverage.py coverage.json            # the table; 1 when a package lies below its floor
    python tools/check_coverage.py coverage.json --missing  # and the lines and branches that no test reaches

The floors only rise: where a package does better, raise its floor in the same change.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

# Per cent of statements and branches. core, dicom, app and report hold what a wrong line would cost most.
FLOORS = {
    "ptxviewer/core": 97.0,
    "ptxviewer/dicom": 95.0,
    "ptxviewer/app": 97.0,
    "ptxviewer/report": 97.0,
    "ptxviewer/words": 80.0,
    "ptxviewer/phantom": 98.0,
    "ptxviewer/inference": 90.0,
    "ptxviewer/ui": 90.0,
    "ptxviewer/cli": 90.0,
    "ptxviewer": 65.0,  # bootstrap and __main__ are tested in processes of their own, which are not measured
    "model": 68.0,
}


def package_of(path: str) -> str | None:
    """Return the longest package of the table that a file belongs to."""
    parents = [parent.as_posix() for parent in Path(path).parents]
    return next((parent for parent in parents if parent in FLOORS), None)


def percentages(files: dict[str, Any]) -> dict[str, float]:
    """Return the covered share of each package, in per cent, from the "files" of coverage's JSON report."""
    reached: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for path, entry in files.items():
        if package := package_of(path):
            summary = entry["summary"]
            reached[package] += summary["covered_lines"] + summary["covered_branches"]
            all_of[package] += summary["num_statements"] + summary["num_branches"]
    return {package: 100 * reached[package] / all_of[package] for package in FLOORS if all_of[package]}


def missing(files: dict[str, Any]) -> dict[str, list[str]]:
    """Return for each package the files with what no test reaches, the worst first: lines, then branches."""
    entries: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for path, entry in files.items():
        lines, branches = entry["missing_lines"], entry["missing_branches"]
        if (package := package_of(path)) and (lines or branches):
            arrows = [f"{start}->{end}" for start, end in branches if start not in lines and abs(end) not in lines]
            text = f"{path}: {' '.join(map(str, lines))} {' '.join(arrows)}"
            entries[package].append((len(lines) + len(branches), text.strip()))
    return {package: [text for _count, text in sorted(found, reverse=True)] for package, found in entries.items()}


def main() -> int:
    """Print the table; 1 when a package lies below its floor or has no file in the report."""
    parser = argparse.ArgumentParser(description="Compare coverage with the floor of each package.")
    parser.add_argument("report", type=Path, help="written by `coverage json`")
    parser.add_argument("--missing", action="store_true", help="also what no test reaches")
    arguments = parser.parse_args()
    files = json.loads(arguments.report.read_text(encoding="utf-8"))["files"]
    covered = percentages(files)
    unreached = missing(files) if arguments.missing else {}
    low = [package for package, floor in FLOORS.items() if covered.get(package, 0.0) < floor]
    for package, floor in FLOORS.items():
        note = "  BELOW" if package in low else ""
        print(f"{package:22} {covered.get(package, 0.0):6.2f} %  floor {floor:5.1f} %{note}")
        print("".join(f"    {line}\n" for line in unreached.get(package, [])), end="")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
