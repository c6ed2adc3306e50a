"""The chart's and the visits' pages."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from charting import actions
from charting.models import NoteTemplate, Visit, VisitAddendum
from clinic.history.models import Event
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_visit, patient_petrov
from tests.scheduling.factories import book, make_chair, make_shift
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


@pytest.mark.parametrize("language", ["en", "ru", "fr"])
def test_the_chart_opens_in_each_language(language: str) -> None:
    client = log_in(make_user(Role.DENTIST, username="speaker", branch=make_branch(), language=language))
    page = client.get(f"/patients/{patient_petrov().pk}/chart/")
    assert page.status_code == 200
    assert "style=" not in page.text
    assert 'id="chart-failure"' in page.text


def test_the_page_of_the_chart_has_it_asked_for_before_the_page_is_read(dentist: Client) -> None:
    patient = patient_petrov()
    answer = dentist.get(f"/patients/{patient.pk}/chart/")
    assert answer["Link"] == f"</api/v1/patients/{patient.pk}/chart>; rel=preload; as=fetch; crossorigin"
    assert "Link" not in dentist.get(f"/patients/{patient.pk}/chart/", headers={"X-Offline-Copy": "1"})


def test_a_visit_without_appointment_is_begun_once(dentist: Client) -> None:
    address = f"/patients/{patient_petrov().pk}/visits/start/"
    assert dentist.post(address).headers["Location"] == dentist.post(address).headers["Location"]
    assert Visit.objects.count() == 1


def test_the_patient_of_an_appointment_is_seated(dentist: Client) -> None:
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    make_shift(start=start - timedelta(hours=1), end=start + timedelta(hours=2))
    appointment = book(start, at=timezone.now())
    for _ in "ab":
        assert dentist.post(f"/appointments/{appointment.pk}/visit/").status_code == 302
    appointment.refresh_from_db()
    visit = Visit.objects.get(appointment=appointment)
    assert (appointment.state, visit.patient_id, visit.dentist_id) == ("seated", appointment.patient_id, appointment.dentist_id)


def test_the_list_of_visits_tells_what_is_unsigned(dentist: Client) -> None:
    visit = make_visit()
    assert "not signed" in dentist.get(f"/patients/{visit.patient_id}/visits/").text


def test_a_note_is_signed_read_and_added_to(dentist: Client) -> None:
    visit = make_visit()
    visit = actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "<b>Боль</b>"}, actor=dr_orlova())
    assert dentist.post(f"/visits/{visit.pk}/sign/", {"version": visit.version}).status_code == 302
    page = dentist.get(f"/visits/{visit.pk}/").text
    assert "&lt;b&gt;Боль" in page
    assert "text as signed" in page
    assert all(label in page for label in (">What is added ", ">Reason<"))
    assert '<textarea name="complaint"' not in page
    assert dentist.post(f"/visits/{visit.pk}/addenda/", {"text": ""}).status_code == 422
    assert dentist.post(f"/visits/{visit.pk}/addenda/", {"text": "Добавлено"}).status_code == 302
    assert VisitAddendum.objects.get().text == "Добавлено"


def test_printing_a_note_is_recorded(dentist: Client) -> None:
    visit = make_visit()
    assert dentist.get(f"/visits/{visit.pk}/print/").status_code == 200
    assert Event.objects.filter(op="P", tbl="visit", patient_id=visit.patient_id).count() == 1


def test_every_clinic_begins_with_templates_and_edits_them(dentist: Client) -> None:
    assert NoteTemplate.objects.count() > 40
    row = NoteTemplate.objects.filter(language="en", section="complaint").order_by("position")[0]
    values = {"section": "complaint", "language": "en", "title": "Renamed", "body": "text", "position": 0, "is_active": "on"}
    assert dentist.post(f"/note-templates/{row.pk}/", {**values, "version": 1}).status_code == 302
    stale = dentist.post(f"/note-templates/{row.pk}/", {**values, "title": "Mine", "version": 1})
    assert (stale.status_code, "Stands now: Renamed" in stale.text, "Mine" in stale.text) == (422, True, True)
    assert 'name="version" value="2"' in stale.text
    taken = dentist.post("/note-templates/new/", values)
    assert taken.status_code == 422
    assert "already" in taken.text
    assert "Renamed" in dentist.get("/note-templates/?language=en").text


def test_the_writing_page_offers_templates(dentist: Client) -> None:
    visit = make_visit()
    page = dentist.get(f"/visits/{visit.pk}/").text
    assert "Pain to cold" in page
    assert f'value="{visit.version}" data-version' in page


def test_a_note_waits_for_its_dentist() -> None:
    visit = make_visit()
    assistant = log_in(make_user(Role.ASSISTANT, branch=make_branch()))
    page = assistant.get(f"/visits/{visit.pk}/").text
    assert "sign-form" not in page
    assert assistant.post(f"/visits/{visit.pk}/sign/", {"version": 1}).status_code == 403
    assert visit.opened_at == NOW


def test_times_are_those_of_the_branch_where_it_happened() -> None:
    """A lawyer in Moscow reads that a visit in Nice began at ten, as it did there."""
    nice = make_branch("Nice", time_zone="Europe/Paris", currency="EUR", language="fr")
    person = make_user(Role.DENTIST, username="reader")
    User.objects.filter(pk=person.pk).update(home_branch=make_branch())
    reader = log_in(person)
    visit = actions.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=nice, actor=dr_orlova(), at=NOW)
    visit = actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW)
    for address in (f"/visits/{visit.pk}/", f"/visits/{visit.pk}/print/", f"/patients/{visit.patient_id}/visits/"):
        page = reader.get(address).content.decode()
        assert ("10:00" in page, "12:00" in page) == (True, False), address
    tomorrow = timezone.now() + timedelta(days=1)
    start = tomorrow.replace(hour=8, minute=30, second=0, microsecond=0)
    make_shift(start=start - timedelta(hours=1), end=start + timedelta(hours=3), branch=nice)
    booked = book(start, chair_id=make_chair("Fauteuil", nice).pk, patient_id=visit.patient_id, at=timezone.now())
    header = reader.get(f"/patients/{visit.patient_id}/").content.decode()
    assert f"{booked.starts_at.astimezone(ZoneInfo('Europe/Paris')):%H:%M}" in header
    assert "Nice" in header
