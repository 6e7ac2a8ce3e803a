"""What a file wants drawn on its film is drawn where it wants it: overlay planes and shutters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ptxviewer.core.film import FileGraphics, Radiograph
from ptxviewer.core.graphics import graphics_on_screen, with_graphics
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.dicom.read import read_film
from tests.dicom import made

RAMP = made.ramp()
SHAPE = RAMP.shape


def plane(bits: np.ndarray, origin: tuple[int, int] = (1, 1), group: int = 0x6000) -> Dataset:
    ds = made.dataset(RAMP)
    ds.add_new((group, 0x0010), "US", bits.shape[0])
    ds.add_new((group, 0x0011), "US", bits.shape[1])
    ds.add_new((group, 0x0040), "CS", "G")
    ds.add_new((group, 0x0050), "SS", list(origin))
    ds.add_new((group, 0x0100), "US", 1)
    ds.add_new((group, 0x0102), "US", 0)
    packed = np.packbits(bits.astype(np.uint8).ravel(), bitorder="little").tobytes()
    ds.add_new((group, 0x3000), "OW", packed + b"\0" * (len(packed) % 2))
    return ds


def film(tmp_path: Path, ds: Dataset) -> Radiograph:
    return read_film(made.save(ds, tmp_path / "a.dcm"))


def marker(rows: int = 30, cols: int = 41) -> np.ndarray:
    bits = np.zeros((rows, cols), bool)
    bits[5:9, 7:20] = True
    return bits


@pytest.mark.parametrize("origin", [(1, 1), (11, 21), (-3, -4), (110, 150)])
@pytest.mark.parametrize("group", [0x6000, 0x601E])
def test_an_overlay_plane_lies_at_its_origin_and_is_said(tmp_path: Path, origin: tuple[int, int], group: int) -> None:
    read = film(tmp_path, plane(marker(), origin, group))
    expected = np.zeros((SHAPE[0] + 100, SHAPE[1] + 100), bool)  # room of 50 around the film
    expected[50 + origin[0] - 1 :, 50 + origin[1] - 1 :][:30, :41] = marker()
    expected = expected[50:-50, 50:-50]
    if expected.any():
        assert read.graphics is not None
        assert read.graphics.overlay is not None
        assert np.array_equal(read.graphics.overlay, expected)
        assert Reading.HAS_OVERLAY in read.notes
    else:
        assert read.graphics is None
    assert np.array_equal(read.pixels, RAMP)


def test_a_plane_in_the_high_bits_of_the_pixels_is_drawn(tmp_path: Path) -> None:
    bits = np.zeros(SHAPE, bool)
    bits[10:20, 30:60] = True
    ds = made.dataset(RAMP | (bits.astype(np.uint16) << 13))
    ds.add_new((0x6000, 0x0010), "US", SHAPE[0])
    ds.add_new((0x6000, 0x0011), "US", SHAPE[1])
    ds.add_new((0x6000, 0x0100), "US", 16)
    ds.add_new((0x6000, 0x0102), "US", 13)
    read = film(tmp_path, ds)
    assert read.graphics is not None
    assert read.graphics.overlay is not None
    assert np.array_equal(read.graphics.overlay, bits)
    assert np.array_equal(read.pixels, RAMP)


def test_a_torn_plane_costs_no_film(tmp_path: Path) -> None:
    ds = plane(marker())
    ds[0x6000, 0x3000].value = b"\1\2"
    assert film(tmp_path, ds).graphics is None


@pytest.mark.parametrize(
    ("tags", "seen", "covered"),
    [
        (
            {
                "ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 41, "ShutterRightVerticalEdge": 100,
                "ShutterUpperHorizontalEdge": 21, "ShutterLowerHorizontalEdge": 60,
            },
            [(20, 40), (59, 99)],
            [(19, 40), (20, 39), (60, 99), (59, 100)],
        ),
        (
            {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [61, 81], "RadiusOfCircularShutter": 40},
            [(60, 80), (60, 120), (100, 80)],
            [(60, 121), (101, 80), (0, 0)],
        ),
        (
            {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [11, 11, 11, 101, 91, 101]},
            [(12, 90), (12, 20)],
            [(80, 20), (5, 50)],
        ),
        (
            {
                "ShutterShape": ["RECTANGULAR", "CIRCULAR"], "ShutterLeftVerticalEdge": 1,
                "ShutterRightVerticalEdge": 80, "ShutterUpperHorizontalEdge": 1, "ShutterLowerHorizontalEdge": 120,
                "CenterOfCircularShutter": [61, 81], "RadiusOfCircularShutter": 40,
            },
            [(60, 60)],
            [(60, 100), (5, 5)],
        ),
    ],
)  # fmt: skip
def test_a_shutter_covers_what_lies_outside_its_shape(
    tmp_path: Path, tags: dict[str, object], seen: list[tuple[int, int]], covered: list[tuple[int, int]]
) -> None:
    read = film(tmp_path, made.dataset(RAMP, ShutterPresentationValue=0x8000, **tags))
    assert Reading.HAS_SHUTTER in read.notes
    assert read.graphics is not None
    assert read.graphics.covered is not None
    assert not any(read.graphics.covered[point] for point in seen)
    assert all(read.graphics.covered[point] for point in covered)
    assert read.graphics.cover_grey == 128


def test_a_bitmap_shutter_is_no_drawing(tmp_path: Path) -> None:
    ds = plane(marker())
    ds.ShutterShape, ds.ShutterOverlayGroup = "BITMAP", 0x6000
    read = film(tmp_path, ds)
    assert read.graphics is not None
    assert read.graphics.overlay is None
    assert read.graphics.covered is not None
    assert read.graphics.covered[6, 10]


@pytest.mark.parametrize(
    "tags",
    [
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 200, "ShutterRightVerticalEdge": 100},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [5000, 5000], "RadiusOfCircularShutter": 10},
        {"ShutterShape": "CIRCULAR"},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2]},
        {"ShutterShape": "NONSENSE"},
    ],
)
def test_a_shutter_that_leaves_nothing_or_is_broken_is_not_believed(tmp_path: Path, tags: dict[str, object]) -> None:
    assert film(tmp_path, made.dataset(RAMP, **tags)).graphics is None


def test_a_shutter_is_round_on_the_patient(tmp_path: Path) -> None:
    tags = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [61, 81], "RadiusOfCircularShutter": 40}
    read = film(tmp_path, made.dataset(RAMP, PixelAspectRatio=["2", "1"], **tags))
    assert read.graphics is not None
    assert read.graphics.covered is not None
    assert read.graphics.covered[85, 80]
    assert not read.graphics.covered[79, 80]


def test_graphics_are_drawn_alike_on_paper_and_on_screen() -> None:
    overlay, covered = np.zeros((40, 50), bool), np.zeros((40, 50), bool)
    overlay[10:20, 10:30], covered[:, 40:] = True, True
    graphics = FileGraphics(overlay, covered, 77)
    grey = np.full((40, 50), 200, np.uint8)
    paper = with_graphics(grey, graphics)
    assert (paper[15, 15], paper[9, 15], paper[0, 45], paper[0, 0]) == (255, 0, 77, 200)
    assert grey[15, 15] == 200
    assert with_graphics(grey, None) is grey
    argb = graphics_on_screen(graphics, (50, 40), (0, 0, 50, 40), 0, False).view(np.uint32)
    assert [hex(argb[at]) for at in ((15, 15), (9, 15), (0, 45), (0, 0))] == [
        "0xffffffff", "0xff000000", "0xff4d4d4d", "0x0",
    ]  # fmt: skip
    turned = graphics_on_screen(graphics, (40, 50), (0, 0, 40, 50), 1, False).view(np.uint32)
    assert np.array_equal(turned, np.rot90(argb, -1))
