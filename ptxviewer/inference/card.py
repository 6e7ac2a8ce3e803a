"""The model card: what the shipped network is, how it decides, and the hash that its weights must have."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.engine import EngineInfo
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.purposes import PurposeChoice, RuleFigures
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.site import BINS, CardScores
from ptxviewer.inference import preprocess

SCHEMA_VERSION = 1
CARD_FILE = "metadata.json"
WEIGHTS_FILE = "weights.safetensors"  # where the card names no other


@dataclass(frozen=True)
class FirstLook:
    """The small network that finds the lungs on the whole film, whose box the other one looks at (``boxed``)."""

    architecture: dict[str, Any]
    size: int  # side of its grid
    sha256: str
    weights_file: str


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
    rules: Mapping[PurposeChoice, DecisionRule] = field(default_factory=dict)  # besides ``rule``, the balanced one
    figures: Mapping[PurposeChoice, RuleFigures] = field(default_factory=dict)
    first_look: FirstLook | None = None  # None: the network looks at the whole film
    earlier: tuple[EngineInfo, ...] = ()  # what shipped before, under each of its rules; the newest first

    @property
    def of_first_look(self) -> Card | None:
        """The card of the first look by itself, as a runtime starts it; None where there is none."""
        look = self.first_look
        if look is None:
            return None
        return replace(
            self,
            architecture=look.architecture,
            size=look.size,
            sha256=look.sha256,
            weights_file=look.weights_file,
            first_look=None,
        )

    @property
    def prevalence(self) -> float | None:
        """Share of films with a pneumothorax among those for which the score was calibrated, None where unknown."""
        try:
            positive = int(self.metrics["figures"]["Sensitivity"]["films"]) if self.metrics else 0
            share = positive / int(self.metrics["films"]) if self.metrics else 0.0
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            return None
        return share if self.calibrated and 0 < share < 1 else None

    @property
    def scores(self) -> CardScores | None:
        """Histograms of the film scores behind the figures, None where the card has none."""
        try:
            counts = self.metrics["scores"] if self.metrics else {}
            scores = CardScores(tuple(map(int, counts["with"])), tuple(map(int, counts["without"])))
        except (KeyError, TypeError, ValueError):
            return None
        kinds = scores.positive, scores.negative
        return scores if all(len(counted) == BINS and min(counted) >= 0 and any(counted) for counted in kinds) else None

    def rule_for(self, purpose: PurposeChoice) -> tuple[DecisionRule, PurposeChoice]:
        """Return the rule for a purpose, the network's own where the card has none, and the purpose it then serves."""
        rule = self.rules.get(purpose)
        return (self.rule, "balanced") if rule is None else (rule, purpose)


Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[\w-][\w.-]*$")]  # beside the card, in no other folder
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]


class _InputFormat(msgspec.Struct):
    preprocessing: str
    flip: bool = False  # the figures are of the mean over film and mirror image, which is formed no longer (ADR 0016)


class _Format(msgspec.Struct):
    """What is read before the rest: is the card of a network that this program can feed?"""

    schema_version: int
    input: _InputFormat


class _Input(msgspec.Struct):
    size: Annotated[int, msgspec.Meta(ge=32, le=4096)]


class _Rule(msgspec.Struct):
    threshold: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    score_threshold: Share
    min_area: Annotated[float, msgspec.Meta(ge=0, lt=1)]
    frontal_threshold: Share = 0.0


class _Figure(msgspec.Struct):
    value: Annotated[float, msgspec.Meta(ge=0, le=100)]


class _Figures(msgspec.Struct, rename={"false_per_100": "false films per 100 negatives"}):
    sensitivity: _Figure
    false_per_100: _Figure


class _Purpose(msgspec.Struct):
    rule: _Rule
    figures: _Figures


class _FirstLook(msgspec.Struct):
    architecture: dict[str, Any]
    size: Annotated[int, msgspec.Meta(ge=32, le=1024)]
    sha256: Sha256
    weights_file: FileName
    box: Literal["lung-box-1"]  # ``core.lungbox.NAME``: another box is another network's


class _Earlier(msgspec.Struct):
    """A network that shipped before: what its kept results are to be decided and named by."""

    id: str
    version: str
    sha256: Sha256
    rules: dict[PurposeChoice, _Rule]
    calibrated: bool
    prevalence: Share | None = None


