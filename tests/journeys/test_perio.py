"""A periodontal exam alone at the chair: counted keys, signs, a cut line, two screens on one exam, a finger, closing."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, Route, expect

from charting import actions as charting
from charting import teeth
from charting.perio import actions, rules
from charting.perio.models import PerioExam, PerioTooth
from clinic.history.context import acting
from clinic.patients.models import Patient
from clinic.staff.actions import context_of
from clinic.staff.models import User
from tests.charting.factories import NOW, patient_petrov
from tests.journeys.hands import Keys, login_as
from tests.journeys.screens import on_both_screens
from tests.staff.factories import dr_orlova

ZIGZAG = ((teeth.UPPER_ROW, "V", 1), (teeth.UPPER_ROW, "L", -1), (teeth.LOWER_ROW, "V", 1), (teeth.LOWER_ROW, "L", -1))


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """No copies of pages: a load that fails here fails."""
    return {**browser_context_args, "service_workers": "block"}


@pytest.fixture
def seat() -> tuple[User, Patient]:
    with transaction.atomic():
        return dr_orlova(), patient_petrov()


def begin(page: Page, base_url: str, seat: tuple[User, Patient]) -> PerioExam:
    """From the chart's button to an empty exam."""
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    page.get_by_role("link", name="Periodontal exams").click()
    page.get_by_role("button", name="Begin an exam").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")
    return PerioExam.objects.get()


def places(absent: frozenset[int] = frozenset()) -> list[tuple[int, str]]:
    """Sites in the order of the path, worked out apart from the page's own script."""
    found = []
    for row, side, way in ZIGZAG:
        line = [
            (tooth, site)
            for tooth in row
            if tooth not in absent
            for site in ((f"D{side}", side, f"M{side}") if teeth.TEETH[tooth].is_right else (f"M{side}", side, f"D{side}"))
        ]
        found += line[::way]
    return found


def saved(exam: PerioExam, column: str) -> dict[tuple[int, str], int | None]:
    rows = PerioTooth.objects.filter(exam=exam)
    return {(row.tooth, site): value for row in rows for site, value in zip(rules.SITES, getattr(row, column), strict=True)}


def all_sent(page: Page) -> None:
    expect(page.locator("#perio-unsent")).to_be_hidden()
    expect(page.locator("#perio-saved")).not_to_have_attribute("hidden", "")


