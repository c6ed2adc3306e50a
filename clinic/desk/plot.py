"""Geometry of the small column plots on the desks: plain numbers in, rectangles out."""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 0.28


@dataclass(frozen=True)
class Column:
    """One rectangle with its words."""

    x: float
    y: float
    width: float
    height: float
    label: str
    title: str
    is_last: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class Plot:
    """Columns on a base line, all of one scale."""

    columns: Sequence[Column]
    width: int
    height: int

    @property
    def base(self) -> int:
        return self.height

    @property
    def label_y(self) -> int:
        return self.height + 14


def columns(values: Sequence[float], labels: Sequence[str], titles: Sequence[str], *, top: float = 0, width: int = 560, height: int = 110) -> Plot:
    """A column for each value, none below zero; the scale ends at `top` or at the greatest value."""
    scale = max([top, *values]) or 1
    step = width / max(len(values), 1)
    found = []
    for place, (value, label, title) in enumerate(zip(values, labels, titles, strict=True)):
        tall = round(max(value, 0) / scale * height, 2)
        rectangle = (round(step * (place + GAP / 2), 2), round(height - tall, 2), round(step * (1 - GAP), 2), tall)
        found.append(Column(*rectangle, label=label, title=title, is_last=place == len(values) - 1))
    return Plot(found, width, height)
