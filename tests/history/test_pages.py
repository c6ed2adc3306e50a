"""History in words: the patient's timeline, the versions of a record, the search, and their API."""

import time
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from clinic.history import queries, wording
from clinic.history.actions import record_view
from clinic.history.context import acting
from clinic.history.models import Event
from clinic.patients.models import Patient
from clinic.staff.actions import context_of
from clinic.staff.models import LegalEntity, User
from clinic.staff.roles import Role
from inventory.models import Material
from tests.patients.factories import make_patient
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lawyer() -> Client:
    return log_in(make_user(Role.LAWYER, branch=make_branch(), language="ru"))


@pytest.fixture
def petrov() -> Patient:
    orlova: User = dr_orlova()
    with acting(context_of(orlova)):
        patient = make_patient("Петров", responsible_dentist=orlova)
        Patient.objects.filter(pk=patient.pk).update(birth_date=date(1980, 3, 7), first_name="Пётр")
    return patient


def lines_of(patient: Patient, **filters: Any) -> list[wording.Line]:
    found = queries.page_of(queries.Filter(patient_id=patient.pk, **filters))
    return wording.lines(found.events, found.before)


def test_a_change_is_told_in_words(petrov: Patient) -> None:
    with translation.override("ru"):
        line = next(line for line in lines_of(petrov) if line.kind == "U")
    changes = {change.name: (change.before, change.after) for change in line.changes}
    assert changes["birth_date"][1] == "07.03.1980"
    assert changes["first_name"] == ("Иван", "Пётр")
    assert line.actor_name == dr_orlova().get_full_name()


def test_foreign_keys_are_told_by_name_and_technical_fields_are_not_told(petrov: Patient) -> None:
    created = next(line for line in lines_of(petrov) if line.kind == "I" and line.table == "patients_patient")
    told = {change.name: change.after for change in created.changes}
    assert told["responsible_dentist_id"] == str(dr_orlova())
    assert not {"id", "version", "created_at"} & set(told)


def test_the_page_shows_the_events_and_is_an_event_itself(lawyer: Client, petrov: Patient) -> None:
    text = lawyer.get(f"/patients/{petrov.pk}/history/").content.decode()
    assert "Пётр" in text
    assert dr_orlova().get_full_name() in text
    assert Event.objects.filter(op="V", tbl="history", patient_id=petrov.pk).count() == 1
    assert Event.objects.filter(op="V").latest("id").actor_role == "lawyer"


def test_looks_are_shown_when_asked(lawyer: Client, petrov: Patient) -> None:
    record_view(patient_id=petrov.pk, what="chart")
    hidden, shown = (lawyer.get(f"/patients/{petrov.pk}/history/?views={views}").context["lines"] for views in ("", "1"))
    assert "V" not in {line.kind for line in hidden}
    assert {"chart", "history"} <= {line.table for line in shown}


@pytest.mark.parametrize(
    ("query", "count"),
    [("kind=U", 1), ("kind=D", 0), ("table=patients_patient&kind=I", 1), ("text=пётр&kind=U", 1), ("text=100%25&kind=U", 0), ("actor=nobody", 0)],
)
def test_filters_narrow(lawyer: Client, petrov: Patient, query: str, count: int) -> None:
    assert len(lawyer.get(f"/patients/{petrov.pk}/history/?{query}").context["lines"]) == count


def test_the_period_is_in_branch_days(lawyer: Client, petrov: Patient) -> None:
    today = timezone.localdate().isoformat()
    tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()
    assert lawyer.get(f"/patients/{petrov.pk}/history/?until={tomorrow}").context["lines"]
    assert not lawyer.get(f"/patients/{petrov.pk}/history/?since={tomorrow}").context["lines"]
    assert lawyer.get(f"/patients/{petrov.pk}/history/?since=not-a-day&until={today}x").status_code == 200


def test_pages_follow_each_other_without_gap_or_repeat(petrov: Patient) -> None:
    for number in range(120):
        record_view(patient_id=petrov.pk, what=f"page {number}")
    seen, cursor = [], None
    while True:
        found = queries.page_of(queries.Filter(patient_id=petrov.pk), cursor=cursor)
        seen += [event.id for event in found.events]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == Event.objects.filter(patient_id=petrov.pk).count()
    assert seen == sorted(seen, reverse=True)


def test_two_thousand_events_are_fast_and_take_few_queries(lawyer: Client, petrov: Patient, django_assert_max_num_queries: Any) -> None:
    for number in range(1000):
        Patient.objects.filter(pk=petrov.pk).update(first_name=f"Имя {number}")
        record_view(patient_id=petrov.pk, what="chart")
    lawyer.get(f"/patients/{petrov.pk}/history/?views=1")
    started = time.perf_counter()
    with django_assert_max_num_queries(14):
        answer = lawyer.get(f"/patients/{petrov.pk}/history/?views=1")
    assert len(answer.context["lines"]) == queries.PAGE
    assert time.perf_counter() - started < 2


