"""Searching for a patient in a browser: hits appear while typing, and no name comes into an address."""

from django.db import transaction
from playwright.sync_api import Page, expect

from tests.journeys.hands import login_as
from tests.patients.factories import petrov
from tests.staff.factories import make_branch, registrar_belova


def test_names_are_sent_in_the_body(page: Page, base_url: str) -> None:
    with transaction.atomic():
        petrov()
        clerk = registrar_belova(make_branch())
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    login_as(page, clerk, base_url)
    page.goto("/")
    page.locator("#search").press_sequentially("Petrov")
    expect(page.locator("#search-results a")).to_contain_text("Петров Иван")
    page.goto("/patients/")
    page.locator("#q").fill("Petrov")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value("Petrov")
    expect(page.get_by_role("link", name="Петров Иван")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.goto("/till/")
    page.locator("#till-q").press_sequentially("Petrov")
    expect(page.locator("#till-found")).to_contain_text("Петров Иван")
    assert not [address for address in addresses if "etrov" in address]
