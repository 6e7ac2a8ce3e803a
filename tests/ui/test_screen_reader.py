"""What a screen reader hears of the running window: read over AT-SPI from another process, under Xvfb.

Everything is done as its user does it: commands by the menus, answers by the tree.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ptxviewer.paths import sample_study

REPOSITORY = Path(__file__).parents[2]
READER = Path(__file__).with_name("atspi_reader.py")
PYTHON = "/usr/bin/python3"  # the system's: GObject's bindings are no package of pip
NEEDED = {  # what it takes, and the package of Debian that has it
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "Xvfb": "xvfb",
    "dbus-run-session": "dbus-daemon",
    PYTHON: "python3",
}
WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from ptxviewer.ui.application import Application, Session
from tests.fakes import FakeEngine
home, *films = map(Path, sys.argv[1:])
application = Application(sys.argv[:1])
application.dress()
session = Session(home / "settings.json", FakeEngine())
session.window.resize(1440, 900)
session.window.show()
session.presenter.films.open(films)
sys.exit(application.exec())
"""
PATIENCE_S = 60
Node = dict[str, Any]


def missing() -> str:
    """What this computer lacks for the test, as packages of Debian; "" where it has all."""
    lacking = [package for name, package in NEEDED.items() if shutil.which(name) is None]
    if not lacking:
        bindings = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
        if subprocess.run([PYTHON, "-c", bindings], capture_output=True, check=False).returncode:
            lacking = ["python3-gi gir1.2-atspi-2.0"]
    return " ".join(lacking)


