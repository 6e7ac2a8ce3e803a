"""Builds the image of `packaging/container` and runs it once as it is meant to run. `make container-build`.

    python tools/build_container.py

Podman or docker builds and runs it, the first that is installed, or what `CONTAINER_ENGINE` names. The base image and
the packages of Debian and Python are fetched. `CONTAINER_BUILD_OPTIONS` and `CONTAINER_RUN_OPTIONS` are further words
for `build` and `run`: `CONTAINER_BUILD_OPTIONS="--build-arg PYTHON=registry.example/python:3.12"` takes another base.

The trial has the options of docs/guide/unattended.md: a user without a name, a read-only root, no network. The films of
the sample study come in, rows and objects are to come out; SIGTERM ends it with 0, a second start has nothing left to
do, and the store is whole. Standard library only.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
ENGINES = ("podman", "docker")
IMAGE, TRIAL = "ptxviewer", "ptxviewer-trial"  # the trial's container and volume, removed before and after
LIMITS = (
    "--read-only", "--tmpfs", "/tmp", "--cap-drop=all", "--security-opt=no-new-privileges", "--shm-size=1g",
    "--network=none",
)  # fmt: skip
PATIENCE_S = 300.0
END_S = 60
STATUS = "/data/status.json"
WHOLE = (
    "import sqlite3; store = sqlite3.connect('file:/data/results.sqlite?mode=ro', uri=True); "
    "print(*(store.execute(asked).fetchone()[0] for asked in ('pragma integrity_check', 'select count(*) from films')))"
)


class TrialError(Exception):
    """What went wrong, in a sentence for the person at the terminal."""


def engine_of(environment: Mapping[str, str]) -> str:
    """Return the program that builds and runs. Raises ``TrialError`` where there is none."""
    wanted = environment.get("CONTAINER_ENGINE", "").strip()
    found = next((name for name in ([wanted] if wanted else ENGINES) if shutil.which(name)), None)
    if found is None:
        missing = f"{wanted} is not" if wanted else f"neither {' nor '.join(ENGINES)} is"
        raise TrialError(f"no image was built: {missing} installed")
    return found


def build_command(engine: str, environment: Mapping[str, str]) -> list[str]:
    """Return the command that builds the image."""
    # Podman's own format has no place for a health check.
    docker = ["--format", "docker"] if Path(engine).name == "podman" else []
    more = shlex.split(environment.get("CONTAINER_BUILD_OPTIONS", ""))
    return [engine, "build", *docker, "-f", "packaging/container/Containerfile", "-t", IMAGE, *more, "."]


def run_command(engine: str, environment: Mapping[str, str], films: Path) -> list[str]:
    """Return the command that starts the trial."""
    more = shlex.split(environment.get("CONTAINER_RUN_OPTIONS", ""))
    mounts = ["-v", f"{films}:/in:ro,z", "-v", f"{TRIAL}:/data"]
    return [engine, "run", "-d", "--name", TRIAL, *LIMITS, *mounts, *more, IMAGE]


class Trial:
    """A container of the image, asked from outside."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def ask(self, *words: str) -> tuple[int, str]:
        """Return exit status and output of the engine."""
        done = subprocess.run([self.engine, *words], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip()

    def inside(self, *words: str) -> tuple[int, str]:
        """Return exit status and output of a command in the container."""
        return self.ask("exec", TRIAL, *words)

    def state(self, what: str) -> str:
        """Return one fact of the container."""
        return self.ask("inspect", "--format", f"{{{{.State.{what}}}}}", TRIAL)[1]

    def status(self) -> dict[str, Any]:
        """Return what the status file says, nothing while there is none."""
        code, text = self.inside("cat", STATUS)
        return dict(json.loads(text)) if code == 0 else {}

    def wait(self, key: str, least: int) -> dict[str, Any]:
        """Return the status of the run now in progress once ``key`` is ``least``. Raises ``TrialError``."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            status = self.status()
            if status.get("state") == "running" and int(status.get(key) or 0) >= least:
                return status
            if self.state("Status") == "exited":
                raise TrialError(f"the container ended with {self.state('ExitCode')}:\n{self.said()}")
            time.sleep(1)
        raise TrialError(f"{key} did not reach {least} within {PATIENCE_S:.0f} s:\n{self.said()}")

    def said(self) -> str:
        """Return the last lines that the program wrote."""
        done = subprocess.run(
            [self.engine, "logs", TRIAL], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return "\n".join(done.stdout.splitlines()[-20:])

    def remove(self) -> None:
        """Remove container and volume."""
        self.ask("rm", "-f", TRIAL)
        self.ask("volume", "rm", "-f", TRIAL)


def expect(holds: bool, what: str, seen: object = "") -> None:
    """Print what holds. Raises ``TrialError`` where it does not."""
    if not holds:
        raise TrialError(f"not so: {what} ({seen})")
    print(f"  {what}", flush=True)


def try_out(trial: Trial, films: int) -> None:
    """Ask a started container all that the guide promises. Raises ``TrialError``."""
    trial.wait("films_done", films)
    expect(trial.inside("id", "-u")[1] == "10001", "it runs as user 10001")
    capabilities = trial.inside("grep", "CapEff", "/proc/1/status")[1].split()[-1]
    expect(int(capabilities, 16) == 0, "it has no capability", capabilities)
    expect(trial.inside("touch", "/opt/ptxviewer/written")[0] != 0, "its root is read-only")
    interfaces = trial.inside("ls", "/sys/class/net")[1].split()
    expect(interfaces == ["lo"], "it has no network", interfaces)
    status = trial.status()
    expect(status["films_failed"] == 0, f"{films} films have their rows", status)
    expect(status["objects_written"] >= films, f"{status['objects_written']} objects are written", status)
    expect(trial.inside("python", "-m", "ptxviewer", "health", STATUS)[0] == 0, "health says that it is well")
    check = trial.ask("inspect", "--format", "{{json .Config.Healthcheck}}", TRIAL)[1]
    expect("health" in check, "the image has its health check", check)
    for again in (False, True):
        if again:
            trial.ask("start", TRIAL)
            status = trial.wait("films_skipped", films)
            expect(status["films_done"] == 0, "a second start has nothing to do", status)
        trial.ask("stop", "-t", str(END_S), TRIAL)
        expect(trial.state("ExitCode") == "0", "SIGTERM ends it with exit status 0", trial.state("ExitCode"))
    options = ("run", "--rm", *LIMITS, "-v", f"{TRIAL}:/data", "--entrypoint", "python", IMAGE)
    found = trial.ask(*options, "-c", WHOLE)[1]
    expect(found == f"ok {films}", "the store is whole", found)


@contextmanager
def sample_films() -> Iterator[tuple[Path, int]]:
    """Give a folder with the films of the sample study, readable for every user, and their number."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        films = sorted((REPOSITORY / "resources" / "sample").glob("*.dcm"))
        for film in films:
            Path(shutil.copy(film, folder)).chmod(0o644)
        yield folder, len(films)


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Build and try; 1 where something is not as it should be."""
    try:
        engine = engine_of(environment)
        if subprocess.run(build_command(engine, environment), cwd=REPOSITORY, check=False).returncode != 0:
            raise TrialError("no image was built: see the messages above")
        trial = Trial(engine)
        size = trial.ask("image", "inspect", "--format", "{{.Size}}", IMAGE)[1]
        print(f"image {IMAGE}: {int(size) / 1e9:.2f} GB", flush=True)
        with sample_films() as (folder, number):
            trial.remove()
            try:
                _started(run_command(engine, environment, folder))
                try_out(trial, number)
            finally:
                trial.remove()
    except TrialError as error:
        print(f"container: {error}")
        return 1
    print("container: good")
    return 0


def _started(command: Sequence[str]) -> None:
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise TrialError("the container did not start: see the messages above")


if __name__ == "__main__":
    sys.exit(main())
