"""Decisions about plans: line and group totals, discounts, states, numbers. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from clinic.lib.money import ZERO, round_money

SERIES_CHOICES = [("D", "D"), ("A", "A"), ("C", "C")]
CONSENT_OF_CATEGORY = {
    "diagnostics": "consent_general",
    "imaging": "consent_general",
    "anaesthesia": "consent_anaesthesia",
    "hygiene": "consent_hygiene",
    "therapy": "consent_therapy",
    "endodontics": "consent_endodontics",
    "periodontics": "consent_surgery",
    "surgery": "consent_surgery",
    "implants": "consent_implants",
    "prosthetics": "consent_prosthetics",
    "orthodontics": "consent_orthodontics",
    "paediatric": "consent_children",
}


@dataclass(frozen=True)
class Line:
    """What pricing needs to know of an item."""

    phase: object
    visit: int
    gross: Decimal
    total: Decimal


@dataclass(frozen=True)
class Sum:
    """A sum of lines: before discount, discount, to pay."""

    gross: Decimal = ZERO
    total: Decimal = ZERO
    lines: int = 0

    @property
    def discount(self) -> Decimal:
        return self.gross - self.total

    def with_line(self, line: Line) -> "Sum":
        return Sum(self.gross + line.gross, self.total + line.total, self.lines + 1)


@dataclass(frozen=True)
class Totals:
    """An alternative's sums as a whole, per phase and per visit."""

    whole: Sum
    by_phase: dict[object, Sum]
    by_visit: dict[int, Sum]


def line_total(*, unit_price: Decimal, quantity: int, percent: Decimal | None = None, amount: Decimal | None = None) -> Decimal:
    """What a line costs: price times quantity, less a percentage (rounded once, on the line) or an amount."""
    gross = unit_price * quantity
    return round_money(gross * (100 - (percent or 0)) / 100) - (amount or ZERO)


def totals(lines: Iterable[Line]) -> Totals:
    """Sums of rounded lines, so every level adds up to the kopeck."""
    whole, by_phase, by_visit = Sum(), dict[object, Sum](), dict[int, Sum]()
    for line in lines:
        whole = whole.with_line(line)
        by_phase[line.phase] = by_phase.get(line.phase, Sum()).with_line(line)
        by_visit[line.visit] = by_visit.get(line.visit, Sum()).with_line(line)
    return Totals(whole, by_phase, dict(sorted(by_visit.items())))


def discount_in_percent(*, gross: Decimal, percent: Decimal | None, amount: Decimal | None) -> Decimal:
    """The discount as a percentage of the line, to compare it with a limit; an amount off a free line counts as all of it."""
    if amount is not None:
        return amount * 100 / gross if gross else Decimal(100)
    return percent or Decimal(0)


def series_of(kind: str) -> str:
    """Contracts, changes to contracts and consents are numbered apart."""
    return {"contract": "D", "annex": "A", "addendum": "A"}.get(kind, "C")


def full_number(series: str, year: int, number: int) -> str:
    """D-2026-000123."""
    return f"{series}-{year}-{number:06d}"


def consents_for(categories: Iterable[str], *, is_minor: bool) -> list[str]:
    """The kinds of informed consent that the categories of services call for, general first."""
    kinds = {CONSENT_OF_CATEGORY[category] for category in categories}
    if kinds:
        kinds.add("consent_general")
    if kinds and is_minor:
        kinds.add("consent_children")
    order = list(dict.fromkeys(CONSENT_OF_CATEGORY.values()))
    return sorted(kinds, key=order.index)
