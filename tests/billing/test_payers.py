"""Who pays: the usual payer of the card, another of the relatives, or somebody typed."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinic.billing import actions, debts, invoicing, payers
from clinic.billing.models import Invoice, Payment
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, KeyTaken
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient, Relation
from tests.billing.factories import NOW, accountant, make_charge, pay
from tests.billing.test_invoices import words
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, registrar_belova

pytestmark = pytest.mark.django_db
D = Decimal
FIRM = "ООО «Ромашка»"


def mother(*, pays: bool = True) -> Patient:
    """Anna Petrova, a patient herself, on the card of Petrov."""
    patient = make_patient("Петрова", "Анна")
    Relation.objects.create(patient=petrov(), kind="mother", related_patient=patient, is_payer=pays)
    return patient


def employer(*, pays: bool = False) -> Relation:
    return Relation.objects.create(patient=petrov(), kind="employer", name=FIRM, is_payer=pays)


def take(wanted: payers.Wanted = payers.USUAL, **options: Any) -> Payment:
    return actions.take_payment(
        patient_id=petrov().pk, amount=D("10.00"), method="card", branch=petrov().branch, actor=registrar_belova(), at=NOW, payer=wanted, **options
    )


def issue(wanted: payers.Wanted = payers.USUAL, **options: Any) -> Invoice:
    charges = [make_charge().pk]
    return invoicing.issue_invoice(
        **{"patient_id": petrov().pk, "charge_ids": charges, "language": "ru", "actor": registrar_belova(), "at": NOW, "payer": wanted, **options}
    )


def test_the_patient_pays_when_nobody_else_is_marked() -> None:
    mother(pays=False)
    payment, invoice = take(), issue()
    assert (payment.payer, payment.payer_name, payment.is_paid_by_another) == (petrov(), "", False)
    assert (invoice.payer, invoice.payer_name) == (petrov(), petrov().get_full_name())


def test_the_relative_marked_as_payer_pays_unless_another_is_named() -> None:
    anna = mother()
    assert (take().payer, issue().payer, issue().payer_name) == (anna, anna, "Петрова Анна")
    assert take(payers.Wanted(petrov().pk)).payer == petrov()


def test_a_payer_who_is_no_patient_is_held_by_name() -> None:
    employer(pays=True)
    payment = take(payers.Wanted(tax_id="7707 083-893"))
    assert (payment.payer, payment.payer_name, payment.payer_tax_id) == (None, FIRM, "7707083893")
    assert take(payers.Wanted(name="  Сидоров  Пётр ")).paid_by == "Сидоров Пётр"


def test_an_ended_relation_pays_no_more() -> None:
    mother()
    Relation.objects.update(ended_at=NOW)
    assert take().payer == petrov()


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (lambda: payers.Wanted(make_patient("Чужой").pk), "payer"),
        (lambda: payers.Wanted(uuid7()), "payer"),
        (lambda: payers.Wanted(petrov().pk, "Сидоров"), "payer"),
        (lambda: payers.Wanted(name="И" * 301), "payer_name"),
        (lambda: payers.Wanted(tax_id="<b>"), "payer_tax_id"),
    ],
)
def test_it_refuses_a_payer_who_cannot_be(wanted: Any, field: str) -> None:
    for act in (take, issue):
        with pytest.raises(InvalidInput) as refused:
            act(wanted())
        assert list(refused.value.fields) == [field]
    assert not Payment.objects.exists()


def test_the_invoice_says_who_pays_and_for_whom() -> None:
    mother()
    text = words(issue(payers.Wanted(tax_id="500100732259")))
    assert "Петрова Анна" in text
    assert "500100732259" in text
    assert "Петров Иван Сергеевич" in text


def test_the_credit_note_and_the_refund_go_to_who_paid() -> None:
    employer(pays=True)
    note = invoicing.cancel_invoice(invoice_id=issue(payers.Wanted(tax_id="7707083893")).pk, reason="x", actor=registrar_belova(), at=NOW)
    back = actions.refund(payment_id=take().pk, amount=D("1.00"), reason="x", actor=accountant(), at=NOW)
    assert (note.payer_name, note.payer_tax_id, back.payer_name, back.payer) == (FIRM, "7707083893", FIRM, None)


def test_a_key_of_another_payer_is_refused() -> None:
    anna, key, bill = mother(), uuid7(), uuid7()
    first, charge = take(id=key), make_charge().pk
    invoice = issue(id=bill, charge_ids=[charge])
    assert take(id=key) == take(payers.Wanted(anna.pk), id=key) == first
    assert issue(payers.Wanted(anna.pk), id=bill, charge_ids=[charge]) == invoice
    for other in (payers.Wanted(petrov().pk), payers.Wanted(name="Сидоров"), payers.Wanted(tax_id="7707083893")):
        with pytest.raises(KeyTaken):
            take(other, id=key)
        with pytest.raises(KeyTaken):
            issue(other, id=bill, charge_ids=[charge])


@pytest.mark.parametrize("is_patient", [True, False])
def test_the_database_wants_one_payer(*, is_patient: bool) -> None:
    row = take()
    row.pk, row.payer, row.payer_name = uuid7(), petrov() if is_patient else None, "Somebody" if is_patient else ""
    with pytest.raises(IntegrityError, match="billing_payment_has_one_payer"), transaction.atomic():
        row.save(force_insert=True)


def test_the_unpaid_list_and_the_account_show_who_pays() -> None:
    mother()
    make_charge("100.00")
    take(payers.Wanted(name="Сидоров Пётр"))
    assert [debt.payer for debt in debts.debts(debts.Scope(NOW.date(), [make_branch()]))] == ["Петрова Анна"]
    browser = log_in(accountant())
    assert "Петрова Анна" in browser.get(reverse("unpaid")).content.decode()
    account = browser.get(reverse("patient-money", args=[petrov().pk])).content.decode()
    assert "Петрова Анна (mother)" in account
    assert "from Сидоров Пётр" in account
    assert browser.get("/api/v1/debts?everywhere=true").json()["results"][0]["payer"] == "Петрова Анна"


def test_the_forms_offer_the_card_and_another() -> None:
    mother()
    firm = employer()
    browser = log_in(registrar_belova())
    form = browser.get(reverse("pay", args=[petrov().pk])).context["form"]
    assert [label for _key, label in form.fields["payer"].choices][:3] == ["Петров Иван Сергеевич", "Петрова Анна (mother)", f"{FIRM} (employer)"]
    values = {"amount": "10", "method": "cash"}
    refused = browser.post(reverse("pay", args=[petrov().pk]), {"id": str(uuid7()), **values, "payer": "other", "payer_tax_id": "7707083893"})
    assert refused.status_code == 422
    assert "7707083893" in refused.content.decode()
    for sent in ({}, {"payer": "patient"}, {"payer": str(firm.pk)}, {"payer": "other", "payer_name": "Сидоров"}):
        browser.post(reverse("pay", args=[petrov().pk]), {"id": str(uuid7()), **values, **sent})
    assert [payment.paid_by for payment in Payment.objects.order_by("id")] == ["Петрова Анна", "Петров Иван Сергеевич", FIRM, "Сидоров"]
    charge = make_charge()
    browser.post(
        reverse("invoice-new", args=[petrov().pk]), {"id": str(uuid7()), "charges": [str(charge.pk)], "language": "ru", "payer": str(firm.pk)}
    )
    assert Invoice.objects.get().payer_name == FIRM


def test_the_api_takes_and_gives_the_payer() -> None:
    anna = mother()
    browser = log_in(registrar_belova())
    offered = browser.get(f"/api/v1/patients/{petrov().pk}/payers").json()
    assert offered[1] == {"patient": str(anna.pk), "name": "Петрова Анна", "kind": "mother", "is_default": True}
    body = {"patient": str(petrov().pk), "amount": "10.00", "method": "cash"}
    made = browser.post("/api/v1/payments", {**body, "payer_name": "Сидоров", "payer_tax_id": "7707083893"}, content_type="application/json").json()
    assert (made["payer"], made["payer_name"], made["payer_tax_id"]) == (None, "Сидоров", "7707083893")
    stranger = browser.post("/api/v1/payments", {**body, "payer": str(make_patient("Чужой").pk)}, content_type="application/json")
    assert (stranger.status_code, list(stranger.json()["fields"])) == (422, ["payer"])
    assert "Чужой" not in stranger.content.decode()


def test_history_says_who_paid() -> None:
    payment = take(payers.Wanted(name="Сидоров"))
    event = Event.objects.get(tbl="billing_payment", op="I", pk_text=str(payment.pk))
    assert event.body is not None
    assert event.body["payer_name"] == "Сидоров"


def test_a_payment_of_the_old_form_reads_as_the_patients() -> None:
    old = Payment(patient=petrov())
    assert (old.paid_by, old.is_paid_by_another) == ("Петров Иван Сергеевич", False)
    assert pay("1.00").paid_by == old.paid_by
