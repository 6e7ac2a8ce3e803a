"""Ground truth for an evaluation: a CSV that names films, with 0 or 1 and optionally a mask for each."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from ptxviewer.core.errors import PtxError
from ptxviewer.core.reasons.results import LabelsNotUnderstood, Results
from ptxviewer.results.pseudonyms import Pseudonyms
from ptxviewer.results.store import ResultStore

NAMED_BY = ("film_id", "sop_instance_uid", "file", "film")
SIGNS = ",;\t"  # between columns: what a spreadsheet writes depends on its language
YES, NO = ("1", "yes", "true", "present"), ("0", "no", "false", "absent")


@dataclass(frozen=True)
class Label:
    """The truth of one film. ``mask``: of the expert, ``predicted``: of the network; None where there is none."""

    present: bool
    mask: Path | None = None
    predicted: Path | None = None


def read_labels(path: Path, store: ResultStore, pseudonyms: Pseudonyms, masks: Path | None = None) -> dict[int, Label]:
    """Return the labels by the numbers of the films in ``store``.

    Columns: one of ``NAMED_BY``, and ``present`` or ``mask`` (a PNG; its name empty = a negative film); relative names
    count from the folder of the CSV. ``masks``: folder with STEM.mask.png of ``predict --save-mask``, for labels that
    name files. Lines of films that the store does not hold are passed over. Raises ``PtxError``.
    """
    found: dict[int, Label] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            lines = csv.DictReader(file, delimiter=max(SIGNS, key=first.count))
            heading = lines.fieldnames or ()
            named = next((name for name in NAMED_BY if name in heading), None)
            if named is None or not {"present", "mask"} & set(heading):
                raise PtxError(LabelsNotUnderstood(0))
            for number, line in enumerate(lines, 2):
                label = _label(line, path.parent, masks, number)
                film = _film(store, pseudonyms, named, (line[named] or "").strip(), path.parent)
                if film is not None:
                    found[film] = label
    except OSError:
        raise PtxError(Results.LABELS_UNREADABLE) from None
    except (UnicodeError, csv.Error):
        raise PtxError(LabelsNotUnderstood(0)) from None
    if not found:
        raise PtxError(Results.NO_TRUTH)
    return found


def _label(line: dict[str, str], folder: Path, masks: Path | None, number: int) -> Label:
    said, mask = (line.get("present") or "").strip().lower(), (line.get("mask") or "").strip()
    if said not in (*YES, *NO) and ("mask" not in line or said):
        raise PtxError(LabelsNotUnderstood(number))
    present = said in YES if said else bool(mask)
    stem = Path(line.get("file") or "").stem
    return Label(present, folder / mask if mask else None, masks / f"{stem}.mask.png" if masks and stem else None)


def _film(store: ResultStore, pseudonyms: Pseudonyms, named: str, name: str, folder: Path) -> int | None:
    if named == "film_id":
        return store.one("film_id = ?", (name,))
    if named == "film":
        return store.one("film = ?", (int(name),)) if name.isdigit() else None
    if named == "sop_instance_uid":
        return store.one("sop_id = ?", (pseudonyms.of("sop", name),)) if name else None
    places = (os.path.abspath(name), os.path.abspath(folder / name))
    return next((film for place in places if (film := store.of_file(pseudonyms.of("file", place))) is not None), None)
