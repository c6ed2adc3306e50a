"""An appointment whose patient sits in the chair goes to another dentist or branch: its visit goes along, or both stay."""

from typing import Any

import pytest

from charting import actions
from charting.actions.visits import VisitStays
from charting.models import Visit
from clinic.scheduling import actions as scheduling
from clinic.scheduling.models import Appointment
from tests.charting.factories import make_service, place
from tests.scheduling.factories import book, dr_sokolov, make_chair, moscow, working_day
from tests.scheduling.test_states import become
from tests.staff.factories import dr_orlova, log_in, make_branch, registrar_belova

pytestmark = pytest.mark.django_db


def seated() -> Appointment:
    working_day()
    make_chair("Chair 2")
    return become(book(), "seated")


def to_sokolov(appointment: Appointment, **changes: Any) -> Appointment:
    values = {"starts_at": appointment.starts_at, "ends_at": appointment.ends_at, "dentist_id": dr_sokolov().pk, "chair_id": make_chair("Chair 2").pk}
    common = {"actor": registrar_belova(), "at": moscow(10, 5), "appointment_id": appointment.pk, "version": appointment.version}
    return scheduling.move(**{**common, **values, **changes})


def do_something(appointment: Appointment) -> None:
    at: dict[str, Any] = {"actor": dr_orlova(), "at": moscow(10, 6)}
    act = actions.add_procedure(patient=appointment.patient, service=make_service("filling"), places=[place(16, "O")], **at)
    actions.perform_procedure(procedure=act, **at)


def test_the_draft_goes_along_with_what_is_written_in_it() -> None:
    appointment = seated()
    visit = Visit.objects.get()
    actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    to_sokolov(appointment)
    visit.refresh_from_db()
    assert (visit.dentist, visit.complaint) == (dr_sokolov(), "Боль")
    assert actions.may_sign(visit, dr_sokolov())
    assert not actions.may_sign(visit, dr_orlova())


def test_it_stays_once_something_was_done_in_it() -> None:
    appointment = seated()
    do_something(appointment)
    with pytest.raises(VisitStays, match="Something was done in this visit") as refusal:
        to_sokolov(appointment)
    assert dr_orlova().get_short_name() in str(refusal.value.message)
    appointment.refresh_from_db()
    assert (appointment.dentist, Visit.objects.get().dentist) == (dr_orlova(), dr_orlova())
    assert to_sokolov(appointment, dentist_id=None).chair.name == "Chair 2"


def test_it_stays_once_it_is_signed() -> None:
    appointment = seated()
    visit = Visit.objects.get()
    written = actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    actions.sign_visit(visit=visit, version=written.version, actor=dr_orlova(), at=moscow(10, 4))
    with pytest.raises(VisitStays, match="signed or locked"):
        to_sokolov(appointment)


def test_it_goes_to_the_branch_of_the_chair() -> None:
    appointment, taganka = seated(), make_branch("Taganka")
    chair = make_chair("Taganka 1", taganka)
    to_sokolov(appointment, dentist_id=None, chair_id=chair.pk, outside_shift=True, outside_shift_reason="the other one is broken")
    assert Visit.objects.get().branch == taganka


def test_a_seating_taken_back_and_moved_begins_where_the_appointment_is() -> None:
    appointment = become(seated(), "booked")
    moved = to_sokolov(appointment)
    become(moved, "seated")
    assert Visit.objects.get().dentist == dr_sokolov()


def test_the_page_and_the_api_which_the_drag_calls_say_why() -> None:
    appointment = seated()
    do_something(appointment)
    desk = log_in(registrar_belova())
    asked = {"version": appointment.version, "starts_at": "2026-11-23T10:00:00+03:00", "ends_at": "2026-11-23T11:00:00+03:00"}
    asked |= {"dentist_id": str(dr_sokolov().pk), "chair_id": str(make_chair("Chair 2").pk)}
    answer = desk.patch(f"/api/v1/appointments/{appointment.pk}", asked, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "visit_stays")
    assert "Something was done in this visit" in answer.json()["message"]
    typed = {"version": appointment.version, "day": "2026-11-23", "time": "10:00", "minutes": 60, "dentist_id": dr_sokolov().pk}
    typed["chair_id"] = make_chair("Chair 2").pk
    page = desk.post(f"/diary/appointments/{appointment.pk}/move/", typed)
    assert page.status_code == 422
    assert "Something was done in this visit" in page.text
