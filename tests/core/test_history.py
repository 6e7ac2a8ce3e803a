"""Undo behaves like a plain list with a place in it, whatever the order of the steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ptxviewer.core.history import History

STEPS = st.lists(st.one_of(st.tuples(st.integers(0, 4), st.booleans()), st.sampled_from(["undo", "redo"])), max_size=60)


class Model:
    """The same in the most pedestrian way."""

    def __init__(self) -> None:
        self.values = [0]
        self.place = 0

    def push(self, value: int, merge: bool) -> None:
        if value == self.values[self.place]:
            return
        del self.values[self.place + 1 :]
        if merge and self.place:
            self.values[self.place] = value
        else:
            self.values.append(value)
            self.place += 1


@given(STEPS)
def test_against_a_list(steps: list[tuple[int, bool] | str]) -> None:
    history, model = History(0), Model()
    for step in steps:
        if step == "undo":
            history, model.place = history.undo(), max(0, model.place - 1)
        elif step == "redo":
            history, model.place = history.redo(), min(len(model.values) - 1, model.place + 1)
        elif isinstance(step, tuple):
            history = history.push(*step)
            model.push(*step)
        assert history.present == model.values[model.place]
        assert [*history.past, history.present, *history.future] == model.values
        assert len(history.past) == model.place


def test_merging_never_swallows_where_it_began() -> None:
    history = History("start").push("a", merge=True).push("b", merge=True).push("c", merge=True)
    assert history.undo().present == "start"
    assert history.undo().redo().present == "c"
