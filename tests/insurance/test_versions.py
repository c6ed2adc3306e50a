"""Changing insurers, programmes and policies: the copy that was read, the owner that stays."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from insurance.models import Policy
from tests.billing.factories import accountant
from tests.insurance.factories import make_policy, make_programme
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
    return {"id": str(policy.pk), **base, **changes}


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
        "insurers": {"id": str(programme.insurer_id), "name": "Альфа", "kind": "ru_vmi"},
        "programmes": {"id": str(programme.pk), "insurer": str(programme.insurer_id), "name": "Альфа"},
        "policies": body_of(make_policy(programme), number="A-2"),
    }
    body = bodies[path]
    assert put(client, path, body).status_code == 409
    first = put(client, path, {**body, "version": 1})
    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert put(client, path, {**body, "version": 2}).status_code == 200
    assert put(client, path, {**body, "version": 1}).json()["code"] == "stale"
