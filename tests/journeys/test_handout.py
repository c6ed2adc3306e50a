"""The dentist reads what the patient will read, adds own words and prints: the paper has the drawing and speaks the patient's language."""

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.charting.factories import make_finding, make_procedure, patient_petrov, place
from tests.journeys.hands import login_as
from tests.journeys.screens import on_both_screens
from tests.staff.factories import dr_orlova, make_branch


@on_both_screens
def test_a_patient_takes_home_what_was_found(page: Page, base_url: str, *, has_touch: bool) -> None:
    with transaction.atomic():
        dr_orlova(make_branch())
        make_finding("caries", 16, "O", severity="deep")
        make_finding("missing", 46)
        make_procedure("filling", place(16, "O"))
    login_as(page, dr_orlova(), base_url)
    page.context.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")
    page.goto(reverse("chart", args=[patient_petrov().pk]))
    page.get_by_role("link", name="For the patient").click()
    page.get_by_label("In your own words").fill("Приходите через неделю.")
    page.get_by_label("Language of the paper").select_option("ru")
    button = page.get_by_role("button", name="Print for the patient")
    with page.context.expect_page() as opened:
        button.tap() if has_touch else button.click()
    paper = opened.value
    expect(paper.locator(".odontogram")).to_be_visible()
    expect(paper.locator("html")).to_have_attribute("data-printed", "yes")
    for words in ("Что мы нашли", "Приходите через неделю.", "близко к нерву", "Зуба нет.", "Что мы предлагаем"):
        expect(paper.get_by_role("article")).to_contain_text(words)
