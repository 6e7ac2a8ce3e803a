"""Reads a window as a screen reader does: a process of its own, run by the system's Python, which has AT-SPI.

``python3 atspi_reader.py COMMAND...`` starts the bus and the program, then answers every line of its input with a line
of JSON: ``tree`` the nodes of all windows of the program, ``in ROLE NAME`` those in the first node of that role whose
name begins so, ``do ROLE NAME`` whether it could be pressed, ``dialog`` the names of the dialogs that are open.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
MOST = 200  # children of one node that are read
PAUSE_S = 0.05
pause = threading.Event()  # never set: its ``wait`` is the pause between two looks


def application(program: subprocess.Popen[bytes]) -> Any:
    """The program's root on the bus; its window appears there some time after it started."""
    while program.poll() is None:
        with contextlib.suppress(GLib.Error):  # programs come and go
            desktop = Atspi.get_desktop(0)
            for number in range(desktop.get_child_count()):
                one = desktop.get_child_at_index(number)
                if one is not None and one.get_process_id() == program.pid and one.get_child_count():
                    return one
        pause.wait(PAUSE_S)
    raise SystemExit("the program has ended")


def node(of: Any, depth: int) -> dict[str, Any]:
    """What is said of a node, whether it is in sight and whether the keyboard can get there."""
    states, value = of.get_state_set(), of.get_value_iface()
    return {
        "role": of.get_role_name(),
        "name": of.get_name(),
        "description": of.get_description(),
        "value": None if value is None else value.get_current_value(),
        "focusable": states.contains(Atspi.StateType.FOCUSABLE) and states.contains(Atspi.StateType.ENABLED),
        "depth": depth,
    }


def shown(of: Any, depth: int = 0) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The children of a node in sight."""
    for number in range(min(of.get_child_count(), MOST)):
        child = of.get_child_at_index(number)
        if child is not None and child.get_state_set().contains(Atspi.StateType.SHOWING):
            yield child, node(child, depth)


def walk(of: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every node in sight, windows first."""
    for child, told in shown(of, depth):
        yield told
        yield from walk(child, depth + 1)


def named(root: Any, role: str, name: str) -> Any:
    """The first node of that role in sight whose name begins so; entries of menus count while the menu is closed."""
    for number in range(min(root.get_child_count(), MOST)):
        child = root.get_child_at_index(number)
        if child is None:
            continue
        showing = role == "menu item" or child.get_state_set().contains(Atspi.StateType.SHOWING)
        if showing and child.get_role_name() == role and child.get_name().startswith(name):
            return child
        found = named(child, role, name) if showing else None
        if found is not None:
            return found
    return None


def pressed(root: Any, role: str, name: str) -> bool:
    """Press what is named."""
    found = named(root, role, name)
    actions = None if found is None else found.get_action_iface()
    return actions is not None and actions.do_action(0)


def answer(root: Any, order: str, rest: list[str]) -> Any:
    """What is asked for."""
    if order == "tree":
        return list(walk(root))
    if order == "dialog":
        return [told["name"] for _, told in shown(root) if told["role"] == "dialog"]
    if order == "in":
        inside = named(root, *rest)
        return [] if inside is None else list(walk(inside))
    return pressed(root, *rest)


def main() -> int:
    bus = subprocess.Popen(
        [LAUNCHER, "--launch-immediately"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        root = application(program)
        for line in sys.stdin:
            order, *rest = json.loads(line)
            told = None
            while told is None:  # a window that changes while it is read is read again
                with contextlib.suppress(GLib.Error):
                    told = answer(root, order, rest)
            print(json.dumps(told), flush=True)
    finally:
        program.kill()
        os.killpg(bus.pid, signal.SIGKILL)  # with the daemons that it started
    return 0


if __name__ == "__main__":
    sys.exit(main())
