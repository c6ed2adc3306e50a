"""The patient's health: asked at the chair and on the tablet, an alert in the header, a rule that stops an act until a reason is written."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from charting.medical import queries, rule_editing
from charting.medical.interaction_models import InteractionOverride
from clinic.history.context import acting
from clinic.patients.models import Patient
from clinic.staff.actions import context_of
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.charting.medical.factories import asked
from tests.journeys import hands
from tests.staff.factories import dr_orlova, make_user, registrar_belova
from tests.treatment_plans.factories import NOON, agreed, petrov
from treatment_plans.models import Alternative

RULE = {
    "code": "diabetes_filling", "level": "stop", "risks": ["answer:diabetes"], "acts": ["effect:filling"], "source": "ADA 2026",
    "text_ru": "Сахарный диабет: узнайте глюкозу.", "text_fr": "Diabète : mesurez la glycémie.", "text_en": "Diabetes: check the glucose first.",
}  # fmt: skip


@pytest.fixture
def seat() -> tuple[User, Patient, Alternative]:
    with transaction.atomic():
        doctor, boss = dr_orlova(), make_user(Role.MANAGER, username="chief")
        with acting(context_of(doctor, purpose="test")):
            rule_editing.write_rule(details=RULE, actor=boss, at=NOON)
            return doctor, petrov(), agreed("filling")


def answer(page: Page, code: str, value: str) -> None:
    page.locator(f'label:has(input[name="{code}"][value="{value}"])').click()


def test_asked_at_the_chair_and_stopped_before_the_act(page: Page, base_url: str, seat: tuple[User, Patient, Alternative]) -> None:
    doctor, patient, alternative = seat
    hands.login_as(page, doctor, base_url)
    page.goto(f"/patients/{patient.pk}/health/new/?language=en")
    answer(page, "diabetes", "yes")
    page.locator('[name="diabetes__detail"]').fill("type 2")
    page.get_by_role("button", name="“No” to all that is left").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="What matters")).to_be_visible()
    expect(page.locator(".patient-alerts")).to_contain_text("type 2")
    expect(page.get_by_text("Diabetes: check the glucose first.")).to_be_visible()
    page.goto(f"/plans/{alternative.plan_id}/")
    page.get_by_role("button", name="Done", exact=True).click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("ADA 2026")
    panel.get_by_label("Why it is done all the same").fill("5.8 mmol/l this morning")
    panel.get_by_role("button", name="Done all the same").click()
    page.wait_for_url("**/result/")
    assert InteractionOverride.objects.get().reason == "5.8 mmol/l this morning"


def test_the_patient_answers_on_the_tablet_of_the_desk(page: Page, base_url: str, seat: tuple[User, Patient, Alternative]) -> None:
    _doctor, patient, _alternative = seat
    with transaction.atomic():
        desk = registrar_belova()
        asked(patient=patient, actor=dr_orlova(), diabetes="yes")
    hands.login_as(page, desk, base_url)
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"/patients/{patient.pk}/health/new/?for=patient&language=fr")
    expect(page.get_by_text("Questions sur votre santé").first).to_be_visible()
    for question in queries.questions_of(queries.current_questionnaire()):
        if question.kind == "yes_no" and question.code != "smoking":
            answer(page, question.code, "no")
    frame = page.locator("signature-field canvas")
    frame.scroll_into_view_if_needed()
    for height in (0.3, 0.6):
        hands.draw_with_the_mouse(page, hands.scribble(hands.box_of(frame), height))
    page.get_by_role("button", name="Signer").click()
    wrong = page.locator(".health-question:has(.field-error)")
    expect(wrong).to_contain_text("Fumez-vous")
    expect(wrong.locator(".health-detail")).to_be_focused()
    assert page.locator('input[name="asthma"][value="no"]').is_checked(), "what was answered stays"
    answer(page, "smoking", "yes")
    page.get_by_role("button", name="Signer").click()
    expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    signed = queries.latest_history(patient)
    assert signed
    assert (signed.signer_role, signed.language) == ("patient", "fr")
    assert [doubt.code for doubt in queries.open_doubts(patient)] == ["diabetes"]
