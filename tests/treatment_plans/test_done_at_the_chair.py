"""Done, as the chart sends it: by the procedure, once however often it is sent, at its own time; what warns is read before."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from charting.medical import rule_editing
from charting.medical.interaction_models import InteractionRule, InteractionWarning
from charting.models import Performance
from clinic.billing.models import Charge
from clinic.history.models import Event
from clinic.patients import actions as patients
from clinic.patients.models import Alert, Patient
from clinic.staff.roles import Role
from tests.charting.medical.test_interactions import DETAILS
from tests.staff.factories import dr_orlova, log_in, make_user
from tests.treatment_plans.factories import NOON, agreed, first_item, petrov, procedure
from tests.treatment_plans.test_completion import norm
from treatment_plans.models import Item

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova())


@pytest.fixture
def line() -> Item:
    item = first_item(agreed("filling"))
    Patient.objects.update(created_at=timezone.now() - timedelta(days=30))
    return item


def done(dentist: Client, item: Item, **said: Any) -> Any:
    return dentist.post(f"/api/v1/procedures/{item.procedure_id}/complete", said, content_type=JSON)


def warned(level: str = "warn") -> InteractionRule:
    """Fillings call for care with diabetes, which Petrov has."""
    boss = make_user(Role.MANAGER, username="chief")
    details = {**DETAILS, "level": level, "acts": ["effect:filling"], "risks": ["alert:diabetes"]}
    rule = rule_editing.write_rule(details=details, actor=boss, at=NOON)
    patients.record_alert(alert=Alert(patient=petrov(), kind="diabetes", severity="warning"), actor=dr_orlova(), at=NOON)
    return rule


def test_what_was_done_without_the_clinic_bears_its_time_and_money_bears_the_arrival(dentist: Client, line: Item) -> None:
    then, key = timezone.now() - timedelta(minutes=45), str(uuid4())
    first = done(dentist, line, id=key, entered_at=then.isoformat()).json()
    assert first["performance"] == key
    assert done(dentist, line, id=key, entered_at=then.isoformat()).json() == first
    assert abs(Performance.objects.get().performed_at - then) < timedelta(seconds=5)
    assert timezone.now() - Charge.objects.get().posted_at < timedelta(minutes=1)
    again = done(dentist, line, id=str(uuid4()))
    assert (again.status_code, again.json()["code"]) == (409, "already_completed")


def test_a_refusal_leaves_nothing_and_says_where_it_is_mended(dentist: Client, line: Item) -> None:
    norm()
    key = str(uuid4())
    assert done(dentist, line, id=key).json()["code"] == "out_of_stock"
    assert not Performance.objects.exists()
    lone = procedure("hygiene", tooth=None)
    refused = dentist.post(f"/api/v1/procedures/{lone.pk}/complete", {}, content_type=JSON).json()
    assert (refused["code"], refused["link"]) == ("not_agreed", f"{reverse('plans', args=[petrov().pk])}?procedure={lone.pk}")


def test_a_warning_is_read_before_the_act_and_that_it_was_stays(dentist: Client, line: Item) -> None:
    rule = warned()
    refused = done(dentist, line).json()
    assert (refused["code"], refused["fields"]) == ("precautions_unread", {f"precautions.{rule.pk}": rule.text})
    assert refused["link"] == reverse("item-override", args=[line.pk])
    assert not Performance.objects.exists()
    assert done(dentist, line, precautions=[str(rule.pk)]).status_code == 200
    kept = InteractionWarning.objects.get()
    assert (kept.rule, kept.performance, kept.read_by) == (rule, Performance.objects.get(), dr_orlova())
    assert "Latex" in dentist.get(reverse("patient-health", args=[petrov().pk])).content.decode()


def test_a_stop_asks_for_its_reason_and_leads_to_the_place_where_it_is_given(dentist: Client, line: Item) -> None:
    warned("stop")
    refused = done(dentist, line).json()
    assert (refused["code"], refused["link"]) == ("interaction_stop", reverse("item-override", args=[line.pk]))
    assert done(dentist, line, override_reason="сахар 6,1").status_code == 200
    assert not InteractionWarning.objects.exists()


def test_the_panel_shows_the_warning_and_what_was_not_shown_was_not_read(dentist: Client, line: Item) -> None:
    rule = warned()
    panel = reverse("item-override", args=[line.pk])
    assert str(rule.pk) in dentist.get(panel).content.decode()
    shown = Event.objects.filter(op="V", tbl="precautions", patient_id=petrov().pk).latest("id")
    assert shown.body == {"rules": ["latex"]}
    assert dentist.post(panel, {"read": str(uuid4())}).status_code == 422
    assert not Performance.objects.exists()
    assert dentist.post(panel, {"read": str(rule.pk)})["Location"] == reverse("item-result", args=[line.pk])
    assert InteractionWarning.objects.get().rule == rule


def test_only_those_who_complete_may(line: Item) -> None:
    assistant = log_in(make_user(Role.ASSISTANT, username="helper"))
    assert done(assistant, line).status_code == 403
    assert done(log_in(make_user(Role.ACCOUNTANT, username="books")), line).status_code == 403
