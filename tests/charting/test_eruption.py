"""What the age proposes of a tooth: shown while nothing is recorded, confirmed or denied by a record, as of any day."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from charting.models import Finding
from clinic.patients.models import Patient
from tests.staff.factories import dr_orlova, log_in, make_branch

pytestmark = pytest.mark.django_db


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


def child(years: int) -> Patient:
    values = {"last_name": "Сидоров", "first_name": "Миша", "birth_date": date(timezone.localdate().year - years, 1, 1), "branch": make_branch()}
    return Patient.objects.create(card_number=7100 + years, **values)


def teeth_of(dentist: Client, patient: Patient, at: str = "") -> dict[int, dict[str, Any]]:
    answer = dentist.get(f"/api/v1/patients/{patient.pk}/chart", {"at": at} if at else {}).json()
    return {tooth["number"]: tooth for tooth in answer["teeth"]}


def record(dentist: Client, patient: Patient, kind: str, tooth: int, severity: str = "") -> None:
    body = {"kind": kind, "tooth": tooth, "severity": severity}
    answer = dentist.post(f"/api/v1/patients/{patient.pk}/findings", body, content_type="application/json")
    assert answer.status_code == 201, answer.content


def test_the_age_proposes_until_something_is_recorded(dentist: Client) -> None:
    patient = child(9)
    shown = teeth_of(dentist, patient)
    assert [shown[number]["expected"] for number in (17, 11, 16, 51, 55)] == ["unerupted", "", "", "shed", ""]
    assert "by age not erupted yet" in shown[17]["label"]
    assert shown[17]["presence"] == "present"
    record(dentist, patient, "unerupted", 17)
    record(dentist, patient, "erupted", 27)
    record(dentist, patient, "missing", 51, "shed")
    record(dentist, patient, "caries", 37)
    shown = teeth_of(dentist, patient)
    assert {shown[number]["expected"] for number in (17, 27, 51, 37)} == {""}
    assert [shown[number]["presence"] for number in (17, 27, 51, 37)] == ["unerupted", "present", "missing", "present"]
    assert "erupted tooth" in shown[27]["label"]


def test_a_past_day_is_judged_by_the_age_of_that_day(dentist: Client) -> None:
    patient = child(9)
    past = teeth_of(dentist, patient, f"{timezone.localdate().year - 6}-06-01T12:00:00")
    assert [past[number]["expected"] for number in (16, 51, 17)] == ["unerupted", "", "unerupted"]


def test_nothing_is_proposed_without_a_date_of_birth(dentist: Client) -> None:
    patient = child(9)
    Patient.objects.filter(pk=patient.pk).update(birth_date=None)
    assert {tooth["expected"] for tooth in teeth_of(dentist, patient).values()} == {""}


def test_a_tooth_comes_through_by_hand(dentist: Client) -> None:
    patient = child(9)
    for kind, presence in (("unerupted", "unerupted"), ("erupting", "erupting"), ("erupted", "present")):
        record(dentist, patient, kind, 13)
        assert teeth_of(dentist, patient)[13]["presence"] == presence
    entries = dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()["entries"]
    assert [entry["is_current"] for entry in entries] == [False, False, True]
    assert Finding.objects.filter(resolved_at=None).count() == 3


def test_a_tooth_that_never_came_is_noted_missing(dentist: Client) -> None:
    patient = child(16)
    record(dentist, patient, "unerupted", 12)
    record(dentist, patient, "missing", 12, "agenesis")
    assert teeth_of(dentist, patient)[12]["presence"] == "missing"
    body = {"kind": "erupted", "tooth": 12}
    refused = dentist.post(f"/api/v1/patients/{patient.pk}/findings", body, content_type="application/json")
    assert (refused.status_code, refused.json()["fields"]) == (422, {"tooth": "Tooth 12 is not in the mouth on this day."})
