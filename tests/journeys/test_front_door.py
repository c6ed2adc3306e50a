"""The browser reaches the clinic, and the libraries it needs are there."""

from django.db import transaction
from playwright.sync_api import Page, expect

from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova, make_branch


def test_a_visitor_is_led_to_the_login_page(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("User name")).to_be_visible()
    assert "/login" in page.url


def test_a_dentist_comes_in(page: Page, base_url: str) -> None:
    with transaction.atomic():
        dentist = dr_orlova(make_branch())
    login_as(page, dentist, base_url)
    page.goto("/")
    expect(page.locator("body")).to_contain_text("Orlova")


def test_browser_libraries_are_modules_without_outside_addresses(page: Page, base_url: str) -> None:
    with transaction.atomic():
        dentist = dr_orlova(make_branch())
    login_as(page, dentist, base_url)
    page.goto("/api/v1/openapi.json")
    for library, name in (("signature-pad", "default"),):
        assert page.evaluate(f"import('/static/vendor/{library}/index.js').then(module => typeof module['{name}'])") == "function"


def test_the_api_describes_itself(page: Page) -> None:
    page.goto("/api/v1/docs")
    page.locator("#operations-tag-patients").click()
    expect(page.locator("#operations-patients-list_patients")).to_be_visible()
    page.locator("#operations-patients-register_patient").get_by_role("button").first.click()
    expect(page.locator("#operations-patients-register_patient")).to_contain_text("Idempotency-Key")
