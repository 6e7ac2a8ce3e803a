"""The command line: a window by default, and the same work without one for scripts and machines without a display."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer import __version__
from ptxviewer.core.errors import ExportFailed, PtxError, UnreadableFilm

if TYPE_CHECKING:
    from ptxviewer.core.engine import DeviceChoice, Engine

log = logging.getLogger(__name__)
REPORT_NAME = "ptxviewer-report"
RESEARCH_USE = "Research use only. Not a medical device: not for diagnosis."


def say(text: str) -> None:
    """Print a result."""
    print(text)


def complain(text: str) -> None:
    """Print one sentence of a failure."""
    if sys.stderr is not None:
        print(f"ptxviewer: {text}", file=sys.stderr)


def fraction(text: str) -> float:
    """Parse a threshold: a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must be between 0 and 1, not {text}")
    return value


def picture(text: str) -> Path:
    """Parse the name of a picture to write: it says what it is."""
    path = Path(text)
    if path.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"must end in .png, not {path.name}")
    return path


def window_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer [FILES]``."""
    parser = argparse.ArgumentParser(
        prog="ptxviewer",
        description="Shows where a pneumothorax may be on a chest radiograph. " + RESEARCH_USE,
        epilog="Commands that need no window: predict, triage, render, report, selftest; "
        "'ptxviewer predict --help' and so on.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="films, folders, ZIP archives or DICOMDIRs")
    parser.add_argument("--sample", action="store_true", help="open the sample study")
    parser.add_argument("--version", action="version", version=f"ptxviewer {__version__}")
    return parser


def predict_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer predict``."""
    parser = argparse.ArgumentParser(
        prog="ptxviewer predict",
        description="Analyses films and writes one JSON per film. " + RESEARCH_USE,
        epilog="Exit status: 0 all films analysed, 1 some failed, 2 bad usage.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="films, folders, ZIP archives or DICOMDIRs")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    _device(parser)
    _threshold(parser)
    parser.add_argument("--save-mask", action="store_true", help="also write STEM.mask.png, 0 and 255")
    parser.add_argument("--save-probability", action="store_true", help="also write STEM.prob.png, scores as 0 to 255")
    _force(parser)
    return parser


def render_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer render``."""
    parser = argparse.ArgumentParser(
        prog="ptxviewer render",
        description="Writes a film at full resolution through its default window as an 8-bit PNG, nothing drawn on it.",
    )
    _one_film(parser)
    return parser


def report_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer report``."""
    parser = argparse.ArgumentParser(
        prog="ptxviewer report",
        description="Analyses a film and writes the annotated report as a PNG. " + RESEARCH_USE,
    )
    _one_film(parser)
    parser.add_argument("--identified", action="store_true", help="print patient data (they are left out by default)")
    _device(parser)
    _threshold(parser)
    _force(parser)
    return parser


def selftest_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer selftest``."""
    from ptxviewer.cli.selftest import add_arguments

    parser = argparse.ArgumentParser(
        prog="ptxviewer selftest",
        description="Tries whether the network gives its expected result on this computer, and prints versions and "
        "device; nothing of a patient. " + RESEARCH_USE,
        epilog="Exit status: 0 passed, 1 failed.",
    )
    _device(parser)
    add_arguments(parser)
    return parser


def triage_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer triage``."""
    from ptxviewer.cli.triage import add_arguments

    parser = argparse.ArgumentParser(
        prog="ptxviewer triage",
        description="Analyses films and writes them as a CSV, the most urgent first, none left out. " + RESEARCH_USE,
        epilog="Exit status: 0 all films have an answer, 1 some have none, 2 bad usage.",
    )
    add_arguments(parser)
    _device(parser)
    _force(parser)
    return parser


def _one_film(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH", help="a film")
    parser.add_argument("-o", "--output", type=picture, required=True, metavar="OUT.png", help="the picture to write")


def _device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where the network runs")


def _threshold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threshold", type=fraction, metavar="T", help="0 to 1; the model's operating point if not given"
    )


def _force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="analyse other modalities and lateral views, too; scores mean little there"
    )


def make_engine(device: DeviceChoice) -> Engine:
    """Return the shipped network; nothing heavy is imported before it is used."""
    from ptxviewer.inference.torch.loading import torch_engine
    from ptxviewer.paths import bundle_dir

    return torch_engine(device, bundle_dir())


