"""What a child imports in a test: it then has little time of the processor."""

from __future__ import annotations

from ptxviewer.dicom.isolated import limits

setattr(limits, "MOST_CPU_S", 0.2)  # noqa: B010 - of this process only, a child
