"""The model card: one record, written as ``metadata.json`` for the app and as ``CARD.md`` for people.

Facts come from ``run.json``, figures from ``model.evaluate``, and what only a person can say from a file of texts
(``Texts``). To correct the card of a bundle without touching its weights:
``python -m model.card --bundle model/bundle --texts model/texts/0.5.json --evaluation runs/eval/evaluation.json``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.metrics import markdown
from ptxviewer.inference.card import CARD_FILE, tupled

PEOPLES_CARD = "CARD.md"
MEASURED = ("splits", "films", "figures")  # of an evaluation


@dataclass(frozen=True)
class Texts:
    """What only a person can say of a network; a JSON file with these names."""

    intended_use: str
    licence: str
    training_data: tuple[str, ...]
    limits: tuple[str, ...]
    training: str = ""  # what run.json does not say of the training
    failures: tuple[str, ...] = ()  # where this very network was seen to fail


def read_texts(path: Path) -> Texts:
    """Return the texts of a JSON file. Raises ``ValueError`` where a name is missing, unknown or not of its type."""
    record: dict[str, Any] = tupled(json.loads(path.read_text(encoding="utf-8")))
    try:
        texts = Texts(**record)
    except TypeError as error:
        raise ValueError(f"{path.name}: {error}") from None
    for name, value in asdict(texts).items():
        lines = isinstance(value, tuple) and all(isinstance(line, str) for line in value)
        if not (lines if name in {"training_data", "limits", "failures"} else isinstance(value, str)):
            raise ValueError(f"{path.name}: {name} has the wrong type")
    return texts


def training_of(run: dict[str, Any], texts: Texts) -> str:
    """Return how a network was trained, in one paragraph, from its ``run.json`` and the texts."""
    config = run["config"]
    phases = ", ".join(f"{p['steps']} steps of {p['batch']} films at {p['size']} px" for p in config["phases"])
    return (
        f"Trained on {compute_of(run)}: {phases}; started from {run.get('start') or 'ImageNet weights'}; "
        f"{100 * config['phantoms']:.0f} % of the films were analytic phantoms like the sample study. "
        f"Code {run['code']}, data {run['data']}, seed {config['seed']}. {texts.training}"
    ).strip()


def compute_of(run: dict[str, Any]) -> str:
    """Return what a run was computed on; the number of threads is the number of cores that it could use."""
    device, threads = str(run.get("device", "cpu")), run.get("threads")
    if not device.startswith("cpu"):
        return f"a graphics card ({device})"
    if threads is None:
        return "a CPU"
    return "one CPU core" if threads == 1 else f"{threads} CPU cores"


def texts_of(texts: Texts) -> dict[str, Any]:
    """Return the fields of a card that are the texts themselves."""
    return {
        "training_data": list(texts.training_data),
        "licence": texts.licence,
        "intended_use": texts.intended_use,
        "failures": list(texts.failures),
        "limits": list(texts.limits),
    }


def metrics_of(evaluation: Path | None) -> dict[str, Any]:
    """Return the field ``metrics`` of a card: what ``model.evaluate`` measured, {} where it has not."""
    if evaluation is None:
        return {}
    record = json.loads(evaluation.read_text(encoding="utf-8"))
    return {name: record[name] for name in MEASURED}


def card_text(card: dict[str, Any]) -> str:
    """Render the card for people from the card for programs."""
    rule, architecture = card["rule"], card["architecture"]
    lines = [
        f"# {card['id']} {card['version']}",
        "",
        card["intended_use"],
        "",
        f"- Network: ResNet-U-Net, encoder blocks {architecture['blocks']} with planes {architecture['planes']}, "
        f"decoder {architecture['decoder']}, input {card['input']['size']} x {card['input']['size']}, one grey channel "
        f"({card['input']['preprocessing']}).",
        f"- Outputs: {', '.join(card['outputs'])} per pixel, and one score for the film.",
        f"- Operating point: map at {rule['threshold']:.2f}, film score at {rule['score_threshold']:.3f}, components "
        f"from {100 * rule['min_area']:.2f} % of the film.",
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
            f"On {card['metrics']['films']} films of unseen patients ({', '.join(card['metrics']['splits'])}), with "
            "95 % BCa bootstrap intervals by patient where there is one:",
            "",
            markdown(card["metrics"]["figures"]).rstrip(),
        ]
    else:
        lines += ["Not measured yet."]
    if card.get("rules"):
        lines += ["", *_rules(card["rules"])]
    if card["heads"]:
        lines += ["", *_heads(card["heads"])]
    if card["failures"]:
        lines += ["", "## Failure cases", "", *[f"- {line}" for line in card["failures"]]]
    lines += ["", "## Limits", "", *[f"- {line}" for line in card["limits"]], ""]
    return "\n".join(lines)


def _rules(rules: dict[str, Any]) -> list[str]:
    titles = list(next(iter(rules.values()))["figures"])
    lines = [
        "Three rules to choose from. Their figures are of films that the rule was not chosen on (five folds), unless a "
        "star says that they are of the films that it was chosen on:",
        "",
        "| rule | map, film score, smallest area | " + " | ".join(titles) + " |",
        "|---" * (2 + len(titles)) + "|",
    ]
    for name, made in rules.items():
        rule = made["rule"]
        extent = f"{rule['threshold']:.2f}, {rule['score_threshold']:.3f}, {100 * rule['min_area']:.2f} %"
        cells = []
        for one in made["figures"].values():
            limits = "" if one["low"] is None else f" ({one['low']:.3f} to {one['high']:.3f})"
            cells.append(f"{one['value']:.3f}{limits}")
        star = "*" if made.get("same_films") else ""
        lines.append(f"| {name}{star} | {extent} | " + " | ".join(cells) + " |")
    return lines


def _heads(heads: dict[str, Any]) -> list[str]:
    gate, calibration = heads["gate"], heads["calibration"]
    lines = [
        f"Calibration error of the score, fitted and measured on different patients: "
        f"{calibration['ece_cross_fitted']:.3f}.",
        f"The gate refuses {gate['val_refused']} of {gate['val_films']} frontal films, {gate['others_refused']} of "
        f"{gate['others']} other pictures that it was not fitted on (photographs, CT, MR, ultrasound), and "
        f"{gate['spoilt_refused']} of {gate['spoilt']} frontal films that were turned, cut in half or inverted.",
    ]
    if "photographed" in gate:
        lines.append(
            f"Of {gate['photographed']} frontal films as a camera would see them on a screen (made by code) it refuses "
            f"{gate['photographed_refused']}."
        )
    return lines


def write_card(card: dict[str, Any], bundle: Path) -> None:
    """Write both forms of a card."""
    (bundle / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (bundle / PEOPLES_CARD).write_text(card_text(card), encoding="utf-8")


def correct(bundle: Path, texts: Texts | None, training: str | None, evaluation: Path | None) -> None:
    """Write the card of ``bundle`` again with new texts, training or figures; weights and their hash stay.

    Raises ``ValueError`` where the figures were measured with other weights or another rule.
    """
    card = json.loads((bundle / CARD_FILE).read_text(encoding="utf-8"))
    if texts is not None:
        card |= texts_of(texts)
    if training is not None:
        card["training"] = training
    if evaluation is not None:
        measured = json.loads(evaluation.read_text(encoding="utf-8"))
        if measured["model_sha256"] != card["sha256"] or measured["rule"] != card["rule"]:
            raise ValueError("the figures are of other weights or of another rule")
        card["metrics"] = metrics_of(evaluation)
        if measured.get("rules"):
            card["rules"] = measured["rules"]
    write_card(card, bundle)


def main() -> None:
    """Command line of a correction."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--texts", type=Path, help="JSON file of texts")
    parser.add_argument("--run", type=Path, help="folder with the run.json of this network; needs --texts")
    parser.add_argument("--evaluation", type=Path, help="evaluation.json of this network")
    arguments = parser.parse_args()
    texts = read_texts(arguments.texts) if arguments.texts else None
    training = None
    if arguments.run is not None:
        if texts is None:
            parser.error("--run needs --texts")
        training = training_of(json.loads((arguments.run / "run.json").read_text(encoding="utf-8")), texts)
    correct(arguments.bundle, texts, training, arguments.evaluation)


if __name__ == "__main__":
    main()
