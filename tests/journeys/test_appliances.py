"""Braces, a retainer and a denture put on the chart by hand: one act each, with what every tooth is in it."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from charting.models import ProcedureTooth
from tests.charting.factories import make_finding, make_service, patient_petrov
from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova


@pytest.fixture
def chart(page: Page, base_url: str) -> Page:
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
        for effect in ("braces", "retainer", "denture"):
            make_service(effect, scope="arch")
        for tooth in (35, 36):
            make_finding("missing", tooth, days_ago=9)
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    return page


def type_in(chart: Page, text: str) -> None:
    chart.locator("#palette-search").fill(text)
    chart.locator("#palette-search").press("Enter")
    expect(chart.locator("#palette-search")).to_have_value("")


def roles(effect: str) -> dict[int, str]:
    return dict(ProcedureTooth.objects.filter(procedure__service__chart_effect=effect).values_list("tooth", "role"))


def test_the_teeth_of_an_act_are_what_they_usually_are(chart: Page) -> None:
    type_in(chart, "16-26 service braces")
    expect(chart.locator("[data-tooth='16'] .facial .area")).to_have_count(2)
    expect(chart.locator("[data-tooth='11'] .facial .area")).to_have_count(1)
    expect(chart.locator(".joints path")).to_have_count(1)
    assert roles("braces") == {16: "band", 26: "band"} | dict.fromkeys((15, 14, 13, 12, 11, 21, 22, 23, 24, 25), "bracket")
    type_in(chart, "34-37 service denture")
    expect(chart.locator("[data-tooth='36']")).to_have_class("tooth is-missing is-pontic")
    assert roles("denture") == {34: "clasp", 35: "replaced", 36: "replaced", 37: "clasp"}
    expect(chart.locator("[data-tooth='34']")).to_have_attribute(
        "aria-label", "Tooth 34, first premolar, lower left: Service denture clasp (proposed)."
    )
    type_in(chart, "33-43 service retainer")
    expect(chart.locator("[data-tooth='31'] .lingual .area")).to_have_count(1)
    assert set(roles("retainer").values()) == {"bonded"}


def test_each_tooth_can_be_said_otherwise_before(chart: Page) -> None:
    chart.locator("#palette-search").fill("34-38 service denture")
    chart.get_by_role("button", name="Service denture: Say what each tooth is in it").click()
    expect(chart.locator(".role-line")).to_have_count(5)
    chart.get_by_label("34: what it is in this act").select_option("replaced")
    chart.get_by_label("38: what it is in this act").select_option("")
    chart.locator(".palette-slots").get_by_role("button", name="Save").click()
    expect(chart.locator("#last-entry")).to_contain_text("Service denture")
    expect(chart.locator("[data-tooth='34']")).to_have_class("tooth is-present is-pontic")
    assert roles("denture") == {34: "replaced", 35: "replaced", 36: "replaced", 37: "clasp"}
