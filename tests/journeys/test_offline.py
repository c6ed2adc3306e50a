"""The line is cut, the page is closed, another person sits down: what was entered arrives once, in its writer's name, and nobody else reads it."""

import re
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import transaction
from django.utils import timezone
from ninja.errors import HttpError
from playwright.sync_api import Locator, Page, expect

from charting import actions as charting
from charting.models import Diagnosis, DroppedEntry, Finding, Performance
from charting.perio.models import PerioExam
from clinic.billing.models import Charge
from clinic.history.context import acting
from clinic.history.models import Event
from clinic.patients.models import Alert, Patient
from clinic.scheduling.models import Chair
from clinic.staff.actions import context_of
from clinic.staff.models import RoleGrant, User
from clinic.staff.roles import Role
from tests.charting.factories import make_code, patient_petrov
from tests.inventory.factories import make_lot, make_material
from tests.journeys.hands import Keys, login_as
from tests.journeys.screens import no_worker
from tests.journeys.test_careless import end_sessions
from tests.journeys.test_mouth import recorded
from tests.journeys.test_perio import all_sent, places, saved
from tests.scheduling.factories import assistant_lebedev, book, dr_sokolov, make_chair, make_shift
from tests.staff.factories import dr_orlova, make_user
from tests.treatment_plans.factories import agreed, first_item
from tests.treatment_plans.test_completion import norm

LIVE_MS = 2000
SETTLED_MS = 15_000
"""A copy counts as newer than a change only some seconds after it."""


@pytest.fixture
def seat() -> tuple[User, Patient]:
    with transaction.atomic():
        return dr_orlova(), patient_petrov()


def open_exam(page: Page, base_url: str, seat: tuple[User, Patient]) -> PerioExam:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/perio/")
    page.get_by_role("button", name="Begin an exam").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")
    return PerioExam.objects.get()


def counter(page: Page) -> Locator:
    return page.locator("#unsent > summary")


def shows(page: Page, words: str) -> None:
    """Wait until the counter stands there with these words; what is sent at once it never shows."""
    expect(counter(page)).to_contain_text(words)
    expect(counter(page)).to_be_visible()


def kept(page: Page) -> list[dict[str, str]]:
    """Rows of the device's store as another program would find them: who owns them, and the bytes as text."""
    rows: list[dict[str, str]] = page.evaluate(
        """() => new Promise((resolve) => {
            const request = indexedDB.open("clinic");
            request.onsuccess = () => {
                const all = request.result.transaction("entries").objectStore("entries").getAll();
                const told = ({owner, key, sealed}) => ({owner, key, text: new TextDecoder().decode(sealed.data)});
                all.onsuccess = () => resolve(all.result.map(told));
            };
        })"""
    )
    return rows


def test_an_exam_cut_in_the_middle_arrives_once(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = open_exam(page, base_url, seat)
    depths = [place * 7 % 9 + 1 for place in range(192)]
    Keys(page).press(*map(str, depths[:60]))
    all_sent(page)
    page.context.set_offline(True)
    Keys(page).press(*map(str, depths[60:150]))
    shows(page, "90 not sent yet")
    assert {row["owner"] for row in kept(page)} == {str(seat[0].pk)}
    assert not any("depth" in row["text"] for row in kept(page))
    assert all(re.fullmatch("[0-9a-f]{64}", row["key"]) for row in kept(page))
    address = page.url
    page.close()

    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator("#perio-count")).to_have_text("150 / 192")
    expect(again.locator("#perio-here")).to_have_text(" ".join(map(str, places()[150])))
    Keys(again).press(*map(str, depths[150:]))
    expect(again.locator("#perio-count")).to_have_text("192 / 192")
    all_sent(again)
    assert saved(exam, "depths") == dict(zip(places(), depths, strict=True))
    assert kept(again) == []


def chart_tooth(page: Page, number: int, words: str) -> None:
    page.locator(f"#arch [data-tooth='{number}']").first.click()
    page.locator("#palette-search").fill(words)
    page.locator("#palette-search").press("Enter")


