"""A small picture with the outline burnt in as a Secondary Capture (PS3.3 A.8.1): what every archive shows.

It says in its pixels what it is, below the film, where nothing of the film is covered.
"""

from __future__ import annotations

import cv2
import numpy as np
from highdicom.sc import SCImage
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from ptxviewer.core.drawing.outline import border_zone, drawn
from ptxviewer.core.findings.decide import decide, mask_at_film
from ptxviewer.core.viewport import pixel_aspect
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.write.base import MAKER, Job, equipment, finished, own_series

LONGEST = 1024  # pixels, with the lines of text
LINE = 22  # pixels of a line of text
FONT, FONT_SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.45
GREY = (210, 210, 210)


def secondary_capture(job: Job) -> Dataset:
    """Return the picture, 8-bit RGB."""
    dataset = SCImage.from_ref_dataset(
        job.source.header,
        picture(job),
        "RGB",
        8,
        "PATIENT",
        patient_orientation=("L", "F"),  # highdicom wants one; replaced below by what the film says
        transfer_syntax_uid=ExplicitVRLittleEndian,
        contributing_equipment=equipment(),
        **own_series("SC"),
    )
    dataset.PatientOrientation = job.source.header.PatientOrientation
    dataset.Laterality = ""  # 2C in General Series
    dataset.ConversionType = "WSD"
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.BurnedInAnnotation = "NO"  # that would be a patient's name; the text on it is of the result
    dataset.DerivationDescription = job.summary()[:1024]
    return finished(dataset, job.source)


def picture(job: Job) -> NDArray[np.uint8]:
    """Return the film through its default window with outline and lines of text, (rows, cols, 3) RGB."""
    film = job.film
    grey = display_lut(film, film.vois[film.default_voi])[film.pixels]
    tall = film.rows * pixel_aspect(film.spacing)
    scale = min(1.0, LONGEST / film.cols)
    text = _wrapped(f"{job.summary()} {MAKER}, {job.answer.info.model_id}", max(1, round(film.cols * scale)))
    scale = min(scale, (LONGEST - LINE * len(text) - 8) / tall)
    size = max(1, round(film.cols * scale)), max(1, round(tall * scale))
    text = _wrapped(f"{job.summary()} {MAKER}, {job.answer.info.model_id}", size[0])
    base = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    rgb = np.repeat(base[..., None], 3, 2)
    if job.outlined:
        rgb = _over(rgb, drawn(_small(job.answer.mask, size), 1.0, zone=_network_zone(job, size)))
    band = np.zeros((LINE * len(text) + 8, size[0], 3), np.uint8)
    for number, line in enumerate(text, 1):
        cv2.putText(band, line, (6, LINE * number - 4), FONT, FONT_SIZE, GREY, 1, cv2.LINE_AA)
    return np.concatenate((rgb, band))[:LONGEST]


def _small(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.uint8]:
    small = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small >= 0.5, np.uint8)


def _network_zone(job: Job, size: tuple[int, int]) -> NDArray[np.uint8] | None:
    """Where the outline is the network's; None where a reader changed none of it."""
    findings = job.answer.findings
    if not findings.edited:
        return None
    decision = decide(job.answer.maps, job.answer.info.rule, findings.threshold, findings.detection)
    return border_zone(_small(mask_at_film(decision, *job.film.shape), size), 1.0)


def _over(rgb: NDArray[np.uint8], argb: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Lay premultiplied ARGB over a picture."""
    bits = argb.view(np.uint32)
    alpha = (bits >> 24).astype(np.float32)[..., None] / 255
    colour = np.stack([(bits >> shift) & 255 for shift in (16, 8, 0)], 2)
    return np.rint(np.minimum(colour + rgb * (1 - alpha), 255)).astype(np.uint8)


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines that fit into ``width`` pixels."""
    lines: list[str] = []
    for word in text.encode("ascii", "replace").decode().split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and cv2.getTextSize(longer, FONT, FONT_SIZE, 1)[0][0] <= width - 12:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
