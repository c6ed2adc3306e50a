"""Payments from before the payer's field name nobody, and read as the patient's own wherever they are shown."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from openpyxl import load_workbook

from clinic.billing import actions, debts, invoicing
from clinic.billing.models import Payment
from clinic.lib.clock import branch_day
from tests.billing.factories import NOW, accountant, make_charge, pay
from tests.migrating import migrating
from tests.patients.factories import petrov
from tests.staff.factories import log_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]  # walks every migration since; neither these nor that one will change
NAME = "Петров Иван Сергеевич"


def old_payment() -> Payment:
    """Petrov's payment without a payer, as it was written before there was one."""
    with transaction.atomic():
        make_charge("100.00")
        new = pay("40.00", allocate_to="none")
    columns = "version, created_at, patient_id, branch_id, legal_entity_id, amount, currency, method, reference, received_by_id, reason"
    with migrating() as database:
        database.to("billing", "0003_open_amounts")
        database.execute(
            f"INSERT INTO billing_payment (id, {columns}, received_at)"
            f" SELECT gen_random_uuid(), {columns}, received_at - interval '1 minute' FROM billing_payment WHERE id = '{new.pk}'"
        )
        database.forward()
    return Payment.objects.exclude(pk=new.pk).get()


def test_it_reads_as_the_patients_everywhere() -> None:
    old = old_payment()
    assert (old.payer_id, old.payer_name) == (None, "")
    browser, day = log_in(accountant()), branch_day(NOW, old.branch.time_zone)
    rows = browser.get(f"/api/v1/payments?patient={old.patient_id}").json()["results"]
    assert [(row["payer"], row["payer_name"]) for row in rows] == [(str(old.patient_id), NAME)] * 2
    for url in (reverse("patient-money", args=[old.patient_id]), f"{reverse('till')}?day={day.isoformat()}"):
        page = browser.get(url)
        assert page.status_code == 200
        assert "None" not in page.text
        assert "from Петров" not in page.text
    paper = render_to_string("billing/day_report.html", {"payments": debts.payments_of_day(old.branch, day), "branch": old.branch, "day": day})
    assert paper.count("Петров") == 2
    assert "from Петров" not in paper
    sheet: Any = load_workbook(BytesIO(browser.get("/api/v1/lists/payments/workbook").content)).active
    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == [NAME, NAME]


def test_an_invoice_and_a_refund_of_it_name_the_patient() -> None:
    old = old_payment()
    with transaction.atomic():
        charge = make_charge("60.00")
        values: dict[str, Any] = {"actor": accountant(), "at": NOW + timedelta(minutes=1)}
        actions.allocate(payment_id=old.pk, charges={charge.pk: Decimal("40.00")}, **values)
        invoice = invoicing.issue_invoice(patient_id=petrov().pk, charge_ids=[charge.pk], language="ru", **values)
        back = actions.refund(payment_id=old.pk, amount=Decimal("10.00"), reason="asked", **values)
    assert invoice.payer_name == NAME
    assert (back.payer_id, back.paid_by) == (old.patient_id, NAME)
