"""The ports of the presenter: the interfaces through which Qt, DICOM and torch are plugged in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ptxviewer.app.disk.outbox import Outbox
from ptxviewer.app.disk.result_file import Entry, fingerprint
from ptxviewer.app.disk.review_file import NOTHING, Saved
from ptxviewer.app.exports import Export, ObjectWriter, Writer
from ptxviewer.app.jobs import Lane, Post
from ptxviewer.app.state.facts import Facts
from ptxviewer.app.state.pacs import What
from ptxviewer.app.state.screen import State
from ptxviewer.app.state.settings import Settings
from ptxviewer.core.answer import ProbabilityMaps
from ptxviewer.core.archive import Network as Archive
from ptxviewer.core.engine import Checkpoint, Engine, EngineInfo, SelfTest
from ptxviewer.core.film import Radiograph
from ptxviewer.core.objects import Brought
from ptxviewer.core.pacs import PacsSettings
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.network import Network
from ptxviewer.core.tag_list import TagList

if TYPE_CHECKING:
    from ptxviewer.core.site import SiteFigures


class View(Protocol):
    """What the presenter needs of a window."""

    def render(self, state: State) -> None:
        """Show ``state``."""
        ...


class Shell(Protocol):
    """What a command needs of the window: dialogs, the canvas, the clipboard, the keyboard's focus."""

    def open_files(self) -> None:
        """Ask for films and open them."""
        ...

    def open_folder(self) -> None:
        """Ask for a folder and open its films."""
        ...

    def save(self, export: Export) -> None:
        """Save the film; where it may carry burnt-in text, ask first."""
        ...

    def save_as(self) -> None:
        """Ask where the film is saved, and as what."""
        ...

    def preview_report(self) -> None:
        """Show the page of the film before it is printed or saved."""
        ...

    def open_saved(self) -> None:
        """Open what was saved last, in the program that the system has for it."""
        ...

    def show_saved(self) -> None:
        """Open the folder of what was saved last."""
        ...

    def save_pictures(self) -> None:
        """Ask for the folder of the pictures of all films."""
        ...

    def save_objects(self) -> None:
        """Ask for the folder of the DICOM objects of the film."""
        ...

    def ask_send(self, what: What) -> None:
        """Ask which results or films are sent, and where; sending is agreed to there."""
        ...

    def ask_find(self) -> None:
        """Look for films in an archive."""
        ...

    def show_queue(self) -> None:
        """Show what is to be sent, and what became of it."""
        ...

    def ask_nodes(self) -> None:
        """Open the settings of the PACS."""
        ...

    def copy_picture(self) -> None:
        """Copy what is seen of the film to the clipboard."""
        ...

    def ask_watched_folder(self) -> None:
        """Ask for the folder to watch."""
        ...

    def ask_prior(self) -> None:
        """Ask for the film beside the one on screen."""
        ...

    def ask_settings(self) -> None:
        """Open the settings."""
        ...

    def true_size(self) -> None:
        """Show the film at its true size; ask for the monitor's scale where it is not known."""
        ...

    def calibrate_monitor(self) -> None:
        """Ask for the scale of the monitor."""
        ...

    def ask_window_name(self) -> None:
        """Ask under which name the window of the film on screen is kept."""
        ...

    def open_palette(self) -> None:
        """Open the command palette."""
        ...

    def show_guide(self) -> None:
        """Open the guide."""
        ...

    def show_shortcuts(self) -> None:
        """Open the sheet of keys."""
        ...

    def change_keys(self) -> None:
        """Let the reader change the keys of commands."""
        ...

    def about_film(self) -> None:
        """Tell what the file says of the film on screen."""
        ...

    def show_tags(self) -> None:
        """List the tags of the file of the film on screen."""
        ...

    def about_program(self) -> None:
        """Tell of the program and its network."""
        ...

    def save_list(self) -> None:
        """Ask where all films are saved as a table."""
        ...

    def open_results(self) -> None:
        """Ask for a store of results and show it as a list."""
        ...

    def show_site(self) -> None:
        """Tell how the network does on the films of this computer."""
        ...

    def look_at_finding(self) -> None:
        """Zoom to the chosen finding, or back to the whole film."""
        ...

    def zoom_by(self, factor: float) -> None:
        """Zoom at the middle of what is seen."""
        ...

    def pan_by(self, x: float, y: float) -> None:
        """Move the film by screen pixels."""
        ...

    def go_to_part(self, step: int) -> None:
        """Give the keyboard to the next (1) or previous (-1) part of the window."""
        ...

    def write_note(self) -> None:
        """Give the keyboard to the note."""
        ...

    def write_text(self) -> None:
        """Give the keyboard to the report text."""
        ...

    def copy_text(self) -> None:
        """Copy the report text to the clipboard."""
        ...

    def show_documents(self) -> None:
        """Show the reports and documents that came along with films."""
        ...

    def find_film(self) -> None:
        """Give the keyboard to the filter of the worklist."""
        ...

    def quit(self) -> None:
        """Close the window."""
        ...


