"""Self-training: which films get a mask, and that a network which sees nothing adds nothing."""

import csv

import cv2
import numpy as np

from model.data import Example, read_index
from model.pseudo import soft_mask, wanted


def example(**changes):
    values = {"film": "f", "present": True, "mask": None, "lungs": None, "patient": "p", "group": "positive"}
    return Example(**(values | changes))


def test_only_positive_training_films_without_a_mask_are_outlined():
    outlined = example(mask="m")
    negative = example(present=False, mask="")
    held_out = example(split="val")
    lungs_only = example(present=None)
    assert wanted([example(), outlined, negative, held_out, lungs_only]) == [example()]


def test_a_mask_keeps_the_scores_and_drops_the_noise():
    scores = np.zeros((4, 4), np.float32)
    scores[0, 0], scores[1, 1] = 0.8, 0.05
    mask = soft_mask(scores)
    assert mask is not None
    assert mask[0, 0] == 204
    assert mask[1, 1] == 0
    assert mask.dtype == np.uint8


def test_what_the_network_does_not_see_stays_unknown():
    assert soft_mask(np.full((4, 4), 0.39, np.float32)) is None


def test_the_index_takes_a_pseudo_mask_only_where_there_is_no_other(tmp_path):
    columns = ["file", "mask", "set", "split", "pneumothorax", "label_from", "patient", "view", "age", "sex"]
    rows = [
        ["a/known.webp", "m/known.png", "labelled", "train", "1", "expert", "p1", "PA", "", ""],
        ["a/bare.webp", "", "positive_only", "train", "1", "expert", "p2", "PA", "", ""],
        ["a/unseen.webp", "", "positive_only", "train", "1", "expert", "p3", "PA", "", ""],
        ["a/normal.webp", "", "labelled", "train", "0", "expert", "p4", "PA", "", ""],
    ]
    for name, table in (
        ("index.csv", [columns, *rows]),
        ("matched_masks.csv", [["file", "mask", "confidence"]]),
        ("lungs.csv", [["file", "mask", "definition"]]),
    ):
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows(table)
    pseudo = tmp_path / "pseudo"
    pseudo.mkdir()
    for stem in ("known", "bare", "normal"):
        cv2.imwrite(str(pseudo / f"{stem}.png"), np.full((8, 8), 255, np.uint8))
    known, bare, unseen, normal = read_index(tmp_path, pseudo=pseudo)
    assert known.mask == "m/known.png"
    assert bare.mask == str(pseudo / "bare.png")
    assert unseen.mask is None
    assert normal.mask == ""
    assert read_index(tmp_path)[1].mask is None
