"""Whole inputs of every kind that the program opens, made by code and the same in every run."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate_extended
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    MediaStorageDirectoryStorage,
    RLELossless,
)

from ptxviewer.dicom.streams import JPEG_PROGRESSIVE, JPEG_SPECTRAL
from tests.dicom.coded import HTJ2K_STREAM, by_gdcm, htj2k_film, jpeg, plain, with_stream
from tests.fuzz.objects import OBJECTS

SHAPE = (72, 88)
NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
CODED_8 = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless)
CODED_12 = (
    JPEGExtended12Bit, JPEG_SPECTRAL, JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless,
    JPEG2000Lossless, JPEG2000, RLELossless,
)  # fmt: skip
COLOURED = (JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000, RLELossless)
PICTURES = (".png", ".jpg", ".tif", ".bmp", ".webp")


@dataclass(frozen=True)
class Seed:
    """One input: ``files`` by their names; the first is what is mutated and opened."""

    name: str
    files: dict[str, bytes]

    @property
    def first(self) -> str:
        """The name of the file that is mutated."""
        return next(iter(self.files))


def texture(shape: tuple[int, int] = SHAPE, bits: int = 12) -> np.ndarray:
    """A ramp with edges and noise, so that every coder has something to code."""
    rows, cols = np.mgrid[0 : shape[0], 0 : shape[1]]
    noise = np.random.default_rng(17).integers(0, 1 << (bits - 4), shape)
    film = (cols * ((1 << bits) // (2 * shape[1])) + noise + (rows // 9 % 2) * (1 << (bits - 3))) % (1 << bits)
    return film.astype(np.uint8 if bits <= 8 else np.uint16)


def written(ds: Dataset, **options: Any) -> bytes:
    """A dataset as a file."""
    file = io.BytesIO()
    ds.save_as(file, **{"enforce_file_format": True} | options)
    return file.getvalue()


def _native(syntax: str, **tags: Any) -> bytes:
    ds = plain(texture(), 12, WindowCenter=[2000, 1800], WindowWidth=[4000, 300], PixelSpacing=[0.4, 0.4], **tags)
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    if syntax == ExplicitVRBigEndian:
        ds.PixelData = texture().astype(">u2").tobytes()
    ds["PixelData"].VR = "OW"
    return written(ds)


def _coded(syntax: str, bits: int, **tags: Any) -> bytes:
    ds = plain(texture(bits=bits), bits, **tags)
    return written(with_stream(ds, [by_gdcm(ds, syntax)], syntax))


def _coloured(syntax: str = "") -> bytes:
    ds = plain(texture(bits=8), 8, SamplesPerPixel=3, PlanarConfiguration=0, PhotometricInterpretation="RGB")
    ds.PixelData = np.stack([texture(bits=8), texture(bits=8) // 2, texture(bits=8)[::-1]], -1).tobytes()
    return written(with_stream(ds, [by_gdcm(ds, syntax)], syntax) if syntax else ds)


def _progressive(colour: bool) -> bytes:
    pixels = np.stack([texture(bits=8)] * 3, -1) if colour else texture(bits=8)
    ds = plain(texture(bits=8), 8)
    if colour:
        ds.SamplesPerPixel, ds.PlanarConfiguration, ds.PhotometricInterpretation = 3, 0, "YBR_FULL_422"
    return written(with_stream(ds, [jpeg(pixels, progressive=True, quality=90)], JPEG_PROGRESSIVE))


def _frames(syntax: str = "", extended: bool = False) -> bytes:
    frames = np.stack([texture(), texture()[::-1], texture().T.reshape(SHAPE)])
    ds = plain(frames, 12)
    if not syntax:
        return written(ds)
    streams = [by_gdcm(plain(frame, 12), syntax) for frame in frames]
    ds = with_stream(ds, streams, syntax)
    if extended:
        data, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(streams)
        ds.PixelData = data
        ds["PixelData"].is_undefined_length = True
    return written(ds)


def _high_throughput(syntax: str) -> bytes:
    return written(with_stream(plain(htj2k_film(), 12), [HTJ2K_STREAM], syntax))


def _palette() -> bytes:
    ds = plain(texture(bits=8), 8, PhotometricInterpretation="PALETTE COLOR")
    for name in ("Red", "Green", "Blue"):
        ds.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
        ds.add_new(f"{name}PaletteColorLookupTableData", "OW", (np.arange(256, dtype=np.uint16) * 257).tobytes())
    return written(ds)


def _lut(keyword: str, explanation: str, bits: int = 12) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [4096, 0, bits])
    item.LUTExplanation = explanation
    item.add_new("LUTData", "OW", (np.arange(4096, dtype=np.uint16) >> (12 - bits)).tobytes())
    if keyword == "ModalityLUTSequence":
        item.ModalityLUTType = "OD"
    return item


def _tables() -> bytes:
    ds = plain(texture(), 12, ModalityLUTSequence=[_lut("ModalityLUTSequence", "density")])
    ds.VOILUTSequence = [_lut("VOILUTSequence", "soft"), _lut("VOILUTSequence", "hard", 8)]
    return written(ds)


def _graphics() -> bytes:
    """Overlay planes, one in the pixels, and shutters of every shape."""
    ds = plain(texture() << 4, 12, HighBit=15, ShutterShape=["RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP"])
    ds.ShutterLeftVerticalEdge, ds.ShutterRightVerticalEdge = 3, 80
    ds.ShutterUpperHorizontalEdge, ds.ShutterLowerHorizontalEdge = 3, 70
    ds.CenterOfCircularShutter, ds.RadiusOfCircularShutter = [36, 44], 50
    ds.VerticesOfThePolygonalShutter = [1, 1, 1, 88, 72, 88, 72, 1]
    ds.ShutterOverlayGroup, ds.ShutterPresentationValue = 0x6002, 30000
    for group in (0x6000, 0x6002):
        ds.add_new((group, 0x0010), "US", 20)
        ds.add_new((group, 0x0011), "US", 24)
        ds.add_new((group, 0x0040), "CS", "G")
        ds.add_new((group, 0x0050), "SS", [2, 3])
        ds.add_new((group, 0x0100), "US", 1)
        ds.add_new((group, 0x0102), "US", 0)
        ds.add_new((group, 0x3000), "OW", b"\x0f\xf0" * 30)
    ds.add_new((0x6004, 0x0010), "US", 72)
    ds.add_new((0x6004, 0x0011), "US", 88)
    ds.add_new((0x6004, 0x0050), "SS", [1, 1])
    ds.add_new((0x6004, 0x0100), "US", 16)
    ds.add_new((0x6004, 0x0102), "US", 2)
    return written(ds)


def _groups() -> bytes:
    """Functional groups of an enhanced film."""
    ds = plain(np.stack([texture(), texture()]), 12)
    for index in range(2):
        frame = Dataset()
        rescale, window = Dataset(), Dataset()
        rescale.RescaleSlope, rescale.RescaleIntercept, rescale.RescaleType = 2, index, "US"
        window.WindowCenter, window.WindowWidth = 2000 + index, 3000
        frame.PixelValueTransformationSequence, frame.FrameVOILUTSequence = [rescale], [window]
        ds.PerFrameFunctionalGroupsSequence = [*(ds.get("PerFrameFunctionalGroupsSequence") or ()), frame]
    return written(ds)


def _float() -> bytes:
    ds = plain(texture(), 16)
    del ds.PixelData
    ds.BitsAllocated = 32
    ds.add_new("FloatPixelData", "OF", texture().astype(np.float32).tobytes())
    return written(ds)


def _packed() -> bytes:
    ds = plain(texture(), 12, BitsAllocated=12)
    spread = (texture().reshape(-1, 1) >> np.arange(12)) & 1
    ds.PixelData = np.packbits(spread.astype(np.uint8).ravel(), bitorder="little").tobytes()
    ds["PixelData"].VR = "OW"
    return written(ds)


def _signed() -> bytes:
    values = texture().astype(np.int16) - 2048
    return written(plain(values, 12, PixelPaddingValue=-2048, RescaleSlope="0.5", RescaleIntercept="-100"))


def _bare() -> bytes:
    ds = plain(texture(), 12)
    ds["PixelData"].VR = "OW"
    file = io.BytesIO()
    del ds.file_meta
    ds.save_as(file, implicit_vr=True, little_endian=True)
    return file.getvalue()


def _zip(method: int, names: tuple[str, ...] = ("bed4.dcm", "more/bed7", "notes.txt", "picture.png")) -> bytes:
    films = (_native(ExplicitVRLittleEndian), _coded(JPEGLSLossless, 12), b"a note", _picture(".png"))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in zip(names, films, strict=True):
            info = zipfile.ZipInfo(name)  # of 1980: the time of a run is no part of a seed
            info.compress_type = method
            archive.writestr(info, content)
    return file.getvalue()


def _dicomdir() -> dict[str, bytes]:
    """A DICOMDIR with two films and one that is not there, by hand: pydicom's own wants files on a disk."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.826.0.1.3680043.8.498.17.9")
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.FileSetID = "DISC"
    records = []
    for kind, parts in (("PATIENT", None), ("STUDY", None), ("IMAGE", ["DICOM", "IM1"]), ("IMAGE", ["DICOM", "IM2"]),
                        ("IMAGE", ["DICOM", "GONE"])):  # fmt: skip
        record = Dataset()
        record.OffsetOfTheNextDirectoryRecord = record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
        record.RecordInUseFlag, record.DirectoryRecordType = 0xFFFF, kind
        if parts:
            record.ReferencedFileID = parts
        records.append(record)
    ds.DirectoryRecordSequence = records
    return {
        "DICOMDIR": written(ds),
        "DICOM/IM1": _native(ExplicitVRLittleEndian),
        "DICOM/im2": _coded(JPEG2000Lossless, 12),
    }


