"""A packed mask is the mask, whatever is written into it and in whatever order it is undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.drawing import tiles
from ptxviewer.core.drawing.strokes import Stroke, apply
from ptxviewer.core.drawing.tiles import TILE, PackedMask, clipped
from ptxviewer.core.history import History


def random_mask(rng: np.random.Generator, rows: int, cols: int) -> np.ndarray:
    return rng.random((rows, cols)) < 0.5


@given(st.integers(1, 2 * TILE + 3), st.integers(1, 2 * TILE + 3), st.integers(0, 9))
def test_unpacking_gives_what_was_packed(rows: int, cols: int, seed: int) -> None:
    mask = random_mask(np.random.default_rng(seed), rows, cols)
    packed = PackedMask.pack(mask)
    assert np.array_equal(packed.unpack(), mask)
    assert packed == PackedMask.pack(mask.copy())


@given(st.tuples(*[st.integers(-40, 640)] * 4), st.integers(0, 9))
def test_parts_are_parts(corners: tuple[int, int, int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = random_mask(rng, 600, 530)
    xs, ys = sorted(corners[::2]), sorted(corners[1::2])
    box = clipped((xs[0], ys[0], xs[1], ys[1]), 600, 530)
    if box is None:
        return
    packed = PackedMask.pack(mask)
    window = (slice(box[1], box[3]), slice(box[0], box[2]))
    assert np.array_equal(packed.part(box), mask[window])
    mask[window] = random_mask(rng, *mask[window].shape)
    assert np.array_equal(packed.with_part(box, mask[window]).unpack(), mask)


def test_a_step_shares_every_tile_that_it_does_not_touch() -> None:
    before = PackedMask.pack(random_mask(np.random.default_rng(1), 3 * TILE, 3 * TILE))
    after = before.with_part((TILE, TILE, 2 * TILE, 2 * TILE), np.zeros((TILE, TILE), bool))
    assert [a is b for a, b in zip(before.tiles, after.tiles, strict=True)] == [i != 4 for i in range(9)]
    assert after.tiles[4] == b""


@pytest.mark.parametrize("damage", [b"no zlib", PackedMask.pack(np.ones((9, 9), bool)).tiles[0][:-30]])
def test_a_damaged_tile_is_said_to_be_damaged(damage: bytes) -> None:
    with pytest.raises(ValueError, match="damaged"):
        PackedMask(9, 9, (damage,)).unpack()
    with pytest.raises(ValueError, match="cover"):
        PackedMask(9, TILE + 1, (damage,))


def random_stroke(rng: np.random.Generator, rows: int, cols: int) -> Stroke:
    shape = rng.choice(["brush", "brush", "brush", "polygon", "fill", "shrink"])
    count = int(rng.integers(3, 9)) if shape == "polygon" else int(rng.integers(1, 6))
    start = rng.uniform((-20, -20), (cols + 20, rows + 20))
    points = start + np.cumsum(rng.normal(0, 25, (count, 2)), axis=0)
    return Stroke(
        shape, tuple((float(x), float(y)) for x, y in points), float(rng.uniform(0.3, 30)), bool(rng.random() < 0.4)
    )


def test_a_thousand_edits_undos_and_redos_equal_a_plain_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain model keeps whole masks in a list and paints them with the same strokes, without any sharing."""
    monkeypatch.setattr(tiles, "TILE", 64)  # as many tiles on a much smaller film
    rng = np.random.default_rng(20)
    rows, cols = 3 * tiles.TILE - 40, 3 * tiles.TILE - 20
    pixels = rng.integers(0, 60000, (rows, cols)).astype(np.uint16)
    history = History(PackedMask.pack(np.zeros((rows, cols), bool)))
    plain, place = [np.zeros((rows, cols), bool)], 0
    edits = 0
    for _ in range(1_000):
        act = rng.random()
        if act < 0.5:
            stroke = random_stroke(rng, rows, cols)
            history = history.push(apply(history.present, stroke, pixels))
            now = apply(PackedMask.pack(plain[place]), stroke, pixels).unpack()
            if not np.array_equal(now, plain[place]):
                del plain[place + 1 :]
                plain.append(now)
                place += 1
                edits += 1
        elif act < 0.8:
            history, place = history.undo(), max(0, place - 1)
        else:
            history, place = history.redo(), min(len(plain) - 1, place + 1)
        assert np.array_equal(history.present.unpack(), plain[place])
        assert len(history.past) == place
    assert edits > 250
    while history.past:
        history, place = history.undo(), place - 1
        assert np.array_equal(history.present.unpack(), plain[place])
    assert place == 0
