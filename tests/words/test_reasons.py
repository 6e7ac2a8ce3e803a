"""Every reason has its words, with the placeholders that its arguments fill."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import string
from enum import Enum

import pytest

import ptxviewer.core.reasons as package
from ptxviewer.core.reasons import Reason, UnknownReason, code_of, decode, encode, kinds
from ptxviewer.words import say
from ptxviewer.words.reasons import TEXTS

for module in pkgutil.iter_modules(package.__path__, "ptxviewer.core.reasons."):
    importlib.import_module(module.name)

CODES = [str(m.value) for kind in kinds() if issubclass(kind, Enum) for m in kind]
CLASSES = [kind for kind in kinds() if not issubclass(kind, Enum) and dataclasses.is_dataclass(kind)]


def test_every_code_is_used_once():
    codes = CODES + [code_of(kind) for kind in CLASSES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", CODES)
def test_a_reason_without_arguments_has_a_text_without_placeholders(code: str):
    text = TEXTS[code]
    assert callable(text) or not [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


@pytest.mark.parametrize("kind", CLASSES)
def test_a_reason_with_arguments_has_a_text_with_its_placeholders(kind: type[Reason]):
    fields = {field.name for field in dataclasses.fields(kind)}
    text = TEXTS[code_of(kind)]
    if not callable(text):
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} <= fields


def test_no_text_is_left_of_a_reason_that_is_gone():
    assert set(TEXTS) == {*CODES, *(code_of(kind) for kind in CLASSES)}


def test_a_reason_of_a_newer_version_is_kept_as_unknown():
    assert decode({"code": "of_tomorrow", "size": 3}) == UnknownReason("of_tomorrow")
    assert decode(encode(UnknownReason("x"))) == UnknownReason("x")
    assert "of_tomorrow" in say(UnknownReason("of_tomorrow"))
