"""The report of a film as an encapsulated PDF (PS3.3 A.45.1), in the film's study."""

from __future__ import annotations

from datetime import datetime

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr.coding import Code
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

from ptxviewer.dicom.write import codes
from ptxviewer.dicom.write.base import DESCRIPTION, Job, finished, own_series

TITLE = "Report: AI pneumothorax, research use only"
COPIED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime",
    "StudyID", "StudyDescription", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip


def encapsulated_pdf(job: Job, pdf: bytes) -> Dataset:
    """Return the document; highdicom has no class for it, so the modules are filled here."""
    header, own, now = job.source.header, own_series("DOC"), datetime.now().astimezone()
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = EncapsulatedPDFStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = own["sop_instance_uid"]
    for keyword in COPIED:
        if keyword in header:
            setattr(dataset, keyword, header[keyword].value)
    dataset.Modality = "DOC"
    dataset.SeriesInstanceUID, dataset.SeriesNumber = own["series_instance_uid"], own["series_number"]
    dataset.SeriesDescription = DESCRIPTION
    dataset.Manufacturer = own["manufacturer"]
    dataset.ManufacturerModelName = own["manufacturer_model_name"]
    dataset.DeviceSerialNumber = own["device_serial_number"]
    dataset.SoftwareVersions = own["software_versions"]
    dataset.ConversionType = "WSD"
    dataset.InstanceNumber = 1
    dataset.ContentDate, dataset.ContentTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    dataset.AcquisitionDateTime = ""
    dataset.BurnedInAnnotation = "YES"  # the patient's name stands on the page
    dataset.DocumentTitle = TITLE
    dataset.ConceptNameCodeSequence = Sequence([_coded(codes.REPORT)])
    source = Dataset()
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = job.source.sop_class, header.SOPInstanceUID
    dataset.SourceInstanceSequence = Sequence([source])
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocumentLength = len(pdf)
    dataset.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    return finished(dataset, job.source)


def _coded(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme_designator, code.meaning
    return item
