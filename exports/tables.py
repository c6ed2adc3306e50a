"""A table that a page shows and a workbook holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format, number_format

from clinic.lib import sheets


@dataclass(frozen=True)
class Table:
    """Rows under headings; `bar` is the column whose values are also drawn, each against the longest of its `unit` (a column: the currency).

    `patients` are those whom the rows that were read so far name.
    """

    slug: str
    title: str
    headings: tuple[str, ...]
    rows: Iterable[Sequence[object]]
    bar: int | None = None
    unit: int | None = None
    patients: set[UUID] = field(default_factory=set)

    def workbook(self) -> bytes:
        """The table as XLSX."""
        return sheets.workbook(self.title, self.headings, self.rows)


@dataclass(frozen=True)
class Shown:
    """A cell in words of the reader's language, numbers to the right."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class Line:
    """A row as a page shows it; `bar` is its length in percent of the longest."""

    cells: tuple[Shown, ...]
    bar: int


def on_page(table: Table) -> tuple[list[Shown], list[Line]]:
    """The headings and rows of a short table, ready for a page; a heading stands where its cells stand: over numbers to the right."""
    found = lines(table)
    columns = zip(*(line.cells for line in found), strict=True) if found else ((),) * len(table.headings)
    headings = [Shown(heading, any(cell.is_number for cell in cells)) for heading, cells in zip(table.headings, columns, strict=True)]
    return headings, found


def lines(table: Table) -> list[Line]:
    """The rows of a short table, each with the length of its bar."""
    rows = list(table.rows)
    sizes = [max(_size(row[table.bar]), 0.0) if table.bar is not None else 0.0 for row in rows]
    units = [row[table.unit] if table.unit is not None else None for row in rows]
    longest = {unit: max(size for size, own in zip(sizes, units, strict=True) if own == unit) or 1.0 for unit in units}
    return [Line(tuple(map(shown, row)), round(100 * size / longest[unit])) for row, size, unit in zip(rows, sizes, units, strict=True)]


def shown(value: object) -> Shown:
    """A value as people of the current language write it."""
    if isinstance(value, datetime):
        cell = Shown(date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT"), is_number=False)
    elif isinstance(value, date):
        cell = Shown(date_format(value, "SHORT_DATE_FORMAT"), is_number=False)
    elif isinstance(value, Decimal):
        cell = Shown(number_format(value, decimal_pos=2, force_grouping=True), is_number=True)
    elif isinstance(value, float):
        cell = Shown(number_format(100 * value, decimal_pos=1) + "\u00a0%", is_number=True)
    elif isinstance(value, int):
        cell = Shown(number_format(value, force_grouping=True), is_number=True)
    else:
        cell = Shown("" if value is None else str(value), is_number=False)
    return cell


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else 0.0
