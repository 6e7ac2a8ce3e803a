"""How the overlay is drawn: outline, fill or heat map, how opaque, and whether at all. The same for all films."""

from __future__ import annotations

from dataclasses import replace

from ptxviewer.app.state.screen import OverlayMode
from ptxviewer.app.store import Store

MODES: tuple[OverlayMode, ...] = ("outline", "fill", "heat")


class Overlaying:
    """Changes how the overlay is drawn."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def _change(self, **changes: object) -> None:
        self._store.change(overlay=replace(self._store.state.overlay, **changes))  # type: ignore[arg-type]

    def set_opacity(self, value: float) -> None:
        """Opacity of fill and heat map, 0 to 1."""
        self._change(opacity=min(max(round(value, 2), 0.0), 1.0))

    def step_opacity(self, steps: int) -> None:
        """Move the opacity by twentieths."""
        self.set_opacity(self._store.state.overlay.opacity + 0.05 * steps)

    def set_mode(self, mode: OverlayMode) -> None:
        """Outline, fill or heat map; an overlay that was switched off comes back."""
        self._change(mode=mode, visible=True)

    def next_mode(self) -> None:
        """The next way of drawing the overlay."""
        self.set_mode(MODES[(MODES.index(self._store.state.overlay.mode) + 1) % len(MODES)])

    def peek(self, held: bool) -> None:
        """Hide the overlay while a key is held."""
        if self._store.state.overlay.peeking != held:
            self._change(peeking=held)

    def toggle(self) -> None:
        """Switch the overlay off or on."""
        self._change(visible=not self._store.state.overlay.visible)
