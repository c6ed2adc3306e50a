"""What is entered without the clinic bears the time at the chair, within bounds; its arrival and what is let go stay in history."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from charting import actions, queries, story
from charting.models import Diagnosis, DroppedEntry, Finding, FindingChange, OralIndex, Procedure
from clinic.history import queries as ledger
from clinic.history.actions import note
from clinic.history.models import Event, EventKind
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from exports import device_clocks, evidence_record
from exports.models import Evidence
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
    let_go = trace(id=str(uuid4()), entered_at=minutes_ago(9))
    for _again in range(2):
        assert send(dentist, f"/patients/{patient.pk}/dropped-entries", **let_go).status_code == 201
    kept = DroppedEntry.objects.get()
    assert (kept.dropped_by, kept.why, kept.content) == (dr_orlova(), "Tooth 16 is not in the mouth.", {"tooth": 16})
    assert Event.objects.filter(tbl="charting_droppedentry", patient_id=patient.pk, op="I").count() == 1
    assert dentist.get(f"/api/v1/patients/{patient.pk}/dropped-entries").json()["results"][0]["what"] == "fracture – 16 O"
    page = dentist.get(f"/patients/{patient.pk}/history/").content.decode()
    assert "fracture – 16 O" in page
    assert "Tooth 16 is not in the mouth." in page
    assert not Finding.objects.exists()


@pytest.mark.parametrize("wrong", [{"what": " "}, {"why": ""}, {"content": {"x": "y" * 24_001}}, {"content": [1]}, {"entered_at": "never"}])
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


def clocks() -> list[dict[str, Any]]:
    return [event.body or {} for event in Event.objects.filter(op="N", tbl="device clock").order_by("id")]


@pytest.mark.parametrize(("wrong", "waited"), [(timedelta(hours=-3), 10), (timedelta(hours=5), 0), (timedelta(0), 40)])
def test_what_the_device_said_stands_before_what_was_made_of_it(dentist: Client, patient: Patient, wrong: timedelta, waited: int) -> None:
    told, clock = minutes_ago(waited) + wrong, timezone.now() + wrong
    assert caries(dentist, patient, entered_at=told, device=clock).status_code == 201
    (said,) = clocks()
    assert (said["told"], said["clock"]) == (told.isoformat(), clock.isoformat())
    assert abs(float(said["ahead_seconds"]) - wrong.total_seconds()) < 60
    assert said["taken"] == Finding.objects.get().noted_at.isoformat()
    noted, entered = (Event.objects.get(tbl=table, op=kind) for table, kind in (("device clock", "N"), ("charting_finding", "I")))
    assert noted.id < entered.id
    assert (noted.patient_id, noted.request, noted.actor) == (patient.pk, entered.request, entered.actor)
    assert list(evidence_record.clocks_of([entered], ledger.beside([entered])[1])) == [entered.id]


def test_an_entry_of_this_moment_by_a_right_clock_says_nothing_more(dentist: Client, patient: Patient) -> None:
    caries(dentist, patient, entered_at=minutes_ago(1))
    send(dentist, f"/patients/{patient.pk}/findings", kind="fracture", tooth=16)
    assert clocks() == []


def test_a_clock_that_was_not_told_is_not_made_up(dentist: Client, patient: Patient) -> None:
    sent = {"kind": "fracture", "tooth": 16, "entered_at": minutes_ago(30).isoformat()}
    assert dentist.post(f"/api/v1/patients/{patient.pk}/findings", sent, content_type=JSON).status_code == 201
    (said,) = clocks()
    assert {"clock", "ahead_seconds"}.isdisjoint(said)
    assert "did not say how its clock stood" in device_clocks.in_words(said)


def test_an_entry_sent_twice_or_refused_leaves_no_clock_of_its_own(dentist: Client, patient: Patient) -> None:
    key = str(uuid4())
    for _again in range(2):
        assert caries(dentist, patient, id=key, entered_at=minutes_ago(30)).status_code == 201
    assert caries(dentist, patient, entered_at=minutes_ago(30), severity="nonsense").status_code == 422
    assert len(clocks()) == 1


def test_one_gesture_of_many_entries_says_it_once_and_a_dropped_one_too(dentist: Client, patient: Patient) -> None:
    trace: dict[str, Any] = {"what": "caries 16", "address": "POST /x", "content": {}, "why": "refused"}
    assert send(dentist, f"/patients/{patient.pk}/dropped-entries", **trace, entered_at=minutes_ago(9)).status_code == 201
    (said,) = clocks()
    assert "taken" not in said


def test_history_search_and_evidence_tell_what_the_device_said(dentist: Client, patient: Patient) -> None:
    wrong = timedelta(hours=3, minutes=20, seconds=7)
    told = minutes_ago(40) + wrong
    caries(dentist, patient, entered_at=told, device=timezone.now() + wrong)
    sentence = rf":{told:%M:%S}, its clock was 3:(19|20):\d\d ahead"
    lawyer = log_in(make_user(Role.LAWYER))
    for address, narrowed in ((reverse("patient-history", args=[patient.pk]), {}), (reverse("history"), {"patient": str(patient.card_number)})):
        assert re.search(sentence, lawyer.get(address, narrowed).content.decode())
    (entry,) = [entry for entry in evidence_record.entries_of(patient, None, None) if entry.device]
    assert entry.line.table == "charting_finding"
    paper = BytesIO()
    asked = Evidence(patient=patient, reason="claim", asked_by=dr_orlova(), asked_at=timezone.now(), language="en")
    evidence_record.write(paper, asked, zone=ZoneInfo("UTC"))
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(paper).pages)
    assert "ahead of the clinic's" in text
    assert "clock of the device when it sent the entry".lower() in text.lower()
    assert told.isoformat() not in text, "times are told as people write them"


def test_the_application_cannot_write_such_an_event_itself(patient: Patient) -> None:
    with pytest.raises(ProgrammingError, match="not written by the application"), transaction.atomic():
        note(EventKind.NOTE, table="device clock", key=None, patient_id=patient.pk, body={"told": "2026-01-01T00:00:00+00:00"})
