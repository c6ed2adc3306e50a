"""The chain's short form in French and in English: registered, booked, planned, signed, done, paid."""

import pytest
from django.db import transaction
from playwright.sync_api import Page

from clinic.billing import queries as money
from clinic.staff import actions
from tests.journeys.place import open_the_clinic
from tests.journeys.screens import on_the_laptop, on_the_tablet
from tests.journeys.walk import Walk

FRENCH = ("fr", "carie", "Couronne zircone")
ENGLISH = ("en", "caries", "Zirconia crown")


@pytest.mark.parametrize(
    ("language", "finding", "crown", "has_touch"),
    [
        pytest.param(*FRENCH, True, id="fr-tablet", marks=on_the_tablet),
        pytest.param(*ENGLISH, False, id="en-laptop", marks=on_the_laptop),
        pytest.param(*FRENCH, False, id="fr-laptop", marks=(on_the_laptop, pytest.mark.soak)),
        pytest.param(*ENGLISH, True, id="en-tablet", marks=(on_the_tablet, pytest.mark.soak)),
    ],
)
def test_the_short_chain(page: Page, base_url: str, language: str, finding: str, crown: str, *, has_touch: bool) -> None:
    clinic = open_the_clinic()
    with transaction.atomic():
        for name in ("admin", "orlova"):
            actions.update_own(actor=clinic.users[name], language=language)
    walk = Walk(page, clinic, base_url, language, has_touch=has_touch)
    walk.enter_as("admin")
    patient = walk.register("Dupont", "Claire", phone="+33 6 12 34 56 78")
    walk.book(patient)
    walk.enter_as("orlova")
    walk.seat(patient)
    walk.find(36, "O", finding)
    walk.propose(36, "O", crown)
    walk.plan("36")
    walk.agree(crown)
    walk.sign_all()
    walk.complete()
    walk.enter_as("admin")
    walk.pay(patient)
    assert money.balance(patient) == 0
