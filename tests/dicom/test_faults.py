"""Files with which viewers fail, each with its right picture beside it: shown to within 2 grey levels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.read import read_film
from tests.there import there

pytestmark = pytest.mark.shared


def share_within_2_levels(path: Path, right: Path) -> float:
    film = read_film(path)
    shown = display_lut(film, film.vois[film.default_voi])[film.pixels].astype(int)
    wanted = cv2.imdecode(np.frombuffer(right.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    return float((np.abs(shown - wanted) <= 2).mean()) if shown.shape == there(wanted).shape else 0.0


def test_every_film_with_a_right_picture_is_shown_as_that_picture(shared_dir: Path) -> None:
    rights = sorted((shared_dir / "dicom" / "faults").glob("*.right.png"))
    if not rights:
        pytest.skip("the faulty files do not lie beside this checkout")
    shares = {right.name: share_within_2_levels(right.with_name(f"{right.name[:-10]}.dcm"), right) for right in rights}
    assert {name: share for name, share in shares.items() if share < 0.999} == {}