def test_two_screens_see_each_other_within_two_seconds(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    tooth = page.locator("#arch [data-tooth='16']").first
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: nothing recorded.")
    page.wait_for_timeout(LIVE_MS)
    with transaction.atomic():
        other = make_user(*seat[0].roles, username="sokolova")
    with acting(context_of(other)):
        charting.record_finding(patient=seat[1], kind="caries", tooth=16, surfaces=["O"], actor=other, at=timezone.now())
    expect(tooth).to_have_attribute("aria-label", "Tooth 16, first molar, upper right: caries O (finding).", timeout=LIVE_MS)


def test_the_same_tooth_charted_meanwhile_is_asked_about(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    page.context.set_offline(True)
    chart_tooth(page, 16, "fracture")
    shows(page, "1 not sent yet")
    expect(page.locator("#chart-list")).to_contain_text("not sent yet")
    with transaction.atomic():
        other = make_user(*seat[0].roles, username="sokolova")
    with acting(context_of(other)):
        charting.record_finding(patient=seat[1], kind="caries", tooth=16, surfaces=["O"], actor=other, at=timezone.now())
    page.context.set_offline(False)
    panel = page.locator("#unsent")
    expect(panel).to_contain_text("charted here meanwhile: 16 O caries.")
    assert Finding.objects.count() == 1
    panel.get_by_role("button", name="Record mine").click()
    expect(panel).to_be_hidden()
    assert set(Finding.objects.values_list("kind", "tooth")) == {("caries", 16), ("fracture", 16)}


def counts(page: Page) -> dict[str, int]:
    """How much the device holds: keys, waiting entries, copies; and whether the service worker answers."""
    found: dict[str, int] = page.evaluate(
        """() => new Promise((resolve) => {
            const request = indexedDB.open("clinic");
            request.onsuccess = () => {
                const names = ["keys", "entries", "copies"];
                const stores = request.result.transaction(names);
                const asked = names.map((name) => stores.objectStore(name).count());
                const worker = Number(Boolean(navigator.serviceWorker.controller));
                stores.oncomplete = () => resolve({worker, ...Object.fromEntries(names.map((name, place) => [name, asked[place].result]))});
            };
        })"""
    )
    return found


def holds(page: Page, **wanted: int) -> None:
    """Wait until the device holds so much."""
    for _try in range(150):
        if counts(page).items() >= wanted.items():
            return
        page.wait_for_timeout(200)
    assert counts(page) == wanted


def test_the_days_patient_opens_without_the_clinic_and_goes_on(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    with acting(context_of(dentist)), transaction.atomic():
        charting.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=dentist, at=timezone.now())
        now = timezone.now().replace(second=0, microsecond=0)
        make_shift(dentist, now, now + timedelta(hours=2))
        book(now, patient_id=patient.pk, dentist_id=dentist.pk)
    login_as(page, dentist, base_url)
    page.goto("/")
    holds(page, worker=1, copies=10)
    looks = Event.objects.filter(op="V", patient_id=patient.pk)
    assert set(looks.values_list("tbl", "purpose")) >= {("chart", "offline_copy")}
    page.context.set_offline(True)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#as-of")).to_contain_text("Offline. This is the record as of")
    expect(page.locator("#arch [data-tooth='16']").first).to_have_attribute("aria-label", re.compile("caries O"))
    chart_tooth(page, 26, "fracture")
    shows(page, "1 not sent yet")
    page.reload()
    expect(page.locator("#chart-list")).to_contain_text("not sent yet")
    shows(page, "1 not sent yet")
    page.context.set_offline(False)
    expect(counter(page)).to_be_hidden()
    expect(page.locator("#as-of")).to_contain_text("The clinic answers again.")
    assert Finding.objects.filter(tooth=26, kind="fracture").count() == 1


def stand_at(page: Page, chair: Chair) -> None:
    page.goto("/chair/")
    page.locator("#chair").select_option(label=str(chair))
    page.get_by_role("button", name="Remember").click()
    expect(page.locator("#chair option:checked")).to_have_text(str(chair))


def test_the_patients_of_this_chair_are_read_without_the_clinic(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    now = timezone.now().replace(second=0, microsecond=0)
    with acting(context_of(dentist)), transaction.atomic():
        charting.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=dentist, at=timezone.now())
        visit = charting.open_visit(patient=patient, dentist=dentist, branch=patient.branch, actor=dentist, at=timezone.now())
        charting.write_visit(visit=visit, version=visit.version, sections={"complaint": "Pain at night"}, actor=dentist)
        Alert.objects.create(patient=patient, kind="allergy", text="Latex", recorded_by=dentist, recorded_at=now)
        chair = make_chair("Chair 2")
        make_shift(dr_sokolov(), now, now + timedelta(hours=3))
        book(now, patient_id=patient.pk, dentist_id=dr_sokolov().pk, chair_id=chair.pk)
        colleague = assistant_lebedev()
    login_as(page, colleague, base_url)
    stand_at(page, chair)
    cell = page.locator("td[data-held]")
    expect(cell).to_contain_text("on this device, as of", timeout=30_000)
    assert set(Event.objects.filter(op="V", patient_id=patient.pk).values_list("purpose", flat=True)) == {"offline_copy"}

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#as-of")).to_contain_text("Offline: read only, as of")
    page.get_by_role("link", name="Visits").click()
    strip = page.locator("#as-of")
    expect(strip).to_contain_text("Offline: read only, as of")
    expect(page.locator(".patient-head")).to_contain_text("Latex")
    page.goto(f"/visits/{visit.pk}/")
    expect(page.locator("main")).to_contain_text("Pain at night", use_inner_text=False)
    page.goto("/chair/")
    page.locator(".row-link").click()
    expect(page.locator("#arch [data-tooth='16']").first).to_have_attribute("aria-label", re.compile("caries O"))
    expect(strip).to_contain_text("What you enter is kept on this device.")
    chart_tooth(page, 26, "fracture")
    shows(page, "1 not sent yet")
    page.goto(f"/patients/{patient.pk}/money/")
    expect(strip).to_contain_text("the page you asked for is not on this device")
    expect(page.locator(".row-link")).to_have_text(str(patient))

    page.context.set_offline(False)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(strip).to_be_hidden()
    recorded(page, 2)
    expect(counter(page)).to_be_hidden()
    assert Finding.objects.get(tooth=26).noted_by == colleague


def test_what_changed_is_brought_again_and_the_rest_is_only_confirmed(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    now = timezone.now().replace(second=0, microsecond=0)
    with acting(context_of(dentist)), transaction.atomic():
        make_shift(dentist, now, now + timedelta(hours=2))
        book(now, patient_id=patient.pk, dentist_id=dentist.pk)
    login_as(page, dentist, base_url)
    page.goto("/chair/")
    holds(page, worker=1, copies=10)
    page.wait_for_timeout(SETTLED_MS)
    page.goto("/chair/")
    page.wait_for_timeout(SETTLED_MS)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.headers.get("x-offline-copy") else None)
    page.goto("/chair/")
    page.wait_for_event("request", lambda request: request.url.endswith("/offline-pack/"), timeout=20_000)
    page.wait_for_timeout(2000)
    assert not [url for url in asked if "/patients/" in url]
    with acting(context_of(dentist)):
        charting.record_finding(patient=patient, kind="caries", tooth=16, surfaces=["O"], actor=dentist, at=timezone.now())
    with page.expect_request(lambda request: request.url.endswith(f"/api/v1/patients/{patient.pk}/chart"), timeout=20_000):
        page.goto("/chair/")
    holds(page, worker=1)


@no_worker
def test_another_person_neither_reads_nor_sends_what_waits(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    with transaction.atomic():
        other = make_user(*dentist.roles, username="sokolova")
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    page.route("**/findings", lambda route: route.abort("internetdisconnected"))
    chart_tooth(page, 16, "fracture")
    shows(page, "1 not sent yet")
    holds(page, entries=1)
    login_as(page, other, base_url)
    page.unroute("**/findings")
    page.goto(f"/patients/{patient.pk}/chart/")
    shows(page, "1 of another person")
    expect(page.locator("#unsent-list")).to_be_empty()
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    assert not Finding.objects.exists()
    assert [row["owner"] for row in kept(page)] == [str(dentist.pk)]
    login_as(page, dentist, base_url)
    page.goto("/")
    expect(counter(page)).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-user", str(dentist.pk))
    holds(page, entries=0)
    assert Finding.objects.get().noted_by == dentist


@no_worker
def test_logging_out_leaves_nothing_readable(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    page.route("**/findings", lambda route: route.abort("internetdisconnected"))
    chart_tooth(page, 16, "fracture")
    shows(page, "1 not sent yet")
    holds(page, keys=1, entries=1)
    page.context.clear_cookies()
    page.goto("/login/")
    holds(page, keys=0, copies=0, entries=1)


def test_what_is_entered_after_the_session_ended_is_saved_after_the_next_login(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    holds(page, keys=1)
    end_sessions()
    chart_tooth(page, 16, "fracture")
    shows(page, "1 not sent yet")
    holds(page, keys=0, entries=1)
    login_as(page, dentist, base_url)
    page.goto("/")
    expect(counter(page)).to_be_hidden()
    holds(page, entries=0)
    assert Finding.objects.get().noted_by == dentist


def test_what_is_refused_on_return_stays_with_its_reason_until_it_is_let_go(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    page.context.set_offline(True)
    chart_tooth(page, 16, "fracture")
    shows(page, "1 not sent yet")
    with acting(context_of(dentist)):
        charting.record_finding(patient=patient, kind="missing", tooth=16, actor=dentist, at=timezone.now() - timedelta(hours=1))
    page.context.set_offline(False)
    shows(page, "1 to settle")
    page.goto("/")
    entry = page.locator("#unsent-list [data-entry=refused]")
    expect(entry).to_contain_text("16", use_inner_text=False)
    page.locator("#unsent > summary").click()
    expect(entry).to_contain_text("not in the mouth")
    entry.get_by_role("button", name="Let go").click()
    expect(counter(page)).to_be_hidden()
    holds(page, entries=0)
    trace = DroppedEntry.objects.get()
    assert (trace.dropped_by, trace.patient, trace.content["tooth"]) == (dentist, patient, 16)
    assert "not in the mouth" in trace.why


def story(page: Page, tooth: int) -> Locator:
    page.locator(f"#arch [data-tooth='{tooth}']").first.click()
    return page.locator("#story")


def test_diagnosing_resolving_and_withdrawing_go_on_without_the_clinic(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    with acting(context_of(dentist)), transaction.atomic():
        made = [
            charting.record_finding(patient=patient, kind="caries", tooth=tooth, surfaces=["O"], actor=dentist, at=timezone.now())
            for tooth in (16, 26, 36)
        ]
    make_code("K02.1")
    login_as(page, dentist, base_url)
    page.goto(f"/patients/{patient.pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    page.context.set_offline(True)
    panel = story(page, 16)
    panel.get_by_role("button", name="ICD-10").click()
    panel.get_by_role("searchbox").fill("K02.1")
    panel.locator(".code-list button").first.click()
    expect(panel).to_contain_text("K02.1 (not sent yet)")
    story(page, 26).get_by_role("button", name="Resolve").click()
    expect(page.locator("#story .story-past")).to_contain_text("not sent yet", use_inner_text=False)
    panel = story(page, 36)
    panel.get_by_role("button", name="Entered in error").click()
    panel.get_by_role("textbox").fill("tooth 37")
    panel.get_by_role("textbox").press("Enter")
    expect(counter(page)).to_contain_text("3 not sent yet")
    page.context.set_offline(False)
    expect(counter(page)).to_be_hidden()
    for finding in made:
        finding.refresh_from_db()
    assert Diagnosis.objects.get().finding == made[0]
    assert (made[1].resolved_by, made[2].error_reason) == (dentist, "tooth 37")


def test_done_at_the_chair_says_its_money_and_is_taken_back(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        item = first_item(agreed("filling"))
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{item.patient_id}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    story(page, 36).get_by_role("button", name="Done").click()
    expect(page.locator("#last-entry")).to_contain_text(re.compile(r"₽|RUB\W*[1-9]"))
    assert Charge.objects.get().amount == item.total
    page.locator("#last-entry").get_by_role("button").first.click()
    expect(page.locator("#last-entry")).to_contain_text("Undone")
    assert Performance.objects.get().reversed_at is not None


def test_done_without_the_clinic_is_said_kept_and_completed_when_it_answers(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        item = first_item(agreed("filling"))
        norm()
    chart, before = f"/patients/{item.patient_id}/chart/", timezone.now()
    login_as(page, seat[0], base_url)
    page.goto(chart)
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    page.context.set_offline(True)
    panel = story(page, 36)
    panel.get_by_role("button", name="Done").click()
    expect(panel).to_contain_text("rules of interactions, consents and stock were not asked")
    panel.get_by_role("button", name="Keep as done").click()
    expect(counter(page)).to_contain_text("1 not sent yet")
    assert not Performance.objects.exists()
    page.context.set_offline(False)
    expect(counter(page)).to_contain_text("1 to settle")
    assert not Performance.objects.exists()
    with transaction.atomic():
        make_lot(make_material(), "5")
    page.locator("#unsent").get_by_role("button", name="Send again").click()
    expect(counter(page)).to_be_hidden()
    done = Performance.objects.get()
    assert before < done.performed_at < Charge.objects.get().posted_at


def test_a_note_cut_off_comes_back_into_its_section(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    with acting(context_of(dentist)), transaction.atomic():
        visit = charting.open_visit(patient=patient, dentist=dentist, branch=patient.branch, actor=dentist, at=timezone.now())
    login_as(page, dentist, base_url)
    page.goto(f"/visits/{visit.pk}/")
    holds(page, keys=1)
    page.context.set_offline(True)
    page.locator("#note-complaint").fill("Pain at night")
    shows(page, "1 not sent yet")
    holds(page, entries=1)
    page.close()
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(f"/visits/{visit.pk}/")
    expect(again.locator("#note-complaint")).to_have_value("Pain at night")
    holds(again, entries=0)
    visit.refresh_from_db()
    assert visit.complaint == "Pain at night"


@no_worker
def test_a_note_that_could_not_be_saved_goes_again_by_itself(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    with acting(context_of(dentist)), transaction.atomic():
        visit = charting.open_visit(patient=patient, dentist=dentist, branch=patient.branch, actor=dentist, at=timezone.now())
    login_as(page, dentist, base_url)
    page.goto(f"/visits/{visit.pk}/")
    holds(page, keys=1)
    page.route("**/api/v1/visits/*", lambda route: route.abort("internetdisconnected"))
    page.locator("#note-complaint").fill("Pain at night")
    shows(page, "1 not sent yet")
    page.unroute("**/api/v1/visits/*")
    expect(counter(page)).to_be_hidden()
    holds(page, entries=0)
    visit.refresh_from_db()
    assert visit.complaint == "Pain at night"


def test_words_for_a_note_that_was_locked_meanwhile_are_shown_added_and_let_go(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    with acting(context_of(dentist)), transaction.atomic():
        visit = charting.open_visit(patient=patient, dentist=dentist, branch=patient.branch, actor=dentist, at=timezone.now() - timedelta(days=2))
    login_as(page, dentist, base_url)
    page.goto(f"/visits/{visit.pk}/")
    holds(page, keys=1)
    page.context.set_offline(True)
    page.locator("#note-complaint").fill("Pain at night")
    holds(page, entries=1)
    page.close()
    with acting(context_of(dentist)):
        charting.lock_unsigned_visits(at=timezone.now())
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(f"/visits/{visit.pk}/")
    strip = again.locator("#note-kept .alert-strip")
    expect(strip).to_contain_text("the note was closed before it could be saved: Complaint")
    strip.get_by_role("button", name="Put it into an addendum").click()
    expect(again.locator("#id_text")).to_have_value("Pain at night")
    again.get_by_role("button", name="Add to the note").click()
    expect(again.locator(".note-addendum")).to_contain_text("Pain at night")
    expect(again.locator("#id_text")).to_have_value("")
    holds(again, entries=1)
    strip.get_by_role("button", name="Let go").click()
    expect(strip).to_be_hidden()
    expect(counter(again)).to_be_hidden()
    holds(again, entries=0)
    assert DroppedEntry.objects.get().content == {"text": "Pain at night"}


def cut(page: Page, _monkeypatch: pytest.MonkeyPatch) -> None:
    page.route("**/api/v1/patients/*/chart", lambda route: route.abort("internetdisconnected"))


def busy(_page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charting.queries.mark_of", Mock(side_effect=HttpError(503, "Maintenance")))


def copied(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device has a copy of the empty mouth, which it shows instead of the clinic's refusal."""
    holds(page, worker=1)
    page.reload()
    holds(page, copies=3)
    busy(page, monkeypatch)


@pytest.mark.parametrize("silenced", [pytest.param(cut, marks=no_worker), busy, copied])
def test_a_chart_that_cannot_be_read_again_stays_and_goes_on(
    page: Page, base_url: str, seat: tuple[User, Patient], monkeypatch: pytest.MonkeyPatch, silenced: Callable[[Page, pytest.MonkeyPatch], None]
) -> None:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
    expect(page.locator(".palette-key").first).to_be_visible()
    silenced(page, monkeypatch)
    page.clock.install()
    for count, tooth in enumerate([16, 26, 36], start=1):
        chart_tooth(page, tooth, "fracture")
        expect(page.locator("#last-entry")).to_contain_text(str(tooth))
        holds(page, entries=0)
        expect(page.locator("#chart-list tbody tr")).to_have_count(count)
        expect(page.locator("#as-of")).to_contain_text("Offline. This is the record as of")
        expect(page.locator("#chart-page")).to_have_attribute("data-state", "now")
        page.clock.fast_forward(20_000)
    page.wait_for_timeout(1_000)
    expect(page.locator("#chart-list tbody tr")).to_have_count(3)
    assert set(Finding.objects.values_list("tooth", flat=True)) == {16, 26, 36}


def test_an_addendum_cut_off_comes_back(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    dentist, patient = seat
    with acting(context_of(dentist)), transaction.atomic():
        visit = charting.open_visit(patient=patient, dentist=dentist, branch=patient.branch, actor=dentist, at=timezone.now() - timedelta(days=2))
        charting.lock_unsigned_visits(at=timezone.now())
    login_as(page, dentist, base_url)
    page.goto(f"/visits/{visit.pk}/")
    holds(page, keys=1)
    page.context.set_offline(True)
    page.locator("#id_text").fill("X-ray of 16\nshown to the patient")
    holds(page, entries=1)
    page.close()
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(f"/visits/{visit.pk}/")
    expect(again.locator("#id_text")).to_have_value("X-ray of 16\nshown to the patient")
    again.get_by_role("button", name="Add to the note").click()
    expect(again.locator(".note-addendum")).to_contain_text("shown to the patient")
    holds(again, entries=0)
    expect(again.locator("#id_text")).to_have_value("")
    assert visit.addenda.count() == 1


def test_an_entry_of_somebody_whose_role_was_taken_away_stays_with_its_reason(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    expect(page.locator(".palette-key").first).to_be_visible()
    page.context.set_offline(True)
    chart_tooth(page, 16, "fracture")
    shows(page, "1 not sent yet")
    with transaction.atomic():
        RoleGrant.objects.create(user=seat[0], role=Role.ADMINISTRATOR, branch=None)
        RoleGrant.objects.filter(user=seat[0], role=Role.DENTIST).update(ended_at=timezone.now())
    page.context.set_offline(False)
    shows(page, "1 to settle")
    expect(page.locator("#unsent")).to_contain_text("You do not have the right to do this.")
    assert not Finding.objects.exists()
    page.goto("/")
    shows(page, "1 to settle")
