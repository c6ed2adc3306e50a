"""Forms that a page's own script sends: they learn where to go, and that nobody is logged in, without leaving the page."""

import pytest
from django.test import Client

from tests.staff.factories import log_in, make_branch, registrar_belova

pytestmark = pytest.mark.django_db
BY_SCRIPT = {"X-Page-Form": "1"}


def test_the_script_is_told_where_to_go() -> None:
    desk = log_in(registrar_belova(make_branch()))
    answer = desk.post("/account/language/", {"language": "fr", "next": "/patients/"}, headers=BY_SCRIPT)
    assert (answer.status_code, answer.headers["X-Go"]) == (204, "/patients/")
    assert "Location" not in answer.headers
    assert desk.post("/account/language/", {"language": "en", "next": "/patients/"}).status_code == 302


@pytest.mark.parametrize("headers", [BY_SCRIPT, {"HX-Request": "true"}], ids=["plain", "htmx"])
def test_nobody_is_led_away_from_what_was_typed(headers: dict[str, str]) -> None:
    assert Client().post("/patients/new/", {"last_name": "Smirnov"}, headers=headers).status_code == 401


def test_a_part_of_the_page_that_is_only_read_leads_to_the_login() -> None:
    assert Client().get("/patients/", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/login/")


def test_the_token_comes_with_its_owner() -> None:
    belova = registrar_belova(make_branch())
    answer = log_in(belova).get("/account/page-token/", headers=BY_SCRIPT).json()
    assert answer["user"] == str(belova.pk)
    assert len(answer["token"]) == 64
    assert Client().get("/account/page-token/", headers=BY_SCRIPT).status_code == 401


def test_a_page_from_before_the_login_says_so() -> None:
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": "fr"})
    answer = browser.post("/login/", {"username": "belova", "password": "x"})
    assert answer.status_code == 403
    assert "Cette page" in answer.content.decode()