class Reader:
    """Asks the reading process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _ask(self, *order: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def tree(self) -> list[Node]:
        """All nodes in sight."""
        return self._ask("tree")

    def inside(self, role: str, name: str) -> list[Node]:
        """The nodes in the first one of that role whose name begins so."""
        return self._ask("in", role, name)

    def press(self, role: str, name: str) -> None:
        """Press the first node of that role whose name begins so."""
        assert self._ask("do", role, name), f"no {role} {name}"

    def until(self, there: Callable[[list[Node]], object]) -> list[Node]:
        """Read until ``there``; the window needs its time."""
        end = time.monotonic() + PATIENCE_S
        while True:
            nodes = self.tree()
            if there(nodes):
                return nodes
            assert time.monotonic() < end, [(one["role"], one["name"]) for one in nodes if one["name"]]

    def dialog(self, open_: bool) -> str:
        """The name of the dialog that is open, once there is one, or "" once there is none."""
        end = time.monotonic() + PATIENCE_S
        while bool(names := self._ask("dialog")) is not open_:
            assert time.monotonic() < end, names
        return names[0] if names else ""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The window with the sample study, heard from another process."""
    if lacking := missing():
        pytest.skip(f"needs {lacking}")
    home = tmp_path_factory.mktemp("heard")
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    with ExitStack() as stack:
        screen = stack.enter_context(
            subprocess.Popen(
                ["Xvfb", "-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        stack.callback(screen.kill)
        assert screen.stdout is not None
        environment = {
            **os.environ,
            "DISPLAY": f":{screen.stdout.readline().strip()}",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONPATH": str(REPOSITORY),
        }
        window = [sys.executable, "-c", WINDOW, str(home), *map(str, sample_study())]
        process = stack.enter_context(
            subprocess.Popen(
                ["dbus-run-session", "--", PYTHON, str(READER), *window],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
                cwd=REPOSITORY,
            )
        )
        assert process.stdin is not None
        stack.callback(process.stdin.close)  # its end is the end of the reader, and of the window
        heard = Reader(process)
        heard.until(lambda nodes: any(one["name"].startswith("Possible pneumothorax") for one in nodes))
        yield heard


def one(nodes: list[Node], role: str, name: str) -> Node:
    """The node of that role whose name begins so."""
    found = [node for node in nodes if node["role"] == role and node["name"].startswith(name)]
    assert len(found) == 1, (role, name, found)
    return found[0]


def nameless(nodes: list[Node]) -> list[Node]:
    """What the keyboard can reach and nothing is said of. A cell without text is an empty cell."""
    return [node for node in nodes if node["focusable"] and not node["name"] and "table cell" not in node["role"]]


def test_the_reading_is_heard(reader: Reader) -> None:
    nodes = reader.tree()
    said = one(nodes, "label", "Possible pneumothorax")["name"]
    assert "of the hemithorax" in said
    assert one(nodes, "image", "Film score")["description"].startswith("0.90")
    film = [node for node in nodes if (node["role"], node["name"]) == ("image", "Film")]
    assert [node["description"] for node in film] == [said.replace("\N{NO-BREAK SPACE}", " ")]
    threshold = one(nodes, "slider", "Threshold")
    assert threshold["value"] == 50
    assert threshold["description"].startswith("0.50.")  # its own positions are those of a ruler
    for verdict in ("Accept", "Reject", "Unsure"):
        assert one(nodes, "check box", f"Verdict: {verdict}")["focusable"]
    assert [node["name"] for node in nodes if node["role"] == "list item"] == [
        "Film 1, score 0.90, above threshold",
        "Film 2, score 0.90, above threshold",
    ]
    assert any(node["role"] == "table cell" and "apex" in node["name"] for node in nodes)  # the findings
    assert nameless(nodes) == []


def test_the_verdict_is_heard_after_it_was_given(reader: Reader) -> None:
    reader.press("check box", "Verdict: Reject")
    nodes = reader.until(lambda nodes: any(node["name"] == "Rejected by reader." for node in nodes))
    assert any(node["role"] == "image" and node["description"].startswith("Rejected by reader") for node in nodes)
    reader.press("check box", "Verdict: Reject")
    reader.until(lambda nodes: not any(node["name"] == "Rejected by reader." for node in nodes))


def test_the_rows_of_the_worklist_are_heard(reader: Reader) -> None:
    reader.press("menu item", "Worklist")
    try:
        nodes = reader.until(lambda nodes: any(node["name"] == "Films by urgency" for node in nodes))
        assert nameless(nodes) == []
        rows = [node["name"] for node in reader.inside("table", "Films by urgency") if node["role"] == "table cell"]
        assert any("0.90" in name and "above threshold" in name for name in rows)
    finally:
        reader.press("menu item", "Worklist")
        reader.until(lambda nodes: any(node["role"] == "list" and node["name"] == "Films" for node in nodes))


DIALOGS = {  # the entry of a menu, and the button that ends the dialog
    "Settings": "Cancel",
    "Save results as DICOM": "Cancel",
    "Preview and print report": "Close",
    "Nodes": "Cancel",
    "Sent and to be sent": "Close",
    "Tags of this file": "Close",
    "About this film": "Close",
    "This site's films": "Close",
    "Keys and mouse": "Close",
    "About PTXViewer": "Close",
    "Compare with...": "Cancel",
}


@pytest.mark.parametrize("entry", DIALOGS)
def test_nothing_in_a_dialog_is_nameless(reader: Reader, entry: str) -> None:
    reader.press("menu item", entry)
    name = reader.dialog(open_=True)
    try:
        assert name
        inside = reader.inside("dialog", name)
        assert any(node["focusable"] for node in inside)
        assert nameless(inside) == []
    finally:
        reader.press("push button", DIALOGS[entry])
        reader.dialog(open_=False)


def test_what_stays_down_is_pressed_as_a_screen_reader_does(reader: Reader) -> None:
    """It toggles a button without a click; the film must follow, not the button alone."""
    reader.press("check box", "Apices")
    reader.until(lambda nodes: [node for node in nodes if node["role"] == "image" and "apex" in node["name"].lower()])
    reader.press("check box", "Apices")
    reader.until(lambda nodes: [node for node in nodes if (node["role"], node["name"]) == ("image", "Film")])
