"""The mean of two runs lies between them, and only runs of one origin are averaged."""

import json

import pytest
import torch

from model.export import weights_of
from model.soup import soup


def a_run(folder, value, start="a bundle", blocks=(1, 1, 1, 1)):
    folder.mkdir()
    record = {
        "start": start,
        "config": {"seed": value, "phases": [{"steps": 5, "size": 64}], "network": {"blocks": blocks}},
    }
    (folder / "run.json").write_text(json.dumps(record))
    state = {"conv": torch.full((2, 2), float(value)), "bn.num_batches_tracked": torch.tensor(value)}
    torch.save(state, folder / "average.pt")
    return folder


def test_weights_are_averaged_and_the_card_can_tell(tmp_path):
    first, second = a_run(tmp_path / "a", 1), a_run(tmp_path / "b", 4)
    (first / "notes.txt").write_text("Stopped once.\n")
    soup([first, second], tmp_path / "even")
    assert torch.equal(weights_of(tmp_path / "even")["conv"], torch.full((2, 2), 2.5))
    assert weights_of(tmp_path / "even")["bn.num_batches_tracked"] == 1
    soup([first, second], tmp_path / "uneven", [2, 1])
    torch.testing.assert_close(weights_of(tmp_path / "uneven")["conv"], torch.full((2, 2), 2.0))
    told = (tmp_path / "uneven" / "notes.txt").read_text()
    assert told == (
        "The weights are a mean: 2 of a run with seed 1 and 5 steps, 1 of a run with seed 4 and 5 steps. "
        "Stopped once.\n"
    )


def test_runs_of_different_origin_are_refused(tmp_path):
    first = a_run(tmp_path / "a", 1)
    for number, changes in enumerate(({"start": "another"}, {"blocks": (2, 1, 1, 1)})):
        other = a_run(tmp_path / f"b{number}", 2, **changes)
        with pytest.raises(ValueError, match="same weights"):
            soup([first, other], tmp_path / "out")
    assert not (tmp_path / "out").exists()
