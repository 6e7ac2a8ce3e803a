"""Make docs/screenshots/*.png from the synthetic sample study: every state of the window, at 1x and 2x.

    python tools/make_screenshots.py [FOLDER] [--scale 1] [--size 1440x900] [--only result]

At 1x the pictures of the guide (docs/guide/pictures) are made on the way.

No patient's film is shown: the sample study is an analytic phantom. A scale needs a process of its own, so without
``--scale`` this program starts itself once per scale.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ptxviewer.ui.application import Session

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
TOOLS = (
    "measured", "calibrated", "magnifier", "sharpened", "local-contrast", "apices", "bases", "edited", "erase",
    "palette", "keys", "settings",
)  # fmt: skip
STATES = (
    "empty", "opening", "analysing", "result", "threshold", "hidden", "rejected",
    "fill", "heat", "band", "distances", "finding", "apart",
    "not-shown", *TOOLS, "report-text", "nothing-found", "worklist", "compare", "error",
)  # fmt: skip
GUIDE = ("empty", "result", "threshold", "hidden", "rejected", "edited", "report-text")
GUIDE_WIDTH, GUIDE_QUALITY = 1200, 85
"""Of the pictures in docs/guide, which ship with the program."""
TIMEOUT_MS = 120_000


def parsed() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--scale", choices=("1", "1.5", "2"))
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--only", action="append", choices=STATES)
    return parser.parse_args()


def every_scale(arguments: list[str]) -> int:
    """Run this program once at 1x and once at 2x."""
    return max(subprocess.call([sys.executable, __file__, *arguments, "--scale", scale]) for scale in ("1", "2"))


def shoot(arguments: argparse.Namespace) -> int:
    """Bring the window into every state and save what it looks like; returns the exit status."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = arguments.scale
    sys.path.insert(0, str(ROOT))
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    from ptxviewer.app.disk.settings import save
    from ptxviewer.app.state.banner import banner_for
    from ptxviewer.app.state.film import Film, FilmStatus
    from ptxviewer.app.state.settings import Settings
    from ptxviewer.app.state.withheld import as_seen
    from ptxviewer.core.answer import Band, Gate, ProbabilityMaps
    from ptxviewer.core.engine import Checkpoint, Engine, EngineInfo, never_cancelled
    from ptxviewer.core.film import Radiograph
    from ptxviewer.core.reasons.finding import Finding
    from ptxviewer.inference.shipped import make_engine
    from ptxviewer.paths import sample_study
    from ptxviewer.ui.application import Application, Session

    class Held:
        """The shipped network, which waits before its first answer until it is let go."""

        def __init__(self, inner: Engine) -> None:
            self._inner = inner
            self.go = threading.Event()

        @property
        def info(self) -> EngineInfo | None:
            return self._inner.info

        def load(self) -> EngineInfo:
            return self._inner.load()

        def predict(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> ProbabilityMaps:
            self.go.wait()
            return self._inner.predict(film, checkpoint)

        def band(self, film: Radiograph, checkpoint: Checkpoint = never_cancelled) -> Band:
            return self._inner.band(film, checkpoint)

    application = Application(sys.argv[:1])
    application.dress()
    width, height = (int(part) for part in arguments.size.split("x"))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    wanted = set(arguments.only or STATES)

    with tempfile.TemporaryDirectory() as home:
        settings = Path(home) / "settings.json"
        save(settings, replace(Settings(), accepted_notice=True, device="cpu"))
        held = Held(make_engine("cpu"))
        session = Session(settings, held)
        presenter, window = session.presenter, session.window
        window.resize(width, height)
        window.show()

        def until(true: Callable[[], bool]) -> None:
            loop = QEventLoop()
            timer = QTimer()
            timer.setInterval(20)
            timer.timeout.connect(lambda: loop.quit() if true() else None)
            timer.start()
            QTimer.singleShot(TIMEOUT_MS, lambda: loop.exit(1))
            if loop.exec():
                raise TimeoutError("the window did not come into the state that was waited for")

        def settle() -> None:
            for _ in range(5):
                application.processEvents()

        def picture(name: str, widget: QWidget = window) -> None:
            if name not in wanted:
                return
            settle()
            target = arguments.folder / (f"{name}.png" if arguments.scale == "1" else f"{name}@{arguments.scale}x.png")
            seen = widget.grab()
            seen.save(str(target))
            print(target)
            if name in GUIDE and arguments.scale == "1" and arguments.folder == FOLDER:
                small = seen.toImage().scaledToWidth(GUIDE_WIDTH, Qt.TransformationMode.SmoothTransformation)
                small.save(str(ROOT / "docs" / "guide" / "pictures" / f"{name}.jpg"), quality=GUIDE_QUALITY)

        presenter.warm_up()
        until(lambda: presenter.state.engine.phase == "ready")
        picture("empty")

        asked = tuple(
            Film(id=900 + number, path=path, number=number, status=FilmStatus.OPENING)
            for number, path in enumerate(sample_study(), 1)
        )
        window.show_state(replace(presenter.state, films=asked, current_id=asked[0].id))
        picture("opening")
        window.show_state(presenter.state)

        presenter.films.open_sample()
        until(lambda: bool(presenter.state.current and presenter.state.current.status is FilmStatus.ANALYSING))
        picture("analysing")
        held.go.set()
        done = (FilmStatus.DONE, FilmStatus.NOT_ANALYSED)
        until(lambda: bool(presenter.state.films) and all(film.status in done for film in presenter.state.films))
        picture("result")
        presenter.review.thresholds.set(0.23)
        picture("threshold")
        presenter.review.thresholds.reset()
        presenter.display.overlay.peek(True)
        picture("hidden")
        presenter.display.overlay.peek(False)
        presenter.review.set_verdict("reject")
        picture("rejected")
        presenter.review.undo()
        presenter.display.overlay.set_mode("fill")
        picture("fill")
        presenter.display.overlay.set_mode("heat")
        presenter.display.overlay.set_opacity(0.5)
        picture("heat")
        presenter.display.overlay.set_mode("outline")
        if wanted & {"band"}:
            presenter.display.disagreement.toggle()
            until(lambda: bool(presenter.state.current and presenter.state.current.band))
            picture("band")
            presenter.display.disagreement.toggle()
        presenter.review.distances.toggle()
        presenter.review.distances.begin(True, "b", "lung", (0.0, 0.0))
        presenter.review.distances.move((30.0, 4.0))
        presenter.review.distances.finish()
        picture("distances")
        presenter.review.distances.toggle()
        presenter.review.undo()
        presenter.review.findings.next()
        window.area.look_at_finding()
        picture("finding")
        presenter.review.findings.choose(None)
        presenter.display.view.fit()
        presenter.display.toggle_two_thresholds()
        presenter.review.thresholds.set_score(0.6)
        picture("apart")
        presenter.review.thresholds.reset()
        presenter.display.toggle_two_thresholds()
        shown = presenter.state.current
        if shown is not None and shown.result is not None and shown.findings is not None:
            refused = Gate(False, Finding.NOT_FRONTAL)
            kept_back = replace(shown, result=replace(shown.result, findings=replace(shown.findings, gate=refused)))
            state = presenter.state.with_film(kept_back)
            window.show_state(as_seen(replace(state, banner=banner_for(kept_back))))
            picture("not-shown")
            window.show_state(presenter.state)
        tools(session, picture)
        window.do("write_text")
        picture("report-text")
        presenter.films.next()
        picture("nothing-found")
        presenter.films.list.toggle()
        picture("worklist")
        presenter.films.list.toggle()
        presenter.display.comparison.choose(presenter.state.films[0].id)
        until(lambda: presenter.state.prior is not None and presenter.state.prior.radiograph is not None)
        picture("compare")
        presenter.display.comparison.leave()
        damaged = Path(home) / "film.dcm"
        damaged.write_bytes(sample_study()[0].read_bytes()[:5000])
        presenter.films.open([damaged])
        until(lambda: bool(presenter.state.current and presenter.state.current.status is FilmStatus.FAILED))
        picture("error")
        window.close()
        session.close()
    return 0


def tools(session: Session, picture: Callable[..., None]) -> None:
    """Bring the film on screen into the states of the tools, and back."""
    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest

    from ptxviewer.app.state.screen import Tool
    from ptxviewer.ui.dialogs.keys import KeySheet
    from ptxviewer.ui.dialogs.palette import Palette
    from ptxviewer.ui.dialogs.settings import SettingsDialog

    presenter, window = session.presenter, session.window
    film = presenter.state.current
    assert film is not None
    assert film.radiograph is not None
    rows, cols = film.radiograph.shape

    def drawn(tool: Tool, *places: tuple[float, float]) -> None:
        presenter.display.set_tool(tool)
        points = [(x * cols, y * rows) for x, y in places]
        presenter.review.measurements.begin(points[0])
        for point in points[1:]:
            presenter.review.measurements.move(point)
            presenter.review.measurements.place()

    drawn("length", (0.28, 0.62), (0.43, 0.45))
    drawn("angle", (0.58, 0.3), (0.66, 0.42), (0.74, 0.32))
    drawn("ellipse", (0.2, 0.68), (0.32, 0.78))
    drawn("rectangle", (0.52, 0.58), (0.62, 0.68))
    picture("measured")
    drawn("calibrate", (0.66, 0.85), (0.78, 0.85))
    presenter.review.measurements.calibrate(40.0)
    picture("calibrated")
    presenter.review.measurements.delete_all()
    presenter.display.set_tool("window")
    presenter.display.aids.toggle_magnifier()
    canvas = window.area.canvas
    at = QPoint(round(canvas.width() * 0.42), round(canvas.height() * 0.3))
    QTest.mouseMove(canvas, at)
    picture("magnifier")
    presenter.display.aids.toggle_magnifier()
    presenter.display.aids.sharpen("unsharp")
    picture("sharpened")
    presenter.display.aids.sharpen("clahe")
    picture("local-contrast")
    presenter.display.aids.sharpen("off")
    presenter.display.aids.toggle_pair("apices")
    picture("apices")
    presenter.display.aids.toggle_pair("bases")
    picture("bases")
    presenter.display.aids.toggle_pair("bases")
    presenter.display.set_tool("brush")
    presenter.review.mask.begin((0.3 * cols, 0.45 * rows), False)
    presenter.review.mask.extend([(0.28 * cols, 0.55 * rows), (0.26 * cols, 0.6 * rows)])
    presenter.review.mask.finish()
    picture("edited")
    presenter.display.set_tool("erase")
    presenter.review.mask.begin((0.12 * cols, 0.35 * rows), False)
    presenter.review.mask.extend([(0.2 * cols, 0.3 * rows), (0.26 * cols, 0.24 * rows)])
    QTest.mouseMove(canvas, at)
    picture("erase")
    presenter.review.mask.finish()
    presenter.review.undo()
    presenter.review.undo()
    presenter.display.set_tool("window")
    palette = Palette(presenter.state, lambda _action: None, window)
    palette.field.setText("fl")
    for name, dialog in (
        ("palette", palette),
        ("keys", KeySheet(window)),
        ("settings", SettingsDialog(presenter.state.settings, window)),
    ):
        dialog.show()
        picture(name, dialog)
        dialog.close()


def main() -> int:
    """Run the program; returns the exit status."""
    arguments = parsed()
    return shoot(arguments) if arguments.scale else every_scale(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
