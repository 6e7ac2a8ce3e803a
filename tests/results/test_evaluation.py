"""Evaluation against known truths, and the statistics that it shares with the training."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ptxviewer.cli import main as cli
from ptxviewer.core.reasons.results import LabelsNotUnderstood, Results
from ptxviewer.core.statistics import roc, wilson
from ptxviewer.results import tables
from ptxviewer.results.evaluation import agreement
from ptxviewer.results.labels import Label, read_labels
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.store import ResultStore
from tests.refusals import reason_of
from tests.results.made import film, findings, stamp, store_of

NAMES = Pseudonyms(b"k" * 32)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return store_of(tmp_path / "a.sqlite", 80)


def labels(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def truths(path: Path, count: int = 80) -> Path:
    """Every film of which the network is sure is positive, and one in eight besides."""
    rows = [f"{n},{int((film(n)['score'] > 0.6) or n % 8 == 0)}" for n in range(1, count + 1)]
    return labels(path, "film,present", *rows)


def test_wilson_by_hand_and_at_its_ends() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson 1927, as in every textbook
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1
    assert wilson(0, 0) == (0, 1)


def test_the_roc_curve_has_the_area_that_pairs_say() -> None:
    rng = np.random.default_rng(1)
    truth, score = rng.random(200) < 0.3, np.round(rng.random(200), 1)
    false, hits = roc(score, truth)
    assert (false[0], hits[0], false[-1], hits[-1]) == (0, 0, 1, 1)
    pairs = np.sign(score[truth][:, None] - score[~truth])  # Hanley and McNeil 1982; of two equal scores a half counts
    assert np.trapezoid(hits, false) == pytest.approx(0.5 + pairs.mean() / 2)


def test_the_figures_are_those_of_the_films(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = truths(tmp_path / "labels.csv")
    out = tmp_path / "report"
    assert cli.main(["results", str(store), "--truth", str(truth), "--json", "--report", str(out)]) == 0
    record = json.loads(capsys.readouterr().out)
    films = [(film(n)["score"] >= 0.5, film(n)["score"] > 0.6 or n % 8 == 0) for n in range(1, 81)]
    figures = {(one["figure"], one["group"]): one for one in record["figures"]}
    hits = [called for called, present in films if present]
    assert figures["sensitivity", ""]["value"] == pytest.approx(sum(hits) / len(hits))
    assert figures["sensitivity", ""]["films"] == len(hits)
    assert figures["sensitivity", ""]["low"] < figures["sensitivity", ""]["value"] < figures["sensitivity", ""]["high"]
    assert ("AUC", "view=AP") in figures
    assert json.loads((out / "evaluation.json").read_text()) == record
    picture = cv2.imread(str(out / "evaluation.png"))
    assert picture is not None
    assert picture.std() > 5


def test_films_without_an_answer_are_told_apart(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ResultStore(store) as opened:
        opened.add(film(90, score=None, present=None, status="failed", film=90))
    labels(tmp_path / "labels.csv", "film,present", "90,1", *(f"{n},{n % 2}" for n in range(1, 30)))
    assert cli.main(["results", str(store), "--truth", str(tmp_path / "labels.csv"), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["films"], record["without_answer"], record["positive_without_answer"]) == (29, 1, 1)


def test_labels_name_films_by_id_number_uid_or_file(tmp_path: Path) -> None:
    path = tmp_path / "films" / "one.dcm"
    with ResultStore(tmp_path / "a.sqlite") as store:
        one = film(1, sop_id=NAMES.of("sop", "1.2.3"), file_id=NAMES.of("file", str(path)))
        store.add(one, findings(one), stamp(one))
        named = {"film_id": one["film_id"], "film": "1", "sop_instance_uid": "1.2.3", "file": str(path)}
        for column, name in named.items():
            written = labels(tmp_path / "labels.csv", f"{column},present", f"{name},1", "another,0")
            assert read_labels(written, store, NAMES) == {1: Label(True)}
        written = labels(tmp_path / "labels.csv", "file,mask", "films/one.dcm,truth.png")
        found = read_labels(written, store, NAMES, tmp_path / "masks")
        assert found == {1: Label(True, tmp_path / "truth.png", tmp_path / "masks" / "one.mask.png")}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("name,present", "1,1"), LabelsNotUnderstood(0)),
        (("film,score", "1,1"), LabelsNotUnderstood(0)),
        (("film,present", "1,1", "2,perhaps"), LabelsNotUnderstood(3)),
        (("film,present", "999,1"), Results.NO_TRUTH),
    ],
)
def test_labels_that_say_nothing_are_refused(
    store: Path, tmp_path: Path, lines: Any, reason: LabelsNotUnderstood | Results
) -> None:
    with ResultStore(store) as opened:
        assert reason_of(read_labels, labels(tmp_path / "l.csv", *lines), opened, NAMES) == reason
        assert reason_of(read_labels, tmp_path / "none.csv", opened, NAMES) is Results.LABELS_UNREADABLE


@pytest.mark.parametrize("sign", [";", "\t"])
def test_labels_are_read_as_a_spreadsheet_of_another_language_writes_them(
    store: Path, tmp_path: Path, sign: str
) -> None:
    with ResultStore(store) as opened:
        written = labels(
            tmp_path / "l.csv", f"film{sign}present{sign}remark", f"1{sign}1{sign}a, b, c", f"2{sign}0{sign}"
        )
        assert read_labels(written, opened, NAMES) == {1: Label(True), 2: Label(False)}


def test_dice_is_that_of_the_masks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ptxviewer.cli.results.pseudonyms_in", lambda _folder: NAMES)
    (tmp_path / "masks").mkdir()
    predicted, truth = np.zeros((2, 20, 20), np.uint8)
    predicted[:10], truth[5:15] = 255, 255
    cv2.imwrite(str(tmp_path / "truth.png"), truth)
    for name, mask in (("one", predicted), ("two", predicted * 0)):
        cv2.imwrite(str(tmp_path / "masks" / f"{name}.mask.png"), mask)
    with ResultStore(tmp_path / "a.sqlite") as store:
        for number, name in ((1, "one"), (2, "two")):
            one = film(number, file_id=NAMES.of("file", str(tmp_path / f"{name}.dcm")))
            store.add(one, (), stamp(one))
    written = labels(tmp_path / "labels.csv", "file,mask", "one.dcm,truth.png", "two.dcm,")
    given = [
        "results",
        str(tmp_path / "a.sqlite"),
        "--truth",
        str(written),
        "--masks",
        str(tmp_path / "masks"),
        "--json",
    ]
    assert cli.main(given) == 0
    figures = {one["figure"]: one["value"] for one in json.loads(capsys.readouterr().out)["figures"]}
    assert figures["Dice"] == pytest.approx((0.5 + 1) / 2)
    assert figures["Dice, positive films"] == pytest.approx(0.5)


def test_two_stores_are_compared_film_by_film(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "b.sqlite"
    with ResultStore(other) as second:
        for number in range(11, 101):
            score = min(1.0, film(number)["score"] + 0.1)
            one = film(number, score=score, present=score >= 0.5)
            second.add(one, findings(one), stamp(one))
    with ResultStore(store) as first, ResultStore(other) as second:
        found = agreement(first, second)
    assert (found.films, found.only_first, found.only_second) == (70, 10, 20)
    assert found.both + found.first + found.second + found.neither == 70
    assert found.first == 0
    assert found.largest_difference == pytest.approx(0.1)
    truth = truths(tmp_path / "labels.csv", 100)
    given = ["results", str(store), "--compare", str(other), "--truth", str(truth), "--json"]
    assert cli.main(given) == 0
    gains = {one["figure"]: one["value"] for one in json.loads(capsys.readouterr().out)["differences"]}
    assert gains["sensitivity"] >= 0 >= gains["specificity"]
    assert math.isfinite(gains["AUC"])


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".sqlite"])
def test_what_was_chosen_is_written_in_every_form(
    store: Path, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"chosen{suffix}"
    assert cli.main(["results", str(store), "--query", "score>=0.5 view=PA", "--out", str(out)]) == 0
    wanted = {n for n in range(1, 81) if film(n)["score"] >= 0.5 and film(n)["view"] == "PA"}
    if suffix == ".sqlite":
        with ResultStore(out, writable=False) as chosen:
            assert {row["film_id"] for row in chosen.films()} == {film(n)["film_id"] for n in wanted}
            assert sum(1 for _ in chosen.findings()) == len(wanted)
    else:
        assert {row["film"] for kind, row in tables.read(out) if kind == "film"} == wanted
    assert cli.main(["results", str(store), "--query", "score>2"]) == 1
    assert cli.main(["results", str(store), "--limit", "5"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 1 + 5 + 1
