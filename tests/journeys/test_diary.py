"""The diary in a browser: a drag moves, a clash is refused in words and the card jumps back, booking by keyboard and panel."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from clinic.patients import access
from clinic.scheduling import actions
from clinic.scheduling.models import Appointment
from clinic.staff.roles import Role
from tests.journeys import hands
from tests.journeys.hands import box_of, login_as, take, tomorrow_at
from tests.scheduling.factories import book, dr_sokolov, dupont, make_chair, make_shift
from tests.staff.factories import dr_orlova, make_user, registrar_belova

MINUTES_A_PIXEL = 1 / 1.35


@pytest.fixture
def diary(page: Page, base_url: str) -> Page:
    """Tomorrow, two dentists in two chairs: Petrov at nine, Dupont at ten."""
    with transaction.atomic():
        for dentist in (dr_orlova(), dr_sokolov()):
            make_shift(dentist, tomorrow_at(9), tomorrow_at(18))
        book(tomorrow_at(9), 60, chair_id=make_chair().pk)
        book(tomorrow_at(10), 60, patient_id=dupont().pk, dentist_id=dr_sokolov().pk, chair_id=make_chair("Chair 2").pk)
        actor = registrar_belova()
    login_as(page, actor, base_url)
    page.goto(f"/diary/?day={tomorrow_at(9):%Y-%m-%d}")
    expect(page.locator(".diary-card")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    return page


def card(page: Page, name: str) -> Locator:
    return page.locator(".diary-card", has_text=name)


def drag(page: Page, what: Locator, *, minutes: int, columns: int = 0) -> None:
    """Take the card in its middle and leave it `minutes` lower and `columns` to the right."""
    box, column = box_of(what), box_of(page.locator(".diary-column").first)
    x, y = box["x"] + 40, box["y"] + box["height"] / 2
    take(page, (x, y))
    page.mouse.move(x + columns * column["width"], y + minutes / MINUTES_A_PIXEL, steps=4)


def test_a_drag_moves_the_appointment(diary: Page) -> None:
    drag(diary, card(diary, "Петров"), minutes=120)
    expect(diary.locator(".diary-ghost")).to_have_text("11:00–12:00 free")
    diary.mouse.up()
    expect(card(diary, "Петров")).to_contain_text("11:00–12:00")
    expect(diary.locator("#toasts")).to_contain_text("Moved to 11:00–12:00.")
    assert Appointment.objects.get(patient__last_name="Петров").starts_at == tomorrow_at(11)


def test_a_clash_is_told_before_the_drop_and_refused_after_it(diary: Page) -> None:
    drag(diary, card(diary, "Петров"), minutes=60, columns=1)
    expect(diary.locator(".diary-ghost")).to_contain_text("taken: Dupont Claire")
    diary.mouse.up()
    expect(diary.locator("#toasts")).to_contain_text("Chair 2 is taken then: 10:00–11:00, Dupont Claire")
    expect(diary.locator(".diary-column").first.locator(".diary-card")).to_contain_text("09:00–10:00")
    assert Appointment.objects.get(patient__last_name="Петров").starts_at == tomorrow_at(9)


def test_a_drag_that_asks_for_a_reason_leads_to_where_it_is_given(diary: Page) -> None:
    with transaction.atomic():
        patient = Appointment.objects.get(patient__last_name="Петров").patient
        lawyer = make_user(Role.LAWYER, username="lawyer")
        access.restrict(patient_id=patient.pk, reason="At his request", actor=lawyer, at=timezone.now())
    drag(diary, card(diary, "Петров"), minutes=120)
    diary.mouse.up()
    expect(diary.locator("#toasts")).to_contain_text("This record is restricted")
    diary.locator("#toasts a", has_text="Show why").click()
    expect(diary).to_have_url(re.compile(f"/patients/{patient.pk}/open/"))
    assert Appointment.objects.get(patient=patient).starts_at == tomorrow_at(9)


def test_a_change_by_somebody_else_appears_and_a_stale_move_is_explained(diary: Page) -> None:
    petrov = Appointment.objects.get(patient__last_name="Петров")
    drag(diary, card(diary, "Петров"), minutes=180)
    with transaction.atomic():
        actions.move(
            actor=registrar_belova(),
            at=timezone.now(),
            appointment_id=petrov.pk,
            version=petrov.version,
            starts_at=tomorrow_at(14),
            ends_at=tomorrow_at(15),
        )
    diary.mouse.up()
    expect(diary.locator("#toasts")).to_contain_text("Somebody else has just changed this appointment")
    expect(card(diary, "Петров")).to_contain_text("14:00–15:00")


def test_an_empty_stretch_opens_the_booking_with_its_place(diary: Page) -> None:
    column = box_of(diary.locator(".diary-column").first)
    x = column["x"] + 60
    hands.drag(diary, (x, column["y"] + 180 / MINUTES_A_PIXEL), (x, column["y"] + 225 / MINUTES_A_PIXEL))
    panel = diary.locator("#panel")
    expect(panel.get_by_label("Time")).to_have_value("12:00")
    expect(panel.get_by_label("Length")).to_have_value("45")
    expect(panel.locator("[name=chair_id]")).to_have_value(str(make_chair().pk))
    panel.get_by_role("button", name="Book").click()
    expect(panel).to_contain_text("Choose a patient.")
    expect(panel.get_by_label("Time")).to_have_value("12:00")


def test_a_stretch_near_the_lower_edge_stays_as_long_as_it_is_drawn(diary: Page) -> None:
    frame, column = box_of(diary.locator("#diary")), box_of(diary.locator(".diary-column").first)
    x, end = column["x"] + 60, frame["y"] + frame["height"] - 20
    take(diary, (x, end - 60 / MINUTES_A_PIXEL))
    diary.mouse.move(x, end, steps=4)
    hold(diary)
    diary.mouse.up()
    expect(diary.locator("#panel").get_by_label("Length")).to_have_value("60")


def test_a_card_held_at_the_edge_scrolls_the_diary(diary: Page) -> None:
    root = diary.locator("#diary")
    frame, before = box_of(root), root.evaluate("node => node.scrollTop")
    x, y = middle(card(diary, "Петров"))
    take(diary, (x, y))
    diary.mouse.move(x, frame["y"] + frame["height"] + 2, steps=4)
    diary.wait_for_function("before => document.getElementById('diary').scrollTop > before", arg=before)
    diary.keyboard.press("Escape")
    diary.mouse.up()
    expect(diary.locator(".diary-ghost")).to_have_count(0)
    assert Appointment.objects.get(patient__last_name="Петров").starts_at == tomorrow_at(9)


def hold(page: Page) -> None:
    """Longer than any edge waits, counted in the page's own frames."""
    page.evaluate("() => new Promise((done) => { let left = 40; const step = () => (left-- ? requestAnimationFrame(step) : done()); step(); })")


