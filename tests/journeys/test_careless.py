"""People in a hurry: double clicks, Back after saving, a lost connection, Escape, a stale tab. Nothing is doubled, nothing is lost."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from clinic.billing.models import Payment
from clinic.patients.models import Patient
from tests.journeys.hands import login_as
from tests.patients.factories import petrov
from tests.staff.factories import make_branch, registrar_belova

LOST = "The clinic did not answer. Nothing you typed was lost; try again."


@pytest.fixture
def desk(page: Page, base_url: str) -> Page:
    """The registrar's browser."""
    with transaction.atomic():
        make_branch()
        registrar = registrar_belova()
    login_as(page, registrar, base_url)
    return page


def test_a_patient_is_registered_once(desk: Page) -> None:
    desk.goto("/patients/")
    desk.get_by_role("link", name="Register a patient").first.click()
    desk.locator("[name=last_name]").fill("Nobody")
    desk.reload()
    desk.locator("[name=last_name]").fill("Smirnov")
    desk.locator("[name=first_name]").fill("Oleg")
    desk.locator("[name=birth_date]").fill("17/05/1980")
    desk.locator("[name$='-0-value']").fill("8 916 123-45-67")
    desk.get_by_role("button", name="Register", exact=True).dblclick()
    expect(desk.locator("h1")).to_contain_text("Smirnov")
    desk.go_back()
    expect(desk.locator("[name=last_name]")).to_be_visible()
    desk.locator("[name=last_name]").fill("Smirnov")
    desk.locator("[name=first_name]").fill("Oleg")
    desk.locator("[name=birth_date]").fill("17/05/1980")
    desk.locator("[name=first_name]").press("Enter")
    expect(desk.locator("main")).to_contain_text("may be registered already")
    assert Patient.objects.filter(last_name="Smirnov").count() == 1
    assert not Patient.objects.filter(last_name="Nobody").exists()


def test_a_payment_is_taken_once(desk: Page) -> None:
    with transaction.atomic():
        patient = petrov()
    desk.goto(f"/patients/{patient.pk}/money/")
    panel = desk.locator("#panel")
    desk.keyboard.press("n")
    panel.locator("[name=amount]").fill("1500")
    panel.locator("[name=method][value=card]").check()
    desk.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    desk.get_by_role("link", name="Take a payment").first.click()
    expect(panel).to_be_visible()
    expect(panel.locator("[name=amount]")).to_have_value("1500")
    desk.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    panel.locator("button.btn-primary").click()
    expect(desk.locator("#toasts")).to_contain_text(LOST)
    expect(panel.locator("[name=amount]")).to_have_value("1500")
    desk.unroute("**/*")
    panel.locator("button.btn-primary").dblclick()
    expect(panel).to_be_hidden()
    desk.wait_for_load_state("networkidle")
    assert Payment.objects.count() == 1


def test_a_stale_tab_is_told_and_keeps_its_words(desk: Page) -> None:
    with transaction.atomic():
        patient = petrov()
    stale = desk.context.new_page()
    for tab in (desk, stale):
        tab.goto(f"/patients/{patient.pk}/edit/")
    desk.locator("[name=last_name]").fill("First")
    desk.get_by_role("button", name="Save", exact=True).dblclick()
    expect(desk.locator("h1")).to_contain_text("First")
    stale.locator("[name=last_name]").fill("Second")
    stale.get_by_role("button", name="Save", exact=True).click()
    expect(stale.locator("main")).to_contain_text("changed")
    expect(stale.locator("[name=last_name]")).to_have_value("Second")
    patient.refresh_from_db()
    assert patient.last_name == "First"
