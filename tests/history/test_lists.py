"""Who saw a patient's name in a list among others is told to whoever asks who looked, without the names of the others."""

from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clinic.history import queries as ledger
from clinic.history.actions import record_list, record_print, record_view
from clinic.history.models import EventKind
from clinic.history.queries import Filter
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from exports import evidence_record
from exports.models import Evidence
from exports.privacy import queries
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db


@pytest.fixture
def others() -> list[Patient]:
    return [make_patient(f"Сосед{number}") for number in range(3)]


@pytest.fixture
def lawyer() -> Client:
    return log_in(make_user(Role.LAWYER))


def test_a_list_on_a_page_is_in_the_history_of_each_of_its_patients(others: list[Patient], lawyer: Client) -> None:
    log_in(registrar_belova(make_branch())).get(reverse("patients"))
    page = lawyer.get(reverse("patient-history", args=[others[0].pk]), {"views": "1"}).content.decode()
    told = lawyer.get(f"/api/v1/patients/{others[0].pk}/history").json()["events"]
    lists = [event for event in told if event["table"] == "patients-list"]
    assert "List of patients" in page
    assert [(event["actor_name"], event["changes"][0]["label"], event["changes"][0]["after"]) for event in lists] == [
        (registrar_belova().get_full_name(), "Patients in the list", "3")
    ]
    assert not [other for other in others[1:] if str(other.pk) in page]


def test_a_search_is_a_list_too_and_of_those_it_found_alone(others: list[Patient]) -> None:
    log_in(registrar_belova(make_branch())).post(reverse("patient-search"), {"q": "сосед1"})
    found = [queries.looks_at(patient).lists for patient in others]
    assert [[line.what for line in lines] for lines in found] == [[], ["Search for patients"], []]


def test_looks_and_lists_stand_in_one_order_a_page_at_a_time(others: list[Patient]) -> None:
    patient = others[0]
    for number in range(4):
        record_view(patient_id=patient.pk, what="chart")
        record_list(f"list {number}", [patient.pk, others[1].pk])
        record_list(f"other list {number}", [others[1].pk])
    wanted, seen, cursor = Filter(patient.pk, kinds=[EventKind.VIEW]), list[str](), None
    while True:
        page = ledger.page_of(wanted, cursor=cursor, size=3)
        seen += [event.tbl for event in page.events]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [name for number in (3, 2, 1, 0) for name in (f"list {number}", "chart")]
    assert {event.tbl for event in ledger.page_of(Filter(patient.pk, with_views=False)).events} == {"patients_patient"}
    later = Filter(patient.pk, kinds=[EventKind.VIEW], since=timezone.now() + timedelta(minutes=1))
    assert ledger.page_of(later).events == []


def test_a_list_taken_out_of_the_house_is_told(others: list[Patient]) -> None:
    record_print(what="billing_unpaid", patient_id=None, body={"patients": [str(patient.pk) for patient in others[:2]]})
    assert [line.kind for line in queries.looks_at(others[1]).lists] == ["P"]
    assert queries.looks_at(others[2]).lists == []


def test_the_paper_copy_ends_with_the_lists(others: list[Patient]) -> None:
    log_in(registrar_belova(make_branch())).get(reverse("patients"))
    asked = Evidence(patient=others[0], reason="copy", asked_by=registrar_belova(), asked_at=timezone.now(), language="en")
    paper = BytesIO()
    evidence_record.write(paper, asked, zone=ZoneInfo("Europe/Moscow"))
    text = " ".join(page.extract_text() for page in PdfReader(paper).pages)
    assert "Lists in which the name stood: 1" in text
    assert "List of patients" in text


def test_lists_of_a_patient_are_read_from_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        statement, parameters = ledger.listed(petrov().pk).query.sql_with_params()
        cursor.execute(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "expr" in plan
