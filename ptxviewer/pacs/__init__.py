"""The network of a hospital: DIMSE (pynetdicom) and DICOMweb (dicomweb-client), imported when first used.

Nothing here opens a film: what comes in is written to disk, and read like any other file.
"""
