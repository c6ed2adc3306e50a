"""The slider of the chart: a day, a time of it, and back to now."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from charting import actions
from tests.charting.factories import make_service, patient_petrov, place
from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova


def test_the_filling_that_was_taken_back_shows_on_the_days_when_it_stood(page: Page, base_url: str) -> None:
    noon = timezone.localtime(timezone=ZoneInfo("Europe/Moscow")).replace(hour=12, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
        common: dict[str, Any] = {"patient": patient, "actor": dentist}
        actions.record_finding(kind="caries", tooth=16, surfaces=["O"], at=noon - timedelta(days=9), **common)
        filling = actions.add_procedure(service=make_service(), places=[place(16, "O")], at=noon - timedelta(days=8), **common)
        done = actions.perform_procedure(procedure=filling, actor=dentist, at=noon - timedelta(days=6))
        actions.reverse_performance(performance=done, actor=dentist, at=noon - timedelta(days=3), reason="wrong tooth")
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    tooth = page.locator("[data-tooth='16']").first
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: caries O (finding); Service filling O (proposed).")
    now = tooth.get_attribute("aria-label") or ""

    page.locator("#timeline-date").fill((noon - timedelta(days=4)).date().isoformat())
    page.locator("#timeline-date").press("Tab")
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: Service filling O (done).")

    page.locator("#timeline-date").fill((noon - timedelta(days=3)).date().isoformat())
    page.locator("#timeline-date").press("Tab")
    expect(tooth).to_have_attribute("aria-label", now)
    page.locator("#timeline-time").fill("11:59")
    page.locator("#timeline-time").press("Tab")
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: Service filling O (done).")
    expect(page.locator("#past-day")).to_contain_text("11:59")

    page.get_by_role("button", name="Today").click()
    expect(tooth).to_have_attribute("aria-label", now)
    expect(page.locator("#timeline-time")).to_have_value("")
