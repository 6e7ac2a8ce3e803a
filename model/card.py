"""The model card: one record, written as ``metadata.json`` for the app and as ``CARD.md`` for people.

Facts come from ``run.json``, figures from ``model.evaluate``, and what only a person can say from a file of texts
(``Texts``). To correct the card of a bundle without touching its weights:
``python -m model.card --bundle model/bundle --texts model/texts/0.6.json --evaluation runs/eval/evaluation.json``.

Besides one evaluation, whose films are those of the calibration, a card may hold further ones (``--more``), what the
gate makes of what it may meet (``--gate``, of ``model.gate``) and what changed against the bundle before, film by film
(``--comparison``, of ``model.compare``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.metrics import differences, markdown
from ptxviewer.inference.card import CARD_FILE, tupled

PEOPLES_CARD = "CARD.md"
MEASURED = ("splits", "films", "figures", "cross_fitted")  # of an evaluation


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
        f"Code {run['code']}, data {run['data']}, seed {config['seed']}. {_mean_of(run)}{texts.training}"
    ).strip()


def _mean_of(run: dict[str, Any]) -> str:
    mean = run.get("mean")
    if mean is None:
        return ""
    share = round(100 * mean["share"])
    count = mean.get("runs", 1)
    ours = (
        "these weights" if count == 1 else f"the weights of {count} such runs, which differ in their seeds and films,"
    )
    return f"What ships is the mean of {ours} ({share} %) and those of {mean['with']} ({100 - share} %). "


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
    return {name: record[name] for name in MEASURED if name in record}


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
    measured = [card["metrics"], *card.get("more_metrics", [])] if card["metrics"] else []
    for metrics in measured:
        lines += [
            f"On {metrics['films']} films of unseen patients ({', '.join(metrics['splits'])}), with "
            f"95 % BCa bootstrap intervals by patient where there is one{_how_decided(metrics)}:",
            "",
            markdown(metrics["figures"]).rstrip(),
            "",
        ]
    lines = lines[:-1] if measured else [*lines, "Not measured yet."]
    if card.get("rules"):
        lines += ["", *_rules(card["rules"])]
    if card["heads"]:
        lines += ["", *_heads(card["heads"])]
    if card.get("gate"):
        lines += ["", *_gate(card["gate"])]
    if card.get("comparison"):
        lines += ["", *_comparison(card["comparison"])]
    if card["failures"]:
        lines += ["", "## Failure cases", "", *[f"- {line}" for line in card["failures"]]]
    lines += ["", "## Limits", "", *[f"- {line}" for line in card["limits"]], ""]
    return "\n".join(lines)


def _how_decided(metrics: dict[str, Any]) -> str:
    crossed = metrics.get("cross_fitted", False)
    return "; each film is decided by the rule that was chosen on the films of other patients" if crossed else ""


def _gate(kinds: dict[str, Any]) -> list[str]:
    lines = [
        "What the gate makes of what it may meet; frontal films other than as they are were made by code:",
        "",
        "| kind | films | refused | cautions on films that pass |",
        "|---|---|---|---|",
    ]
    for kind, met in kinds.items():
        cautions = ", ".join(f"{code} {count}" for code, count in met["cautions"].items()) or "-"
        lines.append(f"| {kind} | {met['films']} | {met['refused']} | {cautions} |")
    return lines


def _comparison(comparison: dict[str, Any]) -> list[str]:
    lines = [f"## Against {comparison['old']}", "", "On the same films, intervals of the difference by patient:"]
    for name, rows in comparison["figures"].items():
        lines += ["", f"{name}:", "", differences(rows, comparison["old"], "this one").rstrip()]
    lines += [
        "",
        "Film by film, where each calls 8 of 100 negative films (scores now are those before the calibration):",
        "",
    ]
    return lines + [f"- {line}" for line in comparison["changed"]]


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
            f"{gate['photographed_refused']}{_recognised(gate)}."
        )
    return lines


def _recognised(gate: dict[str, Any]) -> str:
    if "photographed_recognised" not in gate:
        return ""
    return (
        f" and calls {gate['photographed_recognised']} photographed, as it does {gate['val_taken_for_photographs']} of "
        f"{gate['val_films']} films that are none"
    )


def write_card(card: dict[str, Any], bundle: Path) -> None:
    """Write both forms of a card."""
    (bundle / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (bundle / PEOPLES_CARD).write_text(card_text(card), encoding="utf-8")


def measured_with(evaluation: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Return an evaluation. Raises ``ValueError`` where it was measured with other weights or another rule."""
    measured: dict[str, Any] = json.loads(evaluation.read_text(encoding="utf-8"))
    if measured["model_sha256"] != card["sha256"] or measured["rule"] != card["rule"]:
        raise ValueError("the figures are of other weights or of another rule")
    return measured


def correct(
    bundle: Path,
    texts: Texts | None,
    training: str | None,
    evaluation: Path | None,
    more: Sequence[Path] = (),
    gate: Path | None = None,
    comparison: Path | None = None,
) -> None:
    """Write the card of ``bundle`` again with new texts, training or figures; weights and their hash stay.

    Raises ``ValueError`` where the figures were measured with other weights or another rule.
    """
    card = json.loads((bundle / CARD_FILE).read_text(encoding="utf-8"))
    if texts is not None:
        card |= texts_of(texts)
    if training is not None:
        card["training"] = training
    if evaluation is not None:
        measured = measured_with(evaluation, card)
        card["metrics"] = metrics_of(evaluation)
        if measured.get("rules"):
            card["rules"] = measured["rules"]
    if more:
        measured_further = [measured_with(path, card) for path in more]
        card["more_metrics"] = [{name: one[name] for name in MEASURED if name in one} for one in measured_further]
    if gate is not None:
        card["gate"] = json.loads(gate.read_text(encoding="utf-8"))
    if comparison is not None:
        record = json.loads(comparison.read_text(encoding="utf-8"))
        card["comparison"] = {name: record[name] for name in ("old", "figures", "changed")}
    write_card(card, bundle)


def main() -> None:
    """Command line of a correction."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--texts", type=Path, help="JSON file of texts")
    parser.add_argument("--run", type=Path, help="folder with the run.json of this network; needs --texts")
    parser.add_argument("--evaluation", type=Path, help="evaluation.json of this network")
    parser.add_argument("--more", type=Path, action="append", default=[], help="a further evaluation.json")
    parser.add_argument("--gate", type=Path, help="what model.gate wrote")
    parser.add_argument("--comparison", type=Path, help="comparison.json of model.compare")
    arguments = parser.parse_args()
    texts = read_texts(arguments.texts) if arguments.texts else None
    training = None
    if arguments.run is not None:
        if texts is None:
            parser.error("--run needs --texts")
        training = training_of(json.loads((arguments.run / "run.json").read_text(encoding="utf-8")), texts)
    further = arguments.more, arguments.gate, arguments.comparison
    correct(arguments.bundle, texts, training, arguments.evaluation, *further)


if __name__ == "__main__":
    main()
