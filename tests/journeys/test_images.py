"""Pictures are dropped on the patient, one is refused, one is asked about; the viewer opens and leads on."""

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from tests.charting.factories import patient_petrov
from tests.charting.imaging.pictures import dicom, jpeg, zipped
from tests.journeys.hands import login_as
from tests.staff.factories import dr_orlova, make_branch


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_pictures_are_taken_in_and_looked_at(page: Page, base_url: str) -> None:
    with transaction.atomic():
        dentist, patient = dr_orlova(make_branch()), patient_petrov()
    login_as(page, dentist, base_url)
    page.goto(reverse("images", args=[patient.pk]))
    page.get_by_label("Teeth").fill("36, 37")
    page.locator("[data-files]").set_input_files([payload("smile.jpg", jpeg()), payload("evil.jpg", zipped()), payload("ct.dcm", dicom())])
    rows = page.locator("[data-uploads] li")
    expect(rows.nth(0)).to_contain_text("added")
    expect(rows.nth(1)).to_contain_text("Nothing was stored")
    rows.nth(2).get_by_role("button", name="It is this patient's picture").click()
    expect(rows.nth(2)).to_contain_text("added")
    shots = page.locator(".shot")
    expect(shots).to_have_count(2)

    shots.first.click()
    expect(page.locator("[data-picture]")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("+")
    expect(page.locator("[data-readout]")).to_contain_text("125 %")
    page.locator("[data-stage]").click()
    first = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(first)
    expect(page.get_by_text("Explicit VR Little Endian")).to_be_visible()
    expect(page.locator("[data-picture]")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)
