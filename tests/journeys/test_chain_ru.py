"""The whole chain in Russian, walked by its people in the browser."""

import pytest
from playwright.sync_api import Page, expect

from clinic.billing import queries as money
from tests.journeys.place import open_the_clinic
from tests.journeys.walk import Walk


@pytest.fixture
def walk(page: Page, base_url: str) -> Walk:
    return Walk(page, open_the_clinic(), base_url)


def test_the_chain(walk: Walk) -> None:
    page = walk.page
    walk.enter_as("admin")
    patient = walk.register("Петрова", "Мария", phone="8 916 123-45-67")
    walk.book(patient)
    walk.enter_as("orlova")
    walk.seat(patient)
    walk.chart(36, "O", "Кариес", "Коронка из диоксида циркония")
    walk.plan("Лечение 36")
    walk.agree()
    walk.sign_contract()
    walk.order_lab_work()
    walk.complete()
    walk.sign_note("Боль от сладкого")
    walk.enter_as("admin")
    walk.pay(patient)
    assert money.balance(patient) == 0
    walk.enter_as("lawyer")
    page.goto(f"/patients/{patient.pk}/history/")
    for who, what in (("Белова", "платёж"), ("Орлова", "приём")):
        expect(page.locator("main")).to_contain_text(who)
        expect(page.locator("main")).to_contain_text(what, ignore_case=True)
