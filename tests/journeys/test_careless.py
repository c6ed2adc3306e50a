"""People in a hurry: double clicks, Back after saving or leaving, a lost connection, Escape, a stale tab. Nothing is doubled or lost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Dialog, Page, expect

from charting.models import Performance, Procedure
from clinic.billing.models import Payment
from clinic.patients.models import Patient
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from tests.journeys.hands import login_as
from tests.journeys.screens import no_worker
from tests.patients.factories import petrov
from tests.scheduling.factories import make_chair, make_shift
from tests.staff.factories import PASSWORD, dr_orlova, make_branch, registrar_belova
from tests.treatment_plans import factories as plans

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
    expect(desk.locator("h1").first).to_contain_text("Smirnov")
    desk.go_back()
    expect(desk.locator("[name=last_name]")).to_be_visible()
    desk.locator("[name=last_name]").fill("Smirnov")
    desk.locator("[name=first_name]").fill("Oleg")
    desk.locator("[name=birth_date]").fill("17/05/1980")
    desk.locator("[name=first_name]").press("Enter")
    expect(desk.locator("main")).to_contain_text("may be registered already")
    assert Patient.objects.filter(last_name="Smirnov").count() == 1
    assert not Patient.objects.filter(last_name="Nobody").exists()


@no_worker
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


def test_a_plain_form_waits_for_the_connection(desk: Page) -> None:
    with transaction.atomic():
        patient = petrov()
    desk.goto(f"/patients/{patient.pk}/edit/")
    desk.locator("[name=last_name]").fill("Sidorov")
    desk.context.set_offline(True)
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("#toasts")).to_contain_text(LOST)
    expect(desk.locator("[name=last_name]")).to_have_value("Sidorov")
    desk.context.set_offline(False)
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("h1").first).to_contain_text("Sidorov")


def test_an_appointment_is_booked_once(desk: Page) -> None:
    with transaction.atomic():
        chair = make_chair()
        petrov()
        dentist = dr_orlova()
        midnight = timezone.localtime(timezone.now(), ZoneInfo("Europe/Moscow")).replace(hour=0, minute=0, second=0, microsecond=0)
        make_shift(dentist, midnight, midnight + timedelta(hours=24))
    desk.goto("/diary/")
    panel = desk.locator("#panel")
    desk.keyboard.press("n")
    panel.locator("[name=dentist_id]").select_option(str(dentist.pk))
    panel.locator("[name=chair_id]").select_option(str(chair.pk))
    panel.locator("[name=time]").fill("12:00")
    panel.locator("[name=q]").press_sequentially("Петров", delay=20)
    panel.locator("[data-hits] a").first.click()
    expect(panel.locator("[data-chosen]")).to_contain_text("Петров")
    panel.get_by_role("button", name="Book").dblclick()
    expect(panel).to_be_hidden()
    expect(desk.locator(".diary-card")).to_have_count(1)
    assert Appointment.objects.count() == 1


def test_back_after_logging_out_shows_nobody(desk: Page) -> None:
    with transaction.atomic():
        patient = petrov()
    desk.goto(f"/patients/{patient.pk}/")
    expect(desk.locator("h1").first).to_contain_text("Петров")
    desk.locator("form[action$='/logout/'] button").evaluate("button => button.click()")
    expect(desk.locator("[name=username]")).to_be_visible()
    desk.go_back()
    expect(desk.locator("[name=username]")).to_be_visible()
    assert "Петров" not in desk.content()


@pytest.fixture
def chair(page: Page, base_url: str) -> Page:
    """The dentist's browser."""
    with transaction.atomic():
        dentist = dr_orlova(make_branch())
    login_as(page, dentist, base_url)
    return page


def test_a_line_is_added_once(chair: Page) -> None:
    with transaction.atomic():
        plan = plans.plan_with("crown")
        plans.service("filling")
        plans.procedure("hygiene", tooth=None)
    chair.goto(plan.get_absolute_url())
    lines = chair.locator("[data-item]")
    chair.locator(".plan-proposals button").first.dblclick()
    expect(lines).to_have_count(2)
    chair.locator("#adder-teeth").fill("36 O")
    chair.locator("#adder-q").press_sequentially("Filling", delay=20)
    chair.locator("#adder-found button").first.dblclick()
    expect(lines).to_have_count(3)
    chair.reload()
    expect(lines).to_have_count(3)
    assert Procedure.objects.count() == 3


