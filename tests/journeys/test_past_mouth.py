"""The slider of the chart: a day, a time of it, two days compared, all of them played, and back to now."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from charting import actions
from tests.charting.factories import make_service, patient_petrov, place
from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova

NOON = timezone.localtime(timezone=ZoneInfo("Europe/Moscow")).replace(hour=12, minute=0, second=0, microsecond=0)


WATCH = """() => {
  const date = document.getElementById("timeline-date");
  window.seen = [date.value];
  setInterval(() => { if (window.seen.at(-1) !== date.value) window.seen.push(date.value); }, 10);
}"""
"""Keeps every day that the page shows: a busy machine may look too late for one that stands for a second."""


def day(ago: int) -> str:
    return (NOON - timedelta(days=ago)).date().isoformat()


@pytest.fixture
def chart(page: Page, base_url: str) -> Page:
    """Caries nine days ago, a filling proposed eight days ago, done six days ago, taken back three days ago."""
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
        common: dict[str, Any] = {"patient": patient, "actor": dentist}
        actions.record_finding(kind="caries", tooth=16, surfaces=["O"], at=NOON - timedelta(days=9), **common)
        filling = actions.add_procedure(service=make_service(), places=[place(16, "O")], at=NOON - timedelta(days=8), **common)
        done = actions.perform_procedure(procedure=filling, actor=dentist, at=NOON - timedelta(days=6))
        actions.reverse_performance(performance=done, actor=dentist, at=NOON - timedelta(days=3), reason="wrong tooth")
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    return page


def show(chart: Page, date: str) -> None:
    chart.locator("#timeline-date").fill(date)
    chart.locator("#timeline-date").press("Tab")


def test_the_filling_that_was_taken_back_shows_on_the_days_when_it_stood(chart: Page) -> None:
    page = chart
    tooth = page.locator("[data-tooth='16']").first
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: caries O (finding); Service filling O (proposed).")
    now = tooth.get_attribute("aria-label") or ""

    show(page, day(4))
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: Service filling O (done).")

    show(page, day(3))
    expect(tooth).to_have_attribute("aria-label", now)
    page.locator("#timeline-time").fill("11:59")
    page.locator("#timeline-time").press("Tab")
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: Service filling O (done).")
    expect(page.locator("#past-day")).to_contain_text("11:59")

    page.get_by_role("button", name="Today").click()
    expect(tooth).to_have_attribute("aria-label", now)
    expect(page.locator("#timeline-time")).to_have_value("")


def test_two_days_are_compared_in_words_and_on_the_teeth(chart: Page) -> None:
    show(chart, day(9))
    panel, tooth = chart.locator("#compare"), chart.locator("[data-tooth='16']").first
    expect(panel.locator("li")).to_have_text(["16 O Service filling new: proposed"])
    expect(tooth).to_have_class(re.compile("is-changed"))
    chart.locator("#compare-date").fill(day(5))
    chart.locator("#compare-date").press("Tab")
    expect(panel.locator("li")).to_have_text(["16 O Service filling new: done", "16 O caries no longer there: finding"])
    show(chart, day(8))
    expect(panel.locator("li")).to_have_text(["16 O Service filling now: proposed → done", "16 O caries no longer there: finding"])
    chart.locator("#compare-date").fill(day(8))
    chart.locator("#compare-date").press("Tab")
    expect(panel.locator("li")).to_have_text(["Nothing has changed between these days."])
    expect(tooth).not_to_have_class(re.compile("is-changed"))
    chart.get_by_role("button", name="Today").click()
    expect(panel).to_be_hidden()


def test_the_days_of_change_are_played_until_today(chart: Page) -> None:
    expect(chart.locator("#timeline-days option")).to_have_count(4)
    play = chart.get_by_role("button", name="Play the days on which the chart changed")
    chart.evaluate(WATCH)
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    expect(chart.locator("#chart-page")).to_have_attribute("data-state", "now")
    assert chart.evaluate("window.seen")[1:-1] == [day(9), day(8), day(6)]
    play.click()
    expect(chart.locator("#timeline-date")).to_have_value(day(9))
    chart.get_by_role("button", name="Stop playing").click()
    expect(chart.locator("#chart-page")).to_have_attribute("data-state", "past")


def test_in_the_far_east_yesterday_is_yesterday(page: Page, base_url: str) -> None:
    kamchatka = ZoneInfo("Asia/Kamchatka")
    morning = timezone.localtime(timezone=kamchatka).replace(hour=9, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
        actions.record_finding(
            kind="caries", tooth=16, surfaces=["O"], patient=patient, actor=dentist, at=morning - timedelta(days=9) + timedelta(hours=1)
        )
    context = page.context.browser.new_context(timezone_id="Asia/Kamchatka", locale="en-GB", base_url=base_url)  # type: ignore[union-attr]
    there = context.new_page()
    there.clock.set_fixed_time(morning)
    login_as(there, dentist, base_url)
    there.goto(f"/patients/{patient.pk}/chart/")
    expect(there.locator("#chart-page")).to_have_attribute("data-state", "now")
    show(there, (morning - timedelta(days=1)).date().isoformat())
    expect(there.locator("#chart-page")).to_have_attribute("data-state", "past")
    context.close()
