"""The training set as it is trained on: every film cut to its lungs at one size, in parts that are easy to carry.

``python -m model.pack --data DIR --out PACK --size 512`` takes a first look at every film with a bundle, lays the box
of ``core.lungbox`` around the lungs and stores the film, ``ROOM`` times the box in either direction, so that the
training can move, turn and scale the box. Positive films without a mask get a soft one by the same bundle. Analytic
phantoms like the sample study's, and devices and letters to be drawn on films, are made here, too.

A part holds at most 55 MB; a run that was stopped goes on with the part that is missing. Reading a pack needs numpy and
nothing else: a picture is stored as the differences of neighbouring pixels, compressed by zlib.
"""

from __future__ import annotations

import argparse
import json
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.background import add_options, give_way

ROOM = 1.25  # side of what is stored, in sides of the box
LARGEST_PART = 55_000_000  # bytes
FORMAT = 1
MASKS = 3  # pneumothorax, lung on the left, lung on the right of the picture

STAMPS_FILE = "stamps.bin"
DRAINS_FILE = "drains.json"  # written by ``model.drains``, where it was asked
FOLDS_FILE = "folds.json"  # written by ``model.folds``, where it was asked

Pixels = NDArray[np.uint8]
Inside = tuple[int, int, int, int]  # first and last row (exclusive), first and last column
Cut = tuple[Pixels, Pixels, Inside, bool, bool]
"""Picture (S, S), masks (3, S, S), what of it is film, is it the whole film, was the mask made by a network."""


@dataclass(frozen=True, slots=True)
class Example:
    """One film and what is known of it. ``None`` is not known, and takes no part in that loss."""

    film: str  # path below the data folder
    present: bool | None  # is there a pneumothorax
    mask: str | None  # path of the pneumothorax mask; "" = known to be empty; None = not known
    lungs: str | None  # path of the lung-field mask, or None
    patient: str
    group: str  # "positive", "negative", "lungs" or "phantom": what the sampler draws from
    split: str = "train"
    view: str = ""
    expert: bool = False  # an expert drew or read it, and no film of its set was left out for being hard
    sex: str = ""  # "M", "F", "" = not known
    age: float | None = None  # years

    @property
    def set(self) -> str:
        """The set of films that it comes from: the folder it lies in."""
        return self.film.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Stored:
    """One packed film: where its pictures lie, and which part of the square shows the film."""

    example: Example
    part: int
    spans: tuple[tuple[int, int], ...]  # start and length of picture and masks in the part; length 0: an empty mask
    inside: Inside  # what of the square is film
    whole: bool = False  # no lungs were found: the square is around the whole film
    soft: bool = False  # its mask was made by a network


def compressed(picture: Pixels) -> bytes:
    """(S, S) picture to bytes: differences along each row, then zlib."""
    steps = picture.copy()
    steps[:, 1:] -= picture[:, :-1]
    return zlib.compress(steps.tobytes(), 6)


def decompressed(code: bytes | memoryview, side: int) -> Pixels:
    """Inverse of ``compressed``."""
    steps = np.frombuffer(zlib.decompress(code), np.uint8).reshape(side, side)
    return np.cumsum(steps, axis=1, dtype=np.uint8)


class Stamps:
    """Devices and letters, drawn once, to be laid on films: (C, C) layers of which 255 is densest."""

    def __init__(self, folder: Path, record: dict[str, Any], side: int) -> None:
        self._file = np.memmap(folder / STAMPS_FILE, np.uint8, "r")
        self._side = side
        self._devices, self._letters = record["devices"], record["letters"]
        self.devices, self.letters = len(self._devices), len(self._letters)

    def device(self, number: int) -> tuple[Pixels, tuple[float, float]]:
        """Return a layer and the range of grey values that it adds where it is densest."""
        row = self._devices[number]
        return self._layer(row["span"]), (row["adds"][0], row["adds"][1])

    def letter(self, number: int) -> Pixels:
        """Return a layer with letters as a technologist sets them."""
        return self._layer(self._letters[number])

    def _layer(self, span: list[int]) -> Pixels:
        return decompressed(self._file[span[0] : span[0] + span[1]].tobytes(), self._side)


