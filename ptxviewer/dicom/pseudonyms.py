"""Names, UIDs and dates in place of a patient's own: the same for the same patient, by a secret of this computer.

Without the secret nothing leads back; with it the same film becomes the same film, so that studies stay together.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_DAYS, SHORTEST_DAYS = 3650, 366  # by which dates lie further back
DAY_S = 86_400
PREFIX = "PTX-"  # of a patient's pseudonym


@dataclass(frozen=True)
class Pseudonyms:
    """Of one patient, under one secret. ``patient`` is what tells them from others; it is never repeated."""

    key: bytes
    patient: str

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    def _digest(self, what: str, value: str) -> bytes:
        return hmac.new(self.key, f"{what}|{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    @property
    def name(self) -> str:
        """The pseudonym of the patient: 16 letters and digits."""
        return PREFIX + base64.b32encode(self._digest("patient", self.patient))[:12].decode("ascii")

    def uid(self, uid: str) -> str:
        """Return the replacement of a UID (PS3.5 B.2), the same for every patient."""
        number = int.from_bytes(self._digest("uid", uid)[:16], "big")
        return f"2.25.{number}"

    @property
    def offset(self) -> timedelta:
        """How far all dates of the patient are moved back, to the second; intervals between them are kept."""
        number = int.from_bytes(self._digest("dates", self.patient)[:8], "big")
        span = (LONGEST_DAYS - SHORTEST_DAYS) * DAY_S
        return timedelta(days=SHORTEST_DAYS, seconds=number % span)

    def moved(self, date: str, time: str) -> tuple[str, str]:
        """Return a DICOM date and time (PS3.5 6.2) moved by ``offset``; ("", "") where the date is none.

        Without a time the date is moved by whole days.
        """
        try:
            day = datetime.strptime(date, "%Y%m%d")
        except ValueError:
            return "", ""
        try:
            seconds = timedelta(hours=int(time[:2]), minutes=int(time[2:4] or 0), seconds=int(time[4:6] or 0))
        except ValueError:
            return (day - timedelta(days=self.offset.days)).strftime("%Y%m%d"), ""
        moved = day + seconds - self.offset
        return moved.strftime("%Y%m%d"), moved.strftime("%H%M%S")
