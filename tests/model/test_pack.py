"""Packs: what was put in comes out, a stop costs one part, and no part outgrows what can be carried."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.cutting import cut_out, soft_mask, stored_side
from model.pack import ROOM, Example, Pack, compressed, decompressed, part_path, write_pack
from ptxviewer.core.lungbox import LungBox

SIDE = 40
RECORD = {"size": 32, "side": SIDE, "boxes": "made", "data": "abc"}


def examples(count: int) -> Any:
    return [Example(f"set/{n}.png", n % 2 == 0, "" if n % 2 else None, None, f"p{n}", "positive") for n in range(count)]


def cut(example: Example) -> Any:
    """A film of noise that only its name decides, with one mask out of three; even films have one by a network."""
    rng = np.random.default_rng(int(example.film[4:-4]))
    image = rng.integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
    masks = np.zeros((3, SIDE, SIDE), np.uint8)
    masks[1, 5:9] = 255
    return image, masks, (1, SIDE, 0, SIDE - 2), False, example.mask is None


def test_a_picture_comes_back_to_the_bit() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (33, 33)).astype(np.uint8)
    np.testing.assert_array_equal(decompressed(compressed(picture), 33), picture)


def test_what_was_packed_comes_out_again(tmp_path: Path) -> None:
    write_pack(tmp_path, examples(5), cut, RECORD)
    pack = Pack(tmp_path)
    assert [example.film for example in pack.examples] == [example.film for example in examples(5)]
    for index, example in enumerate(examples(5)):
        image, masks, inside, _, _ = cut(example)
        np.testing.assert_array_equal(pack.image(index), image)
        np.testing.assert_array_equal(pack.masks(index), masks)
        assert pack.inside(index) == inside
    assert pack.examples[0].mask == "soft"  # known from here on, and by whom it was made
    assert pack.films[0].soft
    assert pack.examples[1].mask == ""


def test_no_part_is_larger_than_asked_and_a_stopped_call_goes_on(tmp_path: Path) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    parts = write_pack(whole, examples(9), cut, RECORD, largest=4000)
    assert parts > 3
    assert all(part_path(whole, number).stat().st_size <= 4000 for number in range(parts))
    seen: list[str] = []

    def interrupted(example: Any) -> Any:
        if len(seen) == 6:
            raise KeyboardInterrupt
        seen.append(example.film)
        return cut(example)

    with pytest.raises(KeyboardInterrupt):
        write_pack(stopped, examples(9), interrupted, RECORD, largest=4000)
    again: list[str] = []

    def counted(example: Any) -> Any:
        again.append(example.film)
        return cut(example)

    assert write_pack(stopped, examples(9), counted, RECORD, largest=4000) == parts
    assert 0 < len(again) < 9
    for number in range(parts):
        assert part_path(stopped, number).read_bytes() == part_path(whole, number).read_bytes()
    assert json.loads((stopped / "pack.json").read_text()) == json.loads((whole / "pack.json").read_text())


def test_a_pack_of_another_format_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path, examples(2), cut, RECORD)
    record = json.loads((tmp_path / "pack.json").read_text())
    (tmp_path / "pack.json").write_text(json.dumps(record | {"format": 99}))
    with pytest.raises(ValueError, match="format 99"):
        Pack(tmp_path)


def test_the_stored_square_shows_the_box_in_its_middle_and_says_what_is_film() -> None:
    film = np.zeros((400, 300), np.uint8)
    film[100:200, 50:150] = 200
    size = 80
    square, inside = cut_out(film, LungBox(100, 50, 100), size)
    side = stored_side(size)
    assert square.shape == (side, side)
    edge = round(side * (1 - 1 / ROOM) / 2)
    assert square[edge + 2 : -edge - 2, edge + 2 : -edge - 2].min() > 190
    assert square[: edge - 2].max() == 0
    assert inside == (0, side, 0, side)
    _, beyond = cut_out(film, LungBox(0, 0, 300), size)
    assert beyond[0] == round(37 / 375 * side)  # an eighth of the box lies above the film
    assert beyond[2] == beyond[0]


def test_a_films_set_is_the_folder_that_it_lies_in() -> None:
    assert replace(examples(1)[0], film="negatives/n1.webp").set == "negatives"


def test_a_mask_keeps_the_scores_and_drops_the_noise() -> None:
    scores = np.zeros((4, 4), np.float32)
    scores[0, 0], scores[1, 1] = 0.8, 0.05
    mask = soft_mask(scores)
    assert mask is not None
    assert mask[0, 0] == 204
    assert mask[1, 1] == 0
    assert mask.dtype == np.uint8


def test_what_the_network_does_not_see_stays_unknown() -> None:
    assert soft_mask(np.full((4, 4), 0.39, np.float32)) is None
