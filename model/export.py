"""Writes what ships: weights, card, golden outputs. ``python -m model.export --run runs/first --out model/bundle``.

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

from model.config import tupled
from model.rules import FIGURES
from model.viewing import MAPS_PER_GRID, has_first_look, looks_at_lungs, own_first_look
from ptxviewer.core import lungbox
from ptxviewer.core.phantom import film_of, make_phantom
from ptxviewer.core.types import DecisionRule
from ptxviewer.inference import preprocess
from ptxviewer.inference.network import CHANNELS, NetworkConfig
from ptxviewer.inference.selftest import GOLDEN_SPEC
from ptxviewer.inference.torch_engine import FIRST_LOOK_PREFIX, TorchEngine

PROVISIONAL = DecisionRule(threshold=0.4, score_threshold=0.4, min_area=0.001)

TRAINING_DATA = [
    "SIIM-ACR 2019 pneumothorax films with expert masks (films of NIH ChestX-ray14, NIH Clinical Center; the "
    "annotations came under competition rules, non-commercial)",
    "further films of the same origin labelled by the agreement of two public classifiers, with the first one's masks",
    "films with a pneumothorax at image level, some with an expert mask recovered by matching",
    "NIH films reported without finding",
    "lung fields: V7 COVID-19 X-ray set (CC BY 4.0) over films of Cohen et al., OpenIST, lungVAE",
]
SELF_TRAINED = ["where none was recovered: soft masks by an earlier state of this network"]
INTENDED_USE = (
    "Research and education: to point at where a pneumothorax may be on a frontal chest radiograph of an adult. Not a "
    "medical device; not to rule out a pneumothorax; not for diagnosis or triage of patients."
)
CALIBRATED_BELOW = 0.05  # expected calibration error, cross-fitted, up to which a score may be called a probability
UNCALIBRATED = ["The image score is not calibrated: it is a score, not a probability."]
CALIBRATED = [
    "The image score was calibrated on films of one hospital of which 17 in 100 show a pneumothorax: elsewhere, where "
    "there are more or fewer, it is off.",
]
LIMITS = [
    "Trained on 8-bit, already windowed pictures that were squeezed to a square; 10 to 16 bit films are brought to the "
    "same range, but no such film with an expert mask was available to measure the difference.",
    "A pneumothorax thinner than two or three pixels of the model's grid (about 2 mm) cannot be resolved on it.",
    "Most drained films of the training set show a pneumothorax: a drain alone may raise the score.",
    "The decision rule was chosen on films of the same patients as the figures, these very films among them, so the "
    "figures flatter it slightly.",
]


def weights_of(run: Path) -> dict[str, torch.Tensor]:
    """Return the averaged weights of a run, finished or not."""
    finished = run / "average.pt"
    state: dict[str, torch.Tensor] = (
        torch.load(finished, weights_only=True)
        if finished.exists()
        else torch.load(run / "checkpoint.pt", weights_only=True)["average"]
    )
    return state


def written(run: Path, name: str) -> str:
    """Return the text ``name`` that somebody put beside a run, "" where there is none."""
    path = run / name
    return path.read_text().strip() if path.exists() else ""


def notes_of(run: Path) -> str:
    """What the last configuration of a run does not say of it: ``notes.txt``, by whoever changed it on the way."""
    notes = written(run, "notes.txt")
    return f" {notes}" if notes else ""


def failures_of(run: Path) -> list[str]:
    """What was seen by eye of where this very network fails: a line of ``failures.txt`` for each, if there are any."""
    return written(run, "failures.txt").splitlines()


def config_of(run: Path) -> tuple[NetworkConfig, int]:
    """Return the network of a run and the side of the grid that it was last trained on."""
    record = json.loads((run / "run.json").read_text())["config"]
    known = {field.name for field in fields(NetworkConfig)}
    architecture = {name: value for name, value in tupled(record["network"]).items() if name in known}
    return NetworkConfig(**architecture), int(record["phases"][-1]["size"])


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
    }
    return state, replace(config, frontal=True), json.loads((run / "heads.json").read_text())


def compact(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights to store: convolutions and linear layers in fp16, batch norm in fp32, no counters."""
    return {
        name: (value.half() if value.ndim >= 2 else value.float()).contiguous()
        for name, value in state.items()
        if not name.endswith("num_batches_tracked")
    }


