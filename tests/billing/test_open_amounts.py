"""What is kept as open is what the rows add up to: after any mix of acts, with many hands at once, whoever tries to write it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic import local_postgres
from clinic.billing import actions, debts, queries
from clinic.billing.models import Allocation, Charge, OpenAmount, Payment
from clinic.billing.reconciliation import differences
from clinic.lib.errors import DomainError
from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from clinic.staff.models import Branch
from tests.billing.factories import NOW, accountant, make_charge, pay, undo
from tests.billing.test_concurrency import at_once
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import registrar_belova

D = Decimal
TODAY = NOW.date()
ACTS = ("charge", "charge", "insure", "pay", "pay", "advance", "use", "free", "refund", "undo")
Step = tuple[str, int, Decimal]
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99), st.decimals("0.01", 9000, places=2)), min_size=1, max_size=14)


class Hands:
    """Two patients and everything that can happen to their accounts; `number` chooses the row."""

    def __init__(self) -> None:
        self.patients = [petrov(), make_patient("Сидоров")]

    def do(self, step: Step) -> None:
        """One act, or its refusal."""
        name, number, amount = step
        act: Callable[[int, Decimal], object] = getattr(self, name)
        try:
            with transaction.atomic():
                act(number, amount)
        except DomainError:
            assert name not in ("charge", "pay", "advance")

    def charge(self, number: int, amount: Decimal) -> None:
        make_charge(str(amount), self.patient(number), at=NOW - timedelta(days=number))

    def insure(self, number: int, amount: Decimal) -> None:
        if charge := self.one(Charge.objects.filter(reverses=None, reversal=None), number):
            actions.post_insurer_share(charge=charge, amount=amount, payer_name="СОГАЗ", actor=accountant(), at=NOW)

    def pay(self, number: int, amount: Decimal) -> None:
        pay(str(amount), self.patient(number))

    def advance(self, number: int, amount: Decimal) -> None:
        pay(str(amount), self.patient(number), allocate_to="none")

    def use(self, number: int, amount: Decimal) -> None:
        if charge := self.one(Charge.objects.filter(reverses=None, reversal=None), number):
            actions.use_advance(patient_id=charge.patient_id, charges={charge.pk: amount}, actor=registrar_belova(), at=NOW)

    def free(self, number: int, _amount: Decimal) -> None:
        if held := self.one(Allocation.objects.filter(reverses=None, reversal=None), number):
            actions.free_allocation(allocation_id=held.pk, actor=accountant(), at=NOW)

    def refund(self, number: int, amount: Decimal) -> None:
        if payment := self.one(Payment.objects.filter(refunds=None), number):
            actions.refund(payment_id=payment.pk, amount=amount, method="cash", reason="Возврат", actor=accountant(), at=NOW)

    def undo(self, number: int, _amount: Decimal) -> None:
        if charge := self.one(Charge.objects.filter(reverses=None, reversal=None), number):
            undo(charge)

    def patient(self, number: int) -> Patient:
        return self.patients[number % 2]

    def one(self, rows: Any, number: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[number % len(found)] if found else None


def owed_by_rows(patient: Patient) -> Decimal:
    """The sum over the rows themselves, without what the database keeps."""
    return sum((item.due for item in queries.standing_charges(Charge.objects.filter(patient=patient))), ZERO)


def agree(patients: list[Patient]) -> None:
    """Every reader of debts says what the rows say."""
    assert not differences()
    owed = {patient.pk: total for patient in patients if (total := owed_by_rows(patient))}
    found = debts.debts(debts.Scope(TODAY, list(Branch.objects.all())))
    assert {debt.patient_id: debt.owed for debt in found} == owed
    assert all(sum(debt.by_age, ZERO) == debt.owed for debt in found)
    assert [(total.owed, total.people) for total in debts.totals(debts.Scope(TODAY, list(Branch.objects.all())))] == (
        [(sum(owed.values()), len(owed))] if owed else []
    )
    for patient in patients:
        assert sum((item.due for item in queries.open_charges(patient_id=patient.pk)), ZERO) == owed.get(patient.pk, ZERO)
        assert queries.balance(patient) == owed.get(patient.pk, ZERO) - sum((item.free for item in queries.advances(patient_id=patient.pk)), ZERO)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_open_amounts_are_the_sums_after_anything(steps: list[Step]) -> None:
    with transaction.atomic():
        hands = Hands()
        for step in steps:
            hands.do(step)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        agree(hands.patients)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_settled_charge_has_no_row_until_it_opens_again() -> None:
    charge = make_charge("100.00")
    assert OpenAmount.objects.get().amount == D("100.00")
    payment = pay("100.00")
    assert not OpenAmount.objects.exists()
    actions.refund(payment_id=payment.pk, amount=D("40.00"), method="cash", reason="Ошибка", actor=accountant(), at=NOW)
    assert list(OpenAmount.objects.values_list("charge", "amount")) == [(charge.pk, D("40.00"))]
    undo(charge)
    assert not OpenAmount.objects.exists()


@pytest.mark.django_db
def test_a_treatment_without_charge_owes_nothing() -> None:
    make_charge("0.00")
    assert not OpenAmount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_hands_on_one_charge_keep_its_open_amount() -> None:
    with transaction.atomic():
        clerk, charge, other = registrar_belova(), make_charge("100.00"), make_charge("50.00")
        payments = [pay("30.00", allocate_to="none").pk for _ in range(8)]

    def allocate(payment: UUID) -> object:
        return actions.allocate(payment_id=payment, charges={charge.pk: D("30.00")}, actor=clerk, at=NOW)

    def raw() -> object:
        with transaction.atomic():
            fields = {"patient_id": other.patient_id, "payment_id": payments[0], "charge": other, "allocated_at": NOW, "allocated_by": clerk}
            return Allocation.objects.create(amount=D("10.00"), **fields)

    at_once([*(partial(allocate, payment) for payment in payments), partial(transaction.atomic(undo), other), raw])
    agree([petrov()])


@pytest.mark.django_db
def test_the_application_cannot_write_what_is_owed() -> None:
    make_charge()
    for statement in ("DELETE FROM billing_openamount", "UPDATE billing_openamount SET amount = 1", "TRUNCATE billing_openamount"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_a_false_open_amount_is_refused_at_the_next_commit_of_its_charge() -> None:
    with transaction.atomic():
        charge = make_charge("100.00")
    owner = local_postgres.url_for("clinic_owner", str(django_settings.DATABASES["default"]["NAME"]))
    with psycopg.connect(owner) as outside:
        outside.execute("UPDATE billing_openamount SET amount = 90")
    assert differences() == {charge.pk}
    with pytest.raises(DatabaseError, match=r"has 60\.00 open, kept are 50\.00"):
        pay("40.00")
