"""A radiograph is opened large: zoomed, shaded, turned, measured by mouse, finger and keyboard, and laid beside an earlier one."""

import re

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from charting.imaging.models import Image, ImageDisplay, ImageLine
from clinic.files import actions as files
from tests.charting.factories import NOW, patient_petrov
from tests.charting.imaging.pictures import add, dicom, jpeg, radiograph
from tests.journeys.hands import box_of, drag, draw_with_a_finger, login_as
from tests.journeys.screens import on_both_screens
from tests.staff.factories import dr_orlova, make_branch


@pytest.fixture
def radiographs() -> tuple[Image, Image]:
    """Today's radiograph of 36, and an earlier one."""
    with transaction.atomic():
        dr_orlova(make_branch())
        earlier = add(radiograph(roots=2), teeth=[36, 37], taken_at=NOW.replace(year=2025))
        return add(radiograph(), teeth=[36]), earlier


def opened(page: Page, image: Image, base_url: str, query: str = "") -> None:
    login_as(page, dr_orlova(), base_url)
    page.goto(reverse("image", args=[image.pk]) + query)
    for canvas in page.locator("[data-picture]").all():
        expect(canvas).to_be_visible()


@on_both_screens
def test_a_calibrated_radiograph_is_measured_and_the_line_stays(
    page: Page, base_url: str, radiographs: tuple[Image, Image], *, has_touch: bool
) -> None:
    image, _earlier = radiographs
    before = files.read(image.file)
    opened(page, image, base_url)
    page.get_by_role("button", name="Measure").click()
    stage = box_of(page.locator("[data-stage]"))
    middle = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    stroke = [(middle[0] - 100, middle[1]), (middle[0], middle[1]), (middle[0] + 100, middle[1])]
    if has_touch:
        draw_with_a_finger(page, stroke)
    else:
        drag(page, stroke[0], stroke[-1])
    form = page.locator("[data-line-form]")
    expect(form).to_contain_text(re.compile(r"\d+\.\d mm at the detector"))
    page.get_by_label("What the line shows").fill("width of the crown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-line-list]")).to_contain_text("width of the crown")
    line = ImageLine.objects.get()
    scale = 600 / stage["height"]
    assert abs(float(line.length_mm or 0) - 200 * scale * 0.04) < 0.3
    page.reload()
    expect(page.locator(".ruler text")).to_contain_text(f"{line.length_mm} mm")
    page.get_by_role("button", name="Take the line back").click()
    expect(page.locator("[data-hint]")).to_contain_text("stays in the record")
    line.refresh_from_db()
    assert line.withdrawn_by == dr_orlova()
    assert files.read(image.file) == before


