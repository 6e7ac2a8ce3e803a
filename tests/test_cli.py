"""The program as a whole: how it is asked, which language it speaks, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ptxviewer import words
from ptxviewer.app.disk import settings as settings_file
from ptxviewer.app.state.settings import Settings
from ptxviewer.cli import main as cli
from ptxviewer.core.devices import DEVICES
from ptxviewer.core.engine import SelfTest
from ptxviewer.core.reasons.network import SelfTestPassed
from ptxviewer.paths import bundle_dir, sample_study
from tests.command_line import NAME, Asked, asked_engine, records


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return asked_engine(monkeypatch)


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", "x.dcm"],
        ["predict", "--out", "out"],
        ["predict", "x.dcm", "--out", "out", "--threshold", "1.5"],
        ["predict", "x.dcm", "--out", "out", "--threshold", "high"],
        ["predict", "x.dcm", "--out", "out", "--device", "abacus"],
        ["render", "x.dcm"],
        ["render", "x.dcm", "-o", "picture.jpg"],
        ["report", "x.dcm", "-o", "page"],
        ["report", "x.dcm", "y.dcm", "-o", "page.pdf"],
        ["--no-such-option"],
    ],
)
def test_bad_usage_ends_with_2_and_changes_nothing(
    arguments: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    assert "usage: ptxviewer" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["predict", "--help"], ["report", "-h"]])
def test_help_and_version_end_with_0(arguments: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 0
    assert "ptxviewer" in capsys.readouterr().out


@pytest.fixture
def language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A throw-away folder of settings, and English again afterwards."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("PTXVIEWER_SETTINGS_DIR", str(tmp_path))
    yield tmp_path
    words.speak("en")


@pytest.mark.parametrize(
    ("setting", "option", "spoken"),
    [("", [], "en"), ("de", [], "de"), ("de", ["--language", "en"], "en"), ("", ["--language=de"], "de")],
)
def test_the_option_goes_before_the_setting_and_the_setting_before_the_system(
    language: Path, capsys: pytest.CaptureFixture[str], setting: str, option: Any, spoken: str
) -> None:
    settings_file.save(language / "settings.json", Settings(language=setting))
    assert cli.main(["report", *option, "--help"]) == 0
    assert words.language() == spoken
    assert words.tr("show this help") in capsys.readouterr().out


def test_damaged_settings_leave_the_command_line_alone_and_stay(
    language: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (language / "settings.json").write_text("{")
    assert cli.main(["--version"]) == 0
    assert (language / "settings.json").read_text() == "{"


def program(home: Path, *arguments: object, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "ptxviewer"]
    folders = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config")}
    return subprocess.run(
        [*command, *map(str, arguments)],
        env={**os.environ, **folders},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


BUG = f"""
import sys
from ptxviewer import bootstrap
from ptxviewer.cli import main as cli
bootstrap.prepare()
def broken(arguments):
    raise ZeroDivisionError({NAME!r})
cli.COMMANDS["render"] = (cli.parsers.render_parser, broken)
sys.exit(cli.main())
"""


def test_a_bug_is_one_sentence_and_a_place_in_the_log(tmp_path: Path) -> None:
    done = program(tmp_path, "render", f"{NAME}.dcm", "-o", "x.png", code=BUG)
    assert done.returncode == 1
    assert done.stderr == "ptxviewer: Unexpected failure (ZeroDivisionError): this is a bug in ptxviewer.\n"
    (log,) = tmp_path.rglob("ptxviewer.log")
    text = log.read_text()
    assert "ZeroDivisionError at main.py" in text
    assert NAME not in text


def test_a_bug_where_no_log_can_be_written_says_no_more(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the log's folder should be")
    done = program(tmp_path, "render", f"{NAME}.dcm", "-o", "x.png", code=BUG)
    assert done.stderr == "ptxviewer: Unexpected failure (ZeroDivisionError): this is a bug in ptxviewer.\n"


PRELOADED = """
import sys
from ptxviewer.__main__ import main
from ptxviewer.inference.torch.preload import LIBRARIES, preload_torch
preload_torch()
assert sys.platform != "linux" or LIBRARIES["linux"] in open("/proc/self/maps").read()
assert "torch" not in sys.modules
sys.exit(main())
"""


@pytest.mark.weights
def test_the_shipped_network_finds_the_samples_pneumothorax_and_none_on_the_normal_film(tmp_path: Path) -> None:
    """After torch's libraries came into memory as they do in the window: the import finds them there."""
    if not (bundle_dir() / "metadata.json").exists() and not os.environ.get("CI"):
        pytest.skip("no weights have been exported yet")
    arguments = ("predict", *sample_study(), "--out", tmp_path / "out", "--device", "cpu", "--save-mask")
    done = program(tmp_path, *arguments, code=PRELOADED)
    assert (done.returncode, done.stderr) == (0, "")
    sick, normal = records(tmp_path / "out").values()
    assert sick["present"]
    assert [lesion["side"] for lesion in sick["lesions"]] == ["right"]
    assert not normal["present"]
    assert normal["lesions"] == []


def test_selftest_ends_with_the_result_and_prints_what_support_asks_for(
    engine: Asked, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["selftest", "--json"]) == 1  # the fake network is not the one that the golden output is of
    facts = json.loads(capsys.readouterr().out)
    assert facts["passed"] is False
    assert facts["Film decoders"] == "all there"
    assert facts["Device"] == "CPU"
    offered = [device.id for device in DEVICES]
    assert [cli.main(["selftest", "--device", device]) for device in offered] == [1] * len(offered)
    assert engine.asked == ["auto", *offered]
    assert "mps" in offered
    assert "Self-test failed" in capsys.readouterr().out
    from ptxviewer.inference import selftest

    monkeypatch.setattr(selftest, "self_test", lambda *_: SelfTest(True, SelfTestPassed("CPU")))
    assert cli.main(["selftest"]) == 0
    from ptxviewer.dicom import decoders

    monkeypatch.setattr(decoders, "missing", lambda: ["RLE Lossless"])
    assert cli.main(["selftest"]) == 1
    assert "missing for RLE Lossless" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "command", "rest"),
    [
        (["predict", "a.dcm"], "predict", ["a.dcm"]),
        (["--language", "de", "predict", "a.dcm"], "predict", ["--language", "de", "a.dcm"]),
        (["--language=de", "triage", "--help"], "triage", ["--language=de", "--help"]),
        (["--language", "de", "a.dcm"], "", ["--language", "de", "a.dcm"]),
        (["--language"], "", ["--language"]),
        ([], "", []),
    ],
)
def test_the_language_may_come_before_the_command(given: list[str], command: str, rest: list[str]) -> None:
    assert cli.split(given) == (command, rest)
