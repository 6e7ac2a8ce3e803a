"""A pack of labels without pictures, for tests of how films are drawn."""

from __future__ import annotations

from model.pack import Example, Inside, Pixels, Stamps


class LabelsOnly:
    """What the sampler asks of a pack before it asks for a picture."""

    def __init__(self, examples: list[Example]) -> None:
        self.examples = examples
        self.stamps: Stamps | None = None
        self.drains: list[float] | None = None
        self.unseen: list[float | None] | None = None

    def image(self, index: int) -> Pixels:
        raise AssertionError(f"film {index} has no picture")

    masks = image

    def inside(self, index: int) -> Inside:
        raise AssertionError(f"film {index} has no picture")