class _CardFile(msgspec.Struct):
    """``metadata.json``; fields that it has besides are for people."""

    id: str
    version: str
    architecture: dict[str, Any]
    input: _Input
    rule: _Rule
    calibrated: bool
    sha256: Sha256
    weights_file: FileName = WEIGHTS_FILE
    training_data: tuple[str, ...] = ()
    metrics: dict[str, Any] | None = None
    licence: str = ""
    intended_use: str = ""
    limits: tuple[str, ...] = ()
    rules: dict[PurposeChoice, _Purpose] = {}
    first_look: _FirstLook | None = None
    earlier: list[_Earlier] = []


def tupled(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record from JSON, which knows lists only, as the fields of a configuration, which are tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}


def read_card(folder: Path) -> Card:
    """Return the card of the bundle in ``folder``.

    Raises ``ModelUnavailable`` where it is missing, damaged, or speaks of a network that this program cannot feed.
    """
    try:
        content = (folder / CARD_FILE).read_bytes()
        file_format = msgspec.json.decode(content, type=_Format)
        if (
            file_format.schema_version != SCHEMA_VERSION
            or file_format.input.preprocessing != preprocess.NAME
            or file_format.input.flip
        ):
            raise ModelUnavailable(Network.OTHER_VERSION)
        file = msgspec.json.decode(content, type=_CardFile)
    except FileNotFoundError:
        raise ModelUnavailable(Network.CARD_MISSING) from None
    except msgspec.ValidationError:
        raise ModelUnavailable(Network.CARD_INVALID) from None
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ``ValueError``s
        raise ModelUnavailable(Network.CARD_UNREADABLE) from None
    return Card(
        id=file.id,
        version=file.version,
        architecture=tupled(file.architecture),
        size=file.input.size,
        preprocessing=file_format.input.preprocessing,
        rule=_decision(file.rule, file.rule.frontal_threshold),
        calibrated=file.calibrated,
        sha256=file.sha256.lower(),
        weights_file=file.weights_file,
        training_data=file.training_data,
        metrics=file.metrics or None,
        licence=file.licence,
        intended_use=file.intended_use,
        limits=file.limits,
        rules={
            name: _decision(made.rule, file.rule.frontal_threshold)
            for name, made in file.rules.items()
            if name != "balanced"
        },
        first_look=None if file.first_look is None else _first_look(file.first_look),
        earlier=tuple(info for one in file.earlier for info in _earlier(one)),
        figures={
            name: RuleFigures(made.figures.sensitivity.value, made.figures.false_per_100.value / 100)
            for name, made in file.rules.items()
        },
    )


def _first_look(look: _FirstLook) -> FirstLook:
    return FirstLook(tupled(look.architecture), look.size, look.sha256.lower(), look.weights_file)


def _earlier(one: _Earlier) -> list[EngineInfo]:
    return [
        EngineInfo(
            model_id=f"{one.id} {one.version}",
            model_sha256=one.sha256.lower(),
            device="",
            rule=_decision(rule, rule.frontal_threshold),
            calibrated=one.calibrated,
            purpose=purpose,
            prevalence=one.prevalence,
            version=one.version,
            older=True,
        )
        for purpose, rule in one.rules.items()
    ]


def _decision(rule: _Rule, frontal_threshold: float) -> DecisionRule:
    """Every rule of a card has the gate of the network."""
    return DecisionRule(rule.threshold, rule.score_threshold, rule.min_area, frontal_threshold)


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


def info_of(card: Card, purpose: PurposeChoice, device: str = "", note: Reason | None = None) -> EngineInfo:
    """Return what is shown of a card's network that decides by the rule for ``purpose``; ``device`` "": not loaded."""
    rule, purpose = card.rule_for(purpose)
    return EngineInfo(
        model_id=f"{card.id} {card.version}",
        model_sha256=card.sha256,
        device=device,
        rule=rule,
        calibrated=card.calibrated,
        note=note,
        purpose=purpose,
        prevalence=card.prevalence,
        version=card.version,
    )


def expected_info(folder: Path, purpose: PurposeChoice = "balanced") -> EngineInfo | None:
    """Return what the card says of the network before it is loaded, None where there is no card to read."""
    try:
        card = read_card(folder)
    except ModelUnavailable:
        return None
    return info_of(card, purpose)


def earlier_infos(folder: Path) -> tuple[EngineInfo, ...]:
    """Return what the card says of the networks before this one, () where there is no card to read."""
    try:
        return read_card(folder).earlier
    except ModelUnavailable:
        return ()
