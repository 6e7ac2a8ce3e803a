"""Films of the training data or of a folder, with their truth and what a network says of them, kept on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.data import read_grey, read_index
from model.pack import Example
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Engine
from ptxviewer.core.film import Radiograph
from ptxviewer.dicom.read import read_film


@dataclass(frozen=True, eq=False)
class Case:
    """One film with its truth and what the network said; ``truth`` (rows, cols) is empty for a negative film."""

    example: Example
    film: Radiograph
    truth: NDArray[np.bool_]
    maps: ProbabilityMaps


def listed(data: Path, splits: Iterable[str]) -> list[Example]:
    """Films of ``splits`` whose label is known, from the index of the training data."""
    return [e for e in read_index(data) if e.split in set(splits) and e.present is not None]


def beside(films: Path, masks: Path) -> list[Example]:
    """Every film of a folder, with the mask of the same stem in ``masks``; none, or an empty one, is a negative film.

    Each film counts as a patient of its own.
    """
    by_stem = {mask.stem: mask for mask in masks.iterdir() if mask.suffix.lower() == ".png"}
    examples = []
    for film in sorted(path for path in films.iterdir() if path.is_file()):
        mask = by_stem.get(film.stem)
        present = mask is not None and bool((read_grey(mask) > 127).any())
        examples.append(
            Example(str(film.resolve()), present, str(mask.resolve()) if mask and present else "", None, film.stem, "")
        )
    return examples


def cases(data: Path, chosen: list[Example], engine: Engine, cache: Path) -> list[Case]:
    """Run the network on films (paths below ``data``); maps are kept in ``cache`` for the next call."""
    return list(each_case(data, chosen, engine, cache))


def each_case(data: Path, chosen: list[Example], engine: Engine, cache: Path) -> Iterator[Case]:
    """As ``cases``, one at a time: films and maps of a whole split take gigabytes."""
    info = engine.load()
    folder = cache / f"{info.model_sha256[:16]}-{info.device.replace(' ', '-')}"
    folder.mkdir(parents=True, exist_ok=True)
    for example in tqdm(chosen, desc="films", unit="film", mininterval=5):
        film = read_film(data / example.film)
        kept = folder / f"{film.key}.npz"
        if not kept.exists():
            maps = engine.predict(film)
            grids = {
                "pneumothorax": maps.pneumothorax,
                "left": maps.lung_image_left if maps.lung_image_left is not None else maps.pneumothorax * 0,
                "right": maps.lung_image_right if maps.lung_image_right is not None else maps.pneumothorax * 0,
            }
            half: dict[str, Any] = {k: v.astype(np.float16) for k, v in grids.items()}
            frontal = np.nan if maps.frontal is None else maps.frontal
            part = kept.with_suffix(".part.npz")  # a run that is killed leaves no half file that the next one takes
            np.savez_compressed(part, score=maps.score, frontal=frontal, **half)
            part.replace(kept)
        with np.load(kept) as stored:
            maps = ProbabilityMaps(
                image_key=film.key,
                rows=film.rows,
                cols=film.cols,
                pneumothorax=stored["pneumothorax"].astype(np.float32),
                score=float(stored["score"]),
                frontal=float(stored["frontal"]) if np.isfinite(stored["frontal"]) else None,
                lung_image_left=stored["left"].astype(np.float32),
                lung_image_right=stored["right"].astype(np.float32),
            )
        truth = read_grey(data / example.mask) > 127 if example.mask else np.zeros(film.shape, bool)
        yield Case(example, film, truth, maps)
