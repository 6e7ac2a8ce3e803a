"""Diagnostics help somebody at a distance and give nothing of patient, reader or computer away."""

from __future__ import annotations

import getpass
import platform
from pathlib import Path

from ptxviewer import __version__
from ptxviewer.core.engine import SelfTest
from ptxviewer.core.reasons.network import SelfTestPassed
from ptxviewer.words import diagnostics, say
from tests.fakes import FakeEngine


def test_they_say_versions_device_hash_and_what_the_self_test_came_to() -> None:
    info = FakeEngine().load()
    result = SelfTest(True, SelfTestPassed("CPU"), info, 0.0012, 345.6)
    text = diagnostics.as_text(
        (*diagnostics.system_facts(), *diagnostics.model_facts(info), *diagnostics.self_test_facts(result))
    )
    for expected in (
        __version__,
        info.model_sha256,
        "Device: CPU",
        "torch: ",
        say(SelfTestPassed("CPU")),
        "0.0012",
        "346 ms",
    ):
        assert expected in text


def test_they_name_no_person_no_computer_and_no_folder() -> None:
    text = diagnostics.as_text(diagnostics.system_facts())
    assert platform.node() not in text
    assert str(Path.home()) not in text
    assert "/" not in text.replace("GNU/Linux", "")
    if getpass.getuser() not in ("root", "user"):  # "root" is no name, and part of other words
        assert getpass.getuser() not in text


def test_a_missing_package_is_said_and_not_raised() -> None:
    assert diagnostics.version_of("no-such-package-anywhere") == "not found"
    assert dict(diagnostics.model_facts(None, "It is missing."))["Network"] == "It is missing."
    assert dict(diagnostics.self_test_facts(None))["Self-test"] == "not run"
