"""`make bench`: run every bench_*.py of this folder in a process of its own; each prints its medians.

python -m tests.benchmarks            # all
python -m tests.benchmarks start      # only bench_start.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main(chosen: list[str]) -> int:
    """Run the benchmarks, those named in `chosen` or all; 1 when one of them could not run."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    failed = 0
    for path in sorted(FOLDER.glob("bench_*.py")):
        if chosen and path.stem.removeprefix("bench_") not in chosen:
            continue
        print(f"\n{path.stem.removeprefix('bench_')}", flush=True)
        failed += subprocess.run([sys.executable, str(path)], cwd=FOLDER.parents[1], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
