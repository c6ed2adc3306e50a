"""Whoever may not read a patient's orders does not write them either."""

import json
from typing import Any

import pytest
from django.utils import timezone

from clinic.staff.models import Branch
from clinic.staff.roles import Role
from lab_orders.models import LabOrder, LabStage
from tests.lab_orders.test_actions import draft
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


def test_a_stranger_is_asked_for_a_reason_before_every_write() -> None:
    order = draft()
    stage = LabStage.objects.get_or_create(order=order, patient_id=order.patient_id, position=9, title="Waxing", due_date=timezone.now().date())[0]
    far = Branch.objects.create(name="Far", legal_entity=make_branch().legal_entity, time_zone="Europe/Moscow", currency="RUB")
    stranger = log_in(make_user(Role.DENTIST, branch=far, username="far"))
    path = f"/api/v1/lab-orders/{order.pk}"
    due, version = {"due_date": str(order.due_date)}, {"version": order.version}
    described = {"lab": str(order.lab_id), **due, "shade": "", "material": "", "instructions": ""}
    procedures = [str(key) for key in order.items.values_list("procedure_id", flat=True)]
    asked: list[tuple[Any, str, dict[str, Any]]] = [
        (stranger.put, path, {**described, **version}),
        (stranger.post, f"{path}/state", {**version, "state": "sent", "reason": "x"}),
        (stranger.post, f"{path}/take-back", {**version, "reason": "x"}),
        (stranger.put, f"{path}/stages", {"stages": []}),
        (stranger.post, f"/api/v1/lab-stages/{stage.pk}/done", {}),
        (stranger.post, "/api/v1/lab-orders", {**described, "procedures": procedures, "stages": []}),
    ]
    answers = [ask(address, json.dumps(said), content_type="application/json") for ask, address, said in asked]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "reason_required")] * len(asked)
    order.refresh_from_db()
    assert (order.state, order.version, LabOrder.objects.count()) == ("draft", version["version"], 1)
    assert stranger.post(f"/lab/stages/{stage.pk}/done/").status_code == 403
