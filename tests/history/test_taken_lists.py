"""A list that left the house keeps the key of everybody in it, however long it is: each of them is told who took it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.history import actions
from clinic.history.models import Event
from clinic.patients.models import Patient, Relation
from clinic.staff.roles import Role
from exports.privacy import queries
from tests.billing.factories import make_charge, pay
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def others() -> list[Patient]:
    return [make_patient(f"Сосед{number}") for number in range(5)]


@pytest.fixture
def desk() -> Client:
    return log_in(make_user(Role.ADMINISTRATOR, branch=make_branch()))


def told_to(patient: Patient) -> list[dict[str, str]]:
    return [{change.name: change.after for change in line.changes} for line in queries.looks_at(patient).lists if line.kind == "P"]


def test_a_long_list_is_as_many_events_as_it_needs_and_one_for_each_person(others: list[Patient], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    actions.record_taken(what="patients-list", patient_ids=[patient.pk for patient in [*others, others[0]]], body={"rows": 6})
    parts = [event.body for event in Event.objects.filter(op="P").order_by("id")]
    assert [(body["part"], body["parts"], body["of"], len(body["patients"])) for body in parts if body] == [(1, 3, 5, 2), (2, 3, 5, 2), (3, 3, 5, 1)]
    told = [told_to(patient) for patient in others]
    assert [len(one) for one in told] == [1] * 5
    assert {one[0]["patients"] for one in told} == {"5"}
    assert sorted(one[0]["part"] for one in told) == ["1 / 3", "1 / 3", "2 / 3", "2 / 3", "3 / 3"]
    assert [queries.looks_at(patient).lists_count for patient in others] == [1] * 5


def test_a_list_of_nobody_is_one_event() -> None:
    actions.record_taken(what="exports_stock", patient_ids=[], body={"first": "2026-11-01"})
    assert [event.body for event in Event.objects.filter(op="P")] == [{"first": "2026-11-01"}]


def test_whoever_stands_in_the_workbook_of_all_patients_is_told(others: list[Patient], desk: Client) -> None:
    for address in (reverse("patients-export"), "/api/v1/patients/workbook"):
        assert desk.get(address).status_code == 200
    assert [told_to(patient) for patient in others] == [[{"rows": "5", "patients": "5"}] * 2] * 5


def test_a_workbook_of_some_names_those_alone(others: list[Patient], desk: Client) -> None:
    assert desk.get("/api/v1/patients/workbook?q=сосед1").status_code == 200
    assert [len(told_to(patient)) for patient in others] == [0, 1, 0, 0, 0]


@pytest.mark.parametrize("slug", ["patients", "charges", "payments"])
def test_lists_by_period_name_whom_they_hold(slug: str, others: list[Patient]) -> None:
    make_charge("100.00", petrov())
    Relation.objects.create(patient=petrov(), related_patient=others[0], kind="mother", is_payer=True)
    pay("100.00", petrov())
    client = log_in(make_user(Role.MANAGER, Role.ACCOUNTANT, branch=make_branch()))
    for address in (f"/api/v1/lists/{slug}/workbook", reverse(f"{slug}-xlsx")):
        assert client.get(address).status_code == 200
    assert len(told_to(petrov())) == 2
    assert len(told_to(others[0])) == (0 if slug == "charges" else 2)
    assert len(told_to(others[1])) == (2 if slug == "patients" else 0)


def test_the_cash_report_names_who_paid_and_for_whom(others: list[Patient], desk: Client) -> None:
    make_charge("100.00", petrov())
    Relation.objects.create(patient=petrov(), related_patient=others[0], kind="mother", is_payer=True)
    pay("100.00", petrov(), at=timezone.now())
    assert desk.get("/api/v1/day-report").content.startswith(b"%PDF")
    assert [len(told_to(patient)) for patient in (petrov(), others[0], others[1])] == [1, 1, 0]
