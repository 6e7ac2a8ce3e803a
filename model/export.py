"""Writes what ships: weights, card, golden output.

``python -m model.export --run runs/first --texts model/texts/0.6.json --out model/bundle``.

The figures of the card come from the JSON of ``model.evaluate``, never from hand. The usual order is export (with a
provisional rule), evaluate --choose-rule val, and export again with ``--evaluation``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict, fields, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from model.card import Texts, metrics_of, read_texts, texts_of, training_of, write_card
from model.viewing import has_first_look, looks_at_lungs, own_first_look
from ptxviewer.core import lungbox
from ptxviewer.core.answer import DecisionRule
from ptxviewer.inference import preprocess
from ptxviewer.inference.card import CARD_FILE, SCHEMA_VERSION, WEIGHTS_FILE, read_card, tupled
from ptxviewer.inference.selftest import GOLDEN_FILE, golden_film, stacked
from ptxviewer.inference.torch.loading import torch_engine
from ptxviewer.inference.torch.network import CHANNELS, NetworkConfig

PROVISIONAL = DecisionRule(threshold=0.4, score_threshold=0.4, min_area=0.001)

FIRST_LOOK_WEIGHTS = "first_look.safetensors"

CALIBRATED_BELOW = 0.05  # expected calibration error, cross-fitted, up to which a score may be called a probability
UNCALIBRATED = "The film score is not calibrated: it is a score, not a probability."


def weights_of(run: Path) -> dict[str, torch.Tensor]:
    """Return the averaged weights of a run, finished or not."""
    finished = run / "average.pt"
    state: dict[str, torch.Tensor] = (
        torch.load(finished, weights_only=True)
        if finished.exists()
        else torch.load(run / "checkpoint.pt", weights_only=True)["average"]
    )
    return state


def config_of(run: Path) -> tuple[NetworkConfig, int]:
    """Return the network of a run and the side of its grid: the last phase's, unless ``run.json`` names one."""
    whole = json.loads((run / "run.json").read_text())
    record = whole["config"]
    known = {field.name for field in fields(NetworkConfig)}
    architecture = {name: value for name, value in tupled(record["network"]).items() if name in known}
    return NetworkConfig(**architecture), int(whole.get("size", record["phases"][-1]["size"]))


def with_heads(
    state: dict[str, torch.Tensor], config: NetworkConfig, run: Path
) -> tuple[dict[str, torch.Tensor], NetworkConfig, dict[str, Any]]:
    """Put the heads of ``model.finish`` into the weights, where the run has them; returns their record, too.

    The calibration folds into what gives the film's logit: sigmoid(slope * (w x + b) + offset) is a head of its own.
    """
    if not (run / "heads.json").exists():
        return state, config, {}
    heads = load_file(run / "heads.safetensors")
    slope, offset = heads["film_slope"], heads["film_offset"]
    # The largest of two logits keeps its place under any line that rises: the halves are calibrated as the film is.
    scaled = ("side_head.read", "side_head.place") if config.sides else ("film_head",)
    for name in scaled:
        state = {**state, **{f"{name}.{kind}": state[f"{name}.{kind}"].float() * slope for kind in ("weight", "bias")}}
    state = {
        **state,
        f"{scaled[0]}.bias": state[f"{scaled[0]}.bias"] + offset,
        "frontal_head.weight": heads["frontal_weight"][None],
        "frontal_head.bias": heads["frontal_bias"].reshape(1),
        "photographed_head.weight": heads["photographed_weight"][None],
        "photographed_head.bias": heads["photographed_bias"].reshape(1),
    }
    return state, replace(config, frontal=True, photographed=True), json.loads((run / "heads.json").read_text())


