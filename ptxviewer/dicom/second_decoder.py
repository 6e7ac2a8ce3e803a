"""GDCM asked directly, where pydicom's plugins refuse: 12-bit and progressive JPEG, JPEG-LS of few bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.processing import convert_color_space
from pydicom.uid import HTJ2K, JPEG2000

from ptxviewer.dicom.streams import stream_header
from ptxviewer.dicom.values import frames_of


def decoded(ds: Dataset, frame: int, raw: bool) -> NDArray[Any]:
    """Return frame ``frame`` as (rows, cols) or (rows, cols, samples), of 8 or 16 bits; colour is RGB unless ``raw``.

    Raises ``ImportError`` where GDCM is not installed, ``ValueError`` where it cannot decode the stream either. It is
    asked for JPEG and JPEG-LS of the size in the tags only: at what it does not expect, GDCM ends the process.
    """
    import gdcm

    rows, cols, samples = int(ds.Rows), int(ds.Columns), int(ds.SamplesPerPixel)
    stored, signed = int(ds.BitsStored), int(ds.PixelRepresentation)
    stream = get_frame(ds.PixelData, frame, number_of_frames=frames_of(ds))
    header = stream_header(stream)
    if header is None or header.syntax in (JPEG2000, HTJ2K) or int(ds.BitsAllocated) not in (8, 16):
        raise ValueError("not a JPEG")
    if (header.rows, header.cols, header.samples) != (rows, cols, samples):
        raise ValueError("an image of another size")
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(stream)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((cols, rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(str(ds.PhotometricInterpretation))
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    if samples > 1:
        image.SetPlanarConfiguration(0)
    syntax = gdcm.TransferSyntax.GetTSType(str(ds.file_meta.TransferSyntaxUID))
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    image.SetPixelFormat(gdcm.PixelFormat(samples, int(ds.BitsAllocated), stored, stored - 1, signed))
    data = image.GetBuffer().encode("utf-8", "surrogateescape")
    size, left = divmod(len(data), rows * cols * samples)
    if left or size not in (1, 2):
        raise ValueError("not the pixels that the tags promise")
    array = np.frombuffer(data, f"{'i' if signed else 'u'}{size}")
    shape = (rows, cols) if samples == 1 else (rows, cols, samples)
    array = array.reshape(shape)
    if samples == 3 and not raw and str(ds.PhotometricInterpretation).startswith("YBR_FULL"):
        return convert_color_space(array, "YBR_FULL", "RGB")
    return array