class Reviews(Protocol):
    """Where reviews are kept; see ``review_file.ReviewFolder``."""

    def name_of(self, film: Radiograph) -> str:
        """Return the name under which the review of a film is kept."""
        ...

    def load(self, name: str, shape: tuple[int, int]) -> Saved | None:
        """Return the review kept as ``name`` of a film of ``shape``. Raises ``PtxError``."""
        ...

    def save(self, name: str, saved: Saved, base: Saved = NOTHING) -> Reason | None:
        """Keep a review as ``name``, with what another window has made of ``base`` meanwhile.

        Returns what is to be said of it. Raises ``PtxError``.
        """
        ...


class Results(Protocol):
    """Where results are kept between sessions; see ``result_file.ResultFolder``."""

    def find(self, mark: str, model: str) -> Entry | None:
        """Return what is known of the file with that fingerprint."""
        ...

    def maps(
        self, key: str, shape: tuple[int, int], model: str, older: Callable[[], str] | None = None
    ) -> ProbabilityMaps | None:
        """Return the maps of the film with that key; ``older`` gives its key of earlier versions where it is wanted."""
        ...

    def save(self, mark: str, model: str, entry: Entry, maps: ProbabilityMaps | None) -> None:
        """Keep the result of a film. Raises ``PtxError``."""
        ...

    def clear(self) -> None:
        """Take everything away."""
        ...


@dataclass(frozen=True)
class PacsServices:
    """``lane`` asks and fetches, ``sender`` sends: a large film on its way holds up no query."""

    network: Archive
    lane: Lane
    sender: Lane
    outbox: Outbox
    received: Path  # the folder of what is fetched and received
    post: Post  # the way home from the listener's threads
    load: Callable[[], PacsSettings] = PacsSettings
    save: Callable[[PacsSettings], None] = lambda _settings: None


@dataclass(frozen=True)
class Services:
    """What the composition root hands in, so that nothing here knows DICOM, torch or Qt."""

    read_film: Callable[[Path, int], Radiograph]
    collect: Callable[[Sequence[Path]], Iterable[Path]]
    engine: Engine
    disk: Lane
    model: Lane
    exports: Mapping[str, Writer]  # by the id of the format
    objects: ObjectWriter = lambda _content, _target, _kinds: ()  # DICOM objects
    is_object: Callable[[Path], bool] = lambda _path: False  # it belongs to films and is none
    read_objects: Callable[[Sequence[Path]], list[Brought]] = lambda _paths: []  # what came of such files
    save_settings: Callable[[Settings], None] = lambda _settings: None
    save_keys: Callable[[Mapping[str, Sequence[str]]], None] = lambda _keys: None  # of all commands, by their ids
    reports_folder: Callable[[str], Path] = Path  # where reports go, from what the settings say
    sample: tuple[Path, ...] = ()
    reviews: Reviews | None = None  # None: reviews last as long as the window
    keep: Lane | None = None  # writes the reviews; None: the disk lane does
    results: Results | None = None  # None: results last as long as the window
    cache: Lane | None = None  # finds and keeps the results; None: the disk lane does
    fingerprint: Callable[[Path], str] = fingerprint
    read_facts: Callable[[Path], Facts | None] | None = None  # without decoding the film
    pacs: PacsServices | None = None  # None: there is no network, and no command asks for it
    read_tags: Callable[[Path], TagList] = lambda _path: TagList()  # of a file; raises ``PtxError``
    watch: Lane | None = None  # looks at the watched folder; None: the disk lane does
    browse: Lane | None = None  # orders stores of results; None: the disk lane does
    is_film: Callable[[Path], bool] = lambda _path: True  # by its first bytes; raises ``OSError``
    expected: EngineInfo | None = None  # what the card says of the network that will be loaded
    earlier: tuple[EngineInfo, ...] = ()  # and of those before it, whose kept results are shown until analysed again
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    self_test: Callable[[Checkpoint], SelfTest] = lambda _checkpoint: SelfTest(False, Network.NO_SELF_TEST)
    site: Callable[[Settings, EngineInfo], SiteFigures] | None = None  # None: no results are kept
    after_paint: Callable[[Callable[[], None]], None] = lambda run: run()  # once what the view was given is drawn
    memory_bytes: int | None = None  # of films kept ready; None: as the settings say