def test_what_was_typed_for_a_line_stays_when_it_is_refused(chair: Page) -> None:
    with transaction.atomic():
        plan = plans.plan_with("crown")
        plans.service("filling")
    chair.goto(plan.get_absolute_url())
    chair.locator("#adder-teeth").fill("19 O")
    chair.locator("#adder-q").press_sequentially("Filling", delay=20)
    chair.locator("#adder-found button").first.click()
    expect(chair.locator("#toasts [role=alert]")).to_contain_text("19")
    expect(chair.locator("#adder-teeth")).to_have_value("19 O")
    chair.locator("#adder-teeth").fill("36 O")
    chair.locator("#adder-found button").first.click()
    expect(chair.locator("[data-item]")).to_have_count(2)


def test_a_line_is_done_once(chair: Page) -> None:
    with transaction.atomic():
        plan = plans.agreed("crown").plan
    chair.goto(plan.get_absolute_url())
    chair.locator("form[hx-post$='/complete/'] button").dblclick()
    expect(chair.locator("[data-item] .state-done")).to_be_visible()
    expect(chair.locator("#panel .timeline > li").first).to_be_visible()
    chair.wait_for_load_state("networkidle")
    assert Performance.objects.count() == 1


def test_a_field_with_a_style_of_its_own_is_replaced_without_a_complaint(chair: Page) -> None:
    with transaction.atomic():
        patient = petrov()
    chair.goto(f"/patients/{patient.pk}/plans/")
    title = chair.locator("#panel [name=title]")
    for _time in range(2):
        chair.keyboard.press("n")
        expect(title).to_be_focused()
        title.evaluate("field => field.style.setProperty('caret-color', 'auto')")
        chair.keyboard.press("Escape")
        expect(chair.locator("#panel")).to_be_hidden()


def test_a_stale_tab_is_told_keeps_its_words_and_takes_nothing_back(desk: Page) -> None:
    """What differs is shown; what the stale tab never touched follows what was saved meanwhile."""
    with transaction.atomic():
        patient = petrov()
    stale = desk.context.new_page()
    for tab in (desk, stale):
        tab.goto(f"/patients/{patient.pk}/edit/")
    desk.locator("[name=last_name]").fill("First")
    desk.locator("[name=city]").fill("Antibes")
    desk.locator("[name=birth_date]").fill("18/05/1980")
    desk.get_by_role("button", name="Save", exact=True).dblclick()
    expect(desk.locator("h1").first).to_contain_text("First")
    stale.locator("[name=last_name]").fill("Second")
    stale.get_by_role("button", name="Save", exact=True).click()
    expect(stale.locator("main")).to_contain_text("changed")
    expect(stale.locator("main tbody")).to_contain_text("First")
    expect(stale.locator("[name=last_name]")).to_have_value("Second")
    expect(stale.locator("[name=city]")).to_have_value("Antibes")
    expect(stale.locator("[name=birth_date]")).to_have_value("18/05/1980")
    patient.refresh_from_db()
    assert patient.last_name == "First"
    stale.get_by_role("button", name="Save", exact=True).click()
    expect(stale.locator("h1").first).to_contain_text("Second")
    patient.refresh_from_db()
    assert (patient.last_name, patient.city) == ("Second", "Antibes")


def test_a_stale_panel_shows_both_and_keeps_its_words(desk: Page) -> None:
    """What somebody else wrote stands beside what was typed; saving again is then a choice."""
    with transaction.atomic():
        patient = petrov()
    stale = desk.context.new_page()
    for tab in (desk, stale):
        tab.goto(f"/patients/{patient.pk}/")
        tab.get_by_role("link", name="Edit", exact=True).first.click()
        expect(tab.locator("#panel [name=last_name]")).to_be_visible()
    for tab, name in ((desk, "First"), (stale, "Second")):
        tab.locator("#panel [name=last_name]").fill(name)
        tab.locator("#panel button.btn-primary").click()
        expect(tab.locator("h1").first if tab is desk else tab.locator("#panel tbody")).to_contain_text("First")
    expect(stale.locator("#panel tbody")).to_contain_text("Second")
    expect(stale.locator("#panel [name=last_name]")).to_have_value("Second")
    stale.locator("#panel button.btn-primary").click()
    expect(stale.locator("h1").first).to_contain_text("Second")


