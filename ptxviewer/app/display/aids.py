"""Aids to the eye: sharpening, magnifier, apices or bases side by side.

They change what is drawn, never the film, the result or a report.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ptxviewer.app.state.screen import Part
from ptxviewer.app.store import Store
from ptxviewer.core.reasons.window import Sharpened
from ptxviewer.core.sharpen import SHARPENINGS, Sharpening


@dataclass(frozen=True)
class ViewingAids:
    """Switches the aids."""

    store: Store

    def sharpen(self, how: Sharpening) -> None:
        """Show films sharpened, or as they are."""
        self.store.edit(lambda state: replace(state, sharpening=how, message=Sharpened(how)))

    def next_sharpening(self) -> None:
        """The next way of sharpening."""
        now = SHARPENINGS.index(self.store.state.sharpening)
        self.sharpen(SHARPENINGS[(now + 1) % len(SHARPENINGS)])

    def toggle_magnifier(self) -> None:
        """Show or hide the magnifier under the pointer."""
        self.store.edit(lambda state: replace(state, magnifier=not state.magnifier))

    def toggle_pair(self, part: Part) -> None:
        """Show this part of both lungs side by side, or the film again."""
        self.store.edit(lambda state: replace(state, pair=None if state.pair == part else part))

    def back(self) -> bool:
        """Switch off what covers the film, one at a time; True when there was something."""
        if self.store.state.magnifier:
            self.toggle_magnifier()
        elif self.store.state.pair is not None:
            self.toggle_pair(self.store.state.pair)
        else:
            return False
        return True
