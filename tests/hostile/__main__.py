"""``make hostile``: films that broke this program or others, and situations, through every command and the window.

python -m tests.hostile ../shared/dicom/attacks ../shared/dicom/faults    # each file by its name, then each folder
python -m tests.hostile --alone FOLDER                                    # each film in a process of its own, too
python -m tests.hostile --ways window render -- FOLDER                    # only some of the ways
python -m tests.hostile --only voi16 FOLDER                               # only files with this in their names

Each way must come to an end by itself: a result or one sentence for everything that is given, no traceback, within 10
seconds (of the processor, where the machine is busy) and 2 GB for the program and its children; a film with a picture
``NAME.right.png`` beside it is shown as that, to within 2 grey levels. The network is the shipped one.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tests.hostile.watching import Cost, watched

REPOSITORY = Path(__file__).parents[2]
MOST_S, MOST_BYTES = 10.0, 2_000_000_000
RIGHT = ".right.png"
NO_FILMS = {".md", ".py", ".sh"}
WAYS = ("predict", "triage", "render", "report", "window")
HUNG_S = 600.0


@dataclass(frozen=True)
class Seen:
    """What one way made of one input: lines (results and sentences), and what is wrong with them."""

    way: str
    name: str
    cost: Cost
    lines: int
    wrong: tuple[str, ...]


def inputs_in(folder: Path, only: str) -> list[Path]:
    """The files of a folder that are tried by name, in order."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in NO_FILMS or path.name.endswith(RIGHT) or path.is_dir() or only not in str(path):
            continue
        found.append(path)
    return found


