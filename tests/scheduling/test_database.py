"""The database alone refuses two places at once, impossible times and chairs of another branch; races leave one row."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinic.history.context import acting, current
from clinic.lib.ids import uuid7
from clinic.scheduling import actions
from clinic.scheduling.actions import SlotTaken
from clinic.scheduling.models import Appointment
from tests.patients.factories import make_patient, petrov
from tests.scheduling.factories import NOW, assistant_lebedev, book, dr_sokolov, dupont, make_chair, make_shift, moscow, working_day
from tests.staff.factories import dr_orlova, make_branch, registrar_belova


def insert(**changes: Any) -> None:
    """An appointment past all actions: Dupont with Dr Sokolov in chair 2 at ten, unless said otherwise."""
    row = {
        "patient_id": dupont().pk,
        "dentist_id": dr_sokolov().pk,
        "assistant_id": None,
        "chair_id": make_chair("Chair 2").pk,
        "branch_id": make_branch().pk,
        "starts_at": moscow(10),
        "ends_at": moscow(11),
        "state": "booked",
        "cancel_reason": "",
        **changes,
    }
    columns = {"id": uuid7(), "version": 1, "created_at": NOW, "state_at": NOW, "note": "", "outside_shift_reason": "", "is_first": False, **row}
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO scheduling_appointment ({names}) VALUES ({marks})", list(columns.values()))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda first: {"dentist_id": first.dentist_id}, "scheduling_dentist_busy"),
        (lambda first: {"assistant_id": first.assistant_id}, "scheduling_assistant_busy"),
        (lambda first: {"chair_id": first.chair_id}, "scheduling_chair_busy"),
        (lambda first: {"patient_id": first.patient_id}, "scheduling_patient_busy"),
        (lambda first: {"dentist_id": first.assistant_id}, "scheduling_person_busy"),
        (lambda first: {"assistant_id": first.dentist_id}, "scheduling_person_busy"),
        (lambda first: {"ends_at": moscow(10)}, "scheduling_appointment_ends_after_start"),
        (lambda first: {"ends_at": moscow(10, 4)}, "scheduling_appointment_not_too_short"),
        (lambda first: {"ends_at": moscow(22, 1)}, "scheduling_appointment_not_too_long"),
        (lambda first: {"state": "asleep"}, "scheduling_appointment_starts"),
        (lambda first: {"state": "cancelled", "cancel_reason": "ill"}, "scheduling_appointment_starts"),
        (lambda first: {"assistant_id": dr_sokolov().pk}, "scheduling_appointment_two_people"),
        (lambda first: {"chair_id": make_chair("Blue", make_branch("Nevsky")).pk}, "scheduling_appointment_chair_here"),
    ],
)
def test_raw_sql_cannot_break_the_diary(change: Callable[[Appointment], dict[str, Any]], constraint: str) -> None:
    working_day()
    first = book(assistant_id=assistant_lebedev().pk)
    with pytest.raises(IntegrityError, match=constraint):
        insert(**{"starts_at": moscow(10, 30) if constraint.endswith("_busy") else moscow(10), **change(first)})


@pytest.mark.django_db
def test_nothing_is_cancelled_without_a_reason() -> None:
    working_day()
    book()
    with pytest.raises(IntegrityError, match="scheduling_appointment_cancel_reason"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE scheduling_appointment SET state = 'cancelled'")


@pytest.mark.django_db
def test_cancelled_and_touching_appointments_take_no_time() -> None:
    working_day()
    first = book()
    for change in ("state = 'cancelled', cancel_reason = 'ill'", "state = 'no_show'"):
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE scheduling_appointment SET {change} WHERE state = 'booked'")
        insert(patient_id=first.patient_id)
    insert(patient_id=first.patient_id, chair_id=first.chair_id, dentist_id=first.dentist_id, starts_at=moscow(11), ends_at=moscow(12))


@pytest.mark.django_db
def test_shifts_of_a_person_do_not_overlap() -> None:
    make_shift()
    make_shift(start=moscow(18), end=moscow(20))
    with pytest.raises(IntegrityError, match="scheduling_shift_once"), transaction.atomic():
        make_shift(start=moscow(17), end=moscow(19), branch=make_branch("Nevsky"))


@pytest.mark.django_db
def test_the_application_cannot_write_who_is_taken() -> None:
    working_day()
    book()
    for statement in ("DELETE FROM scheduling_appointmentperson", "UPDATE scheduling_appointmentperson SET starts_at = ends_at"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_the_trace_of_states_is_append_only() -> None:
    working_day()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        book().state_changes.update(state="done")


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads of their own that start together; results or the errors they ended with."""
    context, barrier = current(), Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with acting(context):
                barrier.wait()
                return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_book_the_same_slot_and_one_gets_it() -> None:
    with transaction.atomic():
        working_day()
        petrov(), make_chair()
        actor, dentist, chair = registrar_belova(), dr_orlova(), make_chair()
        patients = [make_patient(f"Petrov {number}") for number in range(20)]
    results = at_once(
        *[lambda patient=patient: book(actor=actor, patient_id=patient.pk, dentist_id=dentist.pk, chair_id=chair.pk) for patient in patients]
    )
    assert Appointment.objects.count() == 1
    assert sum(isinstance(result, Appointment) for result in results) == 1
    refusals = [result for result in results if isinstance(result, SlotTaken)]
    assert len(refusals) == 19
    assert all("is busy then: 10:00–11:00, Petrov" in str(refusal.message) for refusal in refusals)


