"""``ptxviewer site``: statistics of the network on the films of this computer, without names."""

from __future__ import annotations

import json

from ptxviewer.app.disk.result_file import ResultFolder, identity
from ptxviewer.app.disk.review_file import ReviewFolder
from ptxviewer.app.site import LAST, figures, kept_films
from ptxviewer.app.state.settings import Settings
from ptxviewer.cli.parser import Parser, add_language
from ptxviewer.cli.speaking import say
from ptxviewer.inference.card import expected_info, read_card
from ptxviewer.paths import bundle_dir, cache_folder, data_folder
from ptxviewer.words import sentences, tr
from ptxviewer.words.notices import RESEARCH_USE
from ptxviewer.words.site import as_record, band_note, facts, remark


def site_parser() -> Parser:
    """Return the parser of ``ptxviewer site``."""
    parser = Parser(
        prog="ptxviewer site",
        description=sentences(
            tr("Summarises how the network does on the films analysed in the window of this computer, without names."),
            tr(RESEARCH_USE),
        ),
    )
    parser.add_argument("--last", type=int, default=LAST, metavar="N", help=tr("over so many films, the newest first"))
    parser.add_argument("--json", action="store_true", help=tr("print as JSON"))
    add_language(parser)
    return parser


def run(last: int, settings: Settings, *, as_json: bool) -> int:
    """Print the figures. Raises ``ModelUnavailable`` without a card."""
    card = read_card(bundle_dir())
    info = expected_info(bundle_dir(), settings.rule)
    assert info is not None
    films = kept_films(
        ResultFolder(cache_folder() / "results"), ReviewFolder(data_folder() / "reviews"), identity(info), last
    )
    found = figures(films, card.figures.get(info.purpose), card.scores, settings.pneumothorax_share / 100 or None)
    if as_json:
        say(json.dumps(as_record(found), indent=1, allow_nan=False))
        return 0
    lines = [remark(found), *(f"{tr(name)}: {value}" for name, value in facts(found)), band_note(found)]
    say("\n".join(line for line in lines if line))
    return 0
