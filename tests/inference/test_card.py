"""A bundle that is missing, damaged or altered must be refused with its reason, before a weight is loaded."""

from __future__ import annotations

import json
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.app.disk.result_file import identity
from ptxviewer.core.answer import DecisionRule
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.reasons.network import Network
from ptxviewer.inference.card import earlier_infos, expected_info, read_card, verify
from ptxviewer.paths import bundle_dir
from tests.bundles import SIZE, write_bundle
from tests.refusals import reason_of


def test_the_card_of_a_good_bundle_says_what_the_network_is(tmp_path: Path) -> None:
    card = read_card(write_bundle(tmp_path))
    assert card.id == "random-test-network"
    assert card.size == SIZE
    assert card.rule == DecisionRule(0.1, 0.0, 0.0)
    assert card.architecture["planes"] == (8, 8, 8, 8)
    assert not card.calibrated
    assert verify(tmp_path, card) == (tmp_path / "weights.safetensors").read_bytes()


RULES = {
    "sensitive": {
        "rule": {"threshold": 0.6, "score_threshold": 0.07, "min_area": 0.0003},
        "figures": {"sensitivity": {"value": 0.91}, "false films per 100 negatives": {"value": 20.9}},
    }
}


def test_a_card_with_more_rules_decides_by_the_one_that_is_asked_for(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path, rules=RULES)
    card = read_card(bundle)
    rule, purpose = card.rule_for("sensitive")
    assert (rule.score_threshold, rule.min_area, purpose) == (0.07, 0.0003, "sensitive")
    assert rule.frontal_threshold == card.rule.frontal_threshold
    assert card.rule_for("balanced") == (card.rule, "balanced")
    assert card.rule_for("quiet") == (card.rule, "balanced")  # the card has none: the network's own, and it says so
    assert astuple(card.figures["sensitive"]) == (0.91, pytest.approx(0.209))
    expected = expected_info(bundle, "sensitive")
    assert expected is not None
    assert (expected.rule, expected.purpose) == (rule, "sensitive")


@pytest.mark.weights
def test_the_shipped_network_has_three_rules_in_order_of_what_they_find() -> None:
    figures = read_card(bundle_dir()).figures
    found = [figures[purpose].sensitivity for purpose in ("quiet", "balanced", "sensitive")]
    alarms = [figures[purpose].false_share for purpose in ("quiet", "balanced", "sensitive")]
    assert found == sorted(found)
    assert alarms == sorted(alarms)


def test_a_missing_bundle_is_said_to_be_missing(tmp_path: Path) -> None:
    assert reason_of(read_card, tmp_path, kind=ModelUnavailable) is Network.CARD_MISSING
    card = read_card(write_bundle(tmp_path))
    (tmp_path / "weights.safetensors").unlink()
    assert reason_of(verify, tmp_path, card, kind=ModelUnavailable) is Network.WEIGHTS_MISSING


def test_one_altered_byte_is_refused(tmp_path: Path) -> None:
    card = read_card(write_bundle(tmp_path))
    weights = bytearray((tmp_path / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "weights.safetensors").write_bytes(weights)
    assert reason_of(verify, tmp_path, card) is Network.WEIGHTS_ALTERED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema_version": 2}, Network.OTHER_VERSION),
        ({"input": {"size": SIZE, "preprocessing": "something else"}}, Network.OTHER_VERSION),
        # Its figures hold for the mean over film and mirror image, which this program does not form.
        ({"input": {"size": SIZE, "preprocessing": "letterbox-percentile-1", "flip": True}}, Network.OTHER_VERSION),
        ({"input": {"preprocessing": "letterbox-percentile-1"}}, Network.CARD_INVALID),
        ({"input": {"size": 8, "preprocessing": "letterbox-percentile-1"}}, Network.CARD_INVALID),
        ({"rule": {"threshold": 0, "score_threshold": 0.5, "min_area": 0}}, Network.CARD_INVALID),
        ({"rule": {"threshold": 0.5, "score_threshold": 1.5, "min_area": 0}}, Network.CARD_INVALID),
        ({"rule": {"threshold": 0.5, "score_threshold": float("nan"), "min_area": 0}}, Network.CARD_UNREADABLE),
        ({"sha256": "beef"}, Network.CARD_INVALID),
        ({"weights_file": "../other/weights.safetensors"}, Network.CARD_INVALID),
        ({"weights_file": ".."}, Network.CARD_INVALID),
        ({"rule": None}, Network.CARD_INVALID),
        ({"architecture": [1]}, Network.CARD_INVALID),
    ],
)
def test_a_card_of_another_kind_is_refused(tmp_path: Path, changes: Any, reason: Network) -> None:
    assert reason_of(read_card, write_bundle(tmp_path, **changes)) is reason


@pytest.mark.parametrize("text", ["", "{", "[]", "\udcff"])
def test_a_damaged_card_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "metadata.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    reason = reason_of(read_card, tmp_path, kind=ModelUnavailable)
    assert reason is (Network.CARD_INVALID if text == "[]" else Network.CARD_UNREADABLE)


def test_the_card_survives_a_round_trip_through_json(tmp_path: Path) -> None:
    write_bundle(tmp_path, limits=["a", "b"], metrics={"films": 3})
    record = json.loads((tmp_path / "metadata.json").read_text())
    card = read_card(tmp_path)
    assert card.limits == tuple(record["limits"])
    assert card.metrics == {"films": 3}


def test_the_card_says_from_where_on_a_film_is_frontal(tmp_path: Path) -> None:
    rule = {"threshold": 0.1, "score_threshold": 0.0, "min_area": 0.0, "frontal_threshold": 0.25}
    assert read_card(write_bundle(tmp_path, rule=rule)).rule.frontal_threshold == 0.25


EARLIER = {
    "id": "test-net",
    "version": "0.1",
    "sha256": "ab" * 32,
    "calibrated": True,
    "prevalence": 0.2,
    "rules": {
        "balanced": {"threshold": 0.5, "score_threshold": 0.2, "min_area": 0.001, "frontal_threshold": 0.5},
        "quiet": {"threshold": 0.5, "score_threshold": 0.7, "min_area": 0.001, "frontal_threshold": 0.5},
    },
}


def test_a_card_names_the_networks_before_it_under_each_of_their_rules(tmp_path: Path) -> None:
    balanced, quiet = earlier_infos(write_bundle(tmp_path, earlier=[EARLIER]))
    assert (balanced.model_id, balanced.older, balanced.purpose) == ("test-net 0.1", True, "balanced")
    assert quiet.rule == DecisionRule(0.5, 0.7, 0.001, 0.5)
    assert earlier_infos(tmp_path / "nowhere") == ()


@pytest.mark.weights
def test_results_that_network_0_5_left_are_recognised() -> None:
    marks = [identity(info) for info in earlier_infos(bundle_dir()) if info.model_id.endswith("0.5")]
    assert marks == ["d797c6d6c71baf2c", "a6e39f2bc77b65c3", "ad5794322f288440"]  # as they stand in the file names
