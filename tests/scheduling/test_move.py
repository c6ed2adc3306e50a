"""Moving, resizing and describing an appointment."""

from datetime import datetime, timedelta

import pytest

from clinic.lib.errors import NotAllowed, StaleVersion
from clinic.scheduling import actions
from clinic.scheduling.actions import OutsideShift, SlotTaken, WrongStep
from clinic.scheduling.models import Appointment, AppointmentPerson
from clinic.staff.roles import Role
from tests.scheduling.factories import NOW, assistant_lebedev, book, dr_sokolov, dupont, make_chair, make_type, moscow, working_day
from tests.staff.factories import make_user, registrar_belova

pytestmark = pytest.mark.django_db


def move(appointment: Appointment, start: datetime, minutes: int = 60, **changes: object) -> Appointment:
    asked = {"actor": registrar_belova(), "at": NOW, "appointment_id": appointment.pk, "version": appointment.version}
    return actions.move(**{**asked, "starts_at": start, "ends_at": start + timedelta(minutes=minutes), **changes})  # type: ignore[arg-type]


def test_it_moves_in_time_chair_and_dentist() -> None:
    working_day()
    moved = move(book(), moscow(12), chair_id=make_chair("Chair 2").pk, dentist_id=dr_sokolov().pk)
    moved.refresh_from_db()
    assert (moved.starts_at, moved.chair.name, moved.dentist.username, moved.version) == (moscow(12), "Chair 2", "sokolov", 2)
    assert AppointmentPerson.objects.get().user == dr_sokolov()
    assert book(patient_id=dupont().pk)


def test_it_moves_onto_its_own_old_time() -> None:
    working_day()
    assert move(book(), moscow(10, 30)).starts_at == moscow(10, 30)


def test_it_refuses_a_stale_version_and_a_taken_place() -> None:
    working_day()
    first, second = book(), book(moscow(12), patient_id=dupont().pk)
    with pytest.raises(SlotTaken, match="12:00–13:00, Dupont"):
        move(first, moscow(12, 30))
    move(first, moscow(15))
    with pytest.raises(StaleVersion):
        move(first, moscow(16))
    second.refresh_from_db()
    assert second.starts_at == moscow(12)


def test_it_refuses_time_outside_the_shift() -> None:
    working_day()
    appointment = book()
    with pytest.raises(OutsideShift):
        move(appointment, moscow(8))
    assert move(appointment, moscow(8), outside_shift=True, outside_shift_reason="flight").outside_shift_reason == "flight"
    appointment.refresh_from_db()
    assert move(appointment, moscow(8), chair_id=make_chair("Chair 2").pk).outside_shift_reason == "flight"
    appointment.refresh_from_db()
    assert move(appointment, moscow(9)).outside_shift_reason == ""


def test_it_resizes() -> None:
    working_day()
    appointment = book()
    book(moscow(11, 30), patient_id=dupont().pk)
    asked = {"actor": registrar_belova(), "at": NOW, "appointment_id": appointment.pk, "version": 1}
    with pytest.raises(SlotTaken):
        actions.resize(ends_at=moscow(12), **asked)  # type: ignore[arg-type]
    assert actions.resize(ends_at=moscow(11, 30), **asked).ends_at == moscow(11, 30)  # type: ignore[arg-type]


def test_what_is_over_stays() -> None:
    working_day()
    appointment = book()
    cancelled = actions.change_state(actor=registrar_belova(), at=NOW, appointment_id=appointment.pk, version=1, state="cancelled", reason="ill")
    with pytest.raises(WrongStep):
        move(cancelled, moscow(12))


def test_it_describes() -> None:
    working_day()
    appointment = book()
    asked = {"actor": registrar_belova(), "at": NOW, "appointment_id": appointment.pk}
    book(patient_id=dupont().pk, dentist_id=dr_sokolov().pk, chair_id=make_chair("Chair 2").pk, assistant_id=assistant_lebedev().pk)
    with pytest.raises(SlotTaken, match=r"Lebedev I\. is assisting"):
        actions.describe(version=1, type_id=None, assistant_id=assistant_lebedev().pk, note="", **asked)  # type: ignore[arg-type]
    described = actions.describe(version=1, type_id=make_type().pk, assistant_id=None, note="x", **asked)  # type: ignore[arg-type]
    assert (described.type, described.note, described.version) == (make_type(), "x", 2)


def test_only_some_roles_move() -> None:
    working_day()
    with pytest.raises(NotAllowed):
        move(book(), moscow(12), actor=make_user(Role.ASSISTANT, username="actor"))
