"""The files by which the program runs unattended keep our rules, and the check sees when they do not."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import pytest

from installers import facts
from ptxviewer.cli import parsers
from ptxviewer.cli.health import health_parser
from tools import build_container as build
from tools import check_container as check

CONTAINERFILE = (check.CONTAINER / "Containerfile").read_text("utf-8")
UNIT = (check.SERVICE / "ptxviewer.service").read_text("utf-8")


def test_our_files_have_no_fault() -> None:
    assert list(check.faults()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("USER 10001:10001", "USER ptxviewer"),
        ("USER 10001:10001", "USER 0:0"),
        ("python:3.12-slim-bookworm\n", "python:latest\n"),
        ('ENTRYPOINT ["python", "-m", "ptxviewer"]', "ENTRYPOINT python -m ptxviewer"),
        ("COPY resources resources", "COPY pictures pictures"),
        (
            'RUN python tools/set_up.py --dependencies /opt/ptxviewer/venv ${EXTRA:+--extra "$EXTRA"}',
            "RUN pip install ptxviewer",
        ),
        ('"health", ', '"--version", '),
    ],
)
def test_a_container_that_is_less_is_refused(old: str, new: str) -> None:
    assert old in CONTAINERFILE
    assert list(check.faults_of_containerfile(CONTAINERFILE.replace(old, new), check.REPOSITORY))


@pytest.mark.parametrize("key", [*check.WANTED_OF_UNIT, "User"])
def test_a_unit_that_is_less_is_refused(key: str) -> None:
    less = re.sub(rf"(?m)^{key}=.*$", "", UNIT)
    assert list(check.faults_of_unit(less, "Service", check.WANTED_OF_UNIT))


def test_container_and_unit_call_commands_that_there_are() -> None:
    said = {one.word: one.rest for one in check.instructions(CONTAINERFILE)}
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.read_string(UNIT)
    container = [word.strip(',"') for word in said["CMD"].strip("[]").split()]
    service = shlex.split(unit["Service"]["ExecStart"])
    assert service[0] == f"/usr/bin/{facts.COMMAND}"
    for given in (container, service[1:]):
        assert given[0] == "triage"
        parsed = parsers.triage_parser().parse_args(given[1:])
        assert parsed.watch
        assert parsed.status is not None
    probe = [word.strip(',"') for word in said["HEALTHCHECK"].partition("CMD ")[2].strip("[]").split()]
    assert probe[3] == "health"
    assert health_parser().parse_args(probe[4:]).status.name == "status.json"


def test_without_a_builder_one_sentence_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main({"CONTAINER_ENGINE": "no-such-engine"}) == 1
    assert capsys.readouterr().out == "container: no image was built: no-such-engine is not installed\n"


def test_the_trial_runs_the_image_within_the_limits_of_the_quadlet_and_the_guide() -> None:
    command = build.run_command("podman", {"CONTAINER_RUN_OPTIONS": "--ulimit host"}, Path("films"))
    assert command[-3:] == ["--ulimit", "host", build.IMAGE]
    guide = (check.REPOSITORY / "docs" / "guide" / "unattended.md").read_text("utf-8")
    said = shlex.split(guide[guide.index("podman run") :].split("```")[0].replace("\\\n", " "))
    assert set(build.LIMITS) <= set(said)
    assert "films:/in:ro,z" in command


def test_an_image_that_podman_builds_keeps_its_health_check() -> None:
    assert build.build_command("podman", {})[2:4] == ["--format", "docker"]
    assert "--format" not in build.build_command("docker", {})
    more = {"CONTAINER_BUILD_OPTIONS": "--build-arg PYTHON=mirror.example/python:3.12"}
    assert "PYTHON=mirror.example/python:3.12" in build.build_command("docker", more)
