"""How the overlay is drawn: outline, fill or heat map, how opaque, and whether at all. The same for all films."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from ptxviewer.app.preferences import Preferences
from ptxviewer.app.state.screen import Overlay
from ptxviewer.app.state.settings import OverlayMode
from ptxviewer.app.store import Store

MODES: tuple[OverlayMode, ...] = get_args(OverlayMode)


class OverlayDisplay:
    """Changes how the overlay is drawn."""

    def __init__(self, store: Store, preferences: Preferences) -> None:
        self._store = store
        self._preferences = preferences

    def set_opacity(self, value: float) -> None:
        """Opacity of fill and heat map, 0 to 1."""
        opacity = min(max(round(value, 2), 0.0), 1.0)
        self._preferences.change(lambda settings: replace(settings, overlay_opacity=opacity))

    def step_opacity(self, steps: int) -> None:
        """Move the opacity by twentieths."""
        self.set_opacity(self._preferences.settings.overlay_opacity + 0.05 * steps)

    def set_mode(self, mode: OverlayMode) -> None:
        """Outline, fill or heat map; an overlay that was switched off comes back."""
        self._preferences.change(lambda settings: replace(settings, overlay_mode=mode))
        self._change(lambda overlay: replace(overlay, visible=True))

    def next_mode(self) -> None:
        """The next way of drawing the overlay."""
        self.set_mode(MODES[(MODES.index(self._preferences.settings.overlay_mode) + 1) % len(MODES)])

    def peek(self, held: bool) -> None:
        """Hide the overlay while a key is held."""
        if self._store.state.overlay.peeking != held:
            self._change(lambda overlay: replace(overlay, peeking=held))

    def toggle(self) -> None:
        """Switch the overlay off or on."""
        self._change(lambda overlay: replace(overlay, visible=not overlay.visible))

    def toggle_others(self) -> None:
        """Hide or show what other programs and earlier sessions drew."""
        self._change(lambda overlay: replace(overlay, others=not overlay.others))

    def _change(self, change: Callable[[Overlay], Overlay]) -> None:
        self._store.edit(lambda state: replace(state, overlay=change(state.overlay)))
