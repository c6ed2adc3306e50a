"""What hands do: come in, drag with the mouse, draw with the mouse or a finger."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import FloatRect, Locator, Page

from clinic.staff.models import User
from clinic.staff.sessions import BACKEND

Point = tuple[float, float]
REST_MS = 150


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """An hour of tomorrow at Arbat."""
    zone = ZoneInfo("Europe/Moscow")
    day = timezone.now().astimezone(zone).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def login_as(page: Page, user: User, base_url: str) -> None:
    """Let the browser hold a session of `user`, past the login page; the next person's session replaces it."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": session.key, "value": session.value, "domain": urlsplit(base_url).hostname or "", "path": "/"}])


class Keys:
    """A keyboard that counts what a finger presses: a held Shift is a key too."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)
            self.count += name.count("+") + 1

    def write(self, text: str) -> None:
        """Key by key, as it is spelt."""
        self.page.keyboard.type(text)
        self.count += len(text)


def box_of(what: Locator) -> FloatRect:
    """Where it stands on the screen."""
    box = what.bounding_box()
    assert box
    return box


def take(page: Page, point: Point) -> None:
    """Press the mouse and begin to pull."""
    x, y = point
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 6)


def drag(page: Page, start: Point, end: Point) -> None:
    """Pull from one point to another and let go."""
    take(page, start)
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def scribble(box: FloatRect, height: float) -> list[Point]:
    """One wavy stroke across the frame, at this part of its height."""
    middle = box["y"] + box["height"] * height
    return [(box["x"] + 20 + 14 * step, middle + (8 if step % 2 else -8)) for step in range(12)]


def draw_with_the_mouse(page: Page, stroke: list[Point]) -> None:
    page.mouse.move(*stroke[0])
    page.mouse.down()
    for point in stroke[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def draw_with_a_finger(page: Page, stroke: list[Point]) -> None:
    """The finger rests before it leaves, or the stroke would be a fling and swallow the next tap."""
    screen = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate([*stroke, stroke[-1]]):
        if number == len(stroke):
            page.wait_for_timeout(REST_MS)
        screen.send("Input.dispatchTouchEvent", {"type": "touchMove" if number else "touchStart", "touchPoints": [{"x": x, "y": y}]})
    screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    screen.detach()
