"""Answers that come late or in another order than they were asked for: what a person typed or did since is never overwritten."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Error, FloatRect, Page, Route, expect

from charting.models import Finding
from clinic.scheduling import actions
from clinic.scheduling.models import Appointment
from clinic.staff.roles import Role
from tests.journeys.hands import box_of, login_as, tomorrow_at
from tests.journeys.screens import no_worker
from tests.patients.factories import petrov
from tests.scheduling.factories import book, dr_sokolov, make_chair, make_shift
from tests.staff.factories import dr_orlova, make_user, registrar_belova

pytestmark = no_worker
SETTLED_MS = 700
BUSY = """const soon = window.setTimeout.bind(window);
window.setTimeout = (act, wait, ...rest) => soon(act, wait > 0 && wait < 100 ? 600 : wait, ...rest);"""
"""A machine under load: short timers come late."""


@pytest.fixture
def diary(page: Page, base_url: str) -> Page:
    """Tomorrow, two dentists in two chairs: Petrov at nine."""
    with transaction.atomic():
        for dentist in (dr_orlova(), dr_sokolov()):
            make_shift(dentist, tomorrow_at(9), tomorrow_at(18))
        book(tomorrow_at(9), 60, chair_id=make_chair().pk)
        make_chair("Chair 2")
        actor = registrar_belova()
    login_as(page, actor, base_url)
    page.goto(f"/diary/?day={tomorrow_at(9):%Y-%m-%d}")
    expect(page.locator(".diary-card")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    return page


def tap_column(page: Page, number: int, minutes: float) -> None:
    """A click on free time of a column, so many minutes after its beginning."""
    column = box_of(page.locator(".diary-column").nth(number))
    page.mouse.click(column["x"] + 60, column["y"] + minutes * 1.35)


def hold_back(page: Page, words: str) -> list[Route]:
    """The next request to an address with these words waits until it is let go."""
    held: list[Route] = []
    page.route(lambda url: words in url, lambda route: held.append(route), times=1)  # noqa: PLW0108
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Its answer comes now, after everything else; one that the page has given up is no more."""
    for _ in range(300):
        if held:
            break
        page.wait_for_timeout(100)
    with suppress(Error):
        held[0].continue_()
    page.wait_for_timeout(SETTLED_MS)


def change_note(note: str) -> None:
    """Somebody else writes into the only appointment."""
    row = Appointment.objects.get()
    with transaction.atomic():
        actions.describe(
            actor=registrar_belova(), at=timezone.now(), appointment_id=row.pk, version=row.version, type_id=None, assistant_id=None, note=note
        )


def refresh_under_the_hand(diary: Page, box: FloatRect) -> None:
    """The card is pressed when the diary hears what somebody else has written into it."""
    poll = hold_back(diary, "/appointments?")
    diary.evaluate("() => document.dispatchEvent(new Event('diary-changed'))")
    diary.mouse.move(box["x"] + 40, box["y"] + 20)
    diary.mouse.down()
    change_note("Late")
    let_go(diary, poll)


def test_what_is_typed_into_a_panel_at_once_stays_in_its_field(diary: Page) -> None:
    diary.add_init_script(BUSY)
    diary.reload()
    tap_column(diary, 1, 120)
    minutes = diary.locator("#panel [name=minutes]")
    minutes.click()
    minutes.press("Control+a")
    diary.wait_for_timeout(800)
    diary.keyboard.type("60")
    expect(minutes).to_have_value("60")
    expect(diary.locator("#panel [name=q]")).to_have_value("")


def test_the_place_tapped_last_is_the_one_that_opens(diary: Page) -> None:
    first = hold_back(diary, "/appointments/new/")
    tap_column(diary, 0, 120)
    tap_column(diary, 1, 180)
    minutes = diary.locator("#panel [name=minutes]")
    minutes.fill("60")
    let_go(diary, first)
    expect(minutes).to_have_value("60")
    expect(diary.locator("#panel [name=time]")).to_have_value("12:00")


def test_a_refresh_never_takes_the_card_from_the_hand(diary: Page) -> None:
    card = diary.locator(".diary-card")
    node, box = card.element_handle(), box_of(card)
    refresh_under_the_hand(diary, box)
    assert node and node.evaluate("card => card.isConnected")
    diary.mouse.move(box["x"] + 44, box["y"] + 20 + 60 * 1.35, steps=4)
    expect(diary.locator(".diary-ghost")).to_contain_text("10:00–11:00")
    diary.mouse.up()
    expect(diary.locator("#toasts")).to_contain_text("Moved to 10:00–11:00.")
    expect(card).to_have_attribute("title", re.compile("Late"))


