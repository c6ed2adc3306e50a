"""What an accountant who trusts nobody tries: midnight, other currencies, numbers after a crash, an act taken back after everything."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from clinic.billing import actions, debts, invoicing, ledger, queries
from clinic.billing.models import Allocation, Invoice, Method, Payment
from clinic.lib.errors import InvalidInput
from clinic.staff.models import Branch
from insurance import claims
from insurance.models import ClaimLine
from tests.billing.factories import NOW, accountant, make_charge, pay
from tests.insurance.factories import make_policy
from tests.insurance.test_claims import register
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, make_branch
from tests.treatment_plans.factories import agreed, first_item
from treatment_plans import completion, reversal

pytestmark = pytest.mark.django_db
D = Decimal


def take(branch: Branch, at: datetime, amount: str = "10.00") -> Payment:
    return actions.take_payment(patient_id=petrov().pk, amount=D(amount), method="cash", branch=branch, actor=accountant(), at=at)


def test_the_day_of_the_till_ends_at_midnight_on_the_branchs_wall() -> None:
    east, west = make_branch("Vladivostok", time_zone="Asia/Vladivostok"), make_branch("Paris", time_zone="Europe/Paris", currency="EUR")
    midnight = {east: datetime(2026, 11, 20, 14, 0, tzinfo=UTC), west: datetime(2026, 11, 20, 23, 0, tzinfo=UTC)}
    for branch, at in midnight.items():
        for shift in (-1, 0):
            take(branch, at + timedelta(microseconds=shift))
        days = [debts.receipts_by_method(branch, (NOW + timedelta(days=after)).date()) for after in (0, 1)]
        assert [next(line.received for line in lines if line.method == Method.CASH) for lines in days] == [D("10.00"), D("10.00")], branch


def test_money_of_two_currencies_is_never_added_nor_settled() -> None:
    paris = make_branch("Paris", currency="EUR")
    euros = make_charge("100.00", branch=paris)
    roubles = pay("100.00")
    assert not Allocation.objects.exists()
    with pytest.raises(ledger.DoesNotFit):
        actions.allocate(payment_id=roubles.pk, charges={euros.pk: D("1.00")}, actor=accountant(), at=NOW)
    with pytest.raises(ledger.TooMuch):
        actions.use_advance(patient_id=petrov().pk, charges={euros.pk: D("1.00")}, actor=accountant(), at=NOW)
    assert queries.balances([petrov().pk])[petrov().pk] == {"RUB": D("-100.00"), "EUR": D("100.00")}
    assert {total.currency: total.owed for total in debts.totals(debts.Scope(NOW.date(), list(Branch.objects.all())))} == {"EUR": D("100.00")}


def issue() -> Invoice:
    return invoicing.issue_invoice(patient_id=petrov().pk, charge_ids=[make_charge().pk], language="ru", actor=accountant(), at=NOW)


def test_a_number_that_was_given_in_a_transaction_that_failed_is_given_again() -> None:
    first = issue()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        issue()
        raise ZeroDivisionError
    second = issue()
    note = invoicing.cancel_invoice(invoice_id=first.pk, reason="x", actor=accountant(), at=NOW)
    assert [row.number for row in (first, second, note)] == [1, 2, 3]


def test_an_act_taken_back_after_invoice_payment_and_sent_claim_leaves_every_book_even() -> None:
    make_policy(patient=petrov())
    item = first_item(agreed("filling", patient=petrov()))
    values: dict[str, Any] = {"actor": accountant(), "at": NOW}
    done = completion.complete_item(item_id=item.pk, actor=dr_orlova(), at=NOW)
    assert done.claim_line is not None
    invoice = invoicing.issue_invoice(patient_id=petrov().pk, charge_ids=[done.charge.pk], language="ru", **values)
    payment = actions.take_payment(patient_id=petrov().pk, amount=invoice.due, method="card", branch=petrov().branch, **values)
    claim = register()
    claims.mark_sent(claim_id=claim.pk, version=claim.version, **values)
    reversal.reverse_item(item_id=item.pk, reason="wrong tooth", actor=dr_orlova(), at=NOW)
    assert queries.balance(petrov()) == -payment.amount
    assert queries.get_payment(payment.pk).free == payment.amount
    assert sum(ClaimLine.objects.values_list("amount", flat=True)) == 0
    assert [row.line.amount for row in register().entries.all()] == [-done.claim_line.amount]
    assert queries.invoices_of(petrov()).get().reversed_lines == 1  # type: ignore[attr-defined]  # annotated
    with pytest.raises(invoicing.NotInvoiceable):
        invoicing.issue_invoice(patient_id=petrov().pk, charge_ids=[done.charge.pk], language="ru", **values)
    actions.refund(payment_id=payment.pk, amount=payment.amount, reason="taken back", **values)
    assert queries.balance(petrov()) == 0
    invoicing.cancel_invoice(invoice_id=invoice.pk, reason="taken back", **values)
    again = completion.complete_item(item_id=item.pk, actor=dr_orlova(), at=NOW + timedelta(minutes=1))
    assert invoicing.issue_invoice(patient_id=petrov().pk, charge_ids=[again.charge.pk], language="ru", **values).total == done.charge.amount


def test_the_price_agreed_is_the_price_charged_whatever_the_list_says_later() -> None:
    item = first_item(agreed("filling", patient=petrov()))
    price = item.procedure.service.prices.get()
    type(price).objects.filter(pk=price.pk).update(amount=price.amount * 2)
    assert completion.complete_item(item_id=item.pk, actor=dr_orlova(), at=NOW).charge.amount == item.total


@pytest.mark.parametrize("amount", ["-1.00", "0", "0.001", "1E+9", "NaN", "Infinity"])
def test_no_money_is_taken_that_is_none(amount: str) -> None:
    with pytest.raises(InvalidInput):
        take(petrov().branch, NOW, amount)


def test_another_patients_charge_is_not_settled_with_my_money() -> None:
    hers = make_charge("50.00", make_patient("Dupont"))
    with pytest.raises(ledger.DoesNotFit):
        actions.take_payment(
            patient_id=petrov().pk,
            amount=D("50.00"),
            method="cash",
            branch=petrov().branch,
            actor=accountant(),
            at=NOW,
            allocate_to={hers.pk: D("50.00")},
        )
