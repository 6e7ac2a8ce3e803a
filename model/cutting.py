"""Cuts a film to its lungs for a pack: a first look, the box of ``core.lungbox``, a soft mask where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import torch

from model.data import fingerprint, read_grey, read_index, split_lungs
from model.pack import ROOM, Cut, Example, Inside, Pixels
from model.viewing import own_first_look
from ptxviewer.core import lungbox
from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.lungbox import FIRST_LOOK, BoxMap, LungBox, lung_box
from ptxviewer.inference.card import read_card, verify
from ptxviewer.inference.preprocess import normalise, scale_to_unit
from ptxviewer.inference.torch.loading import network_of
from ptxviewer.inference.torch.network import PneumothoraxNet
from ptxviewer.inference.torch.processor import has_fast_bf16
from ptxviewer.phantom.film import PhantomSpec, make_phantom

SEEN = 0.4  # a map whose peak is below this says that the network does not know where the air is either
SILENT = 0.1  # scores below this are noise and become 0
SIDES: tuple[Literal["right", "left", "none"], ...] = ("right", "left", "none")


def soft_mask(scores: FloatMap) -> Pixels | None:
    """(S, S) scores of a film that shows a pneumothorax to an 8-bit mask, 255 = 1; None where the network saw nothing.

    Only films known to be positive get one: the network adds where the air is, never that there is any.
    """
    if float(scores.max()) < SEEN:
        return None
    return np.round(np.where(scores < SILENT, 0, scores) * 255).astype(np.uint8)


def stored_side(size: int) -> int:
    """Pixels of the stored square when the box is to have ``size``."""
    return round(ROOM * size)


def cut_out(grey: Pixels, box: LungBox, size: int) -> tuple[Pixels, Inside]:
    """Cut ``ROOM`` times the box out of a (rows, cols) picture; also first and last rows and columns that are film."""
    rows, cols = grey.shape
    side = stored_side(size)
    room = box.grown(ROOM)
    square = BoxMap(rows, cols, room, side).to_grid(grey.astype(np.float32))
    per_pixel = side / room.side
    inside = (
        max(0, round(-room.top * per_pixel)),
        min(side, round((rows - room.top) * per_pixel)),
        max(0, round(-room.left * per_pixel)),
        min(side, round((cols - room.left) * per_pixel)),
    )
    return np.round(square).astype(np.uint8), inside


PHANTOMS, PHANTOM_COUNT = "phantoms", 120


def phantoms(count: int = PHANTOM_COUNT) -> list[Example]:
    """Return the analytic films of a pack; the seed is the name."""
    return [
        Example(f"{PHANTOMS}/{seed}", SIDES[seed % 3] != "none", "", "made", f"phantom {seed}", "phantom")
        for seed in range(count)
    ]


def phantom(seed: int, size: int) -> Cut:
    """Make an analytic film like the sample study's and cut it to its lungs like any other."""
    rng = np.random.default_rng(seed)
    made = make_phantom(
        PhantomSpec(
            side=SIDES[seed % 3], size=float(rng.random()), seed=int(rng.integers(1 << 30)), rows=size, cols=size
        )
    )
    image = (made.pixels >> (made.spec.bits - 8)).astype(np.uint8)
    box = lung_box(size, size, made.lung_right.astype(np.float32), made.lung_left.astype(np.float32))
    square, inside = cut_out(image, box, size)
    parts = (made.mask, made.lung_right, made.lung_left)
    masks = np.stack([cut_out(part.astype(np.uint8) * np.uint8(255), box, size)[0] for part in parts])
    return square, masks, inside, box.whole, False


class Cutter:
    """Looks at films with a bundle's network and cuts them.

    The lungs are found by the first look in the folder ``first_look`` (of ``model.first_look``), where one is given,
    otherwise by the bundle's network on a coarse grid.
    """

    def __init__(self, data: Path, bundle: Path, size: int, threads: int = 0, first_look: Path | None = None) -> None:
        if threads:
            torch.set_num_threads(threads)
        self.data, self.size = data, size
        self.examples = read_index(data) + phantoms()
        self.card = read_card(bundle)
        self.net = network_of(self.card, verify(bundle, self.card)).eval().requires_grad_(False)
        self.first: PneumothoraxNet | None = None
        self.first_size, self.found_by = FIRST_LOOK, f"{self.card.id} {self.card.version}"
        if first_look is not None:
            config, self.first_size, state = own_first_look(first_look)
            self.first = PneumothoraxNet(config)
            self.first.load_state_dict(state, strict=False)  # without batch norm's counters
            self.first.eval().requires_grad_(False)
            self.found_by = f"a network of its own at {self.first_size} px"
        self.whole = self.softened = 0

    def record(self) -> dict[str, str | int]:
        """What a pack says of itself."""
        return {
            "size": self.size,
            "side": stored_side(self.size),
            "boxes": f"{lungbox.NAME}, first look by {self.found_by}",
            "data": fingerprint(self.examples),
        }

    def maps(self, grey: Pixels, size: int, network: PneumothoraxNet | None = None) -> FloatMap:
        """(3, size, size) scores of a whole film, by the bundle's network or another."""
        grid_map = GridMap.for_film(grey.shape[0], grey.shape[1], size)
        grid = grid_map.to_grid(grey.astype(np.float32))
        valid = np.zeros(grid.shape, bool)
        valid[grid_map.content] = True
        unit = scale_to_unit(grid, valid)
        unit[~valid] = 0
        image = torch.from_numpy(normalise(unit)[None, None]).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bf16()):
            return torch.sigmoid((network or self.net)(image).maps[0].float()).contiguous().numpy()

    def box(self, grey: Pixels) -> LungBox:
        """Return the box of a (rows, cols) film."""
        maps = self.maps(grey, self.first_size, self.first)
        return lung_box(grey.shape[0], grey.shape[1], maps[1], maps[2])

    def cut(self, example: Example) -> Cut:
        """Cut one film, or make one of the ``phantoms``."""
        if example.set == PHANTOMS:
            return phantom(int(example.film.split("/")[1]), self.size)
        grey = read_grey(self.data / example.film)
        box = self.box(grey)
        self.whole += box.whole
        image, inside = cut_out(grey, box, self.size)
        masks = np.zeros((3, *image.shape), np.uint8)
        soft = False
        if example.mask:
            masks[0] = cut_out(read_grey(self.data / example.mask), box, self.size)[0]
        elif example.present and example.mask is None:
            made = self.soft(grey)
            soft = made is not None
            if made is not None:
                self.softened += 1
                masks[0] = cut_out(made, box, self.size)[0]
        if example.lungs:
            for channel, lung in enumerate(split_lungs(read_grey(self.data / example.lungs))):
                masks[1 + channel] = cut_out(lung, box, self.size)[0]
        return image, masks, inside, box.whole, soft

    def soft(self, grey: Pixels) -> Pixels | None:
        """Return a mask (rows, cols) by the network, None where it sees nothing."""
        made = soft_mask(self.maps(grey, self.card.size)[0])
        if made is None:
            return None
        film = GridMap.for_film(grey.shape[0], grey.shape[1], self.card.size).to_film(made.astype(np.float32))
        return np.asarray(np.clip(np.round(film), 0, 255), np.uint8)
