"""The files by which the program runs unattended keep our rules, and the check sees when they do not."""

from __future__ import annotations

import configparser
import re
import shlex

import pytest

from installers import facts
from ptxviewer.cli import parsers
from ptxviewer.cli.health import health_parser
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
