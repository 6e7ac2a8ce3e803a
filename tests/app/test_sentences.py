"""A banner tells what stands nowhere else: it lies over the apices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ptxviewer.app.state.banner import banner_for
from ptxviewer.app.state.film import Film, FilmStatus, Result
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import find
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.reading import FieldNotPlausible, Reading
from ptxviewer.core.spacing import PixelSpacing, SpacingOrigin
from tests.fakes import FakeEngine

SPACING = FieldNotPlausible(17.0)
WINDOW = Reading.WINDOW_SHOWS_NOTHING


def found(*notes: Reason) -> Film:
    spacing = PixelSpacing(None, None, SpacingOrigin.IMPLAUSIBLE, SPACING)
    film = Radiograph("film", np.zeros((300, 240), np.uint16), spacing=spacing, notes=notes)
    maps = FakeEngine().predict(film)
    findings = find(film, maps, FakeEngine.RULE, None, None)[0]
    assert findings.present
    return Film(1, Path("film"), status=FilmStatus.DONE, radiograph=film, result=Result(maps, findings))


def test_a_finding_is_not_covered_by_what_stands_beside_its_sizes() -> None:
    assert banner_for(found(SPACING)) is None
    told = banner_for(found(WINDOW, SPACING))
    assert told is not None
    assert (told.reason, told.details) == (WINDOW, ())


def test_without_a_result_the_spacing_is_told() -> None:
    waiting = replace(found(SPACING), status=FilmStatus.ANALYSING, result=None)
    told = banner_for(waiting)
    assert told is not None
    assert told.reason == SPACING
