"""Presentation states of other makers: what they draw on a film, and how they want it shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from ptxviewer.core.drawing.shutter import Shutter
from ptxviewer.core.film import Radiograph, VoiLut, Window
from ptxviewer.core.objects import Mark, Presentation
from ptxviewer.core.softcopy import Rescale
from ptxviewer.dicom.objects import read_objects
from tests.dicom.foreign import GSPS, item, made, reference, the_one
from tests.there import there


def test_a_foreign_presentation_state_is_drawn_with_its_makers_name(tmp_path: Path) -> None:
    uid = generate_uid()
    graphics = [
        item(GraphicAnnotationUnits="PIXEL", GraphicType="POLYLINE", GraphicData=[1, 2, 30, 2, 30, 40, 1, 2]),
        item(GraphicAnnotationUnits="DISPLAY", GraphicType="POLYLINE", GraphicData=[0.0, 0.0, 1.0, 1.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="CIRCLE", GraphicData=[50.0, 60.0, 60.0, 60.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="POINT", GraphicData=[7.0, 8.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="POLYLINE", GraphicData=[float("nan"), 2.0]),
        item(GraphicAnnotationUnits="PIXEL", GraphicType="SPLINE", GraphicData=[1.0, 2.0, 3.0, 4.0]),
    ]  # fmt: skip
    text = item(UnformattedTextValue="nodule\x1b[31m?", AnchorPoint=[5.0, 6.0], AnchorPointAnnotationUnits="PIXEL")
    path = made(
        GSPS,
        tmp_path,
        ReferencedSeriesSequence=Sequence([item(ReferencedImageSequence=Sequence([reference(uid)]))]),
        DisplayedAreaSelectionSequence=Sequence(
            [item(DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=[240, 300])]
        ),
        GraphicAnnotationSequence=Sequence(
            [item(GraphicObjectSequence=Sequence(graphics), TextObjectSequence=Sequence([text]))]
        ),
    )
    one = the_one(path)
    assert (one.maker, one.own, one.film_uid, one.made) == ("ACME CAD 3", False, uid, "2026-01-02 03:04")
    outline, across, circle, place, words = one.marks
    assert outline == Mark(((1.0, 2.0), (30.0, 2.0), (30.0, 40.0)), closed=True)
    assert across.points == ((0.0, 0.0), (240.0, 300.0))
    assert circle.closed
    assert np.allclose(np.hypot(*(np.array(circle.points) - (50, 60)).T), 10)
    assert place.points == ((7.0, 8.0),)
    assert (words.points, words.text, words.only_text) == (((5.0, 6.0),), "nodule[31m?", True)


def test_a_presentation_state_says_how_its_film_is_to_be_shown(tmp_path: Path) -> None:
    uid, other = generate_uid(), generate_uid()
    windows = [
        item(WindowCenter=100, WindowWidth=50, ReferencedImageSequence=Sequence([reference(other)])),
        item(WindowCenter="1800.5", WindowWidth=900, ReferencedImageSequence=Sequence([reference(uid)])),
    ]
    series = [item(ReferencedImageSequence=Sequence([reference(uid)]))]
    path = made(
        GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), SoftcopyVOILUTSequence=Sequence(windows),
        PresentationLUTShape="INVERSE", ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=11, ImageRotation=270,
        ShutterRightVerticalEdge=200, ShutterUpperHorizontalEdge=21, ShutterLowerHorizontalEdge=280,
        ShutterPresentationValue=0, ImageHorizontalFlip="Y",
    )  # fmt: skip
    wanted = the_one(path).presentation
    assert wanted == Presentation(Window(1800.5, 900), Rescale(), True, Shutter((11, 200, 21, 280)), 3, True)
    covered = there(wanted.shutter).covered((300, 240))
    assert not covered[20:280, 10:200].any()
    assert covered[:20].all()


def test_a_presentation_state_brings_its_own_modality_values_and_a_bitmap_shutter(tmp_path: Path) -> None:
    bits = np.zeros((6, 8), bool)
    bits[0], bits[:, 7] = True, True
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(
        GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), RescaleSlope="2", RescaleIntercept="-100",
        SoftcopyVOILUTSequence=Sequence([item(WindowCenter=500, WindowWidth=201)]), ShutterShape="BITMAP",
        ShutterOverlayGroup=0x6002, ShutterPresentationValue=0,
    )  # fmt: skip
    ds = pydicom.dcmread(path)
    plane = {0x0010: ("US", 6), 0x0011: ("US", 8), 0x0040: ("CS", "G"), 0x0050: ("SS", [3, 2]), 0x0100: ("US", 1)}
    for element, (vr, value) in plane.items():
        ds.add_new((0x6002, element), vr, value)
    ds.add_new((0x6002, 0x3000), "OW", np.packbits(bits, bitorder="little").tobytes())
    ds.save_as(path)
    wanted = the_one(path).presentation
    assert wanted is not None
    assert (wanted.voi, wanted.modality) == (Window(500, 201), Rescale(2.0, -100.0))
    assert wanted.shutter is not None
    covered = wanted.shutter.covered((20, 20))
    assert np.array_equal(covered[2:8, 1:9], bits)
    assert covered.sum() == bits.sum()


def test_a_modality_table_alone_changes_how_a_film_is_shown(tmp_path: Path) -> None:
    table = item(
        LUTDescriptor=[4096, 0, 12], LUTData=np.arange(4095, -1, -1, dtype="<u2").tobytes(), ModalityLUTType="US"
    )
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), ModalityLUTSequence=Sequence([table]))
    wanted = the_one(path).presentation
    assert wanted is not None
    assert isinstance(wanted.modality, VoiLut)
    assert (wanted.modality.table[0], wanted.modality.bits) == (4095, 12)


@pytest.mark.parametrize(("bits", "entries"), [(8, 256), (12, 4096), (16, 2)])
def test_a_presentation_table_is_read_and_a_shape_beside_it_is_not_believed(
    tmp_path: Path, bits: int, entries: int
) -> None:
    values = np.linspace(0, (1 << bits) - 1, entries).round().astype("<u2")
    table = item(LUTDescriptor=[entries, 0, bits], LUTData=values.tobytes())
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(
        GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), PresentationLUTSequence=Sequence([table]),
        PresentationLUTShape="INVERSE",
    )  # fmt: skip
    wanted = there(the_one(path).presentation)
    assert np.array_equal(there(wanted.lut).table, values)
    assert (there(wanted.lut).bits, wanted.inverse) == (bits, False)


def test_drawings_for_many_films_are_read_once_and_no_more_than_are_shown(tmp_path: Path) -> None:
    line = item(GraphicData=[1.0, 1.0, 5.0, 5.0], GraphicType="POLYLINE", GraphicAnnotationUnits="PIXEL")
    films = [item(ReferencedImageSequence=Sequence([reference(generate_uid()) for _ in range(1000)]))]
    drawn = Sequence([item(GraphicObjectSequence=Sequence([line] * 600))])
    path = made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(films), GraphicAnnotationSequence=drawn)
    (brought,) = read_objects([path])
    assert {(len(one.marks), one.cut) for one in brought.objects} == {(500, True)}
    assert len(brought.objects) == 1000
    assert len({id(one.marks[0]) for one in brought.objects}) == 1


def test_an_inversion_alone_changes_how_a_film_is_shown(tmp_path: Path) -> None:
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    path = made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), PresentationLUTShape="INVERSE")
    wanted = there(the_one(path).presentation)
    film = Radiograph("film", np.zeros((4, 4), np.uint16))
    assert wanted.changes(film)
    assert not wanted.changes(replace(film, inverse=True))  # it is white on black by itself


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"PresentationLUTSequence": Sequence([item(LUTDescriptor=[4096, 0, 12])])},  # without its data
        {"PresentationLUTSequence": Sequence([item(LUTDescriptor=[4, 0, 8], LUTData=bytes(8))])},  # of one grey
        {"RescaleSlope": "0", "RescaleIntercept": "-100"},
        {"RescaleSlope": "1e308", "SoftcopyVOILUTSequence": Sequence([item(WindowCenter=100, WindowWidth=50)])},
        {"ModalityLUTSequence": Sequence([item(LUTDescriptor=[4096, 0, 12])])},
        {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6002},  # without its plane
        {"ShutterShape": "BITMAP"},
        {"PresentationLUTShape": "IDENTITY", "ImageRotation": 0},
        {"ShutterShape": "CIRCULAR", "RadiusOfCircularShutter": 5},  # without a centre
        {"SoftcopyVOILUTSequence": Sequence([item(WindowCenter=1, WindowWidth=-4)])},
        {"SoftcopyVOILUTSequence": Sequence([item(WindowCenter=None)])},
    ],
)
def test_a_presentation_state_that_shows_the_film_as_it_is_shown_offers_nothing(
    tmp_path: Path, tags: dict[str, object]
) -> None:
    series = [item(ReferencedImageSequence=Sequence([reference(generate_uid())]))]
    assert the_one(made(GSPS, tmp_path, ReferencedSeriesSequence=Sequence(series), **tags)).presentation is None