@pytest.fixture
def tablet(diary: Page) -> Page:
    """The same on a screen for fingers, where a minute is a little taller."""
    diary.context.new_cdp_session(diary).send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    diary.wait_for_function("matchMedia('(pointer: coarse)').matches")
    return diary


def tall(page: Page, minutes: float) -> float:
    """So many minutes in pixels of that screen."""
    return float(page.locator(".diary-column").first.evaluate("(node, minutes) => node.clientHeight / 540 * minutes", minutes))


class Finger:
    """A finger on the screen, by the browser's own events."""

    def __init__(self, page: Page, x: float, y: float) -> None:
        self.session, self.page, self.x, self.y = page.context.new_cdp_session(page), page, x, y
        self._send("touchStart", [{"x": x, "y": y}])

    def wait(self) -> "Finger":
        self.page.wait_for_timeout(450)
        return self

    def move(self, x: float, y: float, *, steps: int = 4) -> "Finger":
        for step in range(1, steps + 1):
            self._send("touchMove", [{"x": self.x + (x - self.x) * step / steps, "y": self.y + (y - self.y) * step / steps}])
        return self

    def lift(self) -> None:
        self._send("touchEnd", [])

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def middle(what: Locator) -> tuple[float, float]:
    box = what.bounding_box()
    assert box
    return box["x"] + 40, box["y"] + box["height"] / 2


