"""What every answer carries, and where nobody is led."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from clinic.staff.roles import Role
from tests.staff.factories import PASSWORD, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\\evil.example",
    "https:evil.example",
    "\thttps://evil.example",
)
NOWHERE = ("/static/../clinic/settings.py", "/static/%2e%2e/clinic/settings.py", "/media/x", "/files/../x", "/admin/", "/admin/login/", "/.env")
PAGES = ("/", "/patients/", "/account/", "/nothing-here/", "/patients/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/", "/api/v1/me", "/api/v1/docs", "/login/")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_hardened(path: str) -> None:
    headers = log_in(make_user(Role.ADMINISTRATOR, branch=make_branch())).get(path, follow=True).headers
    policy = headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy and "object-src 'none'" in policy
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("DENY", "nosniff", "same-origin")
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere_after_the_entrance(address: str) -> None:
    make_user(Role.DENTIST, username="orlova", branch=make_branch(), password=PASSWORD)
    answer = Client().post("/login/", {"username": "orlova", "password": PASSWORD, "next": address})
    assert (answer.status_code, urlsplit(answer.headers["Location"]).netloc, answer.headers["Location"]) == (302, "", "/")


def test_a_login_gets_a_new_session() -> None:
    make_user(Role.DENTIST, username="orlova", branch=make_branch(), password=PASSWORD)
    browser = Client()
    browser.cookies["sessionid"] = "chosenbyanattackerchosenbyanatta"
    browser.post("/login/", {"username": "orlova", "password": PASSWORD})
    cookie = browser.cookies["sessionid"]
    assert cookie.value != "chosenbyanattackerchosenbyanatta"
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")


def test_the_api_asks_a_session_for_its_csrf_token() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user(Role.ADMINISTRATOR, branch=make_branch()))
    answer = browser.post("/api/v1/patients", "{}", content_type="application/json")
    assert answer.status_code == 403
    assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize(
    "path", ["/static/../clinic/settings.py", "/static/%2e%2e/clinic/settings.py", "/media/x", "/files/../x", "/admin/", "/admin/login/", "/.env"]
)
def test_there_is_nothing_beside_the_pages(path: str) -> None:
    assert log_in(make_user(Role.MANAGER, branch=make_branch())).get(path).status_code == 404


def test_another_host_is_refused() -> None:
    assert Client().get("/login/", HTTP_HOST="evil.example").status_code == 400
