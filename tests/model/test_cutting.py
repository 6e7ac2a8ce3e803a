"""From a folder of films to a pack and to a first look, by the programs themselves, on films made by code."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from model import cutting, devices, first_look
from model.cutting import Cutter
from model.data import read_index
from model.pack import Pack, pack
from model.viewing import own_first_look
from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet
from ptxviewer.phantom.film import PhantomSpec
from tests.bundles import write_bundle
from tests.films import phantom
from tests.there import there

SIDE = 96


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two films with a pneumothorax, one of them without a mask; one of val; one with a lung mask."""
    folder = tmp_path / "data"
    for name in ("labelled", "positive_only", "lungs", "masks"):
        (folder / name).mkdir(parents=True)
    rows = []
    for number, (set_, split, present, masked) in enumerate(
        [("labelled", "train", 1, True), ("positive_only", "train", 1, False), ("labelled", "val", 0, False)]
    ):
        made = phantom(PhantomSpec(side="right" if present else "none", seed=number, rows=SIDE, cols=SIDE))
        film, mask = f"{set_}/{number}.png", f"masks/{number}.png" if masked else ""
        cv2.imwrite(str(folder / film), (made.pixels >> (made.spec.bits - 8)).astype(np.uint8))
        if masked:
            cv2.imwrite(str(folder / mask), made.mask.astype(np.uint8) * 255)
        rows.append([film, mask, set_, split, present, "expert", f"p{number}", "PA", "40", "F"])
    cv2.imwrite(str(folder / "lungs/a.png"), (made.pixels >> (made.spec.bits - 8)).astype(np.uint8))
    cv2.imwrite(str(folder / "masks/a.png"), (made.lung_left | made.lung_right).astype(np.uint8) * 255)
    columns = ["file", "mask", "set", "split", "pneumothorax", "label_from", "patient", "view", "age", "sex"]
    tables: tuple[tuple[str, list[Any]], ...] = (
        ("index.csv", [columns, *rows]),
        ("matched_masks.csv", [["file", "mask", "confidence"]]),
        ("lungs.csv", [["file", "mask", "definition"], ["lungs/a.png", "masks/a.png", ""]]),
    )
    for name, table in tables:
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows(table)
    return folder


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "DEVICES", 3)
    monkeypatch.setattr(devices, "LETTERS", 2)
    every = cutting.phantoms
    monkeypatch.setattr(cutting, "phantoms", lambda: every(3))
    monkeypatch.setattr(first_look, "SIZE", 64)
    monkeypatch.setattr(first_look, "BATCH", 2)


def test_a_folder_of_films_becomes_a_pack(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "SEEN", 0.0)  # a random network marks what it likes
    pack(data, tmp_path / "pack", 64, write_bundle(tmp_path / "bundle"), threads=1)
    made = Pack(tmp_path / "pack")
    assert [example.group for example in made.examples] == [
        "positive",
        "positive",
        "negative",
        "lungs",
        *["phantom"] * 3,
    ]
    assert made.examples[2].split == "val"
    assert (made.examples[0].sex, made.examples[0].age) == ("F", 40)
    assert made.films[1].soft
    assert made.mask(0).max() == 255
    assert made.masks(3)[1:].max() == 255
    assert there(made.stamps).devices == 3
    assert not made.films[4].whole  # a phantom's lungs are known
    assert made.examples[4].present
    assert made.mask(4).any()
    assert not made.mask(6).any()
    assert "random-test-network" in made.boxes


def test_the_lungs_may_be_found_by_a_network_of_their_own(data: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    tiny = NetworkConfig(blocks=(1, 1, 1, 1), planes=(4, 4, 4, 4), stem=4, decoder=(4, 4, 4, 4))
    save_file(PneumothoraxNet(tiny).state_dict(), tmp_path / "first_look.safetensors")
    (tmp_path / "first_look.json").write_text(json.dumps({"network": tiny.__dict__, "size": 64}))
    cutter = Cutter(data, write_bundle(tmp_path / "bundle"), 64, 1, tmp_path)
    grey = cv2.imread(str(data / "labelled/0.png"), cv2.IMREAD_GRAYSCALE)
    asked = []
    there(cutter.first).register_forward_pre_hook(lambda _module, inputs: asked.append(tuple(inputs[0].shape)))
    assert cutter.box(there(grey).astype(np.uint8)).whole
    assert asked == [(1, 1, 64, 64)]
    assert "of its own at 64 px" in str(cutter.record()["boxes"])


def test_a_first_look_is_trained_and_judged_on_films_that_it_did_not_see(data: Path, tmp_path: Path) -> None:
    cutter = Cutter(data, write_bundle(tmp_path / "bundle"), 64, 1)
    out = tmp_path / "first-look"
    out.mkdir()
    first_look.train(cutter, out, steps=3)
    config, size, state = own_first_look(out)
    assert (config, size) == (first_look.CONFIG, 64)
    net = PneumothoraxNet(config)
    net.load_state_dict(state, strict=False)
    assert net.state_dict()["map_head.bias"][0] == -10  # it says nothing of a pneumothorax
    judged = json.loads((out / "first_look.json").read_text())["judged"]
    assert judged["films"] == sum(example.split == "val" for example in read_index(data)) == 1