def test_versions_stand_side_by_side(lawyer: Client, petrov: Patient) -> None:
    answer = lawyer.get(f"/history/patients_patient/{petrov.pk}/")
    rows = {row["change"].name: row for row in answer.context["rows"]}
    assert (rows["first_name"]["change"].before, rows["first_name"]["change"].after) == ("Иван", "Пётр")
    assert [rows["first_name"]["differs"], rows["last_name"]["differs"]] == [True, False]
    assert Event.objects.filter(op="V", tbl="record history", patient_id=petrov.pk).exists()


def test_a_version_is_found_by_instant_and_by_number(lawyer: Client, petrov: Patient) -> None:
    address = f"/history/patients_patient/{petrov.pk}/"
    assert lawyer.get(f"{address}?at=2020-01-01T00:00").context["right"]["number"] == 1
    assert lawyer.get(f"{address}?a=2&b=1").context["left"]["number"] == 2
    assert lawyer.get(f"{address}?a=99&b=²&at=25:00").status_code == 200


def test_records_of_no_patient_are_for_those_who_search() -> None:
    entity = LegalEntity.objects.create(name="Smile")
    address = f"/history/staff_legalentity/{entity.pk}/"
    assert log_in(make_user(Role.DENTIST)).get(address).status_code == 403
    assert log_in(make_user(Role.LAWYER)).get(address).status_code == 200
    assert log_in(make_user(Role.LAWYER)).get(f"/history/history_event/{uuid4()}/").status_code == 404


def test_the_search_finds_by_person_and_patient(lawyer: Client, petrov: Patient) -> None:
    by_person = lawyer.get(f"/history/?actor={dr_orlova().pk}").context["lines"]
    assert {line.actor for line in by_person} == {str(dr_orlova().pk)}
    by_patient = lawyer.get(f"/history/?patient={petrov.pk}&views=1").context["lines"]
    assert {line.patient_id for line in by_patient if line.kind != "V"} == {petrov.pk}, "a look at a list is of nobody alone"
    assert lawyer.get("/history/?patient=nonsense").status_code == 200


@pytest.mark.parametrize(("name", "value", "status"), [("since", "2026-10-25T02:30:00", 422), ("until", "2026-10-25T02:30:00%2B01:00", 200)])
def test_the_api_asks_for_instants_with_their_zone(lawyer: Client, petrov: Patient, name: str, value: str, status: int) -> None:
    assert lawyer.get(f"/api/v1/patients/{petrov.pk}/history?{name}={value}").status_code == status


def test_the_api_tells_the_same(lawyer: Client, petrov: Patient) -> None:
    found = lawyer.get(f"/api/v1/patients/{petrov.pk}/history?kind=U").json()
    assert [event["kind"] for event in found["events"]] == ["U"]
    assert {"label", "before", "after", "name"} == set(found["events"][0]["changes"][0])
    versions = lawyer.get(f"/api/v1/history/patients_patient/{petrov.pk}").json()
    assert [version["body"]["first_name"] for version in versions] == ["Иван", "Пётр"]


def test_secrets_are_never_told() -> None:
    orlova = dr_orlova()
    orlova.set_password("brush-twice-a-day")
    orlova.save()
    events = list(queries.versions_of("staff_user", str(orlova.pk)))
    told = wording.lines(events, queries.bodies_before(events))[-1].changes
    assert [(change.name, change.before) for change in told] == [("password", "hidden")]


def test_details_and_tables_are_told_in_words() -> None:
    with translation.override("ru"):
        assert wording.table_label("public.patients_patient") == "Пациент"
        assert wording.table_label("exports_revenue-by-month") == "Отчёт или список"
        told = wording._details({"shared": True, "visit": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "sha256": None})
    assert [(change.label, change.after) for change in told] == [("Общий компьютер", "да"), ("Приём", "#3f4a5b")]


def test_a_records_page_leads_to_its_versions_for_those_who_may_read_them() -> None:
    material = Material.objects.create(code="A1", name="Артикаин", unit="ml")
    url = reverse("record-history", args=["inventory_material", material.pk])
    assert url in log_in(make_user(Role.LAWYER, Role.ASSISTANT, branch=make_branch())).get(reverse("material", args=[material.pk])).content.decode()
    assert url not in log_in(make_user(Role.ASSISTANT, branch=make_branch())).get(reverse("material", args=[material.pk])).content.decode()


def test_a_program_searches_the_history_of_everybody_and_the_look_is_written_down(lawyer: Client, petrov: Patient) -> None:
    found = lawyer.get("/api/v1/history?kind=U&views=false").json()
    assert any(event["patient_id"] == str(petrov.pk) for event in found["events"])
    look = Event.objects.filter(op="V", tbl="history_search").latest("id")
    assert str(petrov.pk) in (look.body or {})["patients"]
    lawyer.get(reverse("history"))
    assert Event.objects.filter(op="V", tbl="history_search").count() == 2
    assert log_in(dr_orlova()).get("/api/v1/history").status_code == 403
