"""Indices at the chair: the screening by six keys, a finger on the pad, a cut line."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from charting import actions as charting
from charting.indices.models import OralIndex
from charting.perio.figures import SEXTANTS
from clinic.patients.models import Patient
from clinic.staff.models import User
from tests.charting.factories import NOW, patient_petrov
from tests.journeys.hands import Keys, login_as
from tests.journeys.screens import no_worker, on_both_screens
from tests.staff.factories import dr_orlova

Seat = tuple[User, Patient]


@pytest.fixture
def seat() -> Seat:
    with transaction.atomic():
        return dr_orlova(), patient_petrov()


def score(page: Page, base_url: str, seat: Seat, kind: str) -> None:
    """From the chart's button to the sheet of one index."""
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    page.get_by_role("link", name="Indices").click()
    page.locator(f"#{kind}").get_by_role("link", name="Score").click()
    expect(page.locator(".index-place").first).to_be_visible()


@on_both_screens
def test_a_screening_takes_seven_strokes_and_proposes_an_exam(page: Page, base_url: str, seat: Seat, *, has_touch: bool) -> None:
    score(page, base_url, seat, "bpe")
    keys, codes = Keys(page), "310204"
    if has_touch:
        for code in codes:
            page.locator(f"#index-pad [data-does='{code}']").tap()
        page.locator("#index-keep").tap()
    else:
        keys.press(*codes, "Enter")
        assert keys.count == 7
    expect(page.locator("#bpe")).to_contain_text("A full periodontal exam is proposed")
    expect(page.locator("#bpe")).to_contain_text("3 1 0 / 2 0 4")
    assert OralIndex.objects.get().scores == dict(zip(SEXTANTS, codes, strict=True))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Begin an exam").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")


def test_codes_are_corrected_starred_and_spare_sextants_skipped(page: Page, base_url: str, seat: Seat) -> None:
    with transaction.atomic():
        for tooth in (24, 25, 26):
            charting.record_finding(patient=seat[1], kind="missing", tooth=tooth, actor=seat[0], at=NOW)
    score(page, base_url, seat, "bpe")
    Keys(page).press("1", "7", "3", "Backspace", "2", "Shift+Digit8", "0", "0", "1", "Enter")
    expect(page.locator("#bpe")).to_contain_text("1 2* X / 0 0 1")


@no_worker
def test_an_index_waits_for_a_cut_line_and_is_kept_once(page: Page, base_url: str, seat: Seat) -> None:
    score(page, base_url, seat, "ohis")
    page.route("**/api/v1/patients/*/indices", lambda route: route.abort("internetdisconnected"))
    Keys(page).press(*"121210", *"010100", "Enter")
    expect(page.locator("#index-told")).to_contain_text("Not sent yet: it is kept on this device")
    page.unroute("**/api/v1/patients/*/indices")
    expect(page.locator("#ohis .index-value")).to_contain_text("1.5", timeout=20_000)
    assert OralIndex.objects.count() == 1


def test_what_cannot_be_is_told_and_stays_to_be_mended(page: Page, base_url: str, seat: Seat) -> None:
    score(page, base_url, seat, "ohis")
    Keys(page).press("1", "Enter")
    expect(page.locator("#index-told")).to_contain_text("at least two index teeth")
    expect(page.locator(".index-place b").first).to_have_text("1")
    Keys(page).press(*"11111", *"000000", "Enter")
    expect(page.locator("#ohis .index-value")).to_contain_text("1")
    assert OralIndex.objects.count() == 1


def test_an_unkept_sheet_outlives_the_browser_and_bears_the_time_of_its_last_score(page: Page, base_url: str, seat: Seat) -> None:
    with transaction.atomic():
        Patient.objects.filter(pk=seat[1].pk).update(created_at=timezone.now() - timedelta(days=30))
    score(page, base_url, seat, "ohis")
    Keys(page).press(*"121210")
    expect(page.locator("#index-left")).to_contain_text("6")
    scored = timezone.now()
    page.wait_for_timeout(1000)
    address = page.url
    page.close()
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator(".index-place b").first).to_have_text("1")
    expect(again.locator("#index-left")).to_contain_text("6")
    again.context.set_offline(True)
    Keys(again).press(*"010100", "Enter")
    expect(again.locator("#index-told")).to_contain_text("Not sent yet")
    again.wait_for_timeout(3000)
    again.context.set_offline(False)
    expect(again.locator("#ohis .index-value")).to_contain_text("1.5", timeout=20_000)
    index = OralIndex.objects.get()
    assert timedelta(0) < index.taken_at - scored < index.created_at - scored - timedelta(seconds=2)
    again.goto(address)
    expect(again.locator("#index-left")).to_contain_text("12")


def test_a_sheet_is_cleared(page: Page, base_url: str, seat: Seat) -> None:
    score(page, base_url, seat, "ohis")
    Keys(page).press("1", "2")
    page.reload()
    expect(page.locator(".index-place b").first).to_have_text("1")
    page.get_by_role("button", name="Clear the sheet").click()
    expect(page.locator(".index-place b").first).to_have_text("·")
    page.reload()
    expect(page.locator("#index-left")).to_contain_text("12")
    expect(page.get_by_role("button", name="Clear the sheet")).to_be_hidden()


def test_a_child_is_screened_by_six_teeth(page: Page, base_url: str, seat: Seat) -> None:
    with transaction.atomic():
        Patient.objects.filter(pk=seat[1].pk).update(birth_date=timezone.now().date() - timedelta(days=365 * 9 + 10))
    score(page, base_url, seat, "sbpe")
    expect(page.locator("#index-digits button")).to_have_count(3)
    Keys(page).press("2", "4", "x", "0", "0", "1", "0", "Enter")
    expect(page.locator("#sbpe")).to_contain_text("2 X 0 / 0 1 0")
    assert OralIndex.objects.get().scores == {"16": "2", "11": "X", "26": "0", "46": "0", "31": "1", "36": "0"}
