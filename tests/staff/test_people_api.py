"""What the people and places pages do, over the API."""

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from clinic.staff import pins
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    return log_in(make_user(Role.MANAGER, branch=make_branch()))


def send(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return getattr(client, method)(f"/api/v1{path}", body or {}, content_type="application/json")


def test_companies_are_listed_entered_and_changed(manager: Client) -> None:
    made = send(manager, "post", "/legal-entities", {"name": "Улыбка", "tax_number": "7701234567"})
    assert made.status_code == 201
    assert made.json() in manager.get("/api/v1/legal-entities").json()
    path, body = f"/legal-entities/{made.json()['id']}", {**made.json(), "name": "Улыбка плюс"}
    assert send(manager, "put", path, body).json()["name"] == "Улыбка плюс"
    assert send(manager, "put", path, body).json()["code"] == "stale"
    assert send(manager, "post", "/legal-entities", {"name": ""}).status_code == 422


def test_a_forgotten_password_is_replaced_and_the_name_is_free_again(manager: Client) -> None:
    person = dr_orlova(make_branch())
    AccessAttempt.objects.create(username=person.username, ip_address="10.0.0.1", failures_since_start=9, attempt_time=timezone.now())
    made = send(manager, "post", f"/users/{person.pk}/password").json()
    person.refresh_from_db()
    assert person.check_password(made["temporary_password"])
    assert person.must_change_password
    assert not AccessAttempt.objects.filter(username=person.username).exists()


def test_a_pin_and_a_second_factor_are_taken_away(manager: Client) -> None:
    person = dr_orlova(make_branch())
    pins.set_pin(user=person, pin="2749", actor=person)
    User.objects.filter(pk=person.pk).update(second_factor_at=timezone.now())
    assert send(manager, "delete", f"/users/{person.pk}/pin").status_code == 200
    assert send(manager, "post", f"/users/{person.pk}/second-factor/off", {"reason": " "}).status_code == 422
    assert send(manager, "post", f"/users/{person.pk}/second-factor/off", {"reason": "lost"}).status_code == 200
    person.refresh_from_db()
    assert (person.pin, person.second_factor_at) == ("", None)


def test_an_account_is_opened_again(manager: Client) -> None:
    person = dr_orlova(make_branch())
    assert send(manager, "delete", f"/users/{person.pk}").json()["is_active"] is False
    assert send(manager, "post", f"/users/{person.pk}/activation").json()["is_active"] is True
    assert send(log_in(dr_orlova(make_branch())), "post", f"/users/{person.pk}/activation").status_code == 403