def _picture(suffix: str, pixels: np.ndarray | None = None) -> bytes:
    done, content = cv2.imencode(suffix, texture(bits=8) if pixels is None else pixels)
    assert done
    return bytes(content.tobytes())


def _films() -> dict[str, bytes]:
    """DICOM films: every transfer syntax that can be written here, and every kind of pixels and tables."""
    films = {f"native {syntax.name}": _native(syntax) for syntax in NATIVE}
    films |= {f"8 bits {syntax.name}": _coded(syntax, 8) for syntax in CODED_8}
    films |= {f"12 bits {syntax.name}": _coded(syntax, 12) for syntax in CODED_12}
    films |= {f"HT {syntax.name}": _high_throughput(syntax) for syntax in (HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL)}
    films |= {f"colour {syntax.name}": _coloured(syntax) for syntax in COLOURED}
    films |= {f"frames {syntax.name}": _frames(syntax) for syntax in (RLELossless, JPEGLSLossless, JPEG2000)}
    return films | {
        "progressive grey": _progressive(False), "progressive colour": _progressive(True), "colour native": _coloured(),
        "frames native": _frames(), "frames extended offsets": _frames(JPEGLosslessSV1, extended=True),
        "palette": _palette(), "tables": _tables(), "graphics": _graphics(), "groups": _groups(), "float": _float(),
        "packed": _packed(), "signed": _signed(),
    }  # fmt: skip


def seeds() -> list[Seed]:
    """Every seed, in an order that does not change."""
    found = [Seed(name, {"film.dcm": content}) for name, content in _films().items()]
    found.append(Seed("bare", {"IM0001": _bare()}))
    found += [Seed(f"picture{suffix}", {f"film{suffix}": _picture(suffix)}) for suffix in PICTURES]
    deep = {".png": texture(), ".tif": texture()}
    found += [
        Seed(f"deep picture{suffix}", {f"film{suffix}": _picture(suffix, pixels)}) for suffix, pixels in deep.items()
    ]
    colour = np.stack([texture(bits=8)] * 4, -1)
    found.append(Seed("picture with alpha", {"film.png": _picture(".png", colour)}))
    found += [Seed(name, {"object.dcm": make()}) for name, make in OBJECTS.items()]
    methods = {
        "stored": zipfile.ZIP_STORED,
        "deflated": zipfile.ZIP_DEFLATED,
        "bzip2": zipfile.ZIP_BZIP2,
        "lzma": zipfile.ZIP_LZMA,
    }
    found += [Seed(f"archive {name}", {"films.zip": _zip(method)}) for name, method in methods.items()]
    found.append(Seed("DICOMDIR", _dicomdir()))
    return found
