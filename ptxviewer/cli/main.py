"""The command line: a window by default, and the same work without one for scripts and machines without a display."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.cli import health, pacs, parsers
from ptxviewer.cli.speaking import complain, say
from ptxviewer.cli.stopping import Terminated, ends_on_request
from ptxviewer.cli.usage import speak_usage
from ptxviewer.core.errors import PtxError, UnreadableFilm
from ptxviewer.inference.shipped import make_engine
from ptxviewer.words import languages, sentences, speak, system_language, tr

if TYPE_CHECKING:
    from ptxviewer.app.state.settings import Settings
    from ptxviewer.cli.cluster.options import OnCluster
    from ptxviewer.cli.outcome import FilmOutcome, ReviewOf
    from ptxviewer.core.film import Radiograph
    from ptxviewer.core.review import Review

log = logging.getLogger(__name__)
REPORT_NAME = "ptxviewer-report"


def _chosen_language(given: list[str]) -> str:
    """The option, the reader's setting, else the system's; help texts are made before the command line is parsed."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--language", choices=languages())
    with contextlib.suppress(argparse.ArgumentError):
        chosen = parser.parse_known_args(given)[0].language
        if chosen is not None:
            return str(chosen)
    return _settings().language or system_language()


def _settings() -> Settings:
    """What the reader and the site have set."""
    from ptxviewer.app.disk.settings import load, load_site
    from ptxviewer.paths import settings_folder, site_settings

    return load(settings_folder() / "settings.json", default=load_site(site_settings()))


def predict_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer predict``."""
    from ptxviewer.cli.predict import Pictures, predict
    from ptxviewer.core.review import Review

    review = Review(threshold=arguments.threshold, gate_overridden=arguments.force)
    pictures = Pictures(arguments.save_mask, arguments.save_probability, arguments.dicom)
    engine = make_engine(arguments.device, arguments.rule)
    return predict(arguments.paths, engine, arguments.out, review, pictures, say, complain)


def export_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer export``; the usual kinds where none is named."""
    from ptxviewer.app.exports import USUAL
    from ptxviewer.cli.export import export_objects

    kinds = arguments.kinds or USUAL
    review = _reviews(arguments)
    return export_objects(
        arguments.paths, make_engine(arguments.device, arguments.rule), arguments.out, review, kinds, say, complain
    )


def deidentify_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer deidentify``."""
    from ptxviewer.cli.deidentify import deidentify
    from ptxviewer.ui.exports import deidentification_key

    key, regions = deidentification_key(), arguments.black_out
    return deidentify(
        arguments.paths, arguments.out, key, regions, say, complain, black_out_text=arguments.black_out_text
    )


def render_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer render``."""
    from ptxviewer.cli.predict import png_bytes
    from ptxviewer.core.files import write_atomic
    from ptxviewer.core.graphics import with_graphics
    from ptxviewer.core.voi import display_lut
    from ptxviewer.dicom.read import read_film

    film = read_film(arguments.path)
    warn_of_text(film)
    grey = display_lut(film, film.vois[film.default_voi])[film.pixels]
    write_atomic(arguments.output, png_bytes(with_graphics(grey, film.graphics)))
    return 0


def _reviews(arguments: argparse.Namespace) -> Review | ReviewOf:
    """What the command line sets of the review of every film; with ``--reviews`` over what is kept of each."""
    from ptxviewer.cli.reviews import kept_reviews
    from ptxviewer.core.review import Review

    base = Review(threshold=arguments.threshold, gate_overridden=arguments.force)
    return kept_reviews(base) if arguments.reviews else base


