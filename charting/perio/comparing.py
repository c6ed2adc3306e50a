"""Up to six exams side by side, site by site: what stood there, and whether it became better or worse. Pure.

A change of 2 mm or more is beyond the error of probing (Haffajee, Socransky, Goodson, J Clin Periodontol 1983;10:298-310); 1 mm may be it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from charting import teeth
from charting.perio.figures import ToothReading

MEASURES = ("depth", "loss", "margin")
SURE = 2


@dataclass(frozen=True)
class Cell:
    """One site in one exam; `by` is the change since the exam before it that measured the site, negative is better."""

    value: int | None
    by: int = 0

    @property
    def sign(self) -> str:
        """`better` or `worse` from 1 mm on, nothing without a change."""
        return "worse" if self.by > 0 else "better" if self.by < 0 else ""

    @property
    def is_sure(self) -> bool:
        return abs(self.by) >= SURE


@dataclass(frozen=True)
class Block:
    """One side of an arch: its teeth as they stand from the patient's right, and a row of three sites a tooth for each exam."""

    arch: str
    side: str
    teeth: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Balance:
    """How many sites became better or worse from one exam to another, by 1 mm and surely."""

    better: int
    better_surely: int
    worse: int
    worse_surely: int
    same: int


def blocks(exams: Sequence[Sequence[ToothReading]], measure: str) -> list[Block]:
    """The exams site by site, the earliest first; teeth that no exam measured are left out."""
    by_tooth = [{row.tooth: row for row in exam} for exam in exams]
    arches = (("upper", teeth.UPPER_ROW, ("V", "L")), ("lower", teeth.LOWER_ROW, ("L", "V")))
    found = []
    for arch, row, sides in arches:
        numbers = tuple(number for number in row if any(_reading(exam, number) for exam in by_tooth))
        places = {side: [(number, site) for number in numbers for site in _sites(number, side)] for side in sides}
        found += [Block(arch, side, numbers, _rows(by_tooth, places[side], measure)) for side in sides]
    return [block for block in found if block.teeth]


def balance(before: Sequence[ToothReading], after: Sequence[ToothReading], measure: str) -> Balance:
    """Sites measured in both exams, counted by how they changed."""
    changes = [cells[-1].by for block in blocks([before, after], measure) for cells in zip(*block.rows, strict=True) if all(_known(cells))]
    return Balance(
        better=changes.count(-1),
        better_surely=sum(change <= -SURE for change in changes),
        worse=changes.count(1),
        worse_surely=sum(change >= SURE for change in changes),
        same=changes.count(0),
    )


def _known(cells: Sequence[Cell]) -> list[bool]:
    return [cell.value is not None for cell in cells]


def _reading(exam: Mapping[int, ToothReading], number: int) -> ToothReading | None:
    """What the exam measured in the tooth's place: around it, or around the primary tooth that stood there."""
    return exam.get(number) or exam.get(teeth.TEETH[number].predecessor or 0)


def _sites(number: int, side: str) -> tuple[str, str, str]:
    outer, inner = f"D{side}", f"M{side}"
    return (outer, side, inner) if teeth.TEETH[number].is_right else (inner, side, outer)


def _rows(exams: Sequence[Mapping[int, ToothReading]], places: Sequence[tuple[int, str]], measure: str) -> tuple[tuple[Cell, ...], ...]:
    columns = [_column([_reading(exam, number) for exam in exams], site, measure) for number, site in places]
    return tuple(zip(*columns, strict=True))


def _column(readings: Sequence[ToothReading | None], site: str, measure: str) -> list[Cell]:
    """A site through the exams; another tooth in the place is no change."""
    found: list[Cell] = []
    before: tuple[int, int] | None = None
    for row in readings:
        value = _value(row, site, measure)
        found.append(Cell(value, value - before[1] if row and value is not None and before and before[0] == row.tooth else 0))
        if row and value is not None:
            before = (row.tooth, value)
    return found


def _value(row: ToothReading | None, site: str, measure: str) -> int | None:
    if row is None:
        return None
    return row.loss(site) if measure == "loss" else (row.depths if measure == "depth" else row.margins).get(site)
