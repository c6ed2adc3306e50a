"""Other boards than the American one: a Russian layout types no Latin letter, on AZERTY letters stand elsewhere and digits need no Shift."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from charting.models import Finding
from charting.perio.models import PerioExam
from clinic.patients.models import Patient
from clinic.staff.models import User
from tests.charting.factories import patient_petrov
from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova

PRESS = """([key, code, held]) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", {key, code, shiftKey: held === "Shift", ctrlKey: held === "Control", bubbles: true, cancelable: true}))"""


@pytest.fixture
def seat() -> tuple[User, Patient]:
    with transaction.atomic():
        return dr_orlova(), patient_petrov()


def press(page: Page, key: str, code: str, held: str = "") -> None:
    """What a board with another layout says: the sign it types, and the place of the key."""
    page.evaluate(PRESS, [key, code, held])


@pytest.fixture
def chart(page: Page, base_url: str, seat: tuple[User, Patient]) -> Page:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    page.locator("[data-tooth='16']").focus()
    return page


def all_recorded(page: Page, count: int) -> list[tuple[int | None, str, bool]]:
    for _try in range(100):
        if Finding.objects.count() >= count:
            break
        page.wait_for_timeout(100)
    return [(row.tooth, "".join(row.surfaces), row.in_error_at is not None) for row in Finding.objects.order_by("pk")]


def test_the_chart_on_azerty(chart: Page) -> None:
    press(chart, "m", "Semicolon")
    press(chart, ",", "KeyM")
    press(chart, "d", "KeyD")
    expect(chart.locator("#selected-title")).to_contain_text("16")
    press(chart, "&", "Digit1")
    expect(chart.locator("#last-entry")).to_contain_text("16 MD")
    assert all_recorded(chart, 1) == [(16, "MD", False)]
    chart.locator("[data-tooth='16']").focus()
    press(chart, "w", "KeyZ", "Control")
    press(chart, "z", "KeyW", "Control")
    expect(chart.locator("#last-entry")).to_contain_text("Undone")
    assert Finding.objects.get().in_error_at is not None
    chart.locator("[data-tooth='16']").focus()
    press(chart, "q", "KeyA")
    expect(chart.locator(".tooth[aria-selected='true']")).to_have_count(8)
    press(chart, "-", "Digit6")
    expect(chart.locator("#zoom-level")).to_have_text("100 %")


def test_the_chart_in_a_russian_layout(chart: Page) -> None:
    press(chart, "ь", "KeyM")
    press(chart, "щ", "KeyO")
    press(chart, "1", "Digit1")
    expect(chart.locator("#last-entry")).to_contain_text("16 MO")
    assert all_recorded(chart, 1) == [(16, "MO", False)]
    chart.locator("[data-tooth='16']").focus()
    press(chart, "я", "KeyZ", "Control")
    expect(chart.locator("#last-entry")).to_contain_text("Undone")
    press(chart, "я", "KeyZ", "Control")
    expect(chart.locator("[data-toasts], .toast").first).to_contain_text("Nothing was entered here")


def test_the_keys_of_pages_in_a_russian_layout(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    login_as(page, seat[0], base_url)
    page.goto("/patients/")
    press(page, "а", "KeyF")
    expect(page.locator("#q")).to_be_focused()
    page.locator("body").click()
    page.evaluate("document.activeElement.blur()")
    press(page, "?", "Digit7", "Shift")
    expect(page.locator("dialog[open]")).to_contain_text("Keys")


@pytest.mark.parametrize("key", [("m", "Semicolon"), ("ь", "KeyM")])
def test_mobility_is_entered_on_every_board(page: Page, base_url: str, seat: tuple[User, Patient], key: tuple[str, str]) -> None:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/perio/")
    page.get_by_role("button", name="Begin an exam").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")
    page.locator("#perio-sheets").focus()
    press(page, *key)
    press(page, "2", "Digit2")
    exam = PerioExam.objects.get()
    for _try in range(100):
        if exam.teeth.exists():
            break
        page.wait_for_timeout(100)
    assert [(row.tooth, row.mobility) for row in exam.teeth.all()] == [(18, 2)]