def report_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer report``."""
    from ptxviewer.app.exports import REPORTS, export_of
    from ptxviewer.cli.report import formats_of, report_many, report_one
    from ptxviewer.report import templates

    export = export_of(arguments.output, REPORTS)
    if not arguments.formats and (export is None or len(arguments.paths) > 1):
        endings = ", ".join(row.suffix for row in REPORTS)
        parsers.report_parser().error(
            tr("must end in {endings}, not {name}", endings=endings, name=arguments.output.name)
            if export is None
            else tr("several films need a folder and one of {options}", options=parsers.options_of(REPORTS))
        )
    engine = make_engine(arguments.device, arguments.rule)
    review = _reviews(arguments)
    if (broken := templates.problem()) is not None:
        complain(sentences(broken))
    paper = arguments.paper or _settings().paper
    named = arguments.identified
    if arguments.formats:
        formats = formats_of(arguments.formats)
        status = report_many(
            arguments.paths, engine, arguments.output, formats, review, say, complain, identified=named, paper=paper
        )
    else:
        assert export is not None
        status = 0
        report_one(
            arguments.paths[0], engine, arguments.output, export, review, complain, identified=named, paper=paper
        )
    if engine.info is not None and engine.info.note:
        complain(sentences(engine.info.note))
    return status


def selftest_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer selftest``."""
    from ptxviewer.cli.selftest import run

    return run(make_engine(arguments.device), say, as_json=arguments.json)


def warn_of_text(film: Radiograph) -> None:
    """Warn that a picture of a film may carry burnt-in text: the command line does not ask."""
    from ptxviewer.core.reasons.reading import Reading

    if film.acquisition.may_carry_text:
        complain(sentences(Reading.MAY_CARRY_TEXT))


def window_command(arguments: argparse.Namespace) -> int:
    """Open the window, or do the same job without one where there is no display."""
    if has_display():
        from ptxviewer.ui.application import run

        return int(run(arguments.files, sample=arguments.sample, language=arguments.language))
    with ends_on_request():
        return headless(arguments.files, sample=arguments.sample)


def has_display() -> bool:
    """False on a Linux or BSD without X11 or Wayland, unless a Qt platform was chosen by hand."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def headless(paths: list[Path], *, sample: bool = False) -> int:
    """Analyse the films (the sample study when asked for, or when none is given), write a report of each, say where."""
    from ptxviewer.app.exports import EXPORTS
    from ptxviewer.cli.batch import items_of, outcomes
    from ptxviewer.cli.report import write
    from ptxviewer.core.reasons.reading import Reading
    from ptxviewer.core.review import Review
    from ptxviewer.paths import sample_study
    from ptxviewer.report.page import headline_of

    chosen = [*paths, *(sample_study() if sample or not paths else ())]
    if not chosen:
        raise UnreadableFilm(Reading.SAMPLE_MISSING)
    say(tr("There is no display: writing reports instead of opening a window."))
    engine, review = make_engine("auto"), Review()
    folder = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path(tempfile.gettempdir())
    failed = 0

    def report(outcome: FilmOutcome) -> None:
        number = outcome.item.number
        target = folder / f"{REPORT_NAME}{'' if number == 1 else f'-{number}'}{EXPORTS[0].suffix}"
        write(outcome, target, EXPORTS[0], complain=complain)
        assert outcome.film is not None
        say(tr("{decision} Report: {file}", decision=headline_of(outcome.film, outcome.answer), file=target))

    with items_of(chosen) as items:
        for outcome in outcomes(items, engine, review, report):
            if outcome.answer is None:
                failed += 1
                complain(f"{outcome.item.file}: {sentences(outcome.reason)}")
    return 1 if failed else 0


def triage_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer triage``."""
    from ptxviewer.cli.triage import TriageOptions, triage
    from ptxviewer.core.review import Review

    engine, review = make_engine(arguments.device, arguments.rule), Review(gate_overridden=arguments.force)
    options = TriageOptions(arguments.identified, arguments.resume, arguments.watch, arguments.progress)
    if arguments.delete_received and not arguments.listen:
        parsers.triage_parser().error(tr("--delete-received needs --listen"))
    if arguments.listen and not arguments.watch:
        parsers.triage_parser().error(tr("--listen needs --watch and a folder"))
    options = replace(options, status=arguments.status, **pacs.options_of_triage(arguments))
    paths, addresses, cluster = _places_of_triage(arguments)
    options = replace(options, cluster=cluster, addresses=addresses)
    return triage(paths, engine, arguments.out, review, say, options)


