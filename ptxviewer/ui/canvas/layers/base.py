"""What a layer is: one thing that is painted over (or under) the film, and what it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtGui import QImage, QPainter

from ptxviewer.ui.canvas.scene import Scene

Picture = tuple[QImage, int, int]
"""An image, and x, y of its corner on the canvas in device pixels."""


class Layer(Protocol):
    """One entry of the list that a canvas paints, from the film upwards."""

    def depends(self, scene: Scene) -> object:
        """Return all that ``paint`` looks at, None where it paints nothing: a new value repaints the canvas.

        Arrays of a film or of a result are compared by identity.
        """
        ...

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Paint in screen pixels from the canvas's corner."""
        ...

    def described(self, scene: Scene) -> str:
        """Return what a screen reader is told of this layer."""
        return ""

    def forget(self) -> None:
        """Let go of a film that is no longer shown."""
        return


class PictureLayer(Layer, Protocol):
    """A layer of images, laid device pixel for device pixel."""

    def pictures(self, scene: Scene) -> Sequence[Picture]:
        """Return what is to be laid over the film."""
        ...

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw the pictures; where nothing of the film is on the canvas there are none."""
        if scene.place.empty or self.depends(scene) is None:
            return
        painter.save()
        painter.scale(1 / scene.ratio, 1 / scene.ratio)
        for image, x, y in self.pictures(scene):
            painter.drawImage(x, y, image)
        painter.restore()


def paint_layers(layers: Sequence[Layer], painter: QPainter, scene: Scene) -> None:
    """Paint a list of layers; each finds the painter as it was."""
    for layer in layers:
        if layer.depends(scene) is not None:
            painter.save()
            layer.paint(painter, scene)
            painter.restore()


def dependencies(layers: Sequence[Layer], scene: Scene) -> tuple[object, ...]:
    """Return what the picture of a scene depends on: equal values are equal pictures."""
    return tuple(layer.depends(scene) for layer in layers)
