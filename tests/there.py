"""Narrows what may be absent to what a test knows to be there."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def there(value: T | None) -> T:
    """Return ``value``; the test fails where it is None."""
    assert value is not None
    return value


def now(value: object) -> object:
    """Return ``value``, which was something else at an assertion before: mypy takes it for what it was then."""
    return value
