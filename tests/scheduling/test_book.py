"""Booking: what is refused, in which words, and what a repeated request gets."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, NotFound
from clinic.lib.ids import uuid7
from clinic.scheduling import actions
from clinic.scheduling.actions import OutsideShift, SlotTaken
from clinic.scheduling.models import Appointment, AppointmentPerson, AppointmentType, Shift
from clinic.scheduling.queries import day_appointments
from clinic.staff.models import RoleGrant
from clinic.staff.roles import Role
from tests.scheduling.factories import NOW, assistant_lebedev, book, dr_sokolov, dupont, make_chair, make_shift, make_type, moscow, working_day
from tests.staff.factories import dr_orlova, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db


def test_it_books_with_its_people_trace_and_history() -> None:
    working_day()
    appointment = book(assistant_id=assistant_lebedev().pk, type_id=make_type().pk, note=" sore tooth ")
    assert (appointment.state, appointment.note, appointment.is_first, appointment.branch) == ("booked", "sore tooth", True, make_branch())
    assert set(AppointmentPerson.objects.values_list("user__username", flat=True)) == {"orlova", "lebedev"}
    change = appointment.state_changes.get()
    assert (change.state, change.by, change.at) == ("booked", registrar_belova(), NOW)
    assert Event.objects.filter(tbl="scheduling_appointment", patient_id=appointment.patient_id).count() == 1


def test_it_returns_the_first_booking_to_a_repeated_request() -> None:
    working_day()
    key = uuid7()
    assert book(id=key) == book(id=key)
    assert Appointment.objects.count() == 1


def test_a_key_of_another_booking_is_refused() -> None:
    working_day()
    key = book().pk
    others: list[dict[str, Any]] = [{"patient_id": dupont().pk}, {"dentist_id": dr_sokolov().pk}, {"chair_id": make_chair("Chair 2").pk}]
    for changes in others:
        with pytest.raises(KeyTaken):
            book(id=key, **changes)
    with pytest.raises(KeyTaken):
        book(moscow(12), id=key)
    with pytest.raises(KeyTaken):
        book(id=key, actor=make_user(Role.TELESECRETARY, username="elsewhere", branch=make_branch("Nevsky")))


def test_a_withdrawn_type_is_not_booked_but_stays_where_it_was() -> None:
    working_day()
    kind = make_type()
    appointment = book(type_id=kind.pk)
    AppointmentType.objects.update(is_active=False)
    with pytest.raises(InvalidInput) as refusal:
        book(moscow(12), type_id=kind.pk)
    assert set(refusal.value.fields) == {"type_id"}
    asked: dict[str, Any] = {"actor": registrar_belova(), "at": NOW, "assistant_id": None, "note": "call", "type_id": kind.pk}
    assert actions.describe(appointment_id=appointment.pk, version=1, **asked).type == kind


def test_only_the_first_appointment_of_a_patient_is_a_first_visit() -> None:
    working_day()
    assert book().is_first
    assert not book(moscow(12)).is_first


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"patient": dupont, "chair": "Chair 2"}, "Orlova A.P. is busy then: 10:00–11:00, Петров Иван Сергеевич, Chair 1"),
        ({"patient": dupont, "dentist": dr_sokolov}, "Chair 1 is taken then: 10:00–11:00, Петров Иван Сергеевич, Orlova A.P."),
        ({"dentist": dr_sokolov, "chair": "Chair 2"}, "Петров Иван Сергеевич already has an appointment then: 10:00–11:00, Orlova A.P., Chair 1"),
    ],
)
def test_it_names_the_clash(change: dict[str, object], words: str) -> None:
    working_day()
    first = book()
    asked: dict[str, Any] = {}
    if "patient" in change:
        asked["patient_id"] = change["patient"]().pk  # type: ignore[operator]
    if "dentist" in change:
        asked["dentist_id"] = change["dentist"]().pk  # type: ignore[operator]
    if "chair" in change:
        asked["chair_id"] = make_chair(str(change["chair"])).pk
    with pytest.raises(SlotTaken) as refusal:
        book(moscow(10, 30), **asked)
    assert str(refusal.value.message).startswith(words)
    assert refusal.value.link == f"/diary/?branch={first.branch_id}&day=2026-11-23&appointment={first.pk}"


def test_a_person_is_in_one_place_whatever_the_role() -> None:
    working_day()
    book(assistant_id=dr_sokolov().pk)
    with pytest.raises(SlotTaken, match=r"Sokolov B\. is assisting then: 10:00–11:00"):
        book(dentist_id=dr_sokolov().pk, patient_id=dupont().pk, chair_id=make_chair("Chair 2").pk)


def test_it_hides_the_patient_of_a_branch_that_is_not_theirs() -> None:
    working_day()
    book()
    nevsky = make_branch("Nevsky")
    make_shift(start=moscow(18, 1), end=moscow(20), branch=nevsky)
    stranger = make_user(Role.ADMINISTRATOR, username="stranger", branch=nevsky)
    with pytest.raises(SlotTaken, match="another patient") as refusal:
        book(actor=stranger, patient_id=dupont().pk, chair_id=make_chair("Blue", nevsky).pk, outside_shift=True, outside_shift_reason="urgent")
    assert refusal.value.link is None


def test_appointments_may_touch() -> None:
    working_day()
    book()
    assert book(moscow(11))
    assert book(moscow(9, 30), 30)


def test_it_refuses_time_outside_the_shift_unless_said_with_a_reason() -> None:
    working_day()
    with pytest.raises(OutsideShift, match=r"17:30–18:30 is outside the working hours of Orlova A.P. at Arbat: 09:00–18:00\."):
        book(moscow(17, 30))
    with pytest.raises(OutsideShift, match="does not work at Arbat on that day"):
        book(moscow(10, day=24))
    with pytest.raises(InvalidInput):
        book(moscow(17, 30), outside_shift=True)
    with pytest.raises(NotAllowed):
        book(moscow(17, 30), actor=dr_orlova(), outside_shift=True, outside_shift_reason="pain")
    assert book(moscow(17, 30), outside_shift=True, outside_shift_reason="pain").outside_shift_reason == "pain"


def test_two_shifts_that_touch_are_one_working_time() -> None:
    make_shift(end=moscow(13))
    make_shift(start=moscow(13))
    assert book(moscow(12, 30)).outside_shift_reason == ""


def test_it_books_over_midnight() -> None:
    make_shift(start=moscow(20), end=moscow(8, day=24))
    night = book(moscow(23, 30), 90)
    assert night.ends_at == moscow(1, day=24)
    assert [list(day_appointments(make_branch(), date(2026, 11, day))) for day in (22, 23, 24, 25)] == [[], [night], [night], []]


def test_the_hour_that_comes_twice_can_be_booked_twice() -> None:
    paris, zone = make_branch("Paris", time_zone="Europe/Paris"), ZoneInfo("Europe/Paris")
    chair = make_chair("Bleu", paris).pk
    first, second = (datetime(2026, 10, 25, 2, 0, tzinfo=zone, fold=fold) for fold in (0, 1))
    make_shift(start=datetime(2026, 10, 25, 0, 0, tzinfo=zone), end=datetime(2026, 10, 25, 6, 0, tzinfo=zone), branch=paris)
    half_past = datetime(2026, 10, 25, 2, 30, tzinfo=zone)
    at = first.astimezone(UTC)
    assert book(first, at=at, chair_id=chair, ends_at=half_past).ends_at - first.astimezone(UTC) == timedelta(minutes=30)
    assert book(half_past, at=at, chair_id=chair, ends_at=second)
    late = book(second, at=at, chair_id=chair)
    assert late.starts_at == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    with pytest.raises(SlotTaken, match=r"02:00 \+1–03:00"):
        book(late.starts_at, at=at, patient_id=dupont().pk, chair_id=make_chair("Vert", paris).pk)
    assert [appointment.starts_at.hour for appointment in day_appointments(paris, date(2026, 10, 25))] == [0, 0, 1]


def test_the_hour_that_is_skipped_ends_later_on_the_clock() -> None:
    paris, zone = make_branch("Paris", time_zone="Europe/Paris"), ZoneInfo("Europe/Paris")
    start = datetime(2026, 3, 29, 1, 30, tzinfo=zone)
    make_shift(start=start, end=start.replace(hour=6), branch=paris)
    booked = book(start, at=start, chair_id=make_chair("Bleu", paris).pk, ends_at=start.replace(hour=3))
    assert booked.ends_at - booked.starts_at == timedelta(hours=1)


@pytest.mark.parametrize("minutes", [0, -30, 4, 721])
def test_it_refuses_impossible_times(minutes: int) -> None:
    working_day()
    with pytest.raises(InvalidInput) as refusal:
        book(minutes=minutes)
    assert set(refusal.value.fields) == {"ends_at"}


@pytest.mark.parametrize("start", [datetime(9999, 12, 31, 23, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC), NOW - timedelta(hours=25)])
def test_it_refuses_a_start_out_of_reach(start: datetime) -> None:
    working_day()
    appointment = book()
    with pytest.raises(InvalidInput) as booking:
        book(start, 0)
    with pytest.raises(InvalidInput) as moving:
        actions.move(actor=registrar_belova(), at=NOW, appointment_id=appointment.pk, version=1, starts_at=start, ends_at=start)
    assert set(booking.value.fields) == set(moving.value.fields) == {"starts_at"}


@pytest.mark.parametrize("model", [Appointment, Shift])
def test_the_database_keeps_times_that_pages_can_show(model: type[Appointment] | type[Shift]) -> None:
    working_day()
    book()
    for start in (datetime(9999, 12, 31, 12, tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC)):
        with pytest.raises(IntegrityError, match="in_this_century"), transaction.atomic():
            model._default_manager.update(starts_at=start, ends_at=start + timedelta(hours=1))


def test_what_is_long_past_may_still_end_later() -> None:
    working_day()
    appointment = book()
    later = actions.resize(actor=registrar_belova(), at=NOW + timedelta(days=9), appointment_id=appointment.pk, version=1, ends_at=moscow(12))
    assert later.ends_at == moscow(12)


def test_it_refuses_people_who_cannot() -> None:
    working_day()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"dentist_id": registrar_belova().pk}, "dentist_id"),
        ({"assistant_id": registrar_belova().pk}, "assistant_id"),
        ({"assistant_id": dr_orlova().pk}, "assistant_id"),
        ({"patient_id": uuid7()}, "patient_id"),
        ({"type_id": uuid7()}, "type_id"),
    ]
    for changes, field in wrong:
        with pytest.raises(InvalidInput) as refusal:
            book(**changes)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(NotFound):
        book(chair_id=uuid7())


@pytest.mark.parametrize("role", Role)
def test_only_some_roles_book(role: Role) -> None:
    working_day()
    actor = make_user(role, username="actor")
    if role in {Role.MANAGER, Role.ADMINISTRATOR, Role.DENTIST, Role.HYGIENIST, Role.TELESECRETARY}:
        assert book(actor=actor)
    else:
        with pytest.raises(NotAllowed):
            book(actor=actor)


def test_a_chair_of_another_branch_is_not_found() -> None:
    working_day()
    actor = make_user(Role.ADMINISTRATOR, username="elsewhere", branch=make_branch("Nevsky"))
    with pytest.raises(NotFound):
        book(actor=actor)
    RoleGrant.objects.create(user=actor, role=Role.ADMINISTRATOR, branch=make_branch())
    assert book(actor=type(actor).objects.get(pk=actor.pk))
