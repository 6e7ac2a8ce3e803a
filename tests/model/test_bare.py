"""A machine with PyTorch and numpy and nothing else trains from a pack, stops, and goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model.cutting import stored_side
from model.pack import Example, write_pack, write_stamps
from model.train import main
from model.trainer import Trainer

ROOT = Path(__file__).resolve().parents[2]
SIZE = 64
BARE = """
import sys
for name in ("cv2", "matplotlib", "tqdm", "safetensors", "pydicom", "PySide6", "torchvision"):
    sys.modules[name] = None  # as if it were not installed
sys.argv = ["train", *sys.argv[1:]]
from model.train import main
main()
"""


def made_pack(folder: Path) -> None:
    side = stored_side(SIZE)
    rng = np.random.default_rng(0)

    def cut(example: Any) -> Any:
        image = rng.integers(0, 120, (side, side)).astype(np.uint8)
        masks = np.zeros((3, side, side), np.uint8)
        if example.present:
            image[20:40, 20:34] = 230
            masks[0, 20:40, 20:34] = 255
        masks[1, 10:70, 12:38], masks[2, 10:70, 42:68] = 255, 255
        return image, masks, (0, side, 0, side), False, False

    films = []
    for number in range(12):
        present = number % 2 == 0
        split = "val" if number > 8 else "train"
        group = "positive" if present else "negative"
        films.append(Example(f"made/{number}", present, "m" if present else "", "l", f"p{number}", group, split))
    stamps = write_stamps(folder, [(np.eye(side, dtype=np.uint8) * 255, (30.0, 60.0))], [np.eye(side, dtype=np.uint8)])
    record = {"size": SIZE, "side": side, "boxes": "made", "data": "abc", "stamps": stamps}
    write_pack(folder, films, cut, record)


def arguments_for(tmp_path: Path, steps: int, *more: str) -> Any:
    """A pack, a plan of so many steps, and the command line of its training."""
    config = {
        "phases": [{"size": SIZE, "batch": 2, "steps": steps, "positives": 0.5}],
        "lungs": 0.0,
        "augmentation": {"devices": 0.5},
        "network": {"blocks": [1, 1, 1, 1], "planes": [4, 4, 4, 4], "stem": 4, "decoder": [8, 8, 8, 8], "sides": True},
    }
    if not (tmp_path / "pack").exists():
        made_pack(tmp_path / "pack")
    (tmp_path / "config.json").write_text(json.dumps(config))
    call = ["--pack", str(tmp_path / "pack"), "--run", str(tmp_path / "run"), "--config", str(tmp_path / "config.json")]
    return [*call, "--device", "cpu", "--threads", "1", "--nice", "0", *more]


def train(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Train in this process, which is not started again for its memory."""
    monkeypatch.setenv("MALLOC_MMAP_MAX_", "0")
    monkeypatch.setattr(sys, "argv", ["train", *arguments])
    main()


def test_numpy_and_torch_are_enough_to_train_and_a_longer_plan_goes_on_from_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = [sys.executable, "-c", BARE, *arguments_for(tmp_path, 3)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "step 3 of 3" in done.stdout
    assert "auc_film" in done.stdout
    train(monkeypatch, *arguments_for(tmp_path, 5))
    steps = [json.loads(line)["step"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert steps == [1, 2, 3, 3, 4, 5, 5]  # each end is followed by a look at the films of val
    assert (tmp_path / "run" / "average.pt").exists()
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["boxes"] == "made"
    assert record["device"] == "cpu"


def test_the_time_that_there_is_decides_how_long_it_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    train(monkeypatch, *arguments_for(tmp_path, 1000000, "--minutes", "0.004"))
    said = capsys.readouterr().out
    assert "s a step here" in said
    planned = json.loads((tmp_path / "run" / "run.json").read_text())["config"]["phases"][0]["steps"]
    assert 1 <= planned < 1000000
    assert f"step {planned} of {planned}" in said


@pytest.mark.skipif(os.name == "nt", reason="a process cannot press Ctrl+C for itself there")
def test_ctrl_c_ends_a_run_behind_its_step_and_the_same_command_goes_on_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "whole").mkdir()
    train(monkeypatch, *arguments_for(tmp_path / "whole", 5))
    once = Trainer.train_step

    def pressed(trainer: Any, batch: Any) -> Any:
        if trainer.step == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return once(trainer, batch)

    monkeypatch.setattr(Trainer, "train_step", pressed)
    with pytest.raises(SystemExit) as ended:
        train(monkeypatch, *arguments_for(tmp_path, 5))
    monkeypatch.setattr(Trainer, "train_step", once)
    assert ended.value.code == 130
    assert "Stopped behind step 2 of 5" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not (tmp_path / "run" / "average.pt").exists()
    train(monkeypatch, *arguments_for(tmp_path, 5))
    through, stopped = (torch.load(folder / "run" / "average.pt") for folder in (tmp_path / "whole", tmp_path))
    assert all(torch.equal(through[name], stopped[name]) for name in through)