def test_a_finger_that_holds_moves_the_appointment(tablet: Page) -> None:
    x, y = middle(card(tablet, "Петров"))
    finger = Finger(tablet, x, y).wait().move(x, y + tall(tablet, 120))
    expect(tablet.locator(".diary-ghost")).to_have_text("11:00–12:00 free")
    finger.lift()
    expect(tablet.locator("#toasts")).to_contain_text("Moved to 11:00–12:00.")
    assert Appointment.objects.get(patient__last_name="Петров").starts_at == tomorrow_at(11)


def test_a_finger_makes_the_appointment_longer(tablet: Page) -> None:
    grip = card(tablet, "Петров").locator(".diary-grip").bounding_box()
    assert grip
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    Finger(tablet, x, y).wait().move(x, y + tall(tablet, 30)).lift()
    expect(card(tablet, "Петров")).to_contain_text("09:00–10:30")


def test_a_swipe_scrolls_and_moves_nothing(tablet: Page) -> None:
    x, y = middle(card(tablet, "Петров"))
    before = tablet.locator("#diary").evaluate("node => node.scrollTop")
    Finger(tablet, x, y + 100).move(x, y - 60, steps=10).lift()
    tablet.wait_for_function("before => document.getElementById('diary').scrollTop > before", arg=before)
    expect(tablet.locator(".diary-ghost")).to_have_count(0)
    assert Appointment.objects.get(patient__last_name="Петров").starts_at == tomorrow_at(9)


def test_a_tap_on_an_empty_place_books_there_for_the_usual_length(tablet: Page) -> None:
    column = tablet.locator(".diary-column").nth(1).bounding_box()
    assert column
    Finger(tablet, column["x"] + 60, column["y"] + tall(tablet, 128)).lift()
    panel = tablet.locator("#panel")
    expect(panel.get_by_label("Time")).to_have_value("11:00")
    expect(panel.get_by_label("Length")).to_have_value("30")
    expect(panel.locator("[name=chair_id]")).to_have_value(str(make_chair("Chair 2").pk))


def test_a_tap_on_a_card_opens_it(tablet: Page) -> None:
    Finger(tablet, *middle(card(tablet, "Петров"))).lift()
    expect(tablet.locator("#panel").get_by_role("button", name="Confirmed")).to_be_visible()


def test_the_panel_changes_states_and_cancels_with_a_reason(diary: Page) -> None:
    card(diary, "Петров").focus()
    diary.keyboard.press("Enter")
    panel = diary.locator("#panel")
    panel.get_by_role("button", name="Confirmed").click()
    expect(card(diary, "Петров")).to_contain_text("confirmed")
    panel.locator("summary", has_text="Cancel").click()
    panel.get_by_role("button", name="Cancel the appointment").click()
    expect(panel).to_contain_text("Say why the appointment is cancelled.")
    panel.get_by_label("Reason").fill("The patient is ill")
    panel.get_by_role("button", name="Cancel the appointment").click()
    expect(panel).to_contain_text("Cancelled because")
    assert Appointment.objects.get(patient__last_name="Петров").state == "cancelled"


def test_the_line_of_now_lies_over_the_columns(page: Page, base_url: str) -> None:
    midnight = tomorrow_at(0) - timedelta(days=1)
    with transaction.atomic():
        make_chair()
        make_shift(dr_orlova(), midnight, midnight + timedelta(hours=24))
        actor = registrar_belova()
    login_as(page, actor, base_url)
    page.goto("/diary/")
    expect(page.locator(".diary-hours .diary-now")).to_be_attached()
    expect(page.locator(".diary-column .diary-now").first).to_have_css("z-index", "1")
    hours, column = (box_of(page.locator(name).first) for name in (".diary-hours", ".diary-column"))
    assert (column["y"], column["height"]) == (hours["y"], hours["height"])
    assert column["height"] >= 24 * 60 / MINUTES_A_PIXEL - 1


def test_keys_turn_the_days(diary: Page) -> None:
    diary.keyboard.press("PageDown")
    expect(diary.locator(".diary-card")).to_have_count(0)
    diary.keyboard.press("ArrowLeft")
    expect(diary.locator(".diary-card")).to_have_count(2)
    diary.keyboard.press("n")
    expect(diary.locator("#panel")).to_contain_text("Book an appointment")