def write_stamps(
    folder: Path, devices: list[tuple[Pixels, tuple[float, float]]], letters: list[Pixels]
) -> dict[str, Any]:
    """Write the stamps' file; returns what ``pack.json`` says of it."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = [compressed(layer) for layer in (*(layer for layer, _ in devices), *letters)]
    starts = np.concatenate(([0], np.cumsum([len(code) for code in codes]))).tolist()
    spans = [[start, len(code)] for start, code in zip(starts, codes, strict=False)]
    (folder / STAMPS_FILE).write_bytes(b"".join(codes))
    return {
        "devices": [{"span": span, "adds": list(adds)} for span, (_, adds) in zip(spans, devices, strict=False)],
        "letters": spans[len(devices) :],
    }


class Pack:
    """A pack on disk. ``image(i)`` and ``masks(i)`` give the stored squares of film ``i``, ``side`` pixels wide."""

    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "pack.json").read_text())
        if record["format"] != FORMAT:
            raise ValueError(f"{folder} is a pack of format {record['format']}, this program reads {FORMAT}")
        self.size: int = record["size"]  # pixels of the box's side
        self.side: int = record["side"]  # pixels of what is stored
        self.fingerprint: str = record["data"]
        self.boxes: str = record["boxes"]
        self.films = [
            Stored(
                Example(**row["example"]),
                row["part"],
                tuple((int(start), int(length)) for start, length in row["spans"]),
                tuple(row["inside"]),
                row["whole"],
                row["soft"],
            )
            for row in record["films"]
        ]
        self.stamps = Stamps(folder, record["stamps"], self.side) if record.get("stamps") else None
        drains = folder / DRAINS_FILE
        self.drains: list[float] | None = json.loads(drains.read_text()) if drains.exists() else None
        folds = folder / FOLDS_FILE
        self.unseen: list[float | None] | None = json.loads(folds.read_text()) if folds.exists() else None
        count = 1 + max(film.part for film in self.films)
        self._parts = [np.memmap(part_path(folder, number), np.uint8, "r") for number in range(count)]

    @property
    def examples(self) -> list[Example]:
        """Every film's labels, in the order of the pack."""
        return [film.example for film in self.films]

    def image(self, index: int) -> Pixels:
        """(side, side) grey picture."""
        return self._picture(index, 0)

    def masks(self, index: int) -> Pixels:
        """(3, side, side): pneumothorax, lung on the left, lung on the right of the picture; 255 = 1."""
        return np.stack([self._picture(index, 1 + channel) for channel in range(MASKS)])

    def inside(self, index: int) -> Inside:
        """What of the square is film."""
        return self.films[index].inside

    def mask(self, index: int) -> Pixels:
        """(side, side) mask of the pneumothorax."""
        return self._picture(index, 1)

    def _picture(self, index: int, which: int) -> Pixels:
        film = self.films[index]
        start, length = film.spans[which]
        if length == 0:
            return np.zeros((self.side, self.side), np.uint8)
        return decompressed(self._parts[film.part][start : start + length].tobytes(), self.side)


def part_path(folder: Path, number: int) -> Path:
    """Path of one part."""
    return folder / f"part-{number:03d}.bin"


def write_pack(
    folder: Path,
    examples: list[Example],
    cut: Callable[[Example], Cut],
    record: dict[str, Any],
    largest: int = LARGEST_PART,
) -> int:
    """Write ``examples`` part by part, as ``cut`` makes them; returns the number of parts.

    What an earlier call has finished is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = len(examples)
    journal = folder / "films.jsonl"
    rows = _finished_rows(journal, folder)
    part = 1 + max((row["part"] for row in rows), default=-1)
    with journal.open("w") as kept:
        kept.writelines(json.dumps(row) + "\n" for row in rows)
    for codes, spans in _parts(examples[len(rows) :], cut, largest):
        path = part_path(folder, part)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(b"".join(codes))
        os.replace(unfinished, path)
        for row in spans:
            row["part"] = part
        rows.extend(spans)
        with journal.open("a") as kept:
            kept.writelines(json.dumps(row) + "\n" for row in spans)
        print(f"{len(rows)} of {count} films in {part + 1} parts", flush=True)
        part += 1
    (folder / "pack.json").write_text(json.dumps({"format": FORMAT, **record, "films": rows}))
    journal.unlink()
    return part


def _finished_rows(journal: Path, folder: Path) -> list[dict[str, Any]]:
    """Rows of the parts that an earlier call has finished."""
    if not journal.exists():
        return []
    rows = [json.loads(line) for line in journal.read_text().splitlines()]
    return [row for row in rows if part_path(folder, row["part"]).exists()]


def _parts(
    examples: list[Example],
    cut: Callable[[Example], Cut],
    largest: int,
) -> Iterator[tuple[list[bytes], list[dict[str, Any]]]]:
    """Collect films until a part is full: their bytes, and what is known of them."""
    codes: list[bytes] = []
    rows: list[dict[str, Any]] = []
    filled = 0
    for example in examples:
        image, masks, inside, whole, soft = cut(example)
        own = [compressed(image), *(compressed(mask) if mask.any() else b"" for mask in masks)]
        length = sum(map(len, own))
        if codes and filled + length > largest:
            yield codes, rows
            codes, rows, filled = [], [], 0
        spans = []
        for code in own:
            spans.append((filled, len(code)))
            filled += len(code)
        codes.extend(own)
        known = replace(example, mask="soft") if soft else example
        rows.append({"example": asdict(known), "spans": spans, "inside": list(inside), "whole": whole, "soft": soft})
    if codes:
        yield codes, rows


def pack(
    data: Path,
    out: Path,
    size: int,
    bundle: Path = Path("model/bundle"),
    threads: int = 0,
    first_look: Path | None = None,
) -> None:
    """Pack the films below ``data`` with boxes of ``size`` pixels; see ``model.cutting.Cutter`` for the others."""
    from model.cutting import Cutter, stored_side
    from model.devices import drawn_stamps

    cutter = Cutter(data, bundle, size, threads, first_look)
    stamps = write_stamps(out, *drawn_stamps(stored_side(size)))
    parts = write_pack(out, cutter.examples, cutter.cut, {**cutter.record(), "stamps": stamps})
    print(f"{len(cutter.examples)} films in {parts} parts; {cutter.whole} without lungs, {cutter.softened} soft masks")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with index.csv")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--bundle", type=Path, default=Path("model/bundle"), help="whose soft masks and lungs are taken"
    )
    parser.add_argument("--first-look", type=Path, help="folder with first_look.safetensors: finds the lungs instead")
    parser.add_argument("--size", type=int, default=512, help="pixels of the box's side")
    add_options(parser)
    asked = parser.parse_args()
    give_way(asked.nice)
    pack(asked.data, asked.out, asked.size, asked.bundle, asked.threads, asked.first_look)


if __name__ == "__main__":
    main()
