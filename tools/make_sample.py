"""Makes the sample study: two analytic chest phantoms as honest DX DICOM files. ``python tools/make_sample.py``."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from ptxviewer.phantom.film import Phantom, PhantomSpec, make_phantom

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "sample"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
SAMPLES = {
    "1-pneumothorax": PhantomSpec(side="right", size=0.7, seed=3, rows=1280, cols=1075),
    "2-normal": PhantomSpec(side="none", seed=11, rows=1280, cols=1075),
}


def uid(name: str) -> UID:
    """A UID that is the same every time: 2.25 and 120 bits of a hash (PS3.5 B.2)."""
    return UID(f"2.25.{int(hashlib.sha256(name.encode()).hexdigest()[:30], 16)}")


def dataset(name: str, number: int, phantom: Phantom) -> Dataset:
    """The phantom as a DX image, with nothing in its tags that is not so."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = UID(DX)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = uid(name)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.Modality, ds.ConversionType, ds.Manufacturer = "DX", "SYN", "PTXViewer phantom"
    ds.PatientName, ds.PatientID, ds.PatientSex, ds.PatientBirthDate = "Sample^Phantom", "PHANTOM", "O", ""
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid("study"), uid(f"series {number}")
    ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber = "20260101", "120000", "1", ""
    ds.StudyDescription, ds.SeriesDescription = "Synthetic chest phantom", name.split("-", 1)[1]
    ds.SeriesNumber, ds.InstanceNumber = number, 1
    ds.ImageComments = "Computed from formulas; shows no person."
    ds.BodyPartExamined, ds.ViewPosition, ds.PatientOrientation = "CHEST", phantom.spec.view, ["L", "F"]
    ds.ImageLaterality, ds.BurnedInAnnotation = "U", "NO"
    ds.ImagerPixelSpacing = [round(phantom.spacing_mm, 6)] * 2
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PresentationLUTShape = 1, "MONOCHROME2", "IDENTITY"
    ds.PresentationIntentType, ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = (
        "FOR PRESENTATION", "LOG", -1,
    )  # fmt: skip
    ds.Rows, ds.Columns = phantom.pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = (
        16,
        phantom.spec.bits,
        phantom.spec.bits - 1,
        0,
    )
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = 0, 1, "US"
    center, width = phantom.window
    ds.WindowCenter, ds.WindowWidth, ds.WindowCenterWidthExplanation = round(center), round(width), "Phantom"
    ds.PixelData = phantom.pixels.astype("<u2").tobytes()
    return ds


def main() -> None:
    """Write the sample study."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, (name, spec) in enumerate(SAMPLES.items(), 1):
        phantom = make_phantom(spec)
        assert np.all(phantom.pixels < 1 << spec.bits)
        dataset(name, number, phantom).save_as(FOLDER / f"{name}.dcm", enforce_file_format=True)


if __name__ == "__main__":
    main()
