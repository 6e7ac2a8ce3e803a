"""What the file itself wants drawn on its film, overlay planes and display shutter, or the shutter that was applied."""

from __future__ import annotations

from collections.abc import Sequence

from ptxviewer.core.graphics import graphics_on_screen, presented
from ptxviewer.ui.canvas.images import colour_image
from ptxviewer.ui.canvas.layers.base import Picture, PictureLayer
from ptxviewer.ui.canvas.scene import Scene


class FileGraphicsLayer(PictureLayer):
    """The graphics of the file; one key hides them."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of the film."""
        self._key: tuple[object, ...] = ()
        self._pictures: list[Picture] = []

    def depends(self, scene: Scene) -> object:
        """The film's graphics and where it lies; nothing where they are hidden or there are none."""
        shutter = scene.film.view.shutter
        if (scene.radiograph.graphics is None and shutter is None) or not scene.state.file_graphics:
            return None
        return scene.radiograph.graphics, shutter, scene.lie

    def pictures(self, scene: Scene) -> Sequence[Picture]:
        """Return the seen part of them."""
        place = scene.place
        key = (scene.radiograph.graphics, scene.film.view.shutter, place)
        if key != self._key:
            graphics = presented(scene.radiograph, scene.film.view)
            if graphics is None:
                return []
            argb = graphics_on_screen(
                graphics, (place.width, place.height), place.seen, place.quarter_turns, place.flipped
            )
            self._pictures, self._key = [(colour_image(argb), *place.corner)], key
        return self._pictures
