"""Undo as immutable snapshots: nothing is inverted by hand, a step is a value that was there before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class History(Generic[T]):
    """The present value with what came before and, after an undo, what came after."""

    present: T
    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()

    def push(self, value: T, merge: bool = False) -> History[T]:
        """Return the history with a new present; an equal value is no step, a new one ends the future.

        With ``merge`` the present is replaced instead of kept as a step of its own: one key pressed ten times.
        """
        if value == self.present:
            return self
        return History(value, self.past if merge and self.past else (*self.past, self.present))

    def undo(self) -> History[T]:
        """Return the history one step back; itself when there is nothing to undo."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> History[T]:
        """Return the history one step forward; itself when there is nothing to redo."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
