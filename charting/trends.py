"""Geometry of a line over time for a small plot: dated values in, points of an SVG out. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

WIDTH, HEIGHT = 300, 90
LEFT, RIGHT, INSET = 24, 6, 14
LABEL_ROOM, EDGE_ROOM = 58, 84


@dataclass(frozen=True)
class Point:
    """One value: where it stands, what it says; `label` is its day, empty where there is no room for it."""

    x: float
    y: float
    value: Decimal
    day: date
    has_room: bool
    is_last: bool

    @property
    def value_y(self) -> float:
        """Above the point, or below it where it stands near the top."""
        return round(self.y - 6 if self.y > 8 else self.y + 14, 1)

    @property
    def label_anchor(self) -> str:
        return "end" if self.x > WIDTH - LABEL_ROOM / 2 - RIGHT else "start" if self.x < LEFT + LABEL_ROOM / 2 else "middle"


@dataclass(frozen=True)
class Zone:
    """A band of the interpretation behind the line."""

    name: str
    y: float
    height: float


@dataclass(frozen=True)
class Trend:
    """A line of values over time, with the bands behind it."""

    points: tuple[Point, ...]
    zones: tuple[Zone, ...]
    top: Decimal
    left: int = LEFT
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def line(self) -> str:
        """The points of a polyline."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def span(self) -> int:
        return self.right - self.left

    @property
    def label_y(self) -> int:
        return self.height + 13


def trend(values: Sequence[tuple[date, Decimal | None]], *, top: Decimal = Decimal(0), zones: Sequence[tuple[str, str]] = ()) -> Trend | None:
    """The line through the values that there are, in the order of their days; None with fewer than two.

    The scale begins at 0 and ends at `top` or, when that is lower, at the greatest value, rounded up. `zones` are the highest value and the name of
    each band, from the lowest on.
    """
    known = [(day, value) for day, value in values if value is not None]
    if len(known) < 2:
        return None
    most = max([top, *(value for _day, value in known)]).to_integral_value(ROUND_CEILING) or Decimal(1)
    first, span = known[0][0], max((known[-1][0] - known[0][0]).days, 1)

    def across(day: date) -> float:
        return round(LEFT + INSET + (day - first).days / span * (WIDTH - LEFT - RIGHT - 2 * INSET), 1)

    def down(value: Decimal) -> float:
        return round(float(HEIGHT - value / most * HEIGHT), 1)

    with_room = _with_room([across(day) for day, _value in known])
    points = tuple(
        Point(across(day), down(value), value, day, place in with_room, place == len(known) - 1) for place, (day, value) in enumerate(known)
    )
    return Trend(points, tuple(_zones(zones, most, down)), most)


def _with_room(places: Sequence[float]) -> set[int]:
    """Which points have room for their day: the first, the last, and those far enough from the ones before and from the last."""
    found, before = {0, len(places) - 1}, places[0]
    for place, x in enumerate(places[1:-1], start=1):
        if x - before >= (EDGE_ROOM if before == places[0] else LABEL_ROOM) and places[-1] - x >= EDGE_ROOM:
            found.add(place)
            before = x
    return found


def _zones(zones: Sequence[tuple[str, str]], most: Decimal, down: Callable[[Decimal], float]) -> list[Zone]:
    found, below = [], Decimal(0)
    for highest, name in zones:
        upto = min(Decimal(highest), most)
        if upto > below:
            found.append(Zone(name, down(upto), round(down(below) - down(upto), 1)))
            below = upto
    return found
