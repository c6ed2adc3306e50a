"""The map of the mouth: a region by pointer and by key, a finding with its size, and back to the teeth."""

from django.db import transaction
from playwright.sync_api import Page, expect

from charting.models import Finding
from tests.charting.factories import patient_petrov
from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova


def test_a_region_takes_a_finding_by_pointer_and_by_key(page: Page, base_url: str) -> None:
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    page.get_by_role("button", name="Mucosa").click()
    expect(page.locator("#arch")).to_be_hidden()
    page.locator("[data-site='palate_hard']").click()
    page.locator(".mucosa-form select").select_option("ulcer")
    page.get_by_label("Size, mm").fill("7")
    page.get_by_label("In words: edges, colour, pain").fill("ровные края")
    page.get_by_role("button", name="Put on the chart").click()
    expect(page.locator("[data-site='palate_hard']")).to_have_attribute("aria-label", "hard palate: ulcer, 7 mm")
    expect(page.locator("#chart-list")).to_contain_text("hard palate")
    page.locator("[data-site='palate_hard']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-site='palate_soft']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".mucosa-form select")).to_be_focused()
    page.locator(".mucosa-form select").select_option("leukoplakia")
    page.get_by_label("Size, mm").press("Enter")
    expect(page.locator("#last-entry")).to_contain_text("leukoplakia – soft palate")
    page.get_by_role("button", name="Mucosa").click()
    expect(page.locator("#arch")).to_be_visible()
    page.locator("#palette-search").fill("overjet -2")
    page.locator("#palette-search").press("Enter")
    expect(page.locator("#last-entry")).to_contain_text("overjet, -2 mm")
    found = list(Finding.objects.order_by("noted_at", "pk").values_list("kind", "site", "amount", "tooth"))
    assert found == [("ulcer", "palate_hard", 7, None), ("leukoplakia", "palate_soft", None, None), ("overjet", "", -2, None)]
