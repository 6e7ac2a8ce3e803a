"""Every text for people is in every catalogue, translated, with the placeholders that are filled into it."""

from __future__ import annotations

import string

import pytest
from babel.messages import Catalog, Message

from tools import words

LANGUAGES = sorted(path.parents[1].name for path in words.CATALOGUES.glob("*/LC_MESSAGES/*.po"))


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return words.template()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return words.read(words.CATALOGUES / request.param / "LC_MESSAGES" / "ptxviewer.po")


def forms(message: Message, of: str) -> list[str]:
    texts = getattr(message, of)
    return [texts] if isinstance(texts, str) else list(texts)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def ids(of: Catalog) -> set[tuple[str | None, str]]:
    return {(message.context, forms(message, "id")[0]) for message in of if message.id}


def test_german_is_there() -> None:
    assert "de" in LANGUAGES


def test_the_catalogue_holds_the_texts_of_the_code_and_no_others(texts: Catalog, catalogue: Catalog) -> None:
    """`make words` brings it up to date."""
    assert ids(texts) - ids(catalogue) == set(), "texts that the catalogue lacks"
    assert ids(catalogue) - ids(texts) == set(), "texts that are gone"


def test_every_text_is_translated(catalogue: Catalog) -> None:
    assert words.untranslated(catalogue) == []


def test_a_translation_has_the_placeholders_of_its_text(catalogue: Catalog) -> None:
    wrong = [
        text
        for message in catalogue
        if message.id
        for text in forms(message, "string")
        if placeholders(text) != placeholders(forms(message, "id")[-1])
    ]
    assert wrong == []


def test_a_sentence_stays_a_sentence(catalogue: Catalog) -> None:
    """Sentences stand one behind the other, and labels do not end like one."""
    ends = ("...", ".", "?", ":")

    def end(text: str) -> str:
        return next((sign for sign in ends if text.endswith(sign)), "")

    wrong = [m.string for m in catalogue if isinstance(m.id, str) and len(m.id) > 1 and end(m.id) != end(str(m.string))]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_reads_is_the_compiled_catalogue(language: str) -> None:
    path = words.CATALOGUES / language / "LC_MESSAGES" / "ptxviewer.po"
    assert path.with_suffix(".mo").read_bytes() == words.as_mo(words.read(path)), "run `make words`"
    assert path.read_bytes() == words.as_po(words.read(path))