def write_golden(bundle: Path) -> None:
    """Store what a written bundle says of one phantom, in fp32 on the CPU: the app's self-test repeats it."""
    maps = TorchEngine("cpu", bundle, exact=True).predict(film_of(make_phantom(GOLDEN_SPEC)))
    assert maps.lung_image_left is not None
    assert maps.lung_image_right is not None
    grids = np.stack((maps.pneumothorax, maps.lung_image_left, maps.lung_image_right))
    np.savez_compressed(bundle / "golden.npz", maps=grids.astype(np.float16), score=np.float32(maps.score))


def seen_by(run: Path, size: int) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """What the card says of the network's input, and the weights of the first look that finds it."""
    if not looks_at_lungs(run):
        return {"size": size, "channels": 1, "preprocessing": preprocess.NAME}, {}
    if not has_first_look(run):
        raise SystemExit(f"{run} looks at the lungs but has no first_look.safetensors: see model.first_look")
    config, first_size, state = own_first_look(run)
    record = {
        "size": size,
        "channels": 1,
        "preprocessing": lungbox.NAME,
        "first_look": {"architecture": lists(asdict(config)), "size": first_size},
        "maps_size": round(MAPS_PER_GRID * size),
    }
    return record, {f"{FIRST_LOOK_PREFIX}{name}": value for name, value in compact(state).items()}


def lists(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as JSON gives it back: tuples are lists."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in record.items()}


def looked_at(seen: dict[str, Any]) -> list[str]:
    """Say of a network that looks at the lungs how they are found, and what happens where they are not."""
    if "first_look" not in seen:
        return []
    first = seen["first_look"]["size"]
    return [
        f"- It looks at the lungs: a small network finds them on the whole film at {first} x {first}, and the grid of "
        f"{seen['size']} x {seen['size']} lies over the square around both with a margin of "
        f"{100 * lungbox.MARGIN:.0f} % on every side; where it does not find both, over the whole film. "
        f"Maps are handed on at {seen['maps_size']} x {seen['maps_size']} of the whole film."
    ]


def card_text(card: dict[str, Any]) -> str:
    """Render the card for people from the card for programs."""
    lines = [f"# {card['id']} {card['version']}", "", card["intended_use"], ""]
    lines += [
        f"- Network: ResNet-U-Net, encoder blocks {card['architecture']['blocks']} with planes "
        f"{card['architecture']['planes']}, decoder {card['architecture']['decoder']}, input "
        f"{card['input']['size']} x {card['input']['size']}, one grey channel ({card['input']['preprocessing']}).",
        *looked_at(card["input"]),
        f"- Outputs: {', '.join(card['outputs'])} per pixel, and one score for the film"
        + (", the larger of one for either half of the chest." if card["architecture"].get("sides") else "."),
        f"- Operating point: map at {card['rule']['threshold']:.2f}, film score at "
        f"{card['rule']['score_threshold']:.3f}, components from {100 * card['rule']['min_area']:.2f} % of the film.",
        f"- Weights: {card['sha256'][:16]}..., {card['licence']}",
        "",
        "## Training",
        "",
        *[f"- {line}" for line in card["training_data"]],
        f"- {card['training']}",
        "",
        "## Figures",
        "",
    ]
    if card["metrics"]:
        lines += [
            f"On {card['metrics']['films']} films of unseen patients ({', '.join(card['metrics']['splits'])}), "
            "95 % bootstrap intervals by patient:",
            "",
            "| figure | value | 95 % interval | films |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {name} | {row['value']:.3f} | {row['low']:.3f} to {row['high']:.3f} | {int(row['films'])} |"
            for name, row in card["metrics"]["figures"].items()
        ]
    else:
        lines += ["Not measured yet."]
    if card["rules"]:
        lines += [
            "",
            "Three rules to choose from; their figures are of films that the rule was not chosen on (five folds):",
        ]
        lines += ["", "| rule | map, film score, smallest area | " + " | ".join(FIGURES) + " |", "|---" * 6 + "|"]
        for name, row in card["rules"].items():
            rule = row["rule"]
            cells = [f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})" for one in row["figures"].values()]
            lines.append(
                f"| {name} | {rule['threshold']:.2f}, {rule['score_threshold']:.3f}, {100 * rule['min_area']:.2f} % | "
                + " | ".join(cells)
                + " |"
            )
    if card["heads"]:
        gate, calibration = card["heads"]["gate"], card["heads"]["calibration"]
        lines += [
            "",
            f"Calibration error of the score, fitted and measured on different patients: "
            f"{calibration['ece_cross_fitted']:.3f}.",
            f"The gate refuses {gate['val_refused']} of {gate['val_films']} frontal films, {gate['others_refused']} of "
            f"{gate['others']} other pictures that it was not fitted on (photographs, CT, MR, ultrasound), and "
            f"{gate['spoilt_refused']} of {gate['spoilt']} frontal films that were turned, cut in half or inverted.",
        ]
        if "photographed" in gate:
            lines += [
                f"Of {gate['photographed']} frontal films as a camera would see them on a screen (made by code) it "
                f"refuses {gate['photographed_refused']}.",
            ]
    if card["failures"]:
        lines += ["", "## Failure cases looked at", "", *[f"- {line}" for line in card["failures"]]]
    lines += ["", "## Limits", "", *[f"- {line}" for line in card["limits"]], ""]
    return "\n".join(lines)