@pytest.mark.parametrize("may_move", [True, False], ids=["clerk", "reader"])
def test_a_refresh_never_swallows_a_click(diary: Page, base_url: str, *, may_move: bool) -> None:
    if not may_move:
        with transaction.atomic():
            login_as(diary, make_user(Role.LAWYER), base_url)
        diary.reload()
        expect(diary.locator(".diary-card")).to_have_count(1)
        diary.wait_for_load_state("networkidle")
    box = box_of(diary.locator(".diary-card"))
    refresh_under_the_hand(diary, box)
    diary.mouse.up()
    expect(diary.locator("#panel")).to_contain_text("Петров")
    expect(diary.locator(".diary-card")).to_have_attribute("title", re.compile("Late"))


def test_todays_news_never_swallow_a_click(page: Page, base_url: str) -> None:
    with transaction.atomic():
        clerk, patient = registrar_belova(), petrov()
        make_shift(dr_orlova(), timezone.now() - timedelta(hours=2), timezone.now() + timedelta(hours=2))
        book(timezone.now(), 30)
    page.add_init_script("const soon = window.setTimeout.bind(window); window.setTimeout = (act, wait) => soon(act, wait === 45000 ? 1500 : wait);")
    login_as(page, clerk, base_url)
    news = hold_back(page, "/today/")
    page.goto("/")
    link = page.locator("#desk").get_by_role("link", name=patient.last_name).first
    box = box_of(link)
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    let_go(page, news)
    page.mouse.up()
    page.wait_for_url(re.compile(r"/(patients|diary)/"))


def test_the_answer_to_an_entry_never_swallows_the_click_on_the_next_tooth(page: Page, base_url: str) -> None:
    with transaction.atomic():
        patient, dentist = petrov(), dr_orlova()
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    page.locator("[data-tooth='36'] .occlusal path[data-surface='O']").click()
    answer = hold_back(page, "/findings")
    page.locator("#palette-search").fill("caries")
    expect(page.locator("#palette-list .palette-entry").first).to_be_visible()
    page.locator("#palette-search").press("Enter")
    box = box_of(page.locator("[data-tooth='46'] .occlusal path[data-surface='O']"))
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    let_go(page, answer)
    page.mouse.up()
    expect(page.locator("[data-tooth='46']")).to_have_attribute("aria-selected", "true")


def test_what_is_charted_next_is_not_cleared_by_the_answer_to_the_one_before(page: Page, base_url: str) -> None:
    with transaction.atomic():
        patient, dentist = petrov(), dr_orlova()
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    search = page.locator("#palette-search")
    page.locator("[data-tooth='36'] .occlusal path[data-surface='O']").click()
    first = hold_back(page, "/findings")
    search.fill("caries")
    search.press("Enter")
    page.locator("[data-tooth='46'] .occlusal path[data-surface='O']").click()
    search.fill("fract")
    let_go(page, first)
    expect(page.locator("#chart-list")).to_contain_text("36")
    expect(search).to_have_value("fract")
    expect(page.locator("[data-tooth='46'][aria-selected=true]")).to_have_count(1)
    second = hold_back(page, "/findings")
    search.press("Enter")
    page.locator("[data-tooth='47'] .occlusal path[data-surface='O']").click()
    search.fill("caries")
    search.press("Enter")
    let_go(page, second)
    expect(page.locator("#chart-list tr", has_text="46")).to_be_visible()
    expect(page.locator("#chart-list tr", has_text="47")).to_be_visible()


@pytest.fixture
def palette(page: Page, base_url: str) -> list[Route]:
    """The palette's call is held back; the occlusal surface of 36 is chosen and "caries" stands in the search."""
    with transaction.atomic():
        patient, dentist = petrov(), dr_orlova()
    login_as(page, dentist, base_url)
    held = hold_back(page, "/chart-palette")
    page.goto(f"/patients/{patient.pk}/chart/")
    page.locator("[data-tooth='36'] .occlusal path[data-surface='O']").click()
    page.locator("#palette-search").fill("caries")
    expect(page.locator("#palette-list")).to_have_text("")
    return held


def test_what_is_typed_before_the_palette_came_is_entered_when_it_comes(page: Page, palette: list[Route]) -> None:
    page.locator("#palette-search").press("Enter")
    let_go(page, palette)
    expect(page.locator("#chart-list tr", has_text="36")).to_be_visible()


def type_on(page: Page) -> None:
    page.locator("#palette-search").press_sequentially("!")
    page.locator("#palette-search").press("Backspace")


def turn_to_another_tooth(page: Page) -> None:
    page.locator("[data-tooth='46'] .occlusal path[data-surface='O']").click()


def empty_and_enter(page: Page) -> None:
    page.locator("#palette-search").fill("")
    page.locator("#palette-search").press("Enter")


@pytest.mark.parametrize(("key", "then"), [("Enter", type_on), ("Enter", turn_to_another_tooth), ("Enter", empty_and_enter), ("Alt+Enter", None)])
def test_a_hasty_enter_that_may_mean_something_else_by_now_enters_nothing(
    page: Page, palette: list[Route], key: str, then: Callable[[Page], None] | None
) -> None:
    page.locator("#palette-search").press(key)
    if then:
        then(page)
    let_go(page, palette)
    expect(page.locator("#palette-list .palette-entry").first).to_be_visible()
    assert not Finding.objects.exists()