def situations(folder: Path) -> Path:
    """Make what cannot be kept as a file: pipes, devices, links, long names, torn films."""
    folder.mkdir()
    film = next(iter(sorted((REPOSITORY / "resources" / "sample").glob("*.dcm")))).read_bytes()
    (folder / "good.dcm").write_bytes(film)
    (folder / ("n" * 251 + ".dcm")).write_bytes(film)
    (folder / "new\nline \x1b[31m \u202egnp.dcm").write_bytes(film)
    Path(os.fsdecode(os.fsencode(folder) + b"/latin-\xe9\xff.dcm")).write_bytes(film)
    (folder / "empty.dcm").touch()
    (folder / "torn.dcm").write_bytes(film[: len(film) // 2])
    (folder / "preamble.dcm").write_bytes(bytes(128))
    (folder / "folder.dcm").mkdir()
    os.mkfifo(folder / "pipe.dcm")
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(folder)
        one.bind("socket.dcm")
        os.chdir(here)
    for name, target in (("zero.dcm", "/dev/zero"), ("loop.dcm", "loop.dcm"), ("nowhere.dcm", "gone"), ("up", "..")):
        (folder / name).symlink_to(target)
    return folder


def run(arguments: list[str], home: Path) -> tuple[int, str, str, Cost]:
    """Run a command in a process of its own; its status, stdout, stderr and what it took."""
    environment = {
        **os.environ, "PTXVIEWER_SETTINGS_DIR": str(home), "HOME": str(home), "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(REPOSITORY), "XDG_STATE_HOME": str(home), "LANG": "C.UTF-8",
    }  # fmt: skip
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment
        )
        status, cost = watched(process, HUNG_S)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return status, texts[0], texts[1], cost


def _said(err: str) -> list[str]:
    return [line for line in err.splitlines() if line]


def _ended(way: str, status: int, err: str) -> list[str]:
    wrong = [] if status in (0, 1) else [f"{way}: ended with {status}: {err[-300:]}"]
    return [*wrong, *([f"{way}: Traceback: {err[-300:]}"] if "Traceback" in err or "this is a bug" in err else [])]


def predict(paths: list[Path], scratch: Path) -> Seen:
    """``predict``: a JSON of each film."""
    out = scratch / "out"
    status, _, err, cost = run(["-m", "ptxviewer", "predict", *map(str, paths), "--out", str(out)], scratch)
    wrong = _ended("predict", status, err)
    records = [json.loads(file.read_bytes()) for file in sorted(out.glob("*.json"))]
    failed = [record for record in records if record["score"] is None]
    if not records or (status == 0) != (not failed) or len(_said(err)) < len(failed):
        wrong.append(f"predict: status {status}, {len(records)} records, {len(failed)} failed, said {err!r}")
    wrong += [f"predict: {one['file']}: {one['error']!r}" for one in failed if len(str(one["error"]).splitlines()) != 1]
    slow = [f"{one['file']}: {one['timing_ms']}" for one in records if (one["timing_ms"]["total"] or 0) > 1000 * MOST_S]
    names = [str(record["file"]) for record in records]
    for path in paths:  # an index has lines of its films
        place = path.parent if path.name.startswith("DICOMDIR") else path
        wrong += [] if any(str(place) in name for name in names) else [f"predict: {path} has no line"]
    (scratch / "names.json").write_text(json.dumps(names))
    return Seen("predict", "", cost, len(records), (*wrong, *(f"predict: slow {one}" for one in slow)))


def triage(paths: list[Path], scratch: Path) -> Seen:
    """``triage``: a row of each film."""
    target = scratch / "list.csv"
    asked = ["-m", "ptxviewer", "triage", *map(str, paths), "--out", str(target), "--identified"]
    status, out, err, cost = run(asked, scratch)
    wrong = _ended("triage", status, err)
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8", "surrogateescape")))) if target.exists() else []
    without = [row for row in rows if row["group"] == "no answer"]
    if not rows or (status == 0) != (not without) or any(not row["reason"] for row in without):
        wrong.append(f"triage: status {status}, {len(rows)} rows, {len(without)} without an answer, {out!r}, {err!r}")
    return Seen("triage", "", cost, len(rows), tuple(wrong))


def report(paths: list[Path], scratch: Path) -> Seen:
    """``report``: a page of each film, or its sentence."""
    folder = scratch / "reports"
    asked = ["-m", "ptxviewer", "report", *map(str, paths), "-o", str(folder), "--pdf"]
    status, out, err, cost = run(asked, scratch)
    wrong = _ended("report", status, err)
    pages, failed = len(list(folder.glob("*.pdf"))), [line for line in _said(err) if ": " in line]
    failures = [line for line in failed if "may carry" not in line]
    if not pages + len(failures) or (status == 0) != (not failures):
        wrong.append(f"report: status {status}, {pages} pages, {failed}, {out!r}")
    return Seen("report", "", cost, pages + len(failures), tuple(wrong))


def right_of(path: Path) -> Path | None:
    """The picture that a film is to be shown as, where there is one."""
    right = path.with_name(f"{path.stem}{RIGHT}")
    return right if os.path.exists(right) else None  # noqa: PTH110 - Path.exists raises for a long name


def share_within_2_levels(shown: np.ndarray, right: Path) -> float:
    """How much of a picture is as it should be."""
    wanted = cv2.imdecode(np.frombuffer(right.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if wanted is None or shown.shape != wanted.shape:
        return 0.0
    return float((np.abs(shown.astype(int) - wanted) <= 2).mean())


def render(path: Path, scratch: Path) -> Seen:
    """``render``: a picture, or one sentence."""
    target = scratch / "picture.png"
    status, out, err, cost = run(["-m", "ptxviewer", "render", str(path), "-o", str(target)], scratch)
    wrong = _ended("render", status, err)
    if target.exists() != (status == 0) or (status and len(_said(err)) != 1):
        wrong.append(f"render: status {status}, {out!r}, {err!r}")
    right = right_of(path)
    if right is not None:
        shown = cv2.imread(str(target), cv2.IMREAD_GRAYSCALE) if target.exists() else None
        share = 0.0 if shown is None else share_within_2_levels(np.asarray(shown), right)
        wrong += [f"render: {share:.4f} of the picture is right"] if share < 0.999 else []
    return Seen("render", "", cost, 1, tuple(wrong))


def window(drops: list[list[Path]], scratch: Path) -> Iterator[Seen]:
    """Drop one after the other on a real window, each on an empty one."""
    asked, answers = scratch / "drops.json", scratch / "answers.json"
    asked.write_text(json.dumps([[str(path) for path in paths] for paths in drops]))
    status, _, err, _ = run(["-m", "tests.hostile.window", str(asked), str(answers)], scratch)
    seen = [json.loads(line) for line in answers.read_text().splitlines()] if answers.exists() else []
    for paths, one in zip(drops, seen, strict=False):
        name = paths[0].name if len(paths) == 1 else f"{len(paths)} by name"
        wrong = list(one["wrong"])
        right = right_of(paths[0]) if len(paths) == 1 else None
        if right is not None:
            shown = cv2.imread(one["picture"], cv2.IMREAD_GRAYSCALE) if one["picture"] else None
            share = 0.0 if shown is None else share_within_2_levels(np.asarray(shown), right)
            wrong += [f"{share:.4f} of the picture is right"] if share < 0.999 else []
        cost = Cost(one["wall_s"], one["cpu_s"], one["peak_bytes"])
        yield Seen("window", name, cost, one["lines"], tuple(f"window: {text}" for text in wrong))
    if len(seen) < len(drops) or status:
        where = drops[min(len(seen), len(drops) - 1)]
        yield Seen(
            "window", "end", Cost(0, 0, 0), len(seen), (f"window: ended with {status} at {where}: {err[-600:]}",)
        )


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ptxviewer-hostile-") as folder:
        yield Path(folder)


def tried(folder: Path, ways: set[str], only: str, alone: bool) -> Iterator[Seen]:
    """Everything in a folder by name, each alone; then all names in one command; then the folder.

    ``alone`` False: each alone is rendered and dropped, which is what does not load the network anew.
    """
    files = inputs_in(folder, only)
    commands = {"predict": predict, "triage": triage, "report": report}
    for path in files:
        for way in WAYS:
            if way not in ways or way == "window" or (way != "render" and not alone):
                continue
            with _scratch() as scratch:
                seen = render(path, scratch) if way == "render" else commands[way]([path], scratch)
            yield Seen(way, str(path.relative_to(folder)), seen.cost, seen.lines, seen.wrong)
    for name, paths in ((f"{folder.name}, {len(files)} names", files), (f"{folder.name}, folder", [folder])):
        for way, command in commands.items():
            if way in ways and not only:
                with _scratch() as scratch:
                    seen = command(paths, scratch)
                yield Seen(way, name, seen.cost, seen.lines, seen.wrong)
    if "window" in ways:
        with _scratch() as scratch:
            yield from window([*([path] for path in files), *([] if only else [files, [folder]])], scratch)


def told(seen: Seen, together: bool) -> tuple[str, bool]:
    """A line on what was seen, and whether it is as it must be. Many films together have no limit of time."""
    wrong = list(seen.wrong)
    if min(seen.cost.wall_s, seen.cost.cpu_s) > MOST_S and not together:
        wrong.append("took too long")
    if seen.cost.peak_bytes > MOST_BYTES:
        wrong.append("took too much memory")
    cost = f"{seen.cost.wall_s:6.1f} s {seen.cost.cpu_s:6.1f} CPU-s {seen.cost.peak_bytes / 1e6:5.0f} MB"
    mark = "WRONG" if wrong else "ok   "
    return f"{mark} {cost} {seen.lines:3d} lines  {seen.way:7s} {seen.name!a}  {' | '.join(wrong)}", not wrong


def main() -> int:
    """Run, print what was seen; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--only", default="", help="files with this in their path")
    parser.add_argument("--alone", action="store_true", help="each film by itself in all commands: longer")
    parser.add_argument("folders", nargs="*", type=Path, help="of films; what is made here is tried in any case")
    arguments = parser.parse_args()
    every: list[Seen] = []
    failed = 0
    with _scratch() as scratch:
        made = [] if arguments.only else [situations(scratch / "made")]
        for folder in [*arguments.folders, *made]:
            for seen in tried(folder.resolve(), set(arguments.ways), arguments.only, arguments.alone):
                line, fine = told(seen, "names" in seen.name or "folder" in seen.name or seen.lines > 1)
                every.append(seen)
                failed += not fine
                print(line, flush=True)
    alone = [seen for seen in every if seen.lines == 1]
    slowest = max(alone, key=lambda seen: min(seen.cost.wall_s, seen.cost.cpu_s), default=None)
    greediest = max(every, key=lambda seen: seen.cost.peak_bytes, default=None)
    if slowest is not None and greediest is not None:
        print(f"{len(every)} runs, {failed} wrong")
        print(f"slowest film alone: {slowest.way} {slowest.name} {slowest.cost}")
        print(f"most memory: {greediest.way} {greediest.name} {greediest.cost}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
