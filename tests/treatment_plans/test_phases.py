"""Phases of an open alternative: named, put in order; what has no title is called by its number in the reader's language."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, StaleVersion
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import NOON, accept, first_item, petrov, plan_with, service
from treatment_plans import actions
from treatment_plans.models import Alternative, Phase

pytestmark = pytest.mark.django_db


def phased(*titles: str) -> tuple[Alternative, list[Phase]]:
    """A draft whose first phase is called Лечение, and these after it."""
    alternative = plan_with("filling").alternatives.get()
    for title in titles:
        actions.add_phase(alternative_id=alternative.pk, title=title, actor=dr_orlova(), at=NOON)
    return alternative, list(alternative.phases.order_by("position"))


def order(alternative: Alternative) -> list[str]:
    return [phase.title for phase in alternative.phases.order_by("position")]


@pytest.mark.parametrize(("index", "place", "wanted"), [(2, 1, ["C", "Лечение", "B"]), (0, 2, ["B", "Лечение", "C"]), (1, 2, ["Лечение", "B", "C"])])
def test_it_moves_a_phase_to_a_place(index: int, place: int, wanted: list[str]) -> None:
    alternative, phases = phased("B", "C")
    actions.move_phase(phase_id=phases[index].pk, position=place, actor=dr_orlova(), at=NOON)
    assert order(alternative) == wanted
    assert [phase.position for phase in alternative.phases.order_by("position")] == [1, 2, 3]


@pytest.mark.parametrize("place", [0, 4])
def test_it_refuses_a_place_that_is_not_there(place: int) -> None:
    alternative, phases = phased("B", "C")
    with pytest.raises(InvalidInput):
        actions.move_phase(phase_id=phases[0].pk, position=place, actor=dr_orlova(), at=NOON)
    assert order(alternative) == ["Лечение", "B", "C"]


def test_it_renames_a_phase_that_nobody_changed_since() -> None:
    alternative, phases = phased()
    version = phases[0].version
    renamed = actions.rename_phase(phase_id=phases[0].pk, version=version, title=" Хирургия ", actor=dr_orlova(), at=NOON)
    assert (renamed.title, renamed.version) == ("Хирургия", version + 1)
    with pytest.raises(StaleVersion):
        actions.rename_phase(phase_id=phases[0].pk, version=version, title="Другое", actor=dr_orlova(), at=NOON)
    assert order(alternative) == ["Хирургия"]


def test_what_was_presented_is_a_draft_again_and_a_decided_one_stands() -> None:
    alternative, phases = phased("B")
    actions.present(alternative_id=alternative.pk, actor=dr_orlova(), at=NOON)
    actions.move_phase(phase_id=phases[1].pk, position=1, actor=dr_orlova(), at=NOON)
    alternative.refresh_from_db()
    assert alternative.state == "draft"
    accept(alternative)
    with pytest.raises(actions.AlternativeDecided):
        actions.move_phase(phase_id=phases[0].pk, position=1, actor=dr_orlova(), at=NOON)
    with pytest.raises(actions.AlternativeDecided):
        actions.rename_phase(phase_id=phases[0].pk, version=phases[0].version, title="x", actor=dr_orlova(), at=NOON)


def test_an_empty_phase_is_taken_out_and_the_history_keeps_it() -> None:
    alternative, phases = phased("B", "C")
    actions.remove_phase(phase_id=phases[1].pk, version=phases[1].version, actor=dr_orlova(), at=NOON)
    assert order(alternative) == ["Лечение", "C"]
    assert [phase.position for phase in alternative.phases.order_by("position")] == [1, 2]
    gone = Event.objects.get(tbl="treatment_plans_phase", pk_text=str(phases[1].pk), op="D")
    assert gone.patient_id == alternative.patient_id


def test_a_phase_with_lines_stays_and_so_does_the_only_one() -> None:
    alternative, phases = phased("B")
    with pytest.raises(actions.PhaseNeeded):
        actions.remove_phase(phase_id=phases[0].pk, version=phases[0].version, actor=dr_orlova(), at=NOON)
    with pytest.raises(StaleVersion):
        actions.remove_phase(phase_id=phases[1].pk, version=phases[1].version + 1, actor=dr_orlova(), at=NOON)
    cancelled = actions.cancel_item(item_id=first_item(alternative).pk, reason="", actor=dr_orlova(), at=NOON)
    actions.remove_phase(phase_id=phases[0].pk, version=phases[0].version, actor=dr_orlova(), at=NOON)
    cancelled.refresh_from_db()
    assert (order(alternative), cancelled.phase) == (["B"], None)
    last = alternative.phases.get()
    with pytest.raises(actions.PhaseNeeded):
        actions.remove_phase(phase_id=last.pk, version=last.version, actor=dr_orlova(), at=NOON)


def test_a_phase_of_a_decided_alternative_stays_for_the_database_too() -> None:
    alternative, phases = phased("B")
    accept(alternative)
    with pytest.raises(actions.AlternativeDecided):
        actions.remove_phase(phase_id=phases[1].pk, version=phases[1].version, actor=dr_orlova(), at=NOON)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        phases[1].delete()


@pytest.mark.parametrize(
    ("language", "names"), [("ru", ("Вариант 1", "Этап 1")), ("fr", ("Option 1", "Phase 1")), ("en", ("Alternative 1", "Phase 1"))]
)
def test_it_is_called_by_its_number_in_the_language_of_the_reader(language: str, names: tuple[str, str]) -> None:
    with translation.override("fr"):
        plan = actions.create_plan(patient=petrov(), branch=make_branch(), title="Лечение", dentist=dr_orlova(), actor=dr_orlova(), at=NOON)
    alternative = plan.alternatives.get()
    with translation.override(language):
        assert (alternative.label, alternative.phases.get().label) == names


def test_the_page_offers_order_while_the_alternative_is_open() -> None:
    browser = log_in(dr_orlova(make_branch()))
    alternative, phases = phased("B")
    address = alternative.plan.get_absolute_url()
    shown = browser.get(address).content.decode()
    assert "Move “B” up" in shown
    assert "Move “B” down" not in shown
    assert "Take out “B”" in shown
    assert "Take out “Лечение”" not in shown
    browser.post(reverse("phase-place", args=[phases[1].pk]), {"position": 1})
    assert order(alternative) == ["B", "Лечение"]
    version = Phase.objects.get(pk=phases[1].pk).version
    browser.post(reverse("phase-edit", args=[phases[1].pk]), {"version": version, "title": "Гигиена"})
    assert order(alternative) == ["Гигиена", "Лечение"]
    assert browser.post(reverse("phase-place", args=[phases[1].pk]), {"position": 9}).status_code == 422
    accept(alternative)
    assert "Move “" not in browser.get(address).content.decode()


def test_the_api_orders_phases_and_moves_lines() -> None:
    browser: Client = log_in(dr_orlova(make_branch()))
    alternative, phases = phased()
    made = browser.post(f"/api/v1/alternatives/{alternative.pk}/phases", {"title": ""}, content_type="application/json")
    assert (made.status_code, made.json()["label"], made.json()["position"]) == (201, "Phase 2", 2)
    key = made.json()["id"]
    assert browser.post(f"/api/v1/phases/{key}/place", {"position": 1}, content_type="application/json").json()["position"] == 1
    version = Phase.objects.get(pk=key).version
    renamed = browser.put(f"/api/v1/phases/{key}", {"version": version, "title": "Гигиена"}, content_type="application/json")
    assert renamed.json()["label"] == "Гигиена"
    item = first_item(alternative)
    moved = browser.post(f"/api/v1/items/{item.pk}/place", {"phase": key, "visit_number": 2}, content_type="application/json")
    assert (moved.json()["phase"], moved.json()["visit_number"]) == (key, 2)
    stale = browser.put(f"/api/v1/phases/{key}", {"version": version, "title": "x"}, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    spare = browser.post(f"/api/v1/alternatives/{alternative.pk}/phases", {"title": "x"}, content_type="application/json").json()["id"]
    assert browser.delete(f"/api/v1/phases/{spare}?version={Phase.objects.get(pk=spare).version}").status_code == 204
    assert browser.delete(f"/api/v1/phases/{key}?version={Phase.objects.get(pk=key).version}").json()["code"] == "phase_needed"
    desk = log_in(make_user(Role.ADMINISTRATOR, branch=make_branch()))
    assert desk.post(f"/api/v1/phases/{phases[0].pk}/place", {"position": 1}, content_type="application/json").status_code == 403


def test_a_service_without_a_french_title_is_printed_in_a_script_the_reader_knows() -> None:
    act = service("crown")
    assert [act.title_in(language) for language in ("fr", "en", "ru")] == ["Crown", "Crown", "Восстановление зуба коронкой"]
    act.title_en, act.title_fr = "", "Couronne"
    assert [act.title_in(language) for language in ("fr", "en")] == ["Couronne", "Couronne"]
    act.title_fr = ""
    assert act.title_in("fr") == "Восстановление зуба коронкой"
