"""Invoices and credit notes by their actions."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader

from clinic.billing import actions, invoicing, payers
from clinic.billing.models import Charge, Invoice
from clinic.files import actions as files
from clinic.lib.errors import InvalidInput, NotAllowed, NotFound
from clinic.lib.ids import uuid7
from tests.billing.factories import NOW, make_charge, undo
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, make_branch, registrar_belova

pytestmark = pytest.mark.django_db
D = Decimal


def issue(*charges: Charge, language: str = "ru", at: datetime = NOW, **options: object) -> Invoice:
    return invoicing.issue_invoice(
        patient_id=petrov().pk,
        charge_ids=[charge.pk for charge in charges],
        language=language,
        actor=registrar_belova(),
        at=at,
        **options,  # type: ignore[arg-type]
    )


def words(invoice: Invoice) -> str:
    pages = PdfReader(BytesIO(files.read(invoicing.file_of(invoice)))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_it_numbers_by_the_branch_years() -> None:
    assert issue(make_charge()).label == "2026-000001"
    assert issue(make_charge()).label == "2026-000002"
    assert issue(make_charge(), at=datetime(2026, 12, 31, 21, 30, tzinfo=UTC)).label == "2027-000001"


def test_it_sums_its_lines_and_the_insurers_part() -> None:
    first, second = make_charge("4500.00"), make_charge("333.33")
    actions.post_insurer_share(charge=first, amount=D("3600.00"), payer_name="СОГАЗ", actor=dr_orlova(), at=NOW)
    invoice = issue(first, second)
    assert (invoice.total, invoice.insurer_total, invoice.due) == (D("4833.33"), D("3600.00"), D("1233.33"))


def test_it_gives_the_first_invoice_for_the_same_id() -> None:
    charge, key = make_charge(), uuid7()
    assert issue(charge, id=key) == issue(charge, id=key)


def test_it_invoices_a_charge_once_until_it_is_cancelled() -> None:
    charge = make_charge()
    invoice = issue(charge)
    with pytest.raises(invoicing.AlreadyInvoiced):
        issue(charge)
    note = invoicing.cancel_invoice(invoice_id=invoice.pk, reason="Wrong payer", actor=registrar_belova(), at=NOW)
    assert (note.total, note.number) == (-invoice.total, 2)
    assert invoicing.cancel_invoice(invoice_id=invoice.pk, reason="again", actor=registrar_belova(), at=NOW) == note
    with pytest.raises(invoicing.NotCancellable):
        invoicing.cancel_invoice(invoice_id=note.pk, reason="x", actor=registrar_belova(), at=NOW)
    assert issue(charge).number == 3


def test_it_refuses_what_cannot_stand_on_one_invoice() -> None:
    reversed_charge = make_charge()
    undo(reversed_charge)
    abroad = make_charge(branch=make_branch("Lyon", time_zone="Europe/Paris", currency="EUR"))
    for charges in ([], [reversed_charge], [make_charge(), abroad], [make_charge(patient=make_patient("Сидоров"))]):
        with pytest.raises(invoicing.NotInvoiceable):
            issue(*charges)
    with pytest.raises(InvalidInput):
        issue(make_charge(), language="de")
    with pytest.raises(InvalidInput):
        issue(make_charge(), payer=payers.Wanted(uuid4()))
    assert not Invoice.objects.exists()


def test_it_asks_for_the_right_and_a_reason() -> None:
    charge = make_charge()
    with pytest.raises(NotAllowed):
        invoicing.issue_invoice(patient_id=petrov().pk, charge_ids=[charge.pk], language="ru", actor=dr_orlova(), at=NOW)
    with pytest.raises(InvalidInput):
        invoicing.cancel_invoice(invoice_id=issue(charge).pk, reason=" ", actor=registrar_belova(), at=NOW)
    with pytest.raises(NotFound):
        invoicing.cancel_invoice(invoice_id=uuid4(), reason="x", actor=registrar_belova(), at=NOW)


def test_the_paper_speaks_the_payers_language_and_the_sellers_law() -> None:
    invoice = issue(make_charge("4500.00"))
    text = words(invoice)
    assert "2026-000001" in text
    assert "Петров Иван Сергеевич" in text
    assert "4 500,00" in text
    branch = make_branch("Lyon", time_zone="Europe/Paris", currency="EUR")
    branch.legal_entity.country = "FR"
    branch.legal_entity.registration_number = "73282932000074"
    branch.legal_entity.save()
    french = words(issue(make_charge("120.00", branch=branch), language="fr"))
    assert "261-4-1°" in french
    assert "73282932000074" in french
