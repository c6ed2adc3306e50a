"""Whoever charts a tooth without having seen what somebody else charted there is asked; screens ask cheaply whether anything is new."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from charting import actions
from charting.models import Finding
from charting.perio import actions as perio
from charting.perio.rules import Entry
from clinic.history.models import Event
from clinic.patients.models import Patient
from clinic.staff.models import User
from tests.charting.factories import NOW, make_code, make_service, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    return patient_petrov()


@pytest.fixture
def other() -> User:
    return make_user(*dr_orlova().roles, username="sokolova", last_name="Sokolova", first_name="Vera", patronymic="")


def before() -> datetime:
    """A chart that was seen before the others' entries arrived."""
    return timezone.now() - timedelta(minutes=1)


def fracture(patient: Patient, **sent: object) -> Finding:
    return actions.record_finding(patient=patient, kind="fracture", tooth=16, surfaces=["O"], actor=dr_orlova(), at=NOW + timedelta(hours=1), **sent)  # type: ignore[arg-type]


def test_a_finding_of_somebody_else_since_is_told(patient: Patient, other: User) -> None:
    actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=other, at=NOW)
    with pytest.raises(actions.ChartedMeanwhile, match=r"Sokolova V\. charted here meanwhile: 16 O caries\."):
        fracture(patient, seen_at=before())
    assert fracture(patient, seen_at=timezone.now()).tooth == 16
    assert fracture(patient, again=True).tooth == 16


def test_an_act_on_one_of_the_teeth_is_told(patient: Patient, other: User) -> None:
    actions.add_procedure(patient=patient, service=make_service(), places=[place(16, "O")], actor=other, at=NOW)
    with pytest.raises(actions.ChartedMeanwhile, match=r"proposed"):
        fracture(patient, seen_at=before())
    with pytest.raises(actions.ChartedMeanwhile):
        actions.add_procedure(patient=patient, service=make_service(), places=[place(16, "M")], actor=dr_orlova(), at=NOW, seen_at=before())


def test_ones_own_entries_other_teeth_and_withdrawn_ones_are_no_reason_to_ask(patient: Patient, other: User) -> None:
    actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=dr_orlova(), at=NOW)
    actions.record_finding(patient=patient, kind="caries", tooth=17, surfaces=["O"], actor=other, at=NOW)
    wrong = actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["M"], actor=other, at=NOW)
    actions.mark_in_error(finding=wrong, actor=other, at=NOW, reason="another tooth")
    assert fracture(patient, seen_at=before()).kind == "fracture"


def test_an_entry_that_waited_on_anothers_device_counts_from_its_arrival(patient: Patient, other: User) -> None:
    seen = before()
    actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=other, at=seen - timedelta(minutes=20))
    with pytest.raises(actions.ChartedMeanwhile):
        fracture(patient, seen_at=seen)


def test_what_another_settled_or_diagnosed_at_the_tooth_is_told_before_an_act(patient: Patient, other: User) -> None:
    mine = fracture(patient)
    theirs = actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["M"], actor=dr_orlova(), at=NOW)
    actions.resolve_finding(finding=theirs, actor=other, at=NOW)
    with pytest.raises(actions.ChartedMeanwhile, match=r"16 M caries \(resolved\)"):
        actions.resolve_finding(finding=mine, actor=dr_orlova(), at=timezone.now(), seen_at=before())
    actions.record_diagnosis(patient=patient, code=make_code().code, finding=mine, actor=other, at=NOW)
    for act in (
        lambda: actions.mark_in_error(finding=mine, actor=dr_orlova(), at=timezone.now(), reason="another tooth", seen_at=before()),
        lambda: actions.record_diagnosis(patient=patient, code=make_code().code, finding=mine, actor=dr_orlova(), at=NOW, seen_at=before()),
    ):
        with pytest.raises(actions.ChartedMeanwhile, match=make_code().code):
            act()
    act_on_it = actions.add_procedure(patient=patient, service=make_service(), places=[place(16, "O")], actor=dr_orlova(), at=NOW)
    with pytest.raises(actions.ChartedMeanwhile):
        actions.change_procedure_state(procedure=act_on_it, state="referred", actor=dr_orlova(), at=NOW, seen_at=before())


def test_what_arrived_once_is_not_asked_about_when_it_is_sent_again(patient: Patient, other: User) -> None:
    key = uuid4()
    first = fracture(patient, id=key, seen_at=timezone.now())
    actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["M"], actor=other, at=NOW + timedelta(hours=2))
    assert fracture(patient, id=key, seen_at=timezone.now()) == first


def test_the_api_answers_with_a_code_of_its_own(patient: Patient, other: User) -> None:
    actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=other, at=NOW)
    sent = {"kind": "fracture", "tooth": 16, "surfaces": ["O"], "seen_at": before().isoformat()}
    answer = log_in(dr_orlova()).post(f"/api/v1/patients/{patient.pk}/findings", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "charted_meanwhile")


def looks(patient: Patient) -> int:
    return Event.objects.filter(op="V", patient_id=patient.pk).count()


def ask(browser: Client, url: str, tag: str) -> tuple[int, str, int]:
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(url, headers={"If-None-Match": tag})
    return answer.status_code, answer["ETag"], sum("charting_" in query["sql"] for query in captured.captured_queries)


def test_a_chart_that_stayed_the_same_costs_one_statement_and_no_look_each_time(patient: Patient, other: User) -> None:
    browser, url = log_in(dr_orlova()), f"/api/v1/patients/{patient.pk}/chart"
    tag = browser.get(url)["ETag"]
    ask(browser, url, tag)
    before = looks(patient)
    assert ask(browser, url, tag) == (304, tag, 1)
    assert looks(patient) == before
    finding = actions.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=other, at=NOW)
    status, fresh, _statements = ask(browser, url, tag)
    assert (status, fresh != tag) == (200, True)
    actions.mark_in_error(finding=finding, actor=other, at=NOW, reason="another tooth")
    assert ask(browser, url, fresh)[0] == 200


def test_an_exam_that_stayed_the_same_is_not_sent_again(patient: Patient, other: User) -> None:
    exam = perio.begin_exam(patient=patient, actor=other, at=NOW)
    browser, url = log_in(dr_orlova()), f"/api/v1/perio-exams/{exam.pk}"
    tag = browser.get(url)["ETag"]
    assert ask(browser, url, tag)[0] == 304
    perio.record_entries(exam=exam, entries=[perio.Sent(Entry(16, "depth", "V", 4))], actor=other)
    assert ask(browser, url, tag)[0] == 200
