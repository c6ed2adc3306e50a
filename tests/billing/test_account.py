"""Charges, payments, allocations and refunds by their actions."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from clinic.billing import actions, ledger, queries
from clinic.billing.models import Allocation, Charge, Payment
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, NotFound
from clinic.lib.ids import uuid7
from tests.billing.factories import NOW, accountant, make_charge, make_performance, pay, undo
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, registrar_belova

pytestmark = pytest.mark.django_db
D = Decimal


def pay_by_id(key: UUID, amount: str) -> Payment:
    return actions.take_payment(
        id=key, patient_id=petrov().pk, amount=D(amount), method="card", branch=petrov().branch, actor=registrar_belova(), at=NOW
    )


def test_it_charges_once_per_performance() -> None:
    charge = make_charge("4500.00")
    with pytest.raises(actions.AlreadyCharged):
        actions.post_charge(performance=charge.performance, amount=D("1.00"), currency="RUB", description="again", actor=dr_orlova(), at=NOW)
    assert queries.balance(petrov()) == D("4500.00")


def test_it_settles_oldest_first_and_keeps_the_rest_as_advance() -> None:
    first, second = make_charge("1000.00"), make_charge("500.00")
    payment = pay("1200.00")
    dues = {item.charge.pk: item.due for item in queries.open_charges(patient_id=petrov().pk)}
    assert first.pk not in dues
    assert dues == {second.pk: D("300.00")}
    more = pay("1000.00")
    assert queries.get_payment(payment.pk).free == 0
    assert queries.get_payment(more.pk).free == D("700.00")
    assert queries.balance(petrov()) == D("-700.00")


def test_it_makes_an_advance_of_a_reversed_charge() -> None:
    charge = make_charge("1000.00")
    payment = pay("1000.00")
    opposite = undo(charge)
    assert (opposite.amount, opposite.reverses_id) == (D("-1000.00"), charge.pk)
    assert queries.get_payment(payment.pk).free == D("1000.00")
    assert queries.balance(petrov()) == D("-1000.00")
    with pytest.raises(actions.NothingToReverse):
        undo(charge)


def test_it_settles_a_new_charge_from_the_advance() -> None:
    pay("300.00")
    pay("300.00")
    charge = make_charge("500.00")
    made = actions.use_advance(patient_id=petrov().pk, charges={charge.pk: D("500.00")}, actor=registrar_belova(), at=NOW)
    assert [row.amount for row in made] == [D("300.00"), D("200.00")]
    assert queries.balance(petrov()) == D("-100.00")
    other = make_charge("500.00")
    with pytest.raises(ledger.TooMuch):
        actions.use_advance(patient_id=petrov().pk, charges={other.pk: D("500.00")}, actor=registrar_belova(), at=NOW)


def test_it_posts_a_payment_once_for_the_same_id() -> None:
    key = uuid7()
    assert pay_by_id(key, "50.00") == pay_by_id(key, "50.00")
    assert Payment.objects.count() == 1
    with pytest.raises(KeyTaken):
        pay_by_id(key, "51.00")


def test_it_refunds_and_frees_what_the_payment_settled() -> None:
    charge = make_charge("1000.00")
    payment = pay("1000.00")
    actions.refund(payment_id=payment.pk, amount=D("400.00"), reason="Price corrected", actor=accountant(), at=NOW)
    assert queries.get_charge(charge.pk).due == D("400.00")
    item = queries.get_payment(payment.pk)
    assert (item.kept, item.allocated, item.free) == (D("600.00"), D("600.00"), 0)
    assert queries.balance(petrov()) == D("400.00")


def test_it_refunds_the_free_part_first() -> None:
    make_charge("600.00")
    payment = pay("1000.00")
    actions.refund(payment_id=payment.pk, amount=D("400.00"), reason="Overpaid", actor=accountant(), at=NOW)
    assert queries.balance(petrov()) == 0
    assert Allocation.objects.count() == 1


def test_it_refuses_a_refund_above_the_payment() -> None:
    payment = pay("100.00")
    actions.refund(payment_id=payment.pk, amount=D("60.00"), reason="Asked", actor=accountant(), at=NOW)
    with pytest.raises(actions.RefundTooLarge) as refused:
        actions.refund(payment_id=payment.pk, amount=D("40.01"), reason="Asked", actor=accountant(), at=NOW)
    assert "amount" in refused.value.fields


def test_it_refuses_a_refund_without_reason() -> None:
    payment = pay("100.00")
    with pytest.raises(InvalidInput) as refused:
        actions.refund(payment_id=payment.pk, amount=D("0.00"), reason="  ", actor=accountant(), at=NOW)
    assert set(refused.value.fields) == {"reason", "amount"}


def test_it_frees_an_allocation_once() -> None:
    charge = make_charge("100.00")
    pay("100.00")
    row = Allocation.objects.get()
    first = actions.free_allocation(allocation_id=row.pk, actor=registrar_belova(), at=NOW)
    assert actions.free_allocation(allocation_id=row.pk, actor=registrar_belova(), at=NOW) == first
    assert queries.get_charge(charge.pk).due == D("100.00")


def test_it_gives_the_patient_back_what_the_insurer_takes_over() -> None:
    charge = make_charge("1000.00")
    payment = pay("1000.00")
    share = actions.post_insurer_share(charge=charge, amount=D("800.00"), payer_name="Sogaz", actor=dr_orlova(), at=NOW)
    assert queries.get_charge(charge.pk).due == 0
    assert queries.get_payment(payment.pk).free == D("800.00")
    with pytest.raises(ledger.TooMuch):
        actions.post_insurer_share(charge=charge, amount=D("200.01"), payer_name="Other", actor=dr_orlova(), at=NOW)
    first = actions.reverse_insurer_share(share=share, actor=dr_orlova(), at=NOW)
    assert actions.reverse_insurer_share(share=share, actor=dr_orlova(), at=NOW) == first
    assert queries.get_charge(charge.pk).due == D("800.00")


def test_it_reverses_shares_with_the_charge() -> None:
    charge = make_charge("1000.00")
    actions.post_insurer_share(charge=charge, amount=D("800.00"), payer_name="Sogaz", actor=dr_orlova(), at=NOW)
    undo(charge)
    assert queries.balance(petrov()) == 0


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "10.505", "100000000.00", "NaN", "Infinity", "-0.001", "1e20"])
def test_it_refuses_amounts_that_are_no_money(amount: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        pay(amount)
    assert "amount" in refused.value.fields
    assert not Payment.objects.exists()


def test_it_refuses_an_unknown_method_and_a_long_reference() -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.take_payment(
            patient_id=petrov().pk, amount=D("1"), method="shells", branch=petrov().branch, reference="x" * 101, actor=registrar_belova(), at=NOW
        )
    assert set(refused.value.fields) == {"method", "reference"}


def test_it_refuses_to_allocate_too_much_or_across_accounts() -> None:
    own, foreign = make_charge("100.00"), make_charge("100.00", make_patient("Сидоров"))
    with pytest.raises(ledger.TooMuch):
        pay("500.00", allocate_to={own.pk: D("100.01")})
    with pytest.raises(ledger.TooMuch):
        pay("50.00", allocate_to={own.pk: D("50.01")})
    with pytest.raises(ledger.DoesNotFit):
        pay("50.00", allocate_to={foreign.pk: D("50.00")})
    with pytest.raises(ledger.DoesNotFit):
        pay("50.00", allocate_to={uuid4(): D("50.00")})
    assert not Payment.objects.exists()


def test_it_keeps_a_free_procedure_on_the_account() -> None:
    charge = make_charge("0.00")
    undo(charge)
    assert queries.balance(petrov()) == 0
    assert Charge.objects.count() == 2


def test_it_asks_for_the_right() -> None:
    payment = pay("10.00")
    with pytest.raises(NotAllowed):
        actions.refund(payment_id=payment.pk, amount=D("1.00"), reason="x", actor=registrar_belova(), at=NOW)
    with pytest.raises(NotAllowed):
        actions.take_payment(patient_id=petrov().pk, amount=D("1.00"), method="cash", branch=petrov().branch, actor=dr_orlova(), at=NOW)
    with pytest.raises(NotAllowed):
        actions.post_charge(performance=make_performance(), amount=D("1"), currency="RUB", description="", actor=registrar_belova(), at=NOW)


def test_it_knows_no_payment_of_nobody() -> None:
    with pytest.raises(NotFound):
        actions.take_payment(patient_id=uuid4(), amount=D("1.00"), method="cash", branch=petrov().branch, actor=registrar_belova(), at=NOW)
    with pytest.raises(NotFound):
        actions.refund(payment_id=uuid4(), amount=D("1.00"), reason="x", actor=accountant(), at=NOW)
