"""What a reader has measured, as the status bar tells it; it is never kept in a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptxviewer.core.measurement import Measurement, RegionStatistics
from ptxviewer.core.reason import Reason
from ptxviewer.core.spacing import PixelSpacing


@dataclass(frozen=True)
class Measured(Reason):
    """A measurement and the numbers of its film; ``statistics`` None: no region, or one that holds no pixel."""

    measurement: Measurement
    spacing: PixelSpacing = field(repr=False)
    statistics: RegionStatistics | None = field(repr=False)
    unit: str = field(repr=False)  # of the film's modality values
