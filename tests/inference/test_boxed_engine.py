"""A network whose card has a first look is shown the lungs; its maps come back onto the film as it is stored."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.engine import Checkpoint, RunResult, never_cancelled
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.gate import judge
from ptxviewer.core.geometry import GridMap
from ptxviewer.core.reasons.finding import Finding
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from ptxviewer.inference.card import Card
from ptxviewer.inference.engine import BundleEngine
from ptxviewer.phantom.film import Phantom, PhantomSpec, film_of
from tests.bundles import write_bundle
from tests.fakes import FakeRunner
from tests.films import phantom
from tests.inference.test_orientation import LYING, lying
from tests.refusals import reason_of

FIRST, ROWS, COLS = 48, 320, 256


def chest() -> Phantom:
    return phantom(PhantomSpec(side="right", size=0.5, seed=2, rows=ROWS, cols=COLS))


class LungFinder(FakeRunner):
    """A perfect first look at the phantom, however it is stored: what it is shown stands upright."""

    def __init__(self, *, blind: bool = False) -> None:
        super().__init__()
        grid = GridMap.for_film(ROWS, COLS, FIRST)
        truth = chest()
        parts = (truth.mask, truth.lung_right, truth.lung_left)
        self._maps = np.stack([grid.to_grid(part.astype(np.float32)) for part in parts]) * (not blind)

    def run(self, grid: np.ndarray, checkpoint: Checkpoint = never_cancelled) -> RunResult:
        assert grid.shape == (1, FIRST, FIRST)
        return RunResult(self._maps, 0.0)


def boxed_bundle(folder: Path, **changes: object) -> Path:
    folder.mkdir()
    (folder / "first.safetensors").write_bytes(b"a first look")
    look = {
        "architecture": {},
        "size": FIRST,
        "sha256": hashlib.sha256(b"a first look").hexdigest(),
        "weights_file": "first.safetensors",
        "box": "lung-box-1",
    }
    return write_bundle(folder, first_look={**look, **changes})


def engine_of(bundle: Path, *, blind: bool = False) -> BundleEngine:
    """The network's map is what it is shown: bright where the film is."""

    def start(_card: Card, weights: bytes) -> FakeRunner:
        return LungFinder(blind=blind) if weights == b"a first look" else FakeRunner()

    return BundleEngine(bundle, start)


def alike(one: ProbabilityMaps, other: np.ndarray) -> bool:
    return float(np.abs(one.pneumothorax - other).mean()) < 0.03  # about a pixel of the grid along each edge


def test_the_network_is_shown_the_lungs_and_its_map_is_empty_outside_their_box(tmp_path: Path) -> None:
    maps = engine_of(boxed_bundle(tmp_path / "bundle")).predict(film_of(chest()))
    assert maps.size > 64  # the box's grid is not made coarser on the whole film's
    assert maps.lungs_found
    at = maps.grid_map.to_film(maps.pneumothorax)
    lungs = chest().lung_right | chest().lung_left
    assert at[lungs].mean() > 0.05
    assert at[-8:].max() == 0  # below the lungs' box


@pytest.mark.parametrize("anticlockwise", LYING)
def test_a_film_that_lies_is_seen_as_one_that_stands(tmp_path: Path, anticlockwise: int) -> None:
    engine, film = engine_of(boxed_bundle(tmp_path / "bundle")), film_of(chest())
    upright = engine.predict(film)
    stored = lying(film, anticlockwise)
    assert alike(engine.predict(stored), np.rot90(upright.pneumothorax, anticlockwise))
    band, turned = engine.band(film), engine.band(stored)
    assert float(np.abs(turned.high - np.rot90(band.high, anticlockwise)).mean()) < 0.03


def test_a_film_stored_at_half_the_rows_is_seen_as_the_square_one(tmp_path: Path) -> None:
    engine, film = engine_of(boxed_bundle(tmp_path / "bundle")), film_of(chest())
    pixels = np.ascontiguousarray(film.pixels[::2])
    squeezed = replace(film, key="half", pixels=pixels, spacing=PixelSpacing(0.8, 0.4, SpacingOrigin.DETECTOR))
    maps = engine.predict(squeezed)
    assert alike(maps, engine.predict(film).pneumothorax)
    assert maps.grid_map.to_film(maps.pneumothorax).shape == pixels.shape


def test_where_no_lungs_are_found_the_whole_film_is_analysed_and_the_reader_is_told(tmp_path: Path) -> None:
    maps = engine_of(boxed_bundle(tmp_path / "bundle"), blind=True).predict(film_of(chest()))
    assert not maps.lungs_found
    assert Finding.WHOLE_FILM in judge(maps, 0.0).cautions


def test_an_altered_first_look_is_refused_as_altered_weights_are(tmp_path: Path) -> None:
    bundle = boxed_bundle(tmp_path / "bundle")
    (bundle / "first.safetensors").write_bytes(b"another one")
    assert reason_of(engine_of(bundle).load, kind=ModelUnavailable) is Network.WEIGHTS_ALTERED


def test_a_box_of_another_kind_is_refused(tmp_path: Path) -> None:
    bundle = boxed_bundle(tmp_path / "bundle", box="lung-box-2")
    assert reason_of(engine_of(bundle).load, kind=ModelUnavailable) is Network.CARD_INVALID


def test_a_network_that_looks_at_whole_films_says_nothing_of_lungs(tmp_path: Path) -> None:
    film: Radiograph = film_of(chest())
    maps = BundleEngine(write_bundle(tmp_path / "bundle"), lambda _card, _weights: FakeRunner()).predict(film)
    assert maps.lungs_found
    assert maps.size == 64
