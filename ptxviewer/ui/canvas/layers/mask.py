"""The mask of a decision and the mask that a reader changes, outlined or filled; compared on screen, never resampled.

While the hand draws, only screen pixels are worked on.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.drawing.outline import RIM, border_zone, drawn, patches, rejected
from ptxviewer.core.drawing.strokes import Stroke, covered
from ptxviewer.core.drawing.tiles import PackedMask
from ptxviewer.core.film import Radiograph
from ptxviewer.core.findings.decide import Decision
from ptxviewer.core.geometry import GridMap, Point
from ptxviewer.core.viewport import Placement, oriented, pixel_aspect, resampled
from ptxviewer.ui.canvas.images import colour_image
from ptxviewer.ui.canvas.layers.base import Picture, PictureLayer
from ptxviewer.ui.canvas.scene import Scene


def grid_on_screen(grid: FloatMap, film: Radiograph, place: Placement) -> FloatMap:
    """Return the part of a (S, S) grid that shows the film, turned and flipped as it lies on the screen."""
    content = GridMap.for_film(film.rows, film.cols, grid.shape[0], pixel_aspect(film.spacing)).content
    return np.ascontiguousarray(oriented(grid[content], place.quarter_turns, place.flipped))


def _fill(scene: Scene) -> float | None:
    settings = scene.state.settings
    return settings.overlay_opacity if settings.overlay_mode == "fill" else None


def _edited(scene: Scene) -> bool:
    return scene.film.review.mask is not None or scene.film.stroke is not None


def _rejected(scene: Scene) -> bool:
    return scene.film.review.verdict == "reject" and scene.film.stroke is None


class NetworkMaskLayer(PictureLayer):
    """The mask of a decision; redone per decision and view, not per window."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of the decision."""
        self._key: tuple[object, ...] = ()
        self._pictures: list[Picture] = []
        self._grid: tuple[tuple[object, ...], FloatMap, NDArray[np.bool_]] | None = None

    def _lying(self, decision: Decision, scene: Scene) -> tuple[FloatMap, NDArray[np.bool_]]:
        """The scores as the film lies, and where they reach the threshold: the same while it is zoomed and moved."""
        place = scene.place
        key = (decision, scene.radiograph.key, place.quarter_turns, place.flipped)
        if self._grid is None or self._grid[0] != key:
            grid = grid_on_screen(decision.grid, scene.radiograph, place)
            self._grid = key, grid, grid >= np.float32(decision.threshold)
        return self._grid[1:]

    def depends(self, scene: Scene) -> object:
        """The decision, how it is drawn and where the film lies; nothing where a reader changed the mask."""
        if not scene.state.overlay.shown or _edited(scene) or scene.decision is None:
            return None
        return scene.decision, _fill(scene), _rejected(scene), scene.lie

    def pictures(self, scene: Scene) -> Sequence[Picture]:
        """Return a picture of each part of the mask."""
        decision, place, fill = scene.decision, scene.place, _fill(scene)
        key = (decision, place, scene.ratio, fill, _rejected(scene), scene.moving)
        if decision is not None and key != self._key:
            grid, kept = self._lying(decision, scene)
            limit = np.float32(decision.threshold)
            self._pictures = []
            for region in patches(kept, place, round(2 * RIM * scene.ratio)):
                score = resampled(grid, (place.width, place.height), region, cv2.INTER_LINEAR)
                mask = (score >= limit).view(np.uint8)
                levels = (
                    rejected(mask, scene.ratio)
                    if _rejected(scene)
                    else drawn(mask, scene.ratio, fill, quickly=scene.moving)
                )
                self._pictures.append((colour_image(levels), place.left + region[0], place.top + region[1]))
            self._key = key
        return self._pictures


