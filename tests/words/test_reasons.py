"""Every reason has its words, with the placeholders that its arguments fill."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
import string
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

import ptxviewer.core.reasons as package
from ptxviewer.core.reason import Reason, code_of, kinds, logged
from ptxviewer.core.reasons import TOPICS, UnknownReason, decode, encode
from ptxviewer.core.reasons.measuring import Measured
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing
from ptxviewer.words import languages, say, speak
from ptxviewer.words.reasons import TEXTS

for module in pkgutil.iter_modules(package.__path__, "ptxviewer.core.reasons."):
    importlib.import_module(module.name)

CODES = [str(m.value) for kind in kinds() if issubclass(kind, Enum) for m in kind]
CLASSES = [kind for kind in kinds() if not issubclass(kind, Enum) and dataclasses.is_dataclass(kind)]


def test_every_code_is_used_once() -> None:
    codes = CODES + [code_of(kind) for kind in CLASSES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", CODES)
def test_a_reason_without_arguments_has_a_text_without_placeholders(code: str) -> None:
    text = TEXTS[code]
    assert callable(text) or not [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


@pytest.mark.parametrize("kind", CLASSES)
def test_a_reason_with_arguments_has_a_text_with_its_placeholders(kind: type[Reason]) -> None:
    assert dataclasses.is_dataclass(kind)
    fields = {field.name for field in dataclasses.fields(kind)}
    text = TEXTS[code_of(kind)]
    if not callable(text):
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} <= fields


def test_no_text_is_left_of_a_reason_that_is_gone() -> None:
    assert set(TEXTS) == {*CODES, *(code_of(kind) for kind in CLASSES)}


def sample(kind: type[Reason]) -> Reason:
    """Return a reason of a class with arguments of its types."""
    return kind(**{name: value_of(hint) for name, hint in get_type_hints(kind).items()})


def value_of(hint: Any) -> Any:
    """Return a value of a type."""
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if get_origin(hint) in (tuple, Union):  # of one type, or with None
        first = value_of(get_args(hint)[0])
        return first if get_origin(hint) is Union else (first,)
    if hint is Reason:
        return Reading.LATERAL_VIEW
    if issubclass(hint, Enum):
        return next(iter(hint))
    return {str: "CT", int: 1234, float: 17.5}[hint]


SAID = [kind for kind in CLASSES if kind is not Measured]  # that one holds the numbers of a film
IN_FILES = [kind for kind in CLASSES if kind.__module__.rpartition(".")[2] in TOPICS]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", SAID)
def test_every_reason_is_a_sentence_with_all_that_it_carries(kind: type[Reason], language: str) -> None:
    speak(language)
    try:
        text = say(sample(kind))
        assert text.endswith((".", ")", "CT"))
        assert "{" not in text
    finally:
        speak("en")


@pytest.mark.parametrize("kind", IN_FILES)
def test_every_reason_comes_back_from_a_file(kind: type[Reason]) -> None:
    reason = sample(kind)
    assert decode(json.loads(json.dumps(encode(reason)))) == reason


def test_so_does_one_without_arguments() -> None:
    assert decode({"code": "lateral_view"}) is Reading.LATERAL_VIEW


@pytest.mark.parametrize(
    "written",
    [
        {"code": "other_modality"},
        {"code": "other_modality", "modality": ["CT"]},
        {"code": "other_modality", "modality": "CT", "more": 1},
        {"code": "image_too_large", "cols": "wide", "rows": 1},
        {"code": "not_analysed", "why": "because"},
        {"code": "distances_missing", "names": "b c"},
        {"code": "distances_missing", "names": ["b", "z"]},
    ],
)
def test_a_reason_with_arguments_of_other_types_is_unknown(written: dict[str, object]) -> None:
    assert decode(written) == UnknownReason(str(written["code"]))


def test_the_log_gets_the_code_and_the_numbers_but_nothing_personal() -> None:
    @dataclasses.dataclass(frozen=True)
    class Planted(Reason):
        number: int
        name: str = dataclasses.field(repr=False)

    assert logged(Planted(3, "PLANTED")) == "planted(number=3)"
    assert logged(NotWritten(Unwritten.LIST, Writing.DISK_FULL)) == "not_written(what=list_unwritten, why=disk_full)"
    assert logged(Reading.FILE_EMPTY) == "file_empty"


def test_a_reason_of_a_newer_version_is_kept_as_unknown() -> None:
    assert decode({"code": "of_tomorrow", "size": 3}) == UnknownReason("of_tomorrow")
    assert decode(encode(UnknownReason("x"))) == UnknownReason("x")
    assert "of_tomorrow" in say(UnknownReason("of_tomorrow"))
