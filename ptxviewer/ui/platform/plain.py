"""Texts that Qt would take for HTML, made plain: a tooltip that a file has a say in could else read a local file."""

from __future__ import annotations

import html

from ptxviewer.core.plaintext import escaped


def plain_tip(text: str) -> str:
    """Return a tooltip that shows ``text`` as it stands. Tooltips have no text format: Qt guesses."""
    shown = escaped(text, keep="\n")
    if "<" not in shown and "&lt;" not in shown:  # Qt.mightBeRichText looks for these; PySide does not have it
        return shown
    return f"<p style='white-space: pre-wrap'>{html.escape(shown)}</p>"
