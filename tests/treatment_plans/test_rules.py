"""No kopeck is lost by quantity, discount or grouping; discounts, signers and teeth are what they must be."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.lib.money import ZERO, round_money
from treatment_plans import rules

prices = st.decimals(min_value=0, max_value=999_999, places=2)
percents = st.decimals(min_value=Decimal("0.01"), max_value=100, places=2)


@st.composite
def lines(draw: st.DrawFn) -> rules.Line:
    price, quantity = draw(prices), draw(st.integers(1, 99))
    percent = draw(st.none() | percents)
    total = rules.line_total(unit_price=price, quantity=quantity, percent=percent)
    return rules.Line(draw(st.sampled_from(["urgent", "repair", None])), draw(st.integers(1, 5)), price * quantity, total)


@given(st.lists(lines()))
def test_it_adds_up_to_the_kopeck_at_every_level(many: list[rules.Line]) -> None:
    found = rules.totals(many)
    assert found.whole.total == sum((line.total for line in many), ZERO)
    for level in (found.by_phase.values(), found.by_visit.values()):
        assert sum((part.total for part in level), ZERO) == found.whole.total
        assert sum((part.gross for part in level), ZERO) == found.whole.gross
        assert sum((part.discount for part in level), ZERO) == found.whole.discount
        assert sum(part.lines for part in level) == len(many)
    assert found.whole.gross - found.whole.discount == found.whole.total
    assert found.whole.total == round_money(found.whole.total)


@given(st.lists(lines()), st.randoms())
def test_it_does_not_depend_on_the_order_of_lines(many: list[rules.Line], random: object) -> None:
    shuffled = sorted(many, key=lambda line: hash((line.visit, str(random))))
    assert rules.totals(shuffled).whole == rules.totals(many).whole


@given(prices, st.integers(1, 99), percents)
def test_a_percentage_is_rounded_once_and_stays_within_the_line(price: Decimal, quantity: int, percent: Decimal) -> None:
    total = rules.line_total(unit_price=price, quantity=quantity, percent=percent)
    exact = price * quantity * (100 - percent) / 100
    assert ZERO <= total <= price * quantity
    assert abs(total - exact) <= Decimal("0.005")


@given(prices, st.integers(1, 99), st.data())
def test_an_amount_off_is_exact(price: Decimal, quantity: int, data: st.DataObject) -> None:
    gross = price * quantity
    amount = data.draw(st.decimals(min_value=0, max_value=gross, places=2))
    total = rules.line_total(unit_price=price, quantity=quantity, amount=amount)
    assert total + amount == gross
    assert 0 <= rules.discount_in_percent(gross=gross, percent=None, amount=amount) <= 100


@pytest.mark.parametrize(
    ("percent", "amount", "reason", "field"),
    [
        ("10", "5", "r", "discount_amount"),
        ("0", None, "r", "discount_percent"),
        ("100.01", None, "r", "discount_percent"),
        ("-5", None, "r", "discount_percent"),
        ("5.555", None, "r", "discount_percent"),
        (None, "-1", "r", "discount_amount"),
        (None, "100.01", "r", "discount_amount"),
        (None, "1.001", "r", "discount_amount"),
        ("10", None, "  ", "discount_reason"),
        ("10", None, "loyal", None),
        (None, "100", "warranty", None),
        (None, None, "", None),
    ],
)
def test_it_knows_what_is_wrong_with_a_discount(percent: str | None, amount: str | None, reason: str, field: str | None) -> None:
    problem = rules.discount_problem(
        gross=Decimal(100), percent=Decimal(percent) if percent else None, amount=Decimal(amount) if amount else None, reason=reason
    )
    assert (problem and problem[0]) == field


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_age_grows_by_one_on_each_birthday(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    age = rules.age_on(born, day)
    assert age is not None
    assert 0 <= age <= days // 365
    assert rules.age_on(None, day) is None


@pytest.mark.parametrize(
    ("role", "is_consent", "age", "basis", "problem"),
    [
        ("patient", False, 17, "", "minor_contract"),
        ("patient", False, 18, "", None),
        ("patient", True, 14, "", "minor_consent"),
        ("patient", True, 15, "", None),
        ("patient", False, None, "", None),
        ("representative", False, 10, "", "basis"),
        ("representative", False, 10, "birth certificate", None),
        ("clinic", False, 10, "", None),
        ("neighbour", False, 40, "", "role"),
    ],
)
def test_it_knows_who_may_sign(role: str, is_consent: bool, age: int | None, basis: str, problem: str | None) -> None:  # noqa: FBT001
    assert rules.signer_problem(role=role, is_consent=is_consent, age=age, basis=basis) == problem


def test_it_asks_for_the_consents_of_the_categories() -> None:
    assert rules.consents_for(["therapy", "anaesthesia"], is_minor=False) == ["consent_general", "consent_anaesthesia", "consent_therapy"]
    assert "consent_children" in rules.consents_for(["therapy"], is_minor=True)
    assert rules.consents_for([], is_minor=True) == []
