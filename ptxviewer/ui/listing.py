"""Saves the list of the window as a table."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ptxviewer.app.state.screen import State
from ptxviewer.paths import settings_folder
from ptxviewer.results import tables
from ptxviewer.results.listing import listed
from ptxviewer.results.pseudonyms import pseudonyms_in
from ptxviewer.results.store import ResultStore
from ptxviewer.words import tr


def asked_target(parent: QWidget, folder: str) -> Path | None:
    """Ask where and as what the list is saved; None where the reader thinks better of it."""
    formats = [*((fmt.name, fmt.suffix) for fmt in tables.FORMATS), ("SQLite", tables.STORE)]
    filters = [f"{name} (*{suffix})" for name, suffix in formats]
    start = (Path(folder) if folder else Path.home()) / f"ptx-list{formats[0][1]}"
    name, taken = QFileDialog.getSaveFileName(parent, tr("Save list as table"), str(start), ";;".join(filters))
    if not name:
        return None
    suffix = formats[filters.index(taken)][1] if taken in filters else formats[0][1]
    path = Path(name)
    known = tables.format_of(path) is not None or path.suffix.lower() == tables.STORE
    return path if known else path.with_name(path.name + suffix)


def write_list(state: State, target: Path) -> Path:
    """Write the films of a state that is shown; returns the file. Raises ``PtxError``."""
    identified = state.settings.report_identified
    films, findings = listed(state, pseudonyms_in(settings_folder()), identified=identified)
    if target.suffix.lower() != tables.STORE:
        tables.check(target)
        tables.write(target, films, findings, identified=identified)
        return target
    with ResultStore(target) as store, store.transaction():
        for film in sorted(films, key=lambda record: str(record["film"]).zfill(9)):
            store.put(film, [finding for finding in findings if finding["film"] == film["film"]])
    return target
