"""Decisions about plans: line and group totals, discounts, states, numbers. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clinic.lib.money import ZERO, round_money

ADULT, CONSENTING = 18, 15
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
GENERAL_CONSENTS = frozenset({"consent_general", "consent_children"})


ALTERNATIVE_MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"presented", "rejected"}),
    "presented": frozenset({"accepted", "draft", "rejected"}),
    "accepted": frozenset({"cancelled"}),
    "rejected": frozenset(),
    "cancelled": frozenset(),
}
"""How an alternative may go on; the database holds the same table."""


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


def discount_problem(*, gross: Decimal, percent: Decimal | None, amount: Decimal | None, reason: str) -> tuple[str, str] | None:
    """The field and the name of what is wrong with a discount; none when it is fine.

    A discount is a percentage or an amount of whole kopecks, never both, never more than the line, never without a reason.
    """
    problem = None
    if percent is not None and amount is not None:
        problem = ("discount_amount", "both")
    elif percent is not None and not (0 < percent <= 100 and percent == round_money(percent)):
        problem = ("discount_percent", "percent")
    elif amount is not None and not (0 < amount <= gross and amount == round_money(amount)):
        problem = ("discount_amount", "amount")
    elif (percent is not None or amount is not None) and not reason.strip():
        problem = ("discount_reason", "reason")
    return problem


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


def satisfies_consent(kind: str, *, names_line: bool, is_of_this_plan: bool, is_of_no_plan: bool) -> bool:
    """Whether a signed consent counts for a line. The database holds the same rule.

    A consent to an intervention counts for the lines it names, no others (Federal Law 323 of 21.11.2011, article 20): what joins the plan
    afterwards is consented to anew. One given for no plan in particular counts everywhere if its kind is general;
    that to examination and diagnostics counts for the whole alternative.
    """
    return names_line or (is_of_no_plan and kind in GENERAL_CONSENTS) or (is_of_this_plan and kind == "consent_general")


def age_on(born: date | None, day: date) -> int | None:
    """Full years on a day; none when the birth date is unknown."""
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def signer_problem(*, role: str, is_consent: bool, age: int | None, basis: str) -> str | None:
    """The name of what forbids this signer; none when they may sign.

    Contracts are signed at 18; consents to treatment from 15 (Federal Law 323 of 21.11.2011, article 20).
    """
    problem = None
    if role not in ("patient", "representative", "clinic"):
        problem = "role"
    elif role == "representative" and not basis.strip():
        problem = "basis"
    elif role == "patient" and age is not None and age < (CONSENTING if is_consent else ADULT):
        problem = "minor_consent" if is_consent else "minor_contract"
    return problem


def completion_problem(*, is_done: bool, is_cancelled: bool, is_accepted: bool, is_agreed: bool) -> str | None:
    """Why a line may not be completed, the plainest reason first; none when it may."""
    problem = None
    if is_done:
        problem = "done"
    elif is_cancelled:
        problem = "cancelled"
    elif not is_accepted:
        problem = "not_accepted"
    elif not is_agreed:
        problem = "not_agreed"
    return problem


@dataclass(frozen=True)
class Block:
    """A piece of a consent's text: a heading, a paragraph (one line each) or a list (a line an item)."""

    kind: str
    lines: tuple[str, ...]


def blocks_of(text: str) -> list[Block]:
    """A consent as people type it: `## ` begins a heading, `- ` an item of a list, any other line is a paragraph."""
    blocks: list[Block] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("- ") and blocks and blocks[-1].kind == "list":
            blocks[-1] = Block("list", (*blocks[-1].lines, line[2:].strip()))
        elif line.startswith("- "):
            blocks.append(Block("list", (line[2:].strip(),)))
        elif line.startswith("## "):
            blocks.append(Block("heading", (line[3:].strip(),)))
        else:
            blocks.append(Block("paragraph", (line,)))
    return blocks
