"""A window that only remembers what commands asked of it."""

from __future__ import annotations

from ptxviewer.app.exports import Export
from ptxviewer.app.state.pacs import What


class FakeShell:
    """Notes what commands ask of the window; see ``app.ports.Shell``."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def open_files(self) -> None:
        self.asked.append(("open_files",))

    def open_folder(self) -> None:
        self.asked.append(("open_folder",))

    def change_keys(self) -> None:
        self.asked.append(("change_keys",))

    def preview_report(self) -> None:
        self.asked.append(("preview_report",))

    def open_saved(self) -> None:
        self.asked.append(("open_saved",))

    def show_saved(self) -> None:
        self.asked.append(("show_saved",))

    def save_pictures(self) -> None:
        self.asked.append(("save_pictures",))

    def save_objects(self) -> None:
        self.asked.append(("save_objects",))

    def ask_send(self, what: What) -> None:
        self.asked.append(("ask_send", what))

    def ask_find(self) -> None:
        self.asked.append(("ask_find",))

    def show_queue(self) -> None:
        self.asked.append(("show_queue",))

    def ask_nodes(self) -> None:
        self.asked.append(("ask_nodes",))

    def save(self, export: Export) -> None:
        self.asked.append(("save", export.id))

    def save_as(self) -> None:
        self.asked.append(("save_as",))

    def copy_picture(self) -> None:
        self.asked.append(("copy_picture",))

    def ask_watched_folder(self) -> None:
        self.asked.append(("ask_watched_folder",))

    def ask_prior(self) -> None:
        self.asked.append(("ask_prior",))

    def ask_settings(self) -> None:
        self.asked.append(("ask_settings",))

    def true_size(self) -> None:
        self.asked.append(("true_size",))

    def calibrate_monitor(self) -> None:
        self.asked.append(("calibrate_monitor",))

    def ask_window_name(self) -> None:
        self.asked.append(("ask_window_name",))

    def show_tags(self) -> None:
        self.asked.append(("show_tags",))

    def open_palette(self) -> None:
        self.asked.append(("open_palette",))

    def show_guide(self) -> None:
        self.asked.append(("show_guide",))

    def show_shortcuts(self) -> None:
        self.asked.append(("show_shortcuts",))

    def about_film(self) -> None:
        self.asked.append(("about_film",))

    def about_program(self) -> None:
        self.asked.append(("about_program",))

    def open_results(self) -> None:
        self.asked.append(("open_results",))

    def save_list(self) -> None:
        self.asked.append(("save_list",))

    def show_site(self) -> None:
        self.asked.append(("show_site",))

    def look_at_finding(self) -> None:
        self.asked.append(("look_at_finding",))

    def zoom_by(self, factor: float) -> None:
        self.asked.append(("zoom_by", factor))

    def pan_by(self, x: float, y: float) -> None:
        self.asked.append(("pan_by", x, y))

    def go_to_part(self, step: int) -> None:
        self.asked.append(("go_to_part", step))

    def write_note(self) -> None:
        self.asked.append(("write_note",))

    def write_text(self) -> None:
        self.asked.append(("write_text",))

    def copy_text(self) -> None:
        self.asked.append(("copy_text",))

    def show_documents(self) -> None:
        self.asked.append(("show_documents",))

    def find_film(self) -> None:
        self.asked.append(("find_film",))

    def quit(self) -> None:
        self.asked.append(("quit",))
