"""Charting a mouth by keyboard, by typed places, by pulling and by a finger: keys are counted, what is drawn is what is recorded."""

import pytest
from django.core.signals import request_started
from django.db import transaction
from playwright.sync_api import Page, expect

from charting import actions, teeth
from charting.models import Finding
from clinic.patients.models import Patient
from clinic.staff.models import Notation, User
from tests.charting.factories import NOW, patient_petrov
from tests.journeys.hands import Keys, box_of, drag, login_as
from tests.staff.factories import dr_orlova

FULL_MOUTH = [number for row in (teeth.UPPER_ROW, teeth.LOWER_ROW) for number in row if number % 10 != 8]
MOST_KEYS = 160


@pytest.fixture
def seat() -> tuple[User, Patient]:
    """A dentist, and a patient without third molars."""
    with transaction.atomic():
        dentist, patient = dr_orlova(), patient_petrov()
        for tooth in (18, 28, 38, 48):
            actions.record_finding(patient=patient, kind="missing", severity="", tooth=tooth, surfaces=(), actor=dentist, at=NOW)
    return dentist, patient


@pytest.fixture
def chart(page: Page, base_url: str, seat: tuple[User, Patient]) -> Page:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    return page


def recorded() -> list[tuple[int | None, str, str, str]]:
    found = Finding.objects.exclude(tooth__in=(18, 28, 38, 48)).order_by("noted_at", "pk")
    return [(row.tooth, "".join(row.surfaces), row.kind, row.severity) for row in found]


def all_sent(chart: Page, count: int) -> None:
    """Wait until what is drawn at once has reached the clinic."""
    for _ in range(300):
        if len(recorded()) >= count:
            return
        chart.wait_for_timeout(200)


def line(chart: Page, text: str) -> None:
    """Type into the palette and put it on the chart."""
    chart.locator("#palette-search").fill(text)
    chart.locator("#palette-search").press("Enter")
    expect(chart.locator("#palette-search")).to_have_value("")


def test_a_first_exam_of_28_teeth_with_40_findings_takes_few_keys(chart: Page) -> None:
    chart.get_by_role("button", name="Tooth by tooth").click()
    chart.locator("[data-tooth='17']").focus()
    keys, wanted = Keys(chart), []
    for place, tooth in enumerate(FULL_MOUTH):
        has_two, biting = place % 7 < 3, "i" if tooth % 10 <= 3 else "o"
        if has_two:
            keys.press("v", "Shift+9")
            wanted.append((tooth, "V", "caries", "initial"))
        keys.press(biting, "d", "1")
        wanted.append((tooth, f"{biting.upper()}D", "caries", "medium"))
    expect(chart.locator("#chart-list tbody tr")).to_have_count(len(wanted) + 4)
    all_sent(chart, len(wanted))
    assert len(wanted) == 40
    assert recorded() == wanted
    assert keys.count <= MOST_KEYS, keys.count


def test_the_mouth_is_asked_for_once(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    asked: list[str] = []

    def hear(environ: dict[str, str], **_kwargs: object) -> None:
        asked.append(environ["PATH_INFO"])

    login_as(page, seat[0], base_url)
    request_started.connect(hear)
    try:
        page.goto(f"/patients/{seat[1].pk}/chart/")
        expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
        expect(page.locator("#chart-list table").first).to_be_visible()
    finally:
        request_started.disconnect(hear)
    assert [path for path in asked if path.endswith("/chart")] == [f"/api/v1/patients/{seat[1].pk}/chart"]


def test_it_passes_over_absent_teeth_and_goes_back(chart: Page) -> None:
    chart.get_by_role("button", name="Tooth by tooth").click()
    chart.locator("[data-tooth='26']").focus()
    focused = chart.locator(".tooth:focus")
    for key, tooth in (("Space", 27), ("Space", 47), ("Backspace", 27), ("Backspace", 26)):
        chart.keyboard.press(key)
        expect(focused).to_have_attribute("data-tooth", str(tooth))
    chart.reload()
    expect(chart.get_by_role("button", name="Tooth by tooth")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("14-16 mo caries medium", [(16, "MO"), (15, "MO"), (14, "MO")]),
        ("36 в кариес", []),
        ("11,21 mi 2", [(11, "MI"), (21, "MI")]),
        ("q1 calculus, mod", [(tooth, "") for tooth in teeth.UPPER_ROW[1:8]]),
        ("lower plaque, slight", [(tooth, "") for tooth in teeth.LOWER_ROW[1:15]]),
        ("46 mobility, grade I", [(46, "")]),
        ("53-51 calculus, slight", [(53, ""), (52, ""), (51, "")]),
        ("75 o caries, deep", [(75, "O")]),
        ("11 v5 caries, deep", [(11, "V5")]),
    ],
)
def test_a_place_is_typed_before_what_is_found_there(chart: Page, typed: str, found: list[tuple[int, str]]) -> None:
    chart.locator("#palette-search").fill(typed)
    if not found:
        expect(chart.locator("#palette-list")).to_contain_text("Nothing found.")
        expect(chart.locator("[data-tooth='36']")).to_have_attribute("aria-selected", "true")
        return
    line(chart, typed)
    expect(chart.locator("#chart-list tbody tr")).to_have_count(len(found) + 4)
    all_sent(chart, len(found))
    assert [(tooth, surfaces) for tooth, surfaces, *_ in recorded()] == found


