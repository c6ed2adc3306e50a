"""Many hands on one account and one invoice series."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db import IntegrityError, connections, transaction

from clinic.billing import actions, invoicing, queries
from clinic.billing.models import Allocation, Invoice, Payment
from clinic.history.context import Context, acting
from clinic.lib.errors import DomainError
from clinic.lib.ids import uuid7
from tests.billing.factories import NOW, accountant, make_charge, pay
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import registrar_belova

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do everything at the same time, each in a thread with a connection of its own; a refusal is a result."""

    def run(act: Callable[[], object]) -> object:
        try:
            with acting(Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")):
                return act()
        except (DomainError, IntegrityError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def done(results: Sequence[object]) -> list[object]:
    return [result for result in results if not isinstance(result, Exception)]


def test_twenty_invoices_at_once_have_no_gap() -> None:
    with transaction.atomic():
        clerk = registrar_belova()
        patients = [make_patient(f"Пациент{number}") for number in range(4)]
        waiting = [(patient.pk, make_charge("10.00", patient).pk) for patient in patients for _ in range(5)]

    @transaction.atomic
    def issue(patient: UUID, charge: UUID, number: int) -> Invoice:
        invoice = invoicing.issue_invoice(patient_id=patient, charge_ids=[charge], language="ru", actor=clerk, at=NOW)
        if number % 5 == 0:
            raise DomainError("the light went out")
        return invoice

    results = at_once([partial(issue, *pair, number) for number, pair in enumerate(waiting)])
    assert len(done(results)) == 16
    assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, 17))


def test_twenty_allocations_of_one_charge_never_exceed_it() -> None:
    with transaction.atomic():
        clerk, charge = registrar_belova(), make_charge("100.00")
        payments = [pay("30.00", allocate_to="none").pk for _ in range(20)]
    wanted = {charge.pk: D("30.00")}
    results = at_once([partial(actions.allocate, payment_id=key, charges=wanted, actor=clerk, at=NOW) for key in payments])
    assert len(done(results)) == 3
    assert queries.get_charge(charge.pk).settled == D("90.00")


def test_twenty_rows_past_the_actions_never_exceed_it_either() -> None:
    with transaction.atomic():
        clerk, charge = registrar_belova(), make_charge("100.00")
        payments = [pay("60.00", allocate_to="none") for _ in range(20)]

    @transaction.atomic
    def write(payment: Payment) -> None:
        Allocation.objects.create(
            patient_id=payment.patient_id, payment=payment, charge=charge, amount=D("60.00"), allocated_at=NOW, allocated_by=clerk
        )

    results = at_once([partial(write, payment) for payment in payments])
    assert len(done(results)) == 1
    assert queries.get_charge(charge.pk).settled == D("60.00")


def test_one_payment_sent_twenty_times_is_one() -> None:
    with transaction.atomic():
        clerk, patient, key = registrar_belova(), petrov(), uuid7()
        make_charge("100.00")
    take = partial(actions.take_payment, id=key, patient_id=patient.pk, amount=D("100.00"), method="card", branch=patient.branch, actor=clerk, at=NOW)
    results = at_once([take] * 20)
    assert {result.pk for result in results if isinstance(result, Payment)} == {key}
    assert Payment.objects.count() == 1
    assert queries.balance(patient) == 0


def test_twenty_refunds_at_once_give_no_more_than_was_paid() -> None:
    with transaction.atomic():
        clerk, payment = accountant(), pay("100.00")
    give_back = partial(actions.refund, payment_id=payment.pk, amount=D("30.00"), reason="asked", actor=clerk, at=NOW)
    results = at_once([give_back] * 20)
    assert len(done(results)) == 3
    assert queries.get_payment(payment.pk).kept == D("10.00")
