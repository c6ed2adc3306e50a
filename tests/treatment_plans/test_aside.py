"""What nobody chose leaves the chart as cancelled, and comes back when the choice ends or is planned anew."""

from datetime import timedelta

import pytest

import charting.actions
from charting.models import Procedure
from charting.queries import chart_at
from clinic.history.models import Event
from tests.staff.factories import dr_orlova
from tests.treatment_plans.factories import NOON, line, plan_with, procedure
from treatment_plans import actions
from treatment_plans.models import Alternative

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def rivals() -> tuple[Alternative, Alternative, Procedure]:
    """Two presented alternatives that share a filling; the second alone has a crown."""
    first, second = plan_with("filling", alternatives=2).alternatives.order_by("position")
    crown = procedure("crown", patient=first.patient, tooth=46)
    line(second, crown, position=2)
    for alternative in (first, second):
        actions.present(alternative_id=alternative.pk, actor=dr_orlova(), at=NOON)
    return first, second, crown


def state(act: Procedure) -> str:
    return Procedure.objects.get(pk=act.pk).state


def test_what_only_a_rejected_sibling_held_is_cancelled_with_its_reason() -> None:
    first, _second, crown = rivals()
    actions.accept(alternative_id=first.pk, actor=dr_orlova(), at=LATER)
    assert state(crown) == "cancelled"
    _proposed, change = crown.changes.order_by("pk")
    assert (change.state, change.changed_at, change.reason) == ("cancelled", LATER, "Принят другой вариант")
    assert first.items.get().procedure.state == "planned"
    assert Event.objects.filter(tbl="charting_procedure", pk_text=str(crown.pk), op="U").exists()
    drawn = {mark.source for mark in chart_at(crown.patient, LATER).mouth.marks}
    assert str(crown.pk) not in drawn


def test_it_comes_back_when_the_accepted_alternative_ends() -> None:
    first, _second, crown = rivals()
    actions.accept(alternative_id=first.pk, actor=dr_orlova(), at=LATER)
    actions.end_early(alternative_id=first.pk, reason="Передумал", actor=dr_orlova(), at=LATER + timedelta(days=1))
    assert state(crown) == "proposed"
    assert [change.reason for change in crown.changes.order_by("changed_at", "pk")] == ["", "Принят другой вариант", "Передумал"]


def test_what_was_cancelled_by_hand_stays_cancelled() -> None:
    first, _second, crown = rivals()
    actions.accept(alternative_id=first.pk, actor=dr_orlova(), at=LATER)
    for number, wanted in enumerate(("proposed", "cancelled"), start=1):
        charting.actions.change_procedure_state(procedure=crown, state=wanted, actor=dr_orlova(), at=LATER + timedelta(hours=number))
    actions.end_early(alternative_id=first.pk, reason="Передумал", actor=dr_orlova(), at=LATER + timedelta(days=1))
    assert state(crown) == "cancelled"


def test_what_another_open_plan_holds_is_left_alone() -> None:
    first, _second, crown = rivals()
    line(plan_with("hygiene").alternatives.get(), crown, position=2)
    actions.accept(alternative_id=first.pk, actor=dr_orlova(), at=LATER)
    assert state(crown) == "proposed"


def test_a_copy_of_a_rejected_alternative_proposes_its_acts_again() -> None:
    _first, second, crown = rivals()
    actions.reject(alternative_id=second.pk, reason="Дорого", actor=dr_orlova(), at=LATER)
    assert state(crown) == "cancelled"
    copy = actions.copy_alternative(alternative_id=second.pk, title="", actor=dr_orlova(), at=LATER + timedelta(hours=1))
    assert state(crown) == "proposed"
    assert copy.items.count() == 2
