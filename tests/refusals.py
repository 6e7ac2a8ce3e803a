"""Asks a call that must fail for its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ptxviewer.core.errors import PtxError
from ptxviewer.core.reason import Reason


def reason_of(call: Callable[..., object], *arguments: object, kind: type[PtxError] = PtxError) -> Reason:
    """Return why ``call`` raises a ``kind``; a call that does not raise fails the test."""
    with pytest.raises(kind) as caught:
        call(*arguments)
    return caught.value.reason
