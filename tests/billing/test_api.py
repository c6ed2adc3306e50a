"""The money API: one error shape, rights, retries."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinic.billing.models import Payment
from clinic.lib.ids import uuid7
from clinic.patients import access
from clinic.staff.roles import Role
from tests.billing.factories import accountant, make_charge, pay
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
API = "/api/v1"


def post(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(f"{API}{path}", data, content_type="application/json")


def desk() -> Client:
    return log_in(registrar_belova(make_branch()))


def test_it_goes_from_charge_to_invoice() -> None:
    charge, client = make_charge("4500.00"), desk()
    payment = post(client, "/payments", {"patient": str(petrov().pk), "amount": "4000.00", "method": "card"})
    assert payment.status_code == 201, payment.content
    account = client.get(f"{API}/patients/{petrov().pk}/balance").json()
    assert Decimal(account["balance"]) == 500
    assert Decimal(account["open_charges"][0]["due"]) == 500
    assert [entry["kind"] for entry in account["entries"]] == ["charge", "payment"]
    invoice = post(client, "/invoices", {"patient": str(petrov().pk), "charges": [str(charge.pk)], "language": "ru"})
    assert invoice.status_code == 201
    assert invoice.json()["lines"][0]["charge"] == str(charge.pk)
    assert client.get(f"{API}/invoices/{invoice.json()['id']}/file").content.startswith(b"%PDF-")
    note = post(client, f"/invoices/{invoice.json()['id']}/cancel", {"reason": "Wrong payer"})
    assert Decimal(note.json()["total"]) == -4500
    for name in ("charges", "payments", "allocations", "invoices"):
        assert client.get(f"{API}/{name}", {"patient": str(petrov().pk)}).status_code == 200
    assert client.get(f"{API}/debts").json()["results"][0]["owed"] in ("500.00", 500.0)


def test_it_takes_a_retried_payment_once() -> None:
    client, data = desk(), {"id": str(uuid7()), "patient": str(petrov().pk), "amount": "10.00", "method": "cash"}
    first, second = post(client, "/payments", data), post(client, "/payments", data)
    assert first.json() == second.json()
    other = post(client, "/payments", {**data, "amount": "11.00"})
    assert (other.status_code, other.json()["code"]) == (409, "key_taken")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("amount", ["-1", "0", "1.005", "1e12", "NaN", "Infinity"])
def test_it_names_the_field_that_is_wrong(amount: str) -> None:
    answer = post(desk(), "/payments", {"patient": str(petrov().pk), "amount": amount, "method": "cash"})
    assert answer.status_code == 422
    assert any("amount" in name for name in answer.json()["fields"])
    assert not Payment.objects.exists()


def test_it_refunds_within_the_payment() -> None:
    payment, client = pay("100.00"), log_in(accountant())
    too_much = post(client, f"/payments/{payment.pk}/refund", {"amount": "100.01", "reason": "asked"})
    assert (too_much.status_code, too_much.json()["code"]) == (422, "refund_too_large")
    assert post(client, f"/payments/{payment.pk}/refund", {"amount": "40.00", "reason": "asked"}).json()["refunds"] == str(payment.pk)


def test_it_settles_from_the_advance_and_frees_it() -> None:
    pay("100.00")
    charge, client = make_charge("60.00"), desk()
    made = post(client, "/allocations", {"patient": str(petrov().pk), "charges": {str(charge.pk): "60.00"}})
    assert made.status_code == 201
    freed = post(client, f"/allocations/{made.json()[0]['id']}/reverse", {})
    assert Decimal(freed.json()["amount"]) == -60


def test_money_of_one_patient_settles_nothing_in_the_name_of_another() -> None:
    payment, charge, other = pay("100.00"), make_charge("60.00"), make_patient("Other")
    for patient, code in ((other.pk, 404), (uuid4(), 404), (petrov().pk, 201)):
        answer = post(desk(), "/allocations", {"patient": str(patient), "payment": str(payment.pk), "charges": {str(charge.pk): "60.00"}})
        assert answer.status_code == code, answer.content


def test_money_of_a_restricted_record_is_moved_by_those_who_said_why() -> None:
    payment, charge, patient = pay("100.00", allocate_to="none"), make_charge("60.00"), petrov()
    access.restrict(patient_id=patient.pk, reason="By request", actor=make_user(Role.LAWYER, username="jurist"), at=timezone.now())
    split = {"patient": str(patient.pk), "charges": {str(charge.pk): "60.00"}}
    asked: dict[str, dict[str, Any]] = {
        "/payments": {"patient": str(patient.pk), "amount": "10.00", "method": "cash"},
        "/allocations": split,
        f"/payments/{payment.pk}/refund": {"amount": "1.00", "reason": "asked"},
        "/invoices": {"patient": str(patient.pk), "charges": [str(charge.pk)], "language": "ru"},
    }
    answers = {path: post(log_in(accountant()), path, body) for path, body in asked.items()}
    assert {path: (answer.status_code, answer.json()["code"]) for path, answer in answers.items()} == dict.fromkeys(asked, (403, "reason_required"))


def test_it_answers_the_forbidden_and_the_unknown() -> None:
    payment = pay("100.00")
    outsider = log_in(make_user(Role.MARKETER, branch=make_branch()))
    for path in ("/debts", f"/charges?patient={petrov().pk}", f"/patients/{petrov().pk}/balance"):
        assert outsider.get(f"{API}{path}").status_code == 403
    assert post(desk(), f"/payments/{payment.pk}/refund", {"amount": "1.00", "reason": "x"}).status_code == 403
    assert log_in(accountant()).get(f"{API}/patients/{uuid4()}/balance").status_code == 404
    assert Client().get(f"{API}/debts").status_code == 401
