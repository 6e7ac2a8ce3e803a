"""Training on tiny films made by code: it learns, it resumes as if never stopped, and what it exports loads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model.augment import Augmentation
from model.config import Config, Phase, read_config
from model.cutting import stored_side
from model.finish import choose_frontal, cross_fitted, fit_logistic, fit_platt
from model.losses import side_targets
from model.pack import Example, Stamps
from model.sampler import Sampler, doubtful
from model.train import fitted
from model.trainer import Trainer
from ptxviewer.inference.torch.network import NetworkConfig
from tests.there import there

TINY = NetworkConfig(blocks=(1, 1, 1, 1), planes=(8, 8, 8, 8), stem=8, decoder=(8, 8, 8, 8))
SIDE = 64


class MadeFilms:
    """Discs on noise: half of the films hold one, and it is what is to be found. A pack, as the training asks it."""

    stamps: Stamps | None = None
    drains: list[float] | None = None
    unseen: list[float | None] | None = None

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        count, side = 16, stored_side(SIDE)
        self.images = rng.integers(60, 120, (count, side, side)).astype(np.uint8)
        self.all_masks = np.zeros((count, 3, side, side), np.uint8)
        self.examples = []
        y, x = np.mgrid[:side, :side]
        for index in range(count):
            present = index % 2 == 0
            if present:
                disc = np.hypot(y - rng.integers(28, 52), x - rng.integers(28, 52)) < 12
                self.images[index][disc] = 240
                self.all_masks[index, 0][disc] = 255
            group = "positive" if present else "negative"
            self.examples.append(Example(f"{index}", present, "m" if present else "", None, f"p{index}", group))

    def image(self, index: int) -> np.ndarray:
        return self.images[index]

    def masks(self, index: int) -> np.ndarray:
        return self.all_masks[index]

    def inside(self, _index: int) -> Any:
        return 0, self.images.shape[1], 0, self.images.shape[1]


def config(**changes: Any) -> Config:
    plain = Augmentation(rotation_deg=0, aspect=1, scale=(1, 1), shift=0, blur=0, compression=0, text=0, noise=0)
    defaults: dict[str, Any] = {
        "phases": (Phase(SIDE, 8, 30, 0.5),),
        "rate": 3e-3,
        "warmup": 1,
        "lungs": 0.0,
        "phantoms": 0.0,
        "network": TINY,
        "augmentation": plain,
    }
    return Config(**(defaults | changes))


def train(trainer: Trainer, sampler: Sampler, until: int) -> Any:
    losses = []
    while trainer.step < until:
        losses.append(trainer.train_step(sampler.batch(trainer.step))["loss"])
    return losses


@pytest.mark.parametrize("block", ["bottleneck", "basic"])
def test_training_lowers_the_loss(block: str) -> None:
    made = config(network=NetworkConfig(**{**TINY.__dict__, "block": block}))
    losses = train(Trainer(made), Sampler(MadeFilms(), made), 30)
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


def test_a_stopped_run_ends_as_one_that_was_not_stopped(tmp_path: Path) -> None:
    made = config()
    sampler = Sampler(MadeFilms(), made)
    straight = Trainer(made)
    train(straight, sampler, 8)
    first = Trainer(made)
    train(first, sampler, 4)
    first.save(tmp_path / "checkpoint.pt")
    second = Trainer(made)
    second.load(tmp_path / "checkpoint.pt")
    train(second, sampler, 8)
    for name, value in straight.average.items():
        torch.testing.assert_close(second.average[name], value, rtol=0, atol=0, msg=name)


def test_a_configuration_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    changes = {
        "phases": [{"size": 512, "batch": 8, "steps": 10, "positives": 0.3}],
        "frozen": ["conv1"],
        "network": {"decoder": [8, 8, 8, 8]},
        "augmentation": {"scale": [0.9, 1.1]},
    }
    file.write_text(json.dumps(changes))
    assert read_config(file) == Config(
        phases=(Phase(512, 8, 10, 0.3),),
        frozen=("conv1",),
        network=NetworkConfig(decoder=(8, 8, 8, 8)),
        augmentation=Augmentation(scale=(0.9, 1.1)),
    )
    assert read_config(None) == Config()


def test_a_run_goes_on_by_the_plan_that_stands_beside_its_checkpoint(tmp_path: Path) -> None:
    from dataclasses import asdict

    made = config(weights=(("labelled positive", 3.0),))
    (tmp_path / "run.json").write_text(json.dumps({"config": asdict(made), "device": "cuda"}))
    assert read_config(tmp_path / "run.json") == made


def test_a_run_is_fitted_into_the_time_that_there_is() -> None:
    made = Config(phases=(Phase(256, 16, 800, 0.5), Phase(512, 8, 400, 0.4)))
    fits = fitted(made, seconds=1000, per_step=0.5, spent=40)
    # A step of the second phase has twice the pixels of one of the first.
    assert 0.5 * fits.phases[0].steps + 1.0 * fits.phases[1].steps == pytest.approx(960, abs=1.5)
    assert fits.phases[0].steps == pytest.approx(2 * fits.phases[1].steps, abs=2)
    assert fitted(made, seconds=0, per_step=0.5).steps == 2, "never none at all"


def test_frozen_stages_stay_as_they_started() -> None:
    made = config(frozen=("conv1", "bn1", "layer1"))
    trainer = Trainer(made)
    before = {name: value.clone() for name, value in trainer.net.state_dict().items()}
    train(trainer, Sampler(MadeFilms(), made), 3)
    after = trainer.net.state_dict()
    for name, value in before.items():
        if name.startswith(("encoder.conv1", "encoder.bn1", "encoder.layer1")):
            torch.testing.assert_close(after[name], value, rtol=0, atol=0, msg=name)
    assert not torch.equal(before["encoder.layer4.0.conv1.weight"], after["encoder.layer4.0.conv1.weight"])


def test_a_head_that_reads_more_goes_on_from_what_the_smaller_one_had_learned(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from model.export import compact

    plain = Trainer(config())
    save_file(compact(plain.net.state_dict()), tmp_path / "weights.safetensors")
    evidence = config(network=NetworkConfig(**{**TINY.__dict__, "evidence": True}))
    wider = Trainer(evidence, weights=tmp_path / "weights.safetensors")
    image = torch.rand(2, 1, SIDE, SIDE)
    with torch.inference_mode():
        first, second = plain.net.eval()(image), wider.net.eval()(image)
    torch.testing.assert_close(second.film, first.film, rtol=0.02, atol=0.02)  # the bundle's weights are half floats
    torch.testing.assert_close(second.maps, first.maps, rtol=0.02, atol=0.02)
    train(wider, Sampler(MadeFilms(), evidence), 3)
    added = wider.net.film_head.weight[0, plain.net.film_head.in_features :]
    assert added.abs().max() > 0


def test_a_network_that_decides_by_halves_goes_on_from_what_the_whole_film_had_taught(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from model.export import compact

    plain = Trainer(config(network=NetworkConfig(**{**TINY.__dict__, "evidence": True})))
    save_file(compact(plain.net.state_dict()), tmp_path / "weights.safetensors")
    made = config(network=NetworkConfig(**{**TINY.__dict__, "sides": True}))
    by_halves = Trainer(made, weights=tmp_path / "weights.safetensors")
    torch.testing.assert_close(by_halves.net.side_head.read.weight, plain.net.film_head.weight, rtol=0.01, atol=0.01)
    losses = train(by_halves, Sampler(MadeFilms(), made), 40)
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    assert by_halves.net.side_head.place.weight.abs().max() > 0


def test_a_run_that_was_kept_goes_on_from_what_it_had_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import asdict

    from model import keep as keeping

    made = config(network=NetworkConfig(**{**TINY.__dict__, "sides": True}))
    first = Trainer(made)
    train(first, Sampler(MadeFilms(), made), 20)
    first.save(tmp_path / "checkpoint.pt")
    (tmp_path / "run.json").write_text(json.dumps({"config": asdict(made)}))
    (tmp_path / "first_look.json").write_text("{}")
    size = keeping.keep(tmp_path, "tried", tmp_path / "kept")
    assert size == (tmp_path / "kept" / "tried.safetensors").stat().st_size
    assert (tmp_path / "kept" / "first_look.json").exists()
    again = Trainer(read_config(tmp_path / "kept" / "tried.json"), weights=tmp_path / "kept" / "tried.safetensors")
    image = torch.rand(2, 1, SIDE, SIDE)
    with torch.inference_mode():
        before, after = first.averaged()(image), again.net.eval()(image)
    torch.testing.assert_close(after.sides, before.sides, rtol=0.03, atol=0.03)  # kept as half floats
    torch.testing.assert_close(after.maps, before.maps, rtol=0.03, atol=0.03)
    monkeypatch.setattr(keeping, "LARGEST", 100)
    with pytest.raises(ValueError, match="too many"):
        keeping.keep(tmp_path, "large", tmp_path / "kept")
    assert not (tmp_path / "kept" / "large.safetensors").exists()


def test_weights_of_another_network_are_refused_rather_than_left_out(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = {n: v.contiguous() for n, v in Trainer(config()).net.state_dict().items() if not n.startswith("decoder.0.")}
    save_file(state, tmp_path / "weights.safetensors")
    with pytest.raises(RuntimeError, match="decoder"):
        Trainer(config(), weights=tmp_path / "weights.safetensors")


def test_a_half_with_a_quarter_of_the_mask_is_a_side_and_a_spill_over_the_middle_is_not() -> None:
    halves = torch.zeros(3, 2, 8, 8)
    halves[:, 0, :, :4], halves[:, 1, :, 4:] = 1, 1
    mask = torch.zeros(3, 64, 64)
    mask[0, 10:30, 5:20] = 1  # on the left only
    mask[1, 10:30, 5:20], mask[1, 10:30, 40:48] = 1, 1  # a third on the right
    here, told = side_targets(mask, halves)
    assert here.tolist() == [[1, 0], [1, 1], [0, 0]]  # the last film has none
    assert told.min() == 1
    mask[0, 10:30, 40:42] = 1  # 12 % on the right: too much for a spill, too little for a side
    here, told = side_targets(mask, halves)
    assert here[0].tolist() == [1, 0]
    assert told[0].tolist() == [1, 0]


def test_a_stopped_run_may_end_sooner_than_it_was_planned(tmp_path: Path) -> None:
    """The schedule belongs to the configuration, not to the checkpoint."""
    made, shorter = config(), config(phases=(Phase(SIDE, 8, 12, 0.5),))
    first = Trainer(made)
    train(first, Sampler(MadeFilms(), made), 6)
    first.save(tmp_path / "checkpoint.pt")
    second = Trainer(shorter)
    second.load(tmp_path / "checkpoint.pt")
    second.train_step(Sampler(MadeFilms(), shorter).batch(6))
    rates = {group["lr"] for group in second.optimiser.param_groups}
    assert max(rates) == pytest.approx(shorter.rate_at(6))


@pytest.mark.parametrize("sides", [False, True])
def test_what_is_exported_loads_in_the_app_with_both_heads(tmp_path: Path, sides: bool) -> None:
    from safetensors.torch import save_file

    from model.card import Texts
    from model.export import export
    from model.run_engine import RunEngine
    from ptxviewer.inference.selftest import self_test
    from ptxviewer.inference.torch.loading import torch_engine
    from ptxviewer.phantom.film import PhantomSpec, film_of
    from tests.films import phantom

    architecture = NetworkConfig(**{**TINY.__dict__, "sides": sides})
    trainer = Trainer(config(network=architecture))
    trainer.save(tmp_path / "checkpoint.pt")
    record = {
        "config": {
            "network": architecture.__dict__,
            "phases": [{"size": SIDE, "batch": 8, "steps": 30}],
            "phantoms": 0.0,
            "seed": 1,
        },
        "code": "abc",
        "data": "def",
    }
    (tmp_path / "run.json").write_text(json.dumps(record))
    heads = {
        "film_slope": torch.tensor(2.0),
        "film_offset": torch.tensor(-1.0),
        "frontal_weight": torch.zeros(32),
        "frontal_bias": torch.tensor(20.0),
        "photographed_weight": torch.zeros(32),
        "photographed_bias": torch.tensor(-20.0),
    }
    save_file(heads, tmp_path / "heads.safetensors")
    gate = dict.fromkeys(("val_films", "val_refused", "others", "others_refused", "spoilt", "spoilt_refused"), 1)
    calibration = {"ece_cross_fitted": 0.03}
    (tmp_path / "heads.json").write_text(
        json.dumps({"frontal_threshold": 0.2, "calibration": calibration, "gate": gate})
    )
    export(tmp_path, Texts("Research", "none", ("films",), ("a limit",)), tmp_path / "bundle", "9", None, None)
    engine = torch_engine("cpu", tmp_path / "bundle")
    info = engine.load()
    assert info.calibrated
    assert info.rule.frontal_threshold == 0.2
    film = film_of(phantom(PhantomSpec(side="right", rows=128, cols=112)))
    maps = engine.predict(film)
    assert maps.frontal == pytest.approx(1.0, abs=1e-3)
    assert maps.photographed == pytest.approx(0.0, abs=1e-3)
    assert 0 < maps.score < 1
    assert self_test(engine, tmp_path / "bundle").passed
    # The calibration is in the weights: the exported network says what the run's would, on the other scale.
    plain = RunEngine(tmp_path, tmp_path / "bundle").predict(film)
    logit = np.log(plain.score / (1 - plain.score))
    assert maps.score == pytest.approx(1 / (1 + np.exp(-(2 * logit - 1))), abs=0.02)


def test_a_network_of_the_lungs_box_is_not_exported_without_its_first_look(tmp_path: Path) -> None:
    from model.export import write_first_look

    (tmp_path / "run.json").write_text(json.dumps({"boxes": "lung-box-1, first look by made"}))
    with pytest.raises(SystemExit, match="first look"):
        write_first_look(tmp_path, tmp_path / "bundle")


def test_films_that_only_the_index_calls_frontal_do_not_teach_the_gate() -> None:
    sideways = ["labelled/sideways.webp", "ensemble/abdomen.webp"]
    names = [*sideways, *(f"labelled/{number}.webp" for number in range(20))]
    examples = [Example(name, True, "", None, name, "positive") for name in names]
    fitted, choosing = choose_frontal(examples, np.random.default_rng(0), sideways)
    assert fitted
    assert choosing, "of few films not all teach it"
    assert sorted(e.film for e in (*fitted, *choosing)) == sorted(names[len(sideways) :])
    assert not {e.patient for e in fitted} & {e.patient for e in choosing}


def test_the_logistic_fit_finds_a_line_and_platt_finds_the_temperature() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(400, 2))
    weight, bias = fit_logistic(points, points[:, 0] > 0.2, penalty=1e-4)
    assert weight[0] > 10 * abs(weight[1])
    assert -bias / weight[0] == pytest.approx(0.2, abs=0.1)
    logit = rng.normal(size=4000) * 2
    truth = rng.random(4000) < 1 / (1 + np.exp(-(0.5 * logit - 1)))
    slope, offset = fit_platt(logit, truth)
    assert slope == pytest.approx(0.5, abs=0.1)
    assert offset == pytest.approx(-1, abs=0.15)


def test_the_honest_calibration_never_sees_the_patient_it_judges() -> None:
    rng = np.random.default_rng(1)
    logit = rng.normal(size=60)
    truth = rng.random(60) < 0.4
    patients = [f"p{i // 2}" for i in range(60)]
    turned = truth.copy()
    turned[:2] = ~turned[:2]  # the labels of one patient
    before, after = cross_fitted(logit, truth, patients), cross_fitted(logit, turned, patients)
    np.testing.assert_array_equal(after[:2], before[:2])
    assert not np.array_equal(after[2:], before[2:])


def test_films_whose_label_is_in_doubt_are_not_drawn_where_the_plan_says_so() -> None:
    films = MadeFilms()
    wrong = sorted(doubtful())[0]
    films.examples[1] = dataclasses.replace(films.examples[1], film=wrong)
    assert 1 in Sampler(films, config()).groups["negative"]
    assert 1 not in Sampler(films, config(clean=True)).groups["negative"]


def test_held_statistics_train_the_network_that_ships(tmp_path: Path) -> None:
    made = config()
    trainer, plain = Trainer(config(held=True)), Trainer(made)
    plain.net.load_state_dict(trainer.net.state_dict())
    for norms in (trainer.net.modules(), plain.net.modules()):
        torch.manual_seed(1)
        for module in norms:
            if isinstance(module, torch.nn.BatchNorm2d):
                there(module.running_mean).uniform_(-0.2, 0.2)
                there(module.running_var).uniform_(0.5, 2)
    image = torch.rand(2, 1, SIDE, SIDE)
    held, shipped = trainer.net.train()(image), plain.net.eval()(image)
    torch.testing.assert_close(held.maps, shipped.maps, rtol=1e-4, atol=1e-4)
    for output, net in ((held, trainer.net), (shipped, plain.net)):
        (output.maps.square().mean() + output.film.sum()).backward()
        assert net.film_head.weight.grad is not None
    for (name, ours), theirs in zip(trainer.net.named_parameters(), plain.net.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-5, msg=name)
    before = {name: value.clone() for name, value in trainer.net.state_dict().items() if "running" in name}
    losses = train(trainer, Sampler(MadeFilms(), made), 30)
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    after = trainer.net.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
