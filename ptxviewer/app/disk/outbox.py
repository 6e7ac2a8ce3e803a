"""The send queue on disk: one folder per parcel, so that the queue survives any end of the program.

A parcel counts from the moment that its ``parcel.json`` is there, which is written last; the folder of one that was
being packed when the program was killed is removed. Files and folders are for this user alone: they name patients.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ptxviewer.app.state.pacs import Parcel, What
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.files import write_atomic
from ptxviewer.core.pacs import Delivery, State
from ptxviewer.core.reasons import decode, encode
from ptxviewer.core.reasons.writing import NotWritten, Unwritten, Writing

LIST = "parcel.json"
DAMAGED = "damaged-"
MOST_PARCELS = 5000


@dataclass(frozen=True)
class _StoredDelivery:
    state: State
    found: bool | None


@dataclass(frozen=True)
class _Stored:
    """A parcel as JSON has it, but for its reasons."""

    id: str
    node: str
    what: What
    film_number: int
    created: str
    deliveries: tuple[_StoredDelivery, ...]
    tries: int


class Outbox:
    """The folder of parcels."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pack(
        self,
        node: str,
        what: What,
        film_number: int,
        created: str,
        fill: Callable[[Path], Sequence[Path]],
        parcel_id: str = "",
    ) -> Parcel:
        """Make a parcel of the files that ``fill`` writes into a folder. Raises ``PtxError``, and then leaves nothing.

        ``parcel_id`` "": a random one. A parcel of that id that is there is replaced.
        """
        parcel_id = parcel_id or secrets.token_hex(8)
        folder = self._folder / parcel_id
        self.remove(parcel_id)
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError:
            raise ExportFailed(NotWritten(Unwritten.OUTBOX, Writing.FOLDER_NOT_MADE)) from None
        try:
            files = fill(folder)
            for number, file in enumerate(files):
                file.chmod(0o600)
                file.rename(self._file(parcel_id, number))
            parcel = Parcel(parcel_id, node, what, film_number, created, (Delivery(),) * len(files))
            self.update(parcel)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise ExportFailed(NotWritten(Unwritten.OUTBOX, Writing.DISK_REFUSED)) from None
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return parcel

    def _file(self, parcel_id: str, number: int) -> Path:
        return self._folder / parcel_id / f"{number}.dcm"

    def files(self, parcel: Parcel) -> list[Path]:
        """Return the files of a parcel that are still to be sent, in their order."""
        return [self._file(parcel.id, number) for number, one in enumerate(parcel.deliveries) if one.state == "waiting"]

    def update(self, parcel: Parcel) -> None:
        """Write what became of a parcel; one that is there goes from the disk. Raises ``ExportFailed``."""
        if parcel.arrived:
            self.remove(parcel.id)
            return
        record = asdict(replace(parcel, deliveries=()))
        record["deliveries"] = [
            {
                "state": delivery.state,
                "found": delivery.found,
                "why": None if delivery.why is None else encode(delivery.why),
            }
            for delivery in parcel.deliveries
        ]
        content = json.dumps({"version": 1, **record}).encode()
        write_atomic(self._folder / parcel.id / LIST, content, Unwritten.OUTBOX, private=True)

    def remove(self, parcel_id: str) -> None:
        """Take a parcel from the disk."""
        with contextlib.suppress(OSError):  # the list first: a removal that is cut short leaves no half parcel
            (self._folder / parcel_id / LIST).unlink()
        shutil.rmtree(self._folder / parcel_id, ignore_errors=True)

    def load(self) -> tuple[list[Parcel], int]:
        """Return the parcels, the oldest first, and how many could not be read: those are put aside."""
        found: list[Parcel] = []
        damaged = 0
        folders: list[Path] = []
        with contextlib.suppress(OSError):
            folders = [path for path in self._folder.iterdir() if path.is_dir() and not path.name.startswith(DAMAGED)]
        for folder in folders[:MOST_PARCELS]:
            if not (folder / LIST).exists():
                shutil.rmtree(folder, ignore_errors=True)
                continue
            parcel = self._read(folder)
            if parcel is None:
                damaged += 1
                with contextlib.suppress(OSError):
                    folder.rename(folder.with_name(DAMAGED + folder.name))
            else:
                found.append(parcel)
        return sorted(found, key=lambda parcel: parcel.created), damaged

    def _read(self, folder: Path) -> Parcel | None:
        import msgspec

        try:
            record: dict[str, Any] = json.loads((folder / LIST).read_bytes())
            whys = [one.pop("why") for one in record["deliveries"]]
            stored = msgspec.convert(record, _Stored)
            deliveries = tuple(
                Delivery(one.state, None if why is None else decode(why), one.found)
                for one, why in zip(stored.deliveries, whys, strict=True)
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        parcel = Parcel(
            folder.name, stored.node, stored.what, stored.film_number, stored.created, deliveries, stored.tries
        )
        return parcel if all(file.is_file() for file in self.files(parcel)) else None
