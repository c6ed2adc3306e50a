"""The plan's part of the chain over the API alone."""

import hashlib
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from clinic.staff.roles import Role
from tests.patients.drawing import drawn_signature
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import accept, agreed, first_item, petrov, plan_with, service

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Client:
    return log_in(dr_orlova(make_branch()))


def post(client: Client, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1{path}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def get(client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_plan_goes_from_draft_to_a_paid_for_signature_to_done_and_back(api: Client) -> None:
    patient = petrov()
    plan = post(api, "/plans", patient=str(patient.pk), title="Санация")
    alternative = plan["alternatives"][0]["id"]
    line = post(api, f"/alternatives/{alternative}/items", service=str(service("filling").pk), teeth=[{"tooth": 36, "surfaces": ["O"]}])
    assert (line["total"], line["state"]) == ("5400.00", "proposed")
    cheaper = {"version": line["version"], "quantity": 1, "discount_percent": "10", "discount_amount": None, "discount_reason": "Постоянный"}
    assert api.put(f"/api/v1/items/{line['id']}", cheaper, content_type="application/json").json()["total"] == "4860.00"
    post(api, f"/plans/{plan['id']}/alternatives", title="Б", copy_of=alternative)
    post(api, f"/alternatives/{alternative}/present", 200)
    accepted = post(api, f"/alternatives/{alternative}/accept", 200)
    assert (accepted["state"], accepted["seal"]["state"]) == ("accepted", "sealing_pending")
    assert [row["state"] for row in get(api, f"/plans/{plan['id']}")["alternatives"]] == ["accepted", "rejected"]
    refused = post(api, f"/items/{line['id']}/complete", 409)
    assert (refused["code"], refused["link"]) == ("not_agreed", f"/patients/{patient.pk}/documents/")
    document = post(api, "/documents", patient=str(patient.pk), kind="contract", alternative=alternative)
    fields = drawn_signature()
    body: dict[str, Any] = {"sha256": document["sha256"], "role": "patient", "signer_name": "Петров Иван Ильич", "id": str(uuid4())}
    drawn: dict[str, Any] = {"strokes": fields["signature_strokes"], "image": fields["signature_image"]}
    signature = post(api, f"/documents/{document['id']}/sign", **body, **drawn)
    assert post(api, f"/documents/{document['id']}/sign", **body, **drawn) == signature
    assert signature["seal"]["sha256"] == document["sha256"]
    content = api.get(f"/api/v1/documents/{document['id']}/file").content
    assert hashlib.sha256(content).hexdigest() == signature["signed_file_sha256"]
    done = post(api, f"/items/{line['id']}/complete", 200)
    assert (done["charged"], done["currency"]) == ("4860.00", "RUB")
    again = post(api, f"/items/{line['id']}/complete", 409)
    assert (again["code"], again["link"]) == ("already_completed", f"/items/{line['id']}/result/")
    assert post(api, f"/items/{line['id']}/reverse", 422)["fields"]["reason"]
    assert post(api, f"/items/{line['id']}/reverse", 200, reason="Не тот зуб")["performance"] == done["performance"]
    assert get(api, f"/items/{line['id']}")["state"] == "agreed"


def test_lists_give_what_is_the_patients(api: Client) -> None:
    plan = plan_with("filling")
    assert [row["id"] for row in get(api, f"/plans?patient={plan.patient_id}")["results"]] == [str(plan.pk)]
    assert get(api, f"/documents?patient={plan.patient_id}")["results"] == []
    whole = get(api, f"/plans/{plan.pk}")["alternatives"][0]
    assert (Decimal(whole["sum"]["total"]), whole["sum"]["lines"], Decimal(whole["patient_pays"])) == (Decimal("5400.00"), 1, Decimal("5400.00"))


def test_an_unplanned_act_is_prepared_in_one_call(api: Client) -> None:
    body: dict[str, Any] = {"id": str(uuid4()), "patient": str(petrov().pk), "service": str(service("hygiene").pk), "language": "en"}
    first = post(api, "/unplanned-acts", **body)
    assert post(api, "/unplanned-acts", **body) == first
    assert len(first["consents"]) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "service"),
        ({"service": str(uuid4())}, "service"),
        ({"quantity": 0}, "quantity"),
        ({"teeth": [{"tooth": 99}]}, "tooth"),
        ({"teeth": [{"tooth": 36, "surfaces": ["I"]}]}, "surfaces"),
    ],
)
def test_it_names_the_field_that_is_wrong(api: Client, body: dict[str, Any], field: str) -> None:
    alternative = plan_with("crown").alternatives.get()
    usual = {"service": str(service("filling").pk), "teeth": [{"tooth": 36, "surfaces": ["O"]}]} if body and "service" not in body else {}
    refused = post(api, f"/alternatives/{alternative.pk}/items", 422, **{**usual, **body})
    assert field in refused["fields"]


@pytest.mark.parametrize("role", [Role.MARKETER, Role.TELESECRETARY, Role.SYSTEM_ADMINISTRATOR])
def test_who_may_not_see_plans_is_refused(role: Role) -> None:
    client = log_in(make_user(role, branch=make_branch()))
    item = first_item(agreed("filling"))
    for path in (f"/plans?patient={item.patient_id}", f"/items/{item.pk}", f"/documents?patient={item.patient_id}"):
        assert client.get(f"/api/v1{path}").status_code == 403


def test_what_does_not_exist_is_not_found(api: Client) -> None:
    for path in (f"/plans/{uuid4()}", f"/items/{uuid4()}", f"/documents/{uuid4()}/file"):
        assert api.get(f"/api/v1{path}").status_code == 404
    assert api.post(f"/api/v1/items/{uuid4()}/complete", {}, content_type="application/json").status_code == 404


def test_an_alternative_is_renamed_and_ended_early(api: Client) -> None:
    alternative = plan_with("filling").alternatives.get()
    path = f"/api/v1/alternatives/{alternative.pk}"
    version = get(api, f"/plans/{alternative.plan_id}")["alternatives"][0]["version"]
    body = {"version": version, "title": "Композит", "summary": "Дешевле"}
    renamed = api.put(path, body, content_type="application/json")
    assert (renamed.status_code, renamed.json()["title"]) == (200, "Композит")
    assert api.put(path, body, content_type="application/json").json()["code"] == "stale"
    assert post(api, f"/alternatives/{alternative.pk}/end", 409, reason="Переезд")["message"]
    accept(alternative)
    assert post(api, f"/alternatives/{alternative.pk}/end", 422, reason="")["fields"]
    assert post(api, f"/alternatives/{alternative.pk}/end", 200, reason="Переезд")["state"] != "accepted"
    assert log_in(make_user(Role.ADMINISTRATOR)).post(f"{path}/end", {"reason": "x"}, content_type="application/json").status_code == 403
