"""A film on which something is marked as a key object selection (PS3.3 A.35.4): "of interest", and why."""

from __future__ import annotations

from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from pydicom.dataset import Dataset

from ptxviewer.dicom.write import codes
from ptxviewer.dicom.write.base import Job, equipment, finished, own_series
from ptxviewer.dicom.write.report import device_observer, person_observer

OF_SC_EQUIPMENT = ("manufacturer_model_name", "software_versions", "device_serial_number", "series_description")


def key_object_selection(job: Job) -> Dataset:
    """Return the selection of the film alone."""
    header, own = job.source.header, own_series("KO")
    content = KeyObjectSelection(
        codes.OF_INTEREST,
        [header],
        observer_person_context=person_observer(job),
        observer_device_context=device_observer(),
        description=job.summary(),
    )
    dataset = KeyObjectSelectionDocument(
        evidence=[header],
        content=content,
        contributing_equipment=equipment(),
        **{name: value for name, value in own.items() if name not in OF_SC_EQUIPMENT},
    )
    dataset.ManufacturerModelName = own["manufacturer_model_name"]
    dataset.SoftwareVersions = own["software_versions"]
    dataset.DeviceSerialNumber = own["device_serial_number"]
    dataset.SeriesDescription = own["series_description"]
    return finished(dataset, job.source)
