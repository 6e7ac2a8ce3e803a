"""Streams of every coder that films come in are decoded to the pixels that went in, or the syntax is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import (
    HTJ2K,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from ptxviewer.core.reasons.reading import ImageNotDecoded
from ptxviewer.dicom.read import read_here
from ptxviewer.words import say
from tests.dicom import coded, made
from tests.fuzz.mutations import made as mutated
from tests.fuzz.seeds import seeds, texture
from tests.refusals import reason_of

JPEG_XL = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}


@pytest.mark.parametrize("syntax", [HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL])
def test_high_throughput_jpeg_2000_is_decoded(tmp_path: Path, syntax: str) -> None:
    ds = coded.with_stream(coded.plain(coded.htj2k_film(), 12), [coded.HTJ2K_STREAM], syntax)
    assert np.array_equal(read_here(made.save(ds, tmp_path / "a.dcm")).pixels, coded.htj2k_film())


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless])
def test_lossless_streams_are_decoded_to_what_went_in(tmp_path: Path, syntax: str, bits: int) -> None:
    pixels = texture(bits=bits)
    ds = coded.plain(pixels, bits)
    coded.with_stream(ds, [coded.by_gdcm(ds, syntax)], syntax)
    assert np.array_equal(read_here(made.save(ds, tmp_path / "a.dcm")).pixels, pixels)


@pytest.mark.parametrize(("syntax", "name"), JPEG_XL.items())
def test_a_film_in_jpeg_xl_is_refused_by_its_name(tmp_path: Path, syntax: str, name: str) -> None:
    ds = coded.with_stream(coded.plain(texture(), 12), [b"\xff\x0a" + b"\0" * 50], HTJ2K)  # pydicom writes none
    path = made.save(ds, tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes().replace(f"{HTJ2K}\0".encode(), f"{syntax}\0".encode()))
    assert reason_of(read_here, path) == ImageNotDecoded(name)
    assert name in say(ImageNotDecoded(name))


def test_the_seeds_of_the_fuzzer_are_films_and_its_mutations_are_always_the_same(tmp_path: Path) -> None:
    for number, seed in enumerate(seeds()):
        if seed.first not in ("films.zip", "DICOMDIR", "object.dcm"):
            path = tmp_path / f"{number}-{seed.first}"
            path.write_bytes(seed.files[seed.first])
            assert min(read_here(path).shape) >= 64
    assert [mutated(1, index) for index in range(20)] == [mutated(1, index) for index in range(20)]
