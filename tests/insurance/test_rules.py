"""What an insurer pays: never more than the amount, the limits or the rest, and nothing is lost."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clinic.lib.ids import uuid7
from insurance.rules import Cover, EstimateLine, Reason, Terms, parts_of, policy_year

D = Decimal
KOPECKS = st.integers(0, 10**8).map(lambda cents: D(cents) / 100)
LIMITS = st.none() | KOPECKS


def line(amount: str | Decimal) -> EstimateLine:
    return EstimateLine("a", "therapy", D(amount), "RUB")


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    cover = Cover(draw(st.decimals(0, 100, places=2)), draw(LIMITS.filter(lambda limit: limit != 0)))
    return Terms(uuid7(), "x", "RUB", {"therapy": cover}, draw(LIMITS), letter=uuid7(), letter_left=draw(LIMITS))


@given(st.lists(KOPECKS, max_size=5), st.lists(terms(), max_size=3))
def test_parts_stay_within_every_limit(amounts: list[Decimal], policies: list[Terms]) -> None:
    used: dict[object, Decimal] = {}
    for amount in amounts:
        parts = parts_of(line(amount), policies, used)  # type: ignore[arg-type]
        assert all(part.amount >= 0 for part in parts)
        assert sum((part.amount for part in parts), D(0)) <= amount
    for policy in policies:
        for key, limit in ((policy.policy, policy.annual_left), (policy.letter, policy.letter_left)):
            assert limit is None or used.get(key, D(0)) <= limit


def test_it_says_what_decided() -> None:
    cover = {"therapy": Cover(D("80"), D("3000.00"))}
    policy = Terms(uuid7(), "СОГАЗ", "RUB", cover, annual_left=D("1200.00"))
    [part] = parts_of(line("4500.00"), [policy], {})
    assert (part.amount, part.reason) == (D("1200.00"), Reason.ANNUAL)
    [part] = parts_of(line("4500.00"), [Terms(uuid7(), "СОГАЗ", "RUB", cover)], {})
    assert (part.amount, part.reason) == (D("3000.00"), Reason.PER_ACT)
    [part] = parts_of(line("1.01"), [Terms(uuid7(), "СОГАЗ", "RUB", cover)], {})
    assert (part.amount, part.reason) == (D("0.81"), Reason.PERCENT)
    [part] = parts_of(line("1.00"), [Terms(uuid7(), "СОГАЗ", "RUB", {})], {})
    assert (part.amount, part.reason) == (0, Reason.NOT_COVERED)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, 12_000))
def test_the_policy_year_holds_the_day(start: date, days: int) -> None:
    day = date.fromordinal(start.toordinal() + days)
    year = policy_year(start, day)
    assert year <= day
    assert (day - year).days <= 366


def test_a_year_from_a_leap_day_begins_on_the_28th() -> None:
    assert policy_year(date(2024, 2, 29), date(2025, 2, 28)) == date(2025, 2, 28)
    assert policy_year(date(2024, 2, 29), date(2025, 2, 27)) == date(2024, 2, 29)
