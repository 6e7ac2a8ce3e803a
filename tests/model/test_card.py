"""Both forms of a card say the same, facts of a run come from its record, and a correction leaves the weights alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from model.card import Texts, compute_of, correct, read_texts, training_of
from model.export import earlier_than
from model.metrics import row
from ptxviewer.inference.card import read_card, verify
from ptxviewer.paths import bundle_dir

TEXTS = {
    "intended_use": "Research.",
    "licence": "research use only",
    "training_data": ["films"],
    "limits": ["thin air"],
    "failures": ["Drains: marked.", "Bullae: missed."],
}
RUN = {
    "config": {"phases": [{"steps": 30, "batch": 8, "size": 512}], "phantoms": 0.01, "seed": 7},
    "code": "abc",
    "data": "def",
    "start": "a bundle",
}
SHIPPED_TEXTS = Path(__file__).resolve().parents[2] / "model" / "texts" / "0.6.json"


def bundle_in(folder: Path) -> Path:
    """The card of the shipped bundle, without its weights."""
    (folder / "metadata.json").write_bytes((bundle_dir() / "metadata.json").read_bytes())
    return folder


def texts_file(folder: Path, **changes: Any) -> Path:
    path = folder / "texts.json"
    path.write_text(json.dumps({**TEXTS, **changes}))
    return path


def test_a_run_says_itself_what_it_was_computed_on() -> None:
    assert compute_of({"threads": 1}) == "one CPU core"
    assert compute_of({"threads": 2, "device": "cpu"}) == "2 CPU cores"
    assert compute_of({}) == "a CPU"
    assert "cuda" in compute_of({"threads": 8, "device": "cuda:0"})
    text = training_of({**RUN, "threads": 1}, Texts("", "", (), (), training="By hand."))
    assert text.startswith("Trained on one CPU core: 30 steps of 8 films at 512 px; started from a bundle; 1 % of")
    assert text.endswith("Code abc, data def, seed 7. By hand.")


@pytest.mark.parametrize("changes", [{"limits": "one line"}, {"licence": 3}, {"surprise": ""}, {"failures": [1]}])
def test_texts_of_another_shape_are_refused(tmp_path: Path, changes: Any) -> None:
    with pytest.raises(ValueError, match=r"texts\.json"):
        read_texts(texts_file(tmp_path, **changes))


def test_a_correction_writes_both_forms_and_leaves_the_weights_alone(tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path)
    before = json.loads((bundle / "metadata.json").read_text())
    correct(bundle, read_texts(texts_file(tmp_path)), "Trained on one CPU core.", None)
    after = json.loads((bundle / "metadata.json").read_text())
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {*TEXTS, "training"}
    assert read_card(bundle).limits == ("thin air",)
    text = (bundle / "CARD.md").read_text()
    assert "- Trained on one CPU core.\n" in text
    assert "## Failure cases\n\n- Drains: marked.\n- Bullae: missed.\n\n## Limits\n\n- thin air\n" in text


def test_figures_of_another_network_or_rule_never_come_onto_a_card(tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path)
    card = json.loads((bundle / "metadata.json").read_text())
    measured = {
        "splits": ["val"],
        "films": 3,
        "rule": card["rule"],
        "model_sha256": card["sha256"],
        "figures": {"AUC of the film score": row(0.9, 0.8, 0.95, 3)},
    }
    path = tmp_path / "evaluation.json"
    path.write_text(json.dumps(measured))
    correct(bundle, None, None, path)
    assert json.loads((bundle / "metadata.json").read_text())["metrics"]["figures"] == measured["figures"]
    for wrong in ({"model_sha256": "0" * 64}, {"rule": {**card["rule"], "threshold": 0.5}}):
        path.write_text(json.dumps({**measured, **wrong}))
        with pytest.raises(ValueError, match="other weights or of another rule"):
            correct(bundle, None, None, path)


def test_the_card_tells_what_the_gate_meets_and_what_changed_film_by_film(tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path)
    gate, comparison = tmp_path / "gate.json", tmp_path / "comparison.json"
    gate.write_text(json.dumps({"limb": {"films": 2, "refused": 1, "cautions": {"photographed": 1}}}))
    one = {"old": 0.9, "new": 0.95, "difference": 0.05, "low": -0.01, "high": 0.1, "films": 3}
    changed = ["found now: labelled/x1.webp (val), score 0.1 before, 0.7 now"]
    record = {"old": "a network", "figures": {"val": {"AUC": one}}, "changed": changed, "films": []}
    comparison.write_text(json.dumps(record))
    correct(bundle, None, None, None, (), gate, comparison)
    text = (bundle / "CARD.md").read_text()
    assert "| limb | 2 | 1 | photographed 1 |" in text
    assert "## Against a network" in text
    assert "| AUC | 0.900 | 0.950 | +0.050 | -0.010 to +0.100 | 3 |" in text
    assert f"- {changed[0]}\n" in text


def test_further_figures_are_of_the_same_network_and_say_how_films_were_decided(tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path)
    card = json.loads((bundle / "metadata.json").read_text())
    figures = {"AUC of the film score": row(0.9, 0.8, 0.95, 3)}
    measured = {"splits": ["elsewhere"], "films": 3, "figures": figures, "cross_fitted": True}
    path = tmp_path / "more.json"
    path.write_text(json.dumps({**measured, "rule": card["rule"], "model_sha256": card["sha256"]}))
    correct(bundle, None, None, None, [path])
    text = (bundle / "CARD.md").read_text()
    assert "On 3 films of unseen patients (elsewhere)" in text
    assert "chosen on the films of other patients" in text
    path.write_text(json.dumps({**measured, "rule": card["rule"], "model_sha256": "0" * 64}))
    with pytest.raises(ValueError, match="other weights"):
        correct(bundle, None, None, None, [path])


@pytest.mark.weights
def test_the_shipped_card_is_what_the_exporter_writes(tmp_path: Path) -> None:
    shipped = (bundle_dir() / "metadata.json").read_bytes(), (bundle_dir() / "CARD.md").read_text()
    bundle = bundle_in(tmp_path)
    correct(bundle, read_texts(SHIPPED_TEXTS), None, None)
    assert ((bundle / "metadata.json").read_bytes(), (bundle / "CARD.md").read_text()) == shipped


@pytest.mark.weights
def test_no_figure_of_the_shipped_card_lies_outside_its_interval() -> None:
    card = read_card(bundle_dir())
    assert verify(bundle_dir(), card)
    assert card.metrics is not None
    figures = card.metrics["figures"]
    for name, figure in figures.items():
        assert figure["low"] is None or figure["low"] <= figure["value"] <= figure["high"], name
    assert figures["Expected calibration error of the film score"]["low"] is None


def test_a_new_bundle_names_the_one_that_it_replaces(tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path)
    before = json.loads((bundle / "metadata.json").read_text())
    named, *others = earlier_than("9.9", bundle)
    assert (named["version"], named["sha256"]) == (before["version"], before["sha256"])
    assert named["rules"]["balanced"] == before["rule"]
    assert others == before["earlier"]
    assert earlier_than(before["version"], bundle) == before["earlier"], "exported again, it is not its own forerunner"
    assert earlier_than("9.9", tmp_path / "nowhere") == []
