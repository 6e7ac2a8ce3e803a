"""Keeps a run that is not finished in the repository: averaged weights in half precision, its plan, its first look.

``python -m model.keep --run runs/second --name second`` writes ``model/checkpoints/second.safetensors`` and
``second.json``. Another computer, or another day, goes on from them (``model.train --weights ... --config ...``); the
optimiser's state and the fast weights stay behind, which costs the first steps their momentum and nothing else.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from safetensors.torch import save_file

from model.export import compact, weights_of
from model.viewing import FIRST_LOOK_FILE

FOLDER = Path("model/checkpoints")
LARGEST = 20_000_000  # bytes: what a repository should have to carry for a checkpoint


def keep(run: Path, name: str, folder: Path = FOLDER) -> int:
    """Write the averaged weights of ``run`` as ``name``; returns their size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    save_file(compact(weights_of(run)), path)
    size = path.stat().st_size
    if size > LARGEST:
        path.unlink()
        raise ValueError(f"{size / 1e6:.0f} MB are too many for the repository, {LARGEST / 1e6:.0f} are the limit")
    plan = json.loads((run / "run.json").read_text())
    (folder / f"{name}.json").write_text(json.dumps(plan, indent=1) + "\n")
    for file in (f"{FIRST_LOOK_FILE}.safetensors", f"{FIRST_LOOK_FILE}.json"):
        if (run / file).exists():
            shutil.copyfile(run / file, folder / file)
    return size


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--name", required=True, help="of the files below model/checkpoints")
    asked = parser.parse_args()
    print(f"{keep(asked.run, asked.name) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
