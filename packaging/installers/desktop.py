"""The built app on a virtual screen: opened, saved by key, closed, as the desktop does it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from installers.built_app import ANSWER_S, App, check, sample_films, wait_for


@contextmanager
def virtual_screen(number: int) -> Iterator[dict[str, str]]:
    """Give a screen that nobody sees, with a window manager where there is one."""
    display = f":{number}"
    server = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", "1440x900x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
    )
    wait_for(Path(f"/tmp/.X11-unix/X{number}").exists, "Xvfb did not start", 20)
    manager = None
    if shutil.which("openbox"):
        manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": display}, stderr=subprocess.DEVNULL)
    try:
        yield {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    finally:
        for one in (manager, server):
            if one is not None:
                one.terminate()
                one.wait(20)


def xdotool(screen: dict[str, str], *arguments: str) -> str:
    """Press keys and ask for windows on the virtual screen."""
    environment = {**os.environ, "DISPLAY": screen["DISPLAY"]}
    return subprocess.run(
        ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False
    ).stdout.strip()


def windows(screen: dict[str, str]) -> list[str]:
    """Return the app's main windows."""
    return xdotool(screen, "search", "--onlyvisible", "--name", r"^PTXViewer").split()


def activate(screen: dict[str, str]) -> None:
    """Give the keys to the app's window; asking for it fails while another window is just being closed."""
    window, *_others = wait_for(lambda: windows(screen), "the window has gone", 20)
    xdotool(screen, "windowactivate", window)


def picture(screen: dict[str, str], target: Path) -> None:
    """Keep what the screen shows, for people."""
    if shutil.which("import"):
        environment = {**os.environ, "DISPLAY": screen["DISPLAY"]}
        subprocess.run(["import", "-window", "root", str(target)], env=environment, check=False)


def desktop(app: App, pictures: Path, opener: Callable[[str, dict[str, str]], object] | None = None) -> str:
    """On a screen: a film is opened, its report saved by key; a second film lands in the same window.

    ``opener`` opens a film the way the desktop does; by default the program is started with it.
    """
    sample = sample_films(app)
    reports = app.home / "Documents"
    reports.mkdir(exist_ok=True)

    def open_film(film: str, screen: dict[str, str]) -> None:
        if opener is None:
            app.start(film, **screen)
        else:
            opener(film, screen)

    with virtual_screen(90 + os.getpid() % 400) as screen:
        open_film(sample[0], screen)
        wait_for(lambda: windows(screen), "no window came on screen")
        time.sleep(3)  # the page of the first start
        picture(screen, pictures / "first-start.png")
        xdotool(screen, "key", "Return")
        deadline = time.monotonic() + ANSWER_S
        while not list(reports.glob("ptx-report-*.png")):  # the key is refused while the film is being analysed
            check(time.monotonic() < deadline, "no report was saved by Ctrl+S")
            activate(screen)
            xdotool(screen, "key", "ctrl+s")
            time.sleep(2)
        picture(screen, pictures / "film.png")
        open_film(sample[1], screen)
        time.sleep(8)
        activate(screen)
        check(len(windows(screen)) == 1, "a second film opened a second window")
        picture(screen, pictures / "second-film.png")
        activate(screen)
        xdotool(screen, "key", "ctrl+q")
        wait_for(lambda: not windows(screen), "the window did not close on Ctrl+Q", 30)
    for word in ("ERROR", "CRITICAL"):
        check(word not in app.log(), f"the log holds {word}: {app.log()[-800:]}")
    return "film shown, report saved by key, second film in the same window, closed by key"
