"""What a mouth can hold, entered by hand: teeth out of place, tests with their numbers, losses with their year, teeth still to come."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from charting.models import Finding
from clinic.patients.models import Patient
from clinic.staff.models import User
from tests.charting.factories import patient_petrov
from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova, make_branch


@pytest.fixture
def dentist() -> User:
    with transaction.atomic():
        return dr_orlova()


@pytest.fixture
def child() -> Patient:
    """A child of nine."""
    with transaction.atomic():
        values = {"last_name": "Сидоров", "first_name": "Миша", "birth_date": date(timezone.localdate().year - 9, 1, 1), "branch": make_branch()}
        return Patient.objects.create(card_number=7109, **values)


@pytest.fixture
def opened(page: Page, base_url: str, dentist: User) -> Callable[[Patient], Page]:
    def opened_for(patient: Patient) -> Page:
        login_as(page, dentist, base_url)
        page.goto(f"/patients/{patient.pk}/chart/")
        expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
        expect(page.locator(".palette-key").first).to_be_visible()
        return page

    return opened_for


@pytest.fixture
def chart(opened: Callable[[Patient], Page]) -> Page:
    with transaction.atomic():
        patient = patient_petrov()
    return opened(patient)


def recorded(chart: Page, count: int) -> list[Finding]:
    """All findings once that many have reached the clinic."""
    for _ in range(300):
        if Finding.objects.count() >= count:
            break
        chart.wait_for_timeout(100)
    return list(Finding.objects.order_by("noted_at", "pk"))


def typed(chart: Page, text: str) -> None:
    chart.locator("#palette-search").fill(text)
    chart.locator("#palette-search").press("Enter")
    expect(chart.locator("#palette-search")).to_have_value("")


def moved(chart: Page, tooth: int, view: str) -> str:
    """What was done to the view of a tooth beyond its place in the row."""
    found = chart.locator(f"[data-tooth='{tooth}'] .{view}").get_attribute("transform") or ""
    return found.partition(") scale(")[2].partition(") ")[2]


def test_teeth_out_of_place_are_typed_and_drawn_so(chart: Page) -> None:
    lines = {"16 drift mesially 3": (16, "drift", "mesial", 3), "13 rotation distally": (13, "rotation", "distal", None)}
    lines |= {"36 tipping lingually 30": (36, "tipping", "lingual", 30), "46 extrusion 4": (46, "extrusion", "", 4)}
    for text in lines:
        typed(chart, text)
    found = recorded(chart, len(lines))
    assert [(row.tooth, row.kind, row.direction, row.amount) for row in found] == list(lines.values())
    expect(chart.locator("#chart-list tbody tr")).to_have_count(4)
    expect(chart.locator("#chart-list")).to_contain_text("drift, mesially, 3 mm")
    assert moved(chart, 16, "facial") == "translate(4.6 0)"
    assert moved(chart, 13, "occlusal").startswith("rotate(-")
    assert moved(chart, 36, "occlusal") == "translate(0 3)"
    assert moved(chart, 46, "facial").startswith("translate(0 6")
    assert moved(chart, 26, "facial") == ""
    expect(chart.locator("[data-tooth='16'] .is-arrow")).to_have_count(1)


def test_a_test_asks_for_its_number_and_takes_a_typed_one(chart: Page) -> None:
    typed(chart, "36 electric 25")
    chart.locator("#palette-search").fill("46 electric pulp test")
    chart.locator(".palette-entry").first.click()
    box = chart.get_by_label("electric pulp test, µA (0–200)")
    expect(box).to_be_focused()
    box.fill("900")
    box.press("Enter")
    expect(box).to_be_visible()
    box.fill("60")
    box.press("Enter")
    expect(chart.locator("#last-entry")).to_contain_text("electric pulp test, 60 µA – 46")
    assert [(row.tooth, row.amount) for row in recorded(chart, 2)] == [(36, 25), (46, 60)]
    chart.locator("#palette-search").fill("45 electric pulp test")
    chart.locator(".palette-entry").first.click()
    chart.get_by_label("electric pulp test, µA (0–200)").press("Escape")
    expect(chart.locator("#palette-slots")).to_be_empty()
    assert Finding.objects.count() == 2


def test_a_loss_has_its_reason_and_its_year(chart: Page) -> None:
    typed(chart, "46 missing extracted 2015")
    typed(chart, "36 missing lost 06.2019")
    assert [(row.tooth, row.severity, row.since) for row in recorded(chart, 2)] == [(46, "extracted", "2015"), (36, "trauma", "2019-06")]
    expect(chart.locator("#chart-list")).to_contain_text("missing tooth, extracted, 2015")


def test_shift_with_a_letter_is_the_surface_of_the_root(chart: Page) -> None:
    chart.locator("[data-tooth='36']").focus()
    for key in ("Shift+V", "o", "1"):
        chart.keyboard.press(key)
    typed(chart, "46 rdrv icdas4")
    assert [(row.tooth, sorted(row.surfaces), row.severity) for row in recorded(chart, 2)] == [
        (36, ["O", "RV"], "medium"),
        (46, ["RD", "RV"], "icdas4"),
    ]
    expect(chart.locator("#chart-list")).to_contain_text("Black class I")


def test_what_the_age_proposes_is_confirmed_and_denied_in_one_stroke(opened: Callable[[Patient], Page], child: Patient) -> None:
    chart = opened(child)
    expect(chart.locator("[data-tooth='17'] .tooth-number")).to_have_text("17?")
    chart.locator("[data-tooth='17']").focus()
    chart.keyboard.press("y")
    expect(chart.locator("[data-tooth='17']")).to_have_class("tooth is-unerupted")
    chart.locator("[data-tooth='27']").focus()
    chart.keyboard.press("n")
    expect(chart.locator("[data-tooth='27'] .tooth-number")).to_have_text("27")
    expect(chart.locator("#last-entry")).to_contain_text("erupted tooth – 27")
    assert [(row.tooth, row.kind) for row in recorded(chart, 2)] == [(17, "unerupted"), (27, "erupted")]
    chart.keyboard.press("Control+z")
    expect(chart.locator("[data-tooth='27'] .tooth-number")).to_have_text("27?")
    chart.locator("[data-tooth='51']").click()
    chart.get_by_role("button", name="It is so").click()
    expect(chart.locator("[data-tooth='51']")).to_have_class("tooth is-missing")
    assert Finding.objects.get(tooth=51).severity == "shed"
