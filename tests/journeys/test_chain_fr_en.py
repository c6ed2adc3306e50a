"""The chain's short form in French, and in English on a tablet: registered, booked, planned, signed, done, paid."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, ViewportSize

from clinic.billing import queries as money
from clinic.staff import actions
from tests.journeys.place import open_the_clinic
from tests.journeys.walk import Walk

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 1024, "height": 768}


@pytest.mark.parametrize(
    ("language", "viewport", "words"),
    [("fr", LAPTOP, ("carie", "Couronne zircone")), ("en", TABLET, ("caries", "Zirconia crown"))],
    ids=["fr-laptop", "en-tablet"],
)
def test_the_short_chain(page: Page, base_url: str, language: str, viewport: ViewportSize, words: tuple[str, str]) -> None:
    page.set_viewport_size(viewport)
    clinic = open_the_clinic()
    with transaction.atomic():
        for name in ("admin", "orlova"):
            actions.update_own(actor=clinic.users[name], language=language)
    walk = Walk(page, clinic, base_url, language)
    walk.enter_as("admin")
    patient = walk.register("Dupont", "Claire", phone="+33 6 12 34 56 78")
    walk.book(patient)
    walk.enter_as("orlova")
    walk.seat(patient)
    walk.chart(36, "O", *words)
    walk.plan("36")
    walk.agree()
    walk.sign_contract()
    walk.complete()
    walk.enter_as("admin")
    walk.pay(patient)
    assert money.balance(patient) == 0
