"""What is entered without the clinic bears the time at the chair, within bounds; its arrival and what is let go stay in history."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from charting import actions, queries, story
from charting.models import Diagnosis, DroppedEntry, Finding, FindingChange, OralIndex, Procedure
from clinic.history.models import Event
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from tests.charting.factories import make_code, make_procedure, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def patient() -> Patient:
    """Known to the clinic for a month."""
    found = patient_petrov()
    Patient.objects.filter(pk=found.pk).update(created_at=timezone.now() - timedelta(days=30))
    found.refresh_from_db()
    return found


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova())


def minutes_ago(count: float) -> datetime:
    return timezone.now() - timedelta(minutes=count)


def send(dentist: Client, path: str, device: datetime | None = None, **body: Any) -> Any:
    sent = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in body.items()}
    headers = {"Device-Time": (device or timezone.now()).isoformat()}
    return dentist.post(f"/api/v1{path}", sent, content_type=JSON, headers=headers)


def caries(dentist: Client, patient: Patient, *, device: datetime | None = None, **body: Any) -> Any:
    return send(dentist, f"/patients/{patient.pk}/findings", device, kind="caries", tooth=16, surfaces=["O"], **body)


def test_an_entry_that_waited_is_seen_at_its_time_and_its_arrival_stays(dentist: Client, patient: Patient) -> None:
    seen = minutes_ago(40)
    assert caries(dentist, patient, entered_at=seen).status_code == 201
    finding = Finding.objects.get()
    assert abs(finding.noted_at - seen) < timedelta(seconds=5)
    assert timezone.now() - finding.created_at < timedelta(seconds=30)
    event = Event.objects.get(tbl="charting_finding", op="I", pk_text=str(finding.pk))
    assert timezone.now() - event.at < timedelta(seconds=30)
    drawn = [queries.chart_at(patient, seen + timedelta(minutes=minutes)).mouth.on(16) for minutes in (-5, 5)]
    assert [len(marks) for marks in drawn] == [0, 1]


@pytest.mark.parametrize("wrong", [timedelta(hours=-3), timedelta(hours=5)])
def test_a_device_whose_clock_is_wrong_is_put_right(dentist: Client, patient: Patient, wrong: timedelta) -> None:
    assert caries(dentist, patient, entered_at=minutes_ago(10) + wrong, device=timezone.now() + wrong).status_code == 201
    assert abs(Finding.objects.get().noted_at - minutes_ago(10)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("ago", "sentence"), [(-30, "clock of the device is ahead"), (8 * 24 * 60, "more than a week ago"), (40 * 24 * 60, "older than this patient")]
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_recorded(dentist: Client, patient: Patient, ago: int, sentence: str) -> None:
    answer = caries(dentist, patient, entered_at=minutes_ago(ago))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_then")
    assert sentence in answer.json()["fields"]["entered_at"]
    assert not Finding.objects.exists()
    assert caries(dentist, patient, entered_at=None).status_code == 201


def test_a_small_skew_is_no_reason_to_refuse_and_never_the_future(dentist: Client, patient: Patient) -> None:
    assert caries(dentist, patient, entered_at=minutes_ago(-1)).status_code == 201
    assert Finding.objects.get().noted_at <= timezone.now()


@pytest.mark.parametrize("clock", ["", "yesterday", "2026-11-22T10:00:00", "9999-99-99T00:00:00Z"])
def test_a_clock_that_cannot_be_read_is_as_none(dentist: Client, patient: Patient, clock: str) -> None:
    sent = {"kind": "fracture", "tooth": 16, "entered_at": minutes_ago(5).isoformat()}
    answer = dentist.post(f"/api/v1/patients/{patient.pk}/findings", sent, content_type=JSON, headers={"Device-Time": clock})
    assert answer.status_code == 201


def test_what_was_done_in_a_row_without_the_clinic_stands_in_that_order(dentist: Client, patient: Patient) -> None:
    make_code("K02.1")
    key = str(uuid4())
    caries(dentist, patient, id=key, entered_at=minutes_ago(30))
    assert send(dentist, "/diagnoses", patient=str(patient.pk), code="K02.1", finding=key, entered_at=minutes_ago(28)).status_code == 201
    change = str(uuid4())
    for _again in range(2):
        assert send(dentist, f"/findings/{key}/resolve", id=change, entered_at=minutes_ago(20)).status_code == 200
    assert FindingChange.objects.count() == 1
    assert abs(Diagnosis.objects.get().made_at - minutes_ago(28)) < timedelta(seconds=5)
    at = [queries.chart_at(patient, minutes_ago(minutes)) for minutes in (25, 10)]
    assert [[entry.is_current for entry in story.entries_of(chart)] for chart in at] == [[True], [False]]
    for _again in range(2):
        assert send(dentist, f"/findings/{key}/error", reason="wrong tooth", entered_at=minutes_ago(5)).status_code == 200
    assert send(dentist, f"/findings/{key}/error", reason="another reason").json()["code"] == "not_open"


def test_a_change_that_waited_follows_what_was_told_meanwhile(dentist: Client, patient: Patient) -> None:
    finding = actions.record_finding(patient=patient, kind="caries", tooth=16, actor=dr_orlova(), at=minutes_ago(5))
    assert send(dentist, f"/findings/{finding.pk}/resolve", entered_at=minutes_ago(30)).status_code == 200
    finding.refresh_from_db()
    assert finding.resolved_at == finding.noted_at


def test_a_procedure_is_moved_from_the_chart_and_asked_when_another_was_quicker(dentist: Client, patient: Patient) -> None:
    procedure, seen = make_procedure("filling", place(16, "O")), timezone.now()
    sent = {"state": "referred", "entered_at": minutes_ago(10).isoformat(), "seen_at": seen.isoformat()}
    other = log_in(make_user(Role.DENTIST, username="sokolova"))
    assert caries(other, patient).status_code == 201
    asked = dentist.patch(f"/api/v1/procedures/{procedure.pk}", sent, content_type=JSON)
    assert (asked.status_code, asked.json()["code"]) == (409, "charted_meanwhile")
    assert dentist.patch(f"/api/v1/procedures/{procedure.pk}", {**sent, "seen_at": None}, content_type=JSON).status_code == 200
    assert Procedure.objects.get().state == "referred"


def trace(**said: Any) -> dict[str, Any]:
    return {
        "what": "fracture – 16 O",
        "address": "POST /patients/…/findings",
        "why": "Tooth 16 is not in the mouth.",
        "content": {"tooth": 16},
        **said,
    }


def test_what_is_let_go_stays_in_the_patients_history(dentist: Client, patient: Patient) -> None:
    key = str(uuid4())
    for _again in range(2):
        assert send(dentist, f"/patients/{patient.pk}/dropped-entries", **trace(id=key, entered_at=minutes_ago(9))).status_code == 201
    kept = DroppedEntry.objects.get()
    assert (kept.dropped_by, kept.why, kept.content) == (dr_orlova(), "Tooth 16 is not in the mouth.", {"tooth": 16})
    assert Event.objects.filter(tbl="charting_droppedentry", patient_id=patient.pk, op="I").count() == 1
    assert dentist.get(f"/api/v1/patients/{patient.pk}/dropped-entries").json()["results"][0]["what"] == "fracture – 16 O"
    page = dentist.get(f"/patients/{patient.pk}/history/").content.decode()
    assert "fracture – 16 O" in page
    assert "Tooth 16 is not in the mouth." in page
    assert not Finding.objects.exists()


@pytest.mark.parametrize("wrong", [{"what": " "}, {"why": ""}, {"content": {"x": "y" * 9000}}, {"content": [1]}, {"entered_at": "never"}])
def test_a_trace_says_what_it_was_and_why_it_was_not_recorded(dentist: Client, patient: Patient, wrong: dict[str, Any]) -> None:
    assert send(dentist, f"/patients/{patient.pk}/dropped-entries", **trace(**wrong)).status_code == 422
    assert not DroppedEntry.objects.exists()


def test_a_trace_is_left_by_those_who_read_records(patient: Patient) -> None:
    desk = log_in(make_user(Role.ADMINISTRATOR, username="desk"))
    assert send(desk, f"/patients/{patient.pk}/dropped-entries", **trace()).status_code == 403


def test_the_codes_of_the_mouth_are_there_for_a_device(dentist: Client) -> None:
    make_code("K02.1")
    make_code("I10", "Эссенциальная гипертензия")
    assert [row["code"] for row in dentist.get("/api/v1/diagnosis-codes/oral").json()] == ["K02.1"]


@pytest.mark.parametrize("wrong", [timedelta(0), timedelta(hours=5)])
def test_an_index_that_waited_bears_the_time_at_the_chair(dentist: Client, patient: Patient, wrong: timedelta) -> None:
    asked: dict[str, Any] = {"kind": "pma", "scores": {"16": 2}, "entered_at": minutes_ago(40) + wrong, "id": str(uuid4())}
    for _again in range(2):
        assert send(dentist, f"/patients/{patient.pk}/indices", timezone.now() + wrong, **asked).status_code == 201
    index = OralIndex.objects.get()
    assert abs(index.taken_at - minutes_ago(40)) < timedelta(seconds=5)
    assert timezone.now() - index.created_at < timedelta(seconds=30)
    late = send(dentist, f"/patients/{patient.pk}/indices", **{**asked, "entered_at": minutes_ago(-30), "id": str(uuid4())})
    assert (late.status_code, late.json()["code"]) == (422, "not_then")
    assert OralIndex.objects.count() == 1
