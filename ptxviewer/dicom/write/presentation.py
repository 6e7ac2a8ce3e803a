"""Outline and text over the film as a grayscale softcopy presentation state (PS3.3 A.33.1).

No window and no zoom: a viewer's own stay. Points of unit PIXEL have their origin at the corner of the first pixel
(PS3.3 C.10.5.1.2), as film points do here.
"""

from __future__ import annotations

import numpy as np
from highdicom import PresentationLUTTransformation
from highdicom.color import CIELabColor
from highdicom.pr import (
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GrayscaleSoftcopyPresentationState,
    TextObject,
)
from pydicom.dataset import Dataset

from ptxviewer.core.answer import Lesion
from ptxviewer.dicom.write import codes
from ptxviewer.dicom.write.base import Job, equipment, finished, own_series

CYAN = CIELabColor(72.0, -24.0, -26.0)
LINE_HEIGHT = 0.03  # of the picture


def presentation_state(job: Job) -> Dataset:
    """Return the state: a closed line and a label for each lesion, and the result with its research-use line."""
    header = job.source.header
    layer = GraphicLayer("PTX_AI", 1, "AI pneumothorax, research use only", CYAN)
    lines = job.lesion_lines()
    texts = [
        TextObject(job.summary(), "DISPLAY", bounding_box=(0.01, 0.94, 0.99, 0.94 + LINE_HEIGHT),
                   text_justification="LEFT")
    ]  # fmt: skip
    texts += [_label(job, number, lesion) for number, (lesion, _) in enumerate(lines, 1)]
    annotation = GraphicAnnotation(
        [header],
        layer,
        graphic_objects=[GraphicObject("POLYLINE", line.astype(np.float32), "PIXEL") for _, line in lines] or None,
        text_objects=texts,
    )
    dataset = GrayscaleSoftcopyPresentationState(
        [header],
        content_label="PTX_AI",
        content_description="AI pneumothorax, research use only",
        graphic_annotations=[annotation],
        graphic_layers=[layer],
        concept_name=codes.OF_INTEREST,
        presentation_lut_transformation=PresentationLUTTransformation("INVERSE" if job.film.inverse else "IDENTITY"),
        contributing_equipment=equipment(),
        **own_series("PR"),
    )
    dataset.Laterality = ""  # 2C in General Series
    dataset.update(job.source.modality_lut)
    return finished(dataset, job.source)


def _label(job: Job, number: int, lesion: Lesion) -> TextObject:
    """Number, side and area, above the lesion or, where there is no room, below it."""
    side = "" if lesion.side == "unknown" else f" {lesion.side}"
    area = f"{lesion.area_px} px" if lesion.area_mm2 is None else f"{lesion.area_mm2 / 100:.1f} cm2"
    x, y, width, height = lesion.bbox
    tall = LINE_HEIGHT * job.film.rows
    top = y - tall if y >= tall else min(y + height, job.film.rows - tall)
    right = min(x + max(width, 0.25 * job.film.cols), job.film.cols)
    box = float(x), float(top), float(right), float(top + tall)
    return TextObject(f"{number}:{side} {area}", "PIXEL", bounding_box=box, text_justification="LEFT")
