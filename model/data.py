"""The training films: which there are, and what is known of each.

``index.csv``, ``lungs.csv`` and ``matched_masks.csv`` are described in the README.md of the data folder.
"""

from __future__ import annotations

import csv
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import cv2
import numpy as np
from numpy.typing import NDArray

from model.pack import Example


def read_index(data: Path, min_confidence: float = 0.7) -> list[Example]:
    """List every film with its labels; recovered masks below ``min_confidence`` count at image level only."""
    with (data / "matched_masks.csv").open(newline="") as file:
        matched = {
            row["file"]: row["mask"] for row in csv.DictReader(file) if float(row["confidence"]) >= min_confidence
        }
    examples: list[Example] = []
    with (data / "index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            present = row["pneumothorax"] == "1"
            mask: str | None = row["mask"] or matched.get(row["file"]) if present else ""
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
                    row["sex"],
                    float(row["age"]) if row["age"] else None,
                )
            )
    with (data / "lungs.csv").open(newline="") as file:
        examples.extend(
            Example(row["file"], None, None, row["mask"], row["file"], "lungs") for row in csv.DictReader(file)
        )
    return examples


class Drains(TypedDict):
    """What was read of chest drains: see the file's own ``about``."""

    splits: list[str]
    drain: list[str]
    unsure: list[str]
    train: dict[str, list[str]]


@cache
def read_drains() -> Drains:
    """Return the films on which chest drains were read by eye."""
    lists: Drains = json.loads((Path(__file__).parent / "labels" / "drains.json").read_text())
    return lists


def chest_drain(example: Example) -> bool | None:
    """True where a chest drain is seen on the film; None = not known. Read on ``val`` and ``val_patients`` only."""
    lists = read_drains()
    if example.split not in lists["splits"] or example.film in lists["unsure"]:
        return None
    return example.film in lists["drain"]


def not_frontal_lists(data: Path) -> dict[str, list[str]]:
    """Return the films below ``data`` that its index calls frontal and that are something else, by kind."""
    lists: dict[str, Any] = json.loads((Path(__file__).parent / "labels" / "not_frontal.json").read_text())
    existing = {kind: [f for f in films if (data / f).is_file()] for kind, films in lists.items() if kind != "about"}
    return {kind: films for kind, films in existing.items() if films}


def not_frontal(data: Path) -> frozenset[str]:
    """Return the films of ``not_frontal_lists`` whatever they are."""
    return frozenset(film for films in not_frontal_lists(data).values() for film in films)


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