def test_a_range_of_teeth_that_are_gone_is_refused_in_words(chart: Page, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        for tooth in (16, 17):
            actions.record_finding(patient=seat[1], kind="missing", severity="", tooth=tooth, actor=seat[0], at=NOW)
    chart.reload()
    expect(chart.locator(".palette-key").first).to_be_visible()
    chart.locator("#palette-search").fill("18-16 o caries, deep")
    chart.locator("#palette-search").press("Enter")
    expect(chart.locator("#unsent")).to_contain_text("is not in the mouth on this day.")
    assert not Finding.objects.filter(kind="caries").exists()


def test_a_typed_place_is_read_in_the_notation_of_the_person(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        seat[0].notation = Notation.UNIVERSAL
        seat[0].save(update_fields=["notation"])
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    expect(page.locator("[data-tooth='16'] .tooth-number")).to_have_text("3")
    expect(page.locator(".palette-key").first).to_be_visible()
    line(page, "3-5 mo caries, deep")
    expect(page.locator("#last-entry")).to_contain_text("caries, deep – 3 MO; caries, deep – 4 MO; caries, deep – 5 MO")
    all_sent(page, 3)
    assert [(tooth, surfaces) for tooth, surfaces, *_ in recorded()] == [(16, "MO"), (15, "MO"), (14, "MO")]


def test_the_last_entry_is_repeated_and_taken_back_in_sight(chart: Page) -> None:
    chart.locator("[data-tooth='16']").focus()
    for key in ("m", "o", "2"):
        chart.keyboard.press(key)
    expect(chart.locator("#last-entry")).to_contain_text("caries, deep – 16 MO")
    all_sent(chart, 1)
    chart.wait_for_timeout(300)  # the teeth are drawn anew with the answer: a tooth taken before that is no longer on the page
    chart.locator("[data-tooth='36']").focus()
    expect(chart.locator("[data-tooth='36']")).to_be_focused()
    chart.keyboard.press("r")
    expect(chart.locator("#last-entry")).to_contain_text("caries, deep – 36 MO")
    chart.keyboard.press("Control+z")
    expect(chart.locator("#last-entry")).to_contain_text("Undone")
    taken_back = Finding.objects.filter(kind="caries").order_by("pk").values_list("tooth", "error_reason")
    assert list(taken_back) == [(16, ""), (36, "undone right after entry")]


def test_q_widens_the_choice_from_tooth_to_mouth(chart: Page) -> None:
    chart.locator("[data-tooth='16']").focus()
    for count in (8, 16, 32, 1):
        chart.keyboard.press("q")
        expect(chart.locator(".tooth[aria-selected='true']")).to_have_count(count)


def test_pulling_across_teeth_chooses_them(chart: Page) -> None:
    first, last = (box_of(chart.locator(f"[data-tooth='{tooth}'] .tooth-number")) for tooth in (16, 13))
    drag(chart, (first["x"] + 4, first["y"] + 4), (last["x"] + 4, last["y"] + 4))
    chosen = chart.locator(".tooth[aria-selected='true']")
    expect(chosen).to_have_count(4)
    assert sorted(int(tooth.get_attribute("data-tooth") or 0) for tooth in chosen.all()) == [13, 14, 15, 16]
    chart.locator("[data-tooth='46'] .tooth-number").click()
    expect(chosen).to_have_count(1)
