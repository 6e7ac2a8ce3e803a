"""What the presenter works with in the program: lanes, folders, readers of films, the network."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ptxviewer.app.disk import pacs_file
from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.disk.result_file import ResultFolder, identity
from ptxviewer.app.disk.review_file import ReviewFolder
from ptxviewer.app.jobs import ThreadLane
from ptxviewer.app.ports import PacsServices, Services, View
from ptxviewer.app.presenter import Presenter
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.engine import Checkpoint, Engine, EngineInfo, SelfTest
from ptxviewer.core.errors import ModelUnavailable, UnreadableFilm
from ptxviewer.core.files import open_regular
from ptxviewer.core.film import Radiograph
from ptxviewer.core.heap import keep_freed_memory
from ptxviewer.core.objects import Brought
from ptxviewer.core.pacs import NO_PACS, PacsSettings
from ptxviewer.core.purposes import PurposeChoice, RuleFigures
from ptxviewer.core.reason import Reason
from ptxviewer.core.scratch import ScratchFolder
from ptxviewer.core.tag_list import TagList
from ptxviewer.inference.shipped import make_engine
from ptxviewer.pacs.service import PacsService
from ptxviewer.paths import bundle_dir, sample_study
from ptxviewer.ui.exports import WRITERS, write_objects
from ptxviewer.ui.platform.bridge import Bridge
from ptxviewer.ui.platform.folders import reports_folder

if TYPE_CHECKING:
    from ptxviewer.app.commands.own_keys import Keys
    from ptxviewer.core.site import SiteFigures
    from ptxviewer.inference.card import Card


def read(path: Path, frame: int) -> Radiograph:
    """Read a film. pydicom takes longer to import than the window to appear, so it waits until it is needed."""
    from ptxviewer.dicom.read import read_film

    return read_film(path, frame)


class Films:
    """Finds films and reads them; remembers what it is told of those that cannot be read: members of an archive."""

    def __init__(self, unpacked: Path) -> None:
        self._unpacked = unpacked
        self._refused: dict[Path, Reason] = {}
        self._found: set[Path] = set()
        self._objects: set[Path] = set()

    def find(self, paths: Sequence[Path]) -> list[Path]:
        """Return the films among ``paths``, in order, also those that will be refused when they are read.

        pydicom is imported here, too. Raises ``UnreadableFilm`` where there is nothing but the reason.
        """
        from ptxviewer.dicom import candidates
        from ptxviewer.dicom.collect import collect

        found = collect(paths, self._unpacked)
        reason = found[0].reason if found and all(film.is_input for film in found) else None
        if reason is not None:
            raise UnreadableFilm(reason)
        self._refused |= {film.path: film.reason for film in found if film.reason is not None}
        self._found |= {film.path for film in found}
        self._objects |= {film.path for film in found if candidates.is_object(film)}
        return [film.path for film in found]

    def is_object(self, path: Path) -> bool:
        """True for what belongs to films and is none; of what was not found by ``find`` the first bytes are read."""
        return path in self._objects if path in self._found else belongs_to_films(path)

    def read(self, path: Path, frame: int) -> Radiograph:
        """Read a film. Raises ``UnreadableFilm``; what was refused is read where it is there by now."""
        reason = self._refused.get(path)
        if reason is not None and not path.is_file():
            raise UnreadableFilm(reason)
        return read(path, frame)


def belongs_to_films(path: Path) -> bool:
    """True for a report, a segmentation and their like; the first bytes of the file are read."""
    from ptxviewer.dicom.objects import is_object

    return is_object(path)


def read_objects(paths: Sequence[Path]) -> list[Brought]:
    """Return what came of objects that belong to films."""
    from ptxviewer.dicom import objects

    return objects.read_objects(paths)


def run_self_test(engine: Engine, checkpoint: Checkpoint) -> SelfTest:
    """Compare the network with its golden output. On the model lane."""
    from ptxviewer.inference.selftest import self_test

    return self_test(engine, bundle_dir(), checkpoint)


def is_film(path: Path) -> bool:
    """Look at the first bytes of a file. Raises ``OSError`` where it cannot be read."""
    from ptxviewer.dicom.candidates import starts_like_film

    with open_regular(path) as file:
        return starts_like_film(file.read(132))


def read_facts(path: Path) -> Facts | None:
    """Return who a film shows and when, without decoding it; None where only the whole film can tell."""
    from ptxviewer.dicom.read import read_header

    header = read_header(path)
    return None if header is None else Facts(header[0], header[1], header[2].modality, header[2].view)


def read_tags(path: Path) -> TagList:
    """Return the tags of a file. Raises ``UnreadableFilm``."""
    from ptxviewer.dicom.tag_list import list_tags

    return list_tags(path)


def expected_engine(purpose: PurposeChoice) -> EngineInfo | None:
    """Return what the card says of the shipped network, which is loaded later: results of it can be shown by then."""
    from ptxviewer.inference.card import expected_info

    return expected_info(bundle_dir(), purpose)


def earlier_engines(purpose: PurposeChoice) -> tuple[EngineInfo, ...]:
    """Return the networks that shipped before, the newest first, each under the rule for ``purpose`` first."""
    from ptxviewer.inference.card import earlier_infos

    infos = earlier_infos(bundle_dir())
    order = list(dict.fromkeys(info.model_sha256 for info in infos))
    return tuple(sorted(infos, key=lambda info: (order.index(info.model_sha256), info.purpose != purpose)))


def rule_figures() -> Mapping[PurposeChoice, RuleFigures]:
    """Return how each rule of the shipped network did, as its card says; nothing where there is no card to read."""
    card = _card()
    return {} if card is None else card.figures


def _card() -> Card | None:
    from ptxviewer.inference.card import read_card

    try:
        return read_card(bundle_dir())
    except ModelUnavailable:
        return None


def _site_figures(results: Path, reviews: Path, settings: Settings, info: EngineInfo) -> SiteFigures:
    """Return the figures of the films of this computer. NumPy comes with it, and is not needed at a start."""
    from ptxviewer.app.site import figures, kept_films

    films = kept_films(ResultFolder(results), ReviewFolder(reviews), identity(info))
    share, card = settings.pneumothorax_share / 100 or None, _card()
    return figures(films) if card is None else figures(films, card.figures.get(info.purpose), card.scores, share)


@dataclass(frozen=True)
class PacsPlaces:
    """Where the nodes of this user lie, those of the site (None: nowhere), and what is sent and received."""

    settings: Path
    site: Path | None
    data: Path

    def load(self, told: Callable[[Reason], None]) -> PacsSettings:
        """Return the nodes of this user, else those of the site; ``told`` of what is damaged."""
        site = NO_PACS if self.site is None else pacs_file.load(self.site)
        return pacs_file.load(self.settings, told, site)


class Backing:
    """The presenter, and what lives as long as it."""

    def __init__(
        self,
        view: View,
        settings: Settings,
        engine: Engine | None,
        *,
        save_settings: Callable[[Settings], None],
        save_keys: Callable[[Keys], None],
        reviews: Path,
        results: Path,
        pacs: PacsPlaces,
    ) -> None:
        """``engine`` None is the shipped network; ``reviews`` and ``results`` are folders."""
        self._unpacked = ScratchFolder()
        self._reviews = ReviewFolder(reviews)
        films = Films(self._unpacked.path)
        self._bridge = Bridge()
        network = engine or make_engine(settings.device, settings.rule)
        post = self._bridge.post
        disk = self._disk = ThreadLane("disk", post)
        services = Services(
            read_film=films.read,
            collect=films.find,
            is_object=films.is_object,
            read_objects=read_objects,
            engine=network,
            disk=disk,
            model=ThreadLane("model", self._bridge.post),
            exports=WRITERS,
            objects=write_objects,
            reports_folder=reports_folder,
            save_settings=save_settings,
            save_keys=save_keys,
            sample=sample_study(),
            reviews=self._reviews,
            keep=ThreadLane("reviews", self._bridge.post),
            site=partial(_site_figures, results, reviews) if settings.keep_results else None,
            self_test=lambda checkpoint: run_self_test(network, checkpoint),
            results=ResultFolder(results) if settings.keep_results else None,
            cache=ThreadLane("results", self._bridge.post),
            after_paint=self._bridge.after_paint,
            watch=ThreadLane("watch", self._bridge.post),
            browse=ThreadLane("browse", self._bridge.post),
            is_film=is_film,
            read_facts=read_facts,
            read_tags=read_tags,
            expected=expected_engine(settings.rule) if engine is None else None,
            earlier=earlier_engines(settings.rule) if engine is None else (),
            pacs=PacsServices(
                PacsService(),
                lane=ThreadLane("pacs", post),
                sender=ThreadLane("pacs-sender", post),
                outbox=Outbox(pacs.data / "outbox"),
                received=pacs.data / "received",
                post=post,
                load=lambda: pacs.load(lambda reason: post(lambda: self.presenter.show_problem(reason))),
                save=lambda value: pacs_file.save(pacs.settings, value),
            ),
        )
        self.presenter = Presenter(view, services, settings)
        self.alone = self._reviews.claim()  # no other window keeps its reviews in the same folder

    def warm_up(self) -> None:
        """While the window is still empty, import what reads films, start the process that decodes, load the network.

        One after the other: while torch's libraries are brought into memory, an import on another thread would wait for
        the system's loader with the interpreter lock in its hand, and the window with it.
        """
        keep_freed_memory()
        self._disk.submit(
            lambda _checkpoint: importlib.import_module("ptxviewer.dicom.read").warm_up(),
            lambda _outcome: self.presenter.warm_up(),
        )
        self.presenter.films.watched.follow(self.presenter.state.settings.watch_folder)
        self.presenter.pacs.start(alone=self.alone)

    def close(self) -> bool:
        """End all work; True when the lanes ended in time."""
        ended = self.presenter.shut_down()
        self._reviews.release()
        with suppress(OSError):  # a file that is still being read keeps the folder on Windows
            self._unpacked.cleanup()
        return ended
