"""The only rooms that know DICOM files: everything else sees ``core.film.Radiograph``."""
