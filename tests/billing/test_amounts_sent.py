"""Amounts as programs send them: what is no money is refused by name, in the person's language, and nothing is kept."""

import json
from typing import Any

import pytest
from django.test import Client

from clinic.billing.models import Allocation, Payment
from clinic.staff.models import User
from tests.billing.factories import accountant, make_charge, pay
from tests.patients.factories import petrov
from tests.staff.factories import log_in

pytestmark = pytest.mark.django_db
NO_MONEY = ["0.005", 0.005, "1e400", "NaN", "Infinity", "1,50", "1 000", "-1", "-0.01", "0", "-0.00", "10000000000000", None, True, [], "1e-3"]


@pytest.fixture
def office() -> Client:
    person = accountant()
    User.objects.filter(pk=person.pk).update(language="fr")
    return log_in(person)


def send(office: Client, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = office.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("amount", NO_MONEY, ids=repr)
def test_no_payment_is_taken(office: Client, amount: object) -> None:
    status, said = send(office, "payments", {"patient": str(petrov().pk), "amount": amount, "method": "cash"})
    assert (status in (400, 422), list(said.get("fields", {}))) == (True, ["amount"]), said
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", NO_MONEY, ids=repr)
def test_nothing_is_refunded_or_allocated(office: Client, amount: object) -> None:
    charge, payment = make_charge("100.00"), pay("50.00", allocate_to="none")
    status, said = send(office, f"payments/{payment.pk}/refund", {"amount": amount, "method": "cash", "reason": "x"})
    assert status in (400, 409, 422), said
    status, said = send(office, "allocations", {"patient": str(petrov().pk), "payment": str(payment.pk), "charges": {str(charge.pk): amount}})
    assert status in (400, 409, 422), said
    assert (Payment.objects.count(), Allocation.objects.count()) == (1, 0)
