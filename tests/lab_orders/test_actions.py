"""Orders to laboratories: drafting, moving, remaking, refusing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from charting import actions as charting
from charting.models import Procedure, ProcedureTooth
from clinic.lib.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.price_list.models import Category, Scope, Service
from clinic.staff.roles import Role
from lab_orders import actions, queries
from lab_orders.models import Lab, LabOrder, LabOrderItem
from tests.inventory.factories import make_patient
from tests.staff.factories import dr_orlova, make_branch, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DUE = date(2026, 11, 30)


def make_lab(name: str = "Zirkon") -> Lab:
    return Lab.objects.get_or_create(name=name)[0]


def make_crown(card_number: int = 1, tooth: int = 16) -> Procedure:
    service = Service.objects.get_or_create(
        code="CR", defaults={"title_ru": "Коронка", "category": Category.PROSTHETICS, "scope": Scope.TOOTH, "needs_lab": True}
    )[0]
    patient = make_patient(card_number)
    procedure = Procedure.objects.create(patient=patient, service=service, recorded_at=NOW, recorded_by=dr_orlova())
    ProcedureTooth.objects.create(procedure=procedure, patient=patient, tooth=tooth)
    return procedure


def draft(**changes: Any) -> LabOrder:
    details = {"lab_id": make_lab().pk, "due_date": DUE, "shade": "A2", "material": "zirconia", **changes.pop("details", {})}
    values: dict[str, Any] = {"actor": dr_orlova(), "at": NOW, "branch": make_branch(), "procedure_ids": None, **changes}
    values["procedure_ids"] = values["procedure_ids"] if values["procedure_ids"] is not None else [make_crown().pk]
    return actions.draft_order(details=actions.OrderDetails(**details), **values)


def move(order: LabOrder, state: str, **values: Any) -> LabOrder:
    return actions.move_order(actor=dr_orlova(), at=NOW, order_id=order.pk, version=order.version, state=state, **values)


def test_it_drafts_an_order_with_teeth_and_dated_stages() -> None:
    order = draft(stages=["frame", "try-in", "finish"])
    assert order.items.get().teeth == [16]
    assert [stage.due_date.day for stage in order.stages.order_by("position")] == [23, 27, 30]
    assert order.changes.get().state == "draft"


def test_it_answers_a_repeated_request_with_the_first_order() -> None:
    key = uuid7()
    crown = make_crown()
    assert draft(id=key, procedure_ids=[crown.pk]).number == draft(id=key, procedure_ids=[crown.pk]).number


def test_it_walks_the_states_and_keeps_who_and_why() -> None:
    order = draft()
    for state in ("sent", "in_work", "try_in"):
        order = move(order, state)
    order = move(order, "remake", reason="open margin", due_date=DUE + timedelta(days=7))
    assert order.due_date == DUE + timedelta(days=7)
    assert [(change.state, change.reason) for change in order.changes.order_by("changed_at", "pk")][-1] == ("remake", "open margin")


def test_it_refuses_a_leap_a_remake_without_reason_and_a_stale_click() -> None:
    order = draft()
    with pytest.raises(actions.WrongState):
        move(order, "fitted")
    sent = move(order, "sent")
    with pytest.raises(StaleVersion):
        move(order, "in_work")
    with pytest.raises(InvalidInput):
        move(sent, "cancelled")
    with pytest.raises(actions.WrongState):
        move(sent, "melted")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"procedure_ids": []}, "procedures"),
        ({"procedure_ids": [uuid7()]}, "procedures"),
        ({"details": {"due_date": date(2026, 11, 1)}}, "due_date"),
        ({"details": {"lab_id": uuid7()}}, "lab"),
        ({"details": {"shade": "A" * 41}}, "shade"),
        ({"stages": ["x" * 121]}, "stages"),
    ],
)
def test_it_refuses_an_impossible_order(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        draft(**changes)
    assert field in refusal.value.fields
    assert LabOrder.objects.count() == 0


def test_it_refuses_to_mix_patients() -> None:
    with pytest.raises(InvalidInput):
        draft(procedure_ids=[make_crown(1).pk, make_crown(2).pk])


def test_it_lists_what_is_overdue_and_warns_about_work_that_is_not_back() -> None:
    order = move(draft(), "sent")
    assert list(queries.orders(make_branch()).filter(queries.overdue_on(DUE))) == []
    assert list(queries.orders(make_branch()).filter(queries.overdue_on(DUE + timedelta(days=1)))) == [order]
    assert queries.overdue_by_lab(make_branch(), DUE) == []
    assert [(lab.name, lab.late) for lab in queries.overdue_by_lab(make_branch(), DUE + timedelta(days=1))] == [(order.lab.name, 1)]  # type: ignore[attr-defined]
    assert queries.work_not_back([order.patient_id]) == {order.patient_id: [order]}
    back = move(order, "returned")
    assert queries.work_not_back([back.patient_id]) == {}


def test_it_offers_only_unordered_lab_work() -> None:
    crown = make_crown()
    assert list(queries.procedures_to_order(crown.patient)) == [crown]
    draft(procedure_ids=[crown.pk])
    assert list(queries.procedures_to_order(crown.patient)) == []


def test_changes_of_state_are_append_only() -> None:
    draft()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE lab_orders_statechange SET reason = 'better'")


def test_it_asks_for_the_right() -> None:
    with pytest.raises(NotAllowed):
        draft(actor=make_user(Role.ACCOUNTANT))


def test_without_a_due_date_the_usual_days_of_the_laboratory_count() -> None:
    lab = make_lab()
    Lab.objects.filter(pk=lab.pk).update(usual_days=12)
    order = actions.draft_order(
        actor=dr_orlova(),
        at=NOW,
        branch=make_branch(),
        procedure_ids=[make_crown().pk],
        details=actions.OrderDetails(lab_id=lab.pk),
        stages=["frame"],
    )
    assert order.due_date == date(2026, 12, 2)
    assert [stage.due_date for stage in order.stages.all()] == [date(2026, 12, 2)]
    with pytest.raises(InvalidInput, match="attention") as refusal:
        details = actions.OrderDetails(lab_id=lab.pk)
        actions.change_order(actor=dr_orlova(), at=NOW, order_id=order.pk, version=order.version, details=details)
    assert refusal.value.fields.keys() == {"due_date"}


def test_a_laboratory_is_changed_only_by_the_version_that_was_read() -> None:
    lab = make_lab()
    values: dict[str, Any] = {"actor": dr_orlova(), "contact": "", "phone": "", "email": "", "usual_days": 5, "is_active": True}
    for version in (None, lab.version + 1):
        with pytest.raises(StaleVersion):
            actions.save_lab(lab_id=lab.pk, version=version, name="Other", **values)
    changed = actions.save_lab(lab_id=lab.pk, version=lab.version, name="Ceramics", **values)
    assert (changed.name, changed.version) == ("Ceramics", lab.version + 1)
    with pytest.raises(NotFound):
        actions.save_lab(lab_id=uuid7(), version=1, name="Nobody", **values)
    assert actions.save_lab(lab_id=uuid7(), name="New", **values).version == 1


def call_off(procedure: Procedure, state: str = "cancelled") -> None:
    charting.change_procedure_state(procedure=procedure, state=state, actor=dr_orlova(), at=NOW, reason="Changed his mind")


def test_work_stands_in_one_order_until_that_is_cancelled() -> None:
    crown, other = make_crown(), make_crown(tooth=26)
    first = draft(procedure_ids=[crown.pk])
    with pytest.raises(InvalidInput) as refused:
        draft(procedure_ids=[other.pk, crown.pk])
    assert str(refused.value.fields["procedures"]).startswith(f"Коронка stands in order {first.number} already")
    cancelled = move(first, "cancelled", reason="ordered by mistake")
    second = draft(procedure_ids=[crown.pk])
    with pytest.raises(actions.WrongState):
        actions.take_back(actor=dr_orlova(), at=NOW, order_id=cancelled.pk, version=cancelled.version, reason="no mistake")
    assert LabOrder.objects.exclude(state="cancelled").get() == second


def test_the_database_keeps_work_in_one_order() -> None:
    crown = make_crown()
    first = draft(procedure_ids=[crown.pk])
    gone = move(first, "cancelled", reason="mistake")
    second = draft(procedure_ids=[crown.pk])
    with pytest.raises(DatabaseError, match="ordered again"), transaction.atomic():
        LabOrder.objects.filter(pk=gone.pk).update(state="draft")
    third = draft(procedure_ids=[make_crown(tooth=26).pk])
    with pytest.raises(DatabaseError, match="stands in another order"), transaction.atomic():
        LabOrderItem.objects.create(order=third, patient=third.patient, procedure=crown)
    call_off(crown)
    with pytest.raises(DatabaseError, match="called off"), transaction.atomic():
        LabOrder.objects.filter(pk=second.pk).update(state="sent")


@pytest.mark.parametrize("end", ["cancelled", "referred", "done"])
def test_only_what_is_ahead_is_ordered(end: str) -> None:
    crown = make_crown()
    if end == "done":
        charting.perform_procedure(procedure=crown, actor=dr_orlova(), at=NOW, branch=make_branch())
    else:
        call_off(crown, end)
    with pytest.raises(InvalidInput) as refused:
        draft(procedure_ids=[crown.pk])
    assert "is not ahead any more" in str(refused.value.fields["procedures"])


def test_an_order_is_not_sent_when_its_work_was_called_off() -> None:
    crown = make_crown()
    order = draft(procedure_ids=[crown.pk])
    call_off(crown)
    with pytest.raises(actions.WrongState, match="called off"):
        move(order, "sent")


def test_work_is_due_within_two_years() -> None:
    for due in (date(9999, 12, 31), date(2028, 12, 1)):
        with pytest.raises(InvalidInput) as refused:
            draft(details={"due_date": due})
        assert "two years" in str(refused.value.fields["due_date"])
    assert draft(details={"due_date": date(2028, 11, 1)}).due_date.year == 2028


def test_the_day_of_an_overdue_order_stays_and_another_one_is_not_in_the_past() -> None:
    order = draft()
    late: dict[str, Any] = {"actor": dr_orlova(), "at": NOW + timedelta(days=30), "order_id": order.pk}
    details = actions.OrderDetails(order.lab_id, order.due_date, instructions="darker")
    order = actions.change_order(version=order.version, details=details, **late)
    assert order.instructions == "darker"
    with pytest.raises(InvalidInput):
        actions.change_order(version=order.version, details=replace(details, due_date=DUE + timedelta(days=1)), **late)
    with pytest.raises(InvalidInput):
        actions.change_order(version=order.version, details=replace(details, due_date=date(2029, 12, 1)), **late)
    LabOrder.objects.filter(pk=order.pk).update(due_date=date(2033, 1, 1))
    order.refresh_from_db()
    assert actions.change_order(version=order.version, details=replace(details, due_date=order.due_date, shade="A3"), **late).shade == "A3"
