"""The mean of a run's weights and a bundle's: each weight where it should lie, and a run of its own that says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from model.card import Texts, training_of
from model.export import config_of, weights_of
from model.mean import mean_of, mean_of_runs, write_mean
from ptxviewer.inference.card import read_card
from ptxviewer.inference.torch.loading import network_of
from ptxviewer.inference.torch.network import NetworkConfig, PneumothoraxNet
from ptxviewer.paths import bundle_dir


def test_a_weight_lies_between_the_two_and_what_only_one_has_stays() -> None:
    ours = {"a": torch.tensor([0.0, 4.0]), "new": torch.tensor([7.0]), "counter": torch.tensor(3)}
    theirs = {"a": torch.tensor([4.0, 4.0]), "counter": torch.tensor(9)}
    mean = mean_of(ours, theirs, 0.25)
    assert mean["a"].tolist() == [3.0, 4.0]
    assert mean["new"].tolist() == [7.0]
    assert int(mean["counter"]) == 3


def test_a_run_that_is_averaged_with_the_bundle_says_so_and_keeps_what_the_bundle_lacks(tmp_path: Path) -> None:
    """Whatever ships: a run of the same widths that decides by halves, and its mean with the bundle."""
    torch.manual_seed(0)
    card = read_card(bundle_dir())
    known = {"blocks", "planes", "stem", "decoder", "stride_on_conv1", "block"}
    network = {name: value for name, value in card.architecture.items() if name in known} | {"sides": True}
    net = PneumothoraxNet(NetworkConfig(**network))
    run = tmp_path / "run"
    run.mkdir()
    torch.save(net.state_dict(), run / "average.pt")
    config = {"phases": [{"size": 640, "batch": 6, "steps": 10}], "network": network, "phantoms": 0.01, "seed": 1}
    (run / "run.json").write_text(json.dumps({"config": config, "code": "abc", "data": "def", "boxes": "lung-box-1"}))
    write_mean([run], bundle_dir(), tmp_path / "mean", size=96)
    record = json.loads((tmp_path / "mean" / "run.json").read_text())
    assert config_of(tmp_path / "mean")[1] == 96
    assert record["boxes"] == "lung-box-1"
    assert record["mean"]["with"] == f"{card.id} {card.version}"
    assert f"these weights (50 %) and those of {card.id}" in training_of(record, Texts("", "", (), ()))
    ours = net.state_dict()["map_head.weight"]
    theirs = network_of(card, (bundle_dir() / card.weights_file).read_bytes()).state_dict()["map_head.weight"]
    torch.testing.assert_close(weights_of(tmp_path / "mean")["map_head.weight"], (ours + theirs) / 2)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_ends_are_the_two_themselves(share: float) -> None:
    ours, theirs = {"a": torch.tensor([1.0])}, {"a": torch.tensor([2.0])}
    assert float(mean_of(ours, theirs, share)["a"]) == (1.0 if share else 2.0)


def test_several_runs_have_the_same_share(tmp_path: Path) -> None:
    runs = [tmp_path / f"run{number}" for number in range(3)]
    for number, run in enumerate(runs):
        run.mkdir()
        torch.save({"a": torch.tensor([3.0 * number]), "counter": torch.tensor(number)}, run / "average.pt")
    mean = mean_of_runs(runs)
    assert float(mean["a"]) == pytest.approx(3.0)
    assert int(mean["counter"]) == 0
