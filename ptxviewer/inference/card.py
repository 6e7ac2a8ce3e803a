"""The model card: what the shipped network is, how it decides, and the hash that its weights must have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptxviewer.core import lungbox
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.types import DecisionRule
from ptxviewer.inference import preprocess
from ptxviewer.inference.engine import EngineInfo

SCHEMA_VERSION = 1
CARD_FILE = "metadata.json"
WEIGHTS_FILE = "weights.safetensors"

MISSING = "The model file is missing."
UNREADABLE = "The model card cannot be read."
ALTERED = "The model file was altered (its checksum does not match the card)."
OTHER_VERSION = "The model was made for another version of this program."


@dataclass(frozen=True)
class Card:
    """``metadata.json`` of a bundle, as far as the program uses or shows it."""

    id: str
    version: str
    architecture: dict[str, Any]  # fields of ``NetworkConfig``, lists already tuples
    size: int  # side of the model's grid
    preprocessing: str  # ``preprocess.NAME`` for the whole film, ``lungbox.NAME`` for the lungs
    rule: DecisionRule
    calibrated: bool  # may the film score be called a probability?
    sha256: str  # of weights.safetensors
    training_data: tuple[str, ...] = ()
    metrics: dict[str, Any] | None = None  # as ``model.evaluate`` wrote them; None = not measured
    licence: str = ""
    intended_use: str = ""
    limits: tuple[str, ...] = ()
    first_look: FirstLook | None = None  # where the lungs are looked at: how they are found


@dataclass(frozen=True)
class FirstLook:
    """The small network that finds the lungs on the whole film, and the grid that maps are handed on with."""

    architecture: dict[str, Any]
    size: int  # side of its grid
    maps_size: int  # side of the whole film's grid for the maps


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
        raise ModelUnavailable(MISSING) from None
    except (OSError, ValueError):
        raise ModelUnavailable(UNREADABLE) from None
    try:
        if (
            record["schema_version"] != SCHEMA_VERSION
            or record["input"]["preprocessing"] not in (preprocess.NAME, lungbox.NAME)
            or record["input"].get("flip")  # its figures are of the mean over film and mirror image (ADR 0016)
        ):
            raise ModelUnavailable(OTHER_VERSION)
        return Card(
            id=str(record["id"]),
            version=str(record["version"]),
            architecture=tupled(record["architecture"]),
            size=_grid_size(record["input"]["size"]),
            preprocessing=record["input"]["preprocessing"],
            rule=_rule(record["rule"]),
            calibrated=bool(record["calibrated"]),
            sha256=str(record["sha256"]).lower(),
            training_data=tuple(record.get("training_data", ())),
            metrics=record.get("metrics") or None,
            licence=str(record.get("licence", "")),
            intended_use=str(record.get("intended_use", "")),
            limits=tuple(record.get("limits", ())),
            first_look=_first_look(record["input"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelUnavailable(UNREADABLE) from None


def verify(folder: Path, card: Card) -> bytes:
    """Return the bytes of the weights after comparing their sha256 with the card's.

    The caller loads these very bytes, so nothing can change between the check and the use. Raises ``ModelUnavailable``.
    """
    try:
        content = (folder / WEIGHTS_FILE).read_bytes()
    except FileNotFoundError:
        raise ModelUnavailable(MISSING) from None
    except OSError:
        raise ModelUnavailable("The model file cannot be read.") from None
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise ModelUnavailable(ALTERED)
    return content


def _grid_size(value: Any) -> int:
    if not 32 <= int(value) <= 4096:
        raise ValueError("grid size out of range")
    return int(value)


def _first_look(record: dict[str, Any]) -> FirstLook | None:
    if record["preprocessing"] != lungbox.NAME:
        return None
    first = record["first_look"]
    return FirstLook(tupled(first["architecture"]), _grid_size(first["size"]), _grid_size(record["maps_size"]))


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
