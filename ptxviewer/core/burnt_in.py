"""Where text may be burnt into a film: rows of small, sharp, even marks near its edges. A proposal, never all of it.

Film markers, cables and edges of bones look alike now and then, and text elsewhere or of another kind is not found.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import GreyImage

Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in film pixels; x1 and y1 are outside."""

BORDER = 0.2  # of each side: text lies there, and lungs hardly do
SHARP = 48  # grey levels of 255 between a letter and what is around it, within ``REACH`` of its height
LARGEST = 20  # height in pixels at which letters are looked for; larger ones in a smaller picture
LOWEST, HIGHEST = 6, 0.06  # height of a letter: pixels, and of the film's longer side
NARROWEST, WIDEST = 0.06, 1.8  # width of a letter over its height
FEWEST = 3  # letters in a row: two are a film marker
GAP = 2.2  # between letters of a row, in heights
BETWEEN = 2.5  # between words of a line, in heights
MARGIN = 0.4  # around a row, in heights
MOST_STROKES, MOST_MARKS = 100_000, 3_000  # more are noise


@dataclass(frozen=True)
class _Mark:
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def text_regions(grey: GreyImage) -> list[Region]:
    """Return boxes (x0, y0, x1, y1) of what may be text in a (rows, cols) picture, as displayed, from top to bottom."""
    found: list[Region] = []
    for height in _heights(max(grey.shape)):
        shrunk = max(1.0, height / LARGEST)  # large letters are as well seen in a small picture
        small = grey
        if shrunk > 1:
            size = (max(1, round(grey.shape[1] / shrunk)), max(1, round(grey.shape[0] / shrunk)))
            small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        boxes = _regions(small, round(height / shrunk))
        found += [(int(x0 * shrunk), int(y0 * shrunk), _up(x1 * shrunk), _up(y1 * shrunk)) for x0, y0, x1, y1 in boxes]
    return _joined(found, grey.shape)


def _up(value: float) -> int:
    return -int(-value // 1)


def _regions(grey: GreyImage, height: int) -> list[Region]:
    """Rows of letters of about one height."""
    kernel = np.ones((height | 1, height | 1), np.uint8)
    found: list[Region] = []
    for picture in (grey, 255 - grey):
        # What is brighter than all around it within a letter's height: strokes, on any background.
        strokes = cv2.morphologyEx(picture, cv2.MORPH_TOPHAT, kernel) >= SHARP
        found += _rows_of(_marks(strokes, height), grey.shape)
    return found


def _heights(side: int) -> list[int]:
    """Heights of letters that are looked for, each half as large again as the one before."""
    heights = [LOWEST * 1.5]
    while heights[-1] * 1.5 < HIGHEST * side:
        heights.append(heights[-1] * 1.5)
    return [round(height) for height in heights]


def _marks(strokes: NDArray[np.bool_], height: int) -> list[_Mark]:
    """The connected strokes that are as large as a letter of about that height."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8), connectivity=8)
    width, tall, area = stats[1:, 2:].T.astype(np.float64)
    fits = (0.6 * height <= tall) & (tall <= 1.2 * height) & (NARROWEST * tall <= width) & (width <= WIDEST * tall)
    fits &= (0.12 * width * tall <= area) & (area <= 0.95 * width * tall)
    if count > MOST_STROKES or int(fits.sum()) > MOST_MARKS:
        return []
    return [_Mark(*one) for one in stats[1:][fits][:, :4].tolist()]


def _rows_of(marks: list[_Mark], shape: tuple[int, int]) -> list[Region]:
    """Boxes around marks that stand side by side, are of one height, and begin or end near the edge."""
    boxes: list[Region] = []
    left = sorted(marks, key=lambda mark: mark.x)
    while left:
        row = [left[0]]
        rest: list[_Mark] = []
        for place, mark in enumerate(left[1:], 1):
            last = row[-1]
            end = last.x + last.width
            if mark.x - end > GAP * last.height / 0.6:  # and so are all behind it
                rest += left[place:]
                break
            height = max(last.height, mark.height)
            near = mark.x - end <= GAP * height and abs(mark.middle - last.middle) <= 0.35 * height
            (row if near and min(last.height, mark.height) >= 0.6 * height else rest).append(mark)
        left = rest
        if len(row) >= FEWEST:
            box = _around(row)
            if _near_edge(box, shape):
                boxes.append(box)
    return boxes


def _around(row: list[_Mark]) -> Region:
    margin = round(MARGIN * max(mark.height for mark in row))
    return (
        min(mark.x for mark in row) - margin,
        min(mark.y for mark in row) - margin,
        max(mark.x + mark.width for mark in row) + margin,
        max(mark.y + mark.height for mark in row) + margin,
    )


def _near_edge(box: Region, shape: tuple[int, int]) -> bool:
    rows, cols = shape
    x0, y0, x1, y1 = box
    across = x0 < cols * BORDER or x1 > cols * (1 - BORDER)
    return across or y0 < rows * BORDER or y1 > rows * (1 - BORDER)


def _joined(boxes: list[Region], shape: tuple[int, int]) -> list[Region]:
    """Regiones that touch as one, within the picture."""
    rows, cols = shape
    joined: list[list[int]] = []
    for box in boxes:
        new = [max(0, int(box[0])), max(0, int(box[1])), min(cols, int(box[2])), min(rows, int(box[3]))]
        touching = [one for one in joined if _touch(one, new)]
        while touching:
            for one in touching:
                joined.remove(one)
                new = [min(new[0], one[0]), min(new[1], one[1]), max(new[2], one[2]), max(new[3], one[3])]
            touching = [one for one in joined if _touch(one, new)]
        joined.append(new)
    return sorted(((x0, y0, x1, y1) for x0, y0, x1, y1 in joined), key=lambda box: (box[1], box[0]))


def _touch(one: list[int], other: list[int]) -> bool:
    """True where two boxes overlap, and where they stand in one line: a short word between them is text, too."""
    apart = max(one[0], other[0]) - min(one[2], other[2])
    shared = min(one[3], other[3]) - max(one[1], other[1])
    heights = one[3] - one[1], other[3] - other[1]
    in_line = shared >= 0.6 * max(heights) and apart <= BETWEEN * min(heights)
    return shared >= 0 and (apart <= 0 or in_line)
