"""The whole chain in Russian, walked by its people in the browser: on the desk's laptop, and by finger on a tablet."""

import pytest
from playwright.sync_api import Page, expect

from clinic.billing import queries as money
from clinic.patients.models import Patient
from tests.journeys.place import open_the_clinic
from tests.journeys.screens import on_the_laptop_and_at_night_on_the_tablet
from tests.journeys.walk import Walk

CROWN, FILLING = "Коронка из диоксида циркония", "Пломба композит, две поверхности"
INSURER, PROGRAMME = "СПАО «Север-Мед»", "СПАО «Север-Мед», ДМС «Стандарт»"


@pytest.fixture
def walk(page: Page, base_url: str, *, has_touch: bool) -> Walk:
    return Walk(page, open_the_clinic(), base_url, has_touch=has_touch)


@on_the_laptop_and_at_night_on_the_tablet
def test_the_chain(walk: Walk) -> None:
    walk.enter_as("manager")
    walk.cover(INSURER, "prosthetics", percent="50", at_most="10000")
    patient = come(walk)
    examine_and_agree(walk, patient)
    treat(walk)
    settle(walk, patient)
    read_back(walk, patient)


def come(walk: Walk) -> Patient:
    """Registered, insured, booked."""
    walk.enter_as("admin")
    patient = walk.register("Петрова", "Мария", phone="8 916 123-45-67")
    walk.insure(PROGRAMME, number="ДМС-77-001")
    walk.book(patient)
    if not walk.has_touch:
        walk.move(patient, 20)
        walk.resize(patient, -15)
    return patient


def examine_and_agree(walk: Walk, patient: Patient) -> None:
    """Seated, charted, diagnosed, planned with an alternative, chosen, contracted and consented."""
    walk.enter_as("orlova")
    walk.seat(patient)
    walk.find(36, "O", "Кариес")
    walk.diagnose(36, "O", "K02.1")
    walk.propose(36, "O", CROWN)
    walk.plan("Лечение 36")
    walk.offer_instead("Пломба", FILLING, "36 MO")
    walk.agree(CROWN)
    alternatives = walk.page.locator(".plan-alternatives a")
    expect(alternatives.filter(has_text="Пломба").locator(".state-rejected")).to_be_visible()
    expect(walk.page.locator(".plan-items tfoot")).to_contain_text("10 000,00")
    walk.sign_contract()
    walk.sign_consents()


def treat(walk: Walk) -> None:
    """Sent to the laboratory and back, done with materials, charge and claim, written down and signed."""
    walk.order_lab_work()
    told = walk.complete()
    for words in ("партия", "36 000,00", "10 000,00"):
        expect(told).to_contain_text(words)
    walk.leave_panel()
    walk.sign_note("Боль от сладкого")


def settle(walk: Walk, patient: Patient) -> None:
    """The insurer gets the register, the patient pays the rest."""
    walk.enter_as("admin")
    walk.claim(INSURER)
    expect(walk.page.locator("main tbody")).to_contain_text("Петрова")
    expect(walk.page.locator("main tfoot")).to_contain_text("10 000,00")
    walk.pay(patient)
    assert money.balance(patient) == 0


def read_back(walk: Walk, patient: Patient) -> None:
    """The lawyer reads who did it."""
    walk.enter_as("lawyer")
    walk.page.goto(f"/patients/{patient.pk}/history/")
    for who, what in (("Белова", "платёж"), ("Орлова", "приём")):
        expect(walk.page.locator("main")).to_contain_text(who)
        expect(walk.page.locator("main")).to_contain_text(what, ignore_case=True)