class EditedMaskLayer(PictureLayer):
    """The edited mask with the stroke under way; a longer stroke costs its new part and one outline."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of the mask."""
        self._key: tuple[object, ...] = ()
        self._base = np.zeros((0, 0), np.uint8)  # the seen part of the mask before the stroke
        self._zone = np.zeros((0, 0), np.uint8)  # around the network's own outline
        self._live: NDArray[np.uint8] | None = None
        self._levels: tuple[tuple[object, ...], NDArray[np.uint8]] | None = None  # of the mask, as it lies on screen
        self._stamped = 0  # points of the stroke that ``_live`` holds
        self._pictures: tuple[object, list[Picture]] = (None, [])

    def depends(self, scene: Scene) -> object:
        """The mask, the stroke, the decision below them, how they are drawn and where the film lies."""
        if not scene.state.overlay.shown or not _edited(scene) or scene.decision is None:
            return None
        return (
            scene.film.review.mask,
            scene.film.stroke,
            scene.decision,
            _fill(scene),
            _rejected(scene),
            scene.lie,
        )

    def pictures(self, scene: Scene) -> Sequence[Picture]:
        """Return the picture of the mask; without an edited one the network's is what is being changed."""
        key = self.depends(scene)
        if key != self._pictures[0]:
            self._pictures = key, self._redrawn(scene)
        return self._pictures[1]

    def _redrawn(self, scene: Scene) -> list[Picture]:
        decision, mask, place = scene.decision, scene.film.review.mask, scene.place
        assert decision is not None
        key = (scene.radiograph.key, mask, decision, place)
        if key != self._key:
            network = _seen_decision(decision, scene.radiograph, place)
            self._zone = border_zone(network, scene.ratio)
            self._base = network if mask is None else self._seen(mask, place)
            self._key, self._live = key, None
        stroke = scene.film.stroke
        if stroke is None or stroke.shape != "brush":
            self._live = None
            return self._drawing(self._base, scene)
        return self._drawing(self._with(stroke, scene), scene)

    def _seen(self, mask: PackedMask, place: Placement) -> NDArray[np.uint8]:
        key = (mask, place.quarter_turns, place.flipped)
        if self._levels is None or self._levels[0] != key:
            levels = mask.unpack().view(np.uint8) * np.uint8(255)
            self._levels = key, np.ascontiguousarray(oriented(levels, place.quarter_turns, place.flipped))
        return mask_on_screen(self._levels[1], place)

    def _with(self, stroke: Stroke, scene: Scene) -> NDArray[np.uint8]:
        if self._live is None or self._stamped > len(stroke.points):
            self._live, self._stamped = self._base.copy(), 0
        fresh = stroke.points[max(self._stamped - 1, 0) :]
        self._stamped = len(stroke.points)
        points = tuple(_on_picture(scene, point) for point in fresh)
        part = covered(Stroke("brush", points, stroke.radius * scene.port.zoom * scene.ratio), *self._live.shape)
        if part is not None:
            (x0, y0, x1, y1), inside = part
            self._live[y0:y1, x0:x1][inside] = 0 if stroke.removes else 1
        return self._live

    def _drawing(self, mask: NDArray[np.uint8], scene: Scene) -> list[Picture]:
        x, y, width, height = cv2.boundingRect(mask)
        if width == 0:
            return []
        pad = round(RIM * scene.ratio) + 1
        around = ((pad, pad), (pad, pad))
        part, zone = (np.pad(whole[y : y + height, x : x + width], around) for whole in (mask, self._zone))
        left, top = scene.place.corner
        levels = (
            rejected(part, scene.ratio)
            if _rejected(scene)
            else drawn(part, scene.ratio, _fill(scene), zone, scene.film.stroke is not None)
        )
        return [(colour_image(levels), left + x - pad, top + y - pad)]


def mask_on_screen(levels: NDArray[np.uint8], place: Placement) -> NDArray[np.uint8]:
    """Return the seen part of a film's mask, given as levels of 0 and 255 that are turned as the film lies."""
    kind = cv2.INTER_AREA if place.width < levels.shape[1] else cv2.INTER_LINEAR
    return np.asarray(resampled(levels, (place.width, place.height), place.seen, kind) >= 128, np.uint8)


def _seen_decision(decision: Decision, film: Radiograph, place: Placement) -> NDArray[np.uint8]:
    grid = grid_on_screen(decision.grid, film, place)
    score = resampled(grid, (place.width, place.height), place.seen, cv2.INTER_LINEAR)
    return np.asarray(score >= np.float32(decision.threshold), np.uint8)


def _on_picture(scene: Scene, point: Point) -> Point:
    """A film point in device pixels from the corner of the seen part."""
    x, y = scene.screen(point)
    left, top = scene.place.corner
    return x * scene.ratio - left, y * scene.ratio - top
