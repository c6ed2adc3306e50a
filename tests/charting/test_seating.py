"""A visit begins when the patient is seated, whoever clicks where; a seating that is taken back leaves no stray visit."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from charting import actions, queries
from charting.actions.visits import VisitCancelled
from charting.models import Visit
from clinic.history.context import Context, acting
from clinic.scheduling import actions as scheduling
from clinic.scheduling.models import Appointment
from clinic.staff.roles import Role
from tests.migrating import migrating
from tests.scheduling.factories import book, make_shift, moscow, working_day
from tests.scheduling.test_states import become
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db


def booked() -> Appointment:
    working_day()
    return book()


def booked_for_now() -> Appointment:
    """An appointment that can be seated by the clock of the server."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    make_shift(start=start - timedelta(hours=1), end=start + timedelta(hours=2))
    return book(start, at=timezone.now())


def seat_on_the_page(appointment: Appointment) -> None:
    desk = log_in(registrar_belova())
    asked = {"state": "seated", "version": appointment.version}
    assert desk.post(f"/diary/appointments/{appointment.pk}/state/", asked).status_code == 302


def seat_over_the_api(appointment: Appointment) -> None:
    asked = {"state": "seated", "version": appointment.version}
    path = f"/api/v1/appointments/{appointment.pk}/state"
    assert log_in(registrar_belova()).post(path, asked, content_type="application/json").status_code == 200


def seat_at_the_chair(appointment: Appointment) -> None:
    assert log_in(dr_orlova()).post(f"/appointments/{appointment.pk}/visit/").status_code == 302


@pytest.mark.parametrize("seat", [seat_on_the_page, seat_over_the_api, seat_at_the_chair])
def test_seating_begins_the_visit_of_the_dentist(seat: Callable[[Appointment], None]) -> None:
    appointment = booked_for_now()
    seat(appointment)
    visit = Visit.objects.get()
    assert (visit.appointment, visit.patient, visit.dentist, visit.branch) == (appointment, appointment.patient, dr_orlova(), make_branch())
    address = log_in(dr_orlova()).post(f"/appointments/{appointment.pk}/visit/").headers["Location"]
    assert address == f"/visits/{visit.pk}/"
    assert Visit.objects.count() == 1


def test_the_dentists_desk_and_the_patients_pages_lead_to_it() -> None:
    appointment = booked_for_now()
    seat_on_the_page(appointment)
    browser, link = log_in(dr_orlova()), f'href="/visits/{Visit.objects.get().pk}/"'
    for page in ("/", f"/patients/{appointment.patient_id}/", f"/patients/{appointment.patient_id}/plans/"):
        assert link in browser.get(page).text, page
    assert link not in log_in(make_user(Role.ACCOUNTANT, username="counts")).get(f"/patients/{appointment.patient_id}/").text


def test_a_seating_that_is_taken_back_leaves_no_visit_and_comes_back_as_the_same_one() -> None:
    seated = become(booked(), "seated")
    visit = Visit.objects.get()
    back = become(seated, "booked")
    visit.refresh_from_db()
    assert (back.state, visit.cancelled_by) == ("booked", registrar_belova())
    assert not queries.unsigned_visits(dr_orlova()).exists()
    assert not queries.visits_of(seated.patient).exists()
    assert queries.open_visit_of(seated.patient, dr_orlova()) is None
    with pytest.raises(VisitCancelled):
        actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    again = become(back, "seated", at=moscow(10, 30))
    visit.refresh_from_db()
    assert (Visit.objects.get(), visit.appointment, visit.cancelled_at, visit.opened_at) == (visit, again, None, moscow(10, 30))


def test_a_visit_in_which_anything_was_written_or_seen_stays() -> None:
    seated = become(booked(), "seated")
    common: dict[str, Any] = {"patient": seated.patient, "actor": dr_orlova(), "at": moscow(10, 10)}
    finding = actions.record_finding(kind="caries", tooth=16, **common)
    become(seated, "cancelled", "не пришёл")
    visit = Visit.objects.get()
    assert (finding.visit, visit.cancelled_at) == (visit, None)
    assert list(queries.unsigned_visits(dr_orlova())) == [visit]


def test_done_keeps_the_visit() -> None:
    become(become(booked(), "seated"), "done")
    assert Visit.objects.get().cancelled_at is None


def test_a_visit_that_the_dentist_began_before_the_desk_seated_is_that_visit() -> None:
    appointment = booked()
    begun = actions.open_visit(patient=appointment.patient, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=moscow(9, 55))
    become(appointment, "seated")
    begun.refresh_from_db()
    assert (Visit.objects.get(), begun.appointment, begun.opened_at) == (begun, appointment, moscow(9, 55))


def test_yesterdays_open_visit_is_another_one() -> None:
    appointment = booked()
    actions.open_visit(patient=appointment.patient, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=moscow(10, day=22))
    become(appointment, "seated")
    assert Visit.objects.count() == 2


def test_a_step_that_is_refused_begins_nothing() -> None:
    cancelled = become(booked(), "cancelled", "заболел")
    with pytest.raises(scheduling.WrongStep):
        actions.open_visit_of_appointment(appointment=cancelled, actor=dr_orlova(), at=moscow(10))
    assert not Visit.objects.exists()


def test_the_cancelled_visit_says_so(client: Client) -> None:
    become(become(booked(), "seated"), "booked")
    page = log_in(dr_orlova()).get(f"/visits/{Visit.objects.get().pk}/").text
    assert "The seating was taken back" in page
    assert '<textarea name="complaint"' not in page


@pytest.mark.parametrize("change", ["complaint = 'Боль'", "cancelled_by_id = NULL"])
def test_the_database_cancels_only_what_is_empty_and_by_somebody(change: str) -> None:
    become(become(booked(), "seated"), "booked")
    with pytest.raises(IntegrityError, match="charting_visit_cancelled"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE charting_visit SET {change}")


@pytest.mark.django_db(transaction=True)
def test_the_desk_and_the_dentist_seat_at_once_and_there_is_one_visit() -> None:
    with transaction.atomic():
        appointment, dentist, registrar = booked(), dr_orlova(), registrar_belova()
    values: dict[str, Any] = {"appointment_id": appointment.pk, "version": appointment.version, "state": "seated"}
    wrong: list[Exception] = []

    def click(act: Callable[[], object]) -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", purpose="test")):
                act()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    acts: list[Callable[[], object]] = [
        lambda: scheduling.change_state(actor=registrar, at=moscow(10), **values),
        lambda: actions.open_visit_of_appointment(appointment=appointment, actor=dentist, at=moscow(10)),
    ]
    threads = [Thread(target=click, args=(act,)) for act in acts * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert Visit.objects.get().appointment == appointment


@pytest.mark.soak  # walks every migration since; neither these nor that one will change
@pytest.mark.django_db(transaction=True)
def test_older_visits_stand_when_the_columns_come() -> None:
    with transaction.atomic():
        become(booked(), "seated")
    with migrating() as database:
        database.to("charting", "0007_finding_changes")
        database.forward()
        assert database.rows("SELECT cancelled_at, count(*) FROM charting_visit GROUP BY 1") == [(None, 1)]
