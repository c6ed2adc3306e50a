"""Limits of wrong tries: strangers share one count, a person's own places keep theirs (docs/decisions/0011)."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic.history.context import acting
from clinic.staff import actions, attempts, rules, second_factor
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.staff.factories import PASSWORD, log_in, make_branch, make_user

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME, HOTEL = "203.0.113.7", "198.51.100.9"
SHORT, DAY = attempts.STEPS


@pytest.fixture
def orlova() -> User:
    return make_user(Role.DENTIST, username="orlova", password=PASSWORD, branch=make_branch())


def give(address: str, password: str = "", username: str = "orlova") -> Any:
    return Client(REMOTE_ADDR=address).post("/login/", {"username": username, "password": password or "wrong"})


def besiege(times: int, username: str = "orlova") -> list[int]:
    """Wrong passwords, each from an address of its own."""
    return [give(f"192.0.2.{number + 1}", username=username).status_code for number in range(times)]


def minutes_ago(*minutes: float) -> list[datetime]:
    return [NOON - timedelta(minutes=each) for each in minutes]


@pytest.mark.parametrize(
    ("wrong", "minutes"),
    [
        ([], None),
        (minutes_ago(1, 2, 3, 4), None),
        (minutes_ago(0, 0, 0, 0, 0), 15),
        (minutes_ago(1, 2, 3, 4, 5), 10),
        (minutes_ago(1, 2, 3, 4, 15), None),
        (minutes_ago(*range(20, 40)), 24 * 60 - 39),
        (minutes_ago(*chain(range(5), range(100, 116))), 24 * 60 - 114),
        (minutes_ago(*range(100, 119)), None),
        (minutes_ago(*range(24 * 60 - 18, 24 * 60 + 2)), None),
    ],
)
def test_the_door_opens_when_the_first_of_too_many_tries_is_old_enough(wrong: list[datetime], minutes: int | None) -> None:
    assert rules.free_again(wrong, (SHORT, DAY), NOON) == (None if minutes is None else NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
    ],
)
def test_a_place_is_an_address_or_a_line(address: str, place: str) -> None:
    assert str(attempts.place_of(address)) == place


@pytest.mark.django_db
@override_settings(LOGIN_NAME_LIMIT=6)
@pytest.mark.parametrize("username", ["orlova", "nobody"])
def test_many_addresses_close_a_name_for_strangers_whether_anybody_bears_it(orlova: User, username: str) -> None:
    assert besiege(8, username) == [422] * 6 + [429] * 2
    answer = give(HOTEL, PASSWORD, username)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert answer.context["why"] == "places"


@pytest.mark.django_db
@override_settings(LOGIN_NAME_LIMIT=6)
@pytest.mark.parametrize(
    ("came_in_from", "comes_from", "status"),
    [
        (HOME, HOME, 302),
        (HOME, HOTEL, 429),
        ("2001:db8:1:2::1", "2001:db8:1:2::77", 302),
        ("2001:db8:1:2::1", "2001:db8:1:9::77", 429),
    ],
)
def test_the_owner_comes_in_from_where_they_have_been(orlova: User, came_in_from: str, comes_from: str, status: int) -> None:
    assert give(came_in_from, PASSWORD).status_code == 302
    besiege(7)
    assert give(comes_from, PASSWORD).status_code == status


@pytest.mark.django_db
@override_settings(LOGIN_NAME_LIMIT=6)
def test_another_name_stays_open_and_a_temporary_password_opens_this_one(orlova: User) -> None:
    make_user(Role.ASSISTANT, username="lebedev", password=PASSWORD, branch=make_branch())
    besiege(7)
    assert give(HOTEL, PASSWORD, "lebedev").status_code == 302
    secret = actions.reset_password(user=orlova, actor=make_user(Role.MANAGER))
    assert give(HOTEL, secret.value).status_code == 302


@pytest.mark.django_db
@override_settings(LOGIN_NAME_LIMIT=6)
def test_a_name_is_free_again_after_an_hour(orlova: User) -> None:
    besiege(6)
    now = timezone.now()
    closed = [attempts.name_closed_until(username="Orlova", address=HOTEL, at=now + timedelta(minutes=minutes)) for minutes in (0, 59, 61)]
    assert [until is not None for until in closed] == [True, True, False]


@pytest.mark.django_db
@override_settings(LOGIN_FLOOD_LIMIT=3)
def test_one_line_of_many_addresses_is_one_place(orlova: User) -> None:
    for number in range(3):
        give(f"2001:db8:1:2::{number}", username=f"name{number}")
    assert give("2001:db8:1:2::f", PASSWORD).context["why"] == "address"
    assert give("2001:db8:1:3::f", PASSWORD).status_code == 302


@pytest.fixture
def with_telephone(orlova: User) -> User:
    second_factor.enrol(actor=orlova)
    second_factor.confirm(actor=orlova, code=code_of(orlova), at=timezone.now())
    assert try_code(orlova, code_of(orlova), HOME, timezone.now()) == "in"
    return User.objects.get(pk=orlova.pk)


def code_of(user: User) -> str:
    device = TOTPDevice.objects.get(user=user)
    TOTPDevice.objects.filter(user=user).update(last_t=-1)
    return f"{TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token():06d}"


def try_code(user: User, code: str, address: str, at: datetime) -> str:
    try:
        with acting(actions.context_of(user, address=address)):
            second_factor.verify(actor=user, code=code, address=address, at=at)
    except (second_factor.WrongCode, second_factor.CodeThrottled) as error:
        return error.code
    return "in"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong_from", "right_from", "at_once"),
    [
        (HOTEL, HOTEL, "code_throttled"),
        (HOTEL, HOME, "in"),
        (HOME, HOME, "code_throttled"),
        (HOME, HOTEL, "in"),
    ],
)
def test_codes_are_counted_by_place_and_never_for_long(with_telephone: User, wrong_from: str, right_from: str, at_once: str) -> None:

    now = timezone.now()
    tries = [try_code(with_telephone, "000000", wrong_from, now) for _number in range(6)]
    assert tries == ["wrong_code"] * 4 + ["code_throttled"] * 2
    assert try_code(with_telephone, code_of(with_telephone), right_from, timezone.now()) == at_once
    assert try_code(with_telephone, code_of(with_telephone), right_from, now + timedelta(minutes=16)) == "in"


@pytest.mark.django_db
def test_the_present_password_is_not_guessed_from_an_open_session(orlova: User) -> None:
    browser = log_in(orlova)
    form = {"password": "guess", "pin": "4071", "repeat": "4071"}
    answers = [browser.post("/account/pin/", form) for _number in range(6)]
    assert "This is not your present password." in answers[0].content.decode()
    assert "Too many wrong passwords." in browser.post("/account/pin/", {**form, "password": PASSWORD}).content.decode()
    new = {"old": PASSWORD, "password": "brush-twice-a-day", "repeat": "brush-twice-a-day"}
    assert browser.post("/account/password/", new).status_code == 422
