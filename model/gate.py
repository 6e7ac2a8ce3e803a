"""Evaluates the gate: on frontal films, on the same films altered by code, and on other pictures.

``python -m model.gate --data DIR --others DIR --bundle model/bundle --out runs/gate.json``. Films are those of ``val``,
each goes through the app's engine. A folder below ``--others`` is a kind of its own, by its name; so is each list of
``labels/not_frontal.json``, whose films have taught the gate, as half of the other pictures have. The card takes the
counts from the file (``model.export --gate``, ``model.card --gate``).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from tqdm import tqdm

from model.data import not_frontal_lists, read_index
from model.finish import other_films
from model.kinds import KINDS, made
from ptxviewer.core.engine import Engine
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.gate import judge
from ptxviewer.dicom.read import read_film

FILMS = 40  # of ``val``, for each kind that is made by code


class Met(TypedDict):
    """What became of the films of one kind."""

    films: int
    refused: int
    cautions: dict[str, int]  # of films that pass, by code


def met(engine: Engine, films: Iterable[Radiograph]) -> Met:
    """Judge films of one kind as the app does."""
    threshold = engine.load().rule.frontal_threshold
    gates = [judge(engine.predict(film), threshold) for film in films]
    cautions = Counter(caution.code for gate in gates if gate.passed for caution in gate.cautions)
    return {
        "films": len(gates),
        "refused": sum(not gate.passed for gate in gates),
        "cautions": dict(sorted(cautions.items())),
    }


def every_kind(engine: Engine, data: Path, others: Path, count: int = FILMS) -> dict[str, Met]:
    """Return what the gate makes of every kind there is."""
    val = [e for e in read_index(data) if e.split == "val"][:count]
    films = [read_film(data / example.film) for example in val]
    kinds = {
        f"frontal film, {kind}": met(engine, (made(film, kind, number) for number, film in enumerate(films)))
        for kind in tqdm(KINDS, desc="kinds")
    }
    for kind, names in sorted(not_frontal_lists(data).items()):
        kinds[f"{kind}, of the training set"] = met(engine, [read_film(data / name) for name in names])
    for folder in sorted(path for path in others.iterdir() if path.is_dir()):
        kinds[folder.name] = met(engine, other_films(folder))
    return kinds


def main() -> None:
    """Command line."""
    from ptxviewer.inference.torch.loading import torch_engine

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--others", type=Path, required=True, help="a folder for each kind of other pictures")
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--films", type=int, default=FILMS, help="of val, for each kind that is made by code")
    parser.add_argument("--out", type=Path, default=Path("runs/gate.json"))
    asked = parser.parse_args()
    kinds = every_kind(torch_engine("cpu", asked.bundle), asked.data, asked.others, asked.films)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(kinds, indent=1))
    print(json.dumps(kinds, indent=1))


if __name__ == "__main__":
    main()
