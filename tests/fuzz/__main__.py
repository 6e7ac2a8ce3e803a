"""``make fuzz``: mutated films, archives and indexes through predict, triage and the window's presenter.

python -m tests.fuzz                             # 10 minutes
python -m tests.fuzz --minutes 60 --seed 7       # the same inputs for the same seed
python -m tests.fuzz --repeat build/fuzz/1-42    # an input that failed, again

Each input must come to an end: a result or one sentence for everything that is given, no traceback, no end of the
program, within 10 seconds and 2 GB. An input that fails is kept in a folder, with what was wrong with it. The network
is a fake: it is not what is tried here.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ptxviewer.dicom.objects import is_object
from tests.fuzz.mutations import Input, made
from tests.there import there

REPOSITORY = Path(__file__).parents[2]
KEPT = REPOSITORY / "build" / "fuzz"
MOST_S, MOST_BYTES = 10.0, 2_000_000_000

HUNG_S = 90.0
LOOK_S = 0.02
TOGETHER = 25  # inputs that are opened as one folder, besides each by itself
EVERY = 5  # of so many, one has its objects written, too


class Program:
    """The program in its process; see ``tests.fuzz.program``."""

    def __init__(self, scratch: Path) -> None:
        self._log = (scratch / "program.log").open("wb")
        environment = {
            **os.environ, "TMPDIR": str(scratch), "HOME": str(scratch), "XDG_CONFIG_HOME": str(scratch),
            "XDG_STATE_HOME": str(scratch), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(REPOSITORY),
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=REPOSITORY,
            env=environment,
        )
        self.peak_bytes = 0

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job; where the program ends over it, that is what is wrong. ``peak_bytes`` is of this job."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.peak_bytes = 0
        self._forget_peaks()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
        until = time.monotonic() + HUNG_S
        while not select.select([self._process.stdout], [], [], LOOK_S)[0]:
            self._look()
            if time.monotonic() > until:
                self._process.send_signal(signal.SIGABRT)  # faulthandler says where it hangs
                self._process.wait(10)
                return _broken(f"hangs: {self.said()}")
        self._look()
        line = self._process.stdout.readline()
        if not line:
            return _broken(f"the program ended with {self._process.wait()}: {self.said()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    @property
    def alive(self) -> bool:
        """False once it has ended."""
        return self._process.poll() is None

    def said(self) -> str:
        """What the program and its decoders printed last."""
        return Path(self._log.name).read_bytes()[-3000:].decode("utf-8", "replace")

    def _family(self) -> list[int]:
        family = [self._process.pid]
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
                family += [int(child) for child in (thread / "children").read_text().split()]
        return family

    def _forget_peaks(self) -> None:
        for pid in self._family():
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is counted from here (proc(5))

    def _look(self) -> None:
        total = 0
        for pid in self._family():
            with contextlib.suppress(OSError, IndexError, ValueError):
                status = Path(f"/proc/{pid}/status").read_text()
                total += 1024 * int(status.split("VmHWM:")[1].split()[0])
        self.peak_bytes = max(self.peak_bytes, total)

    def close(self) -> list[int]:
        """End the program; the processes that it left behind."""
        family = self._family()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        until = time.monotonic() + 5
        while (left := [pid for pid in family if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
            time.sleep(0.05)
        self._log.close()
        return left


def _broken(why: str) -> dict[str, Any]:
    return {"ends": [], "seconds": {}, "wrong": [why]}


@dataclass
class Tally:
    """What a run saw."""

    inputs: int = 0
    ends: collections.Counter[str] = field(default_factory=collections.Counter)
    seeds: collections.Counter[str] = field(default_factory=collections.Counter)
    changes: collections.Counter[str] = field(default_factory=collections.Counter)
    slowest: tuple[float, str] = (0.0, "")
    peak: tuple[int, str] = (0, "")
    failed: list[str] = field(default_factory=list)
    programs: int = 0

    def told(self) -> str:
        """The run in a few lines."""
        lines = [
            f"{self.inputs} inputs of {len(self.seeds)} seeds, {sum(self.changes.values())} mutations; "
            f"{len(self.failed)} failed; {self.programs} processes of the program",
            f"slowest {self.slowest[0]:.1f} s ({self.slowest[1]}), peak {self.peak[0] / 1e6:.0f} MB ({self.peak[1]})",
            "mutations: " + ", ".join(f"{name} {count}" for name, count in self.changes.most_common()),
            "ends: " + ", ".join(f"{name} {count}" for name, count in self.ends.most_common()),
        ]
        return "\n".join([*lines, *(f"FAILED {name}" for name in self.failed)])


class Run:
    """Inputs, one after the other, through programs that are started as often as they end."""

    def __init__(self, seed: int, scratch: Path) -> None:
        self._seed, self._scratch = seed, scratch
        self._program: Program | None = None
        self.tally = Tally()
        self._together: list[tuple[Input, Path]] = []

    def _ask(self, path: Path, files: list[Path], **more: Any) -> tuple[dict[str, Any], int]:
        """Ask the program; an input that took too long is tried once more, since the machine may be busy."""
        job = {"path": str(path), "scratch": str(self._scratch / "work"), "names": [one.name for one in files], **more}
        for attempt in (1, 2):
            shutil.rmtree(self._scratch / "work", ignore_errors=True)
            if self._program is None or not self._program.alive:
                self._close()
                self._program = Program(self._scratch)
                self.tally.programs += 1
            answer = self._program.ask(job)
            slow = max(answer["seconds"].values(), default=0.0)
            if slow <= MOST_S * max(1, len(files)) or attempt == 2:
                break
        peak = there(self._program).peak_bytes
        if slow > MOST_S * max(1, len(files)):
            answer["wrong"].append(f"took {slow:.1f} s")
        if peak > MOST_BYTES:
            answer["wrong"].append(f"took {peak / 1e6:.0f} MB")
        return answer, peak

    def one(self, given: Input) -> bool:
        """Try an input, and every so many of them together as a folder; False where something is wrong."""
        folder = self._scratch / f"{given.index}"
        for name, content in given.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        answer, peak = self._ask(
            folder / given.first, [], least=1, exactly=not given.holds_several, objects=given.index % EVERY == 0
        )
        tally, label = self.tally, f"{given.index}, {given.seed}"
        tally.inputs += 1
        tally.ends.update(answer["ends"])
        tally.seeds[given.seed] += 1
        tally.changes.update(given.changes)
        tally.slowest = max(tally.slowest, (max(answer["seconds"].values(), default=0.0), label))
        tally.peak = max(tally.peak, (peak, label))
        if answer["wrong"]:
            self._keep(given, answer["wrong"])
        if given.first in ("DICOMDIR", "IM0001"):  # of a folder these are an index, or a file of no known kind
            shutil.rmtree(folder)
        else:
            self._together.append((given, folder))
        if len(self._together) == TOGETHER:
            self._folder()
        return not answer["wrong"]

    def _folder(self) -> None:
        """Open the last inputs as one folder: none is left out, none keeps another from its line."""
        together = self._scratch / "together"
        together.mkdir()
        for given, folder in self._together:
            (folder / given.first).rename(together / f"{given.index}{Path(given.first).suffix}")
            shutil.rmtree(folder)
        self.together(together, self._together[0][0].index)
        self._together.clear()

    def together(self, folder: Path, index: int) -> None:
        """Open the files of a folder at once, and remove it."""
        files = sorted(one for one in folder.iterdir() if not is_object(one))  # of these a batch says nothing
        answer, _ = self._ask(folder, files, least=len(files), exactly=False, objects=False)
        if answer["wrong"]:
            inputs = {file.name: file.read_bytes() for file in folder.iterdir()}
            self._keep(Input(index, "folder", (), inputs, ""), answer["wrong"])
        shutil.rmtree(folder)

    def _keep(self, given: Input, wrong: list[str]) -> None:
        """Write an input that failed, with what is wrong, so that ``--repeat`` finds it."""
        target = KEPT / f"{self._seed}-{given.index}{'' if given.first else '-folder'}"
        for name, content in given.files.items():
            (target / "files" / name).parent.mkdir(parents=True, exist_ok=True)
            (target / "files" / name).write_bytes(content)
        about = {
            "run": self._seed, "index": given.index, "seed": given.seed, "changes": given.changes, "first": given.first,
            "wrong": wrong,
        }  # fmt: skip
        (target / "why.json").write_text(json.dumps(about, indent=1))
        line = (
            f"{target.relative_to(REPOSITORY)} ({given.seed}; {', '.join(given.changes)}): {' | '.join(wrong)[:1500]}"
        )
        self.tally.failed.append(line)
        print(f"FAILED {line}", flush=True)

    def _close(self) -> None:
        if self._program is not None:
            left = self._program.close()
            self._program = None
            if left:
                self.tally.failed.append(f"processes left behind: {left}")

    def close(self) -> None:
        """End the program."""
        self._close()


def repeated(folder: Path, run: Run) -> None:
    """Try what was kept in ``folder`` again."""
    about = json.loads((folder / "why.json").read_text())
    root = folder / "files"
    files = {str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()}
    if about["first"]:
        run.one(Input(about["index"], about["seed"], tuple(about["changes"]), files, about["first"]))
        return
    with tempfile.TemporaryDirectory(prefix="ptxviewer-fuzz-") as scratch:
        together = Path(scratch) / "together"
        shutil.copytree(root, together)
        run.together(together, about["index"])


def main() -> int:
    """Run, print what was seen; 1 where an input failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first input of the run")
    parser.add_argument("--inputs", type=int, help="so many inputs, however long they take")
    parser.add_argument("--repeat", type=Path, nargs="+", metavar="FOLDER", help="only inputs that were kept")
    arguments = parser.parse_args()
    until = time.monotonic() + 60 * arguments.minutes
    with tempfile.TemporaryDirectory(prefix="ptxviewer-fuzz-") as scratch:
        run = Run(arguments.seed, Path(scratch))
        try:
            for folder in arguments.repeat or ():
                repeated(folder, run)
            index = arguments.first
            while not arguments.repeat and (
                index < arguments.first + arguments.inputs if arguments.inputs else time.monotonic() < until
            ):
                run.one(made(arguments.seed, index))
                index += 1
                if run.tally.inputs % 500 == 0:
                    print(run.tally.told(), flush=True)
        except KeyboardInterrupt:
            pass
        finally:
            run.close()
    print(run.tally.told())
    return 1 if run.tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
