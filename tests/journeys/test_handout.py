"""The dentist reads what the patient will read, adds own words and prints; prints the chart as it stands on the screen: both are kept."""

from io import BytesIO

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.charting.factories import make_finding, make_procedure, patient_petrov, place
from tests.journeys.hands import login_as
from tests.journeys.screens import on_the_laptop_and_at_night_on_the_tablet
from tests.staff.factories import dr_orlova, make_branch


def printed(page: Page, button: Locator, *, has_touch: bool) -> str:
    """What stands on the paper that the button opens."""
    with page.context.expect_event("response", lambda answer: "/papers/" in answer.url and answer.request.method == "GET") as answered:
        button.tap() if has_touch else button.click()
    content = page.request.get(answered.value.url).body()
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(content)).pages).split())


def at_the_chair(page: Page, base_url: str) -> None:
    with transaction.atomic():
        dr_orlova(make_branch())
        make_finding("caries", 16, "O", severity="deep")
        make_finding("missing", 46)
        make_procedure("filling", place(16, "O"))
    login_as(page, dr_orlova(), base_url)
    page.goto(reverse("chart", args=[patient_petrov().pk]))


@on_the_laptop_and_at_night_on_the_tablet
def test_a_patient_takes_home_what_was_found(page: Page, base_url: str, *, has_touch: bool) -> None:
    at_the_chair(page, base_url)
    page.locator(".patient-head summary", has_text="Print").click()
    page.get_by_role("link", name="For the patient").click()
    page.get_by_label("In your own words").fill("Приходите через неделю.")
    page.get_by_label("Language of the paper").select_option("ru")
    told = printed(page, page.get_by_role("button", name="Print for the patient"), has_touch=has_touch)
    for words in ("Что мы нашли", "Приходите через неделю.", "18 17 16 15", "близко к нерву", "Зуба нет.", "Что мы предлагаем"):
        assert words in told
    page.goto(reverse("documents", args=[patient_petrov().pk]))
    expect(page.get_by_role("link", name="What we found", exact=True)).to_be_visible()


@on_the_laptop_and_at_night_on_the_tablet
def test_the_chart_is_printed_as_the_screen_shows_it(page: Page, base_url: str, *, has_touch: bool) -> None:
    at_the_chair(page, base_url)
    page.get_by_role("button", name="Mixed").click()
    page.locator(".patient-head summary", has_text="Print").click()
    page.get_by_role("link", name="Print the chart").click()
    expect(page.locator("#paper-drawing .odontogram.is-mixed")).to_be_visible()
    page.get_by_role("link", name="Français").click()
    expect(page.locator("#paper-drawing .odontogram.is-mixed")).to_be_visible()
    told = printed(page, page.get_by_role("button", name="Issue and print"), has_touch=has_touch)
    for words in ("Schéma dentaire", "55", "16 O", "constat"):
        assert words in told
