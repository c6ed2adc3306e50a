"""A line that joins an agreed plan."""

from django.db import transaction
from playwright.sync_api import Page, expect

from tests.journeys.hands import login_as
from tests.journeys.screens import on_the_tablet
from tests.staff.factories import dr_orlova
from tests.treatment_plans.factories import agreed, service


@on_the_tablet
def test_a_line_is_added_by_an_addendum_without_seeking_it_below_the_page(page: Page, base_url: str) -> None:
    with transaction.atomic():
        alternative, dentist = agreed(*["filling"] * 6), dr_orlova()
        service("extraction")
    login_as(page, dentist, base_url)
    page.goto(f"/plans/{alternative.plan_id}/")
    page.get_by_text("Add a line by an addendum").click()
    expect(page.get_by_label("Teeth")).to_be_focused()
    page.keyboard.type("36")
    page.keyboard.press("Tab")
    page.keyboard.type("extr")
    found = page.locator("#adder-found button").first
    expect(found).to_contain_text("Extraction")
    expect(found).to_be_in_viewport(ratio=1)
    found.tap()
    expect(page.get_by_text("1 line is not signed for yet")).to_be_visible()
    expect(page.locator("tr[data-item]").last).to_contain_text("not signed")
