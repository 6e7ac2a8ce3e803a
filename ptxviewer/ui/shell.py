"""What commands ask of the window: dialogs, the canvas, the clipboard, the keyboard's focus (the port ``Shell``)."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QWidget

from ptxviewer.ui import parts
from ptxviewer.ui.asking import Asking
from ptxviewer.ui.panels.film_area import FilmArea


class Window(Protocol):
    """What the shell needs of a window."""

    @property
    def asking(self) -> Asking:
        """The dialogs."""
        ...

    @property
    def area(self) -> FilmArea:
        """Where films are seen."""
        ...

    def parts(self) -> list[QWidget]:
        """Return the parts in the order in which F6 goes through them."""
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

    def find_film(self) -> None:
        """Give the keyboard to the filter of the worklist."""
        ...

    def close(self) -> bool:
        """Close the window."""
        ...


class WindowShell:
    """The port ``Shell`` over a window; dialogs are those of ``Asking``."""

    def __init__(self, window: Window) -> None:
        self._window = window
        dialogs, saving = window.asking, window.asking.saving
        self.open_files = dialogs.open_files
        self.open_folder = dialogs.open_folder
        self.save = saving.save
        self.save_as = saving.save_as
        self.preview_report = saving.preview_report
        self.open_saved = saving.open_saved
        self.show_saved = saving.show_saved
        self.save_pictures = saving.save_pictures
        self.save_objects = saving.save_objects
        self.ask_watched_folder = dialogs.watch_folder
        self.ask_prior = dialogs.compare_with
        self.ask_settings = dialogs.settings
        self.true_size = dialogs.true_size
        self.calibrate_monitor = dialogs.calibrate_monitor
        self.ask_window_name = dialogs.keep_window
        self.open_palette = dialogs.palette
        self.show_guide = dialogs.guide
        self.show_shortcuts = dialogs.shortcuts
        self.change_keys = dialogs.change_keys
        self.about_film = dialogs.about_film
        self.show_tags = dialogs.tags
        self.show_documents = dialogs.documents
        self.about_program = dialogs.about
        self.show_site = dialogs.site
        self.save_list = saving.save_list
        self.open_results = dialogs.open_results
        self.ask_send = dialogs.send
        self.ask_find = dialogs.find_and_fetch
        self.show_queue = dialogs.queue
        self.ask_nodes = dialogs.nodes
        self.copy_picture = window.area.copy_picture
        self.look_at_finding = window.area.look_at_finding

    def zoom_by(self, factor: float) -> None:
        """Zoom at the middle of the canvas that is seen."""
        self._window.area.shown_canvas.zoom_by(factor)

    def pan_by(self, x: float, y: float) -> None:
        """Move the film by screen pixels."""
        self._window.area.shown_canvas.pan_by(x, y)

    def go_to_part(self, step: int) -> None:
        """Give the keyboard to the next (1) or previous (-1) part of the window."""
        parts.go_on(self._window.parts(), step)

    def write_note(self) -> None:
        """Give the keyboard to the note; the reading panel comes back for it."""
        self._window.write_note()

    def write_text(self) -> None:
        """Give the keyboard to the report text; the reading panel comes back for it."""
        self._window.write_text()

    def copy_text(self) -> None:
        """Copy the report text to the clipboard."""
        self._window.copy_text()

    def find_film(self) -> None:
        """Give the keyboard to the filter of the worklist, which comes back for it."""
        self._window.find_film()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()
