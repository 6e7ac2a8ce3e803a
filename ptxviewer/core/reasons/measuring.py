"""A reader's measurement as the status bar shows it; it is never stored."""

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
