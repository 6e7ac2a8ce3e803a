"""The model card: what the shipped network is, how it decides, and the hash that its weights must have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.reasons.network import Network
from ptxviewer.inference import preprocess

SCHEMA_VERSION = 1
CARD_FILE = "metadata.json"
WEIGHTS_FILE = "weights.safetensors"  # where the card names no other


@dataclass(frozen=True)
class Card:
    """``metadata.json`` of a bundle, as far as the program uses or shows it."""

    id: str
    version: str
    architecture: dict[str, Any]  # fields of ``NetworkConfig``, lists already tuples
    size: int  # side of the model's grid
    preprocessing: str  # equals ``preprocess.NAME``
    rule: DecisionRule
    calibrated: bool  # may the film score be called a probability?
    sha256: str  # of the weights' file
    weights_file: str = WEIGHTS_FILE  # in the bundle; another runtime has a format of its own
    training_data: tuple[str, ...] = ()
    metrics: dict[str, Any] | None = None  # as ``model.evaluate`` wrote them; None = not measured
    licence: str = ""
    intended_use: str = ""
    limits: tuple[str, ...] = ()


def tupled(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record from JSON, which knows lists only, as the fields of a configuration, which are tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}


def read_card(folder: Path) -> Card:
    """Return the card of the bundle in ``folder``.

    Raises ``ModelUnavailable`` where it is missing, damaged, or speaks of a network that this program cannot feed.
    """
    try:
        record = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelUnavailable(Network.CARD_MISSING) from None
    except (OSError, ValueError):
        raise ModelUnavailable(Network.CARD_UNREADABLE) from None
    try:
        if (
            record["schema_version"] != SCHEMA_VERSION
            or record["input"]["preprocessing"] != preprocess.NAME
            or record["input"].get("flip")  # its figures are of the mean over film and mirror image (ADR 0016)
        ):
            raise ModelUnavailable(Network.OTHER_VERSION)
        return Card(
            id=str(record["id"]),
            version=str(record["version"]),
            architecture=tupled(record["architecture"]),
            size=_grid_size(record["input"]["size"]),
            preprocessing=record["input"]["preprocessing"],
            rule=_rule(record["rule"]),
            calibrated=bool(record["calibrated"]),
            sha256=str(record["sha256"]).lower(),
            weights_file=_file_name(record.get("weights_file", WEIGHTS_FILE)),
            training_data=tuple(record.get("training_data", ())),
            metrics=record.get("metrics") or None,
            licence=str(record.get("licence", "")),
            intended_use=str(record.get("intended_use", "")),
            limits=tuple(record.get("limits", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelUnavailable(Network.CARD_INVALID) from None


def verify(folder: Path, card: Card) -> bytes:
    """Return the bytes of the weights after comparing their sha256 with the card's.

    The caller loads these very bytes, so nothing can change between the check and the use. Raises ``ModelUnavailable``.
    """
    try:
        content = (folder / card.weights_file).read_bytes()
    except FileNotFoundError:
        raise ModelUnavailable(Network.WEIGHTS_MISSING) from None
    except OSError:
        raise ModelUnavailable(Network.WEIGHTS_UNREADABLE) from None
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise ModelUnavailable(Network.WEIGHTS_ALTERED)
    return content


def _grid_size(value: Any) -> int:
    if not 32 <= int(value) <= 4096:
        raise ValueError("grid size out of range")
    return int(value)


def _file_name(value: Any) -> str:
    if not isinstance(value, str) or Path(value).name != value:
        raise ValueError("the weights lie beside the card")
    return value


def _rule(record: dict[str, Any]) -> DecisionRule:
    rule = DecisionRule(float(record["threshold"]), float(record["score_threshold"]), float(record["min_area"]))
    rule = replace(rule, frontal_threshold=float(record.get("frontal_threshold", 0.0)))
    shares = (rule.score_threshold, rule.frontal_threshold)
    if not (0 < rule.threshold < 1 and all(0 <= share <= 1 for share in shares) and 0 <= rule.min_area < 1):
        raise ValueError("decision rule out of range")
    return rule


def expected_info(folder: Path) -> EngineInfo | None:
    """Return what the card says of the network before it is loaded, None where there is no card to read."""
    try:
        card = read_card(folder)
    except ModelUnavailable:
        return None
    return EngineInfo(f"{card.id} {card.version}", card.sha256, "", card.rule, card.calibrated)
