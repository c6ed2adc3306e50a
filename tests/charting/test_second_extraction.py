"""A tooth is proposed for extraction once; a second extraction is asked about, and belongs to another alternative."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from charting import actions
from charting.models import Combination, Finding, Procedure
from clinic.lib.ids import uuid7
from clinic.price_list.models import Service
from tests.charting.factories import NOW, make_code, make_procedure, make_service, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in
from tests.treatment_plans import factories as plans
from treatment_plans import actions as planning
from treatment_plans.models import Item

pytestmark = pytest.mark.django_db
JSON = "application/json"


def surgical() -> Service:
    """Another service that extracts."""
    values = {
        "title_ru": "Сложное удаление",
        "title_en": "Surgical extraction",
        "category": "surgery",
        "chart_effect": "extraction",
        "scope": "tooth",
    }
    return Service.objects.get_or_create(code="surgical", defaults=values)[0]


def add(**values: Any) -> Procedure:
    asked: dict[str, Any] = {
        "patient": patient_petrov(),
        "service": make_service("extraction"),
        "places": [place(16)],
        "actor": dr_orlova(),
        "at": NOW,
    }
    return actions.add_procedure(**{**asked, **values})


@pytest.mark.parametrize("state", ["proposed", "planned", "in_progress"])
def test_a_second_extraction_is_asked_about(state: str) -> None:
    standing = add(state="planned" if state == "in_progress" else state)
    if state == "in_progress":
        actions.change_procedure_state(procedure=standing, state=state, actor=dr_orlova(), at=NOW)
    with pytest.raises(actions.AlreadyProposed, match=r"16 Service extraction"):
        add(service=surgical(), state="planned")
    add(service=surgical(), state="planned", again=True)
    assert Procedure.objects.count() == 2


def test_what_is_no_second_extraction_of_the_tooth_is_not_asked_about() -> None:
    first = add()
    add(places=[place(17)])
    add(service=make_service("crown"))
    add(state="referred")
    actions.change_procedure_state(procedure=first, state="cancelled", actor=dr_orlova(), at=NOW)
    add(service=surgical())
    assert Procedure.objects.count() == 5


def test_the_same_key_is_no_second_extraction() -> None:
    key = uuid7()
    assert add(id=key) == add(id=key)


def test_page_and_programs_are_asked_by_the_same_code() -> None:
    browser, path, key = log_in(dr_orlova()), f"/api/v1/patients/{patient_petrov().pk}", str(uuid7())
    sent = {"id": key, "service": str(surgical().pk), "teeth": [{"tooth": 16}]}
    add()
    refused = browser.post(f"{path}/procedures", sent, JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_proposed")
    assert refused.json()["message"].startswith("This tooth is to be extracted already: 16 ")
    assert browser.post(f"{path}/procedures", {**sent, "again": True}, JSON).json()["id"] == key


def test_a_gesture_that_proposes_it_is_asked_about_and_records_nothing() -> None:
    make_code("K02.1")
    add()
    gesture = Combination.objects.filter(kind="caries", severity="deep").get()
    Combination.objects.filter(pk=gesture.pk).update(effect="extraction", service=None)
    path = f"/api/v1/patients/{patient_petrov().pk}/combined-entries"
    sent = {"combination": str(gesture.pk), "tooth": 16, "surfaces": ["O"]}
    assert log_in(dr_orlova()).post(path, sent, JSON).json()["code"] == "already_proposed"
    assert not Finding.objects.exists()
    assert log_in(dr_orlova()).post(path, {**sent, "again": True}, JSON).status_code == 201


def test_an_alternative_extracts_a_tooth_once_and_another_may_too() -> None:
    first = plans.plan_with("crown").alternatives.get()
    other = planning.add_alternative(plan_id=first.plan_id, title="Б", summary="", actor=dr_orlova(), at=plans.NOON)
    asked: dict[str, Any] = {"service": plans.service("extraction"), "places": [place(46)], "actor": dr_orlova(), "at": plans.NOON}
    line = planning.add_service(alternative_id=first.pk, **asked)
    with pytest.raises(actions.AlreadyProposed):
        planning.add_service(alternative_id=first.pk, **asked)
    planning.add_service(alternative_id=other.pk, **asked)
    with pytest.raises(actions.AlreadyProposed):
        planning.add_item(alternative_id=other.pk, procedure=line.procedure, actor=dr_orlova(), at=plans.NOON)
    assert make_procedure("filling", place(16, "O")).state == "proposed"


def test_the_database_takes_one_extraction_of_a_tooth_into_an_alternative() -> None:
    alternative = plans.plan_with("crown").alternatives.get()
    asked: dict[str, Any] = {"service": plans.service("extraction"), "actor": dr_orlova(), "at": plans.NOON}
    line = planning.add_service(alternative_id=alternative.pk, places=[place(46)], **asked)
    second, elsewhere = (add(service=surgical(), patient=line.patient, places=[place(tooth)], again=True) for tooth in (46, 47))
    with pytest.raises(IntegrityError, match="extracts tooth 46"), transaction.atomic():
        _another(line, second).save(force_insert=True)
    _another(line, elsewhere).save(force_insert=True)
    planning.cancel_item(item_id=line.pk, reason="Later", actor=dr_orlova(), at=plans.NOON)
    _another(line, second).save(force_insert=True)
    assert alternative.items.filter(cancelled_at=None, procedure__service=surgical()).count() == 2


def _another(line: Item, procedure: Procedure) -> Item:
    """The same line for another procedure, as a hand at the database would write it."""
    values = {field.attname: getattr(line, field.attname) for field in Item._meta.concrete_fields}
    return Item(**{**values, "id": uuid7(), "procedure_id": procedure.pk})
