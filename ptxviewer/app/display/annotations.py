"""The words in the corners of the film and under the pointer, its orientation letters and its scale bar, as data."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.film import PixelSpacing, Radiograph, Voi
from ptxviewer.core.geometry import GridMap, Point
from ptxviewer.core.reasons.transition import spoken_label
from ptxviewer.core.view import FilmView
from ptxviewer.core.viewport import pixel_aspect
from ptxviewer.core.voi import describe

BAR_MM = (100, 50, 20, 10, 5, 2, 1)
BAR_PIXELS = (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


@dataclass(frozen=True)
class Corners:
    """Lines of text, from the top of each corner."""

    top_left: tuple[str, ...]
    top_right: tuple[str, ...]
    bottom_left: tuple[str, ...]
    bottom_right: tuple[str, ...]  # warnings


def corner_texts(film: Radiograph, view: FilmView, voi: Voi, zoom: float, identified: bool, aid: str = "") -> Corners:
    """Return the corner texts; ``zoom`` in device pixels per film pixel, ``aid`` says how the picture is sharpened."""
    who, study, facts = film.patient, film.study, film.acquisition
    born = "  ".join(part for part in (who.birth_date, who.sex, who.age) if part)
    left = (who.name, who.id, born) if identified else ("De-identified",)
    modality = " ".join(part for part in (facts.modality, facts.view) if part)
    right = (study.description, " ".join((study.date, study.time)).strip(), modality) if identified else (modality,)
    window = describe(voi) + (f"  {voi.explanation}" if voi.explanation else "")
    lines = [window, f"Zoom {zoom * 100:.0f} %"]
    if film.frames > 1:
        lines.append(f"Frame {film.frame + 1} of {film.frames}")
    warnings = []
    if facts.lossy:
        warnings.append("Lossy compression")
    if not film.acquisition.calibrated_source:
        warnings.append("Not calibrated")
    if aid:
        warnings.append(aid)
    if view.inverted:
        warnings.append("INVERTED")
    if view.flipped:
        warnings.append("FLIPPED")
    if view.quarter_turns:
        warnings.append(f"TURNED {90 * view.quarter_turns}°")
    return Corners(*(tuple(text for text in corner if text) for corner in (left, right, lines, warnings)))


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


def scale_bar(spacing: PixelSpacing, view: FilmView, zoom: float, longest: float) -> tuple[float, str] | None:
    """Return (length in screen pixels, label) of the longest bar in round numbers up to ``longest`` screen pixels.

    ``zoom`` is screen pixels per film column. The label names the origin of the millimetres; where there are none
    the bar is in film pixels, and None when not one of them fits.
    """
    across_mm = spacing.col_mm
    if view.quarter_turns % 2 and spacing.row_mm is not None:
        across_mm = spacing.row_mm / pixel_aspect(spacing)
    if across_mm is not None:
        for mm in BAR_MM:
            if mm / across_mm * zoom <= longest:
                size = f"{mm // 10} cm" if mm >= 10 else f"{mm} mm"
                return mm / across_mm * zoom, f"{size} ({spoken_label(spacing)})"
        return None
    for pixels in BAR_PIXELS:
        if pixels * zoom <= longest:
            return pixels * zoom, f"{pixels} px (size unknown)"
    return None


def probe_text(film: Radiograph, maps: ProbabilityMaps | None, point: Point) -> str:
    """Return position, pixel as stored, modality value and score under a film point, "" outside the film."""
    x, y = math.floor(point[0]), math.floor(point[1])
    if not (0 <= x < film.cols and 0 <= y < film.rows):
        return ""
    stored = int(film.pixels[y, x])
    text = f"x {x}  y {y}  pixel {stored}  value {stored * film.slope + film.intercept:.6g}"
    if maps is None:
        return text
    grid_x, grid_y = GridMap.for_film(film.rows, film.cols, maps.size).point_to_grid(x + 0.5, y + 0.5)
    score = maps.pneumothorax[min(int(grid_y), maps.size - 1), min(int(grid_x), maps.size - 1)]
    return f"{text}  score {score:.2f}"