def test_192_sites_take_192_keys(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    keys, depths = Keys(page), [place * 7 % 9 + 1 for place in range(192)]
    keys.press(*map(str, depths))
    expect(page.locator("#perio-count")).to_have_text("192 / 192")
    all_sent(page)
    assert keys.count <= 200
    assert saved(exam, "depths") == dict(zip(places(), depths, strict=True))


def test_depths_and_margins_take_384_keys(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    page.get_by_label("How it is measured").click()
    page.get_by_label("Measured at each site").select_option("both")
    page.locator("#perio-sheets").focus()
    keys, depths, margins = Keys(page), [place * 7 % 10 for place in range(192)], [place * 3 % 10 for place in range(192)]
    for depth, margin in zip(depths, margins, strict=True):
        keys.press(str(depth), str(margin))
    all_sent(page)
    assert keys.count <= 400
    assert saved(exam, "depths") == dict(zip(places(), depths, strict=True))
    assert saved(exam, "margins") == dict(zip(places(), margins, strict=True))


def test_absent_teeth_are_skipped_and_hands_can_correct(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        charting.record_finding(patient=seat[1], kind="missing", tooth=18, actor=seat[0], at=NOW)
    exam = begin(page, base_url, seat)
    keys = Keys(page)
    expect(page.locator("#perio-here")).to_have_text("17 DV")
    keys.press("3", "b", "Shift+2", "p", "Backspace", "5", "m", "2", "f", "1", "Space", "4", "s")
    all_sent(page)
    row = PerioTooth.objects.get(exam=exam, tooth=17)
    assert dict(zip(rules.SITES, row.depths, strict=True)) == {"DV": 3, "V": 5, "MV": None, "ML": None, "L": None, "DL": None}
    assert (row.bleeding, row.plaque, row.mobility, row.furcation_v) == (["DV"], ["V"], 2, 1)
    sixteen = PerioTooth.objects.get(exam=exam, tooth=16)
    assert (sixteen.depths[rules.SITES.index("DV")], sixteen.suppuration) == (4, ["DV"])
    keys.press("Control+z", "Control+z")
    all_sent(page)
    sixteen.refresh_from_db()
    assert (sixteen.depths[rules.SITES.index("DV")], sixteen.suppuration) == (None, [])
    page.locator("[data-site='46 L']").click()
    keys.press("7")
    all_sent(page)
    assert saved(exam, "depths")[46, "L"] == 7


def test_a_cut_line_loses_nothing(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    keys = Keys(page)
    keys.press(*"333333")
    all_sent(page)
    page.route("**/entries", lambda route: route.abort("internetdisconnected"))
    keys.press(*"454545")
    expect(page.locator("#perio-unsent")).to_contain_text("Not sent yet: 6")
    expect(page.locator("#perio-unsent")).to_contain_text("Nothing was lost")
    page.unroute("**/entries")
    keys.press(*"21")
    all_sent(page)
    assert [saved(exam, "depths")[place] for place in places()[:14]] == [3, 3, 3, 3, 3, 3, 4, 5, 4, 5, 4, 5, 2, 1]


def test_what_the_server_refuses_is_told_and_taken_off_the_sheet(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    with acting(context_of(seat[0])), transaction.atomic():
        PerioExam.objects.filter(pk=exam.pk).update(absent=[17])
    Keys(page).press(*"3334")
    expect(page.get_by_role("alert").filter(has_text="Tooth 17 is not in the mouth")).to_contain_text("Not taken: 17 DV · Depth 4")
    all_sent(page)
    assert {place: value for place, value in saved(exam, "depths").items() if value is not None} == {(18, "DV"): 3, (18, "V"): 3, (18, "MV"): 3}


def test_two_screens_on_one_site_are_asked(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    with acting(context_of(seat[0])):
        actions.record_entries(exam=exam, entries=[actions.Sent(rules.Entry(18, "depth", "DV", 6))], actor=seat[0])
    Keys(page).press("4")
    asked = page.get_by_role("alert").filter(has_text="18 DV")
    expect(asked).to_contain_text("somebody measured here meanwhile")
    assert saved(exam, "depths")[18, "DV"] == 6
    asked.get_by_role("button", name="Write 4").click()
    all_sent(page)
    assert saved(exam, "depths")[18, "DV"] == 4


def test_a_failed_load_is_no_empty_exam(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)

    def cut(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route(f"**/api/v1/perio-exams/{exam.pk}", cut)
    page.reload()
    expect(page.get_by_text("The exam could not be loaded. This is not an empty exam.")).to_be_visible()
    page.unroute(f"**/api/v1/perio-exams/{exam.pk}")
    page.get_by_role("button", name="Load again").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")


@on_both_screens
def test_a_finger_measures_concludes_and_closes(page: Page, base_url: str, seat: tuple[User, Patient], *, has_touch: bool) -> None:
    exam = begin(page, base_url, seat)

    def tap(name: str) -> None:
        button = page.locator(f"#perio-pad [data-does='{name}']")
        button.tap() if has_touch else button.click()

    for name in ("number 6", "flag bleeding", "number 10", "back", "number 5"):
        tap(name)
    all_sent(page)
    assert (saved(exam, "depths")[18, "DV"], saved(exam, "depths")[18, "V"]) == (6, 5)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(page.locator("#conclusion")).to_contain_text("margins")
    page.get_by_label("Cigarettes a day").fill("12")
    page.get_by_label("Stage").select_option("III")
    page.get_by_role("button", name="Save the conclusion").click()
    expect(page.get_by_text("The conclusion is saved.")).to_be_visible()
    expect(page.get_by_label("Cigarettes a day")).to_have_value("12")
    page.get_by_role("link", name="Close the exam").click()
    expect(page.locator("#panel")).to_contain_text("2 of 192 sites are measured")
    page.locator("#panel").get_by_role("button", name="Close the exam").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "closed")
    expect(page.locator("#perio-pad")).to_have_count(0)
    exam.refresh_from_db()
    assert (exam.stage, exam.cigarettes_a_day, exam.closed_by) == ("III", 12, seat[0])
