"""The commands' options: one parser for each, and the options that several of them share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer import __version__
from ptxviewer.cli.parser import Parser, add_language
from ptxviewer.core.devices import DEVICES
from ptxviewer.core.purposes import PURPOSES
from ptxviewer.words import sentences, tr
from ptxviewer.words.notices import RESEARCH_USE

if TYPE_CHECKING:
    from ptxviewer.app.exports import Export


def fraction(text: str) -> float:
    """Parse a threshold: a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(tr("must be between 0 and 1, not {given}", given=text))
    return value


def file_named(*suffixes: str) -> Callable[[str], Path]:
    """Return a parser of the name of a file to write: its suffix, one of ``suffixes``, says what it is."""

    def parse(text: str) -> Path:
        path = Path(text)
        if path.suffix.lower() not in suffixes:
            endings = ", ".join(suffixes)
            raise argparse.ArgumentTypeError(tr("must end in {endings}, not {name}", endings=endings, name=path.name))
        return path

    return parse


def place(text: str) -> Path | str:
    """Parse what films are read from: an address stays as it is, everything else is a path."""
    from ptxviewer.cli.cluster.places import is_address

    return text if is_address(text) else Path(text)


def window_parser(commands: Iterable[str]) -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer [FILES]``."""
    parser = Parser(
        prog="ptxviewer",
        description=sentences(tr("Shows where a pneumothorax may be on a chest radiograph."), tr(RESEARCH_USE)),
        epilog=tr(
            "Commands that need no window: {commands}; 'ptxviewer predict --help' and so on.",
            commands=", ".join(commands),
        ),
    )
    parser.add_argument("files", nargs="*", type=Path, metavar=tr("FILE"), help=_paths_help())
    parser.add_argument("--sample", action="store_true", help=tr("open the sample study"))
    parser.add_argument("--version", action="version", version=f"ptxviewer {__version__}", help=tr("show the version"))
    add_language(parser)
    return parser


def predict_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer predict``."""
    parser = Parser(
        prog="ptxviewer predict",
        description=sentences(tr("Analyses films and writes one JSON per film."), tr(RESEARCH_USE)),
        epilog=tr("Exit status: 0 all films analysed, 1 some failed, 2 bad usage."),
    )
    _films(parser)
    parser.add_argument("--out", type=Path, required=True, metavar=tr("DIR"), help=tr("folder for the results"))
    _device(parser)
    _rule(parser)
    _threshold(parser)
    parser.add_argument("--save-mask", action="store_true", help=tr("also write STEM.mask.png, 0 and 255"))
    parser.add_argument(
        "--save-probability", action="store_true", help=tr("also write STEM.prob.png, scores as 0 to 255")
    )
    parser.add_argument(
        "--dicom", type=Path, metavar=tr("DIR"), help=tr("also write the results as DICOM objects into this folder")
    )
    _force(parser)
    add_language(parser)
    return parser


def export_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer export``."""
    parser = Parser(
        prog="ptxviewer export",
        description=sentences(
            tr("Analyses DICOM films and writes the results as DICOM objects of their studies; they name the patient."),
            tr(RESEARCH_USE),
        ),
        epilog=tr("Exit status: 0 all films analysed, 1 some failed, 2 bad usage."),
    )
    _films(parser)
    _kinds(parser)
    parser.add_argument("--out", type=Path, required=True, metavar=tr("DIR"), help=tr("folder for the results"))
    _with_reviews(parser)
    _device(parser)
    _rule(parser)
    _threshold(parser)
    _force(parser)
    add_language(parser)
    return parser


def deidentify_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer deidentify``."""
    from ptxviewer.cli.deidentify import region

    parser = Parser(
        prog="ptxviewer deidentify",
        description=sentences(
            tr(
                "Writes DICOM films anew without their patients: pixels and what display needs of the tags, other UIDs,"
                " dates moved by the same time for all films of a patient."
            ),
            tr(RESEARCH_USE),
        ),
        epilog=tr("Exit status: 0 all films saved, 1 some failed, 2 bad usage."),
    )
    _films(parser)
    parser.add_argument("--out", type=Path, required=True, metavar=tr("DIR"), help=tr("folder for the films"))
    parser.add_argument(
        "--black-out",
        type=region,
        action="append",
        default=[],
        metavar="X,Y,W,H",
        help=tr("black this place out, in pixels from the top left, on every film; may be given several times"),
    )
    parser.add_argument(
        "--black-out-text",
        action="store_true",
        help=tr("also black out what looks like text near the edges (may miss some)"),
    )
    add_language(parser)
    return parser


