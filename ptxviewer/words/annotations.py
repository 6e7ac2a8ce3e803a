"""What is written on the film: the texts in its corners, under the pointer and at its scale bar."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.film import Radiograph, Voi
from ptxviewer.core.geometry import Point
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.sharpen import Sharpening
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.core.view import FilmView, ScaleBar
from ptxviewer.words import quantities, tr
from ptxviewer.words.windowing import describe, kind_of_film, preset_name


@dataclass(frozen=True)
class Corners:
    """Lines of text, from the top of each corner."""

    top_left: tuple[str, ...]
    top_right: tuple[str, ...]
    bottom_left: tuple[str, ...]
    bottom_right: tuple[str, ...]  # warnings


def corner_texts(
    film: Radiograph, view: FilmView, voi: Voi, zoom: float, identified: bool, aids: Iterable[str] = ()
) -> Corners:
    """Return the corner texts; ``zoom`` in device pixels per film pixel, ``aids`` are warnings besides."""
    patient, study, acquisition = film.patient, film.study, film.acquisition
    born = "  ".join(part for part in (patient.birth_date, patient.sex, quantities.age(patient.age)) if part)
    left = (patient.name, patient.id, born) if identified else (tr("De-identified"),)
    modality = kind_of_film(acquisition, identified)
    right = (study.description, " ".join((study.date, study.time)).strip(), modality) if identified else (modality,)
    window = f"{describe(voi, identified)}  {preset_name(voi, identified)}".rstrip()
    lines = [window, tr("Zoom {percent} %", percent=quantities.count(zoom * 100))]
    if film.frames > 1:
        lines.append(tr("Frame {number} of {count}", number=film.frame + 1, count=film.frames))
    warnings = (
        tr("Lossy compression") if acquisition.lossy else "",
        "" if acquisition.calibrated_source else tr("Not calibrated"),
        *aids,
        tr("INVERTED") if view.inverted else "",
        tr("FLIPPED") if view.flipped else "",
        tr("TURNED {degrees}°", degrees=90 * view.quarter_turns) if view.quarter_turns else "",
    )
    return Corners(*(tuple(text for text in corner if text) for corner in (left, right, lines, warnings)))


_SHARPENED: dict[Sharpening, Msgid] = {
    "unsharp": N_("SHARPENED: DISPLAY ONLY (edges)"),
    "clahe": N_("SHARPENED: DISPLAY ONLY (local contrast)"),
}


def sharpened(how: Sharpening) -> str:
    """Return what stands on a film that is shown sharpened, "" where it is shown as it is."""
    return tr(_SHARPENED[how]) if how in _SHARPENED else ""


_PARTS: dict[tuple[str, bool], Msgid] = {
    ("apices", True): N_("Left apex"),
    ("apices", False): N_("Right apex"),
    ("bases", True): N_("Left base"),
    ("bases", False): N_("Right base"),
}


def part_name(part: Literal["apices", "bases"], left: bool, known: bool, mirrored: bool) -> str:
    """Return the name of one of two apices or bases side by side; ``known`` False: the side is assumed."""
    name = tr(_PARTS[part, left])
    if not known:
        name = tr("{apex} (usual view assumed)", apex=name)
    return tr("{apex}, mirrored", apex=name) if mirrored else name


def bar_label(bar: ScaleBar, spacing: PixelSpacing) -> str:
    """Return what stands at a scale bar: its length, with the origin of the millimetres."""
    if bar.mm is None:
        size = quantities.px(bar.pixels or 0)
    else:
        size = quantities.cm(bar.mm, 0) if bar.mm >= 10 else quantities.mm(bar.mm, 0)
    return f"{size} ({quantities.spacing_short(spacing)})"


def probe_text(film: Radiograph, maps: ProbabilityMaps | None, point: Point) -> str:
    """Return position, pixel as stored, modality value and score under a film point, "" outside the film."""
    x, y = math.floor(point[0]), math.floor(point[1])
    if not (0 <= x < film.cols and 0 <= y < film.rows):
        return ""
    stored = int(film.pixels[y, x])
    value = quantities.plain(stored * film.slope + film.intercept)
    text = tr("x {x}  y {y}  pixel {stored}  value {value}", x=x, y=y, stored=stored, value=value)
    if maps is None:
        return text
    grid_x, grid_y = maps.grid_map.point_to_grid(x + 0.5, y + 0.5)
    score = maps.pneumothorax[min(int(grid_y), maps.size - 1), min(int(grid_x), maps.size - 1)]
    return f"{text}  " + tr("score {score}", score=quantities.score(float(score)))
