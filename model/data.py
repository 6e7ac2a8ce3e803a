"""The training films: which there are, what is known of each, and a cache of them at one size.

``index.csv``, ``lungs.csv`` and ``matched_masks.csv`` are described in the README.md of the data folder. Films are
decoded once to squares of ``CACHE_SIZE`` pixels in a memory-mapped file outside the repository's tracked files.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.pack import Example
from ptxviewer.core.geometry import GridMap

CACHE_SIZE = 512


def read_index(data: Path, min_confidence: float = 0.7, pseudo: Path | None = None) -> list[Example]:
    """List every film with its labels; recovered masks below ``min_confidence`` count at image level only.

    ``pseudo`` is a folder of masks by ``model.pseudo``, for positive films that have no other.
    """
    with (data / "matched_masks.csv").open(newline="") as file:
        matched = {
            row["file"]: row["mask"] for row in csv.DictReader(file) if float(row["confidence"]) >= min_confidence
        }
    examples: list[Example] = []
    with (data / "index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            present = row["pneumothorax"] == "1"
            mask: str | None = row["mask"] or matched.get(row["file"]) if present else ""
            if present and mask is None and pseudo is not None:
                own = pseudo.resolve() / f"{Path(row['file']).stem}.png"
                mask = str(own) if own.exists() else None
            group = "positive" if present else "negative"
            examples.append(
                Example(
                    row["file"],
                    present,
                    mask or (None if present else ""),
                    None,
                    row["patient"] or row["file"],
                    group,
                    row["split"],
                    row["view"],
                    row["set"] == "labelled",
                )
            )
    with (data / "lungs.csv").open(newline="") as file:
        examples.extend(
            Example(row["file"], None, None, row["mask"], row["file"], "lungs") for row in csv.DictReader(file)
        )
    return examples


def fingerprint(examples: list[Example]) -> str:
    """Short hash of the list of films and labels, recorded with every run."""
    return hashlib.sha256(repr(examples).encode()).hexdigest()[:16]


def read_grey(path: Path) -> NDArray[np.uint8]:
    """Return the (rows, cols) grey picture at ``path``."""
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise ValueError(f"{path} is not a picture")
    return np.asarray(image, np.uint8)


def split_lungs(mask: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Split a lung-field mask (0/255) into the lung on the left and the lung on the right of the picture.

    Components are assigned by the side of their centroid relative to the mask's own middle; crumbs are kept.
    """
    count, labels, stats, centroids = cv2.connectedComponentsWithStats((mask > 127).astype(np.uint8))
    left, right = np.zeros_like(mask), np.zeros_like(mask)
    if count == 1:
        return left, right
    areas = stats[1:, cv2.CC_STAT_AREA]
    big = [i + 1 for i in np.argsort(areas)[::-1][:2] if areas[i] > 0.1 * areas.max()]
    middle = float(np.mean([centroids[i][0] for i in big])) if len(big) == 2 else mask.shape[1] / 2
    for index in range(1, count):
        (left if centroids[index][0] < middle else right)[labels == index] = 255
    return left, right


class Films:
    """Every film and mask at ``CACHE_SIZE``, as uint8 memory maps: ``images`` (N, C, C), ``masks`` (N, 3, C, C)."""

    def __init__(self, data: Path, examples: list[Example], cache: Path) -> None:
        self.examples = examples
        cache.mkdir(parents=True, exist_ok=True)
        stem = cache / f"films-{CACHE_SIZE}-{fingerprint(examples)}"
        shape = (len(examples), CACHE_SIZE, CACHE_SIZE)
        done = stem.with_suffix(".done")
        mode = "r" if done.exists() else "w+"
        self.images = np.memmap(stem.with_suffix(".images"), np.uint8, mode, shape=shape)  # type: ignore[call-overload]
        self.masks = np.memmap(  # type: ignore[call-overload]
            stem.with_suffix(".masks"), np.uint8, mode, shape=(len(examples), 3, CACHE_SIZE, CACHE_SIZE)
        )
        if mode == "w+":
            for number, example in enumerate(tqdm(examples, desc="caching films", unit="film", miniters=200)):
                self._store(data, number, example)
            done.touch()

    def _store(self, data: Path, number: int, example: Example) -> None:
        self.images[number] = _squared(read_grey(data / example.film))
        if example.mask:
            self.masks[number, 0] = _squared(read_grey(data / example.mask))
        if example.lungs:
            left, right = split_lungs(read_grey(data / example.lungs))
            self.masks[number, 1] = _squared(left)
            self.masks[number, 2] = _squared(right)


def _squared(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grid = GridMap.for_film(image.shape[0], image.shape[1], CACHE_SIZE).to_grid(image.astype(np.float32))
    return np.round(grid).astype(np.uint8)