def render_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer render``."""
    parser = Parser(
        prog="ptxviewer render",
        description=tr(
            "Writes a film at full resolution through its default window as an 8-bit PNG, nothing drawn on it."
        ),
    )
    _one_film(parser, ".png")
    add_language(parser)
    return parser


def options_of(exports: Iterable[Export]) -> str:
    """Return the options that ask for formats: "--png, --pdf"."""
    return ", ".join(f"--{export.option}" for export in exports)


def report_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer report``."""
    from ptxviewer.app.exports import REPORTS

    parser = Parser(
        prog="ptxviewer report",
        description=sentences(tr("Analyses films and writes a report of each, one page a film."), tr(RESEARCH_USE)),
        epilog=tr("Exit status: 0 all films analysed, 1 some failed, 2 bad usage."),
    )
    _films(parser)
    endings = "|".join(f"OUT{export.suffix}" for export in REPORTS)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar=f"{endings}|DIR",
        help=tr(
            "the file to write, its suffix says in which format; with one of {options} a folder",
            options=options_of(REPORTS),
        ),
    )
    for export in REPORTS:
        parser.add_argument(
            f"--{export.option}",
            action="append_const",
            dest="formats",
            const=export.id,
            help=tr("write the {name} of every film as {format} into the folder", name=tr(export.name),
                    format=export.format),
        )  # fmt: skip
    _with_reviews(parser)
    parser.add_argument("--paper", choices=("a4", "letter"), default="", help=tr("as in the settings, if not given"))
    parser.add_argument(
        "--identified", action="store_true", help=tr("print patient data (they are left out by default)")
    )
    _device(parser)
    _rule(parser)
    _threshold(parser)
    _force(parser)
    add_language(parser)
    return parser


def selftest_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer selftest``."""
    parser = Parser(
        prog="ptxviewer selftest",
        description=sentences(
            tr(
                "Checks whether the network gives its expected result on this computer, and prints "
                "versions and device, without patient data."
            ),
            tr(RESEARCH_USE),
        ),
        epilog=tr("Exit status: 0 passed, 1 failed."),
    )
    _device(parser)
    parser.add_argument("--json", action="store_true", help=tr("print the facts as JSON"))
    add_language(parser)
    return parser


def triage_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer triage``."""
    from ptxviewer.cli.triage import suffixes

    parser = Parser(
        prog="ptxviewer triage",
        description=sentences(
            tr(
                "Analyses films into a store or table of results, the most urgent first, none left "
                "out. An interrupted run is resumed; films that this network has analysed are not analysed again."
            ),
            tr(RESEARCH_USE),
        ),
        epilog=tr(
            "Exit status: 0 all films have an answer and everything was written and sent, or a run that watched was "
            "ended; 1 something was not; 2 bad usage."
        ),
    )
    parser.add_argument("paths", nargs="+", type=place, metavar=tr("PATH"), help=_places_help())
    parser.add_argument(
        "--out",
        type=file_named(*suffixes()),
        required=True,
        metavar="|".join(f"LIST{suffix}" for suffix in suffixes()),
        help=tr("the store (.sqlite) or table to write"),
    )
    parser.add_argument("--resume", action="store_true", help=tr("treat the films of an existing table as done"))
    parser.add_argument(
        "--watch", action="store_true", help=tr("continue with films that arrive in the folders, until stopped")
    )
    parser.add_argument(
        "--progress", choices=("auto", "json", "none"), default="auto", help=tr("a line on a terminal, or JSON lines")
    )
    parser.add_argument(
        "--dicom", type=Path, metavar=tr("DIR"), help=tr("also write the results as DICOM objects into this folder")
    )
    parser.add_argument(
        "--send",
        action="append",
        default=[],
        metavar=tr("NODE"),
        help=tr("send them to this node; may be given several times; it cannot be taken back from here"),
    )
    _kinds(parser)
    parser.add_argument(
        "--listen", action="store_true", help=tr("with --watch: take films that nodes send into the first folder")
    )
    parser.add_argument(
        "--delete-received",
        action="store_true",
        help=tr("with --listen: delete what nodes sent once it has its row; what failed stays"),
    )
    parser.add_argument("--title", metavar="AE", help=tr("our AE title; as in the settings if not given"))
    parser.add_argument(
        "--status",
        type=Path,
        metavar="STATUS.json",
        help=tr("keep the status of the run in this file ('health' reads it)"),
    )
    parser.add_argument("--identified", action="store_true", help=tr("write file names and patient data, too"))
    _cluster(parser)
    _device(parser)
    _rule(parser)
    _force(parser)
    add_language(parser)
    return parser


