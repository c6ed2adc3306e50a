"""The database refuses what no action would write: straight SQL, checked at the end of the transaction."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.billing import invoicing
from clinic.billing.models import Allocation, Charge, InsurerShare, Invoice, InvoiceLine, Payment
from clinic.lib.ids import uuid7
from tests.billing.factories import NOW, accountant, make_charge, pay
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import make_branch, registrar_belova

pytestmark = pytest.mark.django_db
D = Decimal


def check() -> None:
    """Run the deferred checks now, as COMMIT would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refused(rule: str, write: Callable[[], object]) -> None:
    """The write, or the check after it, is refused by the named rule and nothing of it stays."""
    check()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
        check()
    assert error.value.__cause__ is not None
    diagnostics = error.value.__cause__.diag  # type: ignore[attr-defined]  # psycopg's
    assert diagnostics.constraint_name == rule


def allocation(payment: Payment, charge: Charge, amount: str, reverses: Allocation | None = None) -> Allocation:
    return Allocation.objects.create(
        patient_id=payment.patient_id,
        payment=payment,
        charge=charge,
        amount=D(amount),
        allocated_at=NOW,
        allocated_by=registrar_belova(),
        reverses=reverses,
    )


def share(charge: Charge, amount: str, reverses: InsurerShare | None = None) -> InsurerShare:
    return InsurerShare.objects.create(
        patient_id=charge.patient_id, charge=charge, payer_name="x", amount=D(amount), posted_at=NOW, posted_by=accountant(), reverses=reverses
    )


def copy_of(row: Charge | Payment | Invoice, **changes: object) -> Callable[[], object]:
    """Write the row once more under a new key, with changes."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return lambda: type(row).objects.create(**{**values, "id": uuid7(), "version": 1, **changes})


def test_allocations_stay_within_charge_and_payment() -> None:
    charge, payment = make_charge("100.00"), pay("150.00", allocate_to="none")
    refused("billing_allocated_within_charge", lambda: allocation(payment, charge, "100.01"))
    big = make_charge("1000.00")
    refused("billing_allocated_within_payment", lambda: allocation(payment, big, "150.01"))
    share(charge, "60.00")
    refused("billing_allocated_within_charge", lambda: allocation(payment, charge, "40.01"))
    allocation(payment, charge, "40.00")
    check()


def test_allocations_stay_within_one_account() -> None:
    stranger = make_charge("100.00", make_patient("Сидоров"))
    payment = pay("50.00", allocate_to="none")
    refused("billing_allocation_fits", lambda: allocation(payment, stranger, "10.00"))
    euros = make_branch("Lyon", time_zone="Europe/Paris", currency="EUR")
    abroad = make_charge("100.00", branch=euros)
    refused("billing_allocation_fits", lambda: allocation(payment, abroad, "10.00"))


def test_opposite_rows_are_opposite() -> None:
    charge, payment = make_charge("100.00"), pay("100.00")
    row = Allocation.objects.get()
    refused("billing_allocation_reversal_opposite", lambda: allocation(payment, charge, "-99.00", reverses=row))
    part = share(make_charge("100.00"), "50.00")
    refused("billing_share_reversal_opposite", lambda: share(part.charge, "-49.00", reverses=part))
    refused("billing_charge_reversal_opposite", copy_of(charge, amount=D("-99.00"), reverses_id=charge.pk))
    refused("billing_allocated_within_charge", copy_of(charge, amount=D("-100.00"), reverses_id=charge.pk))


def test_signs_are_right_and_nothing_is_zero() -> None:
    charge, payment = make_charge("100.00"), pay("100.00", allocate_to="none")
    refused("billing_charge_sign", copy_of(charge, performance_id=make_charge().performance_id, amount=D("-1.00")))
    refused("billing_charged_once", copy_of(charge))
    refused("billing_payment_sign", copy_of(payment, amount=D("0.00")))
    refused("billing_payment_sign", copy_of(payment, amount=D("-5.00")))
    refused("billing_payment_sign", copy_of(payment, amount=D("-5.00"), refunds_id=payment.pk, reason=""))
    refused("billing_payment_method_known", copy_of(payment, method="shells"))
    refused("billing_allocation_sign", lambda: allocation(payment, charge, "0.00"))
    refused("billing_share_sign", lambda: share(charge, "0.00"))
    refused("billing_share_within_charge", lambda: share(charge, "100.01"))


def test_refunds_stay_within_their_payment() -> None:
    make_charge("100.00")
    payment = pay("100.00")
    refused("billing_refund_within_payment", copy_of(payment, amount=D("-100.01"), refunds_id=payment.pk, reason="x"))
    refused("billing_allocated_within_payment", copy_of(payment, amount=D("-1.00"), refunds_id=payment.pk, reason="x"))
    other = make_patient("Сидоров")
    refused("billing_refund_fits", copy_of(payment, amount=D("-1.00"), refunds_id=payment.pk, reason="x", patient_id=other.pk))


def test_money_rows_never_change() -> None:
    charge = make_charge("100.00")
    pay("100.00")
    for model in (Charge, Payment, Allocation):
        rule = f"{model._meta.db_table}_append_only"
        refused(rule, lambda model=model: model.objects.update(amount=D("1.00")))  # type: ignore[misc]
    with pytest.raises(IntegrityError), transaction.atomic():
        charge.delete()


def issue() -> Invoice:
    charge = make_charge("100.00")
    return invoicing.issue_invoice(patient_id=petrov().pk, charge_ids=[charge.pk], language="ru", actor=registrar_belova(), at=NOW)


def test_invoice_numbers_have_no_gap() -> None:
    first = issue()
    refused("billing_invoice_number_gapless", copy_of(first, number=3))
    refused("billing_invoice_number_once", copy_of(first))
    refused("billing_invoice_total", copy_of(first, number=2))


def test_an_invoice_is_frozen() -> None:
    invoice = issue()
    refused("billing_invoice_frozen", lambda: Invoice.objects.filter(pk=invoice.pk).update(payer_name="Other"))
    refused("billing_invoiceline_append_only", lambda: InvoiceLine.objects.update(amount=D("1.00")))
    line = invoice.lines.get()
    values = {field.attname: getattr(line, field.attname) for field in line._meta.concrete_fields}
    extra = {**values, "id": uuid7(), "position": 2, "charge_id": make_charge("5.00").pk}
    refused("billing_invoice_total", lambda: InvoiceLine.objects.create(**{**extra, "amount": D("0.00")}))


def test_an_invoice_gets_its_file_once() -> None:
    invoice = issue()
    file = invoicing.file_of(invoice)
    assert invoicing.file_of(invoice) == file
    refused("billing_invoice_file_once", lambda: Invoice.objects.filter(pk=invoice.pk).update(file=None))
