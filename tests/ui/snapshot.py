"""Pictures compared with the ones that were looked at: ``pytest --update-snapshots`` makes them anew.

A picture is as it was when 99.5 % of its pixels differ by one level at most. Letters are the font's and edges Qt's:
where these are not those of the kept picture, nothing is compared.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontInfo, QGuiApplication, QImage

from ptxviewer.ui.canvas.images import rgb_of

FOLDER = Path(__file__).parent / "snapshots"
LEVELS, SHARE = 1, 0.995
MADE_WITH = "made with"


def _made_with(letters: bool) -> str:
    version = ".".join(qVersion().split(".")[:2])
    return f"Qt {version}, {QFontInfo(QGuiApplication.font()).family()}" if letters else f"Qt {version}"


class Snapshots:
    """Compares pictures with those in ``FOLDER``, or keeps them there."""

    def __init__(self, update: bool) -> None:
        self._update = update

    def check(self, image: QImage, name: str, *, letters: bool = False) -> None:
        """Compare a picture with the one kept under ``name``; ``letters``: there is text in it."""
        path, made_with = FOLDER / f"{name}.png", _made_with(letters)
        if self._update:
            image = image.convertToFormat(QImage.Format.Format_RGB32)
            for key in image.textKeys():
                image.setText(key, "")
            image.setText(MADE_WITH, made_with)
            assert image.save(str(path), quality=0)  # as small as PNG gets
            return
        kept = QImage(str(path))
        assert not kept.isNull(), f"there is no {path.name}: run with --update-snapshots and look at it"
        if kept.text(MADE_WITH) != made_with:
            pytest.skip(f"{path.name} was made with {kept.text(MADE_WITH)}, this is {made_with}")
        now, then = rgb_of(image).astype(int), rgb_of(kept).astype(int)
        assert now.shape == then.shape
        alike = (np.abs(now - then).max(2) <= LEVELS).mean()
        assert alike >= SHARE, f"{path.name}: {100 * (1 - alike):.1f} % of the pixels differ"


def offscreen_on_linux() -> bool:
    """True where the kept pictures can be expected."""
    return sys.platform == "linux" and QGuiApplication.platformName() == "offscreen"
