"""No kopeck is lost or made when money is spread and freed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.billing.rules import AmountProblem, OpenItem, amount_problem, release, settle_in_order
from clinic.lib.ids import uuid7
from clinic.lib.money import round_money, share

KOPECKS = st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100)
ITEMS = st.lists(KOPECKS.map(lambda amount: OpenItem(uuid7(), amount)), max_size=8)


@given(KOPECKS, ITEMS)
def test_it_spreads_all_it_can_and_no_more(amount: Decimal, items: list[OpenItem]) -> None:
    parts = settle_in_order(amount, items)
    assert sum(parts.values()) == min(amount, sum((item.open for item in items), Decimal(0)))
    assert all(0 < parts[item.id] <= item.open for item in items if item.id in parts)
    reached = [item.id in parts for item in items]
    assert reached == sorted(reached, reverse=True)


@given(ITEMS, st.data())
def test_it_frees_exactly_what_is_asked(held: list[OpenItem], data: st.DataObject) -> None:
    total = sum((row.open for row in held), Decimal(0))
    amount = Decimal(data.draw(st.integers(0, int(total * 100)))) / 100
    plan = release(amount, held)
    freed = sum((row.open for row in held if row.id in plan.reverse), Decimal(0))
    assert freed - plan.put_back == amount
    assert plan.put_back >= 0
    last = next((row.open for row in held if plan.reverse and row.id == plan.reverse[-1]), Decimal(0))
    assert plan.put_back <= last


def test_it_cannot_free_more_than_is_held() -> None:
    with pytest.raises(ValueError, match="only"):
        release(Decimal("1.01"), [OpenItem(uuid7(), Decimal("1.00"))])


@given(KOPECKS, st.decimals(0, 100, places=2))
def test_a_share_and_the_rest_make_the_whole(total: Decimal, percent: Decimal) -> None:
    part = share(total, percent)
    assert part + (total - part) == total
    assert 0 <= part <= total
    assert part == round_money(part)


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_an_amount_is_money_or_has_a_name_for_what_is_wrong(amount: Decimal) -> None:
    problem = amount_problem(amount)
    if problem is None:
        assert amount > 0
        assert round_money(amount) == amount
    elif not amount.is_finite():
        assert problem == AmountProblem.NOT_A_NUMBER
