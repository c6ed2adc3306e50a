"""The entrance: login and its lock, second factor, switch by PIN, limits of a session, and what of it stands in the ledger."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic.history.models import Event
from clinic.staff import pins, second_factor
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.staff.factories import PASSWORD, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def orlova() -> User:
    return make_user(Role.DENTIST, username="orlova", password=PASSWORD, branch=make_branch())


@pytest.fixture
def lebedev() -> User:
    user = make_user(Role.ASSISTANT, username="lebedev", branch=make_branch())
    return pins.set_pin(user=user, pin="4071", actor=user)


def give(client: Client, password: str = PASSWORD, username: str = "orlova", **extra: str) -> Any:
    return client.post("/login/", {"username": username, "password": password, **extra})


def ledger(*what: str) -> list[tuple[str, str]]:
    return list(Event.objects.filter(op="L", tbl__in=what).order_by("id").values_list("tbl", "actor"))


def code_of(user: User) -> str:
    device = TOTPDevice.objects.get(user=user)
    TOTPDevice.objects.filter(user=user).update(last_t=-1, throttling_failure_count=0)
    return f"{TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token():06d}"


def test_it_lets_in_by_name_in_any_case_and_says_so_in_the_ledger(orlova: User) -> None:
    client = Client()
    answer = give(client, username=" Orlova ", next="/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200
    client.post("/logout/")
    assert client.get("/account/")["Location"].startswith("/login/")
    assert ledger("login", "logout") == [("login", str(orlova.pk)), ("logout", str(orlova.pk))]


def test_it_leads_nowhere_outside(orlova: User) -> None:
    assert give(Client(), next="https://evil.example/")["Location"] == "/"


def test_a_wrong_password_keeps_the_name_and_tells_nothing(orlova: User) -> None:
    known, unknown = give(Client(), password="wrong"), give(Client(), password="wrong", username="nobody")
    assert known.status_code == unknown.status_code == 422
    assert 'value="orlova"' in known.content.decode()
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert ledger("login_refused") == [("login_refused", "visitor")] * 2


def test_five_wrong_passwords_close_the_door_and_say_for_how_long(orlova: User) -> None:
    client = Client(headers={"accept-language": "ru"})
    for _attempt in range(5):
        answer = give(client, password="wrong", username="ORLOVA")
    assert answer.status_code == 429
    assert 13 <= answer.context["minutes"] <= 15
    assert int(answer["Retry-After"]) == answer.context["minutes"] * 60
    assert give(client).status_code == 429


@override_settings(LOGIN_FLOOD_LIMIT=3)
def test_many_names_from_one_address_are_stopped(orlova: User) -> None:
    for name in ("anna", "boris", "vera"):
        give(Client(), password="guess", username=name)
    assert give(Client()).status_code == 429


def test_who_left_does_not_come_in(orlova: User) -> None:
    client = log_in(orlova)
    User.objects.filter(pk=orlova.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302
    assert give(Client()).status_code == 422


def test_the_second_factor_stands_before_every_page_and_the_api(orlova: User) -> None:
    second_factor.enrol(actor=orlova)
    _device, codes = second_factor.confirm(actor=orlova, code=code_of(orlova), at=timezone.now())
    client = Client()
    give(client)
    assert client.get("/account/")["Location"].startswith("/second-factor/")
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/second-factor/", {"code": "000000"}).status_code == 422
    assert client.post("/second-factor/", {"code": code_of(orlova), "next": "/account/"})["Location"] == "/account/"
    assert client.get("/api/v1/me").status_code == 200
    assert len(codes) == second_factor.BACKUP_CODES
    assert ("second_factor_refused", str(orlova.pk)) in ledger("second_factor_refused")


def test_a_backup_code_works_once(orlova: User) -> None:
    second_factor.enrol(actor=orlova)
    _device, codes = second_factor.confirm(actor=orlova, code=code_of(orlova), at=timezone.now())
    for expected in (302, 422):
        client = Client()
        give(client)
        assert client.post("/second-factor/", {"code": codes[0].upper()}).status_code == expected


def test_enrolling_by_the_page_shows_a_code_to_scan(orlova: User) -> None:
    client = log_in(orlova)
    assert "<svg" in client.get("/account/second-factor/").content.decode()
    assert client.post("/account/second-factor/", {"code": code_of(orlova)}).templates[0].name == "staff/backup_codes.html"
    assert client.post("/account/second-factor/off/", {"reason": " "}).status_code == 422
    assert client.post("/account/second-factor/off/", {"reason": "new telephone"}).status_code == 302
    assert User.objects.get(pk=orlova.pk).second_factor_at is None


def test_a_colleague_takes_over_by_pin_and_acts_in_their_own_name(orlova: User, lebedev: User) -> None:
    client = Client()
    give(client)
    before = client.session.session_key
    assert "Lebedev" in client.get("/switch-user/").content.decode()
    assert client.post("/switch-user/", {"user": str(lebedev.pk), "pin": "1111"}).status_code == 422
    assert client.post("/switch-user/", {"user": str(lebedev.pk), "pin": "4071", "next": "/account/"})["Location"] == "/account/"
    assert client.session.session_key != before
    assert client.get("/api/v1/me").json()["username"] == "lebedev"
    assert ledger("pin_refused", "pin_accepted") == [("pin_refused", str(orlova.pk)), ("pin_accepted", str(lebedev.pk))]


def test_the_lock_keeps_the_people_and_opens_by_pin(orlova: User, lebedev: User) -> None:
    client = Client()
    give(client)
    client.post("/lock/")
    assert client.get("/account/").status_code == 302
    assert client.post("/switch-user/", {"user": str(lebedev.pk), "pin": "4071"}).status_code == 302
    assert client.get("/account/").status_code == 200


def test_without_a_login_here_a_pin_opens_nothing(lebedev: User) -> None:
    assert Client().post("/switch-user/", {"user": str(lebedev.pk), "pin": "4071"})["Location"].startswith("/login/")


def test_a_shared_pc_locks_itself_and_a_session_ends_after_twelve_hours(orlova: User) -> None:
    client = Client()
    give(client, is_shared="on")
    session = client.session
    session["seen_at"] -= (settings.SESSION_IDLE_MINUTES_SHARED + 1) * 60
    session.save()
    assert client.get("/account/").status_code == 302
    assert client.get("/switch-user/").status_code == 200
    session = client.session
    session["workstation"] = {**session["workstation"], "since": (timezone.now() - timedelta(hours=13)).timestamp()}
    session.save()
    assert client.get("/switch-user/").status_code == 302
    assert ledger("idle_lock") == [("idle_lock", str(orlova.pk))]


def test_a_temporary_password_is_changed_before_anything_else(orlova: User) -> None:
    User.objects.filter(pk=orlova.pk).update(must_change_password=True)
    client = Client()
    give(client)
    assert client.get("/account/")["Location"].startswith("/account/password/")
    wrong = client.post("/account/password/", {"old": PASSWORD, "password": "short", "repeat": "short"})
    assert wrong.status_code == 422
    new = {"old": PASSWORD, "password": "brush-twice-a-day", "repeat": "brush-twice-a-day"}
    assert client.post("/account/password/", new).status_code == 302
    assert client.get("/account/").status_code == 200


def test_each_person_has_a_language(orlova: User) -> None:
    client = log_in(orlova)
    client.post("/account/language/", {"language": "fr"})
    assert client.get("/account/")["Content-Language"] == "fr"
    assert User.objects.get(pk=orlova.pk).language == "fr"
