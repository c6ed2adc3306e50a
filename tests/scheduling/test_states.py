"""The table of states, its exceptions and its trace."""

from datetime import timedelta
from itertools import product

import pytest

from charting.actions import open_visit_of_appointment
from clinic.lib.errors import InvalidInput, NotAllowed, StaleVersion
from clinic.scheduling import actions, rules
from clinic.scheduling.actions import SlotTaken, WrongStep
from clinic.scheduling.models import Appointment, AppointmentState
from clinic.staff.roles import Role
from tests.scheduling.factories import NOW, book, dupont, moscow, working_day
from tests.staff.factories import make_user, registrar_belova

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("booked", "confirmed"), ("booked", "arrived"), ("booked", "seated"), ("booked", "cancelled"), ("booked", "no_show"),
    ("confirmed", "arrived"), ("confirmed", "seated"), ("confirmed", "cancelled"), ("confirmed", "no_show"),
    ("arrived", "seated"), ("arrived", "cancelled"), ("arrived", "no_show"),
    ("seated", "done"), ("seated", "cancelled"),
    ("cancelled", "booked"), ("no_show", "booked"), ("no_show", "arrived"),
}  # fmt: skip


def become(appointment: Appointment, state: str, reason: str = "", **changes: object) -> Appointment:
    asked = {"actor": registrar_belova(), "at": moscow(10, 5), "appointment_id": appointment.pk, "version": appointment.version}
    return actions.change_state(**{**asked, "state": state, "reason": reason, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("now", "wanted"), [pair for pair in product(AppointmentState.values, repeat=2) if pair[0] != pair[1]])
def test_the_table_of_states(now: str, wanted: str) -> None:
    assert rules.may_become([now], wanted) == ((now, wanted) in ALLOWED)


def test_the_names_of_states_agree() -> None:
    assert set(rules.TRANSITIONS) == set(AppointmentState.values)


def test_it_leaves_a_trace_of_each_step() -> None:
    working_day()
    appointment = book()
    for state in ("confirmed", "arrived", "seated", "done"):
        appointment = become(appointment, state)
    assert list(appointment.state_changes.order_by("pk").values_list("state", flat=True)) == ["booked", "confirmed", "arrived", "seated", "done"]
    assert appointment.state_at == moscow(10, 5)


def test_a_wrong_click_is_taken_back_with_a_trace() -> None:
    working_day()
    seated = become(become(book(), "arrived"), "seated")
    back = become(seated, "arrived")
    last = back.state_changes.order_by("-pk")[0]
    assert (back.state, last.state, last.is_undo, back.state_changes.count()) == ("arrived", "arrived", True, 4)
    with pytest.raises(WrongStep, match="“arrived” and cannot become “confirmed”"):
        become(back, "confirmed")


def test_a_repeated_click_changes_nothing() -> None:
    working_day()
    appointment = book()
    become(appointment, "arrived")
    assert become(appointment, "arrived").state_changes.count() == 2
    with pytest.raises(StaleVersion):
        become(appointment, "seated")


def test_cancelling_needs_a_reason_and_frees_the_time() -> None:
    working_day()
    appointment = book()
    with pytest.raises(InvalidInput) as refusal:
        become(appointment, "cancelled", "  ")
    assert set(refusal.value.fields) == {"reason"}
    cancelled = become(appointment, "cancelled", "ill")
    assert cancelled.cancel_reason == "ill"
    book(patient_id=dupont().pk)
    with pytest.raises(SlotTaken, match="Dupont"):
        become(cancelled, "booked")


def test_a_cancelled_appointment_comes_back_when_its_time_is_free() -> None:
    working_day()
    back = become(become(book(), "cancelled", "ill"), "booked")
    assert (back.state, back.cancel_reason) == ("booked", "")
    with pytest.raises(SlotTaken):
        book(patient_id=dupont().pk)


def test_nobody_is_missed_before_the_time_or_seated_a_day_early() -> None:
    working_day()
    appointment = book()
    for state, at in (("no_show", moscow(9, 59)), ("seated", NOW), ("arrived", moscow(10) - timedelta(hours=12, minutes=1))):
        with pytest.raises(WrongStep, match="too early"):
            become(appointment, state, at=at)
    assert become(appointment, "no_show", at=moscow(10)).state == "no_show"


def test_only_some_roles_change_states() -> None:
    working_day()
    with pytest.raises(NotAllowed):
        become(book(), "arrived", actor=make_user(Role.LAWYER, username="actor"))


def test_the_assistant_receives_the_patient_and_does_no_more() -> None:
    working_day()
    appointment, assistant = book(), make_user(Role.ASSISTANT, username="actor")
    for state in ("confirmed", "cancelled"):
        with pytest.raises(NotAllowed):
            become(appointment, state, "ill", actor=assistant)
    assert become(become(appointment, "arrived", actor=assistant), "seated", actor=assistant).state == "seated"


def test_the_assistant_opens_the_visit() -> None:
    working_day()
    visit = open_visit_of_appointment(appointment=book(), actor=make_user(Role.ASSISTANT, username="actor"), at=moscow(10))
    assert Appointment.objects.get(visit=visit).state == "seated"
