"""At the chair: one key for finding, diagnosis and act, canals under the arch, a closer look, the clinic's own signs."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from charting import actions
from charting.models import CanalRecord, Combination, CombinedEntry, Diagnosis, Finding, Procedure
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_procedure, make_service, patient_petrov, place
from tests.journeys.hands import box_of, login_as
from tests.journeys.screens import TABLET
from tests.staff.factories import dr_orlova, make_branch, make_user


@pytest.fixture
def seat() -> tuple[User, Patient]:
    """A dentist, a patient with a root canal treatment proposed on 16, and deep caries with all that follows under key 9."""
    with transaction.atomic():
        make_code("K02.1")
        make_service("filling")
        make_procedure("root_canal", place(16))
        deep = Combination.objects.get(kind="caries", severity="deep")
        actions.set_favourite(slot=9, entry=f"combination:{deep.pk}", actor=dr_orlova())
        return dr_orlova(), patient_petrov()


def open_chart(page: Page, base_url: str, person: User, patient: Patient) -> Page:
    login_as(page, person, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    return page


@pytest.fixture
def chart(page: Page, base_url: str, seat: tuple[User, Patient]) -> Page:
    return open_chart(page, base_url, *seat)


def test_one_key_charts_diagnoses_and_proposes_and_undo_takes_all_back(chart: Page) -> None:
    chart.locator("[data-tooth='26']").focus()
    for key in ("m", "o", "9"):
        chart.keyboard.press(key)
    expect(chart.locator("#last-entry")).to_contain_text("Deep caries → filling – 26 MO")
    expect(chart.locator("#chart-list")).to_contain_text("K02.1")
    assert (Finding.objects.get().surfaces, Diagnosis.objects.get().code.code) == (["M", "O"], "K02.1")
    assert Procedure.objects.get(service__chart_effect="filling").state == "proposed"
    chart.keyboard.press("Control+z")
    expect(chart.locator("#last-entry")).to_contain_text("Undone")
    expect(chart.locator("#chart-list")).not_to_contain_text("K02.1")
    assert CombinedEntry.objects.get().undone_at is not None


def test_the_same_finding_again_is_asked_about(chart: Page) -> None:
    typed = chart.locator("#palette-search")
    for _time in range(2):
        typed.fill("26 o caries, deep")
        with chart.expect_response("**/findings"):
            typed.press("Enter")
        chart.wait_for_load_state("networkidle")  # pressed twice while it is under way it counts as once
    counter = chart.locator("#unsent > summary")
    expect(counter).to_contain_text("1 to settle")
    assert Finding.objects.count() == 1
    expect(chart.locator("#unsent")).to_contain_text("is charted already that day")
    chart.locator("#unsent").get_by_role("button", name="Record it once more").click()
    expect(counter).to_be_hidden()
    assert Finding.objects.count() == 2


def test_the_gesture_waits_on_the_device_without_the_clinic(chart: Page) -> None:
    chart.context.set_offline(True)
    chart.locator("#palette-search").fill("36 o deep caries →")
    chart.locator("#palette-search").press("Enter")
    expect(chart.locator("[data-tooth='36'] .layer-planned").first).to_be_attached()
    expect(chart.locator("#unsent > summary")).to_contain_text("1 not sent yet")
    assert not Finding.objects.exists()
    chart.context.set_offline(False)
    expect(chart.locator("#unsent")).to_be_hidden()
    expect(chart.locator("#chart-list")).to_contain_text("K02.1")
    made = CombinedEntry.objects.get()
    assert (made.finding.tooth, made.procedure.teeth.get().surfaces) == (36, ["O"])


def test_whoever_makes_no_diagnosis_is_told(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        assistant = make_user(Role.ASSISTANT, branch=make_branch())
    open_chart(page, base_url, assistant, seat[1])
    page.locator("[data-tooth='26']").focus()
    for key in ("o", "9"):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("your role makes none")
    assert not Finding.objects.exists()


def test_a_typed_code_names_the_degree(chart: Page) -> None:
    chart.locator("#palette-search").fill("26 mo car3")
    expect(chart.locator(".palette-entry.is-next")).to_contain_text("caries, medium")
    chart.locator("#palette-search").press("Enter")
    expect(chart.locator("#last-entry")).to_contain_text("caries, medium (dentine) – 26 MO")


def test_canals_are_measured_and_corrected_under_the_arch(chart: Page) -> None:
    expect(chart.locator("#canals")).to_be_hidden()
    chart.locator("[data-tooth='16'] .tooth-number").click()
    row = chart.locator("tr[data-canal='MB1']")
    chart.locator("[data-tooth='16']").press("k")
    expect(row.locator("[name=length_mm]")).to_be_focused()
    row.locator("[name=length_mm]").fill("21.3")
    row.locator("[name=length_mm]").press("Enter")
    expect(chart.locator(".toast")).to_contain_text("by half millimetres")
    row.locator("[name=length_mm]").fill("21.5")
    row.locator("[name=file_size]").fill("25")
    row.locator("[name=method]").select_option("lateral")
    row.locator("[name=quality]").select_option("adequate")
    row.locator("[name=length_mm]").press("Enter")
    expect(chart.locator("#last-entry")).to_contain_text("16 MB1: 21.5 mm")
    first = CanalRecord.objects.get()
    assert (str(first.length_mm), first.file_size, first.method, first.procedure) == ("21.5", 25, "lateral", Procedure.objects.get())
    chart.locator("[data-tooth='16'] .tooth-number").click()
    again = chart.locator("tr[data-canal='MB1']")
    expect(again.locator("[name=length_mm]")).to_have_value("21.5")
    again.locator("[name=length_mm]").fill("22")
    again.locator("[data-save]").click()
    expect(chart.locator("#last-entry")).to_contain_text("16 MB1: 22 mm")
    assert CanalRecord.objects.get(replaces=first).length_mm == 22


def width(page: Page) -> float:
    return box_of(page.locator(".odontogram"))["width"]


def test_a_closer_look_keeps_what_is_chosen_and_in_focus(chart: Page) -> None:
    chart.locator("[data-tooth='36']").focus()
    chart.keyboard.press("o")
    whole = width(chart)
    for _ in range(3):
        chart.keyboard.press("+")
    assert width(chart) == pytest.approx(whole * 1.25**3, rel=0.02)
    tooth, frame = box_of(chart.locator("[data-tooth='36'] .tooth-column")), box_of(chart.locator("#arch"))
    assert frame["x"] <= tooth["x"] and tooth["x"] + tooth["width"] <= frame["x"] + frame["width"]
    expect(chart.locator(".tooth:focus")).to_have_attribute("data-tooth", "36")
    expect(chart.locator("[data-tooth='36']")).to_have_attribute("aria-selected", "true")
    chart.keyboard.press("-")
    assert width(chart) == pytest.approx(whole * 1.25**2, rel=0.02)
    chart.keyboard.press("Control+0")
    assert width(chart) == pytest.approx(whole, rel=0.02)
    expect(chart.locator("#zoom-level")).to_have_text("100 %")


@pytest.mark.browser_context_args(viewport=TABLET, has_touch=True)
def test_fingers_zoom_on_a_tablet(chart: Page) -> None:
    whole, target = width(chart), box_of(chart.locator("#zoom-in"))
    assert min(target["width"], target["height"]) >= 44
    chart.locator("#zoom-in").tap()
    assert width(chart) > whole
    chart.locator("#zoom-reset").tap()
    session = chart.context.new_cdp_session(chart)
    box = box_of(chart.locator("#arch"))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, gap in (("touchStart", 40), ("touchMove", 60), ("touchMove", 100), ("touchMove", 120)):
        points = [{"x": x - gap, "y": y, "id": 1}, {"x": x + gap, "y": y, "id": 2}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert width(chart) > whole * 1.5
    expect(chart.locator("[aria-selected='true']")).to_have_count(0)


def test_a_clinics_sign_is_drawn_on_an_open_chart(chart: Page, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        actions.record_finding(patient=seat[1], kind="caries", tooth=26, surfaces=["O"], actor=seat[0], at=NOW)
    expect(chart.locator("[data-tooth='26'] .layer-condition").first).to_be_attached()
    with transaction.atomic():
        details = {"colour": "blue", "hatch": "dots", "symbol": "▲"}
        actions.set_sign(subject="finding:caries", details=details, actor=make_user(Role.MANAGER, branch=make_branch()))
    expect(chart.locator("[data-tooth='26'] .symbol-text")).to_have_text("▲")
    expect(chart.locator("[data-tooth='26'] .layer-condition.area").first).to_have_attribute("fill", "url(#p-condition-blue-dots)")
    expect(chart.locator("pattern#p-condition-blue-dots")).to_have_count(1)
