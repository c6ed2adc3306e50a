"""Claim lines as they are added to and taken from the account."""

from datetime import date
from decimal import Decimal

import pytest

from clinic.billing import queries as billing
from clinic.billing.models import InsurerShare
from clinic.lib.errors import NotAllowed
from clinic.price_list.models import Category
from insurance import actions
from insurance.models import ClaimLine, GuaranteeLetter
from tests.billing.factories import NOW, make_charge, undo
from tests.insurance.factories import claim, claimed, make_policy, make_programme
from tests.patients.factories import petrov
from tests.staff.factories import dr_orlova, registrar_belova

pytestmark = pytest.mark.django_db
D = Decimal


def take_back(line: ClaimLine | None) -> list[ClaimLine]:
    assert line is not None
    return actions.reverse_claim_line(performance=line.performance, actor=dr_orlova(), at=NOW)


def test_it_takes_the_insurers_part_off_the_debt() -> None:
    make_policy()
    line = claimed("4500.00")
    assert line is not None
    assert (line.amount, line.year_start) == (D("3600.00"), date(2026, 1, 15))
    assert billing.balance(petrov()) == D("900.00")


def test_it_claims_nothing_without_cover() -> None:
    assert claimed() is None
    make_policy(valid_to=date(2026, 2, 1))
    assert claimed() is None
    assert claim(make_charge("0.00")) is None
    assert not InsurerShare.objects.exists()


def test_it_claims_nothing_in_another_currency_or_category() -> None:
    make_policy(currency="EUR")
    assert claimed() is None
    assert claim(make_charge(category=Category.SURGERY)) is None


def test_it_stops_at_the_annual_limit() -> None:
    make_policy(annual_limit="5000.00")
    first, second, third = claimed(), claimed(), claimed()
    assert first is not None
    assert second is not None
    assert (first.amount, second.amount, third) == (D("3600.00"), D("1400.00"), None)


def test_it_lets_policies_pay_in_turn() -> None:
    make_policy(make_programme("Assurance Maladie", "60"), priority=1)
    make_policy(make_programme("Mutuelle", "70"), priority=2)
    line = claimed("1000.00")
    assert line is not None
    assert [row.amount for row in ClaimLine.objects.order_by("posted_at", "pk")] == [D("600.00"), D("400.00")]
    assert billing.balance(petrov()) == 0
    assert len(take_back(line)) == 2


def test_it_needs_a_letter_where_the_programme_says_so() -> None:
    policy = make_policy(make_programme(needs_letter=True))
    assert claimed() is None
    GuaranteeLetter.objects.create(patient=petrov(), policy=policy, number="GP-7", letter_date=date(2026, 11, 1), limit_amount=D("1000.00"))
    line = claimed()
    assert line is not None
    assert line.letter is not None
    assert (line.amount, line.letter.number) == (D("1000.00"), "GP-7")
    assert claimed() is None


def test_it_mirrors_itself_after_the_charge_was_reversed() -> None:
    make_policy(annual_limit="3600.00")
    line = claimed()
    assert line is not None
    undo(line.charge)
    [opposite] = take_back(line)
    assert (opposite.amount, opposite.reverses_id) == (D("-3600.00"), line.pk)
    assert take_back(line) == []
    assert billing.balance(petrov()) == 0
    again = claimed()
    assert again is not None
    assert again.amount == D("3600.00")


def test_it_claims_once() -> None:
    make_policy()
    line = claimed()
    assert line is not None
    assert claim(line.charge) == line
    assert ClaimLine.objects.count() == 1


def test_it_asks_for_the_right() -> None:
    make_policy()
    charge = make_charge()
    late = actions.add_claim_line(performance=charge.performance, charge=charge, actor=registrar_belova(), at=NOW)
    assert late is not None
    with pytest.raises(NotAllowed):
        actions.reverse_claim_line(performance=charge.performance, actor=registrar_belova(), at=NOW)
