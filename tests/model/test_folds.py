"""Networks are asked about films of patients that they have not seen, and hard films are drawn more often."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model.config import Config, Phase, read_config
from model.folds import judge, left_out
from model.pack import FOLDS_FILE, Example, Pack
from model.sampler import Sampler, fold_of
from model.trainer import Trainer
from ptxviewer.inference.torch.network import NetworkConfig
from tests.model.labels_only import LabelsOnly
from tests.model.test_bare import SIZE, made_pack

TINY = NetworkConfig(blocks=(1, 1, 1, 1), planes=(4, 4, 4, 4), stem=4, decoder=(8, 8, 8, 8), sides=True)
PLAN = Config(phases=(Phase(SIZE, 8, 10, 0.5),), lungs=0.0, phantoms=0.0, weights=(), network=TINY)
FOLDS = 3


class Films(LabelsOnly):
    """Forty patients with two films each; the first of either kind is contradicted by whoever has not seen it."""

    def __init__(self, unseen: bool = True) -> None:
        labels = ["positive" if n < 40 else "negative" for n in range(80)]
        super().__init__([Example(f"labelled/{n}", n < 40, "", None, f"p{n // 2}", labels[n]) for n in range(80)])
        agrees = [0.9 if n < 40 else 0.1 for n in range(80)]
        contradicted: list[float | None] = [0.0, *agrees[1:40], 1.0, *agrees[41:]]
        self.unseen = contradicted if unseen else None


def made_run(folder: Path, fold: Any) -> Path:
    """A run that has ended, with the weights that it started with."""
    trainer = Trainer(replace(PLAN, fold=fold))
    folder.mkdir()
    torch.save(trainer.average, folder / "average.pt")
    (folder / "run.json").write_text(json.dumps({"config": asdict(trainer.config)}))
    return folder


def test_folds_are_of_about_one_size_and_together_all_patients() -> None:
    sizes = Counter(fold_of(f"p{n}", 5) for n in range(1000))
    assert set(sizes) == set(range(5))
    assert max(sizes.values()) < 1.3 * min(sizes.values())


def test_what_a_run_left_out_it_never_draws_and_no_patient_is_on_both_sides() -> None:
    films = Films()
    for number in range(FOLDS):
        sampler = Sampler(films, replace(PLAN, fold=(number, FOLDS)))
        drawn = set(sampler.groups["positive"]) | set(sampler.groups["negative"])
        kept = set(left_out(films.examples, (number, FOLDS)))
        assert drawn | kept == set(range(80))
        assert not {films.examples[i].patient for i in drawn} & {films.examples[i].patient for i in kept}


def test_hard_films_are_drawn_more_often() -> None:
    shares = Sampler(Films(), replace(PLAN, hard=2.0)).shares
    assert shares["positive"][0] / shares["positive"][1] == pytest.approx(3.0 / 1.2)
    assert shares["negative"][0] / shares["negative"][1] == pytest.approx(3.0 / 1.2)
    as_they_come = Sampler(Films(), PLAN).shares["positive"]
    assert np.ptp(as_they_come) == 0


def test_a_film_that_no_network_was_asked_about_counts_as_an_easy_one() -> None:
    films = Films()
    assert films.unseen is not None
    films.unseen[5] = None
    shares = Sampler(films, replace(PLAN, hard=2.0)).shares["positive"]
    assert shares[0] / shares[5] == pytest.approx(3.0)


def test_a_plan_that_needs_unseen_scores_is_refused_where_the_pack_has_none() -> None:
    with pytest.raises(ValueError, match="hard"):
        Sampler(Films(unseen=False), replace(PLAN, hard=2.0))


def test_every_training_film_is_judged_by_the_run_that_left_it_out(tmp_path: Path) -> None:
    made_pack(tmp_path / "pack")
    examples = Pack(tmp_path / "pack").examples
    judge(tmp_path / "pack", [made_run(tmp_path / f"fold{n}", (n, FOLDS)) for n in range(FOLDS)])
    unseen = Pack(tmp_path / "pack").unseen
    assert unseen is not None
    assert [score is not None for score in unseen] == [one.split == "train" for one in examples]
    assert all(0 < score < 1 for score in unseen if score is not None)


def test_a_run_that_has_seen_every_film_is_not_asked(tmp_path: Path) -> None:
    made_pack(tmp_path / "pack")
    with pytest.raises(ValueError, match="no fold"):
        judge(tmp_path / "pack", [made_run(tmp_path / "all", None)])
    with pytest.raises(ValueError, match="another run"):
        judge(tmp_path / "pack", [made_run(tmp_path / f"twice{n}", (0, FOLDS)) for n in range(2)])
    assert not (tmp_path / "pack" / FOLDS_FILE).exists()


def test_a_fold_is_read_from_a_stored_plan(tmp_path: Path) -> None:
    assert read_config(made_run(tmp_path / "run", (1, FOLDS)) / "run.json").fold == (1, FOLDS)
