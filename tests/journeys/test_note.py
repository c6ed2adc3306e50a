"""The note of an ordinary visit: a charted filling becomes a note, is read and signed; keys and clicks are counted, and the clock runs."""

import re
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from charting import actions
from charting.models import Visit
from clinic.staff import pins
from clinic.staff.models import User
from inventory import actions as stock
from inventory import anaesthesia
from tests.charting.factories import make_code, make_service, patient_petrov, place
from tests.charting.medical.factories import asked
from tests.inventory.factories import make_lot, storekeeper
from tests.journeys.hands import Keys, login_as
from tests.staff.factories import dr_orlova, make_branch

MOST_ACTS, MOST_SECONDS = 4, 30


@pytest.fixture
def visit() -> Visit:
    """Caries of 16 MO found, a cartridge given, the filling done: nothing is written yet."""
    with transaction.atomic():
        dentist, patient, now = dr_orlova(), patient_petrov(), timezone.now()
        asked(at=now)
        found = actions.open_visit(patient=patient, dentist=dentist, branch=make_branch(), actor=dentist, at=now)
        seen = actions.record_finding(patient=patient, kind="caries", severity="medium", tooth=16, surfaces=("M", "O"), actor=dentist, at=now)
        make_code("K02.1")
        actions.record_diagnosis(patient=patient, code="K02.1", finding=seen, actor=dentist, at=now)
        cartridge = stock.create_material(actor=storekeeper(), name="Ultracain", code="U", unit="carp", anaesthetic="articaine_100")
        composite = stock.create_material(actor=storekeeper(), name="Composite A2", code="C", unit="g")
        lot = make_lot(cartridge, "10", number="U-1", expires_on=None)
        make_lot(composite, "10", number="C-7", expires_on=None)
        filling = make_service("filling")
        stock.set_norm(actor=storekeeper(), service=filling, material_id=composite.pk, quantity=Decimal("0.3"), on_shortage="block")
        given = actions.Given(kind="infiltration", cartridges=Decimal(1), teeth=(16,))
        anaesthesia.give(visit=found, given=given, lot_id=lot.pk, actor=dentist, at=now)
        act = actions.add_procedure(patient=patient, service=filling, places=[place(16, "MO")], actor=dentist, at=now)
        stock.write_off(performance=actions.perform_procedure(procedure=act, actor=dentist, at=now), actor=dentist, at=now)
    return found


@pytest.fixture
def note(page: Page, base_url: str, visit: Visit) -> Page:
    login_as(page, User.objects.get(username="orlova"), base_url)
    page.goto(f"/visits/{visit.pk}/")
    expect(page.get_by_role("button", name="Fill in: Treating caries")).to_be_visible()
    return page


def test_the_note_of_a_filling_is_filled_read_and_signed_in_half_a_minute(note: Page, visit: Visit) -> None:
    began, keys, clicks = monotonic(), Keys(note), 0
    keys.press("F2")
    treatment = note.locator("#note-treatment")
    expect(treatment).to_have_value(re.compile("16 MO: Service filling"))
    expect(treatment).to_have_value(re.compile(r"articaine 4 %, adrenaline 1:100.000, 1.7 ml, 1 cartridge, lot U-1"))
    expect(treatment).to_have_value(re.compile(r"Composite A2, lot C-7, 0.3 g"))
    expect(note.locator("#note-objective")).to_have_value(re.compile(r"Tooth 16: 16 MO caries, medium \(dentine\)"))
    expect(note.locator("#note-anamnesis_vitae")).to_have_value(re.compile("denies illnesses"))
    for verb in (note.locator("#sign-form button"), note.locator("#confirm [value=yes]")):
        verb.click()
        clicks += 1
    expect(note.locator(".note-seal")).to_be_visible()
    assert keys.count + clicks <= MOST_ACTS, (keys.count, clicks)
    assert monotonic() - began <= MOST_SECONDS
    visit.refresh_from_db()
    assert visit.is_signed
    assert "___" not in visit.treatment


def test_what_is_written_stays_and_one_key_takes_the_filling_back(note: Page) -> None:
    complaint, treatment = note.locator("#note-complaint"), note.locator("#note-treatment")
    complaint.fill("Pain since Monday")
    note.keyboard.press("F2")
    expect(treatment).to_have_value(re.compile("16 MO"))
    expect(complaint).to_have_value("Pain since Monday")
    expect(note.get_by_text("What was written before stayed as it was.")).to_be_visible()
    note.locator("#note-recommendations").focus()
    note.keyboard.press("Control+z")
    expect(note.locator("#note-recommendations")).to_have_value("")


def test_a_short_word_becomes_its_text_and_comes_back(note: Page) -> None:
    area = note.locator("#note-complaint")
    area.focus()
    note.keyboard.type("Mucosa wnl ")
    expect(area).to_have_value("Mucosa within normal limits ")
    note.keyboard.press("Control+z")
    expect(area).to_have_value("Mucosa wnl")
    note.keyboard.type(", nad")
    note.keyboard.press("Tab")
    expect(area).to_have_value("Mucosa wnl, nothing abnormal detected")


def test_a_note_is_signed_by_pin_where_the_clinic_asks(note: Page, visit: Visit, settings: Any) -> None:
    settings.SIGN_WITH_PIN = "always"
    with transaction.atomic():
        dentist = dr_orlova()
        pins.set_pin(user=dentist, pin="4071", actor=dentist)
    note.reload()
    Keys(note).press("F2")
    expect(note.locator("#note-treatment")).to_have_value(re.compile("Service filling"))
    for pin in ("1111", "1112"):
        note.get_by_label("PIN of Orlova A.P.").fill(pin)
        note.locator("#sign-pin").press("Enter")
        expect(note.locator("#sign-refusal")).to_contain_text("This PIN does not match")
        expect(note.locator("#sign-pin")).to_have_value("")
    expect(note.locator("#note-treatment")).to_have_value(re.compile("Service filling"))
    note.locator("#note-recommendations").fill("Rest")
    note.locator("#sign-pin").fill("4071")
    note.locator("#sign-form button").click()
    expect(note.locator(".note-seal")).to_be_visible()
    visit.refresh_from_db()
    assert (visit.signed_by, visit.recommendations) == (dentist, "Rest")


def test_places_that_a_template_left_open_are_asked_about_before_the_signature(note: Page, visit: Visit) -> None:
    Keys(note).press("F2")
    expect(note.locator("#note-treatment")).to_have_value(re.compile("Service filling"))
    note.locator("#note-recommendations").fill("Come again on ___")
    note.locator("#sign-form button").click()
    expect(note.locator("#confirm")).to_contain_text("Where ___ stands nothing was written")
    note.keyboard.press("Escape")
    for area in note.locator(".note-section textarea").all():
        area.fill(area.input_value().replace("___", "none"))
    note.locator("#sign-form button").click()
    expect(note.locator("#confirm")).to_contain_text("Sign the note?")
    expect(note.locator("#confirm")).not_to_contain_text("___")
    note.locator("#confirm [value=yes]").click()
    expect(note.locator(".note-seal")).to_be_visible()