def _kinds(parser: argparse.ArgumentParser) -> None:
    from ptxviewer.app.exports import OBJECTS

    for row in OBJECTS:
        parser.add_argument(f"--{row.id}", action="append_const", dest="kinds", const=row.id, help=tr(row.help))


def _paths_help() -> str:
    return tr("films, folders, ZIP archives or DICOMDIRs")


def _places_help() -> str:
    return tr("films, folders, ZIP archives or DICOMDIRs; with --scheduler also s3://... and https://...")


def _films(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar=tr("PATH"), help=_paths_help())


def _one_film(parser: argparse.ArgumentParser, *suffixes: str) -> None:
    parser.add_argument("path", type=Path, metavar=tr("PATH"), help=tr("a film"))
    parser.add_argument(
        "-o",
        "--output",
        type=file_named(*suffixes),
        required=True,
        metavar="|".join(f"OUT{suffix}" for suffix in suffixes),
        help=tr("the file to write; its suffix says in which format"),
    )


def _with_reviews(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reviews",
        action="store_true",
        help=tr("with the verdicts, notes, drawings and edits that the window keeps on this computer"),
    )


def _device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=[device.id for device in DEVICES], default="auto", help=tr("where the network runs")
    )


def _rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rule",
        choices=[purpose.id for purpose in PURPOSES],
        default="balanced",
        help=tr("which of the network's rules decides; the model card has the figures of each"),
    )


def _cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scheduler",
        metavar="tcp://HOST:PORT|FILE.json",
        help=tr("have the films analysed by the workers of this Dask scheduler, who see the same paths"),
    )
    parser.add_argument(
        "--tls-ca",
        type=Path,
        metavar="CA.pem",
        help=tr("with --scheduler: the authority that signed its certificate (TLS)"),
    )
    parser.add_argument("--tls-cert", type=Path, metavar="CERT.pem", help=tr("our certificate"))
    parser.add_argument("--tls-key", type=Path, metavar="KEY.pem", help=tr("our key"))


def _threshold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threshold",
        type=fraction,
        metavar=tr("T"),
        help=tr("0 to 1; the network's default if not given"),
    )


def _force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force",
        action="store_true",
        help=tr("analyse other modalities and lateral views, too; scores mean little there"),
    )


def results_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer results``."""
    from ptxviewer.cli.results import results_parser as parser

    return parser()


def site_parser() -> argparse.ArgumentParser:
    """Return the parser of ``ptxviewer site``."""
    from ptxviewer.cli.site import site_parser as parser

    return parser()
