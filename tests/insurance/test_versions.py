"""Changing insurers, programmes and policies: the copy that was read, the owner that stays, exact limits, looks at registers."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from clinic.history.models import Event
from insurance.models import Policy
from tests.billing.factories import accountant
from tests.insurance.factories import claimed, make_policy, make_programme
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch

pytestmark = pytest.mark.django_db


def clerk() -> Client:
    make_branch()
    return log_in(accountant())


def put(client: Client, path: str, data: Any) -> Any:
    return client.put(f"/api/v1/{path}", data, content_type="application/json")


def body_of(policy: Policy, **changes: Any) -> dict[str, Any]:
    patient, programme = str(policy.patient_id), str(policy.programme_id)
    base = {"patient": patient, "programme": programme, "number": policy.number, "valid_from": "2026-01-15", "currency": "RUB"}
    rest = {"holder": "", "valid_to": None, "annual_limit": None, "priority": 1}
    return {"id": str(policy.pk), **base, **rest, **changes}


def test_a_policy_never_moves_to_another_patient() -> None:
    policy, other, client = make_policy(), make_patient("Сидоров"), clerk()
    silent = put(client, "policies", body_of(policy, patient=str(other.pk)))
    assert (silent.status_code, silent.json()["code"]) == (409, "stale")
    assert put(client, "policies", body_of(policy, patient=str(other.pk), version=policy.version)).status_code == 404
    with pytest.raises(IntegrityError, match="stays with its patient"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(patient=other)
    policy.refresh_from_db()
    assert (policy.patient, policy.version) == (petrov(), 1)


@pytest.mark.parametrize("path", ["insurers", "programmes", "policies"])
def test_what_stands_is_changed_only_by_its_version_and_answers_the_next(path: str) -> None:
    client, programme = clerk(), make_programme()
    bodies: dict[str, dict[str, Any]] = {
        "insurers": {
            "id": str(programme.insurer_id),
            "name": "Альфа",
            "kind": "ru_vmi",
            "contract_number": "",
            "email": "",
            "phone": "",
            "is_active": True,
        },
        "programmes": {"id": str(programme.pk), "insurer": str(programme.insurer_id), "name": "Альфа", "needs_letter": False, "is_active": True},
        "policies": body_of(make_policy(programme), number="A-2"),
    }
    body = bodies[path]
    assert put(client, path, body).status_code == 409
    first = put(client, path, {**body, "version": 1})
    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert put(client, path, {**body, "version": 2}).status_code == 200
    assert put(client, path, {**body, "version": 1}).json()["code"] == "stale"


@pytest.mark.parametrize("limit", ["100.005", "0.001", "100000000.00"])
def test_a_limit_that_is_no_money_is_refused_under_its_field(limit: str) -> None:
    policy, client = make_policy(), clerk()
    whole = put(client, "policies", body_of(policy, version=1, annual_limit=limit))
    assert (whole.status_code, list(whole.json()["fields"])) == (422, ["annual_limit"])
    letter = {"number": "GP-1", "letter_date": "2026-11-01", "limit_amount": limit}
    refused = client.post(f"/api/v1/policies/{policy.pk}/letters", letter, content_type="application/json")
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["limit_amount"])


def test_a_register_writes_down_whose_procedures_were_seen() -> None:
    policy, client = make_policy(), clerk()
    claimed()
    period = {"insurer": str(policy.programme.insurer_id), "period_from": "2026-11-01", "period_to": "2026-11-30"}
    key = client.post("/api/v1/claims", period, content_type="application/json").json()["id"]
    for url in (f"/api/v1/claims/{key}/lines", reverse("claim", args=[key])):
        assert client.get(url).status_code == 200
    seen = [event.body for event in Event.objects.filter(op="V", tbl="insurance_claim")]
    assert seen == [{"claim": key, "number": 1, "patients": [str(policy.patient_id)]}] * 2
