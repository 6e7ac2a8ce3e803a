"""A window with the network of a hospital, whose archive and lanes are turned by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timezone
from pathlib import Path

from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.exports import Content
from ptxviewer.app.ports import PacsServices
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.pacs import Parcel
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.film import Patient, Study
from ptxviewer.core.pacs import Node, PacsSettings
from tests.app.rig import AppRig
from tests.fakes import FakeNetwork, FakeResults, HandLane

ARCHIVE, WEB = Node("Archive", title="ARCHIVE", host="archive"), Node("Web", "web", url="https://x")
NODES = PacsSettings(nodes=(ARCHIVE, WEB))
JANE = Patient("Doe, Jane", "PAT-1", "1960-02-03")


def facts_of(path: Path) -> Facts:
    day = "2026-04-01" if "prior" in path.name else "2026-05-01"
    return Facts(JANE, Study(date=day, series_uid=f"open-{path.name}"))


class Hospital(AppRig):
    """A window with a network; ``restarted`` is the next one with the same folders."""

    def __init__(
        self,
        folder: Path,
        settings: Settings | None = None,
        kept: PacsSettings = NODES,
        results: FakeResults | None = None,
    ) -> None:
        self.folder, self.network, self.kept = folder, FakeNetwork(), kept
        self.lane, self.sender = HandLane(), HandLane()
        self.broken_disk: Exception | None = None
        self.written: list[Content] = []
        self.when = datetime(2026, 5, 6, 7, 8, tzinfo=timezone.utc)
        pacs = PacsServices(
            self.network,
            self.lane,
            self.sender,
            Outbox(folder / "outbox"),
            folder / "received",
            post=lambda call: call(),
            load=lambda: self.kept,
            save=self._keep,
        )
        super().__init__(settings=settings, facts=facts_of, clock=lambda: self.when, pacs=pacs, results=results)
        self.presenter.pacs.start()
        self.settle()

    def _keep(self, settings: PacsSettings) -> None:
        self.kept = settings

    def _save_objects(self, content: Content, target: Path, kinds: Collection[str]) -> Sequence[Path]:  # type: ignore[override]
        self.written.append(content)
        files = [target.with_name(f"{target.name}.{kind}.dcm") for kind in kinds]
        for file in files:
            file.write_bytes(f"{content.source} {file.suffixes[0]}".encode())
        if self.broken_disk is not None:
            raise self.broken_disk
        return files

    def settle(self) -> None:
        for _ in range(200):
            super().settle()
            if self.lane.idle and self.sender.idle:
                return
            self.turn(self.lane)
            self.turn(self.sender)
        raise AssertionError("the lanes never came to rest")

    def send(self, node: str = "Archive", kinds: Collection[str] = ("sr", "gsps")) -> None:
        self.presenter.pacs.sending.results(node, [self.film.id], kinds)

    def restarted(self) -> Hospital:
        self.presenter.shut_down()
        return Hospital(self.folder, kept=self.kept)

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        return self.state.pacs.parcels

    @property
    def on_disk(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