def compact(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights to store: convolutions and linear layers in fp16, batch norm in fp32, no counters."""
    return {
        name: (value.half() if value.ndim >= 2 else value.float()).contiguous()
        for name, value in state.items()
        if not name.endswith("num_batches_tracked")
    }


def write_first_look(run: Path, out: Path) -> dict[str, Any] | None:
    """Write the network that finds the lungs, where the run looks at them; returns what the card says of it."""
    if not looks_at_lungs(run):
        return None
    if not has_first_look(run):
        raise SystemExit("A network of the lungs' box ships with its own first look: copy it into the run's folder.")
    config, size, state = own_first_look(run)
    save_file(compact(state), out / FIRST_LOOK_WEIGHTS)
    return {
        "architecture": {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(config).items()},
        "size": size,
        "sha256": hashlib.sha256((out / FIRST_LOOK_WEIGHTS).read_bytes()).hexdigest(),
        "weights_file": FIRST_LOOK_WEIGHTS,
        "box": lungbox.NAME,
    }


def earlier_than(version: str, bundle: Path) -> list[dict[str, Any]]:
    """Return what a card of ``version`` says of the networks before it: of the bundle that it replaces, if any.

    By that, results that were kept of them are recognised, named and decided.
    """
    if not (bundle / CARD_FILE).exists():
        return []
    before: dict[str, Any] = json.loads((bundle / CARD_FILE).read_text(encoding="utf-8"))
    earlier: list[dict[str, Any]] = before.get("earlier", [])
    if before["version"] == version:
        return earlier
    gate = before["rule"]["frontal_threshold"]
    others = {name: {**made["rule"], "frontal_threshold": gate} for name, made in before.get("rules", {}).items()}
    return [
        {
            **{name: before[name] for name in ("id", "version", "sha256", "calibrated")},
            "prevalence": read_card(bundle).prevalence,
            "rules": {**others, "balanced": before["rule"]},
        },
        *earlier,
    ]


def write_golden(bundle: Path) -> None:
    """Store what the exported network says of one phantom, in fp32 on the CPU: the app's self-test repeats it."""
    scores = torch_engine("cpu", bundle, exact=True).predict(golden_film())
    maps = stacked(scores)
    assert maps is not None
    np.savez_compressed(bundle / GOLDEN_FILE, maps=maps.astype(np.float16), score=np.float32(scores.score))


def export(run: Path, texts: Texts, out: Path, version: str, size: int | None, evaluation: Path | None) -> None:
    """Write weights.safetensors, metadata.json, CARD.md and golden.npz to ``out``."""
    record = json.loads((run / "run.json").read_text())
    config, trained_size = config_of(run)
    size = size or trained_size
    state, config, heads = with_heads(weights_of(run), config, run)
    state = compact(state)
    earlier = earlier_than(version, out)
    out.mkdir(parents=True, exist_ok=True)
    save_file(state, out / WEIGHTS_FILE)
    first_look = write_first_look(run, out)
    calibrated = bool(heads) and heads["calibration"]["ece_cross_fitted"] <= CALIBRATED_BELOW
    limits = texts.limits if calibrated else (UNCALIBRATED, *texts.limits)
    rule = json.loads(evaluation.read_text())["rule"] if evaluation else asdict(PROVISIONAL)
    card = {
        "schema_version": SCHEMA_VERSION,
        "id": "ptx-resnet-unet",
        "version": version,
        "created": datetime.now(timezone.utc).date().isoformat(),
        "architecture": {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(config).items()},
        "input": {"size": size, "channels": 1, "preprocessing": preprocess.NAME},
        "outputs": list(CHANNELS),
        "rule": {**rule, "frontal_threshold": heads.get("frontal_threshold", 0.0)},
        "calibrated": calibrated,
        "sha256": hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest(),
        "training": training_of(record, texts),
        "metrics": metrics_of(evaluation),
        "rules": json.loads(evaluation.read_text()).get("rules", {}) if evaluation else {},
        "heads": heads,
        "first_look": first_look,
        "earlier": earlier,
        **texts_of(replace(texts, limits=limits)),
    }
    write_card(card, out)
    write_golden(out)


def main() -> None:
    """Command line of the export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--texts", type=Path, required=True, help="JSON file of texts, see model.card")
    parser.add_argument("--out", type=Path, default=Path("model/bundle"))
    parser.add_argument("--version", default="0.1")
    parser.add_argument("--size", type=int, help="side of the grid; default: the size of the last phase")
    parser.add_argument("--evaluation", type=Path, help="evaluation.json of this very network")
    arguments = parser.parse_args()
    texts = read_texts(arguments.texts)
    export(arguments.run, texts, arguments.out, arguments.version, arguments.size, arguments.evaluation)


if __name__ == "__main__":
    main()
