"""Pictures from arrays and arrays from pictures, by ``qimage2ndarray``.

Its views do not keep a picture alive: whoever has a view holds the picture, too.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from qimage2ndarray import raw_view, rgb_view

from ptxviewer.core.arrays import GreyImage


def _empty(shape: tuple[int, ...], kind: QImage.Format) -> QImage:
    return QImage(shape[1], shape[0], kind)


def grey_image(grey: GreyImage) -> QImage:
    """Return a picture of (rows, cols) grey levels; it owns its pixels."""
    image = _empty(grey.shape, QImage.Format.Format_Grayscale8)
    raw_view(image)[:] = grey
    return image


def grey_view(grey: GreyImage) -> QImage:
    """Return a picture of (rows, cols) grey levels that lie in memory row by row; the caller keeps them for it.

    The rows may be part of longer ones: nothing is copied.
    """
    rows, cols = grey.shape
    step = grey.strides[0]
    flat = np.lib.stride_tricks.as_strided(grey, ((rows - 1) * step + cols,), (1,), writeable=False)
    return QImage(flat.data, cols, rows, step, QImage.Format.Format_Grayscale8)


def grey_through(levels: NDArray[np.uint16], table: GreyImage) -> tuple[QImage, GreyImage]:
    """Return the picture of (rows, cols) ``levels`` sent through a table, and its pixels to be changed in place."""
    image = _empty(levels.shape, QImage.Format.Format_Grayscale8)
    grey: GreyImage = raw_view(image)
    cv2.LUT(levels, table, dst=grey)
    return image, grey


def colour_image(argb: NDArray[np.int32]) -> QImage:
    """Return a picture of (rows, cols) premultiplied ARGB, one number a pixel; it owns its pixels."""
    image = _empty(argb.shape, QImage.Format.Format_ARGB32_Premultiplied)
    raw_view(image)[:] = argb.view(np.uint32)
    return image


def colour_through(levels: GreyImage, table: NDArray[np.int32]) -> QImage:
    """Return the picture of (rows, cols) ``levels`` that a (256,) table of premultiplied ARGB makes."""
    image = _empty(levels.shape, QImage.Format.Format_ARGB32_Premultiplied)
    cv2.LUT(levels, table, dst=raw_view(image).view(np.int32))
    return image


def rgb_of(image: QImage) -> NDArray[np.uint8]:
    """Return the (rows, cols, 3) red, green and blue of a picture as a new array."""
    converted = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.array(rgb_view(converted))