def _places_of_triage(arguments: argparse.Namespace) -> tuple[list[Path], tuple[str, ...], OnCluster | None]:
    """Paths, addresses in storage, and the cluster that analyses them. Raises ``PtxError``; argparse leaves."""
    from ptxviewer.cli.cluster.options import OnCluster, Where
    from ptxviewer.core.reasons.cluster import Cluster
    from ptxviewer.inference.card import info_of, read_card
    from ptxviewer.paths import bundle_dir

    paths = [path for path in arguments.paths if isinstance(path, Path)]
    addresses = tuple(address for address in arguments.paths if isinstance(address, str))
    if arguments.scheduler is None:
        if arguments.tls_ca or arguments.tls_cert or arguments.tls_key:
            parsers.triage_parser().error(tr("--tls-ca, --tls-cert and --tls-key need --scheduler"))
        if addresses:
            raise PtxError(Cluster.NEEDS_SCHEDULER)
        return paths, (), None
    if arguments.dicom or arguments.send:
        parsers.triage_parser().error(tr("--dicom and --send do not go with --scheduler"))
    if addresses and arguments.watch:
        parsers.triage_parser().error(tr("--watch looks at folders only"))
    where = Where(arguments.scheduler, arguments.tls_ca, arguments.tls_cert, arguments.tls_key)
    info = info_of(read_card(bundle_dir()), arguments.rule)
    return paths, addresses, OnCluster(where, info, make_engine, arguments.device)


def results_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer results``."""
    from ptxviewer.cli.results import run

    return run(arguments)


def site_command(arguments: argparse.Namespace) -> int:
    """Run ``ptxviewer site``."""
    from ptxviewer.cli.site import run

    return run(arguments.last, _settings(), as_json=arguments.json)


COMMANDS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[[argparse.Namespace], int]]] = {
    "deidentify": (parsers.deidentify_parser, deidentify_command),
    "export": (parsers.export_parser, export_command),
    "predict": (parsers.predict_parser, predict_command),
    "health": (health.health_parser, health.health_command),
    "render": (parsers.render_parser, render_command),
    "report": (parsers.report_parser, report_command),
    "results": (parsers.results_parser, results_command),
    "selftest": (parsers.selftest_parser, selftest_command),
    "site": (parsers.site_parser, site_command),
    "triage": (parsers.triage_parser, triage_command),
    **pacs.COMMANDS,
}


def split(given: list[str]) -> tuple[str, list[str]]:
    """Return the command, "" for the window, and what is left for its parser; ``--language`` may come before it."""
    first = given[0] if given else ""
    before = 2 if first == "--language" else 1 if first.startswith("--language=") else 0
    name = given[before] if len(given) > before else ""
    return (name, [*given[:before], *given[before + 1 :]]) if name in COMMANDS else ("", given)


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 fine, 1 something failed, 2 bad usage.

    A failure is one sentence on stderr, never a traceback.
    """
    given = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):  # a file name that the console cannot spell must not end a batch
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    speak(_chosen_language(given))
    speak_usage()
    name, rest = split(given)
    parser, command = COMMANDS.get(name, (lambda: parsers.window_parser(COMMANDS), window_command))
    try:
        arguments = parser().parse_args(rest)
        if command is window_command:
            return command(arguments)
        with ends_on_request():
            status = command(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except SystemExit as leave:  # argparse: --help, --version, bad usage
        return int(leave.code or 0)
    except PtxError as error:
        complain(sentences(error.reason))
    except KeyboardInterrupt as request:
        complain(tr("Stopped."))
        return 143 if isinstance(request, Terminated) else 130
    except BrokenPipeError:  # of "| head": nobody reads on, which is no failure of ours
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is not complained of at exit
        return 141  # as by SIGPIPE
    except Exception as error:  # the command line's one boundary: a bug is named, and logged without its text
        log.critical("Unexpected failure", exc_info=True)
        complain(tr("Unexpected failure ({error}): this is a bug in ptxviewer.", error=type(error).__name__))
    return 1
