"""The one place where the state of the window is kept and shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ptxviewer.app.ports import View
from ptxviewer.app.state.film import Film
from ptxviewer.app.state.first_read import veiled
from ptxviewer.app.state.gating import gated
from ptxviewer.app.state.screen import Banner, State
from ptxviewer.core.answer import DecisionRule


class Store:
    """The one place where the state is kept and shown."""

    def __init__(self, view: View, state: State) -> None:
        self._view = view
        self.state = state
        self.closed = False

    @property
    def rule(self) -> DecisionRule | None:
        """The model's operating point, None until the model is loaded."""
        info = self.state.engine.info
        return info.rule if info else None

    def show(self, state: State) -> None:
        """Replace the state and render it."""
        self.state = state
        if not self.closed:
            self._view.render(gated(veiled(state)))

    def update(self, film: Film) -> None:
        """Replace one film."""
        self.show(self.state.with_film(film))

    def change(self, **changes: object) -> None:
        """Replace fields of the state."""
        self.show(replace(self.state, **changes))  # type: ignore[arg-type]

    def say(self, text: str, level: Literal["info", "warning", "error"] = "error") -> None:
        """Put one sentence over the film."""
        self.change(banner=Banner(text, level))
