"""The map of the mouth: a region by pointer and by key, a finding with its size, and back to the teeth."""

import re

from django.db import transaction
from playwright.sync_api import Page, expect

from charting import sites
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
    page.locator("#mucosa-open").click()
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
    page.locator("#mucosa-open").click()
    expect(page.locator("#arch")).to_be_visible()
    page.locator("#palette-search").fill("overjet -2")
    page.locator("#palette-search").press("Enter")
    expect(page.locator("#last-entry")).to_contain_text("overjet, -2 mm")
    found = list(Finding.objects.order_by("noted_at", "pk").values_list("kind", "site", "amount", "tooth"))
    assert found == [("ulcer", "palate_hard", 7, None), ("leukoplakia", "palate_soft", None, None), ("overjet", "", -2, None)]


def test_the_mucosa_is_charted_by_keys_alone(page: Page, base_url: str) -> None:
    """By the number of the region and a code, by a digit on the map, once more by R, by a code whose region is asked for; and taken back."""
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator("#palette-list")).to_contain_text("Findings")
    search = page.locator("#palette-search")
    search.fill(f"M{sites.NUMBERS['tongue_left']} ulc 5")
    search.press("Enter")
    expect(page.locator("#last-entry")).to_contain_text("ulcer, 5 mm – left edge of the tongue")
    expect(search).to_have_value("")
    page.locator("#arch [tabindex='0']").first.focus()
    page.keyboard.press("u")
    expect(page.locator("[data-site='lip_upper']")).to_be_focused()
    expect(page.locator("#palette-keys")).to_contain_text("leukoplakia")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("3")
    expect(page.locator("#last-entry")).to_contain_text("leukoplakia – upper vestibule")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("r")
    expect(page.locator("[data-site='gingiva_1']")).to_have_attribute("aria-label", re.compile(": leukoplakia$"))
    page.keyboard.press("Escape")
    expect(page.locator("#arch")).to_be_visible()
    expect(page.locator("#palette-keys")).to_contain_text("caries")
    page.keyboard.press("r")
    expect(page.locator("#mucosa")).to_be_visible()
    page.keyboard.press("Escape")
    search.fill("swe")
    search.press("Enter")
    expect(page.locator("#mucosa")).to_be_visible()
    page.locator("[data-site='palate_hard']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#last-entry")).to_contain_text("hard palate")
    expect(page.locator("[data-site='palate_hard']")).to_have_attribute("aria-label", "hard palate: swelling")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-site='palate_hard']")).to_have_attribute("aria-label", "hard palate")
    expect(page.locator("#chart-list")).not_to_contain_text("hard palate")
    expect(page.locator("#last-entry")).to_contain_text("Undone")
    found = list(Finding.objects.order_by("noted_at", "pk").values_list("kind", "site", "amount", "in_error_at"))
    assert [row[:3] for row in found] == [
        ("ulcer", "tongue_left", 5),
        ("leukoplakia", "vestibule_upper", None),
        ("leukoplakia", "gingiva_1", None),
        ("swelling", "palate_hard", None),
    ]
    assert [row[3] is None for row in found] == [True, True, True, False]


def test_the_key_of_the_map_opens_it_wherever_one_stands_on_the_page(page: Page, base_url: str) -> None:
    """Not the change of the person, which is what the key means on other pages."""
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    page.keyboard.press("u")
    expect(page.locator("[data-site='lip_upper']")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#arch")).to_be_visible()
