"""A supernumerary tooth found, charted by hand and by key, and taken back."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from charting.models import Finding
from tests.charting.factories import patient_petrov
from tests.journeys.hands import box_of, login_as
from tests.staff.factories import dr_orlova


@pytest.fixture
def chart(page: Page, base_url: str) -> Page:
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    return page


def type_in(chart: Page, text: str) -> None:
    chart.locator("#palette-search").fill(text)
    chart.locator("#palette-search").press("Enter")
    expect(chart.locator("#palette-search")).to_have_value("")


def test_one_is_put_beside_its_neighbour_and_charted_like_any_other(chart: Page) -> None:
    type_in(chart, "11 supernumerary mesially")
    extra = chart.locator("[data-tooth='111']")
    name = "Tooth 11S, supernumerary, beside: central incisor, upper right"
    expect(extra).to_have_attribute("aria-label", f"{name}: supernumerary tooth, mesially (finding).")
    middle = box_of(extra)["x"]
    assert box_of(chart.locator("[data-tooth='11']"))["x"] < middle < box_of(chart.locator("[data-tooth='21']"))["x"]
    chart.locator("[data-tooth='11']").focus()
    chart.keyboard.press("ArrowRight")
    expect(extra).to_be_focused()
    chart.keyboard.press("m")
    chart.keyboard.press("2")
    expect(extra.locator(".facial .layer-condition")).not_to_have_count(0)
    type_in(chart, "11s extrusion 3")
    extra.click()
    expect(chart.locator("#selected-title")).to_contain_text("11S")
    expect(chart.locator("#story .story-entry")).to_have_count(3)
    found = list(Finding.objects.order_by("noted_at", "pk").values_list("tooth", "kind", "surfaces"))
    assert found == [(111, "supernumerary", []), (111, "caries", ["M"]), (111, "extrusion", [])]


def test_undone_it_is_drawn_no_more(chart: Page) -> None:
    type_in(chart, "36 supernumerary lingually")
    extra = chart.locator("[data-tooth='136']")
    expect(extra).to_be_visible()
    chart.locator("#last-entry").get_by_role("button").click()
    expect(extra).to_have_count(0)
    expect(chart.locator("#last-entry")).to_contain_text("Undone")
