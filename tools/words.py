"""Collects the texts for people from the code into the catalogues, and compiles these.

    python tools/words.py            # new texts into every .po, the .mo files anew; says what has no translation yet
    python tools/words.py --new fr   # and a catalogue of French to begin with

A text is collected where it stands in ``tr``, ``trn``, ``trc`` or ``N_`` as a literal. docs/translating.md says more.
"""

from __future__ import annotations

import argparse
import io
import sys
from datetime import datetime, timezone
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "ptxviewer"
CATALOGUES = PACKAGE / "words" / "locale"
DOMAIN = "ptxviewer"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "tr": None,
    "N_": None,
    "trn": (1, 2),
    "trc": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
}
LEFT_OUT = (  # of the header: dates would change with every run, the rest says nothing
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Report-Msgid-Bugs-To",
    "Last-Translator",
    "Language-Team",
    "Generated-By",
)
SOME_DAY = datetime(2026, 1, 1, tzinfo=timezone.utc)  # a compiled catalogue has a date; the same text, the same file
HEADER = """# PTXViewer: translations. docs/translating.md says how they are made.
# Terms that are always rendered the same way:
#
"""


def template() -> Catalog:
    """Return all texts of the code, with the files that they stand in."""
    catalogue = Catalog(project="PTXViewer", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        str(PACKAGE), [("**.py", "python")], keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    )
    for name, _line, message, comments, context in found:
        catalogue.add(message, locations=[(f"ptxviewer/{name}", 0)], auto_comments=comments, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    """Return the catalogue at ``path``; a damaged one raises."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, domain=DOMAIN, abort_invalid=True)


def as_po(catalogue: Catalog) -> bytes:
    """Return a catalogue as it is kept: sorted, no line numbers, no dates, so that changes are small."""
    out = io.BytesIO()
    write_po(
        out, catalogue, width=110, sort_output=True, ignore_obsolete=True, include_previous=False, include_lineno=False
    )
    lines = out.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(tuple(f'"{name}:' for name in LEFT_OUT))).encode(
        "utf-8"
    )


def as_mo(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it; what has no translation is left out and stays English."""
    kept = read_po(io.BytesIO(as_po(catalogue)), locale=catalogue.locale, domain=DOMAIN)
    kept.creation_date = kept.revision_date = SOME_DAY
    out = io.BytesIO()
    write_mo(out, kept)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the texts that this catalogue lacks."""
    lacking = []
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if not all(texts) or message.fuzzy:
            lacking.append(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)
    return lacking


def main() -> int:
    """Bring every catalogue up to date; returns 1 when a text has no translation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--new", metavar="LANGUAGE", help="begin the catalogue of a language, such as fr or pt_BR")
    arguments = parser.parse_args()
    texts = template()
    paths = sorted(CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    if arguments.new:
        path = CATALOGUES / arguments.new / "LC_MESSAGES" / f"{DOMAIN}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            begun = Catalog(
                locale=arguments.new, project="PTXViewer", domain=DOMAIN, fuzzy=False, header_comment=HEADER
            )
            path.write_bytes(as_po(begun))
            paths.append(path)
    lacking = 0
    for path in paths:
        catalogue = read(path)
        catalogue.update(texts, no_fuzzy_matching=True, update_header_comment=False)
        path.write_bytes(as_po(catalogue))
        path.with_suffix(".mo").write_bytes(as_mo(catalogue))
        for text in untranslated(catalogue):
            lacking += 1
            print(f"{path.parents[1].name}: no translation of {text!r}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
