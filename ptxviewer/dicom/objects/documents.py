"""Key object selections as a list, and the text of an encapsulated PDF (PS3.3 A.45)."""

from __future__ import annotations

import io
import logging

from pydicom.dataset import Dataset

from ptxviewer.core.objects import Document
from ptxviewer.core.plaintext import plain
from ptxviewer.dicom import tags
from ptxviewer.dicom.objects.common import LONGEST, items, made_of, maker_of
from ptxviewer.dicom.objects.report import LONGEST_TEXT, report

MOST_PAGES = 60
LARGEST_PDF = 100 << 20  # bytes


def key_objects(ds: Dataset) -> Document:
    """Return a key object selection: its title, what is written in it, and how many images it names."""
    objects, document = report(ds)
    del objects
    images = sum(
        len(items(series, "ReferencedSOPSequence"))
        for study in items(ds, "CurrentRequestedProcedureEvidenceSequence")
        for series in items(study, "ReferencedSeriesSequence")
    )
    return Document(
        uid=document.uid,
        kind="key objects",
        title=document.title,
        maker=document.maker,
        made=document.made,
        patient=document.patient,
        text=f"{document.text}\n\n{images} image(s) selected".strip(),
        cut=document.cut,
    )


def pdf(ds: Dataset) -> Document:
    """Return a PDF with its text; it is never rendered here."""
    content = bytes(ds.get("EncapsulatedDocument") or b"")
    start = content.find(b"%PDF-", 0, 1024)
    content = content[start:] if start >= 0 else b""
    text, cut = _text_of(content) if 0 < len(content) <= LARGEST_PDF else ("", False)
    return Document(
        uid=tags.text(ds, "SOPInstanceUID"),
        kind="pdf",
        title=plain(tags.text(ds, "DocumentTitle") or tags.text(ds, "SeriesDescription"), 2 * LONGEST),
        maker=maker_of(ds),
        made=made_of(ds),
        patient=tags.person_name(ds),
        text=text,
        pdf=content if 0 < len(content) <= LARGEST_PDF else None,
        cut=cut,
    )


def _text_of(content: bytes) -> tuple[str, bool]:
    """The text of the first pages, as far as it can be taken out; whether there is more."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its messages quote what stands in the file
    try:
        reader = PdfReader(io.BytesIO(content))
        pages = len(reader.pages)
        parts: list[str] = []
        for page in reader.pages[: min(pages, MOST_PAGES)]:
            lines = (plain(line) for line in page.extract_text().splitlines())
            parts.append("\n".join(lines).strip())
            if sum(map(len, parts)) > LONGEST_TEXT:
                break
    except Exception:  # noqa: BLE001 - what a PDF can be broken in is without end; it can still be saved
        return "", False
    text = "\n\n".join(part for part in parts if part)
    return text[:LONGEST_TEXT], len(parts) < pages or len(text) > LONGEST_TEXT
