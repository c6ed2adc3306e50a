"""A state set by mistake is taken back in sight; stages of an open order are changed, ordered, added and removed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from lab_orders import actions, rules
from lab_orders.actions import StageWish
from lab_orders.models import LabOrder, LabStage, StateChange
from tests.lab_orders.test_actions import DUE, NOW, draft, make_crown, move
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


def back(order: LabOrder, reason: str = "wrong order", **values: Any) -> LabOrder:
    return actions.take_back(**{"actor": dr_orlova(), "at": NOW, "order_id": order.pk, "version": order.version, "reason": reason, **values})


def stages(order: LabOrder) -> list[LabStage]:
    return list(order.stages.order_by("position"))


def put(order: LabOrder, *wishes: StageWish) -> list[str]:
    return [stage.title for stage in actions.set_stages(actor=dr_orlova(), at=NOW, order_id=order.pk, stages=wishes)]


def wish(stage: LabStage, **changes: Any) -> StageWish:
    return StageWish(**{"title": stage.title, "due_date": stage.due_date, "id": stage.pk, "version": stage.version, **changes})


def test_every_move_back_is_in_the_one_table() -> None:
    for state, after in rules.NEXT_STATES.items():
        for to in after:
            assert {to} <= rules.MOVES[state]
            assert {state} <= rules.MOVES[to]


def test_steps_are_taken_back_one_by_one_and_stay_in_sight() -> None:
    order = move(move(move(draft(), "sent"), "in_work"), "try_in")
    for state in ("in_work", "sent", "draft"):
        order = back(order)
        assert order.state == state
    with pytest.raises(actions.WrongState):
        back(order)
    trail = [(change.state, change.is_correction) for change in order.changes.order_by("changed_at", "created_at")]
    assert trail == [("draft", False), ("sent", False), ("in_work", False), ("try_in", False), ("in_work", True), ("sent", True), ("draft", True)]
    assert move(order, "sent").state == "sent"


def test_fitting_and_cancelling_are_taken_back_too() -> None:
    order = back(move(move(move(draft(), "sent"), "returned"), "fitted"))
    assert order.state == "returned"
    crown = make_crown(card_number=2)
    cancelled = move(draft(procedure_ids=[crown.pk]), "cancelled", reason="x")
    again = draft(procedure_ids=[crown.pk])
    with pytest.raises(actions.WrongState, match="ordered again"):
        back(cancelled)
    move(again, "cancelled", reason="x")
    assert back(cancelled).state == "draft"


def test_a_correction_needs_a_reason_a_right_and_what_stands() -> None:
    order = move(draft(), "sent")
    with pytest.raises(InvalidInput):
        back(order, "  ")
    with pytest.raises(NotAllowed):
        back(order, actor=make_user(Role.ACCOUNTANT))
    with pytest.raises(StaleVersion):
        back(order, version=order.version - 1)
    row = StateChange.objects.filter(order=order).latest("created_at")
    row.pk, row.reason, row.is_correction = uuid7(), "", True
    with pytest.raises(IntegrityError, match="lab_orders_correction_has_reason"), transaction.atomic():
        row.save(force_insert=True)


def test_stages_are_changed_ordered_added_and_removed_with_trace() -> None:
    order = draft(stages=["frame", "try-in", "finish"])
    frame, fitting, finish = stages(order)
    wishes = (wish(finish), wish(frame, title="metal frame"), StageWish("polish", DUE), wish(fitting, is_removed=True))
    assert put(order, *wishes) == ["finish", "metal frame", "polish"]
    assert Event.objects.filter(tbl="lab_orders_labstage", op="D", pk_text=str(fitting.pk)).exists()
    with pytest.raises(StaleVersion):
        put(order, wish(frame, title="other"))
    with pytest.raises(StaleVersion):
        put(order, wish(fitting))
    new = stages(order)
    assert put(order, wish(new[2])) == ["polish", "finish", "metal frame"]


def test_what_cannot_be_is_refused_by_stage() -> None:
    order = draft(stages=["frame", "finish"])
    frame, finish = stages(order)
    frame = actions.finish_stage(actor=dr_orlova(), at=NOW, stage_id=frame.pk)
    frame.refresh_from_db()
    for wrong in (wish(frame, title="x"), wish(frame, is_removed=True), wish(finish, title=" "), StageWish("x" * 121, DUE)):
        with pytest.raises(InvalidInput) as refused:
            put(order, wrong)
        assert list(refused.value.fields) == ["stages.0.title"]
    assert put(order, wish(finish), wish(frame)) == ["finish", "frame"]
    with pytest.raises(actions.WrongState):
        put(move(order, "cancelled", reason="x"), StageWish("late", DUE))


def test_the_pages_show_the_correction_and_the_stages() -> None:
    make_branch()
    order, browser = move(draft(stages=["frame"]), "sent"), log_in(dr_orlova())
    page = browser.get(reverse("lab-order", args=[order.pk])).content.decode()
    assert reverse("lab-order-take-back", args=[order.pk]) in page
    url = reverse("lab-order-take-back", args=[order.pk])
    assert browser.post(url, {"version": order.version, "reason": ""}).status_code == 422
    browser.post(url, {"version": order.version, "reason": "by mistake"})
    page = browser.get(reverse("lab-order", args=[order.pk])).content.decode()
    assert "correction" in page
    assert "by mistake" in page
    url, frame = reverse("lab-order-stages", args=[order.pk]), stages(order)[0]
    form = browser.get(url).context["form"]
    typed = {name: str(form[name].value() or "") for name in form.fields if not name.startswith("remove")}
    browser.post(url, {**typed, "title_new": "finish", f"position_{frame.pk}": "3"})
    assert [stage.title for stage in stages(order)] == ["finish", "frame"]
    stale = browser.post(url, {**typed, f"title_{frame.pk}": "mine"})
    assert stale.status_code == 422
    assert "Stands now: frame" in stale.content.decode()
    assert 'value="mine"' in stale.content.decode()


def test_the_api_takes_back_and_sets_stages() -> None:
    make_branch()
    order, client = move(draft(stages=["frame"]), "sent"), log_in(dr_orlova())
    path = f"/api/v1/lab-orders/{order.pk}"
    refused = client.post(f"{path}/take-back", {"version": 1, "reason": "x"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    taken = client.post(f"{path}/take-back", {"version": order.version, "reason": "x"}, content_type="application/json").json()
    assert taken["state"] == "draft"
    whole = client.get(path).json()
    assert [change["is_correction"] for change in whole["changes"]] == [False, False, True]
    frame = whole["stages"][0]
    body = {"stages": [{"title": "scan", "due_date": str(NOW.date() + timedelta(days=1))}, {**frame, "title": "frame 2"}]}
    made = client.put(f"{path}/stages", body, content_type="application/json")
    assert [stage["title"] for stage in made.json()] == ["scan", "frame 2"]
    stale = client.put(f"{path}/stages", body, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