def export(run: Path, out: Path, version: str, size: int | None, evaluation: Path | None) -> None:
    """Write weights.safetensors, metadata.json, CARD.md and golden.npz to ``out``."""
    record = json.loads((run / "run.json").read_text())
    config, trained_size = config_of(run)
    size = size or trained_size
    state, config, heads = with_heads(weights_of(run), config, run)
    seen, first_look = seen_by(run, size)
    out.mkdir(parents=True, exist_ok=True)
    save_file(compact(state) | first_look, out / "weights.safetensors")
    metrics = json.loads(evaluation.read_text()) if evaluation else {}
    rule = metrics.get("rule") or {k: getattr(PROVISIONAL, k) for k in ("threshold", "score_threshold", "min_area")}
    rule = {**rule, "frontal_threshold": heads.get("frontal_threshold", 0.0)}
    device = "two CPU cores" if record.get("device", "cpu") == "cpu" else f"a graphics card ({record['device']})"
    phases = ", ".join(
        f"{p['steps']} steps of {p['batch']} films at {p['size']} px" for p in record["config"]["phases"]
    )
    card = {
        "schema_version": 1,
        "id": "ptx-resnet-unet",
        "version": version,
        "created": datetime.now(timezone.utc).date().isoformat(),
        "architecture": lists(asdict(config)),
        "input": seen,
        "outputs": list(CHANNELS),
        "rule": rule,
        "calibrated": bool(heads) and heads["calibration"]["ece_cross_fitted"] <= CALIBRATED_BELOW,
        "sha256": hashlib.sha256((out / "weights.safetensors").read_bytes()).hexdigest(),
        "training_data": [*TRAINING_DATA[:3], *SELF_TRAINED, *TRAINING_DATA[3:]],
        "training": (
            f"Trained on {device}: {phases}; started from {record.get('start') or 'ImageNet weights'}; "
            f"{100 * record['config']['phantoms']:.0f} % of the films were analytic phantoms like the sample study. "
            f"Code {record['code']}, data {record['data']}, seed {record['config']['seed']}." + notes_of(run)
        ),
        "metrics": {k: metrics[k] for k in ("splits", "films", "figures")} if metrics else {},
        "rules": metrics.get("rules", {}),
        "licence": "research use only; the encoder derives from BSD-2-Clause weights, see NOTICE",
        "intended_use": INTENDED_USE,
        "failures": failures_of(run),
        "limits": [*(CALIBRATED if heads else UNCALIBRATED), *LIMITS],
        "heads": heads,
    }
    (out / "metadata.json").write_text(json.dumps(card, indent=1) + "\n")
    (out / "CARD.md").write_text(card_text(card))
    write_golden(out)


def main() -> None:
    """Command line of the export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("model/bundle"))
    parser.add_argument("--version", default="0.1")
    parser.add_argument("--size", type=int, help="side of the grid; default: the size of the last phase")
    parser.add_argument("--evaluation", type=Path, help="evaluation.json of this very network")
    arguments = parser.parse_args()
    export(arguments.run, arguments.out, arguments.version, arguments.size, arguments.evaluation)


if __name__ == "__main__":
    main()
