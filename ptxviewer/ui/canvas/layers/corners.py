"""What is written at the edges of the film: corner texts, side letters, scale bar; what is always to be known of it."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from ptxviewer.core.view import edge_letters, scale_bar, voi_of
from ptxviewer.ui.canvas import annotations as written
from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.ui.platform.text_size import factor
from ptxviewer.words.annotations import bar_label, corner_texts, sharpened
from ptxviewer.words.network import older_network_name


def _aids(scene: Scene) -> tuple[str, ...]:
    """How the picture is sharpened, and that the outline on it is an older network's."""
    shown = scene.film.maps is not None and scene.state.overlay.shown
    older = older_network_name(scene.film.older) if shown else ""
    return tuple(text for text in (sharpened(scene.state.sharpening), older) if text)


class CornersLayer(Layer):
    """Corner texts, letters and bar; where they are off, the film still says what ``_aids`` tell."""

    def depends(self, scene: Scene) -> object:
        """Who is on the film, how it is shown, and where it lies."""
        state, aids = scene.state, _aids(scene)
        if not state.settings.annotations and not aids:
            return None
        return (
            state.settings.annotations,
            state.identified,
            aids,
            scene.radiograph,
            scene.film.view,
            scene.lie,
        )

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Write the texts."""
        area, view, radiograph = scene.area, scene.film.view, scene.radiograph
        aids = _aids(scene)
        if not scene.state.settings.annotations:
            edge = written.MARGIN
            written.paint_chips(
                painter, aids, area.right() - edge, area.bottom() - edge, area.width() - 2 * edge, scene.taken
            )
            return
        zoom, voi = scene.port.zoom * scene.ratio, voi_of(radiograph, view)
        corners = corner_texts(radiograph, view, voi, zoom, scene.state.identified, aids)
        written.paint_letters(painter, area, edge_letters(radiograph, view), scene.taken, factor())
        written.paint_corners(painter, area, corners, scene.taken)
        bar = scale_bar(radiograph.spacing, view, scene.port.zoom, min(area.width() / 4, 260))
        if bar is None:
            return
        text = bar_label(bar, radiograph.spacing)
        place = written.scale_bar_place(painter, area, bar.length, text, scene.taken)
        if place is not None:
            written.paint_scale_bar(painter, place, bar.length, text, factor())
