"""Where reports go when nothing else was asked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths


def reports_folder(chosen: str) -> Path:
    """Return the folder ``chosen`` in the settings; where that is empty, this user's documents, else the home."""
    if chosen:
        return Path(chosen)
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(documents) if documents else Path.home()
    return folder if folder.is_dir() else Path.home()
