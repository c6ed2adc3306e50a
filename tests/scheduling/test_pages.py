"""The pages of the diary by plain requests."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.lib.ids import uuid7
from clinic.patients import access
from clinic.scheduling import actions, queries, rules
from clinic.scheduling.forms import WhenForm, when_of
from clinic.scheduling.models import Appointment, Shift
from clinic.scheduling.queries import appointment_trail, next_appointment
from clinic.staff.models import RoleGrant
from clinic.staff.roles import Role
from tests.patients.factories import make_patient, petrov
from tests.scheduling.factories import NOW, assistant_lebedev, book, dr_sokolov, make_chair, make_shift, make_type, moscow, working_day
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
DAY = {"day": "2026-11-23"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Client:
    """The desk, on whatever day the tests run."""
    monkeypatch.setattr(rules, "BACK", timedelta(days=36500))
    working_day()
    return log_in(registrar_belova())


def full_day() -> None:
    """Four dentists in four chairs, ten appointments each."""
    for number in range(4):
        dentist = make_user(Role.DENTIST, username=f"dentist{number}")
        chair = make_chair(f"Chair {number + 1}")
        make_shift(dentist, moscow(9), moscow(18))
        for slot in range(10):
            patient = make_patient(f"Patient {number}-{slot}")
            book(moscow(9) + timedelta(minutes=50 * slot), 45, patient_id=patient.pk, dentist_id=dentist.pk, chair_id=chair.pk)


@pytest.mark.parametrize("view", ["chairs", "dentists"])
def test_a_full_day_of_four_chairs_takes_few_queries(desk: Client, view: str) -> None:
    full_day()
    desk.get(reverse("diary"), DAY)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = desk.get(reverse("diary"), {**DAY, "view": view})
    statements = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "SELECT set_config"))]
    assert len(answer.context["data"]["appointments"]) == 40
    assert len(statements) <= 12, "\n".join(statements)


def booking(**changes: object) -> dict[str, object]:
    place = {"day": "2026-11-23", "time": "10:00", "minutes": 45, "dentist_id": dr_orlova().pk, "chair_id": make_chair().pk}
    return {"key": uuid7(), "patient_id": petrov().pk, "type_id": make_type().pk, **place, **changes}


def test_it_books_by_form_and_keeps_what_was_typed(desk: Client) -> None:
    url, body = reverse("appointment-new"), booking()
    assert desk.post(url, body, headers=HTMX)["HX-Trigger"] == "panel-close, diary-changed"
    assert desk.post(url, body, headers=HTMX).status_code == 204
    assert Appointment.objects.get().ends_at == moscow(10, 45)
    again = desk.post(url, booking(note="sore"), headers=HTMX)
    assert again.status_code == 422
    assert "already has an appointment then: 10:00–10:45" in again.content.decode()
    assert 'value="sore"' in again.content.decode()


def test_it_offers_a_reason_outside_working_hours_to_those_who_may(desk: Client) -> None:
    url = reverse("appointment-new")
    refused = desk.post(url, booking(time="20:00"), headers=HTMX).content.decode()
    assert "outside the working hours" in refused
    assert "outside_shift_reason" in refused
    assert desk.post(url, booking(time="20:00", outside_shift_reason="pain"), headers=HTMX).status_code == 204
    dentist = log_in(dr_orlova())
    assert "outside_shift_reason" not in dentist.post(url, booking(time="21:00"), headers=HTMX).content.decode()


def test_it_guesses_the_other_half_of_a_place(desk: Client) -> None:
    chair = make_chair()
    Shift.objects.filter(user=dr_orlova()).update(chair=chair)
    asked = {"start": moscow(10).isoformat(), "chair_id": str(chair.pk)}
    assert desk.get(reverse("appointment-new"), asked).context["form"]["dentist_id"].value() == dr_orlova().pk
    asked = {"start": moscow(10).isoformat(), "dentist_id": str(dr_sokolov().pk)}
    assert desk.get(reverse("appointment-new"), asked).context["form"]["chair_id"].value() == chair.pk


def test_the_panel_moves_describes_and_tells_what_happened(desk: Client) -> None:
    appointment = book()
    page = reverse("appointment", args=[appointment.pk])
    move = {"version": 1, "day": "2026-11-23", "time": "12:00", "minutes": 30, "dentist_id": dr_sokolov().pk, "chair_id": make_chair().pk}
    moved = desk.post(f"{page}move/", move, headers=HTMX)
    assert (moved.status_code, moved["HX-Trigger"]) == (200, "diary-changed")
    stale = desk.post(f"{page}move/", {**move, "time": "13:00"}, headers=HTMX)
    assert stale.status_code == 422
    assert 'value="13:00"' in stale.content.decode()
    details = {"version": 2, "type_id": make_type().pk, "assistant_id": assistant_lebedev().pk, "note": "call"}
    assert desk.post(f"{page}details/", details).status_code == 302
    appointment.refresh_from_db()
    assert any(line.words.endswith("12:00–12:30, Sokolov B., Chair 1") for line in appointment_trail(appointment))
    assert desk.post(f"{page}state/", {"version": 3, "state": "confirmed"}, headers=HTMX).status_code == 200


def test_the_sheet_the_patients_list_and_the_set_up_pages_show_what_there_is(desk: Client) -> None:
    appointment = book(type_id=make_type().pk)
    patient = [appointment.patient_id]
    for name, args, words in (
        ("day-sheet", [], "Петров Иван Сергеевич"),
        ("patient-appointments", patient, "10:00–11:00"),
        ("shifts", [], "09:00–18:00"),
        ("chairs", [], "Chair 1"),
        ("appointment-types", [], "Check-up"),
        ("chair", [make_chair().pk], "Chair 1"),
        ("room", [make_chair().room_id], "Room of Chair 1"),
        ("shift", [Shift.objects.filter(user=dr_orlova()).get().pk], "09:00"),
    ):
        answer = desk.get(reverse(name, args=args), {**DAY, "week": "2026-11-23"})
        assert words in answer.content.decode(), name


def test_shifts_and_places_are_set_by_form(desk: Client) -> None:
    body = {"user_id": dr_orlova().pk, "day": "2026-11-24", "starts": "20:00", "ends": "02:00", "chair_id": ""}
    assert desk.post(reverse("shift-new"), body, headers=HTMX).status_code == 200
    night = Shift.objects.get(starts_at=moscow(20, day=24))
    assert night.ends_at == moscow(2, day=25)
    assert desk.post(reverse("shift-new"), body, headers=HTMX).status_code == 422
    assert desk.post(reverse("shift-cancel", args=[night.pk]), {"version": 1}, headers=HTMX).status_code == 200
    assert desk.post(reverse("shifts-copy"), {"week": "2026-11-23"}).status_code == 302
    assert Shift.objects.filter(starts_at=moscow(9, day=30)).count() == 2
    assert desk.post(reverse("room-new"), {"version": 1, "name": "Blue", "position": 1, "is_active": "on"}, headers=HTMX).status_code == 200
    values = {"version": 1, "name_ru": "Гигиена", "minutes": 45, "colour": "#2f8f7a", "position": 0, "is_active": "on"}
    assert desk.post(reverse("appointment-type-new"), values, headers=HTMX).status_code == 200


def test_the_next_appointment_is_the_one_that_is_on_or_comes() -> None:
    working_day()
    first, second = book(), book(moscow(12))
    assert next_appointment(petrov(), moscow(10, 30)) == first
    actions.change_state(actor=registrar_belova(), at=NOW, appointment_id=first.pk, version=1, state="cancelled", reason="ill")
    assert next_appointment(petrov(), moscow(9)) == second
    assert next_appointment(petrov(), moscow(13)) is None


def test_odd_addresses_are_answered_calmly(desk: Client) -> None:
    assert desk.get(reverse("diary"), {"day": "2026-02-31", "view": "x"}).status_code == 200
    assert desk.get(reverse("diary"), {"branch": "x"}).status_code == 404
    assert desk.get(reverse("appointment-new"), {"start": "2026-13-01", "dentist_id": "x", "patient_id": "x"}).status_code == 200
    assert desk.post(reverse("appointment-state", args=[book().pk]), {"state": "confirmed"}).status_code == 400
    assert desk.get(reverse("diary"), {"branch": str(make_branch().pk), "day": "1900-01-01"}).status_code == 200


def test_a_restricted_patient_is_booked_after_a_reason_and_nothing_typed_is_lost(desk: Client) -> None:
    access.restrict(patient_id=petrov().pk, reason="At his request", actor=make_user(Role.LAWYER, username="lawyer"), at=NOW)
    asked = booking(note="sore")
    page = desk.post(reverse("appointment-new"), asked, headers=HTMX).content.decode()
    assert f'href="/patients/{petrov().pk}/open/"' in page
    assert 'value="sore"' in page
    assert not Appointment.objects.exists()
    access.give_reason(user=registrar_belova(), patient_id=petrov().pk, reason="He rang and asked for a time", at=timezone.now())
    assert desk.post(reverse("appointment-new"), asked, headers=HTMX).status_code == 204


@pytest.mark.parametrize(("day", "time", "stands"), [("2027-03-28", "02:30", False), ("2027-03-28", "03:00", True), ("2027-10-31", "01:55", True)])
def test_an_hour_that_the_clocks_jump_over_is_refused_in_words(day: str, time: str, stands: bool) -> None:  # noqa: FBT001
    nice = make_branch("Nice", time_zone="Europe/Paris")
    place = {"dentist_id": str(dr_orlova().pk), "chair_id": str(make_chair("Fauteuil", nice).pk)}
    form = WhenForm({"day": day, "time": time, "minutes": "30", **place}, branch=nice)
    assert form.is_valid() == stands
    assert ("clocks" in str(form.errors.get("time", ""))) == (not stands)


@pytest.mark.parametrize(("fold", "starts_at"), [("", None), ("0", "2027-10-31T00:30"), ("1", "2027-10-31T01:30"), ("2", None)])
def test_an_hour_that_the_clocks_show_twice_is_asked_for(fold: str, starts_at: str | None) -> None:
    nice = make_branch("Nice", time_zone="Europe/Paris")
    place = {"dentist_id": str(dr_orlova().pk), "chair_id": str(make_chair("Fauteuil", nice).pk)}
    form = WhenForm({"day": "2027-10-31", "time": "02:30", "minutes": "30", "fold": fold, **place}, branch=nice)
    assert form.asks_which
    assert form.is_valid() == (starts_at is not None)
    if starts_at:
        assert form.place()["starts_at"] == datetime.fromisoformat(f"{starts_at}+00:00")
    else:
        assert list(form.errors) == ["fold"]


@pytest.mark.parametrize(
    ("starts_at", "shown", "fold"), [("00:30", "02:30 +2–02:00 +1", 0), ("01:30", "02:30 +1–03:00", 1), ("02:30", "03:30–04:00", 0)]
)
def test_both_of_them_are_shown_apart_and_stay_where_they_are(starts_at: str, shown: str, fold: int) -> None:
    nice = make_branch("Nice", time_zone="Europe/Paris")
    chair = make_chair("Fauteuil", nice)
    start = datetime.fromisoformat(f"2027-10-31T{starts_at}:00+00:00")
    row = Appointment(branch=nice, chair=chair, dentist=dr_orlova(), starts_at=start, ends_at=start + timedelta(minutes=30))
    assert queries.hours_in_words(row.span, "Europe/Paris") == shown
    initial = when_of(row)
    assert initial["fold"] == fold
    form = WhenForm({name: str(value) for name, value in initial.items()}, branch=nice)
    assert form.is_valid(), form.errors
    assert form.place()["starts_at"] == start


def test_the_grid_hands_over_which_of_the_two_was_clicked(desk: Client) -> None:
    nice = make_branch("Nice", time_zone="Europe/Paris")
    RoleGrant.objects.create(user=registrar_belova(), role=Role.ADMINISTRATOR, branch=nice)
    page = desk.get(reverse("appointment-new"), {"branch": str(nice.pk), "start": "2027-10-31T01:30:00Z"}).content.decode()
    assert '<option value="1" selected>' in page
    page = desk.get(reverse("appointment-new"), {"branch": str(nice.pk), "start": "2027-10-31T08:30:00Z"}).content.decode()
    assert 'name="fold"' not in page


def test_the_day_sheet_and_the_shifts_tell_them_apart_too(desk: Client) -> None:
    nice = make_branch("Nice", time_zone="Europe/Paris")
    RoleGrant.objects.create(user=registrar_belova(), role=Role.ADMINISTRATOR, branch=nice)
    start = datetime.fromisoformat("2027-10-31T00:30:00+00:00")
    Shift.objects.create(branch=nice, user=dr_orlova(), starts_at=start, ends_at=start + timedelta(hours=8))
    place = {"branch": nice, "chair": make_chair("Fauteuil", nice), "dentist": dr_orlova(), "state_at": start}
    Appointment.objects.create(patient=petrov(), starts_at=start, ends_at=start + timedelta(minutes=30), **place)
    there = log_in(make_user(Role.ADMINISTRATOR, username="nicoise", branch=nice))
    assert "<td>02:30 +2–02:00 +1</td>" in desk.get(reverse("day-sheet"), {"branch": str(nice.pk), "day": "2027-10-31"}).content.decode()
    assert "02:30 +2–09:30" in there.get(reverse("shifts"), {"week": "2027-10-25"}).content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Asia/Vladivostok", "America/New_York"])
def test_days_at_the_ends_of_the_calendar_are_answered_in_words(day: str, zone: str) -> None:
    far = make_branch("Far", time_zone=zone)
    for role in (Role.ADMINISTRATOR, Role.MANAGER):
        RoleGrant.objects.create(user=registrar_belova(), role=role, branch=far)
    browser = log_in(registrar_belova())
    chair = make_chair("Chair", far)
    for name in ("diary", "day-sheet", "shifts", "appointment-new"):
        assert browser.get(reverse(name), {"branch": str(far.pk), "day": day, "week": day}).status_code in (200, 422), name
    place = {"key": str(uuid4()), "patient_id": str(petrov().pk), "dentist_id": str(dr_orlova().pk), "chair_id": str(chair.pk), "minutes": "720"}
    for time in ("00:00", "23:59"):
        asked = {**place, "day": day, "time": time, "outside_shift_reason": "x"}
        assert browser.post(f"{reverse('appointment-new')}?branch={far.pk}", asked).status_code == 422
        hours = {"user_id": str(dr_orlova().pk), "day": day, "starts": time, "ends": "00:00"}
        assert browser.post(f"{reverse('shift-new')}?branch={far.pk}", hours).status_code == 422