def predict_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer predict``."""
    from ptxviewer.cli.predict import Options, predict

    options = Options(
        arguments.out, arguments.threshold, arguments.save_mask, arguments.save_probability, arguments.force
    )
    return predict(arguments.paths, make_engine(arguments.device), options, say, complain)


def render_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer render``."""
    from ptxviewer.cli.predict import png_bytes
    from ptxviewer.core.files import write_atomic
    from ptxviewer.core.voi import display_lut
    from ptxviewer.dicom.read import read_film

    film = read_film(arguments.path)
    write_atomic(arguments.output, png_bytes(display_lut(film, film.vois[film.default_voi])[film.pixels]))
    return 0


def report_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer report``."""
    engine = make_engine(arguments.device)
    analyse_and_report(
        arguments.path,
        arguments.output,
        engine,
        identified=arguments.identified,
        threshold=arguments.threshold,
        force=arguments.force,
    )
    if engine.info is not None and engine.info.note:
        complain(engine.info.note)
    return 0


def selftest_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer selftest``."""
    from ptxviewer.cli.selftest import run

    return run(make_engine(arguments.device), say, as_json=arguments.json)


def analyse_and_report(
    path: Path,
    output: Path,
    engine: Engine,
    *,
    identified: bool = False,
    threshold: float | None = None,
    force: bool = False,
) -> str:
    """Analyse the film at ``path`` and write its report; returns the decision in words. Raises ``PtxError``."""
    from ptxviewer.cli.predict import analyse
    from ptxviewer.core.review import Review
    from ptxviewer.ui.report.file import write_report
    from ptxviewer.ui.report.page import offscreen_application

    film, maps, _ = analyse(path, engine, force)
    review = Review(threshold=threshold, gate_overridden=force)
    with offscreen_application():
        return write_report(film, maps, engine.load(), output, identified=identified, review=review).headline


def window_command(arguments: argparse.Namespace) -> int:
    """Open the window, or do the same job without one where there is no display."""
    if has_display():
        from ptxviewer.ui.application import run

        return int(run(arguments.files, sample=arguments.sample))
    return headless(arguments.files, sample=arguments.sample)


def has_display() -> bool:
    """False on a Linux or BSD without X11 or Wayland, unless a Qt platform was chosen by hand."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def headless(paths: list[Path], *, sample: bool = False) -> int:
    """Analyse the films (the sample study when asked for, or when none is given), write a report of each, say where."""
    from ptxviewer.cli.predict import UNEXPECTED, list_items
    from ptxviewer.paths import sample_study

    chosen = [*paths, *(sample_study() if sample or not paths else ())]
    if not chosen:
        raise UnreadableFilm("The sample study is missing.")
    say("There is no display: writing reports instead of opening a window.")
    engine = make_engine("auto")
    folder = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path(tempfile.gettempdir())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="ptxviewer-") as unpacked:
        items = list_items(chosen, Path(unpacked).resolve())
        for number, item in enumerate(items, 1):
            target = folder / (f"{REPORT_NAME}.png" if number == 1 else f"{REPORT_NAME}-{number}.png")
            try:
                if item.path is None:
                    raise UnreadableFilm(item.error)
                decision = analyse_and_report(item.path, target, engine)
                say(f"{decision} Report: {target}")
            except ExportFailed:
                raise
            except PtxError as error:
                failed += 1
                complain(f"{item.file}: {error}")
            except Exception:
                log.exception("A film ended unexpectedly")
                failed += 1
                complain(f"{item.file}: {UNEXPECTED}")
    return 1 if failed else 0


def triage_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer triage``."""
    from ptxviewer.cli.triage import Options, triage

    options = Options(arguments.out, arguments.force, arguments.identified)
    return triage(arguments.paths, make_engine(arguments.device), options, say)


COMMANDS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[[argparse.Namespace], int]]] = {
    "predict": (predict_parser, predict_command),
    "render": (render_parser, render_command),
    "report": (report_parser, report_command),
    "selftest": (selftest_parser, selftest_command),
    "triage": (triage_parser, triage_command),
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 fine, 1 something failed, 2 bad usage.

    A failure is one sentence on stderr, never a traceback.
    """
    given = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):  # a file name that the console cannot spell must not end a batch
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    parser, command = COMMANDS.get(given[0] if given else "", (window_parser, window_command))
    try:
        arguments = parser().parse_args(given[1:] if given and given[0] in COMMANDS else given)
        return command(arguments)
    except SystemExit as leave:  # argparse: --help, --version, bad usage
        return int(leave.code or 0)
    except PtxError as error:
        complain(str(error))
    except KeyboardInterrupt:
        complain("Stopped.")
        return 130
    except Exception as error:  # the command line's one boundary: a bug is named, and logged without its text
        log.critical("Unexpected failure", exc_info=True)
        complain(f"Unexpected failure ({type(error).__name__}): this is a bug in ptxviewer.")
    return 1
