"""How a film lies on the screen: its window, its view after a turn or a flip, its letters and its scale bar.

Screen and report share all of it; the words beside it are in ``ptxviewer.words.annotations``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ptxviewer.core.film import Radiograph, Voi
from ptxviewer.core.points import Point
from ptxviewer.core.spacing import PixelSpacing

if TYPE_CHECKING:
    from ptxviewer.core.drawing.shutter import Shutter
    from ptxviewer.core.viewport import Viewport


@dataclass(frozen=True)
class FilmView:
    """How one film lies on the screen. Angles in quarter turns clockwise; the flip comes before the turn."""

    voi_index: int | None = None  # preset chosen; None = the film's default
    voi: Voi | None = None  # window dragged by hand; wins over voi_index
    inverted: bool = False  # by the reader, on top of the film's own polarity
    zoom: float | None = None  # screen pixels (device-independent) per film pixel; None = fit
    center: Point | None = None  # film point (x, y) in the middle of the canvas; None = film's middle
    quarter_turns: int = 0
    flipped: bool = False
    frame: int = 0
    shutter: Shutter | None = None  # of a presentation state that the reader applied; wins over the film's own


def voi_of(film: Radiograph, view: FilmView) -> Voi:
    """The window or table that a film is shown through."""
    if view.voi is not None:
        return view.voi
    index = film.default_voi if view.voi_index is None else view.voi_index
    return film.vois[min(index, len(film.vois) - 1)]


def film_viewport(film: Radiograph, view: FilmView, canvas: Point) -> Viewport:
    """Return the map of a film on a canvas (width, height) in screen pixels."""
    from ptxviewer.core.viewport import pixel_aspect, viewport  # OpenCV comes with it: the window is on screen before

    return viewport(
        film.shape,
        canvas,
        zoom=view.zoom,
        center=view.center,
        quarter_turns=view.quarter_turns,
        flipped=view.flipped,
        aspect=pixel_aspect(film.spacing),
    )


def view_of_box(film: Radiograph, view: FilmView, canvas: Point, box: tuple[float, float, float, float]) -> FilmView:
    """Return the view in which a part (x, y, width, height) of a film is as large as it fits on a canvas.

    It is never smaller than the whole film, and no side of the canvas is left empty that the film can fill.
    """
    from ptxviewer.core.viewport import LARGEST_ZOOM, pixel_aspect

    aspect, turned = pixel_aspect(film.spacing), view.quarter_turns % 2
    across, down = (canvas[1], canvas[0]) if turned else canvas  # of the canvas, along the film's axes
    zoom = min(across / max(box[2], 1.0), down / max(box[3] * aspect, 1.0), LARGEST_ZOOM)
    if zoom <= film_viewport(film, replace(view, zoom=None, center=None), canvas).zoom:
        return replace(view, zoom=None, center=None)

    def middle(wish: float, length: float, seen: float) -> float:
        return length / 2 if seen >= length else min(max(wish, seen / 2), length - seen / 2)

    x = middle(box[0] + box[2] / 2, float(film.cols), across / zoom)
    y = middle(box[1] + box[3] / 2, float(film.rows), down / (zoom * aspect))
    return replace(view, zoom=zoom, center=(x, y))


def rotated(view: FilmView, quarter_turns: int) -> FilmView:
    """Turn what is on the screen clockwise."""
    return replace(view, quarter_turns=(view.quarter_turns + quarter_turns) % 4, center=None)


def flipped_horizontally(view: FilmView) -> FilmView:
    """Mirror what is on the screen left to right.

    The film is flipped before it is turned, and a flip behind a turn is a flip before the opposite turn.
    """
    return replace(view, flipped=not view.flipped, quarter_turns=-view.quarter_turns % 4, center=None)


def flipped_vertically(view: FilmView) -> FilmView:
    """Mirror what is on the screen top to bottom: left to right, then half a turn."""
    return rotated(flipped_horizontally(view), 2)


OPPOSITE = str.maketrans("LRAPHF", "RLPAFH")


def orientation_letters(film: Radiograph, view: FilmView) -> tuple[str, str, str, str] | None:
    """Return the letters at the left, right, top and bottom edge as the film lies; None where no tag supports them."""
    if not film.orientation_known:
        return None
    right, bottom = film.acquisition.row_direction, film.acquisition.column_direction
    edges = [right, bottom, right.translate(OPPOSITE), bottom.translate(OPPOSITE)]  # clockwise from the right
    if view.flipped:
        edges[0], edges[2] = edges[2], edges[0]
    turns = view.quarter_turns % 4
    turned = edges[-turns:] + edges[:-turns] if turns else edges
    return turned[2], turned[0], turned[3], turned[1]


def side_letters(film: Radiograph, view: FilmView) -> tuple[str, str, str, str]:
    """Return what a report has at the left, right, top and bottom edge: sides only, in brackets where assumed.

    Without an orientation tag the usual view from the front is assumed: the patient's right on the picture's left.
    Nothing is assumed of what is no frontal chest film by its tags.
    """
    known = film.orientation_known
    if not known and film.not_analysed is not None:
        return "", "", "", ""
    if not known:
        film = replace(film, acquisition=replace(film.acquisition, row_direction="L", column_direction="F"))
    left, right, top, bottom = (
        (letters[:1] if known else f"({letters[:1]})") if letters[:1] in ("L", "R") else ""
        for letters in orientation_letters(film, view) or ("", "", "", "")
    )
    return left, right, top, bottom


def edge_letters(film: Radiograph, view: FilmView) -> tuple[str, str, str, str]:
    """Return what the screen has at the left, right, top and bottom edge: all letters, or the assumed sides."""
    return orientation_letters(film, view) or side_letters(film, view)


BAR_MM = (100, 50, 20, 10, 5, 2, 1)
BAR_PIXELS = (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


@dataclass(frozen=True)
class ScaleBar:
    """A bar ``length`` screen pixels long, and what it stands for: millimetres, or film pixels where there are none."""

    length: float
    mm: int | None = None
    pixels: int | None = None


def scale_bar(spacing: PixelSpacing, view: FilmView, zoom: float, longest: float) -> ScaleBar | None:
    """Return the longest bar in round numbers up to ``longest`` screen pixels, None when not one of them fits.

    ``zoom`` is screen pixels per film column.
    """
    from ptxviewer.core.viewport import pixel_aspect

    across_mm = spacing.col_mm
    if view.quarter_turns % 2 and spacing.row_mm is not None:
        across_mm = spacing.row_mm / pixel_aspect(spacing)
    if across_mm is not None:
        bars = (ScaleBar(mm / across_mm * zoom, mm=mm) for mm in BAR_MM)
    else:
        bars = (ScaleBar(pixels * zoom, pixels=pixels) for pixels in BAR_PIXELS)
    return next((bar for bar in bars if bar.length <= longest), None)