@pytest.mark.django_db(transaction=True)
def test_a_request_repeated_at_once_books_once() -> None:
    with transaction.atomic():
        working_day()
        petrov(), make_chair()
        actor, chair, key, patient = registrar_belova(), make_chair(), uuid7(), dupont().pk
    results = at_once(*[lambda: book(id=key, actor=actor, chair_id=chair.pk, patient_id=patient)] * 8)
    assert {getattr(result, "pk", result) for result in results} == {key}
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_move_and_book_race_for_one_place() -> None:
    with transaction.atomic():
        working_day()
        petrov(), make_chair()
        actor, patient = registrar_belova(), make_patient("Late").pk
        first = book()
        second = book(moscow(14), patient_id=dupont().pk)

    def move(appointment: Appointment, start_hour: int) -> Appointment:
        start = moscow(start_hour)
        return actions.move(actor=actor, at=NOW, appointment_id=appointment.pk, version=1, starts_at=start, ends_at=start + timedelta(hours=1))

    results = at_once(
        lambda: move(first, 16),
        lambda: move(second, 16),
        lambda: book(moscow(16), patient_id=patient),
        lambda: book(moscow(15, 30), patient_id=patient),
    )
    assert sum(isinstance(result, Appointment) for result in results) == 1
    assert sum(isinstance(result, SlotTaken) for result in results) == 3


@pytest.mark.django_db(transaction=True)
def test_a_write_past_our_locks_is_still_explained() -> None:
    with transaction.atomic():
        working_day()
        petrov(), make_chair()
        actor, dentist, chair, patient = registrar_belova(), dr_sokolov(), make_chair("Chair 2"), dupont()
    written, asked = Event(), Event()

    def write() -> None:
        with transaction.atomic():
            insert(patient_id=patient.pk, dentist_id=dentist.pk, chair_id=chair.pk)
            written.set()
            asked.wait(10)
            time.sleep(0.3)

    def ask() -> Appointment:
        written.wait(10)
        asked.set()
        return book(actor=actor, chair_id=chair.pk)

    refusal = at_once(write, ask)[1]
    assert isinstance(refusal, SlotTaken)
    assert str(refusal.message).startswith("Chair 2 is taken then: 10:00–11:00, Dupont Claire")