EXPIRED = "You were logged out. Log in again in another tab; what you typed is kept here."


def end_sessions() -> None:
    """The twelve hours are over."""
    with transaction.atomic():
        Session.objects.all().delete()


def log_in_elsewhere(page: Page, user: User) -> None:
    """By name and password, in another tab."""
    with transaction.atomic():
        user.set_password(PASSWORD)
        user.save()
    tab = page.context.new_page()
    tab.goto("/login/")
    tab.locator("[name=username]").fill(user.username)
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("[name=password]").press("Enter")
    expect(tab.locator("#main")).to_be_visible()
    tab.close()


def fill_in_registration(page: Page) -> None:
    page.goto("/patients/new/")
    page.locator("[name=last_name]").fill("Smirnov")
    page.locator("[name=first_name]").fill("Oleg")
    page.locator("[name=birth_date]").fill("17/05/1980")


def test_a_registration_outlives_the_session(desk: Page) -> None:
    fill_in_registration(desk)
    end_sessions()
    register = desk.get_by_role("button", name="Register", exact=True)
    register.click()
    expect(desk.locator("#toasts")).to_contain_text(EXPIRED)
    expect(desk.locator("[name=last_name]")).to_have_value("Smirnov")
    log_in_elsewhere(desk, registrar_belova())
    register.click()
    expect(desk.locator("h1").first).to_contain_text("Smirnov")
    assert Patient.objects.filter(last_name="Smirnov").count() == 1


def test_a_payment_outlives_the_session(desk: Page) -> None:
    with transaction.atomic():
        patient = petrov()
    desk.goto(f"/patients/{patient.pk}/money/")
    panel = desk.locator("#panel")
    desk.keyboard.press("n")
    panel.locator("[name=amount]").fill("1500")
    end_sessions()
    panel.locator("button.btn-primary").click()
    expect(desk.locator("#toasts")).to_contain_text(EXPIRED)
    expect(panel.locator("[name=amount]")).to_have_value("1500")
    log_in_elsewhere(desk, registrar_belova())
    panel.locator("button.btn-primary").click()
    expect(panel).to_be_hidden()
    assert Payment.objects.get().amount == 1500


def test_what_one_person_typed_is_not_saved_by_another(desk: Page) -> None:
    fill_in_registration(desk)
    end_sessions()
    log_in_elsewhere(desk, dr_orlova())
    desk.get_by_role("button", name="Register", exact=True).click()
    expect(desk.locator("#toasts")).to_contain_text("Somebody else has logged in here since.")
    expect(desk.locator("[name=last_name]")).to_have_value("Smirnov")
    assert not Patient.objects.exists()


@no_worker
def test_a_failure_of_the_clinic_leaves_the_form(desk: Page) -> None:
    fill_in_registration(desk)
    desk.route("**/patients/new/", lambda route: route.fulfill(status=413, body="down"), times=1)
    register = desk.get_by_role("button", name="Register", exact=True)
    register.click()
    expect(desk.locator("#toasts")).to_contain_text("Something went wrong on our side.")
    expect(desk.locator("[name=last_name]")).to_have_value("Smirnov")
    register.click()
    expect(desk.locator("h1").first).to_contain_text("Smirnov")


def test_a_refused_form_stands_with_its_words_and_says_where(desk: Page) -> None:
    fill_in_registration(desk)
    desk.locator("[name=birth_date]").fill("31/02/1980")
    desk.locator("[name=address]").fill("Arbat 1")
    desk.get_by_role("button", name="Register", exact=True).click()
    wrong = desk.locator("[name=birth_date]")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(desk.locator("[name=address]")).to_have_value("Arbat 1")
    wrong.fill("17/05/1980")
    desk.get_by_role("button", name="Register", exact=True).click()
    expect(desk.locator("h1").first).to_contain_text("Smirnov")


def test_leaving_typed_words_is_asked_about(desk: Page) -> None:
    desk.goto("/patients/")
    fill_in_registration(desk)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.evaluate("() => history.back()")
    desk.wait_for_timeout(700)
    expect(desk.locator("[name=last_name]")).to_have_value("Smirnov")
    assert asked == ["beforeunload"]