def test_everything_is_done_by_keyboard(page: Page, base_url: str, radiographs: tuple[Image, Image]) -> None:
    opened(page, radiographs[0], base_url)
    page.locator("[data-viewer]").focus()
    for key in ("+", "+", "r", "f", "i"):
        page.keyboard.press(key)
    readout = page.locator("[data-readout]")
    expect(readout).to_contain_text("156 %")
    expect(page.get_by_label("Negative")).to_be_checked()
    expect(page.get_by_role("button", name="Mirror")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("w")
    shown = readout.text_content() or ""
    page.keyboard.press("ArrowRight")
    expect(readout).not_to_have_text(shown)
    page.keyboard.press("m")
    for key in ("Enter", "ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_label("What the line shows")).to_be_focused()
    page.keyboard.type("canal")
    page.keyboard.press("Enter")
    expect(page.locator("[data-line-list]")).to_contain_text("canal")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keep this view").click()
    expect(page.locator("[data-hint]")).to_contain_text("The file is unchanged")
    display = ImageDisplay.objects.get()
    assert (display.quarter_turns, display.is_mirrored, display.is_negative) == (3, True, True)
    page.reload()
    expect(page.get_by_label("Negative")).to_be_checked()


def test_without_a_scale_no_millimetres_are_given(page: Page, base_url: str) -> None:
    with transaction.atomic():
        dr_orlova(make_branch())
        image = add(radiograph(ImagerPixelSpacing=None), teeth=[36])
    opened(page, image, base_url)
    page.get_by_role("button", name="Measure").click()
    expect(page.locator("[data-hint]")).to_contain_text("No millimetres can be given")
    box = box_of(page.locator("[data-stage]"))
    drag(page, (box["x"] + 300, box["y"] + 100), (box["x"] + 380, box["y"] + 200))
    expect(page.locator("[data-line-form]")).to_contain_text("No millimetres can be given")
    page.get_by_label("What the line shows").fill("here")
    page.keyboard.press("Enter")
    expect(page.locator(".ruler text")).to_have_text("here")
    assert ImageLine.objects.get().length_mm is None


@on_both_screens
def test_an_earlier_picture_of_the_tooth_lies_beside(page: Page, base_url: str, radiographs: tuple[Image, Image], *, has_touch: bool) -> None:
    image, _earlier = radiographs
    opened(page, image, base_url)
    choice = page.locator(".compare-list a").first
    choice.tap() if has_touch else choice.click()
    expect(page.locator("[data-picture]:visible")).to_have_count(2)
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("[data-readout]").nth(0)).to_contain_text("125 %")
    expect(page.locator("[data-readout]").nth(1)).to_contain_text("125 %")
    page.get_by_label("Move together").uncheck()
    page.locator("[data-stage]").nth(1).click()
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("[data-readout]").nth(0)).to_contain_text("125 %")
    expect(page.locator("[data-readout]").nth(1)).to_contain_text("156 %")
    page.get_by_role("link", name="One picture").click()
    expect(page.locator("[data-picture]:visible")).to_have_count(1)


def test_frames_of_a_series_are_walked_through(page: Page, base_url: str) -> None:
    with transaction.atomic():
        dr_orlova(make_branch())
        image = add(dicom("examples_ybr_color.dcm"), patient=patient_petrov())
    opened(page, image, base_url)
    expect(page.locator("[data-readout]")).to_contain_text("16 / 30")
    page.locator("[data-viewer]").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-readout]")).to_contain_text("17 / 30")


@on_both_screens
def test_the_strip_beside_the_chart_follows_the_teeth(page: Page, base_url: str, radiographs: tuple[Image, Image], *, has_touch: bool) -> None:
    image, earlier = radiographs
    with transaction.atomic():
        add(jpeg(), title="smile")
    login_as(page, dr_orlova(), base_url)
    page.goto(reverse("chart", args=[patient_petrov().pk]))
    shots = page.locator(".strip-shot")
    expect(shots).to_have_count(3)
    page.locator('[data-tooth="37"] .tooth-number').click()
    expect(shots).to_have_count(1)
    page.get_by_role("button", name="Clear the selection").click()
    expect(shots).to_have_count(3)
    both = page.get_by_role("button", name="36, 37")
    both.tap(position={"x": 20, "y": 60}) if has_touch else both.click(position={"x": 20, "y": 60})
    for tooth in (36, 37):
        expect(page.locator(f'[data-tooth="{tooth}"]')).to_have_attribute("aria-selected", "true")
    expect(both).to_have_attribute("aria-pressed", "true")
    page.locator(".strip-open").first.click()
    expect(page.locator("[data-picture]")).to_be_visible()
    assert page.url.endswith(reverse("image", args=[earlier.pk])) or page.url.endswith(reverse("image", args=[image.pk]))


def test_pictures_that_cannot_be_loaded_are_not_an_empty_strip(page: Page, base_url: str, radiographs: tuple[Image, Image]) -> None:
    login_as(page, dr_orlova(), base_url)
    page.route("**/api/v1/patients/*/images*", lambda route: route.abort())
    page.goto(reverse("chart", args=[patient_petrov().pk]))
    expect(page.locator("#image-strip")).to_contain_text("does not mean there are none")
    page.unroute("**/api/v1/patients/*/images*")
    page.get_by_role("button", name="Load again").click()
    expect(page.locator(".strip-shot")).to_have_count(2)
